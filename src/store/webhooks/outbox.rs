//! From what was written to what each endpoint is told of it. A trigger fills the outbox in the writer's own transaction; here it
//! is made into deliveries, by one server at a time so that they are in order.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use diesel::{IntoSql, prelude::*, sql_types::Timestamptz};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    WebhookRow,
    deliveries::{enabled, scope_of, scopes},
    questions::{Due, SeenBefore},
};
use crate::{
    domain::{
        change::ChangeAction,
        id::{ArticleId, DeliveryId, LicenceId, WebhookId},
        licence::{Licence, Scope},
        webhook::Event,
    },
    schema::{article_listings, articles, webhook_changes, webhook_deliveries, webhook_sweep, webhooks},
    store::{
        error::{StoreError, StoreResult},
        visibility::visible_to,
    },
};

/// The most changes that are made into deliveries at once, and the most that a replay goes through.
const BATCH: i64 = 500;
const MOST_REPLAYED: i64 = 10_000;

/// How long after its second something that was scheduled may be told of.
const SWEPT_EVERY: Duration = Duration::seconds(1);

/// How far a sweep looks back over the one before it: a transaction that set a time may have ended after that time had come.
const OVERLAP: Duration = Duration::minutes(5);

/// The longest span of one sweep, after nobody swept for long.
const LONGEST_SWEEP: Duration = Duration::days(1);

/// Postgres takes 65,535 values in a statement.
const ROWS: usize = 5000;

/// A change, as the trigger wrote it down.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = webhook_changes, check_for_backend(diesel::pg::Pg))]
struct ChangeRow {
    id: i64,
    article_id: ArticleId,
    action: ChangeAction,
    slug: Option<String>,
    reason: Option<String>,
    changed_at: DateTime<Utc>,
    before: Option<serde_json::Value>,
}

/// What endpoints themselves ask of an article as it was.
#[derive(Debug, Default, Deserialize)]
struct Former {
    slug: Option<String>,
    published_at: Option<DateTime<Utc>>,
    #[serde(default)]
    lists: Vec<Uuid>,
}

/// A delivery to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = webhook_deliveries)]
struct NewDelivery {
    id: DeliveryId,
    webhook_id: WebhookId,
    event: Event,
    article_id: ArticleId,
    slug: Option<String>,
    reason: Option<String>,
    occurred_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
}

/// Whether anybody is to be told of anything.
///
/// # Errors
/// Those of the database.
pub fn has_endpoints(conn: &mut PgConnection) -> StoreResult<bool> {
    Ok(diesel::select(diesel::dsl::exists(webhooks::table.select(webhooks::id))).get_result(conn)?)
}

/// Makes deliveries of changes that were committed, and of times that came; whether there may be more at once. Nothing, while
/// another server does.
///
/// # Errors
/// Those of the database.
pub fn fan_out(tx: &mut PgConnection) -> StoreResult<bool> {
    let locked: Option<DateTime<Utc>> =
        webhook_sweep::table.select(webhook_sweep::swept_until).for_update().skip_locked().first(tx).optional()?;
    let Some(swept_until) = locked else { return Ok(false) };
    let endpoints: Vec<WebhookRow> =
        webhooks::table.filter(webhooks::is_enabled).order(webhooks::id).select(WebhookRow::as_select()).load(tx)?;
    let changes: Vec<ChangeRow> = webhook_changes::table
        .filter(webhook_changes::is_told.eq(false))
        .order(webhook_changes::id)
        .limit(BATCH)
        .select(ChangeRow::as_select())
        .load(tx)?;
    let mut made = of_changes(tx, &endpoints, &changes)?;
    // What was left over from before an endpoint was made is not for it.
    made.retain(|delivery| {
        endpoints.iter().any(|endpoint| endpoint.id == delivery.webhook_id && endpoint.created_at <= delivery.occurred_at)
    });
    if !changes.is_empty() {
        // One by one, and not up to a number: a change that commits late has a smaller one.
        let ids: Vec<i64> = changes.iter().map(|change| change.id).collect();
        diesel::update(webhook_changes::table.filter(webhook_changes::id.eq_any(ids)))
            .set(webhook_changes::is_told.eq(true))
            .execute(tx)?;
    }
    let now: DateTime<Utc> = diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(tx)?;
    if let Some(first) = endpoints.iter().map(|endpoint| endpoint.created_at).min().filter(|_| now - swept_until >= SWEPT_EVERY) {
        let from = (swept_until - OVERLAP).max(first);
        let until = now.min(from + LONGEST_SWEEP);
        made.extend(of_times(tx, &endpoints, from, until)?);
        diesel::update(webhook_sweep::table).set(webhook_sweep::swept_until.eq(until)).execute(tx)?;
    }
    insert(tx, made)?;
    Ok(i64::try_from(changes.len()).is_ok_and(|changes| changes == BATCH))
}

