//! Deliveries: claimed, sent, settled, listed, and trimmed in the end.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Double, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::WebhookRow;
use crate::{
    domain::{
        id::{ArticleId, DeliveryId, LicenceId, WebhookId},
        licence::Scope,
        webhook::{DeliveryStatus, Event, KEPT},
    },
    schema::{articles, licences, sections, webhook_before, webhook_changes, webhook_deliveries, webhooks},
    store::{
        error::{StoreError, StoreResult},
        licences::LicenceRow,
        visibility::visible_to,
    },
};

/// A delivery, as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub sequence: i64,
    pub event: Event,
    pub article_id: Option<ArticleId>,
    pub slug: Option<String>,
    pub reason: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_attempt_at: DateTime<Utc>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub attempted_at: Option<DateTime<Utc>>,
    pub duration_ms: Option<i32>,
    pub request_body: Option<String>,
    pub response_status: Option<i32>,
    pub response_body: Option<String>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A delivery that this server is to send before its claim ends.
#[derive(Clone)]
pub struct Claimed {
    /// The delivery.
    pub delivery: DeliveryRow,
    /// Where to.
    pub webhook: Arc<WebhookRow>,
    /// What the endpoint may read.
    pub scope: Scope,
    /// The article as the endpoint may see it at this moment. `None`: it may not.
    pub article: Option<ToldRow>,
}

/// What a message says of an article: no more than every licence gives.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct ToldRow {
    pub id: ArticleId,
    pub slug: String,
    pub kind: crate::domain::article::Kind,
    pub language: String,
    pub title: String,
    #[diesel(select_expression = sections::path)]
    pub section: String,
    #[diesel(select_expression = crate::store::nested::SiteUrl)]
    pub site_url: String,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the columns of the log")]
pub struct Attempt {
    pub attempted_at: DateTime<Utc>,
    pub duration_ms: i32,
    pub request_body: String,
    pub response_status: Option<i32>,
    pub response_body: Option<String>,
    pub error: Option<String>,
}

/// What a server has room for.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// So many deliveries.
    pub most: i64,
    /// So many for each endpoint; one for those that fail.
    pub most_each: i64,
    /// None for these endpoints.
    pub full: Vec<WebhookId>,
    /// For endpoints that fail, or for the others.
    pub failing: bool,
}

/// Claims deliveries whose time has come for some seconds, in which no other server takes them.
///
/// # Errors
/// Those of the database.
pub fn claim(tx: &mut PgConnection, room: &Room, seconds: f64) -> StoreResult<Vec<Claimed>> {
    #[derive(QueryableByName)]
    struct Picked {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let picked: Vec<Picked> = diesel::sql_query(include_str!("../sql/claim_deliveries.sql"))
        .bind::<BigInt, _>(room.most)
        .bind::<BigInt, _>(room.most_each)
        .bind::<Array<SqlUuid>, _>(room.full.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Bool, _>(room.failing)
        .bind::<Double, _>(seconds)
        .load(tx)?;
    if picked.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(DeliveryRow, WebhookRow)> = webhook_deliveries::table
        .inner_join(webhooks::table)
        .filter(webhook_deliveries::id.eq_any(picked.into_iter().map(|picked| picked.id)))
        .order(webhook_deliveries::sequence)
        .select((DeliveryRow::as_select(), WebhookRow::as_select()))
        .load(tx)?;
    let scopes = scopes(tx, rows.iter().filter_map(|(_, webhook)| webhook.licence_id))?;
    let mut told: HashMap<(Option<LicenceId>, ArticleId), ToldRow> = HashMap::new();
    let mut asked: HashMap<Option<LicenceId>, Vec<ArticleId>> = HashMap::new();
    for (delivery, webhook) in &rows {
        if let Some(article) = delivery.article_id {
            asked.entry(webhook.licence_id).or_default().push(article);
        }
    }
    for (licence, ids) in asked {
        let scope = scope_of(&scopes, licence);
        let found: Vec<ToldRow> = articles::table
            .inner_join(sections::table)
            .filter(articles::id.eq_any(ids))
            .filter(visible_to(&scope))
            .select(ToldRow::as_select())
            .load(tx)?;
        told.extend(found.into_iter().map(|row| ((licence, row.id), row)));
    }
    let mut claimed = Vec::with_capacity(rows.len());
    for (delivery, webhook) in rows {
        let article = delivery.article_id.and_then(|article| told.get(&(webhook.licence_id, article)).cloned());
        let scope = scope_of(&scopes, webhook.licence_id);
        claimed.push(Claimed { delivery, webhook: Arc::new(webhook), scope, article });
    }
    Ok(claimed)
}

/// What these licences let read.
pub(super) fn scopes(conn: &mut PgConnection, ids: impl Iterator<Item = LicenceId>) -> StoreResult<HashMap<LicenceId, Scope>> {
    let mut ids: Vec<LicenceId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<LicenceRow> = licences::table.filter(licences::id.eq_any(ids)).select(LicenceRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, Scope::Licensed(Arc::new(row.licence())))).collect())
}

