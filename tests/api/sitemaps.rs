//! Sitemaps: what is in which file, and when it is no longer.

use quick_xml::{Reader, events::Event};
use serde_json::json;

use crate::harness::{Answer, Client, TestApp};

/// The texts of all elements of this name, in order.
fn texts(answer: &Answer, name: &str) -> Vec<String> {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/xml; charset=utf-8"), "{}", answer.text());
    let (mut reader, mut found, mut is_inside) = (Reader::from_reader(&answer.bytes[..]), Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                is_inside = start.name().as_ref() == name.as_bytes();
                if is_inside {
                    found.push(String::new());
                }
            }
            Event::Text(text) if is_inside => found.last_mut().unwrap().push_str(&text.decode().unwrap()),
            Event::End(_) => is_inside = false,
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// The ends of all addresses in a file.
async fn ends(client: &Client, file: &str) -> Vec<String> {
    let all = texts(&client.get(&format!("/v1/sitemaps/{file}.xml")).await, "loc");
    all.iter().map(|location| location.rsplit_once('/').unwrap().1.to_owned()).collect()
}

#[actix_web::test]
async fn the_archive_has_a_file_a_month() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let elsewhere = json!({"canonical_url": "https://gazette.example.org/port"});
    make.article().title("Elsewhere").with("seo", elsewhere).published_at("2026-03-05T00:00:00Z").await;
    for (title, at) in [
        ("One", "2026-03-01T00:00:00Z"),
        ("Two", "2026-03-31T23:59:59Z"),
        ("Three", "2026-04-01T00:00:00Z"),
        ("Four", "2126-05-01T00:00:00Z"),
    ] {
        make.article().title(title).published_at(at).await;
    }
    make.article().title("Draft").draft().await;
    let reader = app.anyone();

    assert_eq!(ends(&reader, "index").await, ["news.xml", "structure.xml", "2026-04.xml", "2026-03.xml"], "not what is to come");
    assert_eq!(ends(&reader, "2026-03").await, ["two", "one"]);
    assert_eq!(ends(&reader, "2026-04").await, ["three"]);
    let index = reader.get("/v1/sitemaps/index.xml").await;
    assert!(texts(&index, "loc")[2].starts_with("http://127.0.0.1:"), "at the API's own address");
    let march = reader.get("/v1/sitemaps/2026-03.xml").await;
    assert_eq!(texts(&march, "loc")[0], "http://localhost:3000/news/two");
    assert_eq!(texts(&march, "lastmod").iter().max(), texts(&index, "lastmod").get(1), "the last change of the month");
    assert_eq!(reader.get_with("/v1/sitemaps/2026-03.xml", &[("If-None-Match", march.header("etag"))]).await.status, 304);

    for absent in ["2026-02", "2126-05", "2026-13", "march", "2026-03-1-of-1"] {
        assert_eq!(reader.get(&format!("/v1/sitemaps/{absent}.xml")).await.status, 404, "{absent}");
    }
    // Parts of a month are the month.
    let mut parts = Vec::new();
    for part in 1..=3 {
        let answer = reader.get(&format!("/v1/sitemaps/2026-03-{part}-of-3.xml")).await;
        parts.extend(if answer.status == 404 { Vec::new() } else { texts(&answer, "loc") });
    }
    parts.sort_unstable();
    assert_eq!(parts, ["http://localhost:3000/news/one", "http://localhost:3000/news/two"]);

    editor.post("/v1/articles/three/unpublish", json!({})).await.expect(200);
    editor.delete("/v1/articles/two", "*").await.expect(204);
    assert_eq!(ends(&reader, "index").await, ["news.xml", "structure.xml", "2026-03.xml"]);
    assert_eq!(ends(&reader, "2026-03").await, ["one"]);
    editor.post("/v1/articles/one/publish", json!({"at": "2026-04-02T00:00:00Z"})).await.expect(200);
    assert_eq!(ends(&reader, "2026-04").await, ["one"]);
    assert_eq!(
        ends(&editor, "index").await,
        ["news.xml", "structure.xml", "2026-04.xml", "2026-03.xml"],
        "the one that is elsewhere is in March"
    );
}

