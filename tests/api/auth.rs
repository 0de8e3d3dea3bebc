//! Logging in, going on, logging out; and what becomes of a token that is not good.

use awc::http::StatusCode;
use broadsheet::domain::role::Role;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};

fn login(name: &str, password: &str) -> Value {
    json!({"email": format!("{name}@example.org"), "password": password})
}

fn refresh(token: &str) -> Value {
    json!({"refresh_token": token})
}

#[actix_web::test]
async fn a_login_gives_a_pair_of_tokens() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let answer = app.anyone().post("/v1/auth/login", json!({"email": " ADA@Example.org ", "password": PASSWORD})).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(answer.body["refresh_token"].as_str().unwrap().len(), 47);
    let me = app.with(answer.body["access_token"].as_str().unwrap()).get("/v1/me").await.expect(200);
    assert_eq!((&me["email"], &me["role"]), (&json!("ada@example.org"), &json!("editor")));
    assert!(me.get("password_hash").is_none());
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_account_answer_the_same() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    app.user("out", Role::Editor);
    app.sql("UPDATE users SET is_disabled = true WHERE name = 'out'");
    let mut answers = Vec::new();
    for (name, password) in [("ada", "not the password"), ("nobody", PASSWORD), ("out", PASSWORD), ("ada", ""), ("ada", &"a".repeat(5000))]
    {
        let mut answer = app.anyone().post("/v1/auth/login", login(name, password)).await;
        assert_eq!((answer.status, answer.kind()), (401, "wrong-credentials"), "{name}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        // The id of the request.
        answer.body["instance"].take();
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    for body in [json!({}), json!({"email": "a@example.org"}), json!({"email": 1, "password": 2}), json!([])] {
        app.anyone().post("/v1/auth/login", body).await.expect(422);
    }
}

#[actix_web::test]
async fn five_guesses_from_an_address_are_all() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let thief = app.anyone().calling_from("203.0.113.9");
    for _ in 0..5 {
        thief.post("/v1/auth/login", login("ada", "a wrong password")).await.expect(401);
    }
    let refused = thief.post("/v1/auth/login", login("ada", PASSWORD)).await;
    assert_eq!((refused.status, refused.kind()), (429, "too-many-attempts"));
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=901).contains(&wait), "{wait}");
    // The owner, elsewhere, is not locked out; nor is another account from there.
    app.anyone().calling_from("198.51.100.4").post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
    app.user("bea", Role::Editor);
    thief.post("/v1/auth/login", login("bea", PASSWORD)).await.expect(200);
    app.sql("UPDATE login_failures SET window_ends_at = now() - interval '1 second' WHERE failures > 0");
    thief.post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
}

#[actix_web::test]
async fn forty_guesses_at_once_are_no_more_than_five() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let client = app.anyone();
    let guesses: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            actix_web::rt::spawn(async move { client.post("/v1/auth/login", login("ada", "a wrong password")).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for guess in guesses {
        statuses.push(guess.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 35, "{statuses:?}");
}

#[actix_web::test]
async fn a_right_password_clears_the_count() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    for _ in 0..3 {
        for _ in 0..4 {
            app.anyone().post("/v1/auth/login", login("ada", "a wrong password")).await.expect(401);
        }
        app.anyone().post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
    }
}

#[actix_web::test]
async fn whoever_guesses_from_everywhere_does_not_lock_the_owner_out() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let home = app.anyone().calling_from("198.51.100.4");
    home.post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
    // As if a hundred addresses had guessed.
    app.anyone().calling_from("203.0.113.1").post("/v1/auth/login", login("ada", "a wrong password")).await.expect(401);
    app.sql("UPDATE login_failures SET failures = 1000 WHERE failures = 1");
    app.anyone().calling_from("203.0.113.2").post("/v1/auth/login", login("ada", PASSWORD)).await.expect(429);
    home.post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
}

