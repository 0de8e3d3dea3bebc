//! Webhook endpoints, out and in. Of their keys only the one that was just made is ever shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{faults::Faults, patch::Patch, reference::SectionRef};
use crate::{
    domain::{
        id::{LicenceId, PartnerId, WebhookId},
        webhook::{Event, SignatureKind},
        webhook_secret::WebhookSecret,
        webhook_target::TargetPolicy,
    },
    http,
    store::webhooks::{NamedWebhook, WebhookChanges, WebhookRow},
};

/// The most sections of one endpoint.
const MOST_SECTIONS: usize = 100;

/// What an endpoint can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum EventChoice {
    /// Everything, by itself.
    #[serde(rename = "*")]
    All,
    /// The endpoint may see an article from now on.
    #[serde(rename = "article.published")]
    Published,
    /// An article's content changed, or where it stands.
    #[serde(rename = "article.updated")]
    Updated,
    /// An error in an article was put right.
    #[serde(rename = "article.corrected")]
    Corrected,
    /// The endpoint may not see an article any more.
    #[serde(rename = "article.withdrawn")]
    Withdrawn,
    /// An article exists no longer.
    #[serde(rename = "article.deleted")]
    Deleted,
}

impl EventChoice {
    const fn event(self) -> Option<Event> {
        match self {
            Self::All => None,
            Self::Published => Some(Event::Published),
            Self::Updated => Some(Event::Updated),
            Self::Corrected => Some(Event::Corrected),
            Self::Withdrawn => Some(Event::Withdrawn),
            Self::Deleted => Some(Event::Deleted),
        }
    }

    const fn of(event: Event) -> Self {
        match event {
            // Nobody can choose it: it is always sent.
            Event::Test => Self::All,
            Event::Published => Self::Published,
            Event::Updated => Self::Updated,
            Event::Corrected => Self::Corrected,
            Event::Withdrawn => Self::Withdrawn,
            Event::Deleted => Self::Deleted,
        }
    }
}

/// An address that is told when articles change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is; null: the publication's own.
    #[schema(required)]
    pub partner: Option<PartnerId>,
    /// The licence of the partner that says what it is told of.
    #[schema(required)]
    pub licence: Option<LicenceId>,
    /// Where messages are sent.
    #[schema(example = "https://hooks.wire.example.org/broadsheet")]
    pub url: String,
    /// What it is for.
    #[schema(required, example = "Production")]
    pub description: Option<String>,
    /// What it is told of; `*` by itself: everything.
    #[schema(example = json!(["*"]))]
    pub events: Vec<EventChoice>,
    /// Articles of these sections, or of those below them: paths. Null: of every section.
    #[schema(required, example = json!(["news/energy"]))]
    pub sections: Option<Vec<String>>,
    /// How messages are signed.
    pub signature: SignatureKind,
    /// With `ed25519`: by what the receiver checks them, `whpk_` and base64.
    #[schema(required)]
    pub public_key: Option<String>,
    /// Until when the key before the last rotation signs too.
    #[schema(required)]
    pub former_key_until: Option<DateTime<Utc>>,
    /// Whether each message waits until the one before it was accepted or given up.
    pub is_ordered: bool,
    /// Whether messages are sent.
    pub is_enabled: bool,
    /// Why the server disabled it; null where an admin did.
    #[schema(required)]
    pub disabled_reason: Option<String>,
    /// Since when every attempt has failed.
    #[schema(required)]
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<NamedWebhook> for Webhook {
    fn from(named: NamedWebhook) -> Self {
        let NamedWebhook { row, sections } = named;
        let WebhookRow {
            id,
            partner_id,
            licence_id,
            url,
            description,
            events,
            section_ids: _,
            signature,
            secret,
            former_secret: _,
            former_secret_until,
            is_ordered,
            is_enabled,
            disabled_reason,
            failing_since,
            version: _,
            created_at,
            updated_at,
        } = row;
        let events = events.map_or_else(|| vec![EventChoice::All], |events| events.into_iter().flatten().map(EventChoice::of).collect());
        Self {
            id,
            partner: partner_id,
            licence: licence_id,
            url,
            description,
            events,
            sections,
            signature,
            public_key: WebhookSecret::stored(signature, &secret).and_then(|secret| secret.public_key()),
            former_key_until: former_secret_until.filter(|until| *until > Utc::now()),
            is_ordered,
            is_enabled,
            disabled_reason,
            failing_since,
            created_at,
            updated_at,
        }
    }
}

/// An endpoint whose key was just made.
#[derive(Clone, Serialize, ToSchema)]
pub struct MadeWebhook {
    /// With `hmac_sha256`: the secret by which the receiver checks messages, `whsec_` and base64. It is shown this once: whoever
    /// loses it needs another. Null with `ed25519`, where `public_key` will do.
    #[schema(required, example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD+3c4FkPiRlM=")]
    pub secret: Option<String>,
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub webhook: Webhook,
}

impl MadeWebhook {
    /// The JSON of an endpoint and its new key.
    #[must_use]
    pub fn of(named: NamedWebhook, secret: &WebhookSecret) -> Self {
        Self { secret: secret.to_share(), webhook: named.into() }
    }
}

