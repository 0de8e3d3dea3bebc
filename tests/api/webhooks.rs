//! Webhooks: who is told what, signed, again and again.

use std::time::Duration;

use actix_web::rt;
use base64::{Engine, engine::general_purpose::STANDARD};
use broadsheet::{
    domain::{id::WebhookId, webhook_target::TargetPolicy},
    store::webhooks::{
        deliveries::{self, Room},
        outbox,
    },
};
use chrono::Utc;
use diesel::Connection;
use ed25519_dalek::{Signature, VerifyingKey};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};

use crate::harness::{Client, Made, Make, Received, Receiver, Reply, TestApp};

const OPEN: TargetPolicy = TargetPolicy { allow_private: true };

/// An endpoint of the publication, as it was made.
async fn endpoint(app: &TestApp, receiver: &Receiver, more: Value) -> Value {
    let mut new = json!({"url": receiver.url()});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.admin().await.post("/v1/webhooks", new).await.expect(201)
}

/// A partner with a licence and an endpoint.
async fn partner_endpoint(app: &TestApp, receiver: &Receiver, licence: Value) -> (Made, Value) {
    let admin = app.admin().await;
    let partner = Make::new(app.admin().await).post("/v1/partners", json!({"name": "Harbour Wire"})).await;
    let mut licence = licence;
    licence["name"] = "Desk".into();
    let licence = admin.post(&partner.path("licences"), licence).await.expect(201);
    let webhook = admin.post(&partner.path("webhooks"), json!({"url": receiver.url(), "licence": licence["id"]})).await.expect(201);
    (partner, webhook)
}

fn path(webhook: &Value, below: &str) -> String {
    format!("/v1/webhooks/{}{below}", webhook["id"].as_str().unwrap())
}

async fn log_of(client: &Client, webhook: &Value) -> Vec<Value> {
    client.get(&path(webhook, "/deliveries")).await.expect(200)["items"].as_array().unwrap().clone()
}

/// Waits until the newest delivery of an endpoint is so.
async fn newest(client: &Client, webhook: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..150 {
        last = log_of(client, webhook).await.into_iter().next().unwrap_or_default();
        if !last.is_null() && is_so(&last) {
            return last;
        }
        rt::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{last:#}");
}

/// What one scheme signed of a message, as the receiver gets it.
fn signatures<'m>(message: &'m Received, scheme: &str) -> Vec<&'m str> {
    message.headers["webhook-signature"].split(' ').filter_map(|one| one.strip_prefix(scheme)?.strip_prefix(',')).collect()
}

fn signed(message: &Received) -> String {
    format!("{}.{}.{}", message.id(), message.headers["webhook-timestamp"], message.body)
}

/// Whether a secret fits one of the signatures, by an implementation of HMAC that is not the server's.
fn fits(message: &Received, secret: &str) -> bool {
    let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&secret.len()));
    let key = DecodingKey::from_secret(&secret);
    signatures(message, "v1").into_iter().any(|signature| {
        let url_safe = signature.replace('+', "-").replace('/', "_").replace('=', "");
        jsonwebtoken::crypto::verify(&url_safe, signed(message).as_bytes(), &key, Algorithm::HS256).unwrap()
    })
}

