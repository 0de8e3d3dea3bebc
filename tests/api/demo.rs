//! The publication that the demo serves, as a front end meets it.

use broadsheet::{
    routes,
    transfer::demo::{self, Outcome, TOUR, publication::Publication},
};
use chrono::Utc;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// A server that serves it.
async fn courier() -> (TestApp, Client) {
    let app = TestApp::start().await;
    assert_eq!(demo::load(&mut app.conn(), Utc::now()).unwrap(), Outcome::Loaded { visible: 51, hidden: 4 });
    let reader = app.anyone();
    (app, reader)
}

/// The values of one member of all items.
fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list["items"].as_array().unwrap().iter().map(|item| item[member].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn everything_on_the_tour_is_there() {
    let (_app, reader) = courier().await;
    let document = serde_json::to_value(routes::document()).unwrap();
    let is_described = |path: &str| {
        let path = path.split(['?', '.']).next().unwrap();
        document["paths"].as_object().unwrap().keys().any(|pattern| {
            let fixed = pattern.split('{').next().unwrap();
            path == pattern || pattern.contains('{') && path.starts_with(fixed) && path.len() > fixed.len()
        })
    };
    for (what, path) in TOUR.iter().filter(|(_, path)| is_described(path)) {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{what}: {path}");
        assert!(answer.bytes.len() > 100, "{what}: {path}");
    }
}

#[actix_web::test]
async fn what_is_not_published_is_in_no_list() {
    let (_app, reader) = courier().await;
    let articles = Publication::read().unwrap().articles;
    let is_hidden = |slug: &str| {
        ["who-parked-the-crane", "yedek-pompa-siparis-edildi", "council-meets-on-the-flood", "second-crack-found-in-aske-bridge"]
            .contains(&slug)
    };
    assert_eq!(articles.iter().filter(|article| is_hidden(&article.slug)).count(), 4);

    let list = reader.get("/v1/articles?limit=100&count=true").await.expect(200);

    let mut expected: Vec<&str> = articles.iter().map(|article| article.slug.as_str()).filter(|slug| !is_hidden(slug)).collect();
    let mut shown = each(&list, "slug");
    assert_eq!(shown[..2], ["letters-after-the-storm", "liman-ottilie-sonrasi-acildi"], "the newest first");
    shown.sort_unstable();
    expected.sort_unstable();
    assert_eq!(shown, expected);
    assert_eq!(list["page"]["total"], expected.len());
    for article in articles.iter().filter(|article| is_hidden(&article.slug)) {
        let status = reader.get(&format!("/v1/articles/{}", article.slug)).await.status;
        assert!([404, 410].contains(&status), "{}: {status}", article.slug);
    }
}

#[actix_web::test]
async fn an_article_has_all_that_its_file_says() {
    let (_app, reader) = courier().await;

    let article = reader.get("/v1/articles/ferry-strike-ends-with-deal?include=breadcrumbs,related").await.expect(200);

    assert_eq!(article["kicker"], "Ferry strike");
    assert_eq!(article["section"]["path"], "news/transport/ferries");
    let names: Vec<&str> = article["byline"].as_array().unwrap().iter().map(|name| name["slug"].as_str().unwrap()).collect();
    assert_eq!(names, ["nora-velde", "emre-tasdelen"]);
    assert_eq!(article["lead_media"]["focal_point"], json!({"x": 0.4, "y": 0.45}));
    assert_eq!(article["lead_media"]["renditions"][0]["name"], "card");
    assert_eq!(article["corrections"][0]["text"], "The number of new hands is twelve, not ten as we first wrote.");
    assert_eq!(article["translations"][0]["slug"], "vapur-grevi-anlasmayla-bitti");
    assert_eq!(article["url"], "https://harbourcourier.example.org/news/transport/ferries/ferry-strike-ends-with-deal");
    let path: Vec<&str> = article["breadcrumbs"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(path, ["News", "Transport", "Ferries"]);
    let body = article["body"]["html"].as_str().unwrap();
    assert!(body.contains("<blockquote>") && body.contains("<ol>") && !body.contains("article:"), "{body}");
}

#[actix_web::test]
async fn a_reprint_names_its_source_and_forbids_onward_syndication() {
    let (_app, reader) = courier().await;

    let article = reader.get("/v1/articles/the-dam-that-nobody-misses").await.expect(200);

    assert_eq!(article["source"]["name"], "The Upland Review");
    assert_eq!(article["source"]["kind"], "reprint");
    assert_eq!(article["source"]["rights"], "no_syndication");
}

#[actix_web::test]
async fn the_related_list_follows_the_story() {
    let (_app, reader) = courier().await;

    let article = reader.get("/v1/articles/why-the-sea-gate-stopped?include=related").await.expect(200);

    let related = &article["related"];
    let slugs = each(related, "slug");
    assert_eq!(slugs[..2], ["mirjam-tolvane-interview", "a-wall-is-not-a-plan"], "the editor's own picks first");
    assert_eq!(each(related, "reason")[..2], ["curated", "curated"]);
    assert!(!slugs.contains(&"why-the-sea-gate-stopped"));
    let storm =
        Publication::read().unwrap().articles.into_iter().filter(|article| article.head.tags.iter().any(|tag| tag == "storm-ottilie"));
    let storm: Vec<String> = storm.map(|article| article.slug).collect();
    assert!(slugs.iter().filter(|slug| storm.iter().any(|one| one == *slug)).count() >= 4, "{slugs:?}");
}

#[actix_web::test]
async fn a_second_load_changes_nothing() {
    let (app, reader) = courier().await;
    app.sql("UPDATE articles SET title = 'Changed by hand' WHERE slug = 'a-wall-is-not-a-plan'");
    let changes = app.sql("SELECT 1 FROM changes");

    assert_eq!(demo::load(&mut app.conn(), Utc::now()).unwrap(), Outcome::WasThere);

    assert_eq!(app.sql("SELECT 1 FROM changes"), changes);
    assert_eq!(reader.get("/v1/articles/a-wall-is-not-a-plan").await.expect(200)["title"], "Changed by hand");
}
