//! Feeds in every format: what is in them, their pages, their validators, and what has gone from them.

use std::sync::Arc;

use atom_syndication::Feed as Atom;
use broadsheet::{
    api::feed::feed as shaped,
    domain::{
        id::SectionId,
        licence::{Extent, Licence, Scope},
        sitemap::SitemapMonth,
    },
    feeds::{Format, Pages},
    store::{
        feeds::{self, Subject},
        search::Search,
        sitemaps,
    },
};
use rss::Channel;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Make, TestApp};

/// A licence that narrows nothing.
fn licence() -> Licence {
    Licence {
        sections: None,
        kinds: None,
        languages: None,
        sources: None,
        extent: Extent::Full,
        has_pictures: true,
        embargo_minutes: 0,
        advance_minutes: 0,
    }
}

const FORMATS: [(&str, &str); 4] = [
    ("json", "application/feed+json"),
    ("rss", "application/rss+xml; charset=utf-8"),
    ("atom", "application/atom+xml; charset=utf-8"),
    ("ninjs", "application/json"),
];

/// The headlines of a feed, whatever its format.
fn titles(answer: &Answer, format: &str) -> Vec<String> {
    let of = |items: &Value, name: &str| items.as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect();
    match format {
        "json" => of(&answer.body["items"], "title"),
        "ninjs" => of(&answer.body["associations"], "name"),
        "rss" => Channel::read_from(&answer.bytes[..]).unwrap().items().iter().map(|item| item.title().unwrap().to_owned()).collect(),
        _ => Atom::read_from(&answer.bytes[..]).unwrap().entries().iter().map(|entry| entry.title().as_str().to_owned()).collect(),
    }
}

/// Seven articles, one a day, with everything that a feed can say of them.
async fn library(make: &Make) {
    let author = make.post("/v1/authors", json!({"name": "M. Aydin"})).await;
    let tag = make.post("/v1/tags", json!({"name": "Ports"})).await;
    let media = make
        .post(
            "/v1/media",
            json!({"kind": "image", "url": "https://images.example.org/port.jpg", "alt": "Ferries", "credit": "L. Novak", "mime_type": "image/jpeg",
                "size_bytes": 284_113, "width": 1600, "height": 900, "focal_point": {"x": 0.5, "y": 0.4},
                "renditions": [{"name": "card", "url": "https://images.example.org/port-640.jpg", "width": 640, "height": 360}]}),
        )
        .await;
    let source =
        json!({"name": "Harbour Gazette", "url": "https://gazette.example.org/port", "kind": "reprint", "rights": "no_syndication"});
    for day in 1..=7 {
        let article = make.article().title(&format!("Ferry {day}")).with("byline", json!([author["id"]])).with("tags", json!([tag["id"]]));
        let article = if day == 7 {
            article.with("source", source.clone()).with("lead_media", media["id"].clone()).with("kicker", "Coast")
        } else {
            article
        };
        article.published_at(&format!("2026-03-0{day}T06:10:00Z")).await;
    }
    let picked = json!(["ferry-2", "ferry-7", "ferry-1", "ferry-4"]);
    make.post("/v1/collections", json!({"name": "Front page", "items": picked})).await;
}