#[actix_web::test]
async fn an_endpoint_is_told_of_what_readers_see() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({"description": "Front end"})).await;
    let secret = webhook["secret"].as_str().unwrap();
    let (editor, make) = (app.editor().await, app.make().await);
    let article = make.article().title("Port reopens").draft().await;
    editor.patch(article.address(), "*", json!({"title": "Port reopens after storm"})).await.expect(200);
    assert_eq!(receiver.after_a_while().await.len(), 0, "a draft was told of");

    editor.post(&article.path("publish"), json!({})).await.expect(200);
    receiver.wait_for(1).await;
    editor.patch(article.address(), "*", json!({"title": "Port opens"})).await.expect(200);
    receiver.wait_for(2).await;
    editor.post(&article.path("corrections"), json!({"text": "The pier was another."})).await.expect(200);
    receiver.wait_for(3).await;
    editor.post(&article.path("unpublish"), json!({"reason": "Not ours to print"})).await.expect(200);
    receiver.wait_for(4).await;
    editor.post(&article.path("publish"), json!({})).await.expect(200);
    receiver.wait_for(5).await;
    assert_eq!(editor.delete(article.address(), "*").await.status, 204);
    let messages = receiver.wait_for(6).await;

    let events: Vec<String> = messages.iter().map(Received::event).collect();
    assert_eq!(
        events,
        ["article.published", "article.updated", "article.corrected", "article.withdrawn", "article.published", "article.deleted"]
    );
    let first = messages[0].json();
    let data = &first["data"];
    assert_eq!(data["id"], article["id"]);
    assert_eq!((data["slug"].as_str(), data["action"].as_str()), (Some("port-reopens"), Some("published")));
    assert_eq!((data["section"].as_str(), data["language"].as_str()), (Some("news"), Some("en")));
    assert_eq!(data["url"], "http://localhost:3000/news/port-reopens");
    assert!(data["api_url"].as_str().unwrap().ends_with(&format!("/v1/articles/{}", article["id"].as_str().unwrap())));
    assert_eq!(first["timestamp"], data["changed_at"]);
    assert_eq!(messages[2].json()["data"]["reason"], "The pier was another.");
    let mut gone = messages[3].json()["data"].clone();
    assert!(gone["changed_at"].is_string());
    gone["changed_at"] = Value::Null;
    let expected =
        json!({"id": article["id"], "slug": "port-reopens", "action": "withdrawn", "reason": "Not ours to print", "changed_at": null});
    assert_eq!(gone, expected);

    for message in &messages {
        assert_eq!((message.path.as_str(), message.headers["content-type"].as_str()), ("/hooks", "application/json"));
        let age = Utc::now().timestamp() - message.headers["webhook-timestamp"].parse::<i64>().unwrap();
        assert!((0..60).contains(&age) && message.body.len() < 20_000);
        assert!(fits(message, secret), "{message:?}");
    }
    let mut forged = messages[0].clone();
    forged.body = forged.body.replace("published", "deleted");
    assert!(!fits(&forged, secret));

    let admin = app.admin().await;
    let last = newest(&admin, &webhook, |delivery| delivery["status"] == "delivered").await;
    assert_eq!(
        (last["event"].as_str(), last["attempts"].as_i64(), last["response_status"].as_i64()),
        (Some("article.deleted"), Some(1), Some(204))
    );
    assert_eq!(last["request_body"].as_str().unwrap(), messages[5].body);
    assert_eq!(last["id"], messages[5].id());
    for address in ["/v1/webhooks".to_owned(), path(&webhook, ""), path(&webhook, "/deliveries")] {
        assert!(!admin.get(&address).await.text().contains(&secret[6..]), "{address} shows the secret");
    }
}

#[actix_web::test]
async fn a_key_pair_signs_too_and_rotation_overlaps() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let (shared, paired) = (Receiver::start(), Receiver::start());
    let webhook = endpoint(&app, &shared, json!({})).await;
    let pair = endpoint(&app, &paired, json!({"signature": "ed25519"})).await;
    let admin = app.admin().await;
    assert_eq!(pair["secret"], Value::Null);
    admin.post(&path(&pair, "/test"), json!({})).await.expect(201);
    let message = paired.wait_for(1).await.remove(0);
    assert_eq!(message.json()["data"]["webhook"], pair["id"]);
    let key = STANDARD.decode(pair["public_key"].as_str().unwrap().strip_prefix("whpk_").unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
    let signature = STANDARD.decode(signatures(&message, "v1a")[0]).unwrap();
    key.verify_strict(signed(&message).as_bytes(), &Signature::from_slice(&signature).unwrap()).unwrap();

    let old = webhook["secret"].as_str().unwrap();
    let rotated = admin.post(&path(&webhook, "/rotate"), json!({"overlap_minutes": 60})).await.expect(201);
    let new = rotated["secret"].as_str().unwrap();
    assert!(new != old && rotated["former_key_until"].is_string());
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    let message = shared.wait_for(1).await.remove(0);
    assert_eq!(signatures(&message, "v1").len(), 2);
    assert!(fits(&message, old) && fits(&message, new));
    let last = admin.post(&path(&webhook, "/rotate"), json!({"overlap_minutes": 0})).await.expect(201);
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    let message = shared.wait_for(2).await.remove(1);
    assert!(fits(&message, last["secret"].as_str().unwrap()) && !fits(&message, new) && !fits(&message, old));
}

