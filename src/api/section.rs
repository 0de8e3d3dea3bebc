//! Sections: the tree that readers navigate, and its nodes as editors write them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};
use uuid::Uuid;

use super::{faults::Faults, link::SectionLink, patch::Patch, reference::SectionRef};
use crate::{
    domain::id::SectionId,
    http::{self, Problem},
    store::sections::{SectionChanges, SectionRow},
};

/// A node of the tree, with all below it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SectionNode {
    /// Its id.
    pub id: SectionId,
    /// Its name.
    #[schema(example = "Transport")]
    pub name: String,
    /// The last part of its path.
    #[schema(example = "transport")]
    pub slug: String,
    /// The slugs from the root down to it.
    #[schema(example = "news/transport")]
    pub path: String,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
    /// Its place among its siblings; equal places are ordered by name.
    pub position: i32,
    /// How many articles readers can see in it and below it.
    #[schema(minimum = 0)]
    pub article_count: i64,
    /// The sections directly below it, in order.
    #[schema(no_recursion)]
    pub children: Vec<SectionNode>,
}

/// The whole tree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SectionTree {
    /// The sections of the first level, in order.
    pub items: Vec<SectionNode>,
}

/// A section with all above and all below it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Section {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub node: SectionNode,
    /// It and all above it, the root first.
    pub breadcrumbs: Vec<SectionLink>,
}

/// Builds the nodes below `parent` from rows of which parents come before their children.
#[must_use]
pub fn nodes(rows: Vec<SectionRow>, counts: &HashMap<Uuid, i64>, parent: Option<SectionId>) -> Vec<SectionNode> {
    let mut children: HashMap<Option<SectionId>, Vec<SectionNode>> = HashMap::new();
    // The deepest first, so that each is complete when it goes into its parent; siblings keep their order.
    let mut by_level: Vec<SectionRow> = rows;
    by_level.sort_by_key(|row| std::cmp::Reverse(row.ancestor_ids.len()));
    for row in by_level {
        let below = children.remove(&Some(row.id)).unwrap_or_default();
        let parent = row.parent_id;
        children.entry(parent).or_default().push(node(row, counts, below));
    }
    children.remove(&parent).unwrap_or_default()
}

fn node(row: SectionRow, counts: &HashMap<Uuid, i64>, children: Vec<SectionNode>) -> SectionNode {
    let SectionRow { id, parent_id: _, slug, path, ancestor_ids: _, name, description, position, version: _, updated_at: _ } = row;
    SectionNode { article_count: counts.get(&id.0).copied().unwrap_or(0), id, name, slug, path, description, position, children }
}

impl Section {
    /// The JSON of a section among its family.
    #[must_use]
    pub fn of(section: SectionRow, family: Vec<SectionRow>, counts: &HashMap<Uuid, i64>) -> Self {
        let level = section.ancestor_ids.len();
        let breadcrumbs = family
            .iter()
            .filter(|row| row.ancestor_ids.len() <= level)
            .map(|row| SectionLink { id: row.id, name: row.name.clone(), path: row.path.clone() })
            .collect();
        let below: Vec<SectionRow> = family.into_iter().filter(|row| row.ancestor_ids.len() > level).collect();
        let children = nodes(below, counts, Some(section.id));
        Self { node: node(section, counts, children), breadcrumbs }
    }
}

/// A change of a section (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "Transport")]
    name: Patch<String>,
    /// The last part of the path; made from the name when a section is new and has none. Former paths answer 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "transport")]
    slug: Patch<String>,
    /// The section above: its path or id. Null makes it a root. All below it moves along.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "news")]
    parent: Patch<SectionRef>,
    /// What it is about, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Patch<String>,
    /// Its place among its siblings; equal places are ordered by name.
    #[serde(default)]
    #[schema(value_type = Option<i32>, nullable = false)]
    position: Patch<i32>,
}

/// A section to be. `name` must be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewSection(SectionPatch);

impl PartialSchema for NewSection {
    fn schema() -> RefOr<Schema> {
        let mut schema = SectionPatch::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required = vec!["name".to_owned()];
            object.description = Some("A section to be.".to_owned());
        }
        schema
    }
}

impl ToSchema for NewSection {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SectionPatch::schemas(schemas);
    }
}

impl TryFrom<NewSection> for SectionChanges {
    type Error = Problem;

    fn try_from(NewSection(section): NewSection) -> http::Result<Self> {
        let mut faults = Faults::default();
        if section.name == Patch::Absent {
            faults.add("/name", "missing", "A new section needs a name.");
        }
        changes(section, faults)
    }
}

impl TryFrom<SectionPatch> for SectionChanges {
    type Error = Problem;

    fn try_from(patch: SectionPatch) -> http::Result<Self> {
        changes(patch, Faults::default())
    }
}

fn changes(patch: SectionPatch, mut faults: Faults) -> http::Result<SectionChanges> {
    let SectionPatch { name, slug, parent, description, position } = patch;
    let changes = SectionChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        parent: parent.into_change().map(|parent| parent.map(|parent| parent.0)),
        description: faults.patched(description, |faults, text| faults.text("/description", &text, 2000)),
        position: faults.kept("/position", position),
    };
    faults.into_result(changes)
}