/// A change of an endpoint (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"events": ["article.withdrawn", "article.corrected"], "is_enabled": true}))]
pub struct WebhookPatch {
    /// Where messages are sent: `https`, on the public internet, without user and password.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, max_length = 2000)]
    url: Patch<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    description: Patch<String>,
    /// What it is told of; null or `*`: everything.
    #[serde(default)]
    #[schema(value_type = Option<Vec<EventChoice>>, min_items = 1, max_items = 6)]
    events: Patch<Vec<EventChoice>>,
    /// Articles of these sections, or of those below them: paths or ids; null: of every section.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SectionRef>>, min_items = 1, max_items = 100)]
    sections: Patch<Vec<SectionRef>>,
    /// What a partner's endpoint is told of: what this licence of the partner lets it read.
    #[serde(default)]
    #[schema(value_type = Option<LicenceId>, nullable = false)]
    licence: Patch<LicenceId>,
    /// Whether each message waits until the one before it was accepted or given up.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    is_ordered: Patch<bool>,
    /// Whether messages are sent. What happens meanwhile is not kept for it, but can be replayed.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    is_enabled: Patch<bool>,
}

impl WebhookPatch {
    /// What the store is to change.
    ///
    /// # Errors
    /// 422 that lists every fault.
    pub fn check(self, policy: TargetPolicy) -> http::Result<WebhookChanges> {
        changes(self, policy, Faults::default())
    }
}

fn changes(patch: WebhookPatch, policy: TargetPolicy, mut faults: Faults) -> http::Result<WebhookChanges> {
    let WebhookPatch { url, description, events, sections, licence, is_ordered, is_enabled } = patch;
    let events = events.into_change().map(|events| events.and_then(|events| checked_events(&mut faults, &events)));
    let sections = sections.into_change().map(|sections| {
        sections.map(|sections| {
            if sections.is_empty() {
                faults.add("/sections", "blank", "It is empty: the endpoint would be told of nothing. Send null for every section.");
            }
            faults.count("/sections", sections.len(), MOST_SECTIONS);
            sections.into_iter().map(|section| section.0).collect()
        })
    });
    let changes = WebhookChanges {
        url: faults.kept("/url", url).and_then(|text| faults.parsed("/url", policy.parse(&text))).map(String::from),
        description: faults.patched(description, |faults, text| faults.line("/description", &text, 200)),
        events,
        sections,
        licence_id: faults.kept("/licence", licence),
        is_ordered: faults.kept("/is_ordered", is_ordered),
        is_enabled: faults.kept("/is_enabled", is_enabled),
    };
    faults.into_result(changes)
}

/// `None`: everything.
fn checked_events(faults: &mut Faults, events: &[EventChoice]) -> Option<Vec<Event>> {
    if events.is_empty() {
        faults.add("/events", "blank", "It is empty: the endpoint would be told of nothing. Send `[\"*\"]` for everything.");
    }
    if events.contains(&EventChoice::All) && events.len() > 1 {
        faults.add("/events", "invalid", "`*` is everything; it stands by itself.");
    }
    if events.contains(&EventChoice::All) {
        return None;
    }
    let mut chosen: Vec<Event> = Vec::new();
    for event in events.iter().filter_map(|choice| choice.event()) {
        if !chosen.contains(&event) {
            chosen.push(event);
        }
    }
    Some(chosen)
}

/// An endpoint to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://hooks.example.org/broadsheet", "events": ["*"], "sections": ["news/transport"]}))]
pub struct NewWebhook {
    /// Where messages are sent: `https`, on the public internet, without user and password.
    #[schema(max_length = 2000)]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    description: Patch<String>,
    /// What it is told of; everything unless said.
    #[serde(default)]
    #[schema(value_type = Option<Vec<EventChoice>>, min_items = 1, max_items = 6)]
    events: Patch<Vec<EventChoice>>,
    /// Articles of these sections, or of those below them: paths or ids; of every section unless said.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SectionRef>>, min_items = 1, max_items = 100)]
    sections: Patch<Vec<SectionRef>>,
    /// A partner's endpoint needs it: a licence of the partner.
    #[serde(default)]
    #[schema(value_type = Option<LicenceId>, nullable = false)]
    licence: Patch<LicenceId>,
    /// How messages are signed; with a shared secret unless said.
    #[serde(default)]
    #[schema(required = false)]
    signature: SignatureKind,
    /// Whether each message waits until the one before it was accepted or given up; it does not unless said.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    is_ordered: Patch<bool>,
    /// Whether messages are sent; they are unless said.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    is_enabled: Patch<bool>,
}

impl NewWebhook {
    /// What the store is to make.
    ///
    /// # Errors
    /// 422 that lists every fault.
    pub fn check(self, policy: TargetPolicy) -> http::Result<(SignatureKind, WebhookChanges)> {
        let Self { url, description, events, sections, licence, signature, is_ordered, is_enabled } = self;
        let patch = WebhookPatch { url: Patch::Value(url), description, events, sections, licence, is_ordered, is_enabled };
        Ok((signature, changes(patch, policy, Faults::default())?))
    }
}
