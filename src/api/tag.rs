//! Tags, out and in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{faults::Faults, new::new_from_patch, patch::Patch};
use crate::{
    domain::id::TagId,
    http::{self, Problem},
    store::tags::{TagChanges, TagRow},
};

/// What articles are about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its slug; a former one answers 301.
    #[schema(example = "ports")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Ports")]
    pub name: String,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
    /// How many articles with it readers can see.
    #[schema(minimum = 0, example = 12)]
    pub article_count: i64,
}

impl Tag {
    /// The JSON of a row.
    #[must_use]
    pub fn of(row: TagRow, article_count: i64) -> Self {
        let TagRow { id, slug, name, description, version: _, updated_at: _ } = row;
        Self { id, slug, name, description, article_count }
    }
}

/// A change of a tag (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "Ports")]
    name: Patch<String>,
    /// The slug; made from the name when a tag is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "ports")]
    slug: Patch<String>,
    /// What it is about, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Patch<String>,
}

new_from_patch! {
    /// A tag to be. `name` must be there.
    NewTag(TagPatch) -> TagChanges, "name": name, "A new tag needs a name."
}

fn changes(patch: TagPatch, mut faults: Faults) -> http::Result<TagChanges> {
    let TagPatch { name, slug, description } = patch;
    let changes = TagChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        description: faults.patched(description, |faults, text| faults.text("/description", &text, 2000)),
    };
    faults.into_result(changes)
}