#[actix_web::test]
async fn a_partner_is_told_of_what_its_licence_gives_and_of_nothing_else() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let (editor, make) = (app.editor().await, app.make().await);
    let energy = make.section("Energy").await;
    let below = make.section_in(&energy, "Oil").await;
    let receiver = Receiver::start();
    partner_endpoint(&app, &receiver, json!({"sections": ["energy"], "extent": "card"})).await;

    // Neither another section, nor what may not be passed on: not even when it is withdrawn or deleted.
    let elsewhere = make.article().title("Elsewhere").published().await;
    let reprint = json!({"name": "Gazette", "kind": "reprint", "rights": "no_syndication"});
    let forbidden = make.article().title("Forbidden").section(&energy).with("source", reprint.clone()).published().await;
    for article in [&elsewhere, &forbidden] {
        editor.patch(article.address(), "*", json!({"title": "Secret"})).await.expect(200);
        editor.post(&article.path("corrections"), json!({"text": "Secret"})).await.expect(200);
        editor.post(&article.path("unpublish"), json!({"reason": "Secret"})).await.expect(200);
    }
    assert_eq!(editor.delete(forbidden.address(), "*").await.status, 204);
    let shown = make.article().title("Shown").section(&below).published().await;
    let first = receiver.wait_for(1).await.remove(0);
    assert_eq!((first.event().as_str(), first.json()["data"]["title"].as_str()), ("article.published", Some("Shown")));
    editor.post(&shown.path("corrections"), json!({"text": "Part of what a card does not show"})).await.expect(200);
    assert_eq!(receiver.wait_for(2).await[1].json()["data"]["reason"], Value::Null);

    // It turns into what may not be passed on, under another name: gone is what the partner knew.
    editor.patch(shown.address(), "*", json!({"title": "Hidden", "slug": "hidden", "source": reprint})).await.expect(200);
    let gone = receiver.wait_for(3).await.remove(2);
    assert_eq!((gone.event().as_str(), gone.json()["data"]["slug"].as_str()), ("article.withdrawn", Some("shown")));
    assert!(!gone.body.to_lowercase().contains("hidden"), "{}", gone.body);
    editor.patch("/v1/articles/hidden", "*", json!({"title": "Hidden still"})).await.expect(200);
    assert_eq!(receiver.after_a_while().await.len(), 3);
    editor.patch("/v1/articles/hidden", "*", json!({"source": null})).await.expect(200);
    let again = receiver.wait_for(4).await.remove(3);
    assert_eq!((again.event().as_str(), again.json()["data"]["title"].as_str()), ("article.published", Some("Hidden still")));
    // Out of its sections.
    editor.patch("/v1/articles/hidden", "*", json!({"section": "news"})).await.expect(200);
    assert_eq!(receiver.wait_for(5).await[4].event(), "article.withdrawn");
    editor.post("/v1/articles/hidden/unpublish", json!({"reason": "Secret"})).await.expect(200);
    let messages = receiver.after_a_while().await;
    assert_eq!(messages.len(), 5);
    for word in ["Secret", "Elsewhere", "Forbidden", "elsewhere", "forbidden"] {
        assert!(messages.iter().all(|message| !message.body.contains(word)), "{word} was told");
    }
}