#[actix_web::test]
async fn every_feed_has_every_format_and_validators() {
    let app = TestApp::start().await;
    library(&app.make().await).await;
    // Long enough ago for a date to be a validator.
    app.sql("ALTER TABLE changes DISABLE TRIGGER changes_append_only");
    app.sql("UPDATE changes SET occurred_at = '2026-03-08T00:00:00Z'");
    let feeds = [
        ("latest", "?limit=3", ["Ferry 7", "Ferry 6", "Ferry 5"]),
        ("sections/news", "?limit=3", ["Ferry 7", "Ferry 6", "Ferry 5"]),
        ("tags/ports", "?limit=3", ["Ferry 7", "Ferry 6", "Ferry 5"]),
        ("authors/m-aydin", "?limit=3", ["Ferry 7", "Ferry 6", "Ferry 5"]),
        ("collections/front-page", "?limit=3", ["Ferry 7", "Ferry 4", "Ferry 2"]),
        ("search", "?q=ferries&limit=3", ["Ferry 7", "Ferry 6", "Ferry 5"]),
        ("search", "?q=ferry+-7&tag=ports&section=news&limit=3", ["Ferry 6", "Ferry 5", "Ferry 4"]),
    ];
    for (feed, query, expected) in feeds {
        let cards = app.anyone().get(&format!("/v1/feeds/{feed}{query}")).await.expect(200);
        let shown: Vec<&str> = cards["items"].as_array().unwrap().iter().map(|card| card["title"].as_str().unwrap()).collect();
        assert_eq!(shown, expected, "{feed} as cards");
        for (format, content_type) in FORMATS {
            let address = format!("/v1/feeds/{feed}.{format}{query}");
            let answer = app.anyone().get(&address).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{address}");
            assert_eq!(titles(&answer, format), expected, "{address}");
            let (tag, date) = (answer.header("etag").to_owned(), answer.header("last-modified").to_owned());
            assert_eq!(date, "Sun, 08 Mar 2026 00:00:00 GMT", "{address}");
            assert_eq!(app.anyone().get_with(&address, &[("If-None-Match", &tag)]).await.status, 304, "{address}");
            assert_eq!(app.anyone().get_with(&address, &[("If-Modified-Since", &date)]).await.status, 304, "{address}");
            let before = [("If-Modified-Since", "Sat, 07 Mar 2026 23:59:59 GMT")];
            assert_eq!(app.anyone().get_with(&address, &before).await.status, 200, "{address}");
        }
    }
    let searched = app.anyone().get("/v1/feeds/search.rss").await.expect(400);
    assert_eq!(searched["errors"][0]["parameter"], "q");
    assert_eq!(app.anyone().get("/v1/feeds/search.rss?q=ferry&section=nowhere").await.status, 404);
    assert_eq!(app.anyone().get("/v1/feeds/latest.pdf").await.status, 404);
}

/// The address behind a relation of the `Link` header, as a path.
fn link(answer: &Answer, rel: &str) -> Option<String> {
    let links: Vec<&str> = answer.headers.get_all("link").map(|value| value.to_str().unwrap()).collect();
    let found = links.iter().find(|link| link.ends_with(&format!("; rel=\"{rel}\"")))?;
    let url = found.split_once('<')?.1.split_once('>')?.0;
    Some(url[url.find("/v1/")?..].to_owned())
}

#[actix_web::test]
async fn pages_lead_on_to_the_oldest_and_back_to_the_newest() {
    let app = TestApp::start().await;
    let make = app.make().await;
    library(&make).await;
    for feed in ["latest", "sections/news", "tags/ports", "authors/m-aydin", "search"] {
        for (format, _) in FORMATS {
            let start = format!("/v1/feeds/{feed}.{format}?limit=3{}", if feed == "search" { "&q=ferry" } else { "" });
            let (mut seen, mut address, mut pages) = (Vec::new(), start.clone(), Vec::new());
            loop {
                let answer = app.anyone().get(&address).await;
                seen.extend(titles(&answer, format));
                pages.push(address.clone());
                match link(&answer, "next") {
                    Some(next) => address = next,
                    None => break,
                }
            }
            assert_eq!(seen, ["Ferry 7", "Ferry 6", "Ferry 5", "Ferry 4", "Ferry 3", "Ferry 2", "Ferry 1"], "{start}");
            let last = app.anyone().get(pages.last().unwrap()).await;
            assert_eq!(link(&last, "first").unwrap(), start);
            if feed == "search" {
                continue;
            }
            // From the last page to the one before: the same bytes at the same address as on the way.
            let before = link(&last, "previous").unwrap();
            assert_eq!(before, pages[1], "{start}");
            assert_eq!(link(&app.anyone().get(&before).await, "previous").unwrap(), start);
        }
    }
    // Also inside the documents that have a place for it.
    let rss = app.anyone().get("/v1/feeds/latest.rss?limit=3").await;
    let channel = Channel::read_from(&rss.bytes[..]).unwrap();
    let links: Vec<&str> = channel.atom_ext().unwrap().links().iter().map(|link| link.rel()).collect();
    assert_eq!(links, ["self", "next"]);
    assert!(channel.atom_ext().unwrap().links()[0].href().ends_with("/v1/feeds/latest.rss?limit=3"));
    let atom = Atom::read_from(&app.anyone().get("/v1/feeds/latest.atom?limit=3").await.bytes[..]).unwrap();
    assert!(atom.links().iter().any(|link| link.rel() == "next"));
    assert!(app.anyone().get("/v1/feeds/latest.json?limit=3").await.body["next_url"].is_string());
    // What is published meanwhile moves nothing.
    let next = link(&rss, "next").unwrap();
    make.article().title("Newest").published().await;
    assert_eq!(titles(&app.anyone().get(&next).await, "rss"), ["Ferry 4", "Ferry 3", "Ferry 2"]);
    // A cursor is of one feed.
    assert_eq!(app.anyone().get(&next.replace("latest", "tags/ports")).await.kind(), "invalid-cursor");
}

