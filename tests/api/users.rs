//! Accounts: what admins do to them, and what everybody does to their own.

use broadsheet::{
    domain::{actor::Actor, role::Role},
    store::{
        error::StoreError,
        users::{self, UserChanges},
    },
};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};

const OTHER_PASSWORD: &str = "a calm day at the harbour";

fn bea() -> Value {
    json!({"email": "Bea@Example.org", "name": "Bea", "role": "author", "password": OTHER_PASSWORD})
}

#[actix_web::test]
async fn a_new_user_can_log_in_and_is_never_shown_with_a_password() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let created = admin.post("/v1/users", bea()).await;
    assert_eq!(created.status, 201, "{:#}", created.body);
    let path = created.header("location").to_owned();
    assert_eq!(path, format!("/v1/users/{}", created.body["id"].as_str().unwrap()));
    let mut members: Vec<_> = created.body.as_object().unwrap().keys().cloned().collect();
    members.sort_unstable();
    assert_eq!(members, ["created_at", "email", "id", "is_disabled", "name", "role", "updated_at"]);

    let shown = admin.get(&path).await;
    assert_eq!((shown.status, shown.header("etag")), (200, created.header("etag")));
    assert_eq!(shown.body, created.body);
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    app.anyone().post("/v1/auth/login", json!({"email": "bea@example.org", "password": OTHER_PASSWORD})).await.expect(200);
}

#[actix_web::test]
async fn a_new_user_is_checked_whole_and_their_address_is_theirs_alone() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let refused = admin.post("/v1/users", json!({"email": "x", "name": "", "role": "admin", "password": "short"})).await.expect(422);
    let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/email", "/name", "/password"]);
    for (body, pointer) in [
        (json!({"email": "x@example.org", "name": "X", "role": "owner", "password": PASSWORD}), "/role"),
        (json!({"email": "x@example.org", "name": "X", "role": "admin", "password": PASSWORD, "id": 1}), "/id"),
        (json!({"email": "x@example.org", "name": "X", "role": "admin"}), "/password"),
    ] {
        assert_eq!(admin.post("/v1/users", body).await.expect(422)["errors"][0]["pointer"], pointer);
    }
    admin.post("/v1/users", bea()).await.expect(201);
    let taken = admin.post("/v1/users", bea()).await.expect(409);
    assert_eq!(taken["errors"][0]["pointer"], "/email");
}

#[actix_web::test]
async fn users_are_listed_page_by_page() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    for number in 0..5 {
        app.user(&format!("user{number}"), Role::Author);
    }
    let mut path = "/v1/users?limit=2&count=true".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = admin.get(&path).await;
        let link = page.header("link").to_owned();
        let body = page.expect(200);
        assert_eq!(body["page"]["total"], 6);
        seen.extend(body["items"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = body["page"]["next_cursor"].as_str() else { break };
        assert!(link.contains(r#"rel="next""#) && link.contains(cursor), "{link}");
        // Somebody who comes in meanwhile moves nobody.
        if seen.len() == 2 {
            app.user("late", Role::Author);
            app.sql("DELETE FROM users WHERE name = 'late'");
        }
        path = format!("/v1/users?limit=2&count=true&cursor={cursor}");
    }
    assert_eq!(seen, ["user4", "user3", "user2", "user1", "user0", "ada"]);
    assert_eq!(admin.get("/v1/users?cursor=nonsense").await.kind(), "invalid-cursor");
    assert_eq!(admin.get("/v1/users?limit=0").await.kind(), "invalid-parameter");
    assert_eq!(admin.get("/v1/users?lmit=1").await.kind(), "unknown-parameter");
}

#[actix_web::test]
async fn a_change_wants_the_version_that_was_read() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let path = format!("/v1/users/{}", app.user("bea", Role::Author));
    let tag = admin.get(&path).await.header("etag").to_owned();
    admin.send("PATCH", &path, &[], Some(json!({"name": "B"}))).await.expect(428);
    admin.send("DELETE", &path, &[], None).await.expect(428);
    let changed = admin.patch(&path, &tag, json!({"name": " Beatrice "})).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.body["name"], "Beatrice");
    admin.patch(&path, &tag, json!({"name": "Bea"})).await.expect(412);
    admin.delete(&path, &tag).await.expect(412);
    // What changes nothing is no change.
    let same = admin.patch(&path, changed.header("etag"), json!({"name": "Beatrice", "role": "author"})).await;
    assert_eq!(same.header("etag"), changed.header("etag"));
    for body in [
        json!({"name": null}),
        json!({"role": "owner"}),
        json!({"email": "x@example.org"}),
        json!({"password": "short"}),
        json!({"is_disabled": "yes"}),
    ] {
        admin.patch(&path, "*", body).await.expect(422);
    }
    admin.delete(&path, "*").await.expect(204);
    for unknown in [path.as_str(), "/v1/users/00000000-0000-0000-0000-000000000000", "/v1/users/bea"] {
        admin.get(unknown).await.expect(404);
        admin.patch(unknown, "*", json!({"name": "B"})).await.expect(404);
        admin.delete(unknown, "*").await.expect(404);
    }
}

