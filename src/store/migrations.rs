//! The schema's steps, built into the binary and applied once however many servers start together.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use diesel::migration::{MigrationConnection, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::error::{StoreError, StoreResult};

/// Every migration of `migrations/`.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The advisory lock of whoever migrates: the bytes of "broadshe".
const LOCK: i64 = 0x6272_6f61_6473_6865;

/// How often one that waits looks whether its turn has come.
const LOOK: Duration = Duration::from_millis(100);

type Step = Box<dyn diesel::migration::Migration<Pg>>;

/// Applies what is pending and gives the names of what it applied, in order. Waits while another server migrates, and
/// then finds nothing left to do.
///
/// # Errors
/// The database cannot be reached, or a migration fails: those before it stay applied, and it leaves nothing behind.
pub fn run(database_url: &str) -> Result<Vec<String>> {
    let mut conn = connect(database_url)?;
    // Looked at before the lock is asked for: the usual start has nothing to do, and waits for nobody.
    if steps(&mut conn)?.is_empty() {
        return Ok(Vec::new());
    }
    lock(&mut conn)?;
    conn.setup().context("cannot make the table of what was applied")?;
    let mut applied = Vec::new();
    for step in steps(&mut conn)? {
        let name = step.name().to_string();
        log::info!("migrating: {name}");
        conn.run_migration(&*step).map_err(|fault| anyhow!("migration {name} failed: {fault}"))?;
        applied.push(name);
    }
    // The end of the session gives the lock back.
    Ok(applied)
}

/// The names of the migrations that are not applied yet, in order.
///
/// # Errors
/// The database cannot be reached.
pub fn pending(database_url: &str) -> Result<Vec<String>> {
    let mut conn = connect(database_url)?;
    Ok(steps(&mut conn)?.iter().map(|step| step.name().to_string()).collect())
}

/// Whether there is anything to apply, for a server that has a connection already.
///
/// # Errors
/// Those of the database.
pub fn is_pending(conn: &mut PgConnection) -> StoreResult<bool> {
    steps(conn).map(|steps| !steps.is_empty()).map_err(|fault| StoreError::Busy(format!("{fault:#}")))
}

fn connect(database_url: &str) -> Result<PgConnection> {
    let mut conn = PgConnection::establish(database_url).map_err(|fault| {
        // libpq breaks its lines for a terminal.
        let words: Vec<_> = fault.to_string().split_whitespace().map(str::to_owned).collect();
        anyhow!("cannot connect to the database: {}", words.join(" "))
    })?;
    // "relation already exists, skipping" and the like are no news.
    diesel::sql_query("set client_min_messages = warning").execute(&mut conn)?;
    Ok(conn)
}

/// What is pending, in order. Reads only: Diesel's own look would first make its table, which fails when two do so at
/// the same time, and where the server's role may not change the schema.
fn steps(conn: &mut PgConnection) -> Result<Vec<Step>> {
    let applied = if ask(conn, "select to_regclass('__diesel_schema_migrations') is not null as answer")? {
        applied::table.select(applied::version).load::<String>(conn)?
    } else {
        Vec::new()
    };
    let all = MigrationSource::<Pg>::migrations(&MIGRATIONS);
    let mut steps: Vec<Step> = all.map_err(|fault| anyhow!("the built-in migrations cannot be read: {fault}"))?;
    steps.retain(|step| !applied.contains(&step.name().version().to_string()));
    steps.sort_unstable_by(|a, b| a.name().version().cmp(&b.name().version()));
    Ok(steps)
}

diesel::table! {
    #[sql_name = "__diesel_schema_migrations"]
    /// What was applied, as Diesel keeps it.
    applied (version) {
        /// The digits at the front of the folder's name.
        version -> Text,
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

fn ask(conn: &mut PgConnection, sql: &str) -> Result<bool> {
    Ok(diesel::sql_query(sql).get_result::<Answer>(conn)?.answer)
}

fn lock(conn: &mut PgConnection) -> Result<()> {
    let mut waits = false;
    loop {
        // Tried again and again, for one that waits *inside* a statement holds a snapshot, which a concurrent index
        // build of the migration that runs would wait for in turn.
        if ask(conn, &format!("select pg_try_advisory_lock({LOCK}) as answer"))? {
            return Ok(());
        }
        if !waits {
            log::info!("another server migrates the database; waiting for it");
            waits = true;
        }
        std::thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::postgres::{Options, PrivatePostgres};

    #[test]
    fn many_servers_that_start_together_migrate_once() {
        let data_dir = std::env::temp_dir().join(format!("bs-{}-migrate", std::process::id()));
        let settings = vec![("fsync".to_owned(), "off".to_owned())];
        let postgres = PrivatePostgres::start(&Options { data_dir: data_dir.clone(), bin_dir: None, settings }).unwrap();
        let all = pending(postgres.url()).unwrap();
        assert!(!all.is_empty() && all.is_sorted());

        let mut applied: Vec<Vec<String>> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| run(postgres.url()))).collect();
            runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect()
        });

        applied.retain(|names| !names.is_empty());
        assert_eq!(applied, std::slice::from_ref(&all), "one applied them all, the others nothing");
        assert!(pending(postgres.url()).unwrap().is_empty());
        drop(postgres);
        std::fs::remove_dir_all(data_dir).unwrap();
    }
}
