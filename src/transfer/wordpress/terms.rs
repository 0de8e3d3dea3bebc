//! Categories into a tree of sections, tags into a list: as the file defines them, completed by what items carry.
//! Exports of a part of a site, and files made by other tools, leave definitions out.

use std::collections::{HashMap, HashSet};

use super::attachment::shortened;
use super::markup::plain;
use super::names::{decoded, slug};
use super::record::{ItemTerm, Term};
use crate::domain::slug::{Slug, slugify};
use crate::transfer::report::Report;

/// The deepest tree of sections.
const DEEPEST: usize = 8;

/// What WordPress calls the category of what has none, in the languages that it is most used in.
const UNFILED: &[&str] = &[
    "uncategorized",
    "uncategorised",
    "non-classe",
    "sin-categoria",
    "sem-categoria",
    "senza-categoria",
    "nicht-kategorisiert",
    "ohne-kategorie",
    "geen-categorie",
    "без-рубрики",
    "bez-kategorii",
    "kategorisiz",
    "未分類",
    "未分类",
    "ikke-kategoriseret",
    "okategoriserade",
];

/// The key under which items without any category are filed.
pub(super) const NO_CATEGORY: &str = "uncategorized";

/// One category or tag to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its slug in the file, decoded, in small letters: how an import knows it again.
    pub key: String,
    /// The slug to give it.
    pub slug: Slug,
    /// Plain text.
    pub name: String,
    /// Plain text.
    pub description: Option<String>,
    /// The place of the one above it in the list.
    pub parent: Option<usize>,
    /// How many stand above it.
    pub depth: usize,
    /// The term's id in the file; 0 when missing.
    pub id: u64,
}

/// The terms of one taxonomy.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    planned: Vec<Planned>,
    parents: Vec<String>,
    by_key: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    by_id: HashMap<u64, usize>,
}

impl Terms {
    /// Takes a definition of the file.
    pub fn define(&mut self, term: &Term) {
        let key = key(&term.slug, &term.name);
        if key.is_empty() {
            return;
        }
        if let Some(&place) = self.by_key.get(&key) {
            // Met on an item before, or defined twice: the first definition that says more wins.
            self.parents[place] = if self.parents[place].is_empty() { self::key(&term.parent, "") } else { self.parents[place].clone() };
            if term.id != 0 && self.planned[place].id == 0 {
                self.planned[place].id = term.id;
                self.by_id.entry(term.id).or_insert(place);
            }
            return;
        }
        let description = Some(shortened(&plain(&term.description), 2000)).filter(|text| !text.is_empty());
        self.add(key, &term.name, description, term.id, self::key(&term.parent, ""));
    }

    /// Takes a term that an item carries, defined or not.
    pub fn meet(&mut self, term: &ItemTerm) {
        if self.find(term).is_none() {
            let key = key(&term.slug, &term.name);
            if !key.is_empty() {
                self.add(key, &term.name, None, 0, String::new());
            }
        }
    }

    /// The place of a term that an item carries: by its slug, or by its name where the file gives no slug.
    pub fn find(&self, term: &ItemTerm) -> Option<usize> {
        if term.slug.trim().is_empty()
            && let Some(place) = self.by_name.get(&plain(&term.name).to_lowercase())
        {
            return Some(*place);
        }
        self.by_key.get(&key(&term.slug, &term.name)).copied()
    }

