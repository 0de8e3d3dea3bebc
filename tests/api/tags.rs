//! What articles are about, and who signs them.

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn titles(client: &Client, address: &str) -> Vec<String> {
    let list = client.get(address).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_tag_counts_what_readers_see() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let tag = make.post("/v1/tags", json!({"name": "Ports"})).await;
    assert_eq!((tag.address(), &tag["article_count"], &tag["description"]), ("/v1/tags/ports", &json!(0), &Value::Null));
    make.article().with("tags", json!(["ports"])).published().await;
    make.article().with("tags", json!(["ports"])).published_at("2999-01-01T00:00:00Z").await;
    make.article().with("tags", json!(["ports"])).draft().await;

    for (address, member) in [("/v1/tags/ports", ""), ("/v1/tags", "/items/0")] {
        let answer = app.anyone().get(address).await.expect(200);
        assert_eq!(answer.pointer(member).unwrap()["article_count"], 1, "{address}");
    }
}

#[actix_web::test]
async fn a_renamed_tag_is_renamed_everywhere_and_its_former_slug_leads_to_it() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let tag = make.post("/v1/tags", json!({"name": "Ports"})).await;
    let article = make.article().with("tags", json!(["ports"])).published().await;
    let before = app.anyone().get(article.address()).await;

    let renamed = editor.patch("/v1/tags/ports", tag.tag(), json!({"name": "Harbours", "slug": "harbours"})).await.expect(200);

    assert_eq!((&renamed["name"], &renamed["slug"], &renamed["article_count"]), (&json!("Harbours"), &json!("harbours"), &json!(1)));
    let after = app.anyone().get(article.address()).await;
    assert_eq!(after.body["tags"][0]["name"], "Harbours");
    assert_ne!(after.header("etag"), before.header("etag"), "what is shown of the tag is part of the article");
    let moved = app.anyone().get("/v1/tags/ports").await;
    assert_eq!((moved.status, moved.header("location")), (301, "/v1/tags/harbours"));
    assert_eq!(editor.send("PATCH", "/v1/tags/ports", &[("If-Match", "*")], Some(json!({}))).await.status, 301);
    let id = tag.text("id");
    assert_eq!(app.sql(&format!("SELECT 1 FROM changes WHERE resource_id = '{id}' AND details -> 'lists' ->> 0 = '{id}'")), 1);

    // Whoever takes the slug has it.
    make.post("/v1/tags", json!({"name": "Ports"})).await;
    assert_eq!(app.anyone().get("/v1/tags/ports").await.expect(200)["article_count"], 0);
}

#[actix_web::test]
async fn a_deleted_tag_leaves_its_articles_and_every_list() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let tag = make.post("/v1/tags", json!({"name": "Ports"})).await;
    editor.patch("/v1/tags/ports", tag.tag(), json!({"slug": "quays"})).await.expect(200);
    let article = make.article().title("Port reopens").with("tags", json!(["quays"])).published().await;
    assert_eq!(titles(&app.anyone(), "/v1/articles?tag=quays").await, ["Port reopens"]);

    editor.delete("/v1/tags/quays", "*").await.expect(204);

    assert_eq!(app.anyone().get(article.address()).await.expect(200)["tags"], json!([]));
    for gone in ["/v1/tags/quays", "/v1/tags/ports", "/v1/articles?tag=quays"] {
        app.anyone().get(gone).await.expect(404);
    }
    assert_eq!(app.anyone().get("/v1/tags").await.expect(200)["items"], json!([]));
    let id = tag.text("id");
    assert_eq!(
        app.sql(&format!(
            "SELECT 1 FROM article_listings WHERE list_id = '{id}' UNION ALL SELECT 1 FROM listing_counts WHERE list_id = '{id}'"
        )),
        0
    );
    // Its articles still change as they did.
    editor.patch(article.address(), "*", json!({"kicker": "Coast"})).await.expect(200);
}

#[actix_web::test]
async fn a_slug_of_ones_own_choice_must_be_free_and_one_that_is_made_is() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    make.post("/v1/tags", json!({"name": "Ports"})).await;
    assert_eq!(make.post("/v1/tags", json!({"name": "Ports!"})).await["slug"], "ports-2");
    let problem = editor.post("/v1/tags", json!({"name": "Others", "slug": "ports"})).await.expect(409);
    assert_eq!(problem["errors"][0]["pointer"], "/slug");
    editor.patch("/v1/tags/ports-2", "*", json!({"slug": "ports"})).await.expect(409);
    let nameless = editor.post("/v1/tags", json!({"name": "?!"})).await.expect(422);
    assert_eq!(nameless["errors"][0]["pointer"], "/slug");
}

#[actix_web::test]
async fn a_sparse_list_has_what_was_asked_for() {
    let app = TestApp::start().await;
    app.make().await.post("/v1/tags", json!({"name": "Ports"})).await;
    let list = app.anyone().get("/v1/tags?fields=slug,article_count").await.expect(200);
    assert_eq!(list["items"], json!([{"slug": "ports", "article_count": 0}]));
    let refused = app.anyone().get("/v1/tags?fields=slugg").await.expect(400);
    assert!(refused.to_string().contains("`slug`"), "{refused:#}");
    app.anyone().get("/v1/tags?sort=-articles").await.expect(400);
}

#[actix_web::test]
async fn an_author_has_a_portrait_links_and_articles() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let portrait = make.post("/v1/media", json!({"url": "https://images.example.org/aydin.jpg", "alt": "M. Aydin"})).await;
    let links = json!([{"name": "Website", "url": "https://aydin.example.org/"}]);
    let author =
        make.post("/v1/authors", json!({"name": "M. Aydin", "bio": "Writes of ships.", "portrait": portrait["id"], "links": links})).await;
    assert_eq!((&author["kind"], &author["links"], &author["portrait"]["id"]), (&json!("person"), &links, &portrait["id"]));
    let article = make.article().with("byline", json!(["m-aydin"])).published().await;
    assert_eq!(app.anyone().get("/v1/authors/m-aydin").await.expect(200)["article_count"], 1);

    // A list shows them as their own page does.
    let list = app.anyone().get("/v1/authors").await.expect(200);
    assert_eq!(list["items"][0], app.anyone().get("/v1/authors/m-aydin").await.expect(200));

    let changed = editor.patch("/v1/authors/m-aydin", author.tag(), json!({"name": "Mina Aydin", "bio": null, "slug": "mina-aydin"})).await;
    assert_eq!((&changed.body_of(200)["bio"], &changed.body["portrait"]["id"]), (&Value::Null, &portrait["id"]), "what is absent stays");
    assert_eq!(app.anyone().get(article.address()).await.expect(200)["byline"][0]["name"], "Mina Aydin");
    assert_eq!(app.anyone().get("/v1/authors/m-aydin").await.header("location"), "/v1/authors/mina-aydin");

    editor.delete("/v1/authors/mina-aydin", changed.header("etag")).await.expect(204);
    assert_eq!(app.anyone().get(article.address()).await.expect(200)["byline"], json!([]));
    let nobody = editor.post("/v1/authors", json!({"name": "L. Novak", "portrait": author["id"]})).await.expect(422);
    assert_eq!(nobody["errors"][0]["pointer"], "/portrait");
}
