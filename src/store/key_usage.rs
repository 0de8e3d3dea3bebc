//! How often keys are used: by day, endpoint and article.

use chrono::NaiveDate;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::error::StoreResult;
use crate::domain::id::{ApiKeyId, PartnerId};

/// Some requests of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Used {
    /// By which key.
    pub key: ApiKeyId,
    /// On which day, in UTC.
    pub day: NaiveDate,
    /// What was asked for: method and path, as in the API's document.
    pub operation: String,
    /// The one article that was asked for; nil where it was none, or several.
    pub article: Uuid,
}

/// Adds requests to what is counted already.
///
/// # Errors
/// Those of the database.
pub fn add(tx: &mut PgConnection, counts: &[(Used, i64)]) -> StoreResult<()> {
    // In one order for everybody, and a row once: two servers that flush the same rows would wait for each other crosswise.
    let mut counts: Vec<&(Used, i64)> = counts.iter().collect();
    counts.sort_by_key(|(used, _)| (used.key, used.day, used.operation.clone(), used.article));
    for some in counts.chunks(5000) {
        diesel::sql_query(include_str!("sql/add_usage.sql"))
            .bind::<Array<SqlUuid>, _>(some.iter().map(|(used, _)| used.key.0).collect::<Vec<_>>())
            .bind::<Array<Date>, _>(some.iter().map(|(used, _)| used.day).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(some.iter().map(|(used, _)| used.operation.as_str()).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(some.iter().map(|(used, _)| used.article).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(some.iter().map(|(_, requests)| *requests).collect::<Vec<_>>())
            .execute(tx)?;
    }
    Ok(())
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct UsageRow {
    #[diesel(sql_type = SqlUuid)]
    pub key_id: Uuid,
    #[diesel(sql_type = Text)]
    pub prefix: String,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Text)]
    pub operation: String,
    #[diesel(sql_type = SqlUuid)]
    pub article_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
}

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Whose keys.
    pub partner: PartnerId,
    /// From this day on.
    pub from: NaiveDate,
    /// To this day, which is in it.
    pub to: NaiveDate,
    /// Whether endpoints are told apart.
    pub by_operation: bool,
    /// Whether articles are told apart.
    pub by_article: bool,
}

/// How often the keys of a partner were used, by key and day, and further as asked: at most `limit` rows.
///
/// # Errors
/// Those of the database.
pub fn report(conn: &mut PgConnection, asked: Question, limit: i64) -> StoreResult<Vec<UsageRow>> {
    use diesel::sql_types::Bool;
    Ok(diesel::sql_query(include_str!("sql/usage_report.sql"))
        .bind::<SqlUuid, _>(asked.partner.0)
        .bind::<Date, _>(asked.from)
        .bind::<Date, _>(asked.to)
        .bind::<Bool, _>(asked.by_operation)
        .bind::<Bool, _>(asked.by_article)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}