#[actix_web::test]
async fn what_was_published_before_there_was_an_endpoint_is_withdrawn_too() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let make = app.make().await;
    let (old, scheduled) = (make.article().title("Old").published().await, make.article().title("Later").published_at("2999-01-01").await);
    let receiver = Receiver::start();
    partner_endpoint(&app, &receiver, json!({})).await;
    let editor = app.editor().await;
    editor.post(&scheduled.path("unpublish"), json!({})).await.expect(200);
    editor.post(&old.path("unpublish"), json!({"reason": "Wrong"})).await.expect(200);
    let messages = receiver.wait_for(1).await;
    assert_eq!((messages[0].event().as_str(), messages[0].json()["data"]["reason"].as_str()), ("article.withdrawn", Some("Wrong")));
    assert_eq!(receiver.after_a_while().await.len(), 1, "of the other nobody knew");
}

#[actix_web::test]
async fn a_time_that_comes_is_told_of_once_and_by_each_clock() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    // A second server does the same.
    app.send_webhooks(OPEN);
    let (own, early, late) = (Receiver::start(), Receiver::start(), Receiver::start());
    endpoint(&app, &own, json!({})).await;
    partner_endpoint(&app, &early, json!({"advance_minutes": 10})).await;
    partner_endpoint(&app, &late, json!({"embargo_minutes": 10})).await;
    let make = app.make().await;
    let at = Utc::now() + chrono::Duration::milliseconds(2500);
    let article = make.article().title("In time").published_at(&at.to_rfc3339()).await;
    let early = early.wait_for(1).await.remove(0);
    assert_eq!(early.event(), "article.published");
    assert!(Utc::now() < at + chrono::Duration::seconds(5));
    let told = own.wait_for(1).await.remove(0);
    assert!(Utc::now() >= at);
    assert_eq!((told.event().as_str(), &told.json()["data"]["id"]), ("article.published", &article["id"]));
    make.article().title("At once").published().await;
    own.wait_for(2).await;
    assert_eq!(own.after_a_while().await.len(), 2, "each is told once");
    assert_eq!(late.received().len(), 0, "an embargo is not over");
}

#[actix_web::test]
async fn an_endpoint_chooses_events_and_sections() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let (editor, make) = (app.editor().await, app.make().await);
    let energy = make.section("Energy").await;
    let below = make.section_in(&energy, "Oil").await;
    let (all, some) = (Receiver::start(), Receiver::start());
    endpoint(&app, &all, json!({"events": ["*"]})).await;
    let narrow = endpoint(&app, &some, json!({"events": ["article.published", "article.withdrawn"], "sections": ["energy"]})).await;
    assert_eq!(narrow["sections"], json!(["energy"]));
    make.article().title("Elsewhere").published().await;
    let article = make.article().title("Here").section(&below).published().await;
    editor.patch(article.address(), "*", json!({"title": "There"})).await.expect(200);
    all.wait_for(3).await;
    editor.post(&article.path("unpublish"), json!({})).await.expect(200);
    all.wait_for(4).await;
    let events: Vec<_> = some.wait_for(2).await.iter().map(|message| (message.event(), message.json()["data"]["id"].clone())).collect();
    assert_eq!(events, [("article.published".to_owned(), article["id"].clone()), ("article.withdrawn".to_owned(), article["id"].clone())]);
}

