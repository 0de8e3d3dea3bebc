//! Articles found other than by an entry of their own: all there are, all on a list, and what became visible by itself.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use diesel::{IntoSql, prelude::*};
use uuid::Uuid;

use crate::{
    domain::{
        id::ArticleId,
        licence::{Licence, Scope},
    },
    schema::{article_listings, articles},
    store::{
        error::StoreResult,
        keyset::{After, Before, TimeKey, TimeRecord},
    },
};

/// Articles with the times that they are found by.
pub type Found = Vec<TimeKey>;

/// What stands on a list, scheduled or visible, the newest first.
///
/// # Errors
/// Those of the database.
pub fn on_list(conn: &mut PgConnection, list: Uuid, after: Option<TimeKey>, limit: i64) -> StoreResult<Found> {
    use article_listings as listing;
    let key = (listing::published_at.nullable(), listing::article_id);
    let mut query = listing::table.filter(listing::list_id.eq(list)).select((listing::published_at, listing::article_id)).into_boxed();
    if let Some(after) = after {
        query = query.filter(Before::new(key.into_sql::<TimeRecord>(), (after.at, after.id).into_sql::<TimeRecord>()));
    }
    let rows: Vec<(DateTime<Utc>, Uuid)> =
        query.order((listing::published_at.desc(), listing::article_id.desc())).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(|(at, id)| TimeKey { at, id }).collect())
}

/// Everything that is out or scheduled, the newest first.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut PgConnection, after: Option<TimeKey>, limit: i64) -> StoreResult<Found> {
    let key = (articles::published_at, articles::id);
    let mut query = articles::table
        .filter(articles::withdrawn_at.is_null())
        .filter(articles::published_at.is_not_null())
        .select((articles::published_at.assume_not_null(), articles::id))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(Before::new(key.into_sql::<TimeRecord>(), (after.at, after.id).into_sql::<TimeRecord>()));
    }
    let rows: Vec<(DateTime<Utc>, ArticleId)> =
        query.order((articles::published_at.desc(), articles::id.desc())).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(|(at, id)| TimeKey { at, id: id.0 }).collect())
}

/// What became visible to `scope` by its time coming after `from`, up to `until`, the oldest first.
///
/// What was published at once in that time is found too, and has an entry in the log besides.
///
/// # Errors
/// Those of the database.
pub fn became_visible(
    conn: &mut PgConnection,
    scope: &Scope,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    after: Option<TimeKey>,
    limit: i64,
) -> StoreResult<Found> {
    let ahead = ahead(scope);
    let start = after.unwrap_or(TimeKey { at: from + ahead, id: Uuid::max() });
    let key = (articles::published_at, articles::id);
    let rows: Vec<(DateTime<Utc>, ArticleId)> = articles::table
        .filter(articles::withdrawn_at.is_null())
        .filter(After::new(key.into_sql::<TimeRecord>(), (start.at, start.id).into_sql::<TimeRecord>()))
        .filter(articles::published_at.le(until + ahead))
        .select((articles::published_at.assume_not_null(), articles::id))
        .order((articles::published_at.asc(), articles::id.asc()))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(|(at, id)| TimeKey { at, id: id.0 }).collect())
}

/// When something next becomes visible to `scope` by itself, after `clock`.
///
/// # Errors
/// Those of the database.
pub fn next_due(conn: &mut PgConnection, scope: &Scope, clock: DateTime<Utc>) -> StoreResult<Option<DateTime<Utc>>> {
    let ahead = ahead(scope);
    let next: Option<Option<DateTime<Utc>>> = articles::table
        .filter(articles::withdrawn_at.is_null())
        .filter(articles::published_at.gt(clock + ahead))
        .select(articles::published_at)
        .order((articles::published_at.asc(), articles::id.asc()))
        .first(conn)
        .optional()?;
    Ok(next.flatten().map(|at| at - ahead))
}

/// Which of these articles stand on a list.
///
/// # Errors
/// Those of the database.
pub fn standing_on(conn: &mut PgConnection, list: Uuid, ids: &[ArticleId]) -> StoreResult<HashSet<ArticleId>> {
    use article_listings as listing;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Uuid> =
        listing::table.filter(listing::list_id.eq(list)).filter(listing::article_id.eq_any(ids)).select(listing::article_id).load(conn)?;
    Ok(rows.into_iter().map(ArticleId).collect())
}

/// By how much the present of `scope` is ahead of the readers'.
fn ahead(scope: &Scope) -> Duration {
    Duration::minutes(i64::from(scope.licence().map_or(0, Licence::minutes_ahead)))
}
