//! A running server.

use std::{sync::OnceLock, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, rt, web::Data};
use broadsheet::{
    access::{address::TrustedProxies, caller::identify, keyring::Keyring, password::Password},
    config::{CorsOrigins, ServerOptions},
    domain::{actor::Actor, id::UserId, role::Role},
    routes,
    server::{Bound, bind},
    store::{self, db::Db, users::NewUser},
};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::{Value, json};
use utoipa_actix_web::{AppExt, scope::scope, service_config::ServiceConfig};

use super::{Client, database::TestDatabase};

/// Everybody's password.
pub const PASSWORD: &str = "a storm at the harbour";

/// A server over a database of its own.
pub struct TestApp {
    db: Db,
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
        let db = Db::open(&database.url(), 8, Duration::from_secs(5)).unwrap();
        let (base, server) = serve(&db);
        Self { db, base, server, database }
    }

    /// Another server over the same database, and a client that calls it as `client` calls this one.
    pub fn replica_for(&self, client: &Client) -> Client {
        let (base, _) = serve(&self.db);
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

    /// The database itself, for what has connections of its own.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// A client of the whole server over the same database, as the program runs it.
    pub fn whole(&self) -> Client {
        let options = ServerOptions {
            bind: ([127, 0, 0, 1], 0).into(),
            public_url: None,
            workers: 1,
            pool_size: 4,
            cors_origins: CorsOrigins::Any,
            max_body_bytes: 1 << 20,
            cache_for: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            drain_for: Duration::ZERO,
            trusted_proxies: Vec::new(),
        };
        let Bound { server, addresses } = bind(&options, &self.database.url()).expect("a server");
        rt::spawn(server);
        Client::new(&format!("http://{}", addresses[0]))
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

/// The OpenAPI document of the routes.
pub fn document() -> Value {
    let (_, document) = App::new().into_utoipa_app().service(scope("/v1").configure(all_routes)).split_for_parts();
    serde_json::to_value(document).unwrap()
}

fn serve(db: &Db) -> (String, ServerHandle) {
    let (db, keyring) = (Data::new(db.clone()), Data::new(Keyring::new(db.clone(), "broadsheet")));
    let server = HttpServer::new(move || {
        App::new()
            .into_utoipa_app()
            .map(|app| app.wrap(from_fn(identify)))
            .app_data(db.clone())
            .app_data(keyring.clone())
            // So that a test can call from many addresses, by `X-Forwarded-For`.
            .app_data(TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]))
            .service(scope("/v1").configure(all_routes))
            .into_app()
    });
    let server = server.workers(2).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    (base, handle)
}

fn all_routes(config: &mut ServiceConfig) {
    routes::auth::routes(config);
    routes::me::routes(config);
    routes::users::routes(config);
}
