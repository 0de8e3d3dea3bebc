//! One private Postgres a run; a database a test, cloned from a template that is migrated once.

use std::{
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use broadsheet::{
    postgres::{Options, PrivatePostgres},
    store::migrations,
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_types::Text};

/// A database of a test's own, dropped with this value.
pub struct TestDatabase {
    name: String,
}

struct Server {
    postgres: PrivatePostgres,
    template: String,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    datname: String,
}

impl TestDatabase {
    pub fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Postgres refuses to clone a template while another session clones it.
        static CLONING: Mutex<()> = Mutex::new(());
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let _turn = CLONING.lock().unwrap_or_else(PoisonError::into_inner);
        run(&format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY FILE_COPY", server().template));
        Self { name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> String {
        address(server().postgres.url(), &self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let mut options = Options::small(Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres"), None);
        // What is lost in a crash is lost.
        for (name, value) in [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off"), ("max_connections", "300")] {
            options.settings.push((name.to_owned(), value.to_owned()));
        }
        let postgres = PrivatePostgres::start(&options).expect("a Postgres for the tests");
        let mut conn = PgConnection::establish(postgres.url()).unwrap();
        clear_away(&mut conn);
        let template = format!("test_{}_template", std::process::id());
        diesel::sql_query(format!("CREATE DATABASE {template}")).execute(&mut conn).unwrap();
        migrations::run(&address(postgres.url(), &template)).unwrap();
        Server { postgres, template }
    })
}

/// Removes what runs that have ended left behind.
fn clear_away(conn: &mut PgConnection) {
    let left: Vec<Found> = diesel::sql_query("SELECT datname::text FROM pg_database WHERE datname LIKE 'test\\_%'").load(conn).unwrap();
    for Found { datname } in left {
        let process = datname.split('_').nth(1).unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            diesel::sql_query(format!("DROP DATABASE IF EXISTS {datname} WITH (FORCE)")).execute(conn).unwrap();
        }
    }
}

fn run(statement: &str) {
    let mut conn = PgConnection::establish(server().postgres.url()).unwrap();
    diesel::sql_query(statement).execute(&mut conn).unwrap();
}

fn address(server: &str, database: &str) -> String {
    server.replacen("/postgres?", &format!("/{database}?"), 1)
}
