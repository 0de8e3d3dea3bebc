//! WordPress exports: what readers get of them, and what they never get.

use std::path::{Path, PathBuf};

use broadsheet::domain::change::Resource;
use broadsheet::transfer::report::{Report, Tally};
use broadsheet::transfer::wordpress::{ImportOptions, ReadOptions, import};
use chrono::{TimeZone, Utc};
use serde_json::Value;

use crate::harness::TestApp;

const GAZETTE: &str = include_str!("../fixtures/wordpress/gazette.xml");

/// A file that is removed at the end.
struct Export(PathBuf);

impl Export {
    fn of(text: impl AsRef<[u8]>) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("export-{}.xml", uuid::Uuid::now_v7()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    /// An export of these items.
    fn items(items: &[String]) -> Self {
        Self::of(format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Quay</title><link>https://quay.example</link><language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://quay.example</wp:base_site_url><wp:base_blog_url>https://quay.example</wp:base_blog_url>
{}</channel></rss>"#,
            items.join("\n")
        ))
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A post published on 1 March 2024, unless `more` says otherwise: of two elements of one name the last counts.
fn post(id: u64, title: &str, more: &str) -> String {
    format!(
        "<item><title>{title}</title><link>https://quay.example/2024/{id}/</link><wp:post_id>{id}</wp:post_id><wp:post_name>post-{id}</wp:post_name>\
         <wp:post_date_gmt>2024-03-01 10:00:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
         <content:encoded><![CDATA[Text of {title}.]]></content:encoded>{more}</item>"
    )
}

fn run_with(app: &TestApp, export: &Export, change: impl FnOnce(&mut ImportOptions)) -> anyhow::Result<Report> {
    let now = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let mut options = ImportOptions {
        post_types: Vec::new(),
        is_dry_run: false,
        read: ReadOptions::default(),
        now,
        database_url: Some(app.database_url()),
    };
    change(&mut options);
    import(&mut app.conn(), &export.0, &options, &|_| {})
}

fn run(app: &TestApp, export: &Export) -> Report {
    run_with(app, export, |_| {}).unwrap()
}

fn tally(created: u64, updated: u64, unchanged: u64) -> Tally {
    Tally { created, updated, unchanged }
}

/// The titles of the newest list.
async fn titles(app: &TestApp) -> Vec<String> {
    let list = app.anyone().get("/v1/articles?limit=50").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_export_is_served_as_it_was_published() {
    let app = TestApp::start().await;
    let report = run(&app, &Export::of(GAZETTE));

    assert_eq!(report.tally(Resource::Article), tally(2, 0, 0));
    assert_eq!(report.tally(Resource::Media), tally(2, 0, 0));
    let article = app.anyone().get("/v1/articles/port-reopens?include=breadcrumbs").await.expect(200);
    assert_eq!(article["title"], "Port reopens after storm");
    assert_eq!(article["standfirst"], "Ferries ran again on Tuesday.");
    assert_eq!(article["language"], "en-GB");
    assert_eq!(article["published_at"], "2024-04-30T06:10:00Z");
    assert_eq!(article["updated_at"], "2024-04-30T09:00:00Z");
    assert_eq!(article["section"]["path"], "news/transport/ferries");
    assert_eq!(article["section"]["name"], "Ferries & Boats");
    assert_eq!(article["sections"][0]["path"], "news");
    assert_eq!(article["lead_media"]["alt"], "A grey quay");
    assert_eq!(article["lead_media"]["caption"], "The quay at dawn.");
    assert_eq!(article["lead_media"]["credit"], "M. Aydın");
    assert_eq!(article["lead_media"]["width"], 1600);
    assert_eq!(article["seo"]["description"], "The port is open again.");
    let names = |member: &str, name: &str| -> Vec<String> {
        article[member].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("byline", "name"), ["Ada Okafor", "Meral Aydın"], "co-authors in their order");
    assert_eq!(names("tags", "slug"), ["ports", "шторм"]);
    let body = article["body"]["html"].as_str().unwrap();
    assert!(body.starts_with("<p>Ferries ran again on <strong>Tuesday</strong>.<br>The first left at six.</p>"), "{body}");
    assert!(body.contains("<figcaption>The quay at dawn.</figcaption>") && body.contains("<figure class=\"gallery\">"), "{body}");
    assert!(body.contains("<aside class=\"pullquote\"><p>We waited three days.</p></aside>"), "{body}");
    assert!(body.contains("may say ]]&gt; and go on [1]"), "{body}");
    assert!(!body.contains("[caption") && !body.contains("[gallery"), "{body}");

    assert_eq!(app.sql("SELECT 1 FROM pages WHERE slug = 'about' AND title = 'About' AND published_at = '2020-01-01'"), 1);
    // An unnamed publication takes the name of what is imported.
    assert_eq!(
        app.sql("SELECT 1 FROM site WHERE title = 'Harbour Gazette' AND url = 'https://gazette.example' AND default_language = 'en-GB'"),
        1
    );
}

#[actix_web::test]
async fn menus_keep_their_order_and_their_levels() {
    let app = TestApp::start().await;
    run(&app, &Export::of(GAZETTE));

    assert_eq!(app.sql("SELECT 1 FROM menus WHERE slug = 'main-menu' AND name = 'Main menu'"), 1);
    let nested = "SELECT 1 FROM menu_items child JOIN menu_items home ON home.id = child.parent_id JOIN sections s ON s.id = child.section_id \
                  WHERE home.label = 'Home' AND home.url = 'https://gazette.example/' AND child.label = 'Transport' AND s.path = 'news/transport'";
    assert_eq!(app.sql(nested), 1);
}

#[actix_web::test]
async fn old_addresses_lead_to_what_stood_there() {
    let app = TestApp::start().await;
    run(&app, &Export::of(GAZETTE));

    for (old, kind) in [
        ("/2024/04/port-reopens/", "article"),
        ("/?p=101", "article"),
        ("https://gazette.example/2024/04/port-reopens", "article"),
        ("/category/news/transport/", "section"),
        ("/tag/%D1%88%D1%82%D0%BE%D1%80%D0%BC/", "tag"),
        ("/author/maydin", "author"),
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", old).finish();
        let answer = app.anyone().get(&format!("/v1/resolve?{query}")).await;
        assert_eq!(answer.status, 301, "{old}: {}", answer.body);
        assert!(answer.body.to_string().contains(kind), "{old}: {}", answer.body);
    }
    let hidden = app.anyone().get("/v1/resolve?path=%2F%3Fp%3D102").await;
    assert_eq!(hidden.status, 404, "a draft's old address says nothing");
}

#[actix_web::test]
async fn what_readers_could_not_see_stays_unseen() {
    let app = TestApp::start().await;
    let status = |status: &str| format!("<wp:status>{status}</wp:status>");
    let report = run(
        &app,
        &Export::items(&[
            post(1, "Public", ""),
            post(2, "Draft", &status("draft")),
            post(3, "Pending", &status("pending")),
            post(4, "Private", &status("private")),
            post(5, "Future", &format!("{}<wp:post_date_gmt>2031-01-01 10:00:00</wp:post_date_gmt>", status("future"))),
            post(6, "Missed", &status("future")),
            post(7, "Secret", "<wp:post_password>quay</wp:post_password>"),
            post(8, "Blank password", "<wp:post_password> </wp:post_password>"),
            post(9, "Trash", &status("trash")),
            post(10, "Auto", &status("auto-draft")),
            post(11, "Pitch", &status("pitch")),
            post(12, "Ahead", "<wp:post_date_gmt>2031-01-01 10:00:00</wp:post_date_gmt>"),
            post(13, "Secret page", "<wp:post_type>page</wp:post_type><wp:post_password>quay</wp:post_password>"),
            post(14, "Private page", &format!("<wp:post_type>page</wp:post_type>{}", status("private"))),
            post(15, "No status", &status("")),
        ]),
    );

    assert_eq!(titles(&app).await, ["Public"]);
    assert_eq!(app.sql("SELECT 1 FROM articles"), 11);
    assert_eq!(app.sql("SELECT 1 FROM articles WHERE published_at IS NOT NULL"), 1, "nothing waits for its time either");
    assert_eq!(app.sql("SELECT 1 FROM articles WHERE status = 'in_review'"), 1);
    assert_eq!(app.sql("SELECT 1 FROM pages"), 2);
    assert_eq!(app.sql("SELECT 1 FROM pages WHERE published_at IS NOT NULL"), 0);
    assert_eq!(app.anyone().get("/v1/articles/post-7").await.status, 404);
    assert_eq!(report.skipped.keys().filter(|reason| reason.contains("trash")).count(), 1);
    assert!(report.warnings.keys().any(|what| what.contains("password")) && report.warnings.keys().any(|what| what.contains("private")));
}

#[actix_web::test]
async fn a_second_run_changes_nothing() {
    let app = TestApp::start().await;
    let export = Export::of(GAZETTE);
    run(&app, &export);
    let before = (app.sql("SELECT 1 FROM changes"), app.sql("SELECT 1 FROM audit"), app.sql("SELECT 1 FROM article_revisions"));

    let report = run(&app, &export);

    assert!(report.is_unchanged(), "{report}");
    assert_eq!(report.tally(Resource::Article), tally(0, 0, 2));
    assert_eq!(report.tally(Resource::Menu), tally(0, 0, 1));
    assert_eq!((app.sql("SELECT 1 FROM changes"), app.sql("SELECT 1 FROM audit"), app.sql("SELECT 1 FROM article_revisions")), before);
}

#[actix_web::test]
async fn an_editors_change_stays_until_the_file_says_something_new() {
    let app = TestApp::start().await;
    let first = Export::items(&[post(1, "One", ""), post(2, "Two", "")]);
    run(&app, &first);
    app.sql("UPDATE articles SET title = 'One, edited', slug = 'my-own', is_breaking = true, version = version + 1 WHERE slug = 'post-1'");

    run(&app, &first);
    assert_eq!(app.anyone().get("/v1/articles/my-own").await.expect(200)["title"], "One, edited");

    let report = run(&app, &Export::items(&[post(1, "One, corrected", ""), post(2, "Two", "")]));
    assert_eq!(report.tally(Resource::Article), tally(0, 1, 1));
    let article = app.anyone().get("/v1/articles/my-own").await.expect(200);
    assert_eq!(article["title"], "One, corrected");
    assert_eq!(article["flags"]["breaking"], true, "what a file cannot say is kept");
    assert_eq!(app.sql("SELECT 1 FROM article_revisions r JOIN articles a ON a.id = r.article_id WHERE a.slug = 'my-own'"), 2);
}

#[actix_web::test]
async fn what_was_withdrawn_there_or_here_is_withdrawn() {
    let app = TestApp::start().await;
    run(&app, &Export::items(&[post(1, "One", ""), post(2, "Two", ""), post(3, "Three", "")]));
    app.sql("UPDATE articles SET status = 'archived', withdrawn_at = now() WHERE slug = 'post-2'");
    app.sql("DELETE FROM articles WHERE slug = 'post-3'");

    let report = run(
        &app,
        &Export::items(&[post(1, "One", "<wp:status>private</wp:status>"), post(2, "Two, again", ""), post(3, "Three, again", "")]),
    );

    assert_eq!(titles(&app).await, Vec::<String>::new());
    assert_eq!(app.sql("SELECT 1 FROM changes WHERE action = 'withdrawn'"), 1);
    assert!(report.skipped.keys().any(|reason| reason.contains("deleted here since")), "{report}");
}

#[actix_web::test]
async fn a_broken_file_leaves_nothing_behind() {
    let app = TestApp::start().await;
    for (text, what) in [
        (GAZETTE[..GAZETTE.len() - 30].to_owned(), "cut off"),
        (GAZETTE[..GAZETTE.find("Not before June").unwrap()].to_owned(), "cut off"),
        (GAZETTE.replace("Budget vote", "Budget \u{8}vote"), "control character"),
        (GAZETTE.replacen("<rss", "<!DOCTYPE rss>\n<rss", 1), "DOCTYPE"),
        ("<html></html>".to_owned(), "HTML"),
    ] {
        let fault = run_with(&app, &Export::of(text), |_| {}).unwrap_err();
        assert!(format!("{fault:#}").contains(what), "{fault:#}");
    }
    for table in
        ["articles", "pages", "sections", "tags", "authors", "media", "menus", "legacy_paths", "imported_items", "changes", "audit"]
    {
        assert_eq!(app.sql(&format!("SELECT 1 FROM {table}")), 0, "{table}");
    }
}

#[actix_web::test]
async fn a_dry_run_reports_and_writes_nothing() {
    let app = TestApp::start().await;
    let report = run_with(&app, &Export::of(GAZETTE), |options| options.is_dry_run = true).unwrap();
    assert_eq!(report.tally(Resource::Article), tally(2, 0, 0));
    assert_eq!(app.sql("SELECT 1 FROM articles") + app.sql("SELECT 1 FROM sections") + app.sql("SELECT 1 FROM imported_items"), 0);
}

#[actix_web::test]
async fn items_that_share_a_slug_or_a_number_all_come_in() {
    let app = TestApp::start().await;
    let slug = "<wp:post_name>same</wp:post_name>";
    let export = Export::items(&[
        post(1, "A", slug),
        post(2, "B", slug),
        post(2, "C", ""),
        post(0, "D", slug),
        post(0, "E", ""),
        post(1, "A", slug),
    ]);
    let report = run(&app, &export);

    let mut found = titles(&app).await;
    found.sort();
    assert_eq!(found, ["A", "B", "C", "D", "E"]);
    assert_eq!(app.anyone().get("/v1/articles/same-2").await.expect(200)["title"], "B");
    assert!(report.skipped.keys().any(|reason| reason.contains("repeated")), "{report}");
    assert!(run(&app, &export).is_unchanged());
}

#[actix_web::test]
async fn other_types_come_in_when_asked_for() {
    let app = TestApp::start().await;
    let export = Export::items(&[post(1, "Story", "<wp:post_type>story</wp:post_type>")]);
    assert_eq!(run(&app, &export).tally(Resource::Article), tally(0, 0, 0));
    let report = run_with(&app, &export, |options| options.post_types.push("story".into())).unwrap();
    assert_eq!(report.tally(Resource::Article), tally(1, 0, 0));
}

#[actix_web::test]
async fn what_is_here_already_is_used_or_made_room_for() {
    let app = TestApp::start().await;
    app.sql(
        "WITH made AS (SELECT '01970000-0000-7000-8000-000000000001'::uuid AS id) \
         INSERT INTO sections (id, slug, path, ancestor_ids, name) SELECT id, 'news', 'news', ARRAY[id], 'Our news' FROM made",
    );
    app.sql("INSERT INTO tags (id, slug, name) VALUES ('01970000-0000-7000-8000-000000000002', 'ports', 'Our ports')");
    app.sql("INSERT INTO pages (id, slug, language, title) VALUES ('01970000-0000-7000-8000-000000000003', 'about', 'en', 'Ours')");
    let export = Export::of(GAZETTE);
    run(&app, &export);

    let sections = app.anyone().get("/v1/sections").await.expect(200);
    assert_eq!(sections["items"].as_array().unwrap().iter().filter(|section| section["path"] == "news").count(), 1, "{sections:#}");
    assert_eq!(app.sql("SELECT 1 FROM sections WHERE path = 'news' AND name = 'Our news'"), 1);
    assert_eq!(app.sql("SELECT 1 FROM sections WHERE path = 'news/transport/ferries'"), 1);
    assert_eq!(app.sql("SELECT 1 FROM tags WHERE slug LIKE 'ports%'"), 1);
    assert_eq!(app.sql("SELECT 1 FROM pages WHERE slug = 'about-2'"), 1);
    assert!(run(&app, &export).is_unchanged());
}

#[actix_web::test]
async fn a_category_that_moves_in_the_file_moves_here() {
    let app = TestApp::start().await;
    run(&app, &Export::of(GAZETTE));
    let moved = GAZETTE.replace("<wp:category_parent><![CDATA[transport]]>", "<wp:category_parent><![CDATA[]]>");
    let report = run(&app, &Export::of(moved));

    assert_eq!(report.tally(Resource::Section), tally(0, 1, 3), "{report}");
    let article: Value = app.anyone().get("/v1/articles/port-reopens").await.expect(200);
    assert_eq!(article["section"]["path"], "ferries");
    let answer = app.anyone().get("/v1/sections/news/transport/ferries").await;
    assert_eq!(answer.status, 301, "{}", answer.body);
}

#[actix_web::test]
async fn nothing_personal_reaches_the_database() {
    let app = TestApp::start().await;
    run(&app, &Export::of(GAZETTE));
    for table in [
        "articles",
        "pages",
        "sections",
        "tags",
        "authors",
        "media",
        "menu_items",
        "imported_items",
        "changes",
        "audit",
        "article_revisions",
        "site",
    ] {
        let found =
            app.sql(&format!("SELECT 1 FROM {table} t WHERE to_jsonb(t)::text ~ 'mail\\.example|@gazette|198\\.51\\.100|A reader'"));
        assert_eq!(found, 0, "{table}");
    }
}