/// The scope of an endpoint: readers' for the publication's own.
pub(super) fn scope_of(scopes: &HashMap<LicenceId, Scope>, licence: Option<LicenceId>) -> Scope {
    licence.and_then(|licence| scopes.get(&licence).cloned()).unwrap_or(Scope::Public)
}

/// Whether this server still has the delivery: another one has it when the claim ended meanwhile.
macro_rules! ours {
    ($delivery:expr) => {
        webhook_deliveries::table
            .find($delivery.id)
            .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
            .filter(webhook_deliveries::claimed_until.is_not_distinct_from($delivery.claimed_until))
    };
}

/// Writes down what came of an attempt: delivered, given up, or (with `next`) to be tried again then. Whether it was still ours.
///
/// # Errors
/// Those of the database.
pub fn settle(
    tx: &mut PgConnection,
    delivery: &DeliveryRow,
    attempt: &Attempt,
    status: DeliveryStatus,
    next: Option<DateTime<Utc>>,
) -> StoreResult<bool> {
    let ended_at = (status != DeliveryStatus::Pending).then_some(attempt.attempted_at);
    let written = diesel::update(ours!(delivery))
        .set((
            webhook_deliveries::status.eq(status),
            webhook_deliveries::attempts.eq(delivery.attempts + 1),
            next.map(|next| webhook_deliveries::next_attempt_at.eq(next)),
            webhook_deliveries::claimed_until.eq(None::<DateTime<Utc>>),
            webhook_deliveries::attempted_at.eq(attempt.attempted_at),
            webhook_deliveries::duration_ms.eq(attempt.duration_ms),
            webhook_deliveries::request_body.eq(&attempt.request_body),
            webhook_deliveries::response_status.eq(attempt.response_status),
            webhook_deliveries::response_body.eq(attempt.response_body.as_deref()),
            webhook_deliveries::error.eq(attempt.error.as_deref()),
            webhook_deliveries::ended_at.eq(ended_at),
        ))
        .execute(tx)?;
    Ok(written > 0)
}

/// Ends a delivery without an attempt: what it says does not hold any more, and what does has a message of its own.
///
/// # Errors
/// Those of the database.
pub fn drop_overtaken(tx: &mut PgConnection, delivery: &DeliveryRow) -> StoreResult<()> {
    diesel::update(ours!(delivery))
        .set((
            webhook_deliveries::status.eq(DeliveryStatus::Dropped),
            webhook_deliveries::claimed_until.eq(None::<DateTime<Utc>>),
            webhook_deliveries::error.eq("It was overtaken: the article went, or came back, before this was sent."),
            webhook_deliveries::ended_at.eq(diesel::dsl::now),
        ))
        .execute(tx)?;
    Ok(())
}

/// Gives claimed deliveries back that were not sent, so that others need not wait for the claim to end.
///
/// # Errors
/// Those of the database.
pub fn release(tx: &mut PgConnection, deliveries: &[DeliveryRow]) -> StoreResult<()> {
    for delivery in deliveries {
        diesel::update(ours!(delivery)).set(webhook_deliveries::claimed_until.eq(None::<DateTime<Utc>>)).execute(tx)?;
    }
    Ok(())
}

/// Notes that an endpoint failed, or did not: since when, by the first failure that no success has followed.
///
/// # Errors
/// Those of the database.
pub fn note_health(tx: &mut PgConnection, webhook: &WebhookRow, failed_at: Option<DateTime<Utc>>) -> StoreResult<()> {
    match failed_at {
        Some(at) => diesel::update(webhooks::table.find(webhook.id).filter(webhooks::failing_since.is_null()))
            .set(webhooks::failing_since.eq(at))
            .execute(tx)?,
        // Most deliveries find nothing to change, and lock nothing.
        None if webhook.failing_since.is_none() => 0,
        None => diesel::update(webhooks::table.find(webhook.id)).set(webhooks::failing_since.eq(None::<DateTime<Utc>>)).execute(tx)?,
    };
    Ok(())
}

