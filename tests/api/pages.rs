//! Pages, and what of them readers see.

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn titles(client: &Client) -> Vec<Value> {
    client.get("/v1/pages").await.expect(200)["items"].as_array().unwrap().iter().map(|page| page["title"].clone()).collect()
}

#[actix_web::test]
async fn readers_see_a_page_from_its_time_on_and_the_newsroom_before() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let page = make.post("/v1/pages", json!({"title": "About us", "body": "<p>Who we are.</p>"})).await;
    assert_eq!((&page["published_at"], &page["language"]), (&Value::Null, &json!("en")));
    for (time, is_seen) in [(Value::Null, false), (json!("2999-01-01T00:00:00Z"), false), (json!("2026-03-02T06:10:00Z"), true)] {
        let changed = editor.patch(page.address(), "*", json!({"published_at": time})).await.expect(200);
        assert_eq!(changed["published_at"], time);
        assert_eq!(app.anyone().get(page.address()).await.status, if is_seen { 200 } else { 404 }, "{time}");
        assert_eq!(titles(&app.anyone()).await.len(), usize::from(is_seen), "{time}");
        let total = app.anyone().get("/v1/pages?count=true").await.expect(200)["page"]["total"].clone();
        assert_eq!(total, json!(i32::from(is_seen)), "{time}");
        assert_eq!(app.anyone().get("/v1/resolve?path=/about-us").await.status, if is_seen { 200 } else { 404 }, "{time}");
        editor.get(page.address()).await.expect(200);
        assert_eq!(titles(&editor).await, ["About us"]);
    }
}

#[actix_web::test]
async fn a_former_slug_leads_to_a_page_but_tells_nothing_of_a_draft() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let page = make.post("/v1/pages", json!({"title": "About us", "published_at": "2026-03-02T06:10:00Z"})).await;
    let changed = editor.patch(page.address(), page.tag(), json!({"slug": "who-we-are"})).await;
    changed.body_of(200);
    assert_eq!(app.anyone().get("/v1/pages/about-us").await.header("location"), "/v1/pages/who-we-are");

    editor.patch("/v1/pages/who-we-are", changed.header("etag"), json!({"published_at": null})).await.expect(200);

    for slug in ["about-us", "who-we-are"] {
        let answer = app.anyone().get(&format!("/v1/pages/{slug}")).await;
        assert_eq!((answer.status, answer.header("location")), (404, ""), "{slug}");
    }
    assert_eq!(editor.get("/v1/pages/about-us").await.status, 301);
}

#[actix_web::test]
async fn a_body_is_sanitised_and_comes_in_the_form_that_was_asked_for() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let body = r#"<h2>Who we are</h2><p onclick="x()">We <em>write</em>.</p><script>alert(1)</script>"#;
    let page = make.post("/v1/pages", json!({"title": "About us", "body": body, "published_at": "2026-03-02"})).await;
    assert_eq!(page["body"], json!({"format": "html", "html": "<h2>Who we are</h2>\n<p>We <em>write</em>.</p>"}));
    let reader = app.anyone();
    for (format, member, expected) in
        [("text", "text", json!("Who we are\n\nWe write.")), ("markdown", "markdown", json!("## Who we are\n\nWe *write*."))]
    {
        let page = reader.get(&format!("/v1/pages/about-us?body={format}")).await.expect(200);
        assert_eq!(page["body"][member].as_str().unwrap().trim_end(), expected, "{format}");
    }
    assert_eq!(reader.get("/v1/pages/about-us?body=blocks").await.expect(200)["body"]["blocks"].as_array().unwrap().len(), 2);
    let written = make.post("/v1/pages", json!({"title": "Privacy", "body": {"format": "markdown", "text": "We keep *nothing*."}})).await;
    assert_eq!(written["body"]["html"].as_str().unwrap().trim_end(), "<p>We keep <em>nothing</em>.</p>");
}