#[actix_web::test]
async fn a_role_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let id = app.user("bea", Role::Author);
    let bea = app.with(&app.log_in("bea").await.access);
    bea.get("/v1/users").await.expect(403);
    admin.patch(&format!("/v1/users/{id}"), "*", json!({"role": "admin"})).await.expect(200);
    bea.get("/v1/users").await.expect(200);
    admin.patch(&format!("/v1/users/{id}"), "*", json!({"role": "reader"})).await.expect(200);
    bea.get("/v1/users").await.expect(403);
}

#[actix_web::test]
async fn who_is_disabled_is_out_at_once() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let id = app.user("bea", Role::Author);
    let session = app.log_in("bea").await;
    let path = format!("/v1/users/{id}");
    admin.patch(&path, "*", json!({"is_disabled": true})).await.expect(200);
    app.with(&session.access).get("/v1/me").await.expect(401);
    app.anyone().post("/v1/auth/refresh", json!({"refresh_token": session.refresh})).await.expect(401);
    // Let in again, they log in again: the old session stays ended.
    admin.patch(&path, "*", json!({"is_disabled": false})).await.expect(200);
    app.with(&session.access).get("/v1/me").await.expect(401);
    app.anyone().post("/v1/auth/refresh", json!({"refresh_token": session.refresh})).await.expect(401);
    app.log_in("bea").await;
}

#[actix_web::test]
async fn who_is_deleted_is_out_at_once() {
    let app = TestApp::start().await;
    let admin = app.signed_in("ada", Role::Admin).await;
    let id = app.user("bea", Role::Author);
    let session = app.log_in("bea").await;
    admin.delete(&format!("/v1/users/{id}"), "*").await.expect(204);
    app.with(&session.access).get("/v1/me").await.expect(401);
    app.anyone().post("/v1/auth/refresh", json!({"refresh_token": session.refresh})).await.expect(401);
}

#[actix_web::test]
async fn the_last_admin_stays() {
    let app = TestApp::start().await;
    let id = app.user("ada", Role::Admin);
    let admin = app.with(&app.log_in("ada").await.access);
    let path = format!("/v1/users/{id}");
    for body in [json!({"role": "editor"}), json!({"is_disabled": true})] {
        assert_eq!(admin.patch(&path, "*", body).await.kind(), "conflict");
    }
    assert_eq!(admin.delete(&path, "*").await.kind(), "conflict");
    // One who is disabled is none to count on.
    let other = app.user("bea", Role::Admin);
    app.sql("UPDATE users SET is_disabled = true WHERE name = 'bea'");
    assert_eq!(admin.patch(&path, "*", json!({"role": "editor"})).await.kind(), "conflict");
    admin.patch(&format!("/v1/users/{other}"), "*", json!({"is_disabled": false})).await.expect(200);
    // Nobody deletes themselves, even where others are left.
    assert_eq!(admin.delete(&path, "*").await.kind(), "conflict");
    admin.patch(&path, "*", json!({"role": "editor", "name": "Ada"})).await.expect(200);
}

#[actix_web::test]
async fn of_admins_who_remove_each_other_at_once_one_is_left() {
    let app = TestApp::start().await;
    let mut admins = Vec::new();
    for name in ["ada", "bea", "cai"] {
        let id = app.user(name, Role::Admin);
        admins.push((id, app.with(&app.log_in(name).await.access)));
    }
    let attempts: Vec<_> = admins
        .iter()
        .flat_map(|(_, client)| admins.iter().map(move |(id, _)| (client.clone(), format!("/v1/users/{id}"))))
        .map(|(client, path)| actix_web::rt::spawn(async move { client.patch(&path, "*", json!({"role": "reader"})).await.status }))
        .collect();
    for attempt in attempts {
        let status = attempt.await.unwrap();
        assert!([200, 403, 409].contains(&status), "{status}");
    }
    assert_eq!(app.sql("SELECT 1 FROM users WHERE role = 'admin'"), 1);
}

#[actix_web::test]
async fn an_admin_who_is_just_stepping_down_is_waited_for() {
    let app = TestApp::start().await;
    let (ada, bea) = (app.user("ada", Role::Admin), app.user("bea", Role::Admin));
    let step_down = |tx: &mut PgConnection, id| {
        let changes = UserChanges { role: Some(Role::Editor), ..UserChanges::default() };
        users::update(tx, Actor::command_line(), id, None, changes, None)
    };
    let (mut first, mut second) = (app.conn(), app.conn());
    first.begin_test_transaction().unwrap();
    step_down(&mut first, ada).unwrap();
    let waiting = std::thread::spawn(move || second.transaction(|tx| step_down(tx, bea)).map(|_| ()));
    std::thread::sleep(std::time::Duration::from_millis(200));
    diesel::sql_query("COMMIT").execute(&mut first).unwrap();
    assert!(matches!(waiting.join().unwrap(), Err(StoreError::Conflict { .. })));
    assert_eq!(app.sql("SELECT 1 FROM users WHERE role = 'admin'"), 1);
}

