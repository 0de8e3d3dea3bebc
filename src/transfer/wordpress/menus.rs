//! Navigation menus: items of type `nav_menu_item`, each in a menu (a term), under another item, pointing at something.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::attachment::shortened;
use super::markup::plain;
use super::names::{address, decoded, slug};
use super::record::{Item, Term};
use crate::domain::slug::{Slug, slugify};
use crate::transfer::report::Report;

/// What a menu's item leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A post or a page, by its id in the file.
    Post(u64),
    /// A category, by its term id.
    Category(u64),
    /// A tag, by its term id.
    Tag(u64),
    /// An address.
    Address(String),
    /// Nowhere: a heading over what stands under it.
    Heading,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its post id.
    pub id: u64,
    /// The post id of the link that it stands under, 0 for none.
    pub parent: u64,
    /// Where it stands among all links of the menu.
    pub order: i64,
    /// Plain text; empty when the title of the target is to be shown.
    pub label: String,
    /// Where it leads.
    pub target: Target,
}

/// A menu with its links, parents before children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedMenu {
    /// The term's slug: how an import knows it again.
    pub key: String,
    /// The slug to give it.
    pub slug: Slug,
    /// Plain text.
    pub name: String,
    /// In order; `parent` names the id of an earlier one, or 0.
    pub links: Vec<Link>,
}

/// All menus while the file is read.
#[derive(Clone, Debug, Default)]
pub struct Menus {
    names: BTreeMap<String, String>,
    links: BTreeMap<String, Vec<Link>>,
}

impl Menus {
    /// Takes the definition of a menu.
    pub fn define(&mut self, term: &Term) {
        let key = decoded(&term.slug).to_lowercase();
        if !key.is_empty() {
            self.names.insert(key, plain(&term.name));
        }
    }