#[actix_web::test]
async fn a_collection_has_pages_too() {
    let app = TestApp::start().await;
    library(&app.make().await).await;
    let first = app.anyone().get("/v1/feeds/collections/front-page.json?limit=3").await;
    assert_eq!(titles(&first, "json"), ["Ferry 7", "Ferry 4", "Ferry 2"]);
    let second = app.anyone().get(&link(&first, "next").unwrap()).await;
    assert_eq!(titles(&second, "json"), ["Ferry 1"]);
    assert_eq!(link(&second, "next"), None);
}

#[actix_web::test]
async fn ninjs_tells_a_newsroom_all_there_is() {
    let app = TestApp::start().await;
    library(&app.make().await).await;
    app.editor().await.post("/v1/articles/ferry-7/corrections", json!({"text": "It was pier 4."})).await.expect(200);

    let feed = app.anyone().get("/v1/feeds/latest.ninjs?limit=1").await.expect(200);

    let item = &feed["associations"][0];
    let article = app.anyone().get("/v1/articles/ferry-7").await.expect(200);
    assert_eq!(item["uri"], format!("urn:uuid:{}", article["id"].as_str().unwrap()));
    assert_eq!(
        (&item["versionCreated"], &item["pubStatus"]),
        (&json!(article["updated_at"].as_str().unwrap()[..19].to_owned() + "Z"), &json!("usable"))
    );
    assert_eq!((&item["copyrightHolder"], &item["by"]), (&json!("Harbour Gazette"), &json!("M. Aydin")));
    assert_eq!(item["usageTerms"], "From Harbour Gazette, to be read at Untitled publication and not to be passed on.");
    assert_eq!(
        item["headlines"],
        json!([
        {"role": "main", "contentType": "text/plain", "value": "Ferry 7"}, {"role": "kicker", "contentType": "text/plain", "value": "Coast"}])
    );
    let subjects: Vec<_> =
        item["subjects"].as_array().unwrap().iter().map(|one| (one["rel"].as_str().unwrap(), one["literal"].as_str().unwrap())).collect();
    assert_eq!(subjects, [("section", "news"), ("about", "ports")]);
    let lead = &item["associations"][0];
    assert_eq!((&lead["type"], &lead["by"]), (&json!("picture"), &json!("L. Novak")));
    assert_eq!(lead["renditions"][0]["poi"], json!({"x": 800, "y": 360}));
    assert_eq!(
        lead["renditions"][1],
        json!({"name": "card", "href": "https://images.example.org/port-640.jpg", "width": 640, "height": 360})
    );
    assert!(item["edNote"].as_str().unwrap().ends_with(": It was pier 4."));
    assert_eq!(item["descriptions"][0], json!({"role": "correction", "contentType": "text/plain", "value": "It was pier 4."}));
}

/// The ids of what a feed says is gone.
async fn gone(client: &Client, feed: &str) -> (Vec<String>, Vec<String>) {
    let ninjs = client.get(&format!("/v1/feeds/{feed}.ninjs")).await.expect(200);
    let canceled = ninjs["associations"].as_array().unwrap().iter().filter(|one| one["pubStatus"] == "canceled");
    let canceled = canceled.map(|one| one["uri"].as_str().unwrap().to_owned()).collect();
    let atom = Atom::read_from(&client.get(&format!("/v1/feeds/{feed}.atom")).await.bytes[..]).unwrap();
    let deleted = atom.extensions().get("at").map(|at| at["deleted-entry"].iter().map(|one| one.attrs()["ref"].clone()).collect());
    (canceled, deleted.unwrap_or_default())
}

