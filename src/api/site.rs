//! The publication itself, out and in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    author::{NamedLink, links},
    faults::Faults,
    media::Media,
    patch::Patch,
    reference::MediaRef,
};
use crate::{
    http::{self, Problem},
    store::site::{SiteChanges, SiteRow},
};

/// The publication.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Site {
    /// Its name.
    #[schema(example = "The Harbour Courier")]
    pub title: String,
    /// A line under its name.
    #[schema(required)]
    pub tagline: Option<String>,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// Where readers find it, without a slash at the end.
    #[schema(example = "https://example.org")]
    pub url: String,
    /// What articles are in unless they say otherwise (BCP 47).
    #[schema(example = "en")]
    pub default_language: String,
    /// All its languages (BCP 47).
    #[schema(example = json!(["en", "az"]))]
    pub languages: Vec<String>,
    /// Where to write to.
    #[schema(required, example = "desk@example.org")]
    pub contact_email: Option<String>,
    /// Its sign.
    #[schema(required)]
    pub logo: Option<Media>,
    /// Where else it is.
    pub social_links: Vec<NamedLink>,
}

impl From<SiteRow> for Site {
    fn from(row: SiteRow) -> Self {
        let SiteRow {
            title,
            tagline,
            description,
            url,
            default_language,
            languages,
            contact_email,
            social_links,
            version: _,
            updated_at: _,
            logo,
        } = row;
        Self {
            title,
            tagline,
            description,
            url,
            default_language,
            languages: languages.into_iter().flatten().collect(),
            contact_email,
            logo: logo.map(Media::from),
            social_links: serde_json::from_value(social_links).unwrap_or_default(),
        }
    }
}

/// A change of the publication (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePatch {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200)]
    title: Patch<String>,
    /// A line under its name.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    tagline: Patch<String>,
    /// What it is, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Patch<String>,
    /// Where readers find it.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, max_length = 2000, example = "https://example.org")]
    url: Patch<String>,
    /// What articles are in unless they say otherwise (BCP 47).
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "en")]
    default_language: Patch<String>,
    /// All its languages (BCP 47); the default one is among them in any case.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, nullable = false, max_items = 50, example = json!(["en", "az"]))]
    languages: Patch<Vec<String>>,
    /// Where to write to.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, example = "desk@example.org")]
    contact_email: Patch<String>,
    /// Its sign: the id of a media record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    logo: Patch<MediaRef>,
    /// Where else it is.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NamedLink>>, max_items = 20)]
    social_links: Patch<Vec<NamedLink>>,
}

impl TryFrom<SitePatch> for SiteChanges {
    type Error = Problem;

    fn try_from(patch: SitePatch) -> http::Result<Self> {
        let SitePatch { title, tagline, description, url, default_language, languages, contact_email, logo, social_links } = patch;
        let mut faults = Faults::default();
        let languages = faults.kept("/languages", languages).map(|tags| {
            faults.count("/languages", tags.len(), 50);
            let mut known: Vec<String> = Vec::new();
            for (place, tag) in tags.iter().enumerate() {
                let tag = faults.language(&format!("/languages/{place}"), tag);
                if !known.contains(&tag) {
                    known.push(tag);
                }
            }
            known
        });
        let changes = Self {
            title: faults.kept("/title", title).map(|text| faults.line("/title", &text, 200)),
            tagline: faults.patched(tagline, |faults, text| faults.line("/tagline", &text, 300)),
            description: faults.patched(description, |faults, text| faults.text("/description", &text, 2000)),
            url: faults.kept("/url", url).map(|url| {
                if url.contains(['?', '#']) {
                    faults.add(
                        "/url",
                        "invalid",
                        "It must have neither a query nor a fragment: every path of the publication is put behind it.",
                    );
                }
                faults.web_address("/url", &url).trim_end_matches('/').to_owned()
            }),
            default_language: faults.kept("/default_language", default_language).map(|tag| faults.language("/default_language", &tag)),
            languages,
            contact_email: faults.patched(contact_email, |faults, email| {
                let email = faults.line("/contact_email", &email, 254);
                if !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !email.contains(' ')) {
                    faults.add("/contact_email", "invalid", "It must be an e-mail address, such as `desk@example.org`.");
                }
                email
            }),
            logo: logo.into_change().map(|media| media.map(|media| media.0)),
            social_links: links(&mut faults, "/social_links", social_links),
        };
        faults.into_result(changes)
    }
}
