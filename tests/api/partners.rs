//! Partners, their keys and limits.

use serde_json::{Value, json};

use crate::harness::{Client, Made, Make, TestApp};

/// A partner with a licence, and a key made of `key`.
struct Wire {
    admin: Client,
    partner: Made,
    key: Value,
}

impl Wire {
    async fn new(app: &TestApp, licence: Value, key: Value) -> Self {
        let (admin, make) = (app.admin().await, Make::new(app.admin().await));
        let partner = make.post("/v1/partners", json!({"name": "Harbour Wire"})).await;
        let mut licence = licence;
        licence["name"] = "Everything".into();
        let licence = admin.post(&partner.path("licences"), licence).await.expect(201);
        let mut new = key;
        new["name"] = "Production".into();
        new["licence"] = licence["id"].clone();
        let key = admin.post(&partner.path("keys"), new).await.expect(201);
        Self { admin, partner, key }
    }

    fn text(&self) -> &str {
        self.key["key"].as_str().unwrap()
    }

    fn key_path(&self) -> String {
        self.partner.path(&format!("keys/{}", self.key["id"].as_str().unwrap()))
    }
}

#[actix_web::test]
async fn a_key_is_shown_once_and_opens_by_header_or_bearer() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({}), json!({})).await;
    let anyone = app.anyone();
    assert!(wire.text().starts_with(wire.key["prefix"].as_str().unwrap()));
    for list in ["keys".to_owned(), format!("keys/{}", wire.key["id"].as_str().unwrap())] {
        let answer = wire.admin.get(&wire.partner.path(&list)).await;
        assert!(!answer.text().contains(wire.text()), "{list} shows the key");
    }
    let own = anyone.get_with("/v1/licence", &[("X-Api-Key", wire.text())]).await.expect(200);
    assert_eq!((own["partner"].as_str(), own["key"].as_str()), (Some("Harbour Wire"), wire.key["prefix"].as_str()));
    app.with(wire.text()).get("/v1/licence").await.expect(200);
    assert_eq!(anyone.get("/v1/licence").await.kind(), "unauthenticated");
    // It reads, and does nothing else.
    assert_eq!(app.with(wire.text()).post("/v1/tags", json!({"name": "A"})).await.status, 403);
    assert_eq!(app.with(wire.text()).get("/v1/partners").await.status, 403);
}

#[actix_web::test]
async fn a_key_in_the_address_is_for_feeds_alone() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({"kinds": []}), json!({})).await;
    app.make().await.article().title("One").published().await;
    let feed = app.anyone().get(&format!("/v1/feeds/latest.json?key={}&limit=5", wire.text())).await;
    assert_eq!(feed.body_of(200)["items"], json!([]), "the licence gives nothing");
    assert!(!feed.text().contains(wire.text()), "a feed repeats the key");
    assert_eq!(feed.header("cache-control"), "private, no-cache");
    let refused = app.anyone().get(&format!("/v1/articles?key={}", wire.text())).await;
    assert_eq!((refused.status, refused.kind()), (401, "invalid-key"));
    assert!(!refused.text().contains(&wire.text()[11..]));
}