#[actix_web::test]
async fn an_old_hash_is_made_again_at_the_next_login() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    // The same password, by argon2id with m=8192,t=1,p=1.
    app.sql(&format!("UPDATE users SET password_hash = '{}'", weak_hash()));
    let hash =
        |app: &TestApp| broadsheet::store::users::find_credentials(&mut app.conn(), "ada@example.org").unwrap().unwrap().password_hash;
    assert!(hash(&app).contains("m=8192,t=1"));
    app.log_in("ada").await;
    assert!(hash(&app).contains("m=19456,t=2,p=1"));
    app.log_in("ada").await;
}

fn weak_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc::PasswordHash};
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
    let hash: PasswordHash = argon2.hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef").unwrap();
    hash.to_string()
}

#[actix_web::test]
async fn a_refresh_token_works_once_and_a_replay_ends_the_session() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let (first, other) = (app.log_in("ada").await, app.log_in("ada").await);
    let next = app.anyone().post("/v1/auth/refresh", refresh(&first.refresh)).await.expect(200);
    let (access, second) = (next["access_token"].as_str().unwrap(), next["refresh_token"].as_str().unwrap());
    assert_ne!(second, first.refresh);
    app.with(access).get("/v1/me").await.expect(200);

    let replay = app.anyone().post("/v1/auth/refresh", refresh(&first.refresh)).await;
    assert_eq!((replay.status, replay.kind()), (401, "invalid-token"));
    app.anyone().post("/v1/auth/refresh", refresh(second)).await.expect(401);
    app.with(access).get("/v1/me").await.expect(401);
    // Another login of the same user is another session.
    app.with(&other.access).get("/v1/me").await.expect(200);
    app.anyone().post("/v1/auth/refresh", refresh(&other.refresh)).await.expect(200);
}

#[actix_web::test]
async fn of_two_refreshes_at_once_one_wins_and_the_session_ends() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    let both: Vec<_> = (0..6)
        .map(|_| {
            let (client, token) = (app.anyone(), session.refresh.clone());
            actix_web::rt::spawn(async move { client.post("/v1/auth/refresh", refresh(&token)).await })
        })
        .collect();
    let mut winners = Vec::new();
    for one in both {
        let answer = one.await.unwrap();
        if answer.status == 200 {
            winners.push(answer.body["refresh_token"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(winners.len(), 1);
    app.anyone().post("/v1/auth/refresh", refresh(&winners[0])).await.expect(401);
}

#[actix_web::test]
async fn a_replay_beside_a_refresh_leaves_nobody_in() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    for _ in 0..15 {
        let first = app.log_in("ada").await.refresh;
        let next = app.anyone().post("/v1/auth/refresh", refresh(&first)).await.expect(200);
        let second = next["refresh_token"].as_str().unwrap().to_owned();
        let (owner, thief) = (app.anyone(), app.anyone());
        let owner = actix_web::rt::spawn(async move { owner.post("/v1/auth/refresh", refresh(&second)).await });
        let thief = actix_web::rt::spawn(async move { thief.post("/v1/auth/refresh", refresh(&first)).await });
        assert_eq!(thief.await.unwrap().status, 401);
        let owner = owner.await.unwrap();
        if owner.status == 200 {
            let third = owner.body["refresh_token"].as_str().unwrap();
            app.anyone().post("/v1/auth/refresh", refresh(third)).await.expect(401);
        }
    }
}

#[actix_web::test]
async fn a_session_ends_by_idleness_and_by_age() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let idle = app.log_in("ada").await;
    app.sql("UPDATE refresh_tokens SET expires_at = now() - interval '1 second'");
    app.anyone().post("/v1/auth/refresh", refresh(&idle.refresh)).await.expect(401);

    // A session that began 89 days ago: one more token, for what is left of its 90.
    let old = app.log_in("ada").await;
    let began = uuid_at(chrono::Utc::now() - chrono::TimeDelta::days(89));
    app.sql(&format!("UPDATE refresh_tokens SET family_id = '{began}' WHERE expires_at > now()"));
    let next = app.anyone().post("/v1/auth/refresh", refresh(&old.refresh)).await.expect(200);
    let left = "SELECT 1 FROM refresh_tokens WHERE used_at IS NULL AND expires_at > now() AND expires_at < now() + interval '25 hours'";
    assert_eq!(app.sql(left), 1);
    let over = uuid_at(chrono::Utc::now() - chrono::TimeDelta::days(91));
    app.sql(&format!("UPDATE refresh_tokens SET family_id = '{over}', expires_at = now() + interval '1 day'"));
    app.anyone().post("/v1/auth/refresh", refresh(next["refresh_token"].as_str().unwrap())).await.expect(401);
}

fn uuid_at(at: chrono::DateTime<chrono::Utc>) -> uuid::Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.timestamp_millis()).unwrap(), &[7; 10]).into_uuid()
}

