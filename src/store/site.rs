//! The publication itself.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    error::{StoreError, StoreResult},
    links::MediaRow,
    record, references,
};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::MediaId,
        reference::Reference,
    },
    schema::{media, site},
};

/// The publication.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = site, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SiteRow {
    pub title: String,
    pub tagline: Option<String>,
    pub description: Option<String>,
    pub url: String,
    pub default_language: String,
    pub languages: Vec<Option<String>>,
    pub contact_email: Option<String>,
    pub social_links: Value,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    #[diesel(embed)]
    pub logo: Option<MediaRow>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SiteChanges {
    pub title: Option<String>,
    pub tagline: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub url: Option<String>,
    pub default_language: Option<String>,
    pub languages: Option<Vec<String>>,
    pub contact_email: Option<Option<String>>,
    pub logo: Option<Option<Reference>>,
    pub social_links: Option<Value>,
}

#[derive(AsChangeset)]
#[diesel(table_name = site)]
struct Changeset<'a> {
    title: Option<&'a str>,
    tagline: Option<Option<&'a str>>,
    description: Option<Option<&'a str>>,
    url: Option<&'a str>,
    default_language: Option<&'a str>,
    languages: Option<&'a [String]>,
    contact_email: Option<Option<&'a str>>,
    logo_id: Option<Option<MediaId>>,
    social_links: Option<&'a Value>,
}

/// The publication.
///
/// # Errors
/// Those of the database.
pub fn get(conn: &mut PgConnection) -> StoreResult<SiteRow> {
    Ok(site::table.left_join(media::table).select(SiteRow::as_select()).first(conn)?)
}

/// Changes what is known of the publication. Its default language is always among its languages.
///
/// # Errors
/// `Stale`; `Refused` for a logo that does not exist.
pub fn update(tx: &mut PgConnection, actor: Actor, expected: Option<i64>, changes: &SiteChanges) -> StoreResult<SiteRow> {
    let (version, languages, default, url): (i64, Vec<Option<String>>, String, String) =
        site::table.select((site::version, site::languages, site::default_language, site::url)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    let logo = references::patched(tx, "/logo", Resource::Media, changes.logo.as_ref())?;
    let default = changes.default_language.clone().unwrap_or(default);
    let mut languages = changes.languages.clone().unwrap_or_else(|| languages.into_iter().flatten().collect());
    if !languages.contains(&default) {
        languages.insert(0, default);
    }
    let changeset = Changeset {
        title: changes.title.as_deref(),
        tagline: changes.tagline.as_ref().map(Option::as_deref),
        description: changes.description.as_ref().map(Option::as_deref),
        url: changes.url.as_deref(),
        default_language: changes.default_language.as_deref(),
        languages: Some(&languages),
        contact_email: changes.contact_email.as_ref().map(Option::as_deref),
        logo_id: logo.map(|logo| logo.map(MediaId)),
        social_links: changes.social_links.as_ref(),
    };
    diesel::update(site::table).set((changeset, site::version.eq(site::version + 1), site::updated_at.eq(dsl::now))).execute(tx)?;
    // Every link to an article begins with it.
    let details = json!({ "is_relinked": changes.url.as_ref().is_some_and(|new| *new != url) });
    record::written(tx, actor, "update_site", (Resource::Site, Uuid::nil()), ChangeAction::Updated, details)?;
    get(tx)
}
