//! `broadsheet migrate`.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::Database;
use crate::config::DatabaseOptions;
use crate::store::migrations;

/// Bring the database up to date
///
/// `serve` does the same at its start. Run it by itself when the server's role may not change the schema. Any number
/// may run at once: one migrates, the others wait.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Migrate {
    #[command(flatten)]
    database: DatabaseOptions,

    /// Only print what is pending; the exit code is 1 when anything is
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet migrate
  broadsheet migrate --check --database-url postgres://news:secret@db.example.org/news";

impl Migrate {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let database = Database::open(&self.database)?;
        let mut out = std::io::stdout();
        if self.check {
            let pending = migrations::pending(database.url())?;
            pending.iter().try_for_each(|name| writeln!(out, "pending: {name}"))?;
            return Ok(if pending.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        let applied = migrations::run(database.url())?;
        applied.iter().try_for_each(|name| writeln!(out, "applied: {name}"))?;
        if applied.is_empty() {
            writeln!(out, "nothing to do: the database is up to date")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
