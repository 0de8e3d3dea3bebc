//! What endpoints are sent (Standard Webhooks 1.0): little, for the receiver fetches the rest.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        article::Kind,
        licence::{Extent, Scope},
        links::article_path,
        webhook::Event,
    },
    store::webhooks::deliveries::{Claimed, ToldRow},
};

/// A reason is cut after so many characters: a message is at most 20 kB.
const LONGEST_REASON: usize = 2000;

/// The body of a message. Its headers are `webhook-id` (the same at every attempt), `webhook-timestamp` (of the attempt) and
/// `webhook-signature`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "article.published",
    "timestamp": "2026-03-02T06:10:00Z",
    "data": {
        "id": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10",
        "slug": "port-reopens-after-storm",
        "action": "published",
        "reason": null,
        "changed_at": "2026-03-02T06:10:00Z",
        "kind": "news",
        "language": "en",
        "title": "Port reopens after storm",
        "section": "news/transport",
        "url": "https://example.org/news/transport/port-reopens-after-storm",
        "api_url": "https://api.example.org/v1/articles/0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10"
    }
}))]
pub struct WebhookMessage {
    /// What happened.
    #[serde(rename = "type")]
    pub event: Event,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// To what.
    pub data: WebhookData,
}

/// What a message is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WebhookData {
    /// An article that the endpoint may see: fetch it at `api_url`.
    Seen(SeenArticle),
    /// An article that it may not see any more: take it down.
    Gone(GoneArticle),
    /// Nothing: an admin tries the endpoint out.
    Test(WebhookTest),
}

/// An article that the endpoint may see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeenArticle {
    /// Its id.
    pub id: Uuid,
    /// Its slug.
    pub slug: String,
    /// `published`, `updated` or `corrected`.
    #[schema(example = "published")]
    pub action: &'static str,
    /// What was put right, in a correction.
    #[schema(required)]
    pub reason: Option<String>,
    /// When it changed, or its time came.
    pub changed_at: DateTime<Utc>,
    /// Its genre.
    pub kind: Kind,
    /// A BCP 47 tag.
    pub language: String,
    /// Its title.
    pub title: String,
    /// The path of its section.
    #[schema(example = "news/transport")]
    pub section: String,
    /// Where readers find it.
    pub url: String,
    /// Where its receiver finds it, with their key.
    pub api_url: String,
}

/// An article that the endpoint may not see any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GoneArticle {
    /// Its id.
    pub id: Uuid,
    /// The slug by which the endpoint knew it.
    #[schema(required)]
    pub slug: Option<String>,
    /// `withdrawn` or `deleted`.
    #[schema(example = "withdrawn")]
    pub action: &'static str,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
    /// When it went.
    pub changed_at: DateTime<Utc>,
}

/// What a test is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookTest {
    /// The endpoint.
    pub webhook: Uuid,
    /// `test`.
    #[schema(example = "test")]
    pub action: &'static str,
}

impl WebhookMessage {
    /// The message of a delivery. `None` where it does not hold any more: it would tell of what the endpoint may not see, or take
    /// down what it may. `base` is where clients reach the API.
    #[must_use]
    pub fn of(claimed: &Claimed, base: &str) -> Option<Self> {
        let delivery = &claimed.delivery;
        let (event, changed_at) = (delivery.event, delivery.occurred_at);
        let action = event.name().rsplit('.').next().unwrap_or_default();
        let reason = delivery.reason.as_deref().map(|reason| reason.chars().take(LONGEST_REASON).collect::<String>());
        let data = match (event, delivery.article_id) {
            // It is there again: to take it down would be wrong.
            (Event::Withdrawn | Event::Deleted, Some(_)) if claimed.article.is_some() => return None,
            (Event::Withdrawn | Event::Deleted, Some(id)) => {
                WebhookData::Gone(GoneArticle { id: id.0, slug: delivery.slug.clone(), action, reason, changed_at })
            }
            (Event::Published | Event::Updated | Event::Corrected, Some(_)) => {
                let ToldRow { id, slug, kind, language, title, section, site_url } = claimed.article.clone()?;
                let url = format!("{site_url}{}", article_path(&section, &slug));
                let api_url = format!("{base}/v1/articles/{id}");
                // Why an editor changed something is the newsroom's; what was put right is part of the article.
                let reason = reason.filter(|_| event == Event::Corrected && gives_corrections(&claimed.scope));
                WebhookData::Seen(SeenArticle { id: id.0, slug, action, reason, changed_at, kind, language, title, section, url, api_url })
            }
            (Event::Test, _) => WebhookData::Test(WebhookTest { webhook: delivery.webhook_id.0, action }),
            (_, None) => return None,
        };
        Some(Self { event, timestamp: changed_at, data })
    }
}

/// As an article's own page does.
fn gives_corrections(scope: &Scope) -> bool {
    scope.extent() >= Extent::Standfirst
}
