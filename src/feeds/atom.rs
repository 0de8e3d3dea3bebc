//! Atom (RFC 4287), with links to its other pages (RFC 5005 §3) and what was withdrawn (RFC 6721).

use std::collections::BTreeMap;

use atom_syndication::{self as atom, extension::Extension};

use super::{Author, Entry, Feed, Media, Publisher, Term, Withdrawal, text::xml};
use crate::domain::article::BylineRole;

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let mut links = vec![link("self", &feed.feed_url, "application/atom+xml"), link("alternate", &feed.home_page_url, "text/html")];
    links.extend(feed.pages.iter().map(|(rel, url)| link(rel, url, "application/atom+xml")));
    let mut document = atom::Feed {
        id: feed.feed_url.clone(),
        title: plain(&feed.title),
        subtitle: feed.description.as_deref().map(plain),
        // Required, and an empty feed has nothing that was ever updated.
        updated: feed.updated.unwrap_or_default().fixed_offset(),
        lang: Some(feed.language.clone()),
        logo: feed.publisher.logo.as_ref().map(|logo| logo.url.clone()),
        // An entry without a byline is the publication's (§4.1.1: an author on the feed or on each entry).
        authors: vec![atom::Person {
            name: xml(&feed.publisher.name).into_owned(),
            uri: Some(feed.publisher.url.clone()),
            ..atom::Person::default()
        }],
        links,
        entries: feed.entries.iter().map(|one| entry(one, &feed.publisher)).collect(),
        namespaces: names([("media", "http://search.yahoo.com/mrss/")]),
        ..atom::Feed::default()
    };
    if !feed.withdrawn.is_empty() {
        document.namespaces.extend(names([("at", "http://purl.org/atompub/tombstones/1.0")]));
        let gone = feed.withdrawn.iter().map(tombstone).collect();
        document.extensions.insert("at".to_owned(), BTreeMap::from([("deleted-entry".to_owned(), gone)]));
    }
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = document.write_to(&mut bytes);
    bytes
}

fn entry(entry: &Entry, publisher: &Publisher) -> atom::Entry {
    let mut links = vec![link("alternate", &entry.url, "text/html")];
    links.extend(entry.source.iter().filter_map(|source| Some(link("via", source.url.as_ref()?, "text/html"))));
    links.extend(entry.lead.iter().chain(&entry.media).map(enclosure));
    let (authors, contributors): (Vec<_>, Vec<_>) = entry.authors.iter().partition(|author| author.role == BylineRole::Author);
    let media: Vec<Extension> = entry.lead.iter().chain(&entry.media).map(described).collect();
    let mut extensions = BTreeMap::new();
    if !media.is_empty() {
        extensions.insert("media".to_owned(), BTreeMap::from([("content".to_owned(), media)]));
    }
    atom::Entry {
        id: entry.id.clone(),
        title: plain(&entry.title),
        updated: entry.updated.fixed_offset(),
        published: Some(entry.published.fixed_offset()),
        authors: authors.into_iter().map(person).collect(),
        contributors: contributors.into_iter().map(person).collect(),
        categories: entry.sections.iter().chain(&entry.tags).map(category).collect(),
        rights: entry.usage_terms(publisher).as_deref().map(plain),
        summary: entry.summary.as_deref().map(plain),
        content: entry.text().map(|html| atom::Content {
            value: Some(xml(html).into_owned()),
            content_type: Some("html".to_owned()),
            lang: Some(entry.language.clone()),
            ..atom::Content::default()
        }),
        links,
        extensions,
        ..atom::Entry::default()
    }
}

/// RFC 6721 §3: what a reader who kept the entry should do away with.
fn tombstone(withdrawal: &Withdrawal) -> Extension {
    let when = withdrawal.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mut element = element("at:deleted-entry", [("ref", withdrawal.id.clone()), ("when", when)]);
    if let Some(reason) = &withdrawal.reason {
        let comment = Extension { name: "at:comment".to_owned(), value: Some(xml(reason).into_owned()), ..Extension::default() };
        element.children.insert("comment".to_owned(), vec![comment]);
    }
    element
}

/// Whose a picture is and what it shows, for which Atom's own links have no place (Media RSS).
fn described(media: &Media) -> Extension {
    let mut content = element("media:content", [("url", media.url.clone())]);
    for (name, text) in [("description", media.description()), ("credit", media.credit.as_deref())] {
        if let Some(text) = text {
            let child = Extension { name: format!("media:{name}"), value: Some(xml(text).into_owned()), ..Extension::default() };
            content.children.insert(name.to_owned(), vec![child]);
        }
    }
    content
}

fn element<const N: usize>(name: &str, attributes: [(&str, String); N]) -> Extension {
    let attrs = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Extension { name: name.to_owned(), attrs, ..Extension::default() }
}

fn names<const N: usize>(all: [(&str, &str); N]) -> BTreeMap<String, String> {
    all.into_iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
}

fn plain(text: &str) -> atom::Text {
    atom::Text::plain(xml(text))
}

fn person(author: &Author) -> atom::Person {
    atom::Person { name: xml(&author.name).into_owned(), uri: author.url.clone(), ..atom::Person::default() }
}

fn category(term: &Term) -> atom::Category {
    let scheme = term.url.strip_suffix(&term.path).map(str::to_owned);
    atom::Category { term: term.path.clone(), scheme, label: Some(xml(&term.name).into_owned()) }
}

fn enclosure(media: &Media) -> atom::Link {
    let enclosure = link("enclosure", &media.url, media.mime_type.as_deref().unwrap_or_default());
    atom::Link { length: media.size.map(|size| size.to_string()), ..enclosure }
}

fn link(rel: &str, href: &str, mime_type: &str) -> atom::Link {
    let mime_type = (!mime_type.is_empty()).then(|| mime_type.to_owned());
    atom::Link { rel: rel.to_owned(), href: href.to_owned(), mime_type, ..atom::Link::default() }
}