#[actix_web::test]
async fn a_new_password_of_ones_own_wants_the_current_one_and_ends_the_other_sessions() {
    let app = TestApp::start().await;
    app.user("bea", Role::Reader);
    let (here, there) = (app.log_in("bea").await, app.log_in("bea").await);
    let me = app.with(&here.access);
    let tag = me.get("/v1/me").await.header("etag").to_owned();
    let missing = me.patch("/v1/me", &tag, json!({"password": OTHER_PASSWORD})).await.expect(422);
    assert_eq!(missing["errors"][0]["pointer"], "/current_password");
    let wrong = me.patch("/v1/me", &tag, json!({"password": OTHER_PASSWORD, "current_password": "not the password"})).await.expect(422);
    assert_eq!((&wrong["errors"][0]["pointer"], &wrong["errors"][0]["code"]), (&json!("/current_password"), &json!("wrong")));
    app.with(&there.access).get("/v1/me").await.expect(200);

    me.patch("/v1/me", &tag, json!({"password": OTHER_PASSWORD, "current_password": PASSWORD, "name": "Bea"})).await.expect(200);
    me.get("/v1/me").await.expect(200);
    app.with(&there.access).get("/v1/me").await.expect(401);
    app.anyone().post("/v1/auth/refresh", json!({"refresh_token": there.refresh})).await.expect(401);
    app.anyone().post("/v1/auth/refresh", json!({"refresh_token": here.refresh})).await.expect(200);
    app.anyone().post("/v1/auth/login", json!({"email": "bea@example.org", "password": PASSWORD})).await.expect(401);
    app.anyone().post("/v1/auth/login", json!({"email": "bea@example.org", "password": OTHER_PASSWORD})).await.expect(200);
}

#[actix_web::test]
async fn the_current_password_cannot_be_guessed_with_a_stolen_token() {
    let app = TestApp::start().await;
    let thief = app.signed_in("bea", Role::Reader).await;
    let guess = json!({"password": OTHER_PASSWORD, "current_password": "not the password"});
    for _ in 0..5 {
        thief.patch("/v1/me", "*", guess.clone()).await.expect(422);
    }
    assert_eq!(thief.patch("/v1/me", "*", guess).await.kind(), "too-many-attempts");
}

#[actix_web::test]
async fn nobody_raises_themselves() {
    let app = TestApp::start().await;
    let bea = app.signed_in("bea", Role::Author).await;
    for body in [json!({"role": "admin"}), json!({"is_disabled": false}), json!({"email": "x@example.org"}), json!({"version": 9})] {
        bea.patch("/v1/me", "*", body).await.expect(422);
    }
    assert_eq!(bea.get("/v1/me").await.expect(200)["role"], "author");
}

#[actix_web::test]
async fn every_change_leaves_who_made_it_and_no_password() {
    let app = TestApp::start().await;
    let ada = app.user("ada", Role::Admin);
    let admin = app.with(&app.log_in("ada").await.access);
    let path = admin.post("/v1/users", bea()).await.header("location").to_owned();
    admin.patch(&path, "*", json!({"role": "editor", "password": "another night at the harbour"})).await.expect(200);
    admin.delete(&path, "*").await.expect(204);
    for (action, details) in [
        ("create", r#"{"role": "author", "email": "bea@example.org"}"#),
        ("update", r#"{"role": {"from": "author", "to": "editor"}, "password": "changed"}"#),
        ("delete", "{}"),
    ] {
        let found = app.sql(&format!(
            "SELECT 1 FROM audit WHERE user_id = '{ada}' AND resource = 'user' AND action = '{action}' AND details @> '{details}'"
        ));
        assert_eq!(found, 1, "{action}");
    }
    // The first account was made without anybody logged in.
    assert_eq!(app.sql("SELECT 1 FROM audit WHERE user_id IS NULL AND action = 'create'"), 1);
    assert_eq!(app.sql("SELECT 1 FROM audit t WHERE t::text LIKE '%harbour%' OR t::text LIKE '%argon2%'"), 0);
}

#[actix_web::test]
async fn a_refused_change_leaves_nothing() {
    let app = TestApp::start().await;
    let id = app.user("ada", Role::Admin);
    let admin = app.with(&app.log_in("ada").await.access);
    let before = app.sql("SELECT 1 FROM audit");
    admin.patch(&format!("/v1/users/{id}"), "*", json!({"role": "editor", "name": "Other"})).await.expect(409);
    assert_eq!(admin.get("/v1/me").await.expect(200)["name"], "ada");
    assert_eq!(app.sql("SELECT 1 FROM audit"), before);
}