#[actix_web::test]
async fn what_fails_is_sent_again_with_the_same_id() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let admin = app.admin().await;
    for (reply, status, says) in [
        (Reply::Status(500, ""), Some(500), "500"),
        (Reply::Status(301, "Location: /elsewhere\r\n"), Some(301), "redirects are not followed"),
        (Reply::Close, None, "could not be sent"),
        (Reply::Flood, Some(500), "500"),
        (Reply::Status(404, ""), Some(404), "404"),
    ] {
        let receiver = Receiver::start();
        let webhook = endpoint(&app, &receiver, json!({})).await;
        receiver.will([reply.clone()]);
        admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
        let failed = newest(&admin, &webhook, |delivery| delivery["attempts"] == 1).await;
        assert_eq!((failed["status"].as_str(), failed["response_status"].as_u64()), (Some("pending"), status), "{reply:?}");
        assert!(failed["error"].as_str().unwrap().contains(says), "{reply:?}: {failed:#}");
        assert!(failed["response_body"].as_str().unwrap_or_default().len() <= 8 * 1024, "{reply:?}");
        let wait = failed["next_attempt_at"].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap()
            - failed["attempted_at"].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
        assert!((5.0..=6.1).contains(&(wait.num_milliseconds() as f64 / 1000.0)), "{reply:?}: {wait}");
        assert!(admin.get(&path(&webhook, "")).await.expect(200)["failing_since"].is_string());

        app.sql("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'pending'");
        let messages = receiver.wait_for(2).await;
        assert_eq!(messages[0].id(), messages[1].id(), "{reply:?}");
        assert!(fits(&messages[1], webhook["secret"].as_str().unwrap()));
        let delivered = newest(&admin, &webhook, |delivery| delivery["status"] == "delivered").await;
        assert_eq!((delivered["attempts"].as_i64(), &delivered["error"]), (Some(2), &Value::Null));
        assert_eq!(admin.get(&path(&webhook, "")).await.expect(200)["failing_since"], Value::Null);
        assert_eq!(admin.delete(&path(&webhook, ""), "*").await.status, 204);
    }
    // Who has answered 2xx has it, whatever follows.
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    receiver.will([Reply::CutShort]);
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    newest(&admin, &webhook, |delivery| delivery["status"] == "delivered").await;
}

#[actix_web::test]
async fn a_receiver_may_ask_for_time_and_may_leave() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let admin = app.admin().await;
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    receiver.will([Reply::Status(429, "Retry-After: 3600\r\n"), Reply::Status(410, "")]);
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    let failed = newest(&admin, &webhook, |delivery| delivery["attempts"] == 1).await;
    let next = failed["next_attempt_at"].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
    assert!(next > Utc::now() + chrono::Duration::minutes(59), "{next}");

    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'pending'");
    newest(&admin, &webhook, |delivery| delivery["status"] == "failed").await;
    let left = admin.get(&path(&webhook, "")).await.expect(200);
    assert_eq!(left["is_enabled"], false);
    assert!(left["disabled_reason"].as_str().unwrap().contains("410"));
    assert_eq!(app.sql("SELECT 1 FROM audit WHERE action = 'disable_webhook'"), 1);
    assert_eq!(admin.post(&path(&webhook, "/test"), json!({})).await.status, 409);
    let article = app.make().await.article().published().await;
    assert_eq!(receiver.after_a_while().await.len(), 2, "a disabled endpoint was told of {article:?}");

    let enabled = admin.patch(&path(&webhook, ""), "*", json!({"is_enabled": true})).await.expect(200);
    assert_eq!((&enabled["disabled_reason"], &enabled["failing_since"]), (&Value::Null, &Value::Null));
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    receiver.wait_for(3).await;
}

#[actix_web::test]
async fn who_only_fails_is_given_up_and_disabled() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let admin = app.admin().await;
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    receiver.will([Reply::Status(500, ""), Reply::Status(500, "")]);
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    newest(&admin, &webhook, |delivery| delivery["attempts"] == 1).await;
    app.sql("UPDATE webhooks SET failing_since = now() - interval '4 days'");
    app.sql("UPDATE webhook_deliveries SET attempts = 9, next_attempt_at = now()");
    let last = newest(&admin, &webhook, |delivery| delivery["status"] == "failed").await;
    assert_eq!((last["attempts"].as_i64(), &last["next_attempt_at"]), (Some(10), &Value::Null));
    let disabled = admin.get(&path(&webhook, "")).await.expect(200);
    assert!(disabled["is_enabled"] == false && disabled["disabled_reason"].as_str().unwrap().contains("failed since"));
}

