//! Atom (RFC 4287), with a link to older items (RFC 5005 §3).

use atom_syndication as atom;

use super::{Entry, Feed, text::xml};

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let mut links = vec![link("self", &feed.feed_url, "application/atom+xml"), link("alternate", &feed.home_page_url, "text/html")];
    links.extend(feed.next_url.iter().map(|next| link("next", next, "application/atom+xml")));
    let document = atom::Feed {
        id: feed.feed_url.clone(),
        title: atom::Text::plain(xml(&feed.title)),
        subtitle: feed.description.as_deref().map(|text| atom::Text::plain(xml(text))),
        // Required, and an empty feed has nothing that was ever updated.
        updated: feed.updated.unwrap_or_default().fixed_offset(),
        lang: Some(feed.language.clone()),
        // An entry without a byline is the publication's (§4.1.1: an author on the feed or on each entry).
        authors: vec![atom::Person { name: xml(&feed.title).into_owned(), ..atom::Person::default() }],
        links,
        entries: feed.entries.iter().map(entry).collect(),
        ..atom::Feed::default()
    };
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = document.write_to(&mut bytes);
    bytes
}

fn entry(entry: &Entry) -> atom::Entry {
    let mut links = vec![link("alternate", &entry.url, "text/html")];
    links.extend(entry.external_url.iter().map(|url| link("via", url, "text/html")));
    if let Some(image) = &entry.image {
        let mime_type = image.mime_type.as_deref().unwrap_or("image/*");
        links.push(link("enclosure", &image.url, mime_type));
    }
    let person =
        |author: &super::Author| atom::Person { name: xml(&author.name).into_owned(), uri: author.url.clone(), ..atom::Person::default() };
    atom::Entry {
        id: entry.id.clone(),
        title: atom::Text::plain(xml(&entry.title)),
        updated: entry.updated.fixed_offset(),
        published: Some(entry.published.fixed_offset()),
        authors: entry.authors.iter().map(person).collect(),
        categories: entry
            .categories
            .iter()
            .map(|name| atom::Category { term: xml(name).into_owned(), ..atom::Category::default() })
            .collect(),
        summary: entry.summary.as_deref().map(|text| atom::Text::plain(xml(text))),
        content: Some(atom::Content {
            value: Some(xml(&entry.content_html).into_owned()),
            content_type: Some("html".to_owned()),
            lang: Some(entry.language.clone()),
            ..atom::Content::default()
        }),
        links,
        ..atom::Entry::default()
    }
}

fn link(rel: &str, href: &str, mime_type: &str) -> atom::Link {
    // A media type in full is wanted (RFC 4287 §4.2.7.3); a range would be none.
    let mime_type = (!mime_type.contains('*')).then(|| mime_type.to_owned());
    atom::Link { rel: rel.to_owned(), href: href.to_owned(), mime_type, ..atom::Link::default() }
}
