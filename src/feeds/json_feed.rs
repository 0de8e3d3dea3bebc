//! JSON Feed 1.1.

use serde::Serialize;

use super::{Entry, Feed, Media};
use crate::domain::media::MediaKind;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    authors: [Author<'a>; 1],
    language: &'a str,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    /// One of the two must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<i64>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home_page_url,
        feed_url: &feed.feed_url,
        description: feed.description.as_deref(),
        next_url: feed.pages.next.as_deref(),
        icon: feed.publisher.logo.as_ref().map(|logo| logo.url.as_str()),
        authors: [Author { name: &feed.publisher.name, url: Some(&feed.publisher.url) }],
        language: &feed.language,
        items: feed.entries.iter().map(item).collect(),
    };
    // Strings and numbers always serialise.
    serde_json::to_vec(&document).unwrap_or_default()
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.url,
        external_url: entry.source.as_ref().and_then(|source| source.url.as_deref()),
        title: &entry.title,
        content_html: entry.text(),
        content_text: entry.text().is_none().then(|| entry.summary.as_deref().unwrap_or(&entry.title)),
        summary: entry.summary.as_deref(),
        image: entry.image().map(|image| image.url.as_str()),
        date_published: rfc3339(entry.published),
        date_modified: rfc3339(entry.updated),
        authors: entry.authors.iter().map(|author| Author { name: &author.name, url: author.url.as_deref() }).collect(),
        tags: entry.categories(),
        language: &entry.language,
        attachments: entry.lead.iter().chain(&entry.media).filter_map(attachment).collect(),
    }
}

/// What is to be heard, watched or saved. A picture is shown, not attached, and an attachment without a type is none (§ attachments).
fn attachment(media: &Media) -> Option<Attachment<'_>> {
    (media.kind != MediaKind::Image).then_some(media.mime_type.as_deref()).flatten().map(|mime_type| Attachment {
        url: &media.url,
        mime_type,
        title: media.description(),
        size_in_bytes: media.size,
    })
}

fn rfc3339(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