#[actix_web::test]
async fn months_are_counted_by_whatever_changes_them() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let article = make.article().title("One").published_at("2026-03-01T00:00:00Z").await;
    make.article().title("Two").published_at("2026-03-02T00:00:00Z").await;
    make.article().title("Draft").draft().await;
    // A count that is not what it should be has a month of its own here.
    let wrong = "SELECT 1 FROM (SELECT month_of(published_at) AS month, count(*) AS number FROM articles \
        WHERE published_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1) AS counted \
        FULL JOIN (SELECT * FROM published_months WHERE articles <> 0) AS kept USING (month) WHERE number IS DISTINCT FROM articles";
    assert_eq!(app.sql(wrong), 0);
    assert_eq!(app.sql("SELECT 1 FROM published_months WHERE articles = 2"), 1);
    editor.post(&article.path("publish"), json!({"at": "2026-04-01T00:00:00Z"})).await.expect(200);
    assert_eq!(app.sql(wrong), 0);
    editor.patch(article.address(), "*", json!({"title": "Still one"})).await.expect(200);
    editor.post(&article.path("unpublish"), json!({})).await.expect(200);
    assert_eq!(app.sql(wrong), 0);
    editor.post(&article.path("publish"), json!({})).await.expect(200);
    editor.delete("/v1/articles/two", "*").await.expect(204);
    assert_eq!(app.sql(wrong), 0);
    app.sql("UPDATE articles SET published_at = published_at + interval '40 days' WHERE published_at IS NOT NULL");
    assert_eq!(app.sql(wrong), 0);
    app.sql("DELETE FROM articles");
    assert_eq!(app.sql(wrong), 0);
    assert_eq!(app.sql("SELECT 1 FROM published_months WHERE articles <> 0"), 0);
}

#[actix_web::test]
async fn translations_name_each_other_and_pictures_are_told() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let image = make.post("/v1/media", json!({"kind": "image", "url": "https://images.example.org/port.jpg", "alt": "Port"})).await;
    let port = make.article().title("Port").with("lead_media", image["id"].clone()).published_at("2026-03-01T00:00:00Z").await;
    let liman = make.article().title("Liman").with("language", "az").published_at("2026-03-02T00:00:00Z").await;
    let hidden = make.article().title("Hafen").with("language", "de").draft().await;
    for article in [&port, &liman, &hidden] {
        app.sql(&format!(
            "UPDATE articles SET translation_group_id = '0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10' WHERE id = '{}'",
            article.text("id")
        ));
    }

    let march = app.anyone().get("/v1/sitemaps/2026-03.xml").await;

    let link = |language: &str, slug: &str| {
        format!("<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"http://localhost:3000/news/{slug}\"/>")
    };
    assert!(march.text().contains(&format!("{}{}", link("en", "port"), link("az", "liman"))), "{}", march.text());
    assert!(march.text().contains(&format!("{}{}", link("az", "liman"), link("en", "port"))), "{}", march.text());
    assert_eq!(texts(&march, "image:loc"), ["https://images.example.org/port.jpg"]);
    assert!(!march.text().contains("hafen"));
}

#[actix_web::test]
async fn news_is_what_is_two_days_old_at_most() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let now = chrono::Utc::now();
    let ago = |hours| (now - chrono::Duration::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    make.article().title("New").with("language", "pt-BR").published_at(&ago(1)).await;
    make.article().title("Hardly new & <odd>").published_at(&ago(47)).await;
    make.article().title("Old").published_at(&ago(49)).await;
    make.article().title("Paid").with("flags", json!({"sponsored": true})).published_at(&ago(1)).await;
    make.article().title("To come").published_at(&ago(-1)).await;
    let again = make.article().title("Old and shown again").published_at(&ago(100)).await;
    app.editor().await.post(&again.path("publish"), json!({"at": ago(1)})).await.expect(200);

    let news = app.anyone().get("/v1/sitemaps/news.xml").await;

    assert_eq!(texts(&news, "loc"), ["http://localhost:3000/news/new", "http://localhost:3000/news/hardly-new-and-odd"]);
    assert_eq!(texts(&news, "news:language"), ["pt", "en"]);
    assert_eq!(texts(&news, "news:name"), ["Untitled publication"; 2]);
    assert_eq!(texts(&news, "news:publication_date"), [ago(1), ago(47)]);
    assert!(news.text().contains("<news:title>Hardly new &amp; &lt;odd&gt;</news:title>"), "{}", news.text());
    assert_eq!(news.header("last-modified"), "", "time alone takes things away");
}

#[actix_web::test]
async fn sections_and_pages_have_a_file() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let news = make.section("News").await;
    make.section_in(&news, "Coast").await;
    let page = make.post("/v1/pages", json!({"title": "About us"})).await;
    app.sql("UPDATE pages SET published_at = NULL");
    for client in [app.anyone(), app.editor().await] {
        let structure = client.get("/v1/sitemaps/structure.xml").await;
        assert_eq!(texts(&structure, "loc"), ["http://localhost:3000/", "http://localhost:3000/news", "http://localhost:3000/news/coast"]);
    }
    app.sql("UPDATE pages SET published_at = now() - interval '1 hour'");
    assert_eq!(
        texts(&app.anyone().get("/v1/sitemaps/structure.xml").await, "loc")[3],
        format!("http://localhost:3000/{}", page.text("slug"))
    );
}
