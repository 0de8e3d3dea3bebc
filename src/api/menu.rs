//! Menus, out and in.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    faults::Faults,
    new::new_from_patch,
    patch::Patch,
    reference::{ArticleRef, PageRef, SectionRef, TagRef},
};
use crate::{
    domain::{change::Resource, id::MenuId, links},
    http::{self, Problem},
    store::menus::{MenuChanges, MenuItemRow, MenuRow, NewItem, Target},
};

const DEEPEST: usize = 4;
const MOST_ITEMS: usize = 200;

/// A menu as the list of menus shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MenuSummary {
    /// Its id.
    pub id: MenuId,
    /// Its slug.
    #[schema(example = "header")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Header")]
    pub name: String,
}

/// A menu with its links.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Menu {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub summary: MenuSummary,
    /// The links of the first level, in order. What leads to something that readers cannot see is left out, with all below it.
    pub items: Vec<MenuItem>,
}

/// A link of a menu.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MenuItem {
    /// What readers see.
    #[schema(example = "Transport")]
    pub label: String,
    /// What it leads to.
    pub kind: MenuItemKind,
    /// Where it leads; null for a heading.
    #[schema(required, example = "https://example.org/news/transport")]
    pub url: Option<String>,
    /// What it leads to, where that is a thing of this API.
    #[schema(required)]
    pub target: Option<MenuTarget>,
    /// The links below it, in order.
    #[schema(no_recursion)]
    pub children: Vec<MenuItem>,
}

/// What a link of a menu leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MenuItemKind {
    /// Nowhere: it stands over its children.
    Heading,
    /// Any address.
    Url,
    /// A section.
    Section,
    /// A page.
    Page,
    /// An article.
    Article,
    /// A tag.
    Tag,
}

/// A thing of this API that a link leads to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MenuTarget {
    /// Its id.
    pub id: Uuid,
    /// Its slug (of a section: its path).
    #[schema(example = "news/transport")]
    pub slug: String,
    /// Its title or name.
    #[schema(example = "Transport")]
    pub title: String,
}

impl From<MenuRow> for MenuSummary {
    fn from(row: MenuRow) -> Self {
        let MenuRow { id, slug, name, version: _, updated_at: _ } = row;
        Self { id, slug, name }
    }
}

impl Menu {
    /// The JSON of a menu with its links.
    #[must_use]
    pub fn of(row: MenuRow, items: Vec<MenuItemRow>, site_url: &str) -> Self {
        let mut below: HashMap<Option<Uuid>, Vec<MenuItemRow>> = HashMap::new();
        for item in items {
            below.entry(item.parent_id).or_default().push(item);
        }
        Self { summary: row.into(), items: children(&mut below, None, site_url) }
    }
}

fn children(below: &mut HashMap<Option<Uuid>, Vec<MenuItemRow>>, parent: Option<Uuid>, site_url: &str) -> Vec<MenuItem> {
    let rows = below.remove(&parent).unwrap_or_default();
    rows.into_iter()
        .filter(|row| row.is_visible)
        .map(|row| {
            let children = children(below, Some(row.id), site_url);
            item(row, children, site_url)
        })
        .collect()
}

fn item(row: MenuItemRow, children: Vec<MenuItem>, site_url: &str) -> MenuItem {
    let MenuItemRow { id: _, parent_id: _, label, link, target, target_id, target_slug, target_title, section_path, is_visible: _ } = row;
    let kind = match target.as_deref() {
        Some("section") => MenuItemKind::Section,
        Some("page") => MenuItemKind::Page,
        Some("article") => MenuItemKind::Article,
        Some(_) => MenuItemKind::Tag,
        None if link.is_some() => MenuItemKind::Url,
        None => MenuItemKind::Heading,
    };
    let path = target_slug.as_deref().map(|slug| match kind {
        MenuItemKind::Article => links::article_path(section_path.as_deref().unwrap_or_default(), slug),
        MenuItemKind::Tag => links::path_of(Resource::Tag, slug),
        MenuItemKind::Page => links::path_of(Resource::Page, slug),
        _ => links::path_of(Resource::Section, slug),
    });
    let target = match (target_id, target_slug, target_title) {
        (Some(id), Some(slug), Some(title)) => Some(MenuTarget { id, slug, title }),
        _ => None,
    };
    MenuItem { label, kind, url: link.or_else(|| path.map(|path| format!("{site_url}{path}"))), target, children }
}

