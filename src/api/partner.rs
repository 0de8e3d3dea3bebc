//! Partners, out and in.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{faults::Faults, new::new_from_patch, patch::Patch};
use crate::{
    domain::{account::parse_email, id::PartnerId},
    http::{self, Problem},
    store::{
        key_usage::UsageRow,
        partners::{PartnerChanges, PartnerRow},
    },
};

/// A company that takes content by API keys.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// Its slug; a former one answers 301.
    #[schema(example = "harbour-wire")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Harbour Wire")]
    pub name: String,
    /// Whom to write to.
    #[schema(required, example = "desk@wire.example.org")]
    pub contact_email: Option<String>,
    /// What the newsroom should know of it.
    #[schema(required)]
    pub notes: Option<String>,
    /// Whether its keys open nothing for the time being.
    pub is_suspended: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<PartnerRow> for Partner {
    fn from(row: PartnerRow) -> Self {
        let PartnerRow { id, slug, name, contact_email, notes, is_suspended, version: _, created_at, updated_at } = row;
        Self { id, slug, name, contact_email, notes, is_suspended, created_at, updated_at }
    }
}

/// A change of a partner (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "Harbour Wire")]
    name: Patch<String>,
    /// The slug; made from the name when a partner is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "harbour-wire")]
    slug: Patch<String>,
    /// Whom to write to.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, example = "desk@wire.example.org")]
    contact_email: Patch<String>,
    /// What the newsroom should know of it, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    notes: Patch<String>,
    /// Whether its keys open nothing, from the next request on.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    is_suspended: Patch<bool>,
}

new_from_patch! {
    /// A partner to be. `name` must be there.
    NewPartner(PartnerPatch) -> PartnerChanges, "name": name, "A new partner needs a name."
}

fn changes(patch: PartnerPatch, mut faults: Faults) -> http::Result<PartnerChanges> {
    let PartnerPatch { name, slug, contact_email, notes, is_suspended } = patch;
    let contact_email =
        faults.patched(contact_email, |faults, text| faults.parsed("/contact_email", parse_email(&text)).unwrap_or_default());
    let changes = PartnerChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        contact_email,
        notes: faults.patched(notes, |faults, text| faults.text("/notes", &text, 5000)),
        is_suspended: faults.kept("/is_suspended", is_suspended),
    };
    faults.into_result(changes)
}

/// How often the keys of a partner were used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UsageReport {
    /// The first day, in UTC.
    pub from: NaiveDate,
    /// The last day, which is in the report.
    pub to: NaiveDate,
    /// All requests of these rows.
    #[schema(minimum = 0)]
    pub requests: i64,
    /// Whether there was more than a report holds: ask for fewer days then.
    pub is_cut: bool,
    /// By day, then by key.
    pub items: Vec<UsageItem>,
}

/// A row of a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UsageItem {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The key.
    pub key_id: Uuid,
    /// The part of the key that may be shown.
    #[schema(example = "bs_4fGh8Kq2")]
    pub prefix: String,
    /// `by=operation`: the path that was asked for, as in this document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/v1/articles/{article}")]
    pub operation: Option<String>,
    /// `by=article`: the article; null where it was a list, or something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub article_id: Option<Option<Uuid>>,
    /// How many requests that were counted.
    #[schema(minimum = 0)]
    pub requests: i64,
}

impl UsageItem {
    /// The JSON of a row, with what was asked for.
    #[must_use]
    pub fn of(row: UsageRow, by_operation: bool, by_article: bool) -> Self {
        let UsageRow { key_id, prefix, day, operation, article_id, requests } = row;
        Self {
            day,
            key_id,
            prefix,
            operation: by_operation.then_some(operation),
            article_id: by_article.then(|| Some(article_id).filter(|id| !id.is_nil())),
            requests,
        }
    }
}