    /// Takes a link.
    pub fn add(&mut self, item: &Item, report: &mut Report) {
        let Some(menu) = item.terms.iter().find(|term| term.domain == "nav_menu") else {
            report.skip("a menu item that is in no menu", item.label());
            return;
        };
        if matches!(item.status.as_str(), "draft" | "trash" | "auto-draft" | "private") {
            report.skip("a menu item that is not published", item.label());
            return;
        }
        let key = decoded(if menu.slug.is_empty() { &menu.name } else { &menu.slug }).to_lowercase();
        self.names.entry(key.clone()).or_insert_with(|| plain(&menu.name));
        let number = |name: &str| item.meta(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
        let object = number("_menu_item_object_id");
        let own_address = || match item.meta("_menu_item_url") {
            Some(url) if url.starts_with('/') && !url.starts_with("//") => Target::Address(url.to_owned()),
            Some(url) => address(url).map_or(Target::Heading, Target::Address),
            None => Target::Heading,
        };
        let target = match (item.meta("_menu_item_type"), item.meta("_menu_item_object")) {
            (Some("post_type"), _) if object != 0 => Target::Post(object),
            (Some("taxonomy"), Some("category")) if object != 0 => Target::Category(object),
            (Some("taxonomy"), Some("post_tag")) if object != 0 => Target::Tag(object),
            _ => own_address(),
        };
        self.links.entry(key).or_default().push(Link {
            id: item.id,
            parent: number("_menu_item_menu_item_parent"),
            order: item.menu_order,
            label: shortened(&plain(&item.title), 200),
            target,
        });
    }

    /// The posts that links without a label of their own point at: their titles will be shown.
    pub fn posts_to_name(&self) -> HashSet<u64> {
        let links = self.links.values().flatten().filter(|link| link.label.is_empty());
        links.filter_map(|link| if let Target::Post(id) = link.target { Some(id) } else { None }).collect()
    }

    /// The menus, each with its links in order, parents before children. Circles and missing parents are put at the top.
    pub fn planned(&self) -> Vec<PlannedMenu> {
        let mut planned = Vec::new();
        for (key, name) in &self.names {
            let Some(slug) = slug(key).or_else(|| slugify(name)).or_else(|| slugify("menu")) else { continue };
            let links = self.links.get(key).map(|links| nested(links)).unwrap_or_default();
            let name = if name.is_empty() { key.clone() } else { shortened(name, 200) };
            planned.push(PlannedMenu { key: key.clone(), slug, name, links });
        }
        planned
    }
}

/// Links in the order of a walk through the tree.
fn nested(links: &[Link]) -> Vec<Link> {
    let mut links: Vec<Link> = links.to_vec();
    links.sort_by_key(|link| (link.order, link.id));
    let mut seen = HashSet::new();
    // An item listed twice would be its own sibling.
    links.retain(|link| link.id == 0 || seen.insert(link.id));
    let parents: HashMap<u64, u64> = links.iter().map(|link| (link.id, link.parent)).collect();
    for link in &mut links {
        let mut above = HashSet::from([link.id]);
        let mut at = link.parent;
        while at != 0 {
            if !above.insert(at) || !parents.contains_key(&at) {
                if at == link.parent || above.contains(&link.parent) && at == link.id {
                    link.parent = 0;
                }
                break;
            }
            at = parents.get(&at).copied().unwrap_or_default();
        }
    }
    let mut children: HashMap<u64, Vec<Link>> = HashMap::new();
    for link in links {
        children.entry(link.parent).or_default().push(link);
    }
    let mut out = Vec::new();
    let mut open: Vec<Link> = children.remove(&0).unwrap_or_default();
    open.reverse();
    while let Some(link) = open.pop() {
        if link.id != 0
            && let Some(below) = children.remove(&link.id)
        {
            open.extend(below.into_iter().rev());
        }
        out.push(link);
    }
    // What stands in a circle is reached from nowhere.
    let mut rest: Vec<Link> = children.into_values().flatten().collect();
    rest.sort_by_key(|link| (link.order, link.id));
    out.extend(rest.into_iter().map(|link| Link { parent: 0, ..link }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(id: u64, parent: u64, order: i64) -> Link {
        Link { id, parent, order, label: String::new(), target: Target::Heading }
    }

    fn order(links: &[Link]) -> Vec<(u64, u64)> {
        nested(links).iter().map(|link| (link.id, link.parent)).collect()
    }

    #[test]
    fn links_come_parents_first_and_in_order() {
        assert_eq!(order(&[link(3, 1, 3), link(1, 0, 1), link(4, 3, 4), link(2, 0, 2)]), [(1, 0), (3, 1), (4, 3), (2, 0)]);
    }

    #[test]
    fn circles_and_missing_parents_end_at_the_top() {
        for links in [&[link(1, 2, 1), link(2, 1, 2)][..], &[link(1, 9, 1), link(2, 2, 2)], &[link(1, 2, 1), link(2, 3, 2), link(3, 2, 3)]]
        {
            let found = nested(links);
            assert_eq!(found.len(), links.len());
            let mut seen = HashSet::from([0]);
            for link in found {
                assert!(seen.contains(&link.parent), "{link:?}");
                seen.insert(link.id);
            }
        }
    }

    #[test]
    fn targets_are_told_apart() {
        let item = |kind: &str, object: &str, id: &str, url: &str| Item {
            terms: vec![super::super::record::ItemTerm { domain: "nav_menu".into(), slug: "main".into(), name: "Main".into() }],
            meta: vec![
                ("_menu_item_type".into(), kind.into()),
                ("_menu_item_object".into(), object.into()),
                ("_menu_item_object_id".into(), id.into()),
                ("_menu_item_url".into(), url.into()),
            ],
            ..Item::default()
        };
        let mut menus = Menus::default();
        let mut report = Report::default();
        for (at, item) in [
            item("post_type", "page", "7", ""),
            item("taxonomy", "category", "3", ""),
            item("taxonomy", "post_tag", "4", ""),
            item("custom", "custom", "9", "https://a.example/x"),
            item("custom", "custom", "9", "/contact"),
            item("custom", "custom", "9", "#"),
            item("custom", "custom", "9", "javascript:alert(1)"),
        ]
        .into_iter()
        .enumerate()
        {
            menus.add(&Item { id: at as u64 + 1, menu_order: at as i64, ..item }, &mut report);
        }
        let targets: Vec<Target> = menus.planned().remove(0).links.into_iter().map(|link| link.target).collect();
        assert_eq!(
            targets,
            [
                Target::Post(7),
                Target::Category(3),
                Target::Tag(4),
                Target::Address("https://a.example/x".into()),
                Target::Address("/contact".into()),
                Target::Heading,
                Target::Heading
            ]
        );
        assert_eq!(menus.posts_to_name(), HashSet::from([7]));
        menus.add(&Item::default(), &mut report);
        assert_eq!(report.skipped.len(), 1);
    }
}
