//! Webhook endpoints of the publication itself and of its partners; their log stands in the file beside.

mod deliveries;
mod message;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::Utc;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::partners::partner_by_any_name;
use crate::{
    access::{caller::Allowed, permission::ManageWebhooks},
    api::{
        api_key::Rotation,
        delivery::{Replay, Replayed},
        reference::PartnerRef,
        webhook::{MadeWebhook, NewWebhook, Webhook, WebhookPatch},
    },
    domain::{
        id::{PartnerId, WebhookId},
        webhook_secret::WebhookSecret,
        webhook_target::TargetPolicy,
    },
    http::{
        self, AccessProblems, CreateProblems, Cursor, IfMatch, Json, Limit, ListProblems, NoParameters, Page, Path, Query, ReadProblems,
        Tagged, WriteProblems, extract::OptionalJson,
    },
    store::{self, db::Db, webhooks::NamedWebhook},
};

pub use message::describe;

/// The routes of this folder.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_webhooks).service(create_webhook).service(show_webhook).service(update_webhook).service(delete_webhook);
    config.service(rotate_webhook).service(replay_webhook);
    config.service(list_partner_webhooks).service(create_partner_webhook);
    deliveries::routes(config);
}

/// An endpoint.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Path)]
pub struct WebhookPath {
    /// An endpoint's id.
    #[param(value_type = uuid::Uuid)]
    pub(super) webhook: WebhookId,
}

/// The form of the lists.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListWebhooks {
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
}

/// List the webhooks.
///
/// The publication's own and its partners', the newest first. None shows its key.
#[utoipa::path(
    tag = "webhooks",
    params(ListWebhooks),
    security(("token" = [ManageWebhooks])),
    responses((status = 200, body = Page<Webhook>, description = "A page of endpoints."), ListProblems, AccessProblems)
)]
#[get("/webhooks")]
async fn list_webhooks(_: Allowed<ManageWebhooks>, query: Query<ListWebhooks>, db: Data<Db>) -> http::Result<Tagged<Page<Webhook>>> {
    let ListWebhooks { limit, cursor } = query.into_inner();
    let after: Option<WebhookId> = cursor.map(|cursor| Cursor::decode(&cursor, "webhooks")).transpose()?;
    let rows = db.read(move |conn| store::webhooks::page(conn, None, after, limit.rows() + 1)).await?;
    Ok(page(rows, limit, "webhooks"))
}

/// List a partner's webhooks.
///
/// The newest first. None shows its key.
#[utoipa::path(
    tag = "webhooks",
    params(PartnerRef, ListWebhooks),
    security(("token" = [ManageWebhooks])),
    responses((status = 200, body = Page<Webhook>, description = "A page of endpoints."), ListProblems, AccessProblems)
)]
#[get("/partners/{partner}/webhooks")]
async fn list_partner_webhooks(
    _: Allowed<ManageWebhooks>,
    path: Path<PartnerRef>,
    query: Query<ListWebhooks>,
    db: Data<Db>,
) -> http::Result<Tagged<Page<Webhook>>> {
    let ListWebhooks { limit, cursor } = query.into_inner();
    let reference = path.into_inner().0;
    let list = format!("webhooks {reference}");
    let after: Option<WebhookId> = cursor.map(|cursor| Cursor::decode(&cursor, &list)).transpose()?;
    let rows = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &reference)?.id;
            store::webhooks::page(conn, Some(partner), after, limit.rows() + 1)
        })
        .await?;
    Ok(page(rows, limit, &list))
}

/// Create a webhook of the publication.
///
/// It is told of every article that readers see, from now on: what is published, changed, corrected, withdrawn or deleted. Messages
/// are signed by Standard Webhooks 1.0; `secret` in the answer is shown this once. A failed delivery is tried again after 5 s, 5 min,
/// 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h. The messages are described under `webhooks` in this document.
#[utoipa::path(
    tag = "webhooks",
    security(("token" = [ManageWebhooks])),
    request_body = NewWebhook,
    responses((status = 201, body = MadeWebhook, description = "The endpoint, with its secret for this once."), CreateProblems)
)]
#[post("/webhooks")]
async fn create_webhook(
    admin: Allowed<ManageWebhooks>,
    _: Query<NoParameters>,
    new: Json<NewWebhook>,
    policy: Data<TargetPolicy>,
    db: Data<Db>,
) -> http::Result<Tagged<MadeWebhook>> {
    let (actor, (signature, changes)) = (admin.actor(), new.into_inner().check(**policy)?);
    let (webhook, secret) = db.write(move |tx| store::webhooks::insert(tx, actor, None::<PartnerId>, signature, &changes)).await?;
    Ok(made(webhook, &secret))
}

