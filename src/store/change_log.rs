//! The append-only log of everything that changed: sync, streams, webhooks and caches read it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::error::StoreResult;
use crate::{
    domain::{
        change::{ChangeAction, Resource},
        licence::Scope,
    },
    schema::changes,
};

/// One entry to be.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What kind of thing changed.
    pub resource: Resource,
    /// Which one.
    pub id: Uuid,
    /// What happened to it.
    pub action: ChangeAction,
    /// Why, in words for the reader of the log; withdrawals have one.
    pub reason: Option<String>,
    /// What must be known of it when it is gone: slug, lists before and after.
    pub details: serde_json::Value,
}

/// Writes an entry, in the transaction of the change itself.
///
/// # Errors
/// Those of the database.
pub fn append(tx: &mut PgConnection, entry: Entry) -> StoreResult<()> {
    append_all(tx, vec![entry])
}

/// Writes many entries, in the transaction of the changes themselves.
///
/// # Errors
/// Those of the database.
pub fn append_all(tx: &mut PgConnection, entries: Vec<Entry>) -> StoreResult<()> {
    // Five values a row, and Postgres takes 65,535 in a statement.
    for some in entries.chunks(10_000) {
        let rows: Vec<_> = some
            .iter()
            .map(|entry| {
                (
                    changes::resource.eq(entry.resource),
                    changes::resource_id.eq(entry.id),
                    changes::action.eq(entry.action),
                    changes::reason.eq(entry.reason.as_deref()),
                    changes::details.eq(&entry.details),
                )
            })
            .collect();
        diesel::insert_into(changes::table).values(rows).execute(tx)?;
    }
    Ok(())
}

/// Writes an entry for each article that stands on a list, in the transaction that takes the list away: who keeps a copy of them
/// learns that it is old, though nothing can be found by that list afterwards.
///
/// # Errors
/// Those of the database.
pub fn announce_list(tx: &mut PgConnection, list: Uuid) -> StoreResult<()> {
    diesel::sql_query(include_str!("sql/announce_list.sql")).bind::<diesel::sql_types::Uuid, _>(list).execute(tx)?;
    Ok(())
}

/// When what readers see last changed: by a write, or by an article's time coming. Unknown under a licence: what a partner sees
/// also changes with the licence, and at the end of an embargo.
///
/// # Errors
/// Those of the database.
pub fn last_change(conn: &mut PgConnection, scope: &Scope) -> StoreResult<Option<DateTime<Utc>>> {
    if scope.licence().is_some() {
        return Ok(None);
    }
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>)]
        at: Option<DateTime<Utc>>,
    }
    let last: Last = diesel::sql_query(concat!("SELECT\n", include_str!("sql/last_change.sql"), " AS at")).get_result(conn)?;
    Ok(last.at)
}
