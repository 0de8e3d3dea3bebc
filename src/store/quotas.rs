//! What is used of limits, counted in the database so that all servers count the same.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Double, Integer, Text},
};

use super::error::StoreResult;

/// A count after something was added to it.
#[derive(Clone, Copy, Debug, PartialEq, QueryableByName)]
pub struct Quota {
    /// What is used of the present window, with what was added.
    #[diesel(sql_type = BigInt)]
    pub used: i64,
    /// How long the window lasts yet, in seconds.
    #[diesel(sql_type = Double)]
    pub seconds_left: f64,
}

/// Adds to what `subject` has used in the present window of `span_seconds`. Windows begin at whole multiples of their span, by the
/// database's clock, so that it does not matter what time the servers have.
///
/// # Errors
/// Those of the database.
pub fn add(conn: &mut PgConnection, subject: &str, span_seconds: i32, amount: i64) -> StoreResult<Quota> {
    Ok(diesel::sql_query(include_str!("sql/add_to_quota.sql"))
        .bind::<Text, _>(subject)
        .bind::<Integer, _>(span_seconds)
        .bind::<BigInt, _>(amount)
        .get_result(conn)?)
}

/// Throws away counts of windows that ended long ago: a bounded number of them.
///
/// # Errors
/// Those of the database.
pub fn sweep(conn: &mut PgConnection) -> StoreResult<usize> {
    Ok(diesel::sql_query(
        "DELETE FROM request_quotas WHERE ctid IN (SELECT ctid FROM request_quotas WHERE starts_at < now() - interval '2 days' LIMIT 1000)",
    )
    .execute(conn)?)
}