#[actix_web::test]
async fn a_logout_ends_the_session_and_its_access_tokens() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    for _ in 0..2 {
        app.anyone().post("/v1/auth/logout", refresh(&session.refresh)).await.expect(204);
    }
    app.with(&session.access).get("/v1/me").await.expect(401);
    app.anyone().post("/v1/auth/refresh", refresh(&session.refresh)).await.expect(401);
    for nonsense in ["", "bsr_", "bsr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &session.access] {
        app.anyone().post("/v1/auth/logout", refresh(nonsense)).await.expect(204);
        app.anyone().post("/v1/auth/refresh", refresh(nonsense)).await.expect(401);
    }
}

#[actix_web::test]
async fn a_broken_token_is_told_at_once_but_is_not_in_the_way_of_a_new_one() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    for bad in [&session.refresh, "bsx_0123456789", "a.b.c", "", &format!("{}x", session.access), &"a".repeat(6000)] {
        for path in ["/v1/me", "/v1/users", "/v1/auth/jwks.json"] {
            let answer = app.with(bad).get(path).await;
            assert_eq!((answer.status, answer.kind()), (401, "invalid-token"), "{path} {bad}");
            assert!(answer.header("www-authenticate").contains(r#"error="invalid_token""#));
            assert!(!answer.body.to_string().contains(&session.refresh));
        }
        app.with(bad).post("/v1/auth/login", login("ada", PASSWORD)).await.expect(200);
    }
    let next = app.with("expired").post("/v1/auth/refresh", refresh(&session.refresh)).await.expect(200);
    app.with("expired").post("/v1/auth/logout", refresh(next["refresh_token"].as_str().unwrap())).await.expect(204);
    // In the query it is not looked for.
    app.anyone().get(&format!("/v1/me?access_token={}", session.access)).await.expect(401);
    let basic = app.anyone().send("GET", "/v1/me", &[("Authorization", "Basic YWRhOnNlY3JldA==")], None).await;
    assert_eq!(basic.kind(), "invalid-token");
    let twice = app.with(&session.access).send("GET", "/v1/me", &[("Authorization", "Bearer x")], None).await;
    assert_eq!(twice.kind(), "invalid-token");
}

#[actix_web::test]
async fn no_secret_is_stored_as_it_is() {
    let app = TestApp::start().await;
    app.user("ada", Role::Editor);
    let session = app.log_in("ada").await;
    app.anyone().post("/v1/auth/login", login("ada", "a wrong password")).await.expect(401);
    for table in ["users", "refresh_tokens", "login_failures", "audit"] {
        for secret in [PASSWORD, "a wrong password", &session.refresh, &session.refresh[4..], &session.access] {
            assert_eq!(app.sql(&format!("SELECT 1 FROM {table} t WHERE t::text LIKE '%{secret}%'")), 0, "{table}");
        }
    }
    assert_eq!(app.sql("SELECT 1 FROM login_failures t WHERE t::text LIKE '%ada%' OR t::text LIKE '%127.0.0%'"), 0);
}
