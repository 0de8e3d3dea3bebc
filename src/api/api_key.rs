//! API keys, out and in. The key itself is shown once, when it is made.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{faults::Faults, patch::Patch, time::Moment};
use crate::{
    config::Network,
    domain::id::{ApiKeyId, LicenceId},
    http::{self, Problem},
    store::api_keys::{ApiKeyChanges, ApiKeyRow, NewApiKey as Checked},
};

/// The most networks of one key.
const MOST_NETWORKS: usize = 50;

/// A credential of a partner, without its secret part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    #[schema(example = "Production")]
    pub name: String,
    /// What the key begins with: by this it is found in a log.
    #[schema(example = "bs_4fGh8Kq2")]
    pub prefix: String,
    /// What it may read: a licence of the partner.
    pub licence: LicenceId,
    /// From where it may be used, in CIDR notation; empty: from anywhere.
    #[schema(example = json!(["203.0.113.0/24", "2001:db8::/32"]))]
    pub networks: Vec<String>,
    /// Whether it opens anything now.
    pub is_live: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to within some seconds.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        let ApiKeyRow {
            id,
            partner_id: _,
            licence_id,
            prefix,
            name,
            networks,
            version: _,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
        } = row;
        Self {
            id,
            name,
            prefix,
            licence: licence_id,
            networks: networks.into_iter().flatten().collect(),
            is_live: revoked_at.is_none() && expires_at.is_none_or(|at| at > Utc::now()),
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
        }
    }
}

/// A key that was just made.
#[derive(Clone, Serialize, ToSchema)]
pub struct MadeApiKey {
    /// The key itself. It is shown this once and not stored: whoever loses it needs another.
    #[schema(example = "bs_4fGh8Kq2…")]
    pub key: String,
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub api_key: ApiKey,
}

/// A key to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Production", "licence": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10", "networks": ["203.0.113.0/24"]}))]
pub struct NewApiKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may read: a licence of the partner.
    licence: LicenceId,
    /// From where it may be used: addresses or ranges in CIDR notation; from anywhere unless said.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    networks: Vec<String>,
    /// When it ends; never unless said.
    #[serde(default)]
    #[schema(value_type = Option<Moment>)]
    expires_at: Option<Moment>,
}

impl TryFrom<NewApiKey> for Checked {
    type Error = Problem;

    fn try_from(new: NewApiKey) -> http::Result<Self> {
        let NewApiKey { name, licence, networks, expires_at } = new;
        let mut faults = Faults::default();
        let name = faults.line("/name", &name, 200);
        let networks = checked_networks(&mut faults, &networks);
        let expires_at = expires_at.map(|moment| moment.0);
        if expires_at.is_some_and(|at| at <= Utc::now()) {
            faults.add("/expires_at", "invalid", "It must be a time that is still to come.");
        }
        faults.into_result(Self { name, licence, networks, expires_at })
    }
}

/// A change of a key (RFC 7396): what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"networks": ["203.0.113.0/24"]}))]
pub struct ApiKeyPatch {
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200)]
    name: Patch<String>,
    /// What it may read, from the next request on: a licence of the partner.
    #[serde(default)]
    #[schema(value_type = Option<LicenceId>, nullable = false)]
    licence: Patch<LicenceId>,
    /// From where it may be used; null or empty: from anywhere.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    networks: Patch<Vec<String>>,
    /// When it ends; null: never. A time that is past ends it now.
    #[serde(default)]
    #[schema(value_type = Option<Moment>)]
    expires_at: Patch<Moment>,
}

impl TryFrom<ApiKeyPatch> for ApiKeyChanges {
    type Error = Problem;

    fn try_from(patch: ApiKeyPatch) -> http::Result<Self> {
        let ApiKeyPatch { name, licence, networks, expires_at } = patch;
        let mut faults = Faults::default();
        let changes = Self {
            name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
            licence_id: faults.kept("/licence", licence),
            networks: faults.list("/networks", networks, MOST_NETWORKS).map(|list| checked_networks(&mut faults, &list)),
            expires_at: faults.patched(expires_at, |_, moment| moment.0),
        };
        faults.into_result(changes)
    }
}

/// How a key is replaced.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_minutes": 1440}))]
pub struct Rotation {
    /// How long the old key still works beside the new one; a day unless said, 0 ends it at once.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 43_200)]
    overlap_minutes: Option<i64>,
}

impl Rotation {
    /// When the old key ends.
    ///
    /// # Errors
    /// 422 for an overlap that is negative or longer than thirty days.
    pub fn ends(self, now: DateTime<Utc>) -> http::Result<DateTime<Utc>> {
        let mut faults = Faults::default();
        let minutes = self.overlap_minutes.unwrap_or(24 * 60);
        if !(0..=43_200).contains(&minutes) {
            faults.add("/overlap_minutes", "invalid", "It must be a whole number from 0 to 43200.");
        }
        faults.into_result(now + Duration::minutes(minutes.clamp(0, 43_200)))
    }
}

fn checked_networks(faults: &mut Faults, networks: &[String]) -> Vec<String> {
    faults.count("/networks", networks.len(), MOST_NETWORKS);
    let mut checked = Vec::with_capacity(networks.len());
    for (place, text) in networks.iter().enumerate() {
        match text.trim().parse::<Network>() {
            Ok(network) => checked.push(network.to_string()),
            Err(fault) => faults.add(&format!("/networks/{place}"), "invalid", format!("{fault}.")),
        }
    }
    checked
}
