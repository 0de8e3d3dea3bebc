//! RSS 2.0 with `content:encoded`, Dublin Core, Media RSS, and Atom's links to itself and to its other pages (RFC 5005 §3).

use std::collections::BTreeMap;

use rss::{
    Category, ChannelBuilder, Enclosure, Guid, Image as Logo, Item, ItemBuilder, Source as Original,
    extension::{
        Extension,
        atom::{AtomExtensionBuilder, Link},
        dublincore::DublinCoreExtensionBuilder,
    },
};

use super::{Entry, Feed, Media, Publisher, text::xml};
use crate::domain::media::MediaKind;

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let link = |rel: &str, href: &str| Link {
        rel: rel.to_owned(),
        href: href.to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    let mut links = vec![link("self", &feed.feed_url)];
    links.extend(feed.pages.iter().map(|(rel, url)| link(rel, url)));
    let namespaces = [
        ("atom", "http://www.w3.org/2005/Atom"),
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("media", "http://search.yahoo.com/mrss/"),
    ];
    let logo = feed.publisher.logo.as_ref().map(|logo| Logo {
        url: logo.url.clone(),
        // As the channel's own (RSS 2.0, `image`).
        title: xml(&feed.title).into_owned(),
        link: feed.home_page_url.clone(),
        ..Logo::default()
    });
    let channel = ChannelBuilder::default()
        .namespaces(namespaces.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).into_iter().collect::<BTreeMap<_, _>>())
        .title(xml(&feed.title))
        .link(&feed.home_page_url)
        // Required, so the title stands in where there is no other.
        .description(xml(feed.description.as_deref().unwrap_or(&feed.title)))
        .language(Some(feed.language.clone()))
        .last_build_date(feed.updated.map(|at| at.to_rfc2822()))
        .image(logo)
        .atom_ext(Some(AtomExtensionBuilder::default().links(links).build()))
        .items(feed.entries.iter().map(|entry| item(entry, &feed.publisher)).collect::<Vec<_>>())
        .build();
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = channel.write_to(&mut bytes);
    bytes
}

fn item(entry: &Entry, publisher: &Publisher) -> Item {
    let text = |text: &str| xml(text).into_owned();
    let core = DublinCoreExtensionBuilder::default()
        .creators(entry.authors.iter().map(|author| text(&author.name)).collect::<Vec<_>>())
        .languages(vec![entry.language.clone()])
        .publishers(vec![text(&publisher.name)])
        .rights(entry.usage_terms(publisher).iter().map(|terms| text(terms)).collect::<Vec<_>>())
        .build();
    let original = entry.source.as_ref().and_then(|source| {
        let url = source.url.clone()?;
        Some(Original { url, title: Some(text(&source.name)) })
    });
    let mut item = ItemBuilder::default()
        .guid(Some(Guid { value: entry.id.clone(), permalink: false }))
        .title(Some(text(&entry.title)))
        .link(Some(entry.url.clone()))
        .description(entry.summary.as_deref().map(text))
        .pub_date(Some(entry.published.to_rfc2822()))
        .content(entry.text().map(text))
        .dublin_core_ext(Some(core))
        .categories(entry.categories().into_iter().map(|name| Category { name: text(name), domain: None }).collect::<Vec<_>>())
        .enclosure(entry.lead.iter().chain(&entry.media).find_map(enclosure))
        .source(original)
        .build();
    let updated = Extension {
        name: "atom:updated".to_owned(),
        value: Some(entry.updated.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        ..Extension::default()
    };
    item.extensions.insert("atom".to_owned(), BTreeMap::from([("updated".to_owned(), vec![updated])]));
    let contents: Vec<Extension> = entry.lead.iter().chain(&entry.media).map(media).collect();
    let mut described = BTreeMap::new();
    if let Some(smallest) = entry.image().and_then(|image| image.renditions.iter().min_by_key(|rendition| rendition.width)) {
        let attributes = [("url", smallest.url.clone()), ("width", smallest.width.to_string()), ("height", smallest.height.to_string())];
        described.insert("thumbnail".to_owned(), vec![element("media:thumbnail", attributes)]);
    }
    if !contents.is_empty() {
        described.insert("content".to_owned(), contents);
        item.extensions.insert("media".to_owned(), described);
    }
    item
}

/// Only one, and only where all three attributes are known: each is required.
fn enclosure(media: &Media) -> Option<Enclosure> {
    let (mime_type, length) = (media.mime_type.clone()?, media.size?);
    Some(Enclosure { url: media.url.clone(), length: length.to_string(), mime_type })
}

fn media(media: &Media) -> Extension {
    let medium = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::File => "document",
    };
    let mut content = element("media:content", [("url", media.url.clone()), ("medium", medium.to_owned())]);
    for (name, value) in [
        ("type", media.mime_type.clone()),
        ("fileSize", media.size.map(|size| size.to_string())),
        ("width", media.width.map(|width| width.to_string())),
        ("height", media.height.map(|height| height.to_string())),
    ] {
        if let Some(value) = value {
            content.attrs.insert(name.to_owned(), value);
        }
    }
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
