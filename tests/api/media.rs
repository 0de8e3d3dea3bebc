//! Records of images and files.

use serde_json::{Value, json};

use crate::harness::TestApp;

fn picture() -> Value {
    json!({
        "url": "https://images.example.org/port.jpg",
        "alt": "Ferries in the harbour",
        "caption": "The first crossing left at six.",
        "credit": "L. Novak",
        "mime_type": "image/jpeg",
        "width": 1600,
        "height": 900,
        "focal_point": {"x": 0.5, "y": 0.4},
        "renditions": [{"name": "card", "url": "https://images.example.org/port-640.jpg", "width": 640, "height": 360}]
    })
}

#[actix_web::test]
async fn a_record_is_read_as_it_was_written() {
    let app = TestApp::start().await;
    let author = app.author().await;
    let made = author.post("/v1/media", picture()).await;
    let body = made.body_of(201);
    for (name, value) in picture().as_object().unwrap() {
        assert_eq!(&body[name], value, "{name}");
    }
    assert_eq!((&body["kind"], &body["size_bytes"]), (&json!("image"), &Value::Null));
    assert_eq!(author.get(made.header("location")).await.expect(200), body);
    app.anyone().get("/v1/media/port").await.expect(404);
    app.anyone().post("/v1/media", picture()).await.expect(401);
    app.reader().await.post("/v1/media", picture()).await.expect(403);
}

#[actix_web::test]
async fn pictures_of_what_is_to_come_are_listed_for_the_newsroom_alone() {
    let app = TestApp::start().await;
    let picture = app.make().await.post("/v1/media", picture()).await;
    app.anyone().get("/v1/media").await.expect(401);
    let list = app.reader().await.get("/v1/media").await.expect(200);
    assert_eq!(list["items"][0]["id"], picture["id"]);
}

#[actix_web::test]
async fn a_changed_picture_changes_what_shows_it() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let picture = make.post("/v1/media", picture()).await;
    let article = make.article().with("lead_media", picture["id"].clone()).published().await;
    let before = app.anyone().get(article.address()).await;

    let changed = editor.patch(picture.address(), picture.tag(), json!({"credit": "M. Aydin", "focal_point": null})).await.expect(200);

    assert_eq!((&changed["focal_point"], &changed["renditions"]), (&Value::Null, &picture["renditions"]));
    let after = app.anyone().get(article.address()).await;
    assert_eq!(after.body["lead_media"], changed);
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[actix_web::test]
async fn what_showed_a_deleted_picture_goes_on_without_it() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let picture = make.post("/v1/media", picture()).await;
    let id = picture["id"].clone();
    let lead = make.article().with("lead_media", id.clone()).published().await;
    let inside = make.article().with("media", json!([id])).published().await;
    let author = make.post("/v1/authors", json!({"name": "M. Aydin", "portrait": id})).await;
    let site = app.admin().await;
    site.patch("/v1/site", "*", json!({"logo": id})).await.expect(200);
    let last = |of: &str| app.sql(&format!("SELECT 1 FROM changes WHERE resource_id = '{of}' AND action = 'updated'"));
    let nil = "00000000-0000-0000-0000-000000000000";
    let before = last(nil);

    editor.delete(picture.address(), picture.tag()).await.expect(204);

    let reader = app.anyone();
    assert_eq!(reader.get(lead.address()).await.expect(200)["lead_media"], Value::Null);
    assert_eq!(reader.get(inside.address()).await.expect(200)["media"], json!([]));
    assert_eq!(reader.get(author.address()).await.expect(200)["portrait"], Value::Null);
    assert_eq!(reader.get("/v1/site").await.expect(200)["logo"], Value::Null);
    for user in [&lead, &inside, &author] {
        assert_eq!(last(user.text("id")), 1, "who keeps a copy learns that it is old");
    }
    assert_eq!(last(nil), before + 1);
}
