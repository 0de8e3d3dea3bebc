//! `broadsheet doctor`: one line a check, and what to do about each that fails.
//!
//! - [`machine`]: the directory, the address, the programs of Postgres
//! - [`database`]: what the database says of itself

mod database;
mod machine;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::Database;
use crate::config::{DatabaseOptions, Faults, ServerFlags};
use crate::postgres::binaries::Binaries;

/// Look at the settings, the machine and the database, and say what to do
///
/// Takes the settings of `serve`. Changes nothing: a private Postgres is started only where there is one already. The
/// exit code is 1 when a check fails.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    #[command(flatten)]
    database: DatabaseOptions,

    #[command(flatten)]
    server: ServerFlags,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet doctor
  broadsheet doctor --database-url postgres://news:secret@db.example.org/news";

/// What a check found.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    check: &'static str,
    /// What is so, or what is wrong and what to do.
    outcome: Result<String, Advice>,
}

#[derive(Debug, PartialEq, Eq)]
struct Advice {
    problem: String,
    remedy: String,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, outcome: Ok(found.into()) }
    }

    fn bad(check: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, outcome: Err(Advice { problem: problem.into(), remedy: remedy.into() }) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(found) => write!(f, "ok    {:<12} {found}", self.check),
            Err(Advice { problem, remedy }) => write!(f, "FAIL  {:<12} {problem}\n      {:<12} -> {remedy}", self.check, ""),
        }
    }
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut healthy = true;
        // Told one by one, since a check may take its time.
        let mut tell = |findings: Vec<Finding>| {
            healthy &= findings.iter().all(|finding| finding.outcome.is_ok());
            findings.iter().try_for_each(|finding| writeln!(std::io::stdout(), "{finding}"))
        };
        tell(self.settings())?;
        tell(vec![machine::data_dir(&self.database.data_dir)])?;
        match self.open() {
            Ok((finding, database)) => {
                tell(vec![finding])?;
                if let Some(database) = database {
                    tell(database::examine(database.url()))?;
                }
            }
            Err(finding) => tell(finding.into_iter().collect())?,
        }
        Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn settings(&self) -> Vec<Finding> {
        let mut faults = Faults::default();
        self.database.check(&mut faults);
        let Some(server) = self.server.check(&mut faults).filter(|_| faults.0.is_empty()) else {
            let faults = faults.0.into_iter();
            return faults.map(|fault| Finding::bad("settings", fault.to_string(), "change the flag or the variable")).collect();
        };
        vec![
            Finding::good("settings", format!("{} workers, {} connections to the database", server.workers, server.pool_size)),
            Finding::good("public url", server.base_url(server.bind)),
            machine::address(server.bind),
        ]
    }

    /// The database, when there is one, without making any. No finding when its settings are what is wrong.
    fn open(&self) -> Result<(Finding, Option<Database>), Option<Finding>> {
        let mut faults = Faults::default();
        self.database.check(&mut faults);
        faults.into_result().map_err(|_| None)?;
        if self.database.url().is_some() {
            let opened = Database::open(&self.database);
            let database = opened.map_err(|fault| Some(Finding::bad("database", format!("{fault:#}"), "change DATABASE_URL")))?;
            return Ok((Finding::good("database", "the one that DATABASE_URL names"), Some(database)));
        }
        let existing = machine::clusters(&self.database.data_dir);
        let binaries = Binaries::choose(self.database.bin_dir().as_deref(), &existing)
            .map_err(|fault| Some(Finding::bad("postgres", format!("{fault:#}"), "then run `broadsheet doctor` again")))?;
        let programs = format!("Postgres {} in {}", binaries.major, binaries.dir.display());
        if existing.is_empty() {
            let found = format!("{programs}; there is no database yet, `broadsheet serve` makes it");
            return Ok((Finding::good("postgres", found), None));
        }
        let opened = Database::open(&self.database);
        let database = opened.map_err(|fault| {
            let remedy = format!("its own words are in {}/postgres-{}/log", self.database.data_dir.display(), binaries.major);
            Some(Finding::bad("postgres", format!("{fault:#}"), remedy))
        })?;
        Ok((Finding::good("postgres", programs), Some(database)))
    }
}