#[actix_web::test]
async fn a_feed_tells_what_was_withdrawn_and_nothing_of_what_nobody_saw() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let other = make.section("Sport").await;
    let wrong = make.article().title("Wrong").published_at("2026-03-02T06:10:00Z").await;
    let deleted = make.article().title("Deleted").published_at("2026-03-03T06:10:00Z").await;
    let elsewhere = make.article().title("Elsewhere").section(&other).published_at("2026-03-03T06:10:00Z").await;
    let to_come = make.article().title("To come").published_at("2126-03-03T06:10:00Z").await;
    make.article().title("Stays").published_at("2026-03-01T06:10:00Z").await;
    let urn = |made: &crate::harness::Made| format!("urn:uuid:{}", made.text("id"));
    assert_eq!(gone(&app.anyone(), "latest").await, (vec![], vec![]));

    editor.post(&wrong.path("unpublish"), json!({"reason": "The minister never said it."})).await.expect(200);
    editor.delete(deleted.address(), "*").await.expect(204);
    editor.post(&elsewhere.path("unpublish"), json!({})).await.expect(200);
    editor.post(&to_come.path("unpublish"), json!({"reason": "Embargoed"})).await.expect(200);

    let of_news = vec![urn(&deleted), urn(&wrong)];
    assert_eq!(gone(&app.anyone(), "sections/news").await, (of_news.clone(), of_news));
    let all = vec![urn(&elsewhere), urn(&deleted), urn(&wrong)];
    assert_eq!(gone(&app.anyone(), "latest").await, (all.clone(), all));
    let ninjs = app.anyone().get("/v1/feeds/sections/news.ninjs").await.expect(200);
    let told: Vec<&Value> = ninjs["associations"].as_array().unwrap().iter().filter(|one| one["pubStatus"] == "canceled").collect();
    assert_eq!((&told[0]["edNote"], &told[1]["edNote"]), (&Value::Null, &json!("The minister never said it.")));
    assert!(!ninjs.to_string().contains("Embargoed"));

    editor.post(&wrong.path("publish"), json!({})).await.expect(200);
    assert_eq!(gone(&app.anyone(), "sections/news").await.0, [urn(&deleted)], "what is seen again is not gone");
}

#[actix_web::test]
async fn a_licence_narrows_every_feed_and_sitemap() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    library(&make).await;
    let sport = make.section("Sport").await;
    make.article().title("Ferry race").section(&sport).published_at("2026-03-08T06:10:00Z").await;
    for section in ["news", "sport"] {
        let gone = make.article().title("Gone").with("section", section).published_at("2026-03-08T06:10:00Z").await;
        editor.post(&gone.path("unpublish"), json!({"reason": format!("About {section}")})).await.expect(200);
    }
    let news = app.anyone().get("/v1/sections/news").await.expect(200)["id"].as_str().unwrap().parse().unwrap();
    let scope = |licence: Licence| Scope::Licensed(Arc::new(licence));
    let of_news = scope(Licence { sections: Some(vec![SectionId(news)]), ..licence() });
    let march = SitemapMonth::parse("2026-03").unwrap();
    let mut conn = app.conn();
    let mut titles = |scope: &Scope, subject: &Subject| -> Vec<String> {
        let rows = feeds::load(&mut conn, scope, subject, None, None, 20, true).unwrap();
        rows.items.into_iter().map(|row| row.card.title).collect()
    };

    // Without the reprint that may not be passed on, and without what is of another section.
    let expected = ["Ferry 6", "Ferry 5", "Ferry 4", "Ferry 3", "Ferry 2", "Ferry 1"];
    assert_eq!(titles(&of_news, &Subject::Latest), expected);
    assert_eq!(titles(&of_news, &Subject::Search(Search { words: "ferry".to_owned(), ..Search::default() })), expected);
    let mut conn = app.conn();
    let rows = sitemaps::month(&mut conn, &of_news, march).unwrap();
    assert_eq!((rows.rows.len(), rows.changed_at), (6, None));
    let told = |rows: feeds::FeedRows| rows.withdrawn.into_iter().map(|gone| gone.reason.unwrap()).collect::<Vec<_>>();
    assert_eq!(told(feeds::load(&mut conn, &of_news, &Subject::Latest, None, None, 20, true).unwrap()), ["About news"]);
    assert_eq!(
        told(feeds::load(&mut conn, &Scope::Public, &Subject::Latest, None, None, 20, true).unwrap()),
        ["About sport", "About news"]
    );

    // Of the text nothing, in any format.
    let cards = scope(Licence { extent: Extent::Card, has_pictures: false, ..licence() });
    let rows = feeds::load(&mut conn, &cards, &Subject::Latest, None, None, 20, false).unwrap();
    let feed = shaped(rows, None, "https://api.example.org/v1/feeds/latest".to_owned(), Pages::default(), chrono::Utc::now());
    for format in Format::ALL {
        let written = String::from_utf8(format.write(&feed)).unwrap();
        assert!(written.contains("Ferry 6") && !written.contains("What story") && !written.contains("port.jpg"), "{written}");
    }
    let ninjs: Value = serde_json::from_slice(&Format::Ninjs.write(&feed)).unwrap();
    assert_eq!((&ninjs["associations"][0]["representationType"], &ninjs["associations"][0]["bodies"]), (&json!("partial"), &Value::Null));
    assert!(sitemaps::month(&mut conn, &cards, march).unwrap().rows.iter().all(|row| row.image_url.is_none()));
}

