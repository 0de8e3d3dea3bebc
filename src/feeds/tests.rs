#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn feed() -> Feed {
    let id = |number: u8| format!("urn:uuid:0197a8f2-7c1b-7b0e-9a52-{number:012}");
    Feed {
        title: "Harbour Courier & Sons".to_owned(),
        description: Some("News <of> the coast".to_owned()),
        language: "en".to_owned(),
        home_page_url: "https://example.org/".to_owned(),
        feed_url: "https://api.example.org/v1/feeds/latest.rss".to_owned(),
        pages: Pages {
            first: Some("https://api.example.org/v1/feeds/latest.rss".to_owned()),
            previous: Some("https://api.example.org/v1/feeds/latest.rss?cursor=w&limit=1".to_owned()),
            next: Some("https://api.example.org/v1/feeds/latest.rss?cursor=x&limit=1".to_owned()),
        },
        updated: Some(at("2026-03-02T09:00:00Z")),
        publisher: Publisher { name: "Harbour Courier".to_owned(), url: "https://example.org".to_owned(), logo: None },
        entries: vec![Entry {
            id: "urn:uuid:0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10".to_owned(),
            version: 7,
            url: "https://example.org/news/port".to_owned(),
            slug: "port".to_owned(),
            canonical_url: Some("https://gazette.example.org/port".to_owned()),
            kind: Kind::Analysis,
            title: "Port reopens — \"at last\" & more".to_owned(),
            kicker: Some("Coast".to_owned()),
            summary: Some("Ferries ran again.".to_owned()),
            content_html: "<p>Ferries &amp; ships ]]> ran.</p>".to_owned(),
            word_count: 4,
            published: at("2026-03-02T06:10:00Z"),
            embargoed_until: None,
            first_published: at("2026-03-01T06:10:00Z"),
            updated: at("2026-03-02T09:00:00Z"),
            is_breaking: true,
            is_featured: false,
            is_sponsored: true,
            authors: vec![
                Author {
                    id: id(2),
                    name: "M. Aydin".to_owned(),
                    url: Some("https://example.org/authors/m-aydin".to_owned()),
                    ..Author::default()
                },
                Author {
                    id: id(9),
                    name: "Coast Agency".to_owned(),
                    kind: AuthorKind::Organisation,
                    role: BylineRole::Contributor,
                    url: None,
                },
            ],
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
            language: "en".to_owned(),
            lead: Some(Media {
                id: id(3),
                kind: MediaKind::Image,
                url: "https://images.example.org/port.jpg".to_owned(),
                mime_type: Some("image/jpeg".to_owned()),
                alt: "Ferries".to_owned(),
                caption: Some("The first crossing.".to_owned()),
                credit: Some("L. Novak".to_owned()),
                size: Some(284_113),
                width: Some(1600),
                height: Some(900),
                focal_point: Some((0.5, 0.4)),
                renditions: vec![Rendition {
                    name: "card".to_owned(),
                    url: "https://images.example.org/port-640.jpg".to_owned(),
                    width: 640,
                    height: 360,
                }],
            }),
            media: vec![Media {
                id: id(4),
                kind: MediaKind::Audio,
                url: "https://images.example.org/horn.mp3".to_owned(),
                mime_type: Some("audio/mpeg".to_owned()),
                ..Media::default()
            }],
            source: Some(Source {
                id: id(6),
                name: "Harbour Gazette".to_owned(),
                url: Some("https://gazette.example.org/port".to_owned()),
                kind: SourceKind::Reprint,
                rights: SourceRights::NoSyndication,
            }),
            corrections: vec![Correction { at: at("2026-03-02T09:00:00Z"), text: "It was pier 4.".to_owned() }],
            translations: vec![Translation { id: id(8), language: "az".to_owned(), title: "Liman açıldı".to_owned() }],
        }],
        withdrawn: vec![Withdrawal { id: id(7), at: at("2026-03-02T08:00:00Z"), reason: Some("It was <wrong>.".to_owned()) }],
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
    assert_eq!(written["next_url"], "https://api.example.org/v1/feeds/latest.rss?cursor=x&limit=1");
    assert_eq!(item["tags"], serde_json::json!(["Transport", "Ports"]));
    assert_eq!(item["external_url"], "https://gazette.example.org/port");
    // A picture is shown; only what is to be heard, watched or saved is attached.
    assert_eq!(item["attachments"], serde_json::json!([{"url": "https://images.example.org/horn.mp3", "mime_type": "audio/mpeg"}]));
}