/// Tells an endpoint again of everything since a time; how many deliveries that makes.
///
/// # Errors
/// `NotFound`, `Conflict` when the endpoint is disabled or there is more than one replay goes through.
pub fn replay(tx: &mut PgConnection, webhook: WebhookId, since: DateTime<Utc>) -> StoreResult<usize> {
    let endpoint = enabled(tx, webhook)?;
    let changes: Vec<ChangeRow> = webhook_changes::table
        .filter(webhook_changes::changed_at.ge(since).and(webhook_changes::is_told))
        .order(webhook_changes::id)
        .limit(MOST_REPLAYED + 1)
        .select(ChangeRow::as_select())
        .load(tx)?;
    if i64::try_from(changes.len()).is_ok_and(|changes| changes > MOST_REPLAYED) {
        return Err(StoreError::Conflict {
            detail: format!(
                "There are more than {MOST_REPLAYED} changes since then. Name a later time, or let the receiver read its lists anew."
            ),
        });
    }
    let endpoints = [endpoint];
    let mut made = of_changes(tx, &endpoints, &changes)?;
    let now: DateTime<Utc> = diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(tx)?;
    // Not as due: that they were told of once is why they are asked for again.
    made.extend(of_times(tx, &endpoints, since, now)?.into_iter().map(|delivery| NewDelivery { due_at: None, ..delivery }));
    made.sort_by_key(|delivery| delivery.occurred_at);
    insert(tx, made)
}

fn insert(tx: &mut PgConnection, made: Vec<NewDelivery>) -> StoreResult<usize> {
    let mut inserted = 0;
    for some in made.chunks(ROWS) {
        inserted += diesel::insert_into(webhook_deliveries::table).values(some).on_conflict_do_nothing().execute(tx)?;
    }
    Ok(inserted)
}

/// The endpoints by what they may read: that is asked once for all that have the same licence.
fn by_scope<'w>(tx: &mut PgConnection, endpoints: &'w [WebhookRow]) -> StoreResult<Vec<(Scope, Vec<&'w WebhookRow>)>> {
    let scopes = scopes(tx, endpoints.iter().filter_map(|endpoint| endpoint.licence_id))?;
    let mut groups: Vec<(Option<LicenceId>, Vec<&WebhookRow>)> = Vec::new();
    for endpoint in endpoints {
        match groups.iter_mut().find(|(licence, _)| *licence == endpoint.licence_id) {
            Some((_, group)) => group.push(endpoint),
            None => groups.push((endpoint.licence_id, vec![endpoint])),
        }
    }
    Ok(groups.into_iter().map(|(licence, group)| (scope_of(&scopes, licence), group)).collect())
}

fn of_changes(tx: &mut PgConnection, endpoints: &[WebhookRow], changes: &[ChangeRow]) -> StoreResult<Vec<NewDelivery>> {
    if endpoints.is_empty() || changes.is_empty() {
        return Ok(Vec::new());
    }
    let mut articles: Vec<ArticleId> = changes.iter().map(|change| change.article_id).collect();
    articles.sort_unstable();
    articles.dedup();
    let lists = lists_now(tx, endpoints, &articles)?;
    let formers: Vec<Former> = changes
        .iter()
        .map(|change| change.before.clone().and_then(|before| serde_json::from_value(before).ok()).unwrap_or_default())
        .collect();
    let mut following: HashMap<usize, usize> = HashMap::new();
    let mut latest: HashMap<ArticleId, usize> = HashMap::new();
    for (place, change) in changes.iter().enumerate() {
        if let Some(before) = latest.insert(change.article_id, place) {
            following.insert(before, place);
        }
    }
    // By change first, so that every endpoint is told in the order of the changes.
    let mut made: Vec<(i64, NewDelivery)> = Vec::new();
    for (scope, group) in by_scope(tx, endpoints)? {
        let sees: HashMap<ArticleId, DateTime<Utc>> = articles::table
            .filter(articles::id.eq_any(&articles))
            .filter(visible_to(&scope))
            .select((articles::id, articles::published_at.assume_not_null()))
            .load(tx)?
            .into_iter()
            .collect();
        let seen = seen_before(tx, &scope, changes)?;
        for (place, (change, former)) in changes.iter().zip(&formers).enumerate() {
            // What the next change found before it is what this one left; the last one left what is there now.
            let next = following.get(&place);
            let (is_seen, published_at) = match next.and_then(|next| Some((changes.get(*next)?, formers.get(*next)?))) {
                Some((next, left)) => (seen.contains(&next.id), left.published_at),
                None => (sees.contains_key(&change.article_id), sees.get(&change.article_id).copied()),
            };
            if is_seen && published_at.is_some_and(|published_at| due(&scope, published_at) > change.changed_at) {
                // It was not yet to be seen when it was written, and has come due since: the sweep says so.
                continue;
            }
            let Some(event) = Event::of(change.action, seen.contains(&change.id), is_seen) else { continue };
            if event.takes_down() == sees.contains_key(&change.article_id) {
                // Overtaken by a later change, which has a message of its own.
                continue;
            }
            let now = lists.get(&change.article_id).map(Vec::as_slice).unwrap_or_default();
            for endpoint in &group {
                if !endpoint.wants(event) || !stands_in(endpoint, now.iter().chain(&former.lists)) {
                    continue;
                }
                // The name by which it was seen: the one it was given as it went is not for who may not see it.
                let slug = if event.takes_down() { former.slug.clone() } else { change.slug.clone() };
                let delivery = NewDelivery {
                    id: DeliveryId::new(),
                    webhook_id: endpoint.id,
                    event,
                    article_id: change.article_id,
                    slug,
                    reason: change.reason.clone(),
                    occurred_at: change.changed_at,
                    due_at: None,
                };
                made.push((change.id, delivery));
            }
        }
    }
    made.sort_by_key(|(change, _)| *change);
    Ok(made.into_iter().map(|(_, delivery)| delivery).collect())
}