/// Since when an endpoint has only failed.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn failing_since(conn: &mut PgConnection, id: WebhookId) -> StoreResult<Option<DateTime<Utc>>> {
    Ok(webhooks::table.find(id).select(webhooks::failing_since).first(conn)?)
}

/// A page of the log of an endpoint, the newest first.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut PgConnection,
    webhook: WebhookId,
    status: Option<DeliveryStatus>,
    before: Option<i64>,
    limit: i64,
) -> StoreResult<Vec<DeliveryRow>> {
    webhooks::table.find(webhook).select(webhooks::id).first::<WebhookId>(conn)?;
    let mut query = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .select(DeliveryRow::as_select())
        .order(webhook_deliveries::sequence.desc())
        .limit(limit)
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(webhook_deliveries::status.eq(status));
    }
    if let Some(before) = before {
        query = query.filter(webhook_deliveries::sequence.lt(before));
    }
    Ok(query.load(conn)?)
}

/// One delivery of an endpoint.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get(conn: &mut PgConnection, webhook: WebhookId, id: DeliveryId) -> StoreResult<DeliveryRow> {
    Ok(webhook_deliveries::table
        .find(id)
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .select(DeliveryRow::as_select())
        .first(conn)?)
}

/// Sends a delivery again, from the first attempt on and with the same id, whatever came of it.
///
/// # Errors
/// `NotFound`, `Conflict` when it is being sent at this moment or the endpoint is disabled.
pub fn redeliver(tx: &mut PgConnection, webhook: WebhookId, id: DeliveryId) -> StoreResult<DeliveryRow> {
    enabled(tx, webhook)?;
    let row: DeliveryRow = webhook_deliveries::table
        .find(id)
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .select(DeliveryRow::as_select())
        .for_update()
        .first(tx)?;
    if row.status == DeliveryStatus::Pending && row.claimed_until.is_some_and(|until| until > Utc::now()) {
        return Err(StoreError::Conflict { detail: "It is being sent at this moment.".to_owned() });
    }
    Ok(diesel::update(webhook_deliveries::table.find(id))
        .set((
            webhook_deliveries::status.eq(DeliveryStatus::Pending),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_attempt_at.eq(diesel::dsl::now),
            webhook_deliveries::ended_at.eq(None::<DateTime<Utc>>),
        ))
        .returning(DeliveryRow::as_returning())
        .get_result(tx)?)
}

/// Has a message sent that says nothing, to try an endpoint out.
///
/// # Errors
/// `NotFound`, `Conflict` when the endpoint is disabled.
pub fn test(tx: &mut PgConnection, webhook: WebhookId) -> StoreResult<DeliveryRow> {
    enabled(tx, webhook)?;
    Ok(diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::id.eq(DeliveryId::new()),
            webhook_deliveries::webhook_id.eq(webhook),
            webhook_deliveries::event.eq(Event::Test),
            webhook_deliveries::occurred_at.eq(diesel::dsl::now),
        ))
        .returning(DeliveryRow::as_returning())
        .get_result(tx)?)
}

pub(super) fn enabled(conn: &mut PgConnection, webhook: WebhookId) -> StoreResult<WebhookRow> {
    let row: WebhookRow = webhooks::table.find(webhook).select(WebhookRow::as_select()).first(conn)?;
    if row.is_enabled {
        return Ok(row);
    }
    Err(StoreError::Conflict { detail: "The endpoint is disabled; enable it first.".to_owned() })
}

/// Takes away some of what is older than the log goes back; whether there may be more.
///
/// # Errors
/// Those of the database.
pub fn trim(tx: &mut PgConnection, some: i64) -> StoreResult<bool> {
    let oldest = Utc::now() - KEPT;
    let deliveries: Vec<DeliveryId> =
        webhook_deliveries::table.filter(webhook_deliveries::created_at.lt(oldest)).select(webhook_deliveries::id).limit(some).load(tx)?;
    let gone = diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(deliveries))).execute(tx)?;
    let changes: Vec<i64> =
        webhook_changes::table.filter(webhook_changes::changed_at.lt(oldest)).select(webhook_changes::id).limit(some).load(tx)?;
    let told = diesel::delete(webhook_changes::table.filter(webhook_changes::id.eq_any(changes))).execute(tx)?;
    // What no change took: the write touched nothing that is logged.
    diesel::delete(webhook_before::table.filter(webhook_before::captured_at.lt(Utc::now() - chrono::Duration::days(1)))).execute(tx)?;
    Ok([gone, told].iter().any(|rows| i64::try_from(*rows).is_ok_and(|rows| rows >= some)))
}
