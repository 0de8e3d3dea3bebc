//! What endpoints were told, out; and telling them again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{faults::Faults, time::Moment};
use crate::{
    domain::{
        id::{DeliveryId, WebhookId},
        webhook::{DeliveryStatus, Event, KEPT},
    },
    http,
    store::webhooks::deliveries::DeliveryRow,
};

/// From when on an endpoint is told again.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"since": "2026-03-02T06:00:00Z"}))]
pub struct Replay {
    /// Of what happened then or later; at most thirty days ago.
    #[schema(value_type = Moment)]
    since: Moment,
}

impl Replay {
    /// The time.
    ///
    /// # Errors
    /// 422 for a time that is to come, or longer ago than is kept.
    pub fn since(self, now: DateTime<Utc>) -> http::Result<DateTime<Utc>> {
        let mut faults = Faults::default();
        if self.since.0 > now {
            faults.add("/since", "invalid", "It is still to come.");
        } else if self.since.0 < now - KEPT {
            faults.add("/since", "invalid", format!("It is longer ago than is kept: {} days.", KEPT.num_days()));
        }
        faults.into_result(self.since.0)
    }
}

/// What a replay has made.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// How many messages are to be sent.
    #[schema(minimum = 0, example = 12)]
    pub deliveries: usize,
}

/// A message to an endpoint, and what came of its last attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id: the `webhook-id` header, the same at every attempt.
    pub id: DeliveryId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// What it tells.
    pub event: Event,
    /// The article that it is about.
    #[schema(required)]
    pub article: Option<Uuid>,
    /// The article's slug at that time.
    #[schema(required)]
    pub slug: Option<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What became of it.
    pub status: DeliveryStatus,
    /// How many attempts were made.
    #[schema(minimum = 0)]
    pub attempts: i32,
    /// When the next one is made, of a delivery that is pending.
    #[schema(required)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the last one was made.
    #[schema(required)]
    pub attempted_at: Option<DateTime<Utc>>,
    /// How long it took, in milliseconds.
    #[schema(required)]
    pub duration_ms: Option<i32>,
    /// What was sent.
    #[schema(required)]
    pub request_body: Option<String>,
    /// With what status the receiver answered.
    #[schema(required)]
    pub response_status: Option<i32>,
    /// The first 4 kB of its answer.
    #[schema(required)]
    pub response_body: Option<String>,
    /// What went wrong.
    #[schema(required)]
    pub error: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was delivered, given up or dropped.
    #[schema(required)]
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        let DeliveryRow {
            id,
            webhook_id,
            sequence: _,
            event,
            article_id,
            slug,
            reason: _,
            occurred_at,
            status,
            attempts,
            next_attempt_at,
            claimed_until: _,
            attempted_at,
            duration_ms,
            request_body,
            response_status,
            response_body,
            error,
            created_at,
            ended_at,
        } = row;
        Self {
            id,
            webhook: webhook_id,
            event,
            article: article_id.map(|id| id.0),
            slug,
            occurred_at,
            status,
            attempts,
            next_attempt_at: (status == DeliveryStatus::Pending).then_some(next_attempt_at),
            attempted_at,
            duration_ms,
            request_body,
            response_status,
            response_body,
            error,
            created_at,
            ended_at,
        }
    }
}