#[actix_web::test]
async fn a_key_that_opens_nothing_is_told_why() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({}), json!({"networks": ["192.0.2.0/24", "2001:db8::/32"]})).await;
    let refusal = async |client: Client| {
        let answer = client.get("/v1/articles").await;
        assert_eq!((answer.status, answer.kind()), (401, "invalid-key"), "{:#}", answer.body);
        answer.body["detail"].as_str().unwrap().to_owned()
    };
    let here = |address: &str| app.with(wire.text()).calling_from(address);
    here("192.0.2.7").get("/v1/articles").await.expect(200);
    here("2001:db8::7").get("/v1/articles").await.expect(200);
    assert!(refusal(here("198.51.100.1")).await.contains("198.51.100.1"));
    let mut mistyped = wire.text().to_owned();
    mistyped.replace_range(20..21, if &mistyped[20..21] == "a" { "b" } else { "a" });
    let before = app.statements();
    assert!(refusal(app.with(&mistyped)).await.contains("mistyped"));
    assert!(refusal(app.with(&wire.text()[..30])).await.contains("missing"));
    assert_eq!(app.statements(), before, "what cannot be a key is looked up");
    let stranger = broadsheet::domain::api_key::ApiKey::generate().into_text();
    assert!(refusal(app.with(&stranger)).await.contains("no such"));

    wire.admin.patch(&wire.partner.path(""), "*", json!({})).await;
    wire.admin.patch(wire.partner.address(), "*", json!({"is_suspended": true})).await.expect(200);
    assert!(refusal(here("192.0.2.7")).await.contains("suspended"));
    wire.admin.patch(wire.partner.address(), "*", json!({"is_suspended": false})).await.expect(200);
    wire.admin.patch(&wire.key_path(), "*", json!({"expires_at": "2020-01-01T00:00:00Z"})).await.expect(200);
    assert!(refusal(here("192.0.2.7")).await.contains("expired"));
    wire.admin.patch(&wire.key_path(), "*", json!({"expires_at": null})).await.expect(200);
    here("192.0.2.7").get("/v1/articles").await.expect(200);
    assert_eq!(wire.admin.delete(&wire.key_path(), "*").await.status, 204);
    assert!(refusal(here("192.0.2.7")).await.contains("revoked"));
    assert_eq!(wire.admin.delete(&wire.key_path(), "*").await.status, 204, "again");
}

#[actix_web::test]
async fn a_rotated_key_works_beside_the_new_one_for_a_while() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({}), json!({})).await;
    let new = wire.admin.post(&format!("{}/rotate", wire.key_path()), json!({})).await.expect(201);
    app.with(wire.text()).get("/v1/articles").await.expect(200);
    app.with(new["key"].as_str().unwrap()).get("/v1/articles").await.expect(200);
    let old = wire.admin.get(&wire.key_path()).await.expect(200);
    assert!(old["expires_at"].is_string() && old["is_live"] == true);
    let next = wire.partner.path(&format!("keys/{}/rotate", new["id"].as_str().unwrap()));
    wire.admin.post(&next, json!({"overlap_minutes": 0})).await.expect(201);
    app.with(new["key"].as_str().unwrap()).get("/v1/articles").await.expect(401);
    assert_eq!(wire.admin.post(&next, json!({"overlap_minutes": -1})).await.status, 422);
}

#[actix_web::test]
async fn unknown_keys_are_not_looked_up_for_ever() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({}), json!({})).await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let stranger = app.with(&broadsheet::domain::api_key::ApiKey::generate().into_text()).calling_from("198.51.100.9");
        statuses.push(stranger.get("/v1/articles").await.status);
    }
    assert_eq!((statuses[0], statuses[39]), (401, 429));
    let before = app.statements();
    let last =
        app.with(&broadsheet::domain::api_key::ApiKey::generate().into_text()).calling_from("198.51.100.9").get("/v1/articles").await;
    assert!(!last.header("retry-after").is_empty());
    assert_eq!(app.statements(), before);
    app.with(wire.text()).calling_from("198.51.100.10").get("/v1/articles").await.expect(200);
}

#[actix_web::test]
async fn a_limit_is_told_before_it_is_reached_and_holds_on_every_server() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({"requests_per_minute": 5}), json!({})).await;
    let here = app.with(wire.text());
    let there = app.replica_for(&here);
    let first = here.get("/v1/articles").await;
    assert_eq!(first.header("ratelimit-policy"), "\"burst\";q=5;w=60, \"daily\";q=100000;w=86400");
    assert!(first.header("ratelimit").starts_with("\"burst\";r=4;t="), "{}", first.header("ratelimit"));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(here.get("/v1/articles").await.status);
        statuses.push(there.get("/v1/articles").await.status);
    }
    // Unless a minute ended just now, when more is right.
    assert!(statuses.iter().filter(|status| **status == 200).count() <= 9, "{statuses:?}");
    let refused = here.get("/v1/articles").await;
    if refused.status == 429 {
        assert_eq!(refused.kind(), "quota-exceeded");
        assert!(refused.header("ratelimit").starts_with("\"burst\";r=0;t="), "{}", refused.header("ratelimit"));
        assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
        assert_eq!(refused.header("cache-control"), "no-store");
        assert!(statuses.iter().filter(|status| **status == 200).count() <= 4, "{statuses:?}");
    }
    app.anyone().get("/v1/articles").await.expect(200);
}