#[test]
fn rss_reads_back_as_it_was_meant() {
    let channel = ::rss::Channel::read_from(&Format::Rss.write(&feed())[..]).unwrap();
    assert_eq!(channel.title(), "Harbour Courier & Sons");
    assert_eq!(channel.description(), "News <of> the coast");
    let links = channel.atom_ext().unwrap().links();
    assert_eq!(links.iter().map(|link| link.rel()).collect::<Vec<_>>(), ["self", "first", "previous", "next"]);
    let item = &channel.items()[0];
    assert_eq!(item.content().unwrap(), "<p>Ferries &amp; ships ]]> ran.</p>");
    let core = item.dublin_core_ext().unwrap();
    assert_eq!(core.creators(), ["M. Aydin", "Coast Agency"]);
    assert_eq!(core.rights(), ["From Harbour Gazette, to be read at Harbour Courier and not to be passed on."]);
    assert_eq!((core.languages(), core.publishers()), (&["en".to_owned()][..], &["Harbour Courier".to_owned()][..]));
    let enclosure = item.enclosure().unwrap();
    assert_eq!(
        (enclosure.url(), enclosure.length(), enclosure.mime_type()),
        ("https://images.example.org/port.jpg", "284113", "image/jpeg")
    );
    assert!(!item.guid().unwrap().is_permalink());
    assert_eq!(item.source().unwrap().title(), Some("Harbour Gazette"));
    let media = &item.extensions()["media"]["content"][0];
    assert_eq!(media.attrs()["url"], "https://images.example.org/port.jpg");
    assert_eq!(media.children()["credit"][0].value(), Some("L. Novak"));
    assert_eq!(item.extensions()["media"]["thumbnail"][0].attrs()["url"], "https://images.example.org/port-640.jpg");
    assert_eq!(item.extensions()["media"]["content"][1].attrs()["medium"], "audio");
}

#[test]
fn atom_reads_back_as_it_was_meant() {
    let written = atom_syndication::Feed::read_from(&Format::Atom.write(&feed())[..]).unwrap();
    assert_eq!(written.title().as_str(), "Harbour Courier & Sons");
    assert_eq!(written.updated().to_rfc3339(), "2026-03-02T09:00:00+00:00");
    let entry = &written.entries()[0];
    assert_eq!(entry.content().unwrap().value(), Some("<p>Ferries &amp; ships ]]> ran.</p>"));
    assert_eq!(entry.authors()[0].name(), "M. Aydin");
    assert_eq!(entry.contributors()[0].name(), "Coast Agency");
    let category = &entry.categories()[0];
    assert_eq!((category.term(), category.label(), category.scheme()), ("news/transport", Some("Transport"), Some("https://example.org/")));
    assert!(entry.rights().unwrap().as_str().contains("not to be passed on"));
    let rels: Vec<&str> = written.links().iter().map(|link| link.rel()).collect();
    assert_eq!(rels, ["self", "alternate", "first", "previous", "next"]);
    let gone = &written.extensions()["at"]["deleted-entry"][0];
    assert_eq!(gone.attrs()["ref"], "urn:uuid:0197a8f2-7c1b-7b0e-9a52-000000000007");
    assert_eq!(gone.attrs()["when"], "2026-03-02T08:00:00Z");
    assert_eq!(gone.children()["comment"][0].value(), Some("It was <wrong>."));
    assert!(entry.links().iter().any(|link| link.rel() == "alternate" && link.href() == "https://example.org/news/port"));
}

/// The members that the schema of ninjs 3.1 knows, where this writer has some; any other is refused by it.
fn only_what_ninjs_knows(object: &serde_json::Value, is_association: bool) {
    const KNOWN: [&str; 29] = [
        "uri",
        "embargoedUntil",
        "type",
        "representationType",
        "version",
        "firstCreated",
        "versionCreated",
        "pubStatus",
        "urgency",
        "copyrightHolder",
        "usageTerms",
        "rightsInfo",
        "edNote",
        "language",
        "headlines",
        "descriptions",
        "bodies",
        "by",
        "slugline",
        "title",
        "people",
        "organisations",
        "subjects",
        "genres",
        "infoSources",
        "altIds",
        "renditions",
        "associations",
        "standard",
    ];
    for (name, value) in object.as_object().unwrap() {
        assert!(KNOWN.contains(&name.as_str()) || (is_association && ["name", "rel"].contains(&name.as_str())), "{name}");
        assert!(!value.is_null(), "{name} is null");
    }
    assert!(object["uri"].is_string() && (!is_association || object["name"].is_string()), "{object:#}");
    let parts = |name: &str| object[name].as_array().into_iter().flatten();
    for (array, known) in [
        ("headlines", &["role", "contentType", "value"][..]),
        ("descriptions", &["role", "contentType", "value"]),
        ("bodies", &["role", "contentType", "charCount", "wordCount", "value"]),
        ("people", &["name", "rel", "uri", "literal", "contactInfo"]),
        ("organisations", &["name", "rel", "uri", "literal", "symbols", "contactInfo"]),
        ("subjects", &["name", "rel", "uri", "literal", "creator", "relevance", "confidence"]),
        ("genres", &["name", "uri", "literal"]),
        ("infoSources", &["name", "role", "uri", "literal", "contactInfo"]),
        ("altIds", &["role", "value"]),
        ("renditions", &["name", "href", "contentType", "title", "width", "height", "sizeInBytes", "poi"]),
    ] {
        for part in parts(array) {
            assert!(
                part.as_object().unwrap().iter().all(|(name, value)| known.contains(&name.as_str()) && !value.is_null()),
                "{array}: {part}"
            );
        }
    }
    parts("renditions").for_each(|rendition| assert!(rendition["name"].is_string()));
    parts("associations").for_each(|association| only_what_ninjs_knows(association, true));
}

