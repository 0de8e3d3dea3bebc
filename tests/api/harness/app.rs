//! A running server.

use std::{cell::RefCell, collections::HashMap, sync::OnceLock, time::Duration};

use actix_web::{dev::ServerHandle, rt};
use broadsheet::{
    access::password::Password,
    config::{CorsOrigins, ServerOptions},
    domain::{actor::Actor, id::UserId, role::Role, webhook_target::TargetPolicy},
    server::{self, Bound, Closing},
    store::{self, users::NewUser},
};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::json;

use super::{Client, Make, database::TestDatabase, statements};

/// Everybody's password.
pub const PASSWORD: &str = "a storm at the harbour";

/// A server over a database of its own.
pub struct TestApp {
    base: String,
    servers: RefCell<Vec<ServerHandle>>,
    roles: RefCell<HashMap<Role, Client>>,
    /// What servers send webhooks with; they stop when it goes.
    senders: RefCell<Vec<Closing>>,
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
        statements::count_from_now_on();
        let database = TestDatabase::create();
        let (base, server, _) = serve(&database.url(), 0, TargetPolicy { allow_private: true });
        Self { base, servers: RefCell::new(vec![server]), roles: RefCell::default(), senders: RefCell::default(), database }
    }

    /// Has a further server send webhooks, as the policy allows.
    pub fn send_webhooks(&self, policy: TargetPolicy) {
        let (_, server, closing) = serve(&self.database.url(), 4, policy);
        self.servers.borrow_mut().push(server);
        self.senders.borrow_mut().push(closing);
    }

    /// Another server over the same database, and a client that calls it as `client` calls this one.
    pub fn replica_for(&self, client: &Client) -> Client {
        let (base, server, _) = serve(&self.database.url(), 0, TargetPolicy { allow_private: true });
        self.servers.borrow_mut().push(server);
        client.at(&base)
    }

    /// How many statements the servers have sent to the database so far.
    pub fn statements(&self) -> usize {
        statements::sent_to(self.database.name())
    }

    /// Makes what a test needs, as an editor.
    pub async fn make(&self) -> Make {
        Make::new(self.editor().await)
    }

    pub async fn reader(&self) -> Client {
        self.of_role(Role::Reader).await
    }

    pub async fn author(&self) -> Client {
        self.of_role(Role::Author).await
    }

    pub async fn editor(&self) -> Client {
        self.of_role(Role::Editor).await
    }

    pub async fn admin(&self) -> Client {
        self.of_role(Role::Admin).await
    }

    /// A client of this role: the same user each time.
    pub async fn of_role(&self, role: Role) -> Client {
        let known = self.roles.borrow().get(&role).cloned();
        match known {
            Some(client) => client,
            None => {
                let client = self.signed_in(&format!("{role:?}").to_lowercase(), role).await;
                self.roles.borrow_mut().insert(role, client.clone());
                client
            }
        }
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
        for server in self.servers.get_mut().drain(..) {
            drop(server.stop(false));
        }
    }
}

/// As the program starts it, on a free port.
fn serve(database_url: &str, webhook_senders: usize, webhook_targets: TargetPolicy) -> (String, ServerHandle, Closing) {
    let options = ServerOptions {
        bind: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        workers: 1,
        pool_size: 4,
        cors_origins: CorsOrigins::Any,
        max_body_bytes: 256 * 1024,
        cache_for: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(5),
        drain_for: Duration::from_secs(1),
        keep_changes_for: Duration::from_secs(24 * 3600),
        max_listeners: 5,
        // So that a test can call from many addresses, by `X-Forwarded-For`.
        anonymous_per_minute: None,
        unchanged_counts: false,
        heads_count: true,
        needs_credential: false,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        // None unless a test wants it, so that nothing but what a test does asks the database.
        webhook_senders,
        webhook_targets,
    };
    let Bound { server, addresses, closing } = server::bind(&options, database_url).unwrap();
    let handle = server.handle();
    rt::spawn(server);
    (format!("http://{}", addresses[0]), handle, closing)
}
