//! Webhooks: what endpoints are told, and when it is tried again (Standard Webhooks 1.0).

use chrono::{DateTime, Duration, Utc};
use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::ChangeAction;

/// What an endpoint is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[schema(as = WebhookEvent)]
#[db_enum(existing_type_path = "crate::schema::sql_types::WebhookEvent")]
pub enum Event {
    /// The endpoint may see it from now on.
    #[serde(rename = "article.published")]
    #[db_enum(rename = "article.published")]
    Published,
    /// Its content changed, or where it stands.
    #[serde(rename = "article.updated")]
    #[db_enum(rename = "article.updated")]
    Updated,
    /// An error in it was put right.
    #[serde(rename = "article.corrected")]
    #[db_enum(rename = "article.corrected")]
    Corrected,
    /// The endpoint may not see it any more: take it down.
    #[serde(rename = "article.withdrawn")]
    #[db_enum(rename = "article.withdrawn")]
    Withdrawn,
    /// It exists no longer: take it down.
    #[serde(rename = "article.deleted")]
    #[db_enum(rename = "article.deleted")]
    Deleted,
    /// An admin tries the endpoint out.
    #[serde(rename = "webhook.test")]
    #[db_enum(rename = "webhook.test")]
    Test,
}

impl Event {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "article.published",
            Self::Updated => "article.updated",
            Self::Corrected => "article.corrected",
            Self::Withdrawn => "article.withdrawn",
            Self::Deleted => "article.deleted",
            Self::Test => "webhook.test",
        }
    }

    /// Whether it takes away what the endpoint had.
    #[must_use]
    pub const fn takes_down(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Deleted)
    }

    /// What an endpoint is told of a change, by whether it saw the article just before it, and whether it sees it now because of it.
    /// Nothing, of what it never saw; and nothing of a withdrawal that has been taken back since, for that is a change of its own.
    #[must_use]
    pub const fn of(action: ChangeAction, saw: bool, sees: bool) -> Option<Self> {
        match (saw, sees, action) {
            (false, false, _) | (true, true, ChangeAction::Withdrawn | ChangeAction::Deleted) => None,
            (false, true, _) => Some(Self::Published),
            (true, false, ChangeAction::Deleted) => Some(Self::Deleted),
            (true, false, _) => Some(Self::Withdrawn),
            (true, true, ChangeAction::Corrected) => Some(Self::Corrected),
            (true, true, ChangeAction::Created | ChangeAction::Updated | ChangeAction::Published | ChangeAction::Moved) => {
                Some(Self::Updated)
            }
        }
    }
}

/// How messages are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookSignature)]
#[db_enum(existing_type_path = "crate::schema::sql_types::WebhookSignature")]
pub enum SignatureKind {
    /// A secret that both sides have (`whsec_…`), signatures `v1`.
    #[default]
    HmacSha256,
    /// A key pair: the receiver has the public half (`whpk_…`), signatures `v1a`.
    Ed25519,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::DeliveryStatus")]
pub enum DeliveryStatus {
    /// It is still to be sent, or to be sent again.
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// It was given up after the last attempt.
    Failed,
    /// It was not sent: the article went, or came back, before it was, and another message says so.
    Dropped,
}

/// How long after each attempt the next one follows, in seconds; the first is made at once.
const PLAN: [i64; 9] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// How many attempts are made.
pub const ATTEMPTS: usize = PLAN.len() + 1;

/// An endpoint that has only failed for so long is disabled.
pub const LONGEST_FAILURE: Duration = Duration::days(5);

/// How long deliveries and what can be replayed are kept.
pub const KEPT: Duration = Duration::days(30);

/// The longest that a receiver may put off the next attempt.
const LONGEST_WAIT: i64 = 24 * 3600;

/// When to try again after `attempts` of them failed; `None` when that was the last. `jitter`, from 0 to 1, adds up to a fifth, so
/// that endpoints which failed together are not all tried at the same moment. `retry_after` is what the receiver asked for.
#[must_use]
pub fn next_attempt(attempts: usize, now: DateTime<Utc>, jitter: f64, retry_after: Option<Duration>) -> Option<DateTime<Utc>> {
    let planned = PLAN.get(attempts.checked_sub(1)?)?;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a day in milliseconds fits both")]
    let waited = Duration::milliseconds((*planned as f64 * 1000.0 * (1.0 + jitter.clamp(0.0, 1.0) / 5.0)) as i64);
    let asked = retry_after.unwrap_or_default().min(Duration::seconds(LONGEST_WAIT));
    Some(now + waited.max(asked))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_endpoint_is_told_what_it_may_know() {
        use ChangeAction as Did;
        let all = [Did::Created, Did::Updated, Did::Published, Did::Corrected, Did::Moved, Did::Withdrawn, Did::Deleted];
        for action in all {
            assert_eq!(Event::of(action, false, false), None, "{action:?} of what it never saw");
            assert_eq!(Event::of(action, false, true), Some(Event::Published));
            assert!(Event::of(action, true, false).unwrap().takes_down());
        }
        assert_eq!(Event::of(Did::Deleted, true, false), Some(Event::Deleted));
        assert_eq!(Event::of(Did::Updated, true, false), Some(Event::Withdrawn));
        assert_eq!(Event::of(Did::Updated, true, true), Some(Event::Updated));
        assert_eq!(Event::of(Did::Corrected, true, true), Some(Event::Corrected));
        assert_eq!(Event::of(Did::Withdrawn, true, true), None);
    }

    #[test]
    fn the_plan_is_that_of_the_specification() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let waits: Vec<i64> =
            (1..=ATTEMPTS).map_while(|attempts| next_attempt(attempts, now, 0.0, None)).map(|at| (at - now).num_seconds()).collect();
        assert_eq!(waits, PLAN);
        assert_eq!((next_attempt(0, now, 0.0, None), next_attempt(ATTEMPTS, now, 0.0, None)), (None, None));
    }

    proptest! {
        #[test]
        fn nobody_is_tried_again_sooner_than_planned_or_asked(attempts in 1..ATTEMPTS, jitter in 0.0..1.0, asked in 0..200_000_i64) {
            let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
            let wait = (next_attempt(attempts, now, jitter, Some(Duration::seconds(asked))).unwrap() - now).num_seconds();
            let planned = PLAN[attempts - 1];
            prop_assert!(wait >= planned && wait >= asked.min(LONGEST_WAIT));
            prop_assert!(wait <= (planned + planned / 5).max(LONGEST_WAIT) + 1);
        }
    }
}
