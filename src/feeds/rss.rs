//! RSS 2.0 with `content:encoded`, `dc:creator`, Media RSS, and `atom:link` to itself and to older items (RFC 5005).

use std::collections::BTreeMap;

use rss::{
    Category, ChannelBuilder, Guid, Item, ItemBuilder, Source,
    extension::{
        Extension,
        atom::{AtomExtensionBuilder, Link},
        dublincore::DublinCoreExtensionBuilder,
    },
};

use super::{Entry, Feed, Image, text::xml};

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let link = |rel: &str, href: &str| Link {
        rel: rel.to_owned(),
        href: href.to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    let mut links = vec![link("self", &feed.feed_url)];
    links.extend(feed.next_url.iter().map(|next| link("next", next)));
    let namespaces = [
        ("atom", "http://www.w3.org/2005/Atom"),
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("media", "http://search.yahoo.com/mrss/"),
    ];
    let channel = ChannelBuilder::default()
        .namespaces(namespaces.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).into_iter().collect::<BTreeMap<_, _>>())
        .title(xml(&feed.title))
        .link(&feed.home_page_url)
        // Required, so the title stands in where there is no other.
        .description(xml(feed.description.as_deref().unwrap_or(&feed.title)))
        .language(Some(feed.language.clone()))
        .last_build_date(feed.updated.map(|at| at.to_rfc2822()))
        .atom_ext(Some(AtomExtensionBuilder::default().links(links).build()))
        .items(feed.entries.iter().map(item).collect::<Vec<_>>())
        .build();
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = channel.write_to(&mut bytes);
    bytes
}

fn item(entry: &Entry) -> Item {
    let creators: Vec<String> = entry.authors.iter().map(|author| xml(&author.name).into_owned()).collect();
    let categories: Vec<Category> = entry.categories.iter().map(|name| Category { name: xml(name).into_owned(), domain: None }).collect();
    let mut item = ItemBuilder::default()
        .guid(Some(Guid { value: entry.id.clone(), permalink: false }))
        .title(Some(xml(&entry.title).into_owned()))
        .link(Some(entry.url.clone()))
        .description(entry.summary.as_deref().map(|summary| xml(summary).into_owned()))
        .pub_date(Some(entry.published.to_rfc2822()))
        .content(Some(xml(&entry.content_html).into_owned()))
        .dublin_core_ext(Some(DublinCoreExtensionBuilder::default().creators(creators).build()))
        .categories(categories)
        .source(entry.external_url.clone().map(|url| Source { url, title: entry.source.as_deref().map(|name| xml(name).into_owned()) }))
        .build();
    if let Some(image) = &entry.image {
        item.extensions.insert("media".to_owned(), BTreeMap::from([("content".to_owned(), vec![media(image)])]));
    }
    item
}

fn media(image: &Image) -> Extension {
    let mut content = Extension { name: "media:content".to_owned(), ..Extension::default() };
    content.attrs.insert("url".to_owned(), image.url.clone());
    content.attrs.insert("medium".to_owned(), "image".to_owned());
    for (name, value) in
        [("type", image.mime_type.clone()), ("width", image.width.map(|n| n.to_string())), ("height", image.height.map(|n| n.to_string()))]
    {
        if let Some(value) = value {
            content.attrs.insert(name.to_owned(), value);
        }
    }
    let description = image.caption.as_deref().or(Some(image.alt.as_str()).filter(|alt| !alt.is_empty()));
    for (name, text) in [("description", description), ("credit", image.credit.as_deref())] {
        if let Some(text) = text {
            let child = Extension { name: format!("media:{name}"), value: Some(xml(text).into_owned()), ..Extension::default() };
            content.children.insert(name.to_owned(), vec![child]);
        }
    }
    content
}
