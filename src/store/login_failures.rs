//! Attempts to log in, counted in the database so that every server counts the same ones.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{case_when, now},
    prelude::*,
    sql_types::Integer,
    upsert::excluded,
};

use super::error::StoreResult;
use crate::schema::login_failures;

/// A count after the attempt that was just added to it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = login_failures, check_for_backend(diesel::pg::Pg))]
pub struct CountRow {
    /// What is counted.
    pub subject: String,
    /// How many attempts, this one among them.
    pub failures: i32,
    /// When the count starts again.
    pub window_ends_at: DateTime<Utc>,
}

/// Adds an attempt to each of these counts before it is made, so that a hundred at once cannot all pass as the first.
/// A count whose window is over starts again, and its new window ends at `window_ends_at`.
///
/// # Errors
/// When the database fails.
pub fn add(tx: &mut PgConnection, subjects: &[String], window_ends_at: DateTime<Utc>) -> StoreResult<Vec<CountRow>> {
    // In one order for everybody: two attempts that share two counts would wait for each other.
    let mut subjects = subjects.to_vec();
    subjects.sort_unstable();
    let rows: Vec<_> = subjects
        .into_iter()
        .map(|subject| {
            (login_failures::subject.eq(subject), login_failures::failures.eq(1), login_failures::window_ends_at.eq(window_ends_at))
        })
        .collect();
    let is_over = || login_failures::window_ends_at.le(now);
    Ok(diesel::insert_into(login_failures::table)
        .values(rows)
        .on_conflict(login_failures::subject)
        .do_update()
        .set((
            login_failures::failures.eq(case_when(is_over(), 1_i32.into_sql::<Integer>()).otherwise(login_failures::failures + 1)),
            login_failures::window_ends_at
                .eq(case_when(is_over(), excluded(login_failures::window_ends_at)).otherwise(login_failures::window_ends_at)),
        ))
        .returning(CountRow::as_returning())
        .get_results(tx)?)
}

/// Whether this mark stands.
///
/// # Errors
/// When the database fails.
pub fn has_mark(conn: &mut PgConnection, subject: &str) -> StoreResult<bool> {
    let marks = login_failures::table.filter(login_failures::subject.eq(subject).and(login_failures::window_ends_at.gt(now)));
    Ok(diesel::select(diesel::dsl::exists(marks)).get_result(conn)?)
}

/// Sets a mark that stands until then: a row that counts nothing.
///
/// # Errors
/// When the database fails.
pub fn set_mark(tx: &mut PgConnection, subject: &str, until: DateTime<Utc>) -> StoreResult<()> {
    let row = (login_failures::subject.eq(subject), login_failures::failures.eq(0), login_failures::window_ends_at.eq(until));
    diesel::insert_into(login_failures::table)
        .values(row)
        .on_conflict(login_failures::subject)
        .do_update()
        .set(login_failures::window_ends_at.eq(excluded(login_failures::window_ends_at)))
        .execute(tx)?;
    Ok(())
}

/// An attempt turned out to be none: forgets one count, and takes it out of the others.
///
/// # Errors
/// When the database fails.
pub fn settle(tx: &mut PgConnection, forgotten: &str, lowered: &[String]) -> StoreResult<()> {
    let lowered = login_failures::subject.eq_any(lowered);
    // Held in the order of `add` before anything is written.
    login_failures::table
        .filter(lowered.clone().or(login_failures::subject.eq(forgotten)))
        .order(login_failures::subject)
        .select(login_failures::subject)
        .for_update()
        .load::<String>(tx)?;
    diesel::delete(login_failures::table.find(forgotten)).execute(tx)?;
    diesel::update(login_failures::table.filter(lowered.and(login_failures::failures.gt(0))))
        .set(login_failures::failures.eq(login_failures::failures - 1))
        .execute(tx)?;
    Ok(())
}

/// Removes some of the counts whose window is over, but none that anybody else holds.
///
/// # Errors
/// When the database fails.
pub fn sweep(tx: &mut PgConnection) -> StoreResult<()> {
    let over: Vec<String> = login_failures::table
        .filter(login_failures::window_ends_at.lt(now))
        .select(login_failures::subject)
        .limit(1000)
        .for_update()
        .skip_locked()
        .load(tx)?;
    diesel::delete(login_failures::table.filter(login_failures::subject.eq_any(over))).execute(tx)?;
    Ok(())
}
