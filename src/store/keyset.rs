//! Paging conditions: a row comparison finds its place in the index at any depth, among equal times too.

use chrono::{DateTime, Utc};
use diesel::{
    infix_operator,
    pg::Pg,
    sql_types::{Bool, Nullable, Record, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

infix_operator!(Before, " < ", Nullable<Bool>, backend: Pg);
infix_operator!(After, " > ", Nullable<Bool>, backend: Pg);

/// The place of a row in an order by time: the time and, among equal times, the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeKey {
    /// The time it is ordered by, with Postgres' microseconds.
    #[serde(rename = "t", with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    /// What orders equal times.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// The place of a row in an order by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameKey {
    /// The name it is ordered by.
    #[serde(rename = "n")]
    pub name: String,
    /// What orders equal names.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// The SQL type of a `TimeKey`.
pub type TimeRecord = Record<(Nullable<Timestamptz>, SqlUuid)>;
/// The SQL type of a `NameKey`.
pub type NameRecord = Record<(Text, SqlUuid)>;

/// A page of a list by name, and whether there are more behind it.
#[derive(Debug)]
pub struct NamePage<Row> {
    /// At most as many as were asked for.
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<NameKey>,
}

impl<Row> NamePage<Row> {
    /// From rows of which one more was asked for than the page holds.
    pub fn of(mut rows: Vec<Row>, limit: i64, key: impl Fn(&Row) -> NameKey) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(key);
        Self { rows, next }
    }
}
