//! The keys of access tokens: made once, exchanged unnoticed, published, and worth nothing when retired.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use broadsheet::domain::role::Role;
use diesel::{Connection, RunQueryDsl};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};

#[actix_web::test]
async fn a_key_that_is_no_longer_there_verifies_nothing_and_a_new_one_is_found_by_all() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    // Another server knows the key as soon as it sees it.
    let elsewhere = app.replica_for(&app.with(&session.access));
    elsewhere.get("/v1/me").await.expect(200);
    app.sql("UPDATE signing_keys SET retires_at = now()");
    let fresh = app.replica_for(&elsewhere);
    assert_eq!(fresh.get("/v1/me").await.kind(), "invalid-token");
}

#[actix_web::test]
async fn keys_are_exchanged_while_everybody_stays_logged_in() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let old = app.log_in("ada").await.access;
    let elsewhere = app.replica_for(&app.anyone());
    elsewhere.bearing(&old).get("/v1/me").await.expect(200);
    // A month later a new key is made, and announced before it signs.
    app.sql("UPDATE signing_keys SET created_at = now() - interval '31 days', retires_at = now() + interval '1 day'");
    let later = app.replica_for(&app.anyone());
    let login = json!({"email": "ada@example.org", "password": PASSWORD});
    let announced = later.post("/v1/auth/login", login.clone()).await.expect(200);
    let set = later.get("/v1/auth/jwks.json").await.expect(200);
    let kids: Vec<_> = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kids.len(), 2);
    assert_eq!(kid(announced["access_token"].as_str().unwrap()), kid(&old));
    // A little later it signs; who has not heard of it looks.
    app.sql("UPDATE signing_keys SET created_at = created_at - interval '11 minutes'");
    let fresh = app.replica_for(&app.anyone()).post("/v1/auth/login", login).await.expect(200);
    let new = fresh["access_token"].as_str().unwrap();
    assert_eq!(kid(new), kids[0]);
    elsewhere.bearing(new).get("/v1/me").await.expect(200);
    elsewhere.bearing(&old).get("/v1/me").await.expect(200);
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[actix_web::test]
async fn a_key_that_is_being_made_is_waited_for() {
    use broadsheet::store::signing_keys::{SigningKeyRow, rotate};
    let app = TestApp::start().await;
    let now = chrono::Utc::now();
    let key =
        |id: &str| SigningKeyRow { id: id.to_owned(), private_key: vec![0], created_at: now, retires_at: now + chrono::TimeDelta::days(1) };
    let stale_before = now - chrono::TimeDelta::days(30);
    let mut first = app.conn();
    first.begin_test_transaction().unwrap();
    rotate(&mut first, now, stale_before, &key("first")).unwrap();
    let mut second = app.conn();
    let other = key("second");
    let waiting = std::thread::spawn(move || second.transaction(|tx| rotate(tx, now, stale_before, &other)).unwrap().len());
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(!waiting.is_finished());
    diesel::sql_query("COMMIT").execute(&mut first).unwrap();
    assert_eq!(waiting.join().unwrap(), 1);
    assert_eq!(app.sql("SELECT 1 FROM signing_keys WHERE id = 'first'"), 1);
}

#[actix_web::test]
async fn servers_that_start_together_make_one_key() {
    let app = TestApp::start().await;
    let asked: Vec<_> = (0..6)
        .map(|_| {
            let client = app.replica_for(&app.anyone());
            actix_web::rt::spawn(async move { client.get("/v1/auth/jwks.json").await.expect(200) })
        })
        .collect();
    let mut sets = Vec::new();
    for set in asked {
        sets.push(set.await.unwrap());
    }
    assert!(sets.iter().all(|set| *set == sets[0] && set["keys"].as_array().unwrap().len() == 1), "{sets:?}");
}

#[actix_web::test]
async fn the_key_set_verifies_our_tokens_and_may_be_kept() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    let answer = app.anyone().get("/v1/auth/jwks.json").await;
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert!(!answer.header("etag").is_empty() && answer.header("cache-control").starts_with("public"));
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(answer.body).unwrap();
    let header = jsonwebtoken::decode_header(&session.access).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["broadsheet-api"]);
    validation.set_issuer(&["broadsheet"]);
    let claims = jsonwebtoken::decode::<Value>(&session.access, &key, &validation).unwrap().claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    // Nothing of the private half is in it.
    let private =
        URL_SAFE_NO_PAD.encode(&broadsheet::store::signing_keys::list(&mut app.conn(), chrono::Utc::now()).unwrap()[0].private_key);
    assert!(!serde_json::to_string(&set).unwrap().contains(&private[24..60]));
}
