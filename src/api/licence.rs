//! Licences, out and in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    faults::Faults,
    new::new_from_patch,
    patch::Patch,
    reference::{SectionRef, SourceRef},
};
use crate::{
    domain::{article::Kind, id::LicenceId, licence::Extent},
    http::{self, Problem},
    store::licences::{LicenceChanges, NamedLicence},
};

/// The most that one list of a licence holds.
const MOST_LISTED: usize = 200;

/// A year.
const LONGEST_MINUTES: i32 = 525_600;

/// What a key may read. A list that is null narrows nothing; an empty one leaves nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Licence {
    /// Its id.
    pub id: LicenceId,
    /// What it is called.
    #[schema(example = "Energy desk")]
    pub name: String,
    /// Articles of these sections, or of those below them: paths.
    #[schema(required, example = json!(["news/energy"]))]
    pub sections: Option<Vec<String>>,
    /// Articles of these genres.
    #[schema(required)]
    pub kinds: Option<Vec<Kind>>,
    /// Articles in these languages (BCP 47); a language alone covers its regions.
    #[schema(required, example = json!(["en"]))]
    pub languages: Option<Vec<String>>,
    /// The publication's own work, and what comes from these outlets: slugs. What an outlet does not let on is never included.
    #[schema(required)]
    pub sources: Option<Vec<String>>,
    /// How much of each article.
    pub extent: Extent,
    /// Whether pictures come with it.
    pub pictures: bool,
    /// How much later than readers the partner sees an article.
    #[schema(minimum = 0, maximum = 525_600)]
    pub embargo_minutes: i32,
    /// How much earlier than readers the partner sees a scheduled article, with `embargoed_until` in it.
    #[schema(minimum = 0, maximum = 525_600)]
    pub advance_minutes: i32,
    /// Requests a minute, for each key.
    #[schema(minimum = 1)]
    pub requests_per_minute: i32,
    /// Requests a day (UTC), for each key.
    #[schema(minimum = 1)]
    pub requests_per_day: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<NamedLicence> for Licence {
    fn from(named: NamedLicence) -> Self {
        let NamedLicence { row, sections, sources } = named;
        let kinds = row.kinds.map(|list| list.into_iter().flatten().collect());
        let languages = row.languages.map(|list| list.into_iter().flatten().collect());
        Self {
            id: row.id,
            name: row.name,
            sections,
            kinds,
            languages,
            sources,
            extent: row.extent,
            pictures: row.has_pictures,
            embargo_minutes: row.embargo_minutes,
            advance_minutes: row.advance_minutes,
            requests_per_minute: row.requests_per_minute,
            requests_per_day: row.requests_per_day,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The licences of a partner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LicenceList {
    /// The oldest first; a partner has 50 at most.
    pub items: Vec<Licence>,
}

/// A change of a licence (RFC 7396): what is absent stays; null makes a list narrow nothing.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Energy desk", "sections": ["news/energy"], "languages": ["en"], "extent": "full", "pictures": false, "requests_per_minute": 60}))]
pub struct LicencePatch {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200)]
    name: Patch<String>,
    /// Articles of these sections, or of those below them: paths or ids.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SectionRef>>, max_items = 200)]
    sections: Patch<Vec<SectionRef>>,
    /// Articles of these genres.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Kind>>, max_items = 200)]
    kinds: Patch<Vec<Kind>>,
    /// Articles in these languages (BCP 47); a language alone covers its regions.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    languages: Patch<Vec<String>>,
    /// The publication's own work, and what comes from these outlets: slugs or ids.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SourceRef>>, max_items = 200)]
    sources: Patch<Vec<SourceRef>>,
    /// How much of each article; `full` unless said.
    #[serde(default)]
    #[schema(value_type = Option<Extent>, nullable = false)]
    extent: Patch<Extent>,
    /// Whether pictures come with it; not unless said.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    pictures: Patch<bool>,
    /// How much later than readers the partner sees an article.
    #[serde(default)]
    #[schema(value_type = Option<i32>, nullable = false, minimum = 0, maximum = 525_600)]
    embargo_minutes: Patch<i32>,
    /// How much earlier than readers the partner sees a scheduled article. Not beside an embargo.
    #[serde(default)]
    #[schema(value_type = Option<i32>, nullable = false, minimum = 0, maximum = 525_600)]
    advance_minutes: Patch<i32>,
    /// Requests a minute, for each key; 600 unless said.
    #[serde(default)]
    #[schema(value_type = Option<i32>, nullable = false, minimum = 1, maximum = 1_000_000)]
    requests_per_minute: Patch<i32>,
    /// Requests a day (UTC), for each key; 100,000 unless said.
    #[serde(default)]
    #[schema(value_type = Option<i32>, nullable = false, minimum = 1, maximum = 1_000_000_000)]
    requests_per_day: Patch<i32>,
}

new_from_patch! {
    /// A licence to be. `name` must be there.
    NewLicence(LicencePatch) -> LicenceChanges, "name": name, "A new licence needs a name."
}

fn changes(patch: LicencePatch, mut faults: Faults) -> http::Result<LicenceChanges> {
    let LicencePatch {
        name,
        sections,
        kinds,
        languages,
        sources,
        extent,
        pictures,
        embargo_minutes,
        advance_minutes,
        requests_per_minute,
        requests_per_day,
    } = patch;
    let changes = LicenceChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        sections: faults.patched(sections, |faults, list| {
            faults.count("/sections", list.len(), MOST_LISTED);
            list.into_iter().map(|one| one.0).collect()
        }),
        kinds: faults.patched(kinds, |faults, list| {
            faults.count("/kinds", list.len(), MOST_LISTED);
            list
        }),
        languages: faults.patched(languages, |faults, list| {
            faults.count("/languages", list.len(), MOST_LISTED);
            list.iter().enumerate().map(|(place, tag)| faults.language(&format!("/languages/{place}"), tag)).collect()
        }),
        sources: faults.patched(sources, |faults, list| {
            faults.count("/sources", list.len(), MOST_LISTED);
            list.into_iter().map(|one| one.0).collect()
        }),
        extent: faults.kept("/extent", extent),
        has_pictures: faults.kept("/pictures", pictures),
        embargo_minutes: number(&mut faults, "/embargo_minutes", embargo_minutes, 0, LONGEST_MINUTES),
        advance_minutes: number(&mut faults, "/advance_minutes", advance_minutes, 0, LONGEST_MINUTES),
        requests_per_minute: number(&mut faults, "/requests_per_minute", requests_per_minute, 1, 1_000_000),
        requests_per_day: number(&mut faults, "/requests_per_day", requests_per_day, 1, 1_000_000_000),
    };
    if changes.embargo_minutes.is_some_and(|minutes| minutes > 0) && changes.advance_minutes.is_some_and(|minutes| minutes > 0) {
        faults.add(
            "/advance_minutes",
            "invalid",
            "A licence either hides what is new for a while or shows it early; set one of the two to 0.",
        );
    }
    faults.into_result(changes)
}

fn number(faults: &mut Faults, pointer: &str, value: Patch<i32>, least: i32, most: i32) -> Option<i32> {
    let value = faults.kept(pointer, value)?;
    if !(least..=most).contains(&value) {
        faults.add(pointer, "invalid", format!("It must be a whole number from {least} to {most}."));
    }
    Some(value)
}

/// What the key of this request may read, and how often.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnLicence {
    /// The partner.
    #[schema(example = "Harbour Wire")]
    pub partner: String,
    /// The part of the key that may be shown.
    #[schema(example = "bs_4fGh8Kq2")]
    pub key: String,
    /// When the key ends.
    #[schema(required)]
    pub key_expires_at: Option<DateTime<Utc>>,
    /// What it may read.
    pub licence: Licence,
}
