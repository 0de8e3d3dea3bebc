//! Menus: where their links lead, and which of them readers see.

use serde_json::{Value, json};

use crate::harness::TestApp;

#[actix_web::test]
async fn a_link_leads_to_where_its_target_is_now() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    app.admin().await.patch("/v1/site", "*", json!({"url": "https://example.org/"})).await.expect(200);
    let news = make.section("News").await;
    let transport = make.section_in(&news, "Transport").await;
    let article = make.article().title("Port reopens").section(&transport).published().await;
    make.post("/v1/tags", json!({"name": "Ports"})).await;
    make.post("/v1/pages", json!({"title": "About us", "published_at": "2026-03-02"})).await;

    let menu = make
        .post(
            "/v1/menus",
            json!({"name": "Header", "items": [
                {"label": "Transport", "section": "news/transport", "children": [
                    {"label": "The port", "article": "port-reopens", "children": [{"label": "All of it", "tag": "ports"}]}
                ]},
                {"label": "More", "children": [{"label": "About", "page": "about-us"}, {"label": "Search", "url": "/search"}]},
                {"label": "Weather", "url": "https://weather.example.org/harbour"}
            ]}),
        )
        .await;

    let urls = |menu: &Value| {
        fn collect(items: &Value, all: &mut Vec<Value>) {
            for item in items.as_array().unwrap() {
                all.push(json!([item["label"], item["kind"], item["url"]]));
                collect(&item["children"], all);
            }
        }
        let mut all = Vec::new();
        collect(&menu["items"], &mut all);
        Value::Array(all)
    };
    let expected = json!([
        ["Transport", "section", "https://example.org/news/transport"],
        ["The port", "article", "https://example.org/news/transport/port-reopens"],
        ["All of it", "tag", "https://example.org/tags/ports"],
        ["More", "heading", null],
        ["About", "page", "https://example.org/about-us"],
        ["Search", "url", "/search"],
        ["Weather", "url", "https://weather.example.org/harbour"]
    ]);
    let shown = app.anyone().get("/v1/menus/header").await.expect(200);
    assert_eq!(urls(&shown), expected);
    assert_eq!(menu["items"], shown["items"]);
    let target = &shown["items"][0]["children"][0]["target"];
    assert_eq!(target, &json!({"id": article["id"], "slug": "port-reopens", "title": "Port reopens"}));
    assert_eq!(app.anyone().get(article.address()).await.expect(200)["url"], expected[1][2], "as the article itself says");

    editor.patch("/v1/sections/news/transport", "*", json!({"slug": "traffic"})).await.expect(200);
    let moved = app.anyone().get("/v1/menus/header").await.expect(200);
    assert_eq!(moved["items"][0]["url"], "https://example.org/news/traffic");
    assert_eq!(moved["items"][0]["children"][0]["url"], "https://example.org/news/traffic/port-reopens");
}

#[actix_web::test]
async fn what_readers_cannot_see_is_left_out_with_all_below_it() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let draft = make.article().title("Not yet").draft().await;
    make.article().title("Tomorrow").published_at("2999-01-01T00:00:00Z").await;
    make.post("/v1/pages", json!({"title": "Drafted"})).await;
    make.post(
        "/v1/menus",
        json!({"name": "Footer", "items": [
            {"label": "a", "article": "not-yet", "children": [{"label": "below", "url": "/"}]},
            {"label": "b", "article": "tomorrow"},
            {"label": "c", "page": "drafted"},
            {"label": "d", "url": "/"}
        ]}),
    )
    .await;
    // The newsroom too: a menu is what readers get.
    for client in [app.anyone(), editor.clone()] {
        let menu = client.get("/v1/menus/footer").await.expect(200);
        assert_eq!(menu["items"].as_array().unwrap().iter().map(|item| item["label"].clone()).collect::<Vec<_>>(), ["d"], "{menu:#}");
    }
    editor.post(&draft.path("publish"), json!({})).await.expect(200);
    assert_eq!(app.anyone().get("/v1/menus/footer").await.expect(200)["items"][0]["children"][0]["label"], "below");
}

#[actix_web::test]
async fn a_menu_is_written_whole_and_within_bounds() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let menu = make.post("/v1/menus", json!({"name": "Header", "items": [{"label": "a", "url": "/a"}, {"label": "b", "url": "/b"}]})).await;
    let changed = editor.patch(menu.address(), menu.tag(), json!({"items": [{"label": "c", "url": "/c"}]})).await.expect(200);
    assert_eq!(
        (changed["items"].as_array().unwrap().len(), &changed["items"][0]["label"], &changed["name"]),
        (1, &json!("c"), &json!("Header"))
    );
    let renamed = editor.patch(menu.address(), "*", json!({"name": "Top"})).await.expect(200);
    assert_eq!(renamed["items"], changed["items"], "what is absent stays");

    let deep = |levels: usize| (0..levels).fold(json!([]), |below, _| json!([{"label": "x", "url": "/", "children": below}]));
    editor.patch(menu.address(), "*", json!({"items": deep(4)})).await.expect(200);
    let wide = |items: usize| json!({"items": [{"label": "all", "children": vec![json!({"label": "x", "url": "/"}); items]}]});
    editor.patch(menu.address(), "*", wide(199)).await.expect(200);
    for refused in [
        json!({"items": deep(5)}),
        wide(200),
        json!({"items": [{"label": "x", "tag": "nothing"}]}),
        json!({"items": [{"label": "x", "url": "javascript:x"}]}),
    ] {
        let problem = editor.patch(menu.address(), "*", refused.clone()).await.expect(422);
        assert!(problem["errors"][0]["pointer"].as_str().unwrap().starts_with("/items"), "{problem:#}");
    }
    assert_eq!(
        app.anyone().get(menu.address()).await.expect(200)["items"][0]["children"].as_array().unwrap().len(),
        199,
        "nothing was written"
    );

    let before = app.statements();
    app.anyone().get(menu.address()).await.expect(200);
    let of_many = app.statements() - before;
    editor.patch(menu.address(), "*", json!({"items": []})).await.expect(200);
    let before = app.statements();
    assert_eq!(app.anyone().get(menu.address()).await.expect(200)["items"], json!([]));
    assert_eq!(app.statements() - before, of_many, "as many statements for 200 links as for none");
}
