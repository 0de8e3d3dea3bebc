//! The entries of the log that a reader has not seen.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

use super::snapshot::Snapshot;
use crate::{
    domain::change::{ChangeAction, Resource},
    schema::changes,
    store::{articles::record::Former, error::StoreResult},
};

/// An entry of the log.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = changes, check_for_backend(diesel::pg::Pg))]
pub struct LogRow {
    pub transaction_id: i64,
    pub id: i64,
    pub occurred_at: DateTime<Utc>,
    pub resource: Resource,
    pub resource_id: Uuid,
    pub action: ChangeAction,
    pub reason: Option<String>,
    pub details: Value,
}

/// What an entry says besides its columns.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The slug at that time.
    pub slug: Option<String>,
    /// The lists that it stands on, before or after.
    pub lists: Vec<Uuid>,
    /// What it was for its readers before; an inner `None` where nobody could see it, nothing where that was not written down.
    #[serde(deserialize_with = "known")]
    pub before: Option<Option<Former>>,
    /// Whether every link to an article is another now.
    pub is_relinked: bool,
}

/// A member that is null is known to be nothing.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Former>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl LogRow {
    /// Its place in the log.
    #[must_use]
    pub const fn key(&self) -> (i64, i64) {
        (self.transaction_id, self.id)
    }

    /// What it says besides its columns. An entry of another form says nothing.
    #[must_use]
    pub fn details(&self) -> Details {
        Details::deserialize(&self.details).unwrap_or_default()
    }
}

/// The entries that `until` holds and `seen` does not, from a place on, in the order of the log.
///
/// # Errors
/// Those of the database.
pub fn rows(conn: &mut PgConnection, seen: &Snapshot, until: &Snapshot, after: (i64, i64), limit: i64) -> StoreResult<Vec<LogRow>> {
    let (transaction, entry) = after;
    Ok(changes::table
        // Where the walk along the index begins.
        .filter(changes::transaction_id.ge(transaction.max(seen.xmin())))
        .filter(changes::transaction_id.gt(transaction).or(changes::id.gt(entry)))
        .filter(changes::transaction_id.ge(seen.xmax()).or(changes::transaction_id.eq_any(seen.running())))
        .filter(changes::transaction_id.lt(until.xmax()))
        .filter(changes::transaction_id.ne_all(until.running()))
        .select(LogRow::as_select())
        .order((changes::transaction_id, changes::id))
        .limit(limit)
        .load(conn)?)
}
