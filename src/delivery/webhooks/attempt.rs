//! One delivery: what is sent, and what follows from the answer.

use chrono::{DateTime, Utc};
use rand::RngExt;

use super::client::{Answer, Client};
use crate::{
    api::webhook_message::WebhookMessage,
    domain::webhook::{ATTEMPTS, DeliveryStatus, LONGEST_FAILURE, next_attempt},
    store::{
        self,
        db::Db,
        error::{StoreError, StoreResult},
        webhooks::deliveries::{self, Attempt, Claimed},
    },
};

/// An endpoint that let a delivery's last attempt fail is disabled if it has done nothing else for this long: the plan takes some days.
const DAYS_OF_A_PLAN: chrono::Duration = chrono::Duration::days(3);

/// The receiver wants no more of it (Standard Webhooks 1.0).
const GONE: u16 = 410;

/// Sends a delivery and writes down what came of it.
///
/// # Errors
/// Those of the database. It is then as if nothing had been sent.
pub fn make(db: &Db, client: &Client, base: &str, claimed: &Claimed) -> StoreResult<()> {
    let (delivery, webhook) = (&claimed.delivery, &claimed.webhook);
    let Some(message) = WebhookMessage::of(claimed, base) else {
        return db.write_here(|tx| deliveries::drop_overtaken(tx, delivery));
    };
    let body = serde_json::to_string(&message).map_err(StoreError::from)?;
    let (id, now) = (delivery.id.to_string(), Utc::now());
    let signatures: Vec<String> = webhook.secrets(now).iter().map(|secret| secret.sign(&id, now.timestamp(), &body)).collect();
    let answer = client.post(&webhook.url, &id, now.timestamp(), &signatures.join(" "), &body);
    let attempts = usize::try_from(delivery.attempts + 1).unwrap_or(ATTEMPTS);
    let (status, next) = what_follows(&answer, attempts, now);
    let attempt = Attempt {
        attempted_at: now,
        duration_ms: answer.duration_ms,
        request_body: body,
        response_status: answer.status.map(i32::from),
        response_body: answer.body.clone(),
        error: answer.error.clone(),
    };
    let disabled = db.write_here(|tx| {
        if !deliveries::settle(tx, delivery, &attempt, status, next)? {
            return Ok(None);
        }
        deliveries::note_health(tx, webhook, (!answer.is_taken()).then_some(now))?;
        if answer.is_taken() {
            return Ok(None);
        }
        let since = deliveries::failing_since(tx, webhook.id)?;
        let reason = why_disable(&answer, status, now, since);
        if let Some(reason) = &reason {
            store::webhooks::disable(tx, webhook.id, reason)?;
        }
        Ok(reason)
    });
    // The endpoint was deleted while it was being told.
    let disabled = match disabled {
        Err(StoreError::NotFound) => None,
        outcome => outcome?,
    };
    if let Some(reason) = disabled {
        log::warn!("webhook {} is disabled: {reason}", webhook.id);
    } else if let Some(error) = &answer.error {
        log::info!("webhook {}, delivery {id}, attempt {attempts}: {error}", webhook.id);
    }
    Ok(())
}

fn what_follows(answer: &Answer, attempts: usize, now: DateTime<Utc>) -> (DeliveryStatus, Option<DateTime<Utc>>) {
    if answer.is_taken() {
        return (DeliveryStatus::Delivered, None);
    }
    let next = next_attempt(attempts, now, rand::rng().random::<f64>(), answer.retry_after).filter(|_| answer.status != Some(GONE));
    (if next.is_some() { DeliveryStatus::Pending } else { DeliveryStatus::Failed }, next)
}

fn why_disable(answer: &Answer, status: DeliveryStatus, now: DateTime<Utc>, failing_since: Option<DateTime<Utc>>) -> Option<String> {
    if answer.status == Some(GONE) {
        return Some("The receiver answered 410 (Gone).".to_owned());
    }
    let failing_since = failing_since?;
    let limit = if status == DeliveryStatus::Failed { DAYS_OF_A_PLAN } else { LONGEST_FAILURE };
    (now - failing_since >= limit).then(|| format!("Every attempt has failed since {}.", failing_since.format("%Y-%m-%dT%H:%M:%SZ")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono::Duration;

    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status: Some(status), ..Answer::default() }
    }

    #[test]
    fn nothing_but_2xx_is_success() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for status in [200, 202, 204, 299] {
            assert_eq!(what_follows(&answer(status), 1, now), (DeliveryStatus::Delivered, None));
        }
        for status in [100, 199, 300, 301, 308, 400, 404, 429, 500, 503] {
            assert_eq!(what_follows(&answer(status), 1, now).0, DeliveryStatus::Pending, "{status}");
            assert_eq!(what_follows(&answer(status), ATTEMPTS, now), (DeliveryStatus::Failed, None), "{status}");
        }
        assert_eq!(what_follows(&answer(GONE), 1, now), (DeliveryStatus::Failed, None));
        assert_eq!(what_follows(&Answer::default(), 1, now).0, DeliveryStatus::Pending);
    }

    #[test]
    fn who_is_gone_or_fails_for_days_is_disabled() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let why =
            |status, outcome, days: Option<i64>| why_disable(&answer(status), outcome, now, days.map(|days| now - Duration::days(days)));
        assert!(why(410, DeliveryStatus::Failed, None).unwrap().contains("410"));
        assert_eq!(why(500, DeliveryStatus::Failed, Some(2)), None);
        assert!(why(500, DeliveryStatus::Failed, Some(3)).is_some());
        assert_eq!(why(500, DeliveryStatus::Pending, Some(4)), None);
        assert!(why(500, DeliveryStatus::Pending, Some(5)).is_some());
    }
}