#[actix_web::test]
async fn who_hangs_keeps_nobody_else_waiting() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let (hanging, quick) = (Receiver::start(), Receiver::start());
    hanging.will(std::iter::repeat_n(Reply::Hang, 100));
    endpoint(&app, &hanging, json!({})).await;
    endpoint(&app, &quick, json!({})).await;
    let make = app.make().await;
    for _ in 0..10 {
        make.article().published().await;
    }
    let begun = std::time::Instant::now();
    quick.wait_for(10).await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!((1..=3).contains(&hanging.received().len()), "{} are kept by one endpoint", hanging.received().len());
}

#[actix_web::test]
async fn what_a_dead_server_had_is_sent_by_another_with_the_same_id() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    endpoint(&app, &receiver, json!({})).await;
    app.make().await.article().published().await;
    // A server that makes the delivery, claims it for three seconds, and dies.
    let claimed = app.conn().transaction(|tx| {
        outbox::fan_out(tx)?;
        deliveries::claim(tx, &Room { most: 10, most_each: 10, ..Room::default() }, 3.0)
    });
    let claimed = claimed.unwrap();
    assert_eq!(claimed.len(), 1);
    let begun = std::time::Instant::now();
    app.send_webhooks(OPEN);
    let messages = receiver.wait_for(1).await;
    assert!(begun.elapsed() > Duration::from_secs(2), "it was taken from a server that might live");
    assert_eq!(messages[0].id(), claimed[0].delivery.id.to_string());
    // The dead one wakes up: what it has to say counts no more.
    let settled = app.conn().transaction(|tx| {
        let failed = deliveries::Attempt { attempted_at: Utc::now(), ..deliveries::Attempt::default() };
        deliveries::settle(tx, &claimed[0].delivery, &failed, broadsheet::domain::webhook::DeliveryStatus::Failed, None)
    });
    assert!(!settled.unwrap());
    assert_eq!(receiver.after_a_while().await.len(), 1);
}

