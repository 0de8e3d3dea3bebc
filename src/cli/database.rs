//! The database that a command works on.

use anyhow::Result;

use crate::config::{DatabaseOptions, Faults, Secret};
use crate::postgres::{Options, PrivatePostgres};

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
