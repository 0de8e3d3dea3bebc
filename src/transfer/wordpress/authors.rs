//! Who signed: users of the exported site, guest authors, and names that only items know.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::attachment::shortened;
use super::markup::plain;
use super::record::{Author, Item, ItemTerm};
use crate::domain::slug::{Slug, slugify};

/// An author to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAuthor {
    /// How an import knows them again: their login, or a hash of it where it is an e-mail address.
    pub key: String,
    /// The slug to give them, if it is free.
    pub slug: Slug,
    /// What readers see.
    pub name: String,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Authors {
    planned: Vec<PlannedAuthor>,
    by_login: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Authors {
    /// Takes a user of the file.
    pub fn define(&mut self, author: &Author) {
        let login = author.login.trim();
        let full = format!("{} {}", author.first_name.trim(), author.last_name.trim());
        let name =
            [author.display_name.as_str(), full.as_str(), login].into_iter().map(plain).find(|name| !name.is_empty() && !is_email(name));
        let name = name.unwrap_or_else(|| before_at(login));
        if !login.is_empty() {
            self.add(login, &name);
        } else if !name.is_empty() {
            self.add(&name, &name);
        }
    }

    /// Takes a guest author, who is an item of a type of its own.
    pub fn define_guest(&mut self, item: &Item) {
        let name = plain(item.meta("cap-display_name").unwrap_or(&item.title));
        let login = item.meta("cap-user_login").unwrap_or(&item.slug).trim().to_owned();
        let login = if login.is_empty() { name.clone() } else { login };
        if !name.is_empty() && !is_email(&name) {
            self.add(login.strip_prefix("cap-").unwrap_or(&login), &name);
        }
    }

    /// Takes who an item says wrote it.
    pub fn meet(&mut self, item: &Item) {
        let creator = item.creator.trim();
        if !creator.is_empty() && self.find(creator).is_none() {
            self.add(creator, &visible(creator));
        }
        for term in item.terms.iter().filter(|term| term.domain == "author") {
            if self.find_coauthor(term).is_none() {
                let login = term.slug.trim();
                let login = login.strip_prefix("cap-").unwrap_or(login);
                let name = visible(&plain(&term.name));
                let login = if login.is_empty() { name.clone() } else { login.to_owned() };
                if !name.is_empty() {
                    self.add(&login, &name);
                }
            }
        }
    }

    /// The byline of an item: its co-authors in order, else its creator. The co-authors include the creator where he is one.
    pub fn byline(&self, item: &Item) -> Vec<usize> {
        let mut places: Vec<usize> = Vec::new();
        for place in item.terms.iter().filter(|term| term.domain == "author").filter_map(|term| self.find_coauthor(term)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if places.is_empty() {
            places.extend(self.find(item.creator.trim()));
        }
        places
    }

    /// All of them, in file order.
    pub fn planned(&self) -> &[PlannedAuthor] {
        &self.planned
    }

    fn find_coauthor(&self, term: &ItemTerm) -> Option<usize> {
        let slug = term.slug.trim();
        let login = slug.strip_prefix("cap-").unwrap_or(slug);
        self.find(login).or_else(|| self.find(&plain(&term.name)))
    }

    /// By login, by the form that a login has in addresses, or by name.
    fn find(&self, text: &str) -> Option<usize> {
        let text = text.to_lowercase();
        if text.is_empty() {
            return None;
        }
        self.by_login
            .get(&text)
            .or_else(|| slugify(&text).and_then(|slug| self.by_login.get(slug.as_str())))
            .or_else(|| self.by_name.get(&text))
            .copied()
    }

    fn add(&mut self, login: &str, name: &str) {
        let login = login.to_lowercase();
        if self.by_login.contains_key(&login) {
            return;
        }
        let name = shortened(&plain(name), 200);
        let name = if name.is_empty() { before_at(&login) } else { name };
        let Some(slug) =
            slugify(&name).or_else(|| slugify(&before_at(&login))).or_else(|| slugify(&format!("author {}", self.planned.len() + 1)))
        else {
            return;
        };
        // Logins are often e-mail addresses, which are not ours to keep.
        let key = if is_email(&login) {
            Sha256::digest(login.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        } else {
            login.clone()
        };
        let place = self.planned.len();
        if let Some(form) = slugify(&login) {
            self.by_login.entry(form.as_str().to_owned()).or_insert(place);
        }
        self.by_login.insert(login, place);
        self.by_name.entry(name.to_lowercase()).or_insert(place);
        self.planned.push(PlannedAuthor { key, slug, name });
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
}

fn before_at(text: &str) -> String {
    text.split('@').next().unwrap_or_default().to_owned()
}

fn visible(name: &str) -> String {
    if is_email(name) { before_at(name) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(login: &str, display_name: &str) -> Author {
        Author { login: login.into(), display_name: display_name.into(), ..Author::default() }
    }

    #[test]
    fn a_byline_is_found_by_login_name_or_coauthors() {
        let mut authors = Authors::default();
        authors.define(&user("maydin", "Meral Aydın"));
        authors.define(&user("Ada.Okafor", "Ada Okafor"));
        let names = |authors: &Authors, item: &Item| -> Vec<String> {
            authors.byline(item).into_iter().map(|place| authors.planned[place].name.clone()).collect()
        };
        let mut item = Item { creator: "MAYDIN".into(), ..Item::default() };
        assert_eq!(names(&authors, &item), ["Meral Aydın"]);
        item.creator = "Ada Okafor".into();
        assert_eq!(names(&authors, &item), ["Ada Okafor"]);
        for (slug, name) in [("cap-ada-okafor", "ada.okafor"), ("maydin", "Meral Aydın"), ("guest", "Guest Writer"), ("maydin", "")] {
            item.terms.push(ItemTerm { domain: "author".into(), slug: slug.into(), name: name.into() });
        }
        authors.meet(&item);
        assert_eq!(names(&authors, &item), ["Ada Okafor", "Meral Aydın", "Guest Writer"]);
        assert_eq!(names(&authors, &Item::default()), Vec::<String>::new());
    }

    #[test]
    fn no_address_becomes_a_name_or_a_key() {
        let mut authors = Authors::default();
        authors.define(&user("jo@mail.example", "jo@mail.example"));
        authors.meet(&Item { creator: "lee@mail.example".into(), ..Item::default() });
        let kept = format!("{:?}", authors.planned());
        assert!(!kept.contains("mail.example"), "{kept}");
        assert_eq!(authors.planned().iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), ["jo", "lee"]);
        assert_eq!(authors.byline(&Item { creator: "jo@mail.example".into(), ..Item::default() }), [0]);
    }
}
