//! From rows to a feed in no format yet.

use crate::{
    domain::{change::Resource, links},
    feeds::{Author, Entry, Feed, Image},
    store::{
        articles::rows::{CardRow, ExtrasRow},
        feeds::{FeedRows, SiteRow},
        links::MediaRow,
    },
};

/// The feed of some rows. `feed_url` is where it is, `next_url` where older items are.
#[must_use]
pub fn feed(rows: FeedRows, language: Option<String>, feed_url: String, next_url: Option<String>) -> Feed {
    let FeedRows { site, list, items, next: _ } = rows;
    let title = list.as_ref().map_or_else(|| site.title.clone(), |list| format!("{} – {}", list.name, site.title));
    let description = match &list {
        Some(list) => list.description.clone(),
        None => site.description.clone().or_else(|| site.tagline.clone()),
    };
    let home_page_url = list.as_ref().map_or_else(|| format!("{}/", site.url), |list| format!("{}{}", site.url, list.path));
    let entries: Vec<Entry> = items.into_iter().filter_map(|(card, extras, body)| entry(card, extras, body, &site)).collect();
    Feed {
        title,
        description,
        language: language.unwrap_or(site.default_language),
        home_page_url,
        feed_url,
        next_url,
        updated: entries.iter().map(|entry| entry.updated.max(entry.published)).max(),
        entries,
    }
}

/// What is not published has no place in a feed.
fn entry(card: CardRow, extras: ExtrasRow, body: String, site: &SiteRow) -> Option<Entry> {
    let published = card.published_at?;
    let source = extras.source.map(|source| source.0);
    let authors = card
        .byline
        .0
        .into_iter()
        .map(|author| Author { url: Some(format!("{}{}", site.url, links::path_of(Resource::Author, &author.slug))), name: author.name });
    let tags = extras.tags.0.into_iter().map(|tag| tag.name);
    Some(Entry {
        id: format!("urn:uuid:{}", card.id),
        url: format!("{}{}", site.url, links::article_path(&card.section.path, &card.slug)),
        title: card.title,
        summary: card.standfirst,
        content_html: body,
        published,
        updated: card.updated_at,
        authors: authors.collect(),
        categories: distinct(std::iter::once(card.section.name).chain(tags)),
        language: card.language,
        image: card.lead_media.map(image),
        external_url: source.as_ref().and_then(|source| source.url.clone()),
        source: source.map(|source| source.name),
    })
}

/// A tag is often called as its section is.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.filter(|name| seen.insert(name.clone())).collect()
}

fn image(media: MediaRow) -> Image {
    Image {
        url: media.url,
        mime_type: media.mime_type,
        alt: media.alt,
        caption: media.caption,
        credit: media.credit,
        width: media.width,
        height: media.height,
    }
}
