//! Collections, out and in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{article::Card, faults::Faults, new::new_from_patch, patch::Patch, reference::ArticleRef};
use crate::{
    domain::id::CollectionId,
    http::{self, Problem},
    store::collections::{CollectionChanges, CollectionRow, MOST_ITEMS},
};

/// A collection as the list of collections shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CollectionSummary {
    /// Its id.
    pub id: CollectionId,
    /// Its slug; a former one answers 301.
    #[schema(example = "front-page")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Front page")]
    pub name: String,
    /// What it is for.
    #[schema(required)]
    pub description: Option<String>,
}

/// A collection with its articles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Collection {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub summary: CollectionSummary,
    /// The articles in the newsroom's order, without those that readers cannot see.
    pub items: Vec<Card>,
}

impl From<CollectionRow> for CollectionSummary {
    fn from(row: CollectionRow) -> Self {
        let CollectionRow { id, slug, name, description, version: _, updated_at: _ } = row;
        Self { id, slug, name, description }
    }
}

/// A change of a collection (RFC 7396): what is absent stays, null takes away, `items` replaces the whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "Front page")]
    name: Patch<String>,
    /// The slug; made from the name when a collection is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "front-page")]
    slug: Patch<String>,
    /// What it is for, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Patch<String>,
    /// All its articles in order: slugs or ids. What is named twice stands in its first place.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["port-reopens-after-storm"]))]
    items: Patch<Vec<ArticleRef>>,
}

new_from_patch! {
    /// A collection to be. `name` must be there.
    NewCollection(CollectionPatch) -> CollectionChanges, "name": name, "A new collection needs a name."
}

fn changes(patch: CollectionPatch, mut faults: Faults) -> http::Result<CollectionChanges> {
    let CollectionPatch { name, slug, description, items } = patch;
    let changes = CollectionChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        description: faults.patched(description, |faults, text| faults.text("/description", &text, 2000)),
        items: faults.list("/items", items, MOST_ITEMS).map(|all| all.into_iter().map(|article| article.0).collect()),
    };
    faults.into_result(changes)
}
