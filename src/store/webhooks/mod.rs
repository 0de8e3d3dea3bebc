//! Webhook endpoints, what they are to be told, and what came of it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

pub mod deliveries;
pub mod outbox;
mod questions;

use super::{
    audit,
    error::{StoreError, StoreResult},
    licences, references,
};
use crate::{
    domain::{
        actor::Actor,
        change::Resource,
        id::{LicenceId, PartnerId, WebhookId},
        reference::Reference,
        webhook::{Event, SignatureKind},
        webhook_secret::WebhookSecret,
    },
    schema::{partners, sections, webhooks},
};

/// The most endpoints that a partner has, and the publication itself.
pub const MOST: i64 = 20;

/// An endpoint, as stored. Its keys are in it, so it is not printed.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct WebhookRow {
    pub id: WebhookId,
    pub partner_id: Option<PartnerId>,
    pub licence_id: Option<LicenceId>,
    pub url: String,
    pub description: Option<String>,
    pub events: Option<Vec<Option<Event>>>,
    pub section_ids: Option<Vec<Option<Uuid>>>,
    pub signature: SignatureKind,
    pub secret: Vec<u8>,
    pub former_secret: Option<Vec<u8>>,
    pub former_secret_until: Option<DateTime<Utc>>,
    pub is_ordered: bool,
    pub is_enabled: bool,
    pub disabled_reason: Option<String>,
    pub failing_since: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl WebhookRow {
    /// Whether it wants to be told of this.
    #[must_use]
    pub fn wants(&self, event: Event) -> bool {
        self.events.as_ref().is_none_or(|events| events.contains(&Some(event)))
    }

    /// The keys that sign now, the newest first.
    #[must_use]
    pub fn secrets(&self, now: DateTime<Utc>) -> Vec<WebhookSecret> {
        let former = self.former_secret.as_deref().filter(|_| self.former_secret_until.is_some_and(|until| until > now));
        [Some(self.secret.as_slice()), former]
            .into_iter()
            .flatten()
            .filter_map(|bytes| WebhookSecret::stored(self.signature, bytes))
            .collect()
    }
}

/// An endpoint with the paths of its sections that are still there.
#[derive(Clone)]
pub struct NamedWebhook {
    /// The endpoint.
    pub row: WebhookRow,
    /// The paths.
    pub sections: Option<Vec<String>>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the members of `WebhookRow`")]
pub struct WebhookChanges {
    pub url: Option<String>,
    pub description: Option<Option<String>>,
    pub events: Option<Option<Vec<Event>>>,
    pub sections: Option<Option<Vec<Reference>>>,
    pub licence_id: Option<LicenceId>,
    pub is_ordered: Option<bool>,
    pub is_enabled: Option<bool>,
}

#[derive(AsChangeset)]
#[diesel(table_name = webhooks)]
struct Changeset<'a> {
    url: Option<&'a str>,
    description: Option<Option<&'a str>>,
    events: Option<Option<&'a [Event]>>,
    section_ids: Option<Option<Vec<Uuid>>>,
    licence_id: Option<LicenceId>,
    is_ordered: Option<bool>,
    is_enabled: Option<bool>,
}

/// A page of endpoints, the newest first: those of a partner, or of everybody.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, partner: Option<PartnerId>, after: Option<WebhookId>, limit: i64) -> StoreResult<Vec<NamedWebhook>> {
    // Ids are UUIDv7: the order in which they were made.
    let mut query = webhooks::table.select(WebhookRow::as_select()).order(webhooks::id.desc()).limit(limit).into_boxed();
    if let Some(partner) = partner {
        query = query.filter(webhooks::partner_id.eq(partner));
    }
    if let Some(after) = after {
        query = query.filter(webhooks::id.lt(after));
    }
    let rows = query.load(conn)?;
    named(conn, rows)
}

/// One endpoint.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get(conn: &mut PgConnection, id: WebhookId) -> StoreResult<NamedWebhook> {
    let row = webhooks::table.find(id).select(WebhookRow::as_select()).first(conn)?;
    named(conn, vec![row])?.pop().ok_or(StoreError::NotFound)
}