    /// The place of a term by its id.
    pub fn find_id(&self, id: u64) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The place of a term by its key.
    pub fn find_key(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The terms in file order; parents are settled by `settle`.
    pub fn planned(&self) -> &[Planned] {
        &self.planned
    }

    fn add(&mut self, key: String, name: &str, description: Option<String>, id: u64, parent: String) {
        let name = shortened(&plain(name), 200);
        let name = if name.is_empty() { key.clone() } else { name };
        let place = self.planned.len();
        let slug = slug(&key).or_else(|| slugify(&name)).or_else(|| slugify(&format!("term {}", place + 1)));
        let Some(slug) = slug else { return };
        self.by_key.insert(key.clone(), place);
        self.by_name.entry(name.to_lowercase()).or_insert(place);
        if id != 0 {
            self.by_id.entry(id).or_insert(place);
        }
        self.planned.push(Planned { key, slug, name, description, parent: None, depth: 0, id });
        self.parents.push(parent);
    }

    /// Makes sure that there is a term, whatever the file holds.
    pub fn ensure(&mut self, key: &str, name: &str) {
        if !self.by_key.contains_key(key) {
            self.add(key.to_owned(), name, None, 0, String::new());
        }
    }

    /// Finds each parent, breaks circles, keeps the tree as deep as one may be, and gives siblings slugs of their own.
    pub fn settle(&mut self, report: &mut Report) {
        for place in 0..self.planned.len() {
            if self.parents[place].is_empty() {
                continue;
            }
            match self.by_key.get(&self.parents[place]) {
                Some(&parent) if parent != place => self.planned[place].parent = Some(parent),
                Some(_) => report.warn("a category is its own parent: put at the top", &self.planned[place].name),
                None => report.warn("a category whose parent is not in the file: put at the top", &self.planned[place].name),
            }
        }
        for place in 0..self.planned.len() {
            let mut seen = HashSet::from([place]);
            let mut at = place;
            while let Some(parent) = self.planned[at].parent {
                if !seen.insert(parent) {
                    report.warn("categories stand in a circle: one is put at the top", &self.planned[at].name);
                    self.planned[at].parent = None;
                    break;
                }
                at = parent;
            }
        }
        for place in 0..self.planned.len() {
            let mut above = self.above(place);
            if above.len() >= DEEPEST {
                report.warn(format!("a category deeper than {DEEPEST} levels: put at level {DEEPEST}"), &self.planned[place].name);
                // From the root down, the last that may have children.
                above.reverse();
                self.planned[place].parent = above.get(DEEPEST - 2).copied();
            }
            self.planned[place].depth = self.above(place).len();
        }
        let mut taken: HashSet<(Option<usize>, String)> = HashSet::new();
        for place in 0..self.planned.len() {
            let parent = self.planned[place].parent;
            let wanted = self.planned[place].slug.clone();
            let free = std::iter::once(wanted.clone())
                .chain((2..).map(|number| wanted.with_suffix(number)))
                .find(|slug| taken.insert((parent, slug.as_str().to_owned())));
            if let Some(free) = free {
                self.planned[place].slug = free;
            }
        }
    }

    /// The places above one, nearest first.
    fn above(&self, place: usize) -> Vec<usize> {
        let mut above = Vec::new();
        let mut at = place;
        while let Some(parent) = self.planned[at].parent {
            above.push(parent);
            at = parent;
        }
        above
    }

    /// The places so that each parent comes before its children.
    pub fn parents_first(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.planned.len()).collect();
        places.sort_by_key(|place| (self.planned[*place].depth, *place));
        places
    }

    /// Which of an item's categories is the primary one.
    ///
    /// The one that an SEO plugin marked (`marked`, a term id), if the item carries it; else the deepest, and of equally deep ones the
    /// first in the file. “Uncategorized” counts only when it stands alone: it is then removed from `places`.
    pub fn primary(&self, places: &mut Vec<usize>, marked: Option<u64>) -> Option<usize> {
        let is_unfiled = |place: &usize| UNFILED.contains(&self.planned[*place].key.as_str());
        if places.iter().any(|place| !is_unfiled(place)) {
            places.retain(|place| !is_unfiled(place));
        }
        if let Some(place) = marked.and_then(|id| self.find_id(id)).filter(|place| places.contains(place)) {
            return Some(place);
        }
        // Of equal ones `max_by_key` gives the last.
        places.iter().rev().max_by_key(|place| self.planned[**place].depth).copied()
    }
}

