//! Two editors never overwrite each other unawares, whatever they change.

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// What can be made, with a change of it.
fn resources() -> [(&'static str, Value, Value); 6] {
    [
        ("/v1/tags", json!({"name": "Ports"}), json!({"description": "Quays and those who work there."})),
        ("/v1/authors", json!({"name": "M. Aydin"}), json!({"job_title": "Transport correspondent"})),
        ("/v1/media", json!({"url": "https://images.example.org/port.jpg"}), json!({"credit": "L. Novak"})),
        ("/v1/pages", json!({"title": "About us"}), json!({"title": "About the Courier"})),
        ("/v1/menus", json!({"name": "Header"}), json!({"items": [{"label": "Home", "url": "/"}]})),
        ("/v1/collections", json!({"name": "Front page"}), json!({"description": "What opens the day."})),
    ]
}

async fn refusal(client: &Client, method: &str, address: &str, tag: Option<&str>, body: Option<Value>) -> (u16, String) {
    let headers: Vec<(&str, &str)> = tag.map(|tag| ("If-Match", tag)).into_iter().collect();
    let answer = client.send(method, address, &headers, body).await;
    (answer.status, answer.kind().to_owned())
}

#[actix_web::test]
async fn a_change_wants_the_version_that_was_read() {
    let app = TestApp::start().await;
    let (editor, make) = (app.editor().await, app.make().await);
    let (missing, stale) = ((428, "precondition-required".to_owned()), (412, "stale-version".to_owned()));
    for (path, new, change) in resources() {
        let made = make.post(path, new).await;
        let address = made.address();

        assert_eq!(refusal(&editor, "PATCH", address, None, Some(change.clone())).await, missing, "{path}");
        assert_eq!(refusal(&editor, "DELETE", address, None, None).await, missing, "{path}");
        let changed = editor.patch(address, made.tag(), change.clone()).await;
        let body = changed.body_of(200);
        for (name, value) in change.as_object().unwrap().iter().filter(|(name, _)| *name != "items") {
            assert_eq!(&body[name], value, "{path}");
        }
        assert_ne!(changed.header("etag"), made.tag(), "{path}");
        assert_eq!(editor.get(address).await.header("etag"), changed.header("etag"), "{path}: what was written is what is read");

        assert_eq!(refusal(&editor, "PATCH", address, Some(made.tag()), Some(json!({}))).await, stale, "{path}");
        assert_eq!(refusal(&editor, "DELETE", address, Some(made.tag()), None).await, stale, "{path}");
        editor.patch(address, "*", json!({})).await.expect(200);
        editor.delete(address, "*").await.expect(204);
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(
                refusal(&editor, method, address, Some("*"), Some(json!({})).filter(|_| method == "PATCH")).await.0,
                404,
                "{method} {path}"
            );
        }
    }
}

#[actix_web::test]
async fn the_publication_too_wants_the_version_that_was_read() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let read = admin.get("/v1/site").await;
    let change = json!({"tagline": "News from the quay"});
    assert_eq!(refusal(&admin, "PATCH", "/v1/site", None, Some(change.clone())).await.0, 428);
    admin.patch("/v1/site", read.header("etag"), change.clone()).await.expect(200);
    assert_eq!(refusal(&admin, "PATCH", "/v1/site", Some(read.header("etag")), Some(change)).await.0, 412);
}

#[actix_web::test]
async fn every_write_is_logged_and_audited_and_a_refused_one_is_not() {
    let app = TestApp::start().await;
    let (editor, make) = (app.editor().await, app.make().await);
    for (path, new, change) in resources() {
        let made = make.post(path, new).await;
        let id = made.text("id");
        editor.patch(made.address(), "\"0-0000\"", change.clone()).await.expect(412);
        editor.patch(made.address(), made.tag(), change).await.expect(200);
        editor.delete(made.address(), "*").await.expect(204);
        for action in ["created", "updated", "deleted"] {
            assert_eq!(app.sql(&format!("SELECT 1 FROM changes WHERE resource_id = '{id}' AND action = '{action}'")), 1, "{action} {path}");
        }
        assert_eq!(app.sql(&format!("SELECT 1 FROM audit WHERE resource_id = '{id}' AND user_id IS NOT NULL")), 3, "{path}");
    }
}