#[test]
fn ninjs_has_what_version_3_1_knows_and_no_more() {
    let written: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&feed())).unwrap();
    only_what_ninjs_knows(&written, false);
    assert_eq!(written["type"], "composite");
    assert_eq!(written["standard"]["version"], "3.1");
    let item = &written["associations"][0];
    assert_eq!(item["pubStatus"], "usable");
    assert_eq!((&item["version"], &item["urgency"]), (&serde_json::json!("7"), &serde_json::json!(1)));
    assert_eq!(item["headlines"][1], serde_json::json!({"role": "kicker", "contentType": "text/plain", "value": "Coast"}));
    assert_eq!(item["bodies"][0]["value"], "<p>Ferries &amp; ships ]]> ran.</p>");
    assert_eq!(item["by"], "M. Aydin, Coast Agency");
    assert_eq!((&item["people"][0]["name"], &item["organisations"][0]["name"]), (&"M. Aydin".into(), &"Coast Agency".into()));
    assert_eq!(item["genres"][0]["uri"], "http://cv.iptc.org/newscodes/genre/Analysis");
    assert_eq!(item["firstCreated"], "2026-03-01T06:10:00Z");
    assert_eq!(item["edNote"], "Corrected at 2026-03-02T09:00:00Z: It was pier 4.\nSponsored: somebody paid for it.");
    assert_eq!(item["descriptions"][1]["role"], "correction");
    let rels: Vec<&str> = item["associations"].as_array().unwrap().iter().map(|one| one["rel"].as_str().unwrap()).collect();
    assert_eq!(rels, ["lead", "media", "translation"]);
    let original = &item["associations"][0]["renditions"][0];
    assert_eq!(original["poi"], serde_json::json!({"x": 800, "y": 360}));
    assert_eq!(item["altIds"][3], serde_json::json!({"role": "original", "value": "https://gazette.example.org/port"}));
}

#[test]
fn ninjs_says_whose_an_item_is_and_what_may_be_done_with_it() {
    let item = |rights| {
        let mut feed = feed();
        feed.entries[0].source.as_mut().unwrap().rights = rights;
        let written: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&feed)).unwrap();
        written["associations"][0].clone()
    };
    let policy = |item: &serde_json::Value| -> serde_json::Value {
        assert_eq!(item["rightsInfo"]["langId"], "http://www.w3.org/ns/odrl/2/");
        serde_json::from_str(item["rightsInfo"]["encodedRights"].as_str().unwrap()).unwrap()
    };
    let forbidden = item(SourceRights::NoSyndication);
    assert_eq!(forbidden["copyrightHolder"], "Harbour Gazette");
    assert!(forbidden["usageTerms"].as_str().unwrap().contains("not to be passed on"));
    assert_eq!(policy(&forbidden)["prohibition"][0]["action"], "distribute");
    let allowed = item(SourceRights::Syndication);
    assert_eq!(policy(&allowed)["permission"][0]["action"], "distribute");
    assert_eq!(policy(&allowed)["prohibition"], serde_json::Value::Null);

    let mut own = feed();
    own.entries[0].source = None;
    let own: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&own)).unwrap();
    let own = &own["associations"][0];
    assert_eq!((&own["copyrightHolder"], &own["rightsInfo"], &own["usageTerms"]), (&"Harbour Courier".into(), &().into(), &().into()));
}

#[test]
fn ninjs_says_until_when_an_item_is_under_embargo_and_what_is_not_given() {
    let mut feed = feed();
    feed.entries[0].embargoed_until = Some(at("2026-03-03T06:00:00Z"));
    feed.entries[0].content_html.clear();
    let written: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&feed)).unwrap();
    let item = &written["associations"][0];
    assert_eq!((&item["embargoedUntil"], &item["representationType"]), (&"2026-03-03T06:00:00Z".into(), &"partial".into()));
    only_what_ninjs_knows(&written, false);
    feed.entries[0].word_count = 0;
    let written: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&feed)).unwrap();
    assert_eq!(written["associations"][0]["representationType"], "full", "there is no text to give");
}