/// What was scheduled for a time that has come, to each endpoint's own clock.
fn of_times(tx: &mut PgConnection, endpoints: &[WebhookRow], from: DateTime<Utc>, until: DateTime<Utc>) -> StoreResult<Vec<NewDelivery>> {
    let mut made = Vec::new();
    for (scope, group) in by_scope(tx, endpoints)? {
        let found: Vec<(Uuid, String, DateTime<Utc>)> = Due { from, until, minutes: minutes_ahead(&scope), scope }.load(tx)?;
        if found.is_empty() {
            continue;
        }
        let ids: Vec<ArticleId> = found.iter().map(|(id, _, _)| ArticleId(*id)).collect();
        let lists = lists_now(tx, endpoints, &ids)?;
        for (id, slug, due_at) in found {
            let id = ArticleId(id);
            let now = lists.get(&id).map(Vec::as_slice).unwrap_or_default();
            for endpoint in &group {
                if due_at >= endpoint.created_at && endpoint.wants(Event::Published) && stands_in(endpoint, now.iter()) {
                    made.push(NewDelivery {
                        id: DeliveryId::new(),
                        webhook_id: endpoint.id,
                        event: Event::Published,
                        article_id: id,
                        slug: Some(slug.clone()),
                        reason: None,
                        occurred_at: due_at,
                        due_at: Some(due_at),
                    });
                }
            }
        }
    }
    made.sort_by_key(|delivery| delivery.occurred_at);
    Ok(made)
}

/// When an article of this date becomes visible to `scope`.
fn due(scope: &Scope, published_at: DateTime<Utc>) -> DateTime<Utc> {
    scope.licence().map_or(published_at, |licence| licence.visible_from(published_at))
}

fn minutes_ahead(scope: &Scope) -> i32 {
    scope.licence().map_or(0, Licence::minutes_ahead)
}

/// Whether one of these lists is a section that the endpoint asked for.
fn stands_in<'l>(endpoint: &WebhookRow, mut lists: impl Iterator<Item = &'l Uuid>) -> bool {
    endpoint.section_ids.as_ref().is_none_or(|sections| lists.any(|list| sections.contains(&Some(*list))))
}

/// On which of the sections that endpoints ask for these articles stand.
fn lists_now(tx: &mut PgConnection, endpoints: &[WebhookRow], ids: &[ArticleId]) -> StoreResult<HashMap<ArticleId, Vec<Uuid>>> {
    let sections: Vec<Uuid> = endpoints.iter().filter_map(|endpoint| endpoint.section_ids.as_ref()).flatten().flatten().copied().collect();
    let mut lists: HashMap<ArticleId, Vec<Uuid>> = HashMap::new();
    if sections.is_empty() {
        return Ok(lists);
    }
    let rows: Vec<(Uuid, Uuid)> = article_listings::table
        .filter(article_listings::article_id.eq_any(ids.iter().map(|id| id.0)))
        .filter(article_listings::list_id.eq_any(sections))
        .select((article_listings::article_id, article_listings::list_id))
        .load(tx)?;
    for (article, list) in rows {
        lists.entry(ArticleId(article)).or_default().push(list);
    }
    Ok(lists)
}

/// Which of these changes were of an article that `scope` saw just before.
fn seen_before(tx: &mut PgConnection, scope: &Scope, changes: &[ChangeRow]) -> StoreResult<HashSet<i64>> {
    let ids = changes.iter().filter(|change| change.before.is_some()).map(|change| change.id).collect();
    let seen: Vec<i64> = SeenBefore { ids, scope: scope.clone() }.load(tx)?;
    Ok(seen.into_iter().collect())
}