#[actix_web::test]
async fn every_fault_is_named_at_once() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let long = "x".repeat(2001);
    for (path, body, pointers) in [
        ("/v1/tags", json!({"slug": "Not a slug", "description": long}), vec!["/description", "/name", "/slug"]),
        (
            "/v1/authors",
            json!({"name": " ", "links": [{"name": "Site", "url": "javascript:alert(1)"}], "job_title": "a\u{7}b"}),
            vec!["/job_title", "/links/0/url", "/name"],
        ),
        (
            "/v1/media",
            json!({"url": "port.jpg", "width": 0, "focal_point": {"x": 0.5, "y": 1.5}, "renditions": [{"name": "card", "url": "/a", "width": 1, "height": 1}]}),
            vec!["/focal_point/y", "/renditions/0/url", "/url", "/width"],
        ),
        ("/v1/pages", json!({"title": null, "language": "english", "seo_title": ""}), vec!["/language", "/seo_title", "/title"]),
        (
            "/v1/menus",
            json!({"name": "Header", "items": [{"label": "", "url": "//elsewhere.example"}, {"label": "Both", "url": "/", "tag": "ports"}]}),
            vec!["/items/0/label", "/items/0/url", "/items/1"],
        ),
        ("/v1/collections", json!({"name": "a\nb", "items": vec!["port"; 101]}), vec!["/items", "/name"]),
    ] {
        let before = app.sql("SELECT 1 FROM changes");
        let problem = editor.post(path, body).await.expect(422);
        let mut found: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, pointers, "{path}: {problem:#}");
        assert_eq!(app.sql("SELECT 1 FROM changes"), before, "{path}");
    }
}

#[actix_web::test]
async fn a_list_is_walked_to_its_end_without_skipping_or_repeating() {
    let app = TestApp::start().await;
    let make = app.make().await;
    for (path, member) in
        [("/v1/tags", "name"), ("/v1/authors", "name"), ("/v1/menus", "name"), ("/v1/collections", "name"), ("/v1/media", "url")]
    {
        let mut made = Vec::new();
        // Two of each name, so that only the id tells them apart.
        for number in [3, 1, 2, 1, 3] {
            let text = if member == "url" { format!("https://images.example.org/{number}.jpg") } else { format!("Name {number}") };
            made.push(make.post(path, json!({member: text})).await);
        }
        let (mut ids, mut names, mut next) = (Vec::new(), Vec::new(), format!("{path}?limit=2&count=true"));
        loop {
            let page = app.editor().await.get(&next).await.expect(200);
            assert_eq!(page["page"]["total"], 5, "{path}");
            for item in page["items"].as_array().unwrap() {
                ids.push(item["id"].clone());
                names.push(item[member].clone());
            }
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
            next = format!("{path}?limit=2&count=true&cursor={cursor}");
        }
        assert_eq!(ids.len(), 5, "{path}");
        if member == "name" {
            assert_eq!(names, ["Name 1", "Name 1", "Name 2", "Name 3", "Name 3"], "{path}");
        } else {
            assert_eq!(ids, made.iter().rev().map(|one| one["id"].clone()).collect::<Vec<_>>(), "the newest first");
        }
        ids.sort_by_key(ToString::to_string);
        ids.dedup();
        assert_eq!(ids.len(), 5, "{path}");
        let foreign = if path == "/v1/tags" { "/v1/authors" } else { "/v1/tags" };
        let cursor = next.rsplit('=').next().unwrap();
        app.editor().await.get(&format!("{foreign}?cursor={cursor}")).await.expect(400);
    }
}

#[actix_web::test]
async fn a_translation_is_of_what_its_writer_sees_and_in_a_language_of_its_own() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let secret = make.article().title("Secret").draft().await;
    let open = make.article().title("Open").published().await;
    let author = app.author().await;
    let new = |of: &str, language: &str| json!({"title": "T", "section": "news", "language": language, "translation_of": of});
    for unseen in [secret.text("slug"), "nothing"] {
        let refused = author.post("/v1/articles", new(unseen, "tr")).await;
        assert_eq!((refused.status, refused.body["errors"][0]["pointer"].as_str()), (422, Some("/translation_of")), "{unseen}");
    }
    let twin = author.post("/v1/articles", new(open.text("slug"), "en")).await;
    assert_eq!((twin.status, twin.body["errors"][0]["pointer"].as_str()), (422, Some("/translation_of")));
    author.post("/v1/articles", new(open.text("slug"), "tr")).await.expect(201);
    assert_eq!(app.editor().await.post("/v1/articles", new(open.text("slug"), "tr")).await.status, 422, "one edition a language");
}

#[actix_web::test]
async fn what_is_included_is_among_the_fields() {
    let app = TestApp::start().await;
    app.make().await.article().title("One").published().await;
    let cards = app.anyone().get("/v1/articles?fields=title&include=body,tags").await.expect(200);
    let members: Vec<_> = cards["items"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["body", "tags", "title"]);
    let article = app.anyone().get("/v1/articles/one?fields=title&include=breadcrumbs").await.expect(200);
    assert_eq!(article["breadcrumbs"][0]["path"], "news");
}