/// Makes an endpoint, of a partner or of the publication itself.
///
/// # Errors
/// `Refused` for a section that is not there or a licence that is not the partner's, `Conflict` for more than there may be.
pub fn insert(
    tx: &mut PgConnection,
    actor: Actor,
    partner: Option<PartnerId>,
    signature: SignatureKind,
    changes: &WebhookChanges,
) -> StoreResult<(NamedWebhook, WebhookSecret)> {
    if let Some(partner) = partner {
        // Two admins at once count one after the other.
        partners::table.find(partner).select(partners::id).for_update().first::<PartnerId>(tx)?;
    }
    let others: i64 = webhooks::table.filter(webhooks::partner_id.is_not_distinct_from(partner)).count().get_result(tx)?;
    if others >= MOST {
        return Err(StoreError::Conflict { detail: format!("There are {MOST} endpoints already, which are the most; delete one first.") });
    }
    check_licence(tx, partner, changes.licence_id)?;
    let (id, secret) = (WebhookId::new(), WebhookSecret::generate(signature));
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::partner_id.eq(partner),
            webhooks::licence_id.eq(changes.licence_id),
            webhooks::url.eq(changes.url.as_deref().unwrap_or_default()),
            webhooks::signature.eq(signature),
            webhooks::secret.eq(secret.bytes().as_slice()),
        ))
        .execute(tx)?;
    set(tx, id, changes)?;
    let made = get(tx, id)?;
    audit::record(tx, actor, "create_webhook", Resource::Webhook, Some(id.0), describe(&made.row))?;
    Ok((made, secret))
}

/// Changes an endpoint. Enabling it forgets its failures.
///
/// # Errors
/// `NotFound`, `Stale`, `Refused`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    id: WebhookId,
    expected: Option<i64>,
    changes: &WebhookChanges,
) -> StoreResult<NamedWebhook> {
    let before = lock(tx, id, expected)?;
    if changes.licence_id.is_some() {
        check_licence(tx, before.partner_id, changes.licence_id)?;
    }
    set(tx, id, changes)?;
    if changes.is_enabled.is_some_and(|is_enabled| is_enabled != before.is_enabled) {
        diesel::update(webhooks::table.find(id))
            .set((webhooks::disabled_reason.eq(None::<String>), webhooks::failing_since.eq(None::<DateTime<Utc>>)))
            .execute(tx)?;
    }
    bump(tx, id)?;
    let now = get(tx, id)?;
    audit::record(tx, actor, "update_webhook", Resource::Webhook, Some(id.0), describe(&now.row))?;
    Ok(now)
}

/// Gives an endpoint another key. The present one signs beside it until then.
///
/// # Errors
/// `NotFound`.
pub fn rotate(tx: &mut PgConnection, actor: Actor, id: WebhookId, until: DateTime<Utc>) -> StoreResult<(NamedWebhook, WebhookSecret)> {
    let before = lock(tx, id, None)?;
    let secret = WebhookSecret::generate(before.signature);
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::secret.eq(secret.bytes().as_slice()),
            webhooks::former_secret.eq(&before.secret),
            webhooks::former_secret_until.eq(until),
        ))
        .execute(tx)?;
    bump(tx, id)?;
    audit::record(tx, actor, "rotate_webhook", Resource::Webhook, Some(id.0), describe(&before))?;
    Ok((get(tx, id)?, secret))
}

/// Deletes an endpoint with its deliveries, those that are still to be sent too.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, id: WebhookId, expected: Option<i64>) -> StoreResult<()> {
    let before = lock(tx, id, expected)?;
    diesel::delete(webhooks::table.find(id)).execute(tx)?;
    audit::record(tx, actor, "delete_webhook", Resource::Webhook, Some(id.0), describe(&before))
}

