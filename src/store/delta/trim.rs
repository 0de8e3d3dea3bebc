//! How far back the log is kept.

use std::time::Duration;

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{BigInt, Bool, Double},
};

use crate::store::error::StoreResult;

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = Bool)]
    is_ours: bool,
}

#[derive(QueryableByName)]
struct Removed {
    #[diesel(sql_type = BigInt)]
    entries: i64,
}

/// Removes some entries that are older than `keep`, the oldest first, and gives how many: none when there are none, or another
/// server is at it.
///
/// In the same transaction it is written down how far the log is cut off, so that no reader goes on from before without knowing.
///
/// # Errors
/// Those of the database.
pub fn trim(conn: &mut PgConnection, keep: Duration) -> StoreResult<usize> {
    conn.transaction(|tx| {
        let turn: Turn =
            diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtext('broadsheet change log')) AS is_ours").get_result(tx)?;
        if !turn.is_ours {
            return Ok(0);
        }
        let removed: Option<Removed> =
            diesel::sql_query(include_str!("../sql/trim_changes.sql")).bind::<Double, _>(keep.as_secs_f64()).get_result(tx).optional()?;
        Ok(removed.map_or(0, |removed| usize::try_from(removed.entries).unwrap_or(0)))
    })
}
