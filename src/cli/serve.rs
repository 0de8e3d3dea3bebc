//! `broadsheet serve`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::Database;
use crate::config::{DatabaseOptions, Faults, ServerFlags};
use crate::store::migrations;

/// Serve the API (what runs without a command)
///
/// Brings the database up to date, then answers until SIGTERM or SIGINT; requests that are under way are then
/// finished, and a private Postgres is stopped last.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    pub(super) database: DatabaseOptions,

    #[command(flatten)]
    pub(super) server: ServerFlags,

    /// Refuse to start on a database that is not up to date, rather than migrating it
    #[arg(long, env = "BROADSHEET_NO_MIGRATIONS", help_heading = "Database", value_parser = clap::builder::FalseyValueParser::new())]
    no_migrations: bool,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet serve
  broadsheet serve --bind 0.0.0.0:8080 --public-url https://api.example.org
  broadsheet serve --database-url postgres://news:secret@db.example.org/news --workers 4
  BROADSHEET_CORS_ORIGIN=https://www.example.org,https://m.example.org broadsheet serve";

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut faults = Faults::default();
        let server = self.server.check(&mut faults);
        self.database.check(&mut faults);
        faults.into_result()?;
        let server = server.context("the settings of the server were refused without a reason")?;
        let database = Database::open(&self.database)?;
        if self.no_migrations {
            let pending = migrations::pending(database.url())?;
            if !pending.is_empty() {
                bail!("{} migrations are pending: run `broadsheet migrate`, or start without --no-migrations", pending.len());
            }
        } else {
            migrations::run(database.url())?;
        }
        crate::server::run(&server, database.url())?;
        // Only now, when no request is under way.
        drop(database);
        Ok(ExitCode::SUCCESS)
    }
}
