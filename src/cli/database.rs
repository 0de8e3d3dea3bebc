//! The database that a command works on.

use anyhow::{Context, Result};
use diesel::{Connection, PgConnection};

use crate::config::{DatabaseOptions, Faults, Secret};
use crate::postgres::{Options, PrivatePostgres};
use crate::store::error::StoreResult;
use crate::store::migrations;

/// The database that was named, or the private one, which lives as long as this value.
#[derive(Debug)]
pub struct Database {
    url: Secret,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// Uses `DATABASE_URL`, or starts or joins the private Postgres of the data directory.
    ///
    /// # Errors
    /// Settings that cannot be used ([`Faults`]), or a private Postgres that does not start.
    pub fn open(options: &DatabaseOptions) -> Result<Self> {
        let mut faults = Faults::default();
        options.check(&mut faults);
        faults.into_result()?;
        if let Some(url) = options.url() {
            return Ok(Self { url: url.to_owned().into(), private: None });
        }
        let private = PrivatePostgres::start(&Options::small(options.data_dir.clone(), options.bin_dir()))?;
        Ok(Self { url: private.url().to_owned().into(), private: Some(private) })
    }

    /// What to connect to. May hold a password.
    pub fn url(&self) -> &str {
        self.url.reveal()
    }

    /// Whether it is the private one.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }
}

/// Runs `work` in one transaction on the database, brought up to date first: this may be the first command of all.
///
/// # Errors
/// What `work` gives, and where the database cannot be reached.
pub fn in_transaction<T>(options: &DatabaseOptions, work: impl FnOnce(&mut PgConnection) -> StoreResult<T>) -> Result<T> {
    let database = Database::open(options)?;
    migrations::run(database.url())?;
    // The address may hold a password, and libpq's own message says what it needs of it.
    let mut conn = PgConnection::establish(database.url()).context("cannot reach the database")?;
    Ok(conn.transaction(work)?)
}