#[actix_web::test]
async fn an_article_has_its_json_ld_for_who_asks() {
    let app = TestApp::start().await;
    library(&app.make().await).await;
    let plain = app.anyone().get("/v1/articles/ferry-7").await.expect(200);
    assert!(plain.get("json_ld").is_none());
    let article = app.anyone().get("/v1/articles/ferry-7?include=json_ld&fields=json_ld").await.expect(200);
    let written = &article["json_ld"];
    assert_eq!((&written["headline"], &written["url"]), (&json!("Ferry 7"), &plain["url"]));
    assert_eq!(written["isBasedOn"]["url"], "https://gazette.example.org/port");
    assert_eq!(written["publisher"]["name"], "Untitled publication");
    assert_eq!(written["image"].as_array().unwrap().len(), 2);
    let draft = app.make().await.article().title("Draft").draft().await;
    let seen = app.editor().await.get(&format!("{}?include=json_ld", draft.address())).await.expect(200);
    assert!(seen.get("json_ld").is_none(), "it has no date of publication");
}

/// IPTC's schema is IPTC's to publish. With a copy of `ninjs-schema_3.1.json` (or 3.2, 3.3): `NINJS_SCHEMA=… cargo test --test api ninjs -- --ignored`.
#[actix_web::test]
#[ignore = "wants IPTC's schema, named by NINJS_SCHEMA"]
async fn ninjs_is_what_the_schema_of_iptc_says() {
    let mut schema: Value = serde_json::from_slice(&std::fs::read(std::env::var("NINJS_SCHEMA").unwrap()).unwrap()).unwrap();
    // Refers to a schema of GeoJSON elsewhere, of which there is none in what is written.
    schema["$defs"]["ninjsType"]["properties"]["places"]["items"]["properties"]["geoJSON"] = json!(false);
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let app = TestApp::start().await;
    let make = app.make().await;
    library(&make).await;
    let wrong = make.article().title("Wrong").published().await;
    let editor = app.editor().await;
    editor.post(&wrong.path("unpublish"), json!({"reason": "Wrong"})).await.expect(200);
    editor.post("/v1/articles/ferry-7/corrections", json!({"text": "It was pier 4."})).await.expect(200);
    let feed = app.anyone().get("/v1/feeds/latest.ninjs").await.expect(200);
    assert_eq!(feed["associations"].as_array().unwrap().len(), 8);
    let faults: Vec<String> = validator.iter_errors(&feed).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let mut unknown = feed;
    unknown["associations"][0]["kicker"] = json!("x");
    assert!(!validator.is_valid(&unknown), "the schema looks into what is associated");
}