#[actix_web::test]
async fn what_did_not_change_is_not_counted() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({"requests_per_minute": 3}), json!({})).await;
    let client = app.with(wire.text());
    let tag = client.get("/v1/articles").await.header("etag").to_owned();
    for _ in 0..10 {
        assert_eq!(client.get_with("/v1/articles", &[("If-None-Match", &tag)]).await.status, 304);
        assert_eq!(client.send("HEAD", "/v1/articles", &[], None).await.status, 200);
    }
    client.get("/v1/articles").await.expect(200);
}

#[actix_web::test]
async fn usage_is_reported_by_day_endpoint_and_article() {
    let app = TestApp::start().await;
    let article = app.make().await.article().title("One").published().await;
    let wire = Wire::new(&app, json!({}), json!({})).await;
    let client = app.with(wire.text());
    for _ in 0..3 {
        client.get(article.address()).await.expect(200);
    }
    client.get("/v1/articles").await.expect(200);
    let address = wire.partner.path("usage?by=operation,article");
    let mut report = Value::Null;
    for _ in 0..40 {
        report = wire.admin.get(&address).await.expect(200);
        if report["requests"] == 4 {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    assert_eq!(report["requests"], 4, "{report:#}");
    let of_article = report["items"].as_array().unwrap().iter().find(|row| row["article_id"] == article["id"]).unwrap();
    assert_eq!((of_article["operation"].as_str(), of_article["requests"].as_i64()), (Some("/v1/articles/{article}"), Some(3)));
    let csv = wire.admin.get(&wire.partner.path("usage.csv?by=article")).await;
    assert!(csv.text().starts_with("day,key_id,prefix,operation,article_id,requests\r\n"), "{}", csv.text());
    assert_eq!(wire.admin.get(&wire.partner.path("usage?from=2026-01-02&to=2026-01-01")).await.status, 400);
    assert!(wire.admin.get(&wire.key_path()).await.expect(200)["last_used_at"].is_string());
}

#[actix_web::test]
async fn bad_licences_and_keys_are_refused_whole() {
    let app = TestApp::start().await;
    let wire = Wire::new(&app, json!({}), json!({})).await;
    let licences = wire.partner.path("licences");
    let bad =
        json!({"name": "", "kinds": ["news"], "embargo_minutes": 5, "advance_minutes": 5, "languages": ["!"], "requests_per_minute": 0});
    let refused = wire.admin.post(&licences, bad).await;
    let pointers: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!((refused.status, pointers), (422, vec!["/name", "/languages/0", "/requests_per_minute", "/advance_minutes"]));
    assert_eq!(wire.admin.post(&licences, json!({"name": "A", "sections": ["nowhere"]})).await.status, 422);
    let other = Make::new(app.admin().await).post("/v1/partners", json!({"name": "Other"})).await;
    let theirs = wire.admin.post(&other.path("keys"), json!({"name": "A", "licence": wire.key["licence"]})).await;
    assert_eq!((theirs.status, theirs.body["errors"][0]["pointer"].as_str()), (422, Some("/licence")));
    assert_eq!(wire.admin.get(&other.path(&format!("keys/{}", wire.key["id"].as_str().unwrap()))).await.status, 404);
    let networks = wire
        .admin
        .post(&wire.partner.path("keys"), json!({"name": "A", "licence": wire.key["licence"], "networks": ["10.0.0.0/40"]}))
        .await;
    assert_eq!(networks.body["errors"][0]["pointer"], "/networks/0");
    let licence = wire.partner.path(&format!("licences/{}", wire.key["licence"].as_str().unwrap()));
    assert_eq!(wire.admin.delete(&licence, "*").await.status, 409);
    assert_eq!(wire.admin.delete(wire.partner.address(), "*").await.status, 204);
    app.with(wire.text()).get("/v1/articles").await.expect(401);
}
