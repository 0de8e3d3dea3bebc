//! Lists that the newsroom puts together by hand, and the publication itself.

use serde_json::{Value, json};

use crate::harness::TestApp;

fn slugs(collection: &Value) -> Vec<&str> {
    collection["items"].as_array().unwrap().iter().map(|card| card["slug"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_collection_holds_what_readers_see_in_the_newsrooms_order() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    make.article().title("Port reopens").published_at("2026-03-02T06:10:00Z").await;
    make.article().title("Ferry fares rise").published_at("2026-03-01T06:10:00Z").await;
    let draft = make.article().title("Not yet").draft().await;
    let picked = json!(["ferry-fares-rise", draft["id"], "port-reopens", "ferry-fares-rise"]);
    let made = make.post("/v1/collections", json!({"name": "Front page", "items": picked})).await;
    assert_eq!(made.address(), "/v1/collections/front-page");

    // For the newsroom as for readers; what is named twice stands in its first place.
    for client in [app.anyone(), editor.clone()] {
        let shown = client.get("/v1/collections/front-page").await.expect(200);
        assert_eq!(slugs(&shown), ["ferry-fares-rise", "port-reopens"]);
        let card = client.get("/v1/articles").await.expect(200)["items"][0].clone();
        assert_eq!(shown["items"][1], card, "the same cards as in every list");
    }
    editor.post(&draft.path("publish"), json!({})).await.expect(200);
    assert_eq!(slugs(&app.anyone().get("/v1/collections/front-page").await.expect(200)), ["ferry-fares-rise", "not-yet", "port-reopens"]);

    let renamed =
        editor.patch("/v1/collections/front-page", made.tag(), json!({"slug": "today", "items": ["port-reopens"]})).await.expect(200);
    assert_eq!((slugs(&renamed), &renamed["name"]), (vec!["port-reopens"], &json!("Front page")));
    assert_eq!(app.anyone().get("/v1/collections/front-page").await.header("location"), "/v1/collections/today");
    let problem = editor.patch("/v1/collections/today", "*", json!({"items": ["port-reopens", "nothing"]})).await.expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/items/1");
    assert_eq!(slugs(&app.anyone().get("/v1/collections/today").await.expect(200)), ["port-reopens"], "nothing was written");

    editor.delete("/v1/articles/port-reopens", "*").await.expect(204);
    assert_eq!(app.anyone().get("/v1/collections/today").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn the_publication_says_what_it_is_and_where() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let logo = app.make().await.post("/v1/media", json!({"url": "https://images.example.org/logo.svg"})).await;
    let before = app.anyone().get("/v1/site").await;
    let links = json!([{"name": "Mastodon", "url": "https://social.example.org/@gazette"}]);
    let change = json!({
        "title": "Harbour Gazette", "tagline": "News from the quay", "url": "https://gazette.example.org/", "default_language": "EN",
        "languages": ["az", "pt-br", "AZ"], "contact_email": "desk@example.org", "logo": logo["id"], "social_links": links
    });
    app.editor().await.patch("/v1/site", "*", change.clone()).await.expect(403);

    admin.patch("/v1/site", before.header("etag"), change).await.expect(200);

    let site = app.anyone().get("/v1/site").await.expect(200);
    assert_eq!((&site["title"], &site["url"]), (&json!("Harbour Gazette"), &json!("https://gazette.example.org")));
    assert_eq!((&site["default_language"], &site["languages"]), (&json!("en"), &json!(["en", "az", "pt-BR"])));
    assert_eq!((&site["logo"]["id"], &site["social_links"], &site["contact_email"]), (&logo["id"], &links, &json!("desk@example.org")));
    let article = app.make().await.article().title("Port reopens").published().await;
    let url = &app.anyone().get(article.address()).await.expect(200)["url"];
    assert_eq!(url, "https://gazette.example.org/news/port-reopens", "every address follows");

    let wrong = json!({"title": null, "url": "example.org", "default_language": "english", "languages": ["en", "x"], "contact_email": "nobody", "social_links": [{"name": "", "url": "x"}]});
    let problem = admin.patch("/v1/site", "*", wrong).await.expect(422);
    let mut pointers: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        ["/contact_email", "/default_language", "/languages/1", "/social_links/0/name", "/social_links/0/url", "/title", "/url"]
    );
    assert_eq!(app.anyone().get("/v1/site").await.expect(200), site);
}

#[actix_web::test]
async fn an_outlet_is_known_once_an_article_names_it() {
    let app = TestApp::start().await;
    let source =
        json!({"name": "Harbour Gazette", "url": "https://gazette.example.org/port", "kind": "reprint", "rights": "no_syndication"});
    app.make().await.article().with("source", source).published().await;
    let list = app.anyone().get("/v1/sources").await.expect(200);
    assert_eq!((&list["items"][0]["slug"], &list["items"][0]["article_count"]), (&json!("harbour-gazette"), &json!(1)));
    assert_eq!(app.anyone().get("/v1/sources/harbour-gazette").await.expect(200), list["items"][0]);
    app.anyone().get("/v1/sources/nobody").await.expect(404);
}