/// What a term is known by: its slug, or one made from its name.
fn key(slug: &str, name: &str) -> String {
    let decoded = decoded(slug.trim()).trim().to_lowercase();
    if !decoded.is_empty() {
        return decoded;
    }
    let name = plain(name);
    slugify(&name).map_or_else(|| name.to_lowercase(), |slug| slug.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(definitions: &[(u64, &str, &str)]) -> (Terms, Report) {
        let mut terms = Terms::default();
        for (id, slug, parent) in definitions {
            terms.define(&Term { id: *id, slug: (*slug).into(), parent: (*parent).into(), name: slug.to_uppercase(), ..Term::default() });
        }
        let mut report = Report::default();
        terms.settle(&mut report);
        (terms, report)
    }

    fn parents(terms: &Terms) -> Vec<(&str, Option<&str>)> {
        terms.planned.iter().map(|term| (term.key.as_str(), term.parent.map(|place| terms.planned[place].key.as_str()))).collect()
    }

    #[test]
    fn children_may_come_before_their_parents() {
        let (terms, report) = terms(&[(3, "ferries", "transport"), (1, "news", ""), (2, "transport", "news")]);
        assert_eq!(parents(&terms), [("ferries", Some("transport")), ("news", None), ("transport", Some("news"))]);
        assert_eq!(terms.parents_first(), [1, 2, 0]);
        assert!(report.warnings.is_empty());
    }

    #[test]
    fn circles_are_broken_and_orphans_put_at_the_top() {
        let (terms, report) = terms(&[(1, "a", "b"), (2, "b", "c"), (3, "c", "a"), (4, "d", "d"), (5, "e", "nowhere")]);
        assert_eq!(terms.planned.iter().filter(|term| term.parent.is_none()).count(), 3);
        assert_eq!(report.warnings.len(), 3);
        assert_eq!(terms.parents_first().len(), 5);
    }

    #[test]
    fn a_tree_is_never_deeper_than_it_may_be() {
        let names: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
        let definitions: Vec<(u64, &str, &str)> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (at as u64 + 1, name.as_str(), if at == 0 { "" } else { names[at - 1].as_str() }))
            .collect();
        let (terms, _) = terms(&definitions);
        assert_eq!(terms.planned.iter().map(|term| term.depth).max(), Some(DEEPEST - 1));
    }

    #[test]
    fn undefined_terms_are_made_from_items_once() {
        let mut terms = Terms::default();
        let by_slug = ItemTerm { domain: "category".into(), slug: "caf%C3%A9".into(), name: "Café &amp; Bar".into() };
        let by_name = ItemTerm { domain: "category".into(), slug: String::new(), name: "Café &amp; Bar".into() };
        terms.meet(&by_slug);
        terms.meet(&by_name);
        assert_eq!(terms.planned.len(), 1);
        assert_eq!((terms.planned[0].slug.as_str(), terms.planned[0].name.as_str()), ("café", "Café & Bar"));
        assert_eq!(terms.find(&by_name), Some(0));
    }

    #[test]
    fn siblings_get_slugs_of_their_own() {
        let (terms, _) = terms(&[(1, "a.b", ""), (2, "a b", ""), (3, "a-b", "a.b")]);
        let slugs: Vec<&str> = terms.planned.iter().map(|term| term.slug.as_str()).collect();
        assert_eq!(slugs, ["a-b", "a-b-2", "a-b"]);
    }

    #[test]
    fn the_primary_category_is_the_marked_one_else_the_deepest_else_the_first() {
        let (terms, _) = terms(&[(1, "uncategorized", ""), (2, "news", ""), (3, "transport", "news"), (4, "sport", "")]);
        let primary = |places: &[usize], marked| {
            let mut places = places.to_vec();
            let primary = terms.primary(&mut places, marked).map(|place| terms.planned[place].key.as_str());
            (primary, places.len())
        };
        assert_eq!(primary(&[0, 1, 2, 3], None), (Some("transport"), 3));
        assert_eq!(primary(&[1, 3], None), (Some("news"), 2));
        assert_eq!(primary(&[1, 2, 3], Some(4)), (Some("sport"), 3));
        assert_eq!(primary(&[1, 3], Some(3)), (Some("news"), 2), "a mark for a category that the item does not carry");
        assert_eq!(primary(&[0], None), (Some("uncategorized"), 1));
        assert_eq!(primary(&[], None), (None, 0));
    }
}
