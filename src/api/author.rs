//! Authors, out and in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{faults::Faults, media::Media, new::new_from_patch, patch::Patch, reference::MediaRef};
use crate::{
    domain::{author::AuthorKind, id::AuthorId},
    http::{self, Problem},
    store::authors::{AuthorChanges, AuthorRow},
};

/// Who signs articles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    /// The author's id.
    pub id: AuthorId,
    /// The author's slug; a former one answers 301.
    #[schema(example = "m-aydin")]
    pub slug: String,
    /// The author's name.
    #[schema(example = "M. Aydin")]
    pub name: String,
    /// Whether it is a person.
    pub kind: AuthorKind,
    /// What they are in the newsroom.
    #[schema(required, example = "Transport correspondent")]
    pub job_title: Option<String>,
    /// Who they are.
    #[schema(required)]
    pub bio: Option<String>,
    /// A picture of them.
    #[schema(required)]
    pub portrait: Option<Media>,
    /// Where else they are.
    pub links: Vec<NamedLink>,
    /// How many of their articles readers can see.
    #[schema(minimum = 0, example = 12)]
    pub article_count: i64,
}

/// A profile or a site elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedLink {
    /// What it is.
    #[schema(min_length = 1, max_length = 100, example = "Website")]
    pub name: String,
    /// Where it is.
    #[schema(max_length = 2000, example = "https://aydin.example.org/")]
    pub url: String,
}

/// At most this many.
const MOST_LINKS: usize = 20;

/// Checks a list of links, and gives it as it is stored.
pub(super) fn links(faults: &mut Faults, pointer: &str, links: Patch<Vec<NamedLink>>) -> Option<serde_json::Value> {
    let links = faults.list(pointer, links, MOST_LINKS)?;
    let checked: Vec<NamedLink> = links
        .into_iter()
        .enumerate()
        .map(|(place, link)| NamedLink {
            name: faults.line(&format!("{pointer}/{place}/name"), &link.name, 100),
            url: faults.web_address(&format!("{pointer}/{place}/url"), &link.url),
        })
        .collect();
    // Strings always serialise.
    Some(serde_json::to_value(checked).unwrap_or_default())
}

impl Author {
    /// The JSON of a row.
    #[must_use]
    pub fn of(row: AuthorRow, article_count: i64) -> Self {
        let AuthorRow { id, slug, name, kind, job_title, bio, links, version: _, updated_at: _, portrait } = row;
        let links = serde_json::from_value(links).unwrap_or_default();
        Self { id, slug, name, kind, job_title, bio, portrait: portrait.map(Media::from), links, article_count }
    }
}

/// A change of an author (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "M. Aydin")]
    name: Patch<String>,
    /// The slug; made from the name when an author is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "m-aydin")]
    slug: Patch<String>,
    /// Whether it is a person.
    #[serde(default)]
    #[schema(value_type = Option<AuthorKind>, nullable = false)]
    kind: Patch<AuthorKind>,
    /// What they are in the newsroom.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    job_title: Patch<String>,
    /// Who they are, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    bio: Patch<String>,
    /// A picture of them: the id of a media record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    portrait: Patch<MediaRef>,
    /// Where else they are.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NamedLink>>, max_items = 20)]
    links: Patch<Vec<NamedLink>>,
}

new_from_patch! {
    /// An author to be. `name` must be there.
    NewAuthor(AuthorPatch) -> AuthorChanges, "name": name, "A new author needs a name."
}

fn changes(patch: AuthorPatch, mut faults: Faults) -> http::Result<AuthorChanges> {
    let AuthorPatch { name, slug, kind, job_title, bio, portrait, links: elsewhere } = patch;
    let changes = AuthorChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        kind: faults.kept("/kind", kind),
        job_title: faults.patched(job_title, |faults, text| faults.line("/job_title", &text, 200)),
        bio: faults.patched(bio, |faults, text| faults.text("/bio", &text, 5000)),
        portrait: portrait.into_change().map(|media| media.map(|media| media.0)),
        links: links(&mut faults, "/links", elsewhere),
    };
    faults.into_result(changes)
}