#[actix_web::test]
async fn an_ordered_endpoint_waits_for_what_comes_first() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    app.send_webhooks(OPEN);
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({"is_ordered": true})).await;
    receiver.will([Reply::Status(503, "")]);
    let (editor, make) = (app.editor().await, app.make().await);
    let article = make.article().title("Story").published().await;
    for number in 0..8 {
        editor.patch(article.address(), "*", json!({"title": format!("Story {number}")})).await.expect(200);
    }
    newest(&app.admin().await, &webhook, |_| true).await;
    assert_eq!(receiver.after_a_while().await.len(), 1, "what came later did not wait");
    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now()");
    let messages = receiver.wait_for(10).await;
    assert_eq!(messages[0].id(), messages[1].id());
    let times: Vec<String> = messages.iter().map(|message| message.json()["timestamp"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[actix_web::test]
async fn a_message_that_waited_says_what_may_be_seen_when_it_is_sent() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    receiver.will([Reply::Status(500, "")]);
    let article = app.make().await.article().title("Killed").published().await;
    receiver.wait_for(1).await;
    app.editor().await.post(&article.path("unpublish"), json!({"reason": "Killed"})).await.expect(200);
    assert_eq!(receiver.wait_for(2).await[1].event(), "article.withdrawn");
    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now()");
    let admin = app.admin().await;
    for _ in 0..50 {
        let dropped = admin.get(&path(&webhook, "/deliveries?status=dropped")).await.expect(200);
        if dropped["items"].as_array().unwrap().len() == 1 {
            assert_eq!(receiver.received().len(), 2, "it was told of again after it was withdrawn");
            return;
        }
        rt::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it was not dropped: {:#?}", log_of(&admin, &webhook).await);
}

#[actix_web::test]
async fn a_withdrawal_that_waited_does_not_take_down_what_is_there_again() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let receiver = Receiver::start();
    endpoint(&app, &receiver, json!({})).await;
    let editor = app.editor().await;
    let article = app.make().await.article().title("Back").published().await;
    receiver.wait_for(1).await;
    receiver.will([Reply::Status(500, "")]);
    editor.post(&article.path("unpublish"), json!({})).await.expect(200);
    receiver.wait_for(2).await;
    editor.post(&article.path("publish"), json!({})).await.expect(200);
    receiver.wait_for(3).await;
    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now()");
    // Away and back again, before anybody is told.
    editor.post(&article.path("unpublish"), json!({})).await.expect(200);
    editor.post(&article.path("publish"), json!({})).await.expect(200);
    receiver.wait_for(4).await;
    let events: Vec<String> = receiver.after_a_while().await.iter().map(Received::event).collect();
    assert_eq!(events[..3], ["article.published", "article.withdrawn", "article.published"]);
    assert_eq!(events.last().unwrap(), "article.published", "{events:?}");
}

#[actix_web::test]
async fn an_admin_sends_again_one_or_all_since_a_time() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let admin = app.admin().await;
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    let begun = Utc::now() - chrono::Duration::seconds(1);
    let (editor, make) = (app.editor().await, app.make().await);
    let (kept, gone) = (make.article().title("Kept").published().await, make.article().title("Gone").published().await);
    receiver.wait_for(2).await;
    editor.post(&gone.path("unpublish"), json!({"reason": "Wrong"})).await.expect(200);
    let messages = receiver.wait_for(3).await;
    let first = messages.iter().find(|message| message.json()["data"]["id"] == kept["id"]).unwrap().clone();
    let again = path(&webhook, &format!("/deliveries/{}/redeliver", first.id()));
    newest(&admin, &webhook, |delivery| delivery["status"] == "delivered").await;
    admin.post(&again, json!({})).await.expect(201);
    assert_eq!(receiver.wait_for(4).await[3].id(), first.id());

    let replayed = admin.post(&path(&webhook, "/replay"), json!({"since": begun.to_rfc3339()})).await.expect(200);
    assert_eq!(replayed["deliveries"], 2, "what was published and withdrawn since is withdrawn");
    let messages = receiver.wait_for(6).await;
    let mut told: Vec<_> = messages[4..].iter().map(|message| (message.event(), message.json()["data"]["id"].clone())).collect();
    told.sort_by_key(|(event, _)| event.clone());
    assert_eq!(told, [("article.published".to_owned(), kept["id"].clone()), ("article.withdrawn".to_owned(), gone["id"].clone())]);
    assert!(messages[4..].iter().all(|message| messages[..4].iter().all(|old| old.id() != message.id())));
    assert_eq!(admin.post(&path(&webhook, "/replay"), json!({"since": "2999-01-01"})).await.status, 422);
    assert_eq!(admin.post(&path(&webhook, "/replay"), json!({"since": "2020-01-01"})).await.status, 422);

    // What happened while it was disabled can be replayed.
    admin.patch(&path(&webhook, ""), "*", json!({"is_enabled": false})).await.expect(200);
    let meanwhile = Utc::now();
    let missed = make.article().title("Missed").published().await;
    assert_eq!(receiver.after_a_while().await.len(), 6);
    admin.patch(&path(&webhook, ""), "*", json!({"is_enabled": true})).await.expect(200);
    admin.post(&path(&webhook, "/replay"), json!({"since": meanwhile.to_rfc3339()})).await.expect(200);
    assert_eq!(receiver.wait_for(7).await[6].json()["data"]["id"], missed["id"]);
    // The log is read in pages.
    let mut seen = 0;
    let mut address = path(&webhook, "/deliveries?limit=2");
    loop {
        let page = admin.get(&address).await.expect(200);
        seen += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
        address = path(&webhook, &format!("/deliveries?limit=2&cursor={cursor}"));
    }
    assert_eq!(seen, 6);
}

#[actix_web::test]
async fn a_suspended_partner_is_told_afterwards() {
    let app = TestApp::start().await;
    app.send_webhooks(OPEN);
    let receiver = Receiver::start();
    let (partner, _) = partner_endpoint(&app, &receiver, json!({})).await;
    let admin = app.admin().await;
    admin.patch(partner.address(), "*", json!({"is_suspended": true})).await.expect(200);
    app.make().await.article().published().await;
    assert_eq!(receiver.after_a_while().await.len(), 0);
    admin.patch(partner.address(), "*", json!({"is_suspended": false})).await.expect(200);
    receiver.wait_for(1).await;
    assert_eq!(admin.delete(partner.address(), "*").await.status, 204);
    assert_eq!(app.sql("SELECT 1 FROM webhooks"), 0);
}

#[actix_web::test]
async fn nothing_is_sent_into_a_private_network() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    // As a name that led elsewhere when it was written down.
    app.sql("UPDATE webhooks SET url = replace(replace(url, 'http:', 'https:'), '127.0.0.1', 'localhost')");
    app.send_webhooks(TargetPolicy::default());
    let admin = app.admin().await;
    admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    let failed = newest(&admin, &webhook, |delivery| delivery["attempts"] == 1).await;
    assert!(failed["error"].as_str().unwrap().contains("private"), "{failed:#}");
    assert_eq!(receiver.received().len(), 0);
}