/// Create a webhook of a partner.
///
/// It is told of what its licence lets it read, and of what it could read and now cannot: `article.withdrawn` or `article.deleted`,
/// with no more than id, slug and reason. Otherwise as the publication's own.
#[utoipa::path(
    tag = "webhooks",
    params(PartnerRef),
    security(("token" = [ManageWebhooks])),
    request_body = NewWebhook,
    responses((status = 201, body = MadeWebhook, description = "The endpoint, with its secret for this once."), CreateProblems)
)]
#[post("/partners/{partner}/webhooks")]
async fn create_partner_webhook(
    admin: Allowed<ManageWebhooks>,
    path: Path<PartnerRef>,
    _: Query<NoParameters>,
    new: Json<NewWebhook>,
    policy: Data<TargetPolicy>,
    db: Data<Db>,
) -> http::Result<Tagged<MadeWebhook>> {
    let (actor, reference, (signature, changes)) = (admin.actor(), path.into_inner().0, new.into_inner().check(**policy)?);
    let (webhook, secret) = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &reference)?.id;
            store::webhooks::insert(tx, actor, Some(partner), signature, &changes)
        })
        .await?;
    Ok(made(webhook, &secret))
}

/// Show a webhook.
///
/// Whoever's it is. Without its secret, which nobody has but the receiver.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    responses((status = 200, body = Webhook, description = "The endpoint."), ReadProblems, AccessProblems)
)]
#[get("/webhooks/{webhook}")]
async fn show_webhook(
    _: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Webhook>> {
    let webhook = path.into_inner().webhook;
    Ok(tagged(db.read(move |conn| store::webhooks::get(conn, webhook)).await?))
}

/// Change a webhook.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. Enabling an endpoint forgets its failures.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    request_body(content((WebhookPatch = "application/merge-patch+json"), (WebhookPatch = "application/json"))),
    responses((status = 200, body = Webhook, description = "The endpoint as it is now."), WriteProblems)
)]
#[patch("/webhooks/{webhook}")]
async fn update_webhook(
    admin: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<WebhookPatch>,
    policy: Data<TargetPolicy>,
    db: Data<Db>,
) -> http::Result<Tagged<Webhook>> {
    let webhook = path.into_inner().webhook;
    let (actor, changes) = (admin.actor(), patch.into_inner().check(**policy)?);
    Ok(tagged(db.write(move |tx| store::webhooks::update(tx, actor, webhook, expected.version(), &changes)).await?))
}

/// Delete a webhook.
///
/// With its log, and with what was still to be sent.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/webhooks/{webhook}")]
async fn delete_webhook(
    admin: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, webhook) = (admin.actor(), path.into_inner().webhook);
    db.write(move |tx| store::webhooks::delete(tx, actor, webhook, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replace a webhook's key.
///
/// Messages carry both signatures for a day, or as long as `overlap_minutes` says, so that the receiver can change over without
/// losing one.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    request_body(content = Option<Rotation>),
    responses((status = 201, body = MadeWebhook, description = "The endpoint, with its new secret for this once."), CreateProblems)
)]
#[post("/webhooks/{webhook}/rotate")]
async fn rotate_webhook(
    admin: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    _: Query<NoParameters>,
    rotation: OptionalJson<Rotation>,
    db: Data<Db>,
) -> http::Result<Tagged<MadeWebhook>> {
    let (actor, webhook, until) = (admin.actor(), path.into_inner().webhook, rotation.into_inner().ends(Utc::now())?);
    let (webhook, secret) = db.write(move |tx| store::webhooks::rotate(tx, actor, webhook, until)).await?;
    Ok(made(webhook, &secret))
}

/// Tell a webhook again.
///
/// Of everything that it would have been told since a time, by what it may see now: after an outage, or when it was disabled. The
/// messages are new ones. 409 when there were more than 10,000 changes.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    request_body = Replay,
    responses((status = 200, body = Replayed, description = "How much there is to be told."), WriteProblems)
)]
#[post("/webhooks/{webhook}/replay")]
async fn replay_webhook(
    _: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    _: Query<NoParameters>,
    replay: Json<Replay>,
    db: Data<Db>,
) -> http::Result<Tagged<Replayed>> {
    let (webhook, since) = (path.into_inner().webhook, replay.into_inner().since(Utc::now())?);
    let deliveries = db.write(move |tx| store::webhooks::outbox::replay(tx, webhook, since)).await?;
    Ok(Tagged::new(Replayed { deliveries }))
}

/// One more row than is shown tells whether there is a next page.
fn page(mut rows: Vec<NamedWebhook>, limit: Limit, list: &str) -> Tagged<Page<Webhook>> {
    let shown = usize::from(limit.get());
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| has_more).map(|last| Cursor::encode(&last.row.id, list));
    Tagged::page(Page::new(rows.into_iter().map(Webhook::from).collect(), limit, next))
}

fn made(webhook: NamedWebhook, secret: &WebhookSecret) -> Tagged<MadeWebhook> {
    let (location, version) = (format!("/v1/webhooks/{}", webhook.row.id), webhook.row.version);
    Tagged::new(MadeWebhook::of(webhook, secret)).version(version).created(location)
}

fn tagged(webhook: NamedWebhook) -> Tagged<Webhook> {
    let version = webhook.row.version;
    Tagged::new(Webhook::from(webhook)).version(version)
}
