//! A running server.

use std::{sync::OnceLock, time::Duration};

use actix_web::{dev::ServerHandle, rt};
use broadsheet::{
    access::password::Password,
    config::{CorsOrigins, ServerOptions},
    domain::{actor::Actor, id::UserId, role::Role},
    server,
    store::{self, users::NewUser},
};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::{Value, json};

use super::{Client, database::TestDatabase};

/// Everybody's password.
pub const PASSWORD: &str = "a storm at the harbour";

/// A server over a database of its own.
pub struct TestApp {
    base: String,
    server: ServerHandle,
    // Last, so that it is dropped when nobody uses it any more.
    database: TestDatabase,
}

/// What a login gives.
pub struct Session {
    pub access: String,
    pub refresh: String,
}

impl TestApp {
    pub async fn start() -> Self {
        let database = TestDatabase::create();
        let (base, server) = serve(&database.url());
        Self { base, server, database }
    }

    /// Another server over the same database, and a client that calls it as `client` calls this one.
    pub fn replica_for(&self, client: &Client) -> Client {
        let (base, _) = serve(&self.database.url());
        client.at(&base)
    }

    pub fn anyone(&self) -> Client {
        Client::new(&self.base)
    }

    /// A client with an access token.
    pub fn with(&self, token: &str) -> Client {
        self.anyone().bearing(token)
    }

    /// A client that has logged in as a new user.
    pub async fn signed_in(&self, name: &str, role: Role) -> Client {
        self.user(name, role);
        self.with(&self.log_in(name).await.access)
    }

    /// A new user, `{name}@example.org`.
    pub fn user(&self, name: &str, role: Role) -> UserId {
        // Hashed once: it is slow on purpose.
        static HASH: OnceLock<String> = OnceLock::new();
        let password_hash = HASH.get_or_init(|| Password::parse(PASSWORD).unwrap().hash().unwrap()).clone();
        let new = NewUser { email: format!("{name}@example.org"), name: name.to_owned(), role, password_hash };
        store::users::insert(&mut self.conn(), Actor::command_line(), new).unwrap().id
    }

    pub async fn log_in(&self, name: &str) -> Session {
        let body = json!({"email": format!("{name}@example.org"), "password": PASSWORD});
        let tokens = self.anyone().post("/v1/auth/login", body).await.expect(200);
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Session { access: text("access_token"), refresh: text("refresh_token") }
    }

    pub fn conn(&self) -> PgConnection {
        PgConnection::establish(&self.database.url()).unwrap()
    }

    /// Runs a statement and gives how many rows it found or changed.
    pub fn sql(&self, statement: &str) -> usize {
        diesel::sql_query(statement).execute(&mut self.conn()).unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Sent at once; nobody waits for what it then does.
        drop(self.server.stop(false));
    }
}

/// The OpenAPI document.
pub fn document() -> Value {
    serde_json::to_value(server::document()).unwrap()
}

/// A server on a free port, as `broadsheet serve` starts one.
fn serve(database_url: &str) -> (String, ServerHandle) {
    let options = ServerOptions {
        bind: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        workers: 2,
        pool_size: 8,
        cors_origins: CorsOrigins::Any,
        max_body_bytes: 2 * 1024 * 1024,
        cache_for: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(5),
        drain_for: Duration::from_secs(1),
        // So that a test can call from many addresses, by `X-Forwarded-For`.
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
    };
    let bound = server::bind(&options, database_url).unwrap();
    let base = options.base_url(bound.addresses[0]);
    let handle = bound.server.handle();
    rt::spawn(bound.server);
    (base, handle)
}