#[actix_web::test]
async fn bad_endpoints_are_refused_whole() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let bad = json!({"url": "ftp://example.org", "events": ["*", "article.deleted"], "sections": [], "description": ""});
    let refused = admin.post("/v1/webhooks", bad).await;
    let mut pointers: Vec<&str> =
        refused.body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!((refused.status, pointers), (422, vec!["/description", "/events", "/sections", "/url"]));
    for (member, value) in
        [("sections", json!(["nowhere"])), ("licence", json!(WebhookId::new())), ("url", json!("https://user:pass@example.org/"))]
    {
        let mut new = json!({"url": "https://hooks.example.org/"});
        new[member] = value;
        assert_eq!(admin.post("/v1/webhooks", new).await.status, 422, "{member}");
    }
    assert!(admin.post("/v1/webhooks", json!({"url": "https://hooks.example.org/", "events": ["article.read"]})).await.status >= 400);
    let receiver = Receiver::start();
    let (partner, webhook) = partner_endpoint(&app, &receiver, json!({})).await;
    assert_eq!(admin.post(&partner.path("webhooks"), json!({"url": "https://hooks.example.org/"})).await.status, 422);
    let licence = partner.path(&format!("licences/{}", webhook["licence"].as_str().unwrap()));
    assert_eq!(admin.delete(&licence, "*").await.status, 409);
    let stale = admin.patch(&path(&webhook, ""), "\"99-a\"", json!({"is_ordered": true})).await;
    assert_eq!(stale.status, 412);
    let changed = admin.patch(&path(&webhook, ""), "*", json!({"events": ["article.deleted"], "description": "Copy"})).await.expect(200);
    assert_eq!((&changed["events"], changed["description"].as_str()), (&json!(["article.deleted"]), Some("Copy")));
    assert_eq!(app.editor().await.get("/v1/webhooks").await.status, 403);
    assert_eq!(admin.get("/v1/webhooks").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(admin.get(&partner.path("webhooks?limit=1")).await.expect(200)["items"][0]["id"], webhook["id"]);
}

#[actix_web::test]
async fn what_is_old_is_taken_away_in_parts() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let webhook = endpoint(&app, &receiver, json!({})).await;
    let admin = app.admin().await;
    for _ in 0..3 {
        admin.post(&path(&webhook, "/test"), json!({})).await.expect(201);
    }
    app.sql("UPDATE webhook_deliveries SET created_at = now() - interval '31 days' WHERE sequence < (SELECT max(sequence) FROM webhook_deliveries)");
    assert!(app.conn().transaction(|tx| deliveries::trim(tx, 1)).unwrap(), "one of two");
    app.conn().transaction(|tx| deliveries::trim(tx, 10)).unwrap();
    assert_eq!(log_of(&admin, &webhook).await.len(), 1);
}
