//! The one file that knows pools and threads.

use std::time::Duration;

use actix_web::web;
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    r2d2::{ConnectionManager, CustomizeConnection, Error as PoolFault, Pool, PooledConnection},
};

use super::error::{Fault, StoreError, StoreResult};

/// How long a request waits for a free connection before it is told to come back.
const CHECKOUT_TIMEOUT: Duration = Duration::from_secs(2);

/// A transaction that lost a deadlock or a race for a row is run again this often; it has left nothing behind.
const ATTEMPTS: usize = 3;

/// The database as everybody else sees it.
#[derive(Clone)]
pub struct Db {
    primary: Pool<ConnectionManager<PgConnection>>,
}

impl Db {
    /// Opens a pool of `size` connections, one of them at once so that a wrong address is noticed at start.
    ///
    /// # Errors
    /// When the database cannot be reached within the checkout timeout.
    pub fn open(url: &str, size: u32, statement_timeout: Duration) -> Result<Self, r2d2::Error> {
        let primary = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(CHECKOUT_TIMEOUT)
            // One round trip less a request; a connection that died is found by its first statement (`Busy`).
            .test_on_check_out(false)
            .connection_customizer(Box::new(Settings { statement_timeout }))
            .build(ConnectionManager::new(url))?;
        Ok(Self { primary })
    }

    /// Runs a read on a blocking thread.
    ///
    /// `work` may run more than once: where the connection turns out to be dead (the database was restarted), it is
    /// tried on others, at most as many times as there can be dead ones.
    ///
    /// # Errors
    /// `Busy` when no connection is free in time, and whatever `work` gives.
    pub async fn read<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: Fn(&mut PgConnection) -> StoreResult<T> + Send + 'static,
    {
        let pool = self.primary.clone();
        web::block(move || {
            let mut left = pool.max_size();
            loop {
                let mut conn = checkout(&pool)?;
                match work(&mut conn) {
                    Err(StoreError::Busy(_)) if left > 0 && is_dead(&mut conn) => left -= 1,
                    outcome => return outcome,
                }
            }
        })
        .await
        .map_err(|gone| Fault::Worker(gone.to_string()))?
    }

    /// Runs a write in one transaction, which is all that others ever see of it.
    ///
    /// `work` may run more than once: a deadlock or a serialisation failure is tried again.
    ///
    /// # Errors
    /// `Busy` when no connection is free in time, and whatever `work` gives; nothing is written then.
    pub async fn write<T, W>(&self, work: W) -> StoreResult<T>
    where
        T: Send + 'static,
        W: Fn(&mut PgConnection) -> StoreResult<T> + Send + 'static,
    {
        let db = self.clone();
        web::block(move || db.write_here(work)).await.map_err(|gone| Fault::Worker(gone.to_string()))?
    }

    /// The same on the thread that calls, which is none of a request's.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_here<T>(&self, work: impl Fn(&mut PgConnection) -> StoreResult<T>) -> StoreResult<T> {
        let mut conn = checkout(&self.primary)?;
        let mut attempt = 1;
        loop {
            match PgConnection::transaction(&mut *conn, |tx| work(tx)) {
                Err(StoreError::Busy(reason)) if attempt < ATTEMPTS && reason.contains("deadlock") => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// How many connections are open, and how many of them are idle.
    #[must_use]
    pub fn connections(&self) -> (u32, u32) {
        let state = self.primary.state();
        (state.connections, state.idle_connections)
    }
}

fn checkout(pool: &Pool<ConnectionManager<PgConnection>>) -> StoreResult<PooledConnection<ConnectionManager<PgConnection>>> {
    pool.get().map_err(|error| StoreError::Busy(error.to_string()))
}

/// Whether the connection is of no more use; the pool throws it away when it comes back.
fn is_dead(conn: &mut PgConnection) -> bool {
    diesel::sql_query("SELECT 1").execute(conn).is_err()
}

/// What every connection is told once.
#[derive(Debug)]
struct Settings {
    statement_timeout: Duration,
}

impl CustomizeConnection<PgConnection, PoolFault> for Settings {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), PoolFault> {
        // lc_messages is the superuser's to set; where we are not, the server's language decides and a lost
        // connection is still recognised by its kind.
        let milliseconds = self.statement_timeout.as_millis();
        diesel::sql_query(format!(
            "SELECT set_config('statement_timeout', '{milliseconds}', false), set_config('lock_timeout', '{milliseconds}', false), \
             set_config('idle_in_transaction_session_timeout', '60000', false), set_config('timezone', 'UTC', false), set_config('application_name', 'broadsheet', false), \
             set_config('jit', 'off', false)"
        ))
        .execute(conn)
        .map(|_| ())
        .map_err(PoolFault::QueryError)
    }
}
