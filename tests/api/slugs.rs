//! Slugs that the server makes.

use std::collections::HashSet;

use actix_web::rt;
use serde_json::json;

use crate::harness::TestApp;

#[actix_web::test]
async fn articles_of_one_title_that_are_made_in_one_moment_get_slugs_of_their_own() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;
    let editor = app.editor().await;

    let posts: Vec<_> = (0..8)
        .map(|_| {
            let editor = editor.clone();
            rt::spawn(async move { editor.post("/v1/articles", json!({"title": "Same title", "section": "news"})).await.expect(201) })
        })
        .collect();
    let mut slugs = HashSet::new();
    for post in posts {
        slugs.insert(post.await.unwrap()["slug"].as_str().unwrap().to_owned());
    }

    assert_eq!(slugs.len(), 8);
    assert!(slugs.contains("same-title") && slugs.contains("same-title-8"), "{slugs:?}");
}

#[actix_web::test]
async fn a_list_is_no_object() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;

    let answer = app.editor().await.post("/v1/articles", json!(["A title", "news"])).await;

    assert_eq!((answer.status, answer.kind()), (422, "validation"));
}