/// A change of a menu (RFC 7396): what is absent stays, `items` replaces the whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuPatch {
    /// The name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "Header")]
    name: Patch<String>,
    /// The slug; made from the name when a menu is new and has none.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "header")]
    slug: Patch<String>,
    /// All links, nested at most 4 levels deep, 200 in all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MenuItemInput>>, max_items = 200)]
    items: Patch<Vec<MenuItemInput>>,
}

/// A link to be: to one of `url`, `section`, `page`, `article`, `tag`, or a heading without any.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuItemInput {
    /// What readers see.
    #[schema(min_length = 1, max_length = 200, example = "Transport")]
    label: String,
    /// Any address: absolute, or a path on the site that begins with `/`.
    #[schema(max_length = 2000)]
    url: Option<String>,
    /// A section: its path or id.
    #[schema(value_type = Option<String>, example = "news/transport")]
    section: Option<SectionRef>,
    /// A page: its slug or id.
    #[schema(value_type = Option<String>)]
    page: Option<PageRef>,
    /// An article: its slug or id.
    #[schema(value_type = Option<String>)]
    article: Option<ArticleRef>,
    /// A tag: its slug or id.
    #[schema(value_type = Option<String>)]
    tag: Option<TagRef>,
    /// The links below it.
    #[serde(default)]
    #[schema(no_recursion, max_items = 200)]
    children: Vec<MenuItemInput>,
}

new_from_patch! {
    /// A menu to be. `name` must be there.
    NewMenu(MenuPatch) -> MenuChanges, "name": name, "A new menu needs a name."
}

fn changes(patch: MenuPatch, mut faults: Faults) -> http::Result<MenuChanges> {
    let MenuPatch { name, slug, items } = patch;
    let items = faults.list("/items", items, MOST_ITEMS).map(|items| {
        let mut flat = Vec::new();
        flatten(&mut faults, items, "/items", None, 1, &mut flat);
        faults.count("/items", flat.len(), MOST_ITEMS);
        flat
    });
    let changes = MenuChanges {
        name: faults.kept("/name", name).map(|text| faults.line("/name", &text, 200)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        items,
    };
    faults.into_result(changes)
}

/// Parents before their children, as they are stored. Serde bounds how deep a body can be, so this ends.
fn flatten(faults: &mut Faults, items: Vec<MenuItemInput>, pointer: &str, parent: Option<usize>, level: usize, flat: &mut Vec<NewItem>) {
    if level > DEEPEST && !items.is_empty() {
        faults.add(pointer, "too_deep", format!("Links stand at most {DEEPEST} levels deep."));
        return;
    }
    for (place, item) in items.into_iter().enumerate() {
        let pointer = format!("{pointer}/{place}");
        let MenuItemInput { label, url, section, page, article, tag, children } = item;
        let label = faults.line(&format!("{pointer}/label"), &label, 200);
        let url = url.map(|url| {
            if url.starts_with('/') && !url.starts_with("//") {
                faults.line(&format!("{pointer}/url"), &url, 2000)
            } else {
                faults.web_address(&format!("{pointer}/url"), &url)
            }
        });
        let targets = [
            url.map(Target::Url),
            section.map(|section| Target::Resource(Resource::Section, section.0)),
            page.map(|page| Target::Resource(Resource::Page, page.0)),
            article.map(|article| Target::Resource(Resource::Article, article.0)),
            tag.map(|tag| Target::Resource(Resource::Tag, tag.0)),
        ];
        let mut targets = targets.into_iter().flatten();
        let target = targets.next();
        if targets.next().is_some() {
            faults.add(&pointer, "ambiguous", "A link leads to one of `url`, `section`, `page`, `article` and `tag` only.");
        }
        let index = flat.len();
        flat.push(NewItem { pointer: pointer.clone(), parent, label, target });
        flatten(faults, children, &format!("{pointer}/children"), Some(index), level + 1, flat);
    }
}
