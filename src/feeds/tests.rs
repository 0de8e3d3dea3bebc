#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn feed() -> Feed {
    Feed {
        title: "Harbour Courier & Sons".to_owned(),
        description: Some("News <of> the coast".to_owned()),
        language: "en".to_owned(),
        home_page_url: "https://example.org/".to_owned(),
        feed_url: "https://api.example.org/v1/feeds/latest.rss".to_owned(),
        next_url: Some("https://api.example.org/v1/feeds/latest.rss?cursor=x&limit=1".to_owned()),
        updated: Some(at("2026-03-02T09:00:00Z")),
        entries: vec![Entry {
            id: "urn:uuid:0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10".to_owned(),
            url: "https://example.org/news/port".to_owned(),
            external_url: Some("https://gazette.example.org/port".to_owned()),
            title: "Port reopens — \"at last\" & more".to_owned(),
            summary: Some("Ferries ran again.".to_owned()),
            content_html: "<p>Ferries &amp; ships ]]> ran.</p>".to_owned(),
            published: at("2026-03-02T06:10:00Z"),
            updated: at("2026-03-02T09:00:00Z"),
            authors: vec![Author { name: "M. Aydin".to_owned(), url: Some("https://example.org/authors/m-aydin".to_owned()) }],
            categories: vec!["Transport".to_owned(), "Ports".to_owned()],
            language: "en".to_owned(),
            image: Some(Image {
                url: "https://images.example.org/port.jpg".to_owned(),
                mime_type: Some("image/jpeg".to_owned()),
                alt: "Ferries".to_owned(),
                caption: Some("The first crossing.".to_owned()),
                credit: Some("L. Novak".to_owned()),
                width: Some(1600),
                height: Some(900),
            }),
            source: Some("Harbour Gazette".to_owned()),
        }],
    }
}

#[test]
fn json_feed_has_what_version_1_1_requires() {
    let written: serde_json::Value = serde_json::from_slice(&Format::Json.write(&feed())).unwrap();
    assert_eq!(written["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(written["title"], "Harbour Courier & Sons");
    let item = &written["items"][0];
    assert_eq!(item["id"], "urn:uuid:0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10");
    assert_eq!(item["date_published"], "2026-03-02T06:10:00Z");
    assert_eq!(item["content_html"], "<p>Ferries &amp; ships ]]> ran.</p>");
    assert_eq!(item["authors"][0]["name"], "M. Aydin");
    assert_ne!(written["next_url"], written["feed_url"]);
}

#[test]
fn rss_reads_back_as_it_was_meant() {
    let channel = ::rss::Channel::read_from(&Format::Rss.write(&feed())[..]).unwrap();
    assert_eq!(channel.title(), "Harbour Courier & Sons");
    assert_eq!(channel.description(), "News <of> the coast");
    let links = channel.atom_ext().unwrap().links();
    assert_eq!(links.iter().map(|link| link.rel()).collect::<Vec<_>>(), ["self", "next"]);
    let item = &channel.items()[0];
    assert_eq!(item.content().unwrap(), "<p>Ferries &amp; ships ]]> ran.</p>");
    assert_eq!(item.dublin_core_ext().unwrap().creators(), ["M. Aydin"]);
    assert!(!item.guid().unwrap().is_permalink());
    assert_eq!(item.source().unwrap().title(), Some("Harbour Gazette"));
    let media = &item.extensions()["media"]["content"][0];
    assert_eq!(media.attrs()["url"], "https://images.example.org/port.jpg");
    assert_eq!(media.children()["credit"][0].value(), Some("L. Novak"));
}

#[test]
fn atom_reads_back_as_it_was_meant() {
    let written = atom_syndication::Feed::read_from(&Format::Atom.write(&feed())[..]).unwrap();
    assert_eq!(written.title().as_str(), "Harbour Courier & Sons");
    assert_eq!(written.updated().to_rfc3339(), "2026-03-02T09:00:00+00:00");
    let entry = &written.entries()[0];
    assert_eq!(entry.content().unwrap().value(), Some("<p>Ferries &amp; ships ]]> ran.</p>"));
    assert_eq!(entry.authors()[0].name(), "M. Aydin");
    assert!(entry.links().iter().any(|link| link.rel() == "alternate" && link.href() == "https://example.org/news/port"));
}

#[test]
fn an_empty_feed_is_a_feed() {
    let empty = Feed { entries: Vec::new(), updated: None, next_url: None, ..feed() };
    ::rss::Channel::read_from(&Format::Rss.write(&empty)[..]).unwrap();
    atom_syndication::Feed::read_from(&Format::Atom.write(&empty)[..]).unwrap();
    serde_json::from_slice::<serde_json::Value>(&Format::Json.write(&empty)).unwrap();
}

proptest! {
    /// Whatever a headline holds, what is written can be read.
    #[test]
    fn no_text_makes_a_feed_ill_formed(title in any::<String>(), body in any::<String>(), name in any::<String>()) {
        let mut feed = feed();
        feed.entries[0].title = title.clone();
        feed.entries[0].content_html = body;
        feed.entries[0].authors[0].name = name.clone();
        feed.entries[0].categories = vec![name];
        ::rss::Channel::read_from(&Format::Rss.write(&feed)[..]).unwrap();
        atom_syndication::Feed::read_from(&Format::Atom.write(&feed)[..]).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&Format::Json.write(&feed)).unwrap();
        prop_assert_eq!(json["items"][0]["title"].as_str(), Some(title.as_str()));
    }

    /// The same content gives the same bytes, so that a validator made of them means something.
    #[test]
    fn a_feed_is_written_the_same_every_time(title in "\\PC*") {
        let mut feed = feed();
        feed.title = title;
        for format in Format::ALL {
            prop_assert_eq!(format.write(&feed), format.write(&feed.clone()));
        }
    }
}
