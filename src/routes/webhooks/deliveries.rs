//! What endpoints were told, and telling them again.

use actix_web::{get, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::WebhookPath;
use crate::{
    access::{caller::Allowed, permission::ManageWebhooks},
    api::delivery::Delivery,
    domain::{
        id::{DeliveryId, WebhookId},
        webhook::DeliveryStatus,
    },
    http::{self, AccessProblems, CreateProblems, Cursor, Limit, ListProblems, NoParameters, Page, Path, Query, ReadProblems, Tagged},
    store::{
        db::Db,
        webhooks::deliveries::{self, DeliveryRow},
    },
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_deliveries).service(show_delivery).service(redeliver_delivery).service(test_webhook);
}

/// An endpoint and one of its deliveries.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeliveryPath {
    /// An endpoint's id.
    #[param(value_type = uuid::Uuid)]
    webhook: WebhookId,
    /// A delivery's id: its `webhook-id`.
    #[param(value_type = uuid::Uuid)]
    delivery: DeliveryId,
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeliveries {
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
    /// Only those of which this became.
    #[param(value_type = DeliveryStatus, required = false)]
    pub status: Option<DeliveryStatus>,
}

/// List a webhook's deliveries.
///
/// The newest first, with what was sent and answered at the last attempt. They are kept for thirty days.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath, ListDeliveries),
    security(("token" = [ManageWebhooks])),
    responses((status = 200, body = Page<Delivery>, description = "A page of deliveries."), ListProblems, AccessProblems)
)]
#[get("/webhooks/{webhook}/deliveries")]
async fn list_deliveries(
    _: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    query: Query<ListDeliveries>,
    db: Data<Db>,
) -> http::Result<Tagged<Page<Delivery>>> {
    let ListDeliveries { limit, cursor, status } = query.into_inner();
    let webhook = path.into_inner().webhook;
    let list = format!("deliveries {webhook} {status:?}");
    let before: Option<i64> = cursor.map(|cursor| Cursor::decode(&cursor, &list)).transpose()?;
    // One more than is shown tells whether there is a next page.
    let mut rows = db.read(move |conn| deliveries::page(conn, webhook, status, before, limit.rows() + 1)).await?;
    let shown = usize::from(limit.get());
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| has_more).map(|last| Cursor::encode(&last.sequence, &list));
    Ok(Tagged::page(Page::new(rows.into_iter().map(Delivery::from).collect(), limit, next)))
}

/// Show a delivery.
///
/// What was sent and answered at its last attempt.
#[utoipa::path(
    tag = "webhooks",
    params(DeliveryPath),
    security(("token" = [ManageWebhooks])),
    responses((status = 200, body = Delivery, description = "The delivery."), ReadProblems, AccessProblems)
)]
#[get("/webhooks/{webhook}/deliveries/{delivery}")]
async fn show_delivery(
    _: Allowed<ManageWebhooks>,
    path: Path<DeliveryPath>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Delivery>> {
    let DeliveryPath { webhook, delivery } = path.into_inner();
    let row = db.read(move |conn| deliveries::get(conn, webhook, delivery)).await?;
    Ok(Tagged::new(row.into()))
}

/// Send a delivery again.
///
/// Whatever became of it, from the first attempt on and with the same `webhook-id`. It says what the endpoint may see now.
#[utoipa::path(
    tag = "webhooks",
    params(DeliveryPath),
    security(("token" = [ManageWebhooks])),
    responses((status = 201, body = Delivery, description = "The delivery, which is pending."), CreateProblems)
)]
#[post("/webhooks/{webhook}/deliveries/{delivery}/redeliver")]
async fn redeliver_delivery(
    _: Allowed<ManageWebhooks>,
    path: Path<DeliveryPath>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Delivery>> {
    let DeliveryPath { webhook, delivery } = path.into_inner();
    Ok(queued(db.write(move |tx| deliveries::redeliver(tx, webhook, delivery)).await?))
}

/// Try a webhook out.
///
/// Sends a message of the type `webhook.test`, signed as all are. What came of it is in the delivery.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    security(("token" = [ManageWebhooks])),
    responses((status = 201, body = Delivery, description = "The delivery, which is pending."), CreateProblems)
)]
#[post("/webhooks/{webhook}/test")]
async fn test_webhook(
    _: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Delivery>> {
    let webhook = path.into_inner().webhook;
    Ok(queued(db.write(move |tx| deliveries::test(tx, webhook)).await?))
}

fn queued(row: DeliveryRow) -> Tagged<Delivery> {
    let location = format!("/v1/webhooks/{}/deliveries/{}", row.webhook_id, row.id);
    Tagged::new(Delivery::from(row)).created(location)
}