/// Stops delivering to an endpoint, for this reason; an admin may enable it again.
///
/// # Errors
/// Those of the database.
pub fn disable(tx: &mut PgConnection, id: WebhookId, reason: &str) -> StoreResult<()> {
    let was_enabled = diesel::update(webhooks::table.find(id).filter(webhooks::is_enabled))
        .set((
            webhooks::is_enabled.eq(false),
            webhooks::disabled_reason.eq(reason),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)?;
    if was_enabled == 0 {
        return Ok(());
    }
    audit::record(tx, Actor::command_line(), "disable_webhook", Resource::Webhook, Some(id.0), json!({ "reason": reason }))
}

fn set(tx: &mut PgConnection, id: WebhookId, changes: &WebhookChanges) -> StoreResult<()> {
    let section_ids = match &changes.sections {
        None => None,
        Some(None) => Some(None),
        Some(Some(list)) => {
            let asked: Vec<_> = list
                .iter()
                .enumerate()
                .map(|(place, reference)| (format!("/sections/{place}"), Resource::Section, reference.clone()))
                .collect();
            Some(Some(references::get(tx, &asked)?))
        }
    };
    let changeset = Changeset {
        url: changes.url.as_deref(),
        description: changes.description.as_ref().map(Option::as_deref),
        events: changes.events.as_ref().map(Option::as_deref),
        section_ids,
        licence_id: changes.licence_id,
        is_ordered: changes.is_ordered,
        is_enabled: changes.is_enabled,
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(webhooks::table.find(id)).set((changeset, webhooks::id.eq(id))).execute(tx)?;
    Ok(())
}

fn bump(tx: &mut PgConnection, id: WebhookId) -> StoreResult<()> {
    diesel::update(webhooks::table.find(id))
        .set((webhooks::version.eq(webhooks::version + 1), webhooks::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    Ok(())
}

/// A partner's endpoint has one of its licences, the publication's own has none.
fn check_licence(tx: &mut PgConnection, partner: Option<PartnerId>, licence: Option<LicenceId>) -> StoreResult<()> {
    let refused = |detail: &str| Err(StoreError::Refused { pointer: "/licence".to_owned(), detail: detail.to_owned() });
    match (partner, licence) {
        (None, None) => Ok(()),
        (None, Some(_)) => refused("An endpoint of the publication itself has no licence; a partner's endpoints stand below the partner."),
        (Some(_), None) => refused("A partner's endpoint needs one of the partner's licences: it is told of what that lets it read."),
        (Some(partner), Some(licence)) => match licences::get(tx, partner, licence) {
            Err(StoreError::NotFound) => refused("This partner has no such licence; name one of its own by its id."),
            outcome => outcome.map(|_| ()),
        },
    }
}

/// Names the sections of endpoints: one statement for any number of them.
fn named(conn: &mut PgConnection, rows: Vec<WebhookRow>) -> StoreResult<Vec<NamedWebhook>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.section_ids.as_ref()).flatten().flatten().copied().collect();
    let paths: Vec<(Uuid, String)> = sections::table.filter(sections::id.eq_any(ids)).select((sections::id, sections::path)).load(conn)?;
    let name = |id: &Uuid| paths.iter().find(|(one, _)| one == id).map(|(_, path)| path.clone());
    Ok(rows
        .into_iter()
        .map(|row| NamedWebhook { sections: row.section_ids.as_ref().map(|ids| ids.iter().flatten().filter_map(name).collect()), row })
        .collect())
}

fn lock(tx: &mut PgConnection, id: WebhookId, expected: Option<i64>) -> StoreResult<WebhookRow> {
    let row: WebhookRow = webhooks::table.find(id).select(WebhookRow::as_select()).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != row.version) {
        return Err(StoreError::Stale);
    }
    Ok(row)
}

/// What the audit says of an endpoint: never a key, and of the address no more than the host, for its path may be a secret too.
fn describe(row: &WebhookRow) -> serde_json::Value {
    let host = url::Url::parse(&row.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    json!({ "partner": row.partner_id, "host": host, "is_enabled": row.is_enabled })
}
