//! One real article, used by every example of the document.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::feeds::{Author, Correction, Entry, Feed, Format, Media, Pages, Publisher, Term};

/// As a list shows it.
#[must_use]
pub fn card() -> Value {
    json!({
        "id": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10",
        "slug": "port-reopens-after-storm",
        "kind": "news",
        "language": "en",
        "title": "Port reopens after storm",
        "kicker": "Coast",
        "standfirst": "Ferries ran again on Tuesday after two days in harbour.",
        "url": "https://example.org/news/transport/port-reopens-after-storm",
        "section": {"id": "0197a8f2-7c1b-7b0e-9a52-000000000001", "name": "Transport", "path": "news/transport"},
        "byline": [{"id": "0197a8f2-7c1b-7b0e-9a52-000000000002", "name": "M. Aydin", "slug": "m-aydin", "kind": "person", "role": "author"}],
        "lead_media": {
            "id": "0197a8f2-7c1b-7b0e-9a52-000000000003",
            "kind": "image",
            "url": "https://images.example.org/port.jpg",
            "alt": "Ferries in the harbour under a clearing sky",
            "caption": "The first crossing left at six.",
            "credit": "L. Novak",
            "mime_type": "image/jpeg",
            "size_bytes": 284_113,
            "width": 1600,
            "height": 900,
            "focal_point": {"x": 0.5, "y": 0.4},
            "renditions": [{"name": "card", "url": "https://images.example.org/port-640.jpg", "width": 640, "height": 360}]
        },
        "published_at": "2026-03-02T06:10:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
        "reading_minutes": 3,
        "flags": {"breaking": false, "featured": true, "sponsored": false}
    })
}

/// As its own page shows it, with breadcrumbs.
#[must_use]
pub fn article() -> Value {
    let mut article = card();
    let rest = json!({
        "status": "published",
        "first_published_at": "2026-03-02T06:10:00Z",
        "word_count": 612,
        "sections": [{"id": "0197a8f2-7c1b-7b0e-9a52-000000000004", "name": "Coast", "path": "news/coast"}],
        "tags": [{"id": "0197a8f2-7c1b-7b0e-9a52-000000000005", "name": "Ports", "slug": "ports"}],
        "source": {
            "id": "0197a8f2-7c1b-7b0e-9a52-000000000006",
            "slug": "harbour-gazette",
            "name": "Harbour Gazette",
            "url": "https://gazette.example.org/port",
            "kind": "reprint",
            "rights": "no_syndication"
        },
        "body": {"format": "html", "html": "<p>Ferries ran again on Tuesday.</p>"},
        "media": [],
        "corrections": [{"id": "0197a8f2-7c1b-7b0e-9a52-000000000007", "at": "2026-03-02T09:00:00Z", "text": "An earlier version gave the wrong pier."}],
        "translations": [{"language": "az", "id": "0197a8f2-7c1b-7b0e-9a52-000000000008", "slug": "liman-acildi", "title": "Liman yenidən açıldı"}],
        "seo": {"title": null, "description": null, "canonical_url": null},
        "breadcrumbs": [
            {"id": "0197a8f2-7c1b-7b0e-9a52-000000000009", "name": "News", "path": "news"},
            {"id": "0197a8f2-7c1b-7b0e-9a52-000000000001", "name": "Transport", "path": "news/transport"}
        ]
    });
    if let (Value::Object(article), Value::Object(rest)) = (&mut article, rest) {
        article.extend(rest);
    }
    article
}

fn publisher() -> Publisher {
    Publisher { name: "The Harbour Courier".to_owned(), url: "https://example.org".to_owned(), logo: None }
}

fn entry() -> Entry {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap_or_default();
    let id = |number: u8| format!("urn:uuid:0197a8f2-7c1b-7b0e-9a52-{number:012}");
    Entry {
        id: "urn:uuid:0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10".to_owned(),
        version: 4,
        url: "https://example.org/news/transport/port-reopens-after-storm".to_owned(),
        slug: "port-reopens-after-storm".to_owned(),
        title: "Port reopens after storm".to_owned(),
        kicker: Some("Coast".to_owned()),
        summary: Some("Ferries ran again on Tuesday, after two days in harbour.".to_owned()),
        content_html: "<p>Ferries ran again on Tuesday.</p>".to_owned(),
        word_count: 612,
        published: at("2026-03-02T06:10:00Z"),
        first_published: at("2026-03-02T06:10:00Z"),
        updated: at("2026-03-02T09:00:00Z"),
        is_featured: true,
        language: "en".to_owned(),
        authors: vec![Author {
            id: id(2),
            name: "M. Aydin".to_owned(),
            url: Some("https://example.org/authors/m-aydin".to_owned()),
            ..Author::default()
        }],
        sections: vec![Term {
            id: id(1),
            name: "Transport".to_owned(),
            path: "news/transport".to_owned(),
            url: "https://example.org/news/transport".to_owned(),
        }],
        tags: vec![Term {
            id: id(5),
            name: "Ports".to_owned(),
            path: "ports".to_owned(),
            url: "https://example.org/tags/ports".to_owned(),
        }],
        lead: Some(Media {
            id: id(3),
            url: "https://images.example.org/port.jpg".to_owned(),
            mime_type: Some("image/jpeg".to_owned()),
            alt: "Ferries in the harbour under a clearing sky".to_owned(),
            caption: Some("The first crossing left at six.".to_owned()),
            credit: Some("L. Novak".to_owned()),
            size: Some(284_113),
            width: Some(1600),
            height: Some(900),
            focal_point: Some((0.5, 0.4)),
            ..Media::default()
        }),
        corrections: vec![Correction { at: at("2026-03-02T09:00:00Z"), text: "An earlier version gave the wrong pier.".to_owned() }],
        ..Entry::default()
    }
}

/// In the words of schema.org.
#[must_use]
pub fn json_ld() -> Value {
    crate::feeds::json_ld::of(&entry(), &publisher())
}

/// A feed that holds it, in one of the formats: JSON as such, XML as a text.
#[must_use]
pub fn feed(format: Format) -> Value {
    let publisher = publisher();
    let address = format!("https://api.example.org/v1/feeds/latest{}", format.suffix());
    let bytes = format.write(&Feed {
        title: publisher.name.clone(),
        description: Some("News of the coast".to_owned()),
        language: "en".to_owned(),
        home_page_url: "https://example.org/".to_owned(),
        pages: Pages { next: Some(format!("{address}?cursor=eyJ0Ijox")), ..Pages::default() },
        feed_url: address,
        updated: "2026-03-02T09:00:00Z".parse().ok(),
        publisher,
        entries: vec![entry()],
        withdrawn: Vec::new(),
    });
    serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into())
}

/// What became of it.
#[must_use]
pub fn change() -> Value {
    json!({
        "action": "corrected",
        "at": "2026-03-02T09:00:00Z",
        "id": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10",
        "slug": "port-reopens-after-storm",
        "reason": "An earlier version gave the wrong pier.",
        "article": card()
    })
}

/// A page of changes: one article to keep, one to remove.
#[must_use]
pub fn changes() -> Value {
    json!({
        "items": [change(), {
            "action": "withdrawn",
            "at": "2026-03-02T09:30:00Z",
            "id": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d11",
            "slug": "mayor-resigns",
            "reason": "The statement was forged.",
            "article": null
        }],
        "page": {"limit": 100, "next_since": "AVJ0m3xvq0c1", "has_more": false}
    })
}

/// A line of the archive.
#[must_use]
pub fn archive_line() -> Value {
    json!({"end": {"since": "AVJ0m3xvq0c1"}})
}