#[test]
fn ninjs_cancels_what_was_withdrawn() {
    let written: serde_json::Value = serde_json::from_slice(&Format::Ninjs.write(&feed())).unwrap();
    let gone = &written["associations"][1];
    assert_eq!(gone["uri"], "urn:uuid:0197a8f2-7c1b-7b0e-9a52-000000000007");
    assert_eq!((&gone["pubStatus"], &gone["edNote"]), (&"canceled".into(), &"It was <wrong>.".into()));
    assert_eq!(gone["bodies"], serde_json::Value::Null);
}

#[test]
fn json_ld_says_in_the_words_of_schema_org_what_is_known() {
    let feed = feed();
    let written = json_ld::of(&feed.entries[0], &feed.publisher);
    assert_eq!(written["@context"], "https://schema.org");
    assert_eq!(written["@type"], "AdvertiserContentArticle", "what somebody paid for is no news");
    assert_eq!(written["mainEntityOfPage"]["@id"], "https://gazette.example.org/port");
    assert_eq!((&written["datePublished"], &written["dateModified"]), (&"2026-03-01T06:10:00Z".into(), &"2026-03-02T09:00:00Z".into()));
    assert_eq!(
        written["author"],
        serde_json::json!([{"@type": "Person", "name": "M. Aydin", "url": "https://example.org/authors/m-aydin"}])
    );
    assert_eq!(written["contributor"], serde_json::json!([{"@type": "Organization", "name": "Coast Agency"}]));
    assert_eq!((&written["articleSection"], &written["keywords"]), (&serde_json::json!(["Transport"]), &serde_json::json!(["Ports"])));
    assert_eq!((&written["image"][0]["creditText"], &written["image"][1]["width"]["value"]), (&"L. Novak".into(), &640.into()));
    assert_eq!(
        written["correction"][0],
        serde_json::json!({"@type": "CorrectionComment", "text": "It was pier 4.", "datePublished": "2026-03-02T09:00:00Z"})
    );
    assert_eq!(written["isBasedOn"]["url"], "https://gazette.example.org/port");
    assert_eq!(written["copyrightHolder"]["name"], "Harbour Gazette");
    assert_eq!(written["workTranslation"][0]["inLanguage"], "az");
    assert!(written.get("isAccessibleForFree").is_none() && written.get("translationOfWork").is_none() && written.get("video").is_none());
}

#[test]
fn json_ld_has_the_type_of_its_kind() {
    let feed = feed();
    let written = |change: &dyn Fn(&mut Entry)| {
        let mut entry = Entry { is_sponsored: false, ..feed.entries[0].clone() };
        change(&mut entry);
        json_ld::of(&entry, &feed.publisher)
    };
    for (kind, expected) in [
        (Kind::News, serde_json::json!(["NewsArticle", "ReportageNewsArticle"])),
        (Kind::Opinion, serde_json::json!(["NewsArticle", "OpinionNewsArticle"])),
        (Kind::Analysis, serde_json::json!(["NewsArticle", "AnalysisNewsArticle"])),
        (Kind::Live, serde_json::json!(["NewsArticle", "LiveBlogPosting"])),
        (Kind::PressRelease, "Article".into()),
    ] {
        assert_eq!(written(&|entry| entry.kind = kind)["@type"], expected);
    }
    assert_eq!(written(&|entry| entry.kind = Kind::Live)["coverageStartTime"], "2026-03-01T06:10:00Z");
    let video = written(&|entry| entry.lead.as_mut().unwrap().kind = MediaKind::Video);
    assert_eq!((&video["video"][0]["@type"], &video["video"][0]["name"]), (&"VideoObject".into(), &"The first crossing.".into()));
    assert!(video.get("image").is_none());
    let translated = written(&|entry| entry.source.as_mut().unwrap().kind = SourceKind::Translation);
    assert_eq!(translated["translationOfWork"]["publisher"]["name"], "Harbour Gazette");
    let unsigned = written(&|entry| entry.authors.clear());
    assert_eq!(unsigned["author"][0], unsigned["publisher"], "who signs nothing is the publication");
}

#[test]
fn an_empty_feed_is_a_feed() {
    let empty = Feed { entries: Vec::new(), withdrawn: Vec::new(), updated: None, pages: Pages::default(), ..feed() };
    only_what_ninjs_knows(&serde_json::from_slice(&Format::Ninjs.write(&empty)).unwrap(), false);
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
        feed.entries[0].tags[0].name = name.clone();
        feed.entries[0].lead.as_mut().unwrap().credit = Some(name.clone());
        feed.withdrawn[0].reason = Some(name);
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
