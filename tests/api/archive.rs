//! The archive: everything, however often it is broken off, and with the delta nothing less than everything.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    changes::{Mirror, all},
    harness::{Client, TestApp},
};

/// The lines of an answer.
async fn lines(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/v1/archive?{query}")).await;
    answer.body_of(200);
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/x-ndjson", "no-store"));
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn articles(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["article"]["id"].as_str()).collect()
}

#[actix_web::test]
async fn everything_comes_whole_and_the_oldest_first() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let old = make.article().published_at("2020-01-01T00:00:00Z").await;
    let new = make.article().published_at("2024-01-01T00:00:00Z").await;
    let between = make.article().published_at("2022-01-01T00:00:00Z").await;
    make.article().draft().await;
    make.article().published_at("2999-01-01T00:00:00Z").await;

    let came = lines(&anyone, "").await;
    assert_eq!(articles(&came), [old.text("id"), between.text("id"), new.text("id")]);
    assert_eq!(came[0]["article"], anyone.get(old.address()).await.expect(200));
    assert_eq!(articles(&lines(&app.editor().await, "").await).len(), 3, "the newsroom gets what readers do");
    assert_eq!(lines(&anyone, "body=text").await[0]["article"]["body"]["format"], "text");

    let packed = anyone.get_with("/v1/archive", &[("Accept-Encoding", "zstd")]).await;
    assert_eq!(packed.header("content-encoding"), "zstd");
    for query in ["cursor=x", "cursor=", "limit=3", "body=pdf"] {
        assert_eq!(anyone.get(&format!("/v1/archive?{query}")).await.status, 400, "{query}");
    }
}

#[actix_web::test]
async fn a_reader_that_was_broken_off_goes_on_and_misses_nothing() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let mut made = Vec::new();
    for number in 10..70 {
        made.push(make.article().published_at(&format!("19{number}-01-01T00:00:00Z")).await);
    }
    let whole = lines(&anyone, "").await;
    let cursor = whole.iter().find_map(|line| line["cursor"].as_str()).expect("a line to go on from").to_owned();
    let place = whole.iter().position(|line| line["cursor"] == cursor.as_str()).unwrap();
    assert_eq!(whole.last().unwrap().as_object().unwrap().keys().collect::<Vec<_>>(), ["end"]);

    // Broken off there; meanwhile something is published, changed, withdrawn, and dated back.
    let mut kept: BTreeMap<String, Value> =
        whole[..place].iter().map(|line| (line["article"]["id"].as_str().unwrap().to_owned(), line["article"].clone())).collect();
    editor.patch(made[0].address(), "*", json!({"title": "Changed"})).await.expect(200);
    editor.post(&made[1].path("unpublish"), json!({})).await.expect(200);
    make.article().published_at("1999-01-01T00:00:00Z").await;
    let fresh = make.article().published().await;

    let rest = lines(&anyone, &format!("cursor={cursor}")).await;
    assert_eq!(articles(&rest).last(), Some(&fresh.text("id")), "what is published meanwhile comes at the end");
    kept.extend(
        rest.iter()
            .filter(|line| line["article"].is_object())
            .map(|line| (line["article"]["id"].as_str().unwrap().to_owned(), line["article"].clone())),
    );
    let since = rest.last().unwrap()["end"]["since"].as_str().unwrap().to_owned();
    let mut mirror = Mirror { kept, since: Some(since), ..Mirror::default() };
    mirror.follow(&anyone, "").await;
    let expected = all(&anyone, "").await;
    assert_eq!(mirror.kept.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (id, card) in &expected {
        assert_eq!(mirror.kept[id]["title"], card["title"]);
    }
    assert_eq!(TestApp::start().await.anyone().get(&format!("/v1/archive?cursor={cursor}")).await.status, 410);
}
