//! The stream: what the delta says, as it happens.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    changes::Mirror,
    harness::{Listening, TestApp, contract::validate},
};

const SOON: Duration = Duration::from_secs(2);

async fn action(listening: &mut Listening) -> (String, String) {
    let event = listening.next(SOON).await.expect("an event");
    validate(&json!({"$ref": "#/components/schemas/Change"}), event.data.to_string().as_bytes(), "an event");
    assert_eq!(event.data["action"], event.action);
    (event.action, event.data["id"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_listener_hears_what_happens_at_once_and_in_its_section_only() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let (news, sport) = (make.section("News").await, make.section("Sport").await);
    let mut all = anyone.listen("/v1/stream", &[]).await;
    let mut of_sport = anyone.listen("/v1/stream?section=sport", &[("Accept-Encoding", "gzip, br")]).await;
    assert_eq!((all.status, of_sport.status), (200, 200));
    let header = |name: &str| of_sport.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(
        (header("cache-control"), header("x-accel-buffering"), header("content-encoding")),
        ("no-store".into(), "no".into(), "".into())
    );
    all.begun().await;
    of_sport.begun().await;

    let port = make.article().section(&news).published().await;
    let begun = Instant::now();
    assert_eq!(action(&mut all).await, ("published".to_owned(), port.text("id").to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let derby = make.article().section(&sport).published().await;
    assert_eq!(action(&mut of_sport).await, ("published".to_owned(), derby.text("id").to_owned()));
    editor.patch(derby.address(), "*", json!({"section": "news"})).await.expect(200);
    assert_eq!(action(&mut of_sport).await, ("moved".to_owned(), derby.text("id").to_owned()));
    editor.post(&port.path("unpublish"), json!({"reason": "Wrong port"})).await.expect(200);
    loop {
        let event = all.next(SOON).await.expect("the withdrawal");
        if event.action == "withdrawn" {
            assert_eq!((&event.data["reason"], &event.data["slug"]), (&json!("Wrong port"), &port["slug"]));
            break;
        }
    }
}

#[actix_web::test]
async fn who_was_cut_off_goes_on_without_a_gap() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let (one, two) = (make.article().published().await, make.article().published().await);
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let since = mirror.since.clone().unwrap();

    let mut listening = anyone.listen("/v1/stream", &[]).await;
    listening.begun().await;
    editor.patch(one.address(), "*", json!({"title": "First"})).await.expect(200);
    action(&mut listening).await;
    let id = listening.id.clone();
    drop(listening);
    editor.patch(two.address(), "*", json!({"title": "Second"})).await.expect(200);
    editor.patch(one.address(), "*", json!({"title": "Third"})).await.expect(200);

    let mut again = anyone.listen(&format!("/v1/stream?since={since}"), &[("Last-Event-ID", &id)]).await;
    let mut came = vec![action(&mut again).await.1, action(&mut again).await.1];
    came.sort();
    let mut both = vec![one.text("id").to_owned(), two.text("id").to_owned()];
    both.sort();
    assert_eq!(came, both, "the header counts for more");
    editor.delete(two.address(), "*").await.expect(204);
    // And then it goes on live; what the channel was about to tell may come once more.
    while action(&mut again).await != ("deleted".to_owned(), two.text("id").to_owned()) {}

    // From a token of the delta, and back to it from an id.
    let mut from_delta = anyone.listen(&format!("/v1/stream?since={since}"), &[]).await;
    action(&mut from_delta).await;
    action(&mut from_delta).await;
    mirror.since = Some(from_delta.id.clone());
    assert_eq!(mirror.follow(&anyone, "").await, []);

    for (query, status) in [("since=x", 400), ("section=nowhere", 404), ("cursor=x", 400), (&format!("since={since}&section=news"), 400)] {
        assert_eq!(anyone.get(&format!("/v1/stream?{query}")).await.status, status, "{query}");
    }
    assert_eq!(TestApp::start().await.anyone().get(&format!("/v1/stream?since={since}")).await.status, 410);
    let head = anyone.send("HEAD", "/v1/stream", &[], None).await;
    assert_eq!((head.status, head.header("content-type")), (200, "text/event-stream"));
}

#[actix_web::test]
async fn a_scheduled_article_is_heard_of_at_its_second() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let mut listening = anyone.listen("/v1/stream", &[]).await;
    listening.begun().await;
    let at = chrono::Utc::now() + chrono::TimeDelta::milliseconds(1500);
    let due = make.article().published_at(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).await;
    assert_eq!(action(&mut listening).await, ("published".to_owned(), due.text("id").to_owned()));
    let late = chrono::Utc::now() - at;
    assert!((0..500).contains(&late.num_milliseconds()), "{late}");
}

#[actix_web::test]
async fn there_are_no_more_listeners_than_there_may_be() {
    let app = TestApp::start().await;
    let anyone = app.anyone();
    let mut listening = Vec::new();
    for _ in 0..5 {
        let mut one = anyone.listen("/v1/stream", &[]).await;
        one.begun().await;
        listening.push(one);
    }
    let refused = anyone.get("/v1/stream").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "30"));
    listening.pop();
    let begun = Instant::now();
    while begun.elapsed() < SOON {
        // The server notices with the next thing that it writes.
        app.make().await.article().published().await;
        if anyone.listen("/v1/stream", &[]).await.status == 200 {
            return;
        }
    }
    panic!("the place is not given back");
}
