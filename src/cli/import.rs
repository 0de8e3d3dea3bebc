//! `broadsheet import`: content from elsewhere.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use chrono::Utc;
use clap::{Args, Subcommand};
use diesel::{Connection, PgConnection};
use indicatif::{ProgressBar, ProgressStyle};

use super::Database;
use crate::config::DatabaseOptions;
use crate::store::migrations;
use crate::transfer::wordpress::{ImportOptions, ReadOptions, Stage, import};

/// Bring in content from another system
///
/// An import is one transaction: it is there whole or not at all. Run again, it changes only what has changed at its source.
/// The server may run meanwhile.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    #[command(subcommand)]
    source: Source,
}

const EXAMPLES: &str = "\
Examples:
  Look at what would happen:
    broadsheet import wordpress export.xml --dry-run
  Do it:
    broadsheet import wordpress export.xml";

const WORDPRESS_EXAMPLES: &str = "\
Examples:
  broadsheet import wordpress export.xml --dry-run
  broadsheet import wordpress export.xml
  Several files of one export (a picture is found where it stands in the same file as its article):
    for file in export.*.xml; do broadsheet import wordpress \"$file\"; done
  Posts of a type of the site's own as articles, too:
    broadsheet import wordpress export.xml --post-type story --post-type column";

#[derive(Subcommand, Debug)]
enum Source {
    /// A WordPress export (WXR 1.0 to 1.2: Tools → Export → All content)
    ///
    /// Categories become sections, users authors, attachments media records that point at their files, menus menus. Old addresses keep
    /// leading to what stood there. Drafts, and what was private, scheduled or protected by a password, come in as drafts; what
    /// was in the trash does not. E-mail addresses, IP addresses and comments are not taken.
    Wordpress(Wordpress),
}

#[derive(Args, Debug)]
#[command(after_help = WORDPRESS_EXAMPLES)]
struct Wordpress {
    /// The file
    file: PathBuf,

    /// Do everything, report it, and take it back
    #[arg(long)]
    dry_run: bool,

    /// Take the items of this type as articles, besides posts; may be repeated
    #[arg(long = "post-type", value_name = "TYPE")]
    post_types: Vec<String>,

    /// Drop control characters, which XML forbids, instead of refusing a file that holds some
    #[arg(long)]
    drop_control_characters: bool,

    #[command(flatten)]
    database: DatabaseOptions,
}

impl Import {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self.source {
            Source::Wordpress(wordpress) => wordpress.run(),
        }
    }
}

impl Wordpress {
    fn run(self) -> Result<ExitCode> {
        // Before the database: a private one takes a moment to start, only to hear that there is no such file.
        let size = std::fs::metadata(&self.file).with_context(|| format!("cannot open {}", self.file.display()))?.len();
        let database = Database::open(&self.database)?;
        migrations::run(database.url())?;
        let mut conn = PgConnection::establish(database.url()).context("cannot connect to the database")?;
        let bar = bar(size);
        let options = ImportOptions {
            post_types: self.post_types,
            is_dry_run: self.dry_run,
            read: ReadOptions { drop_control_characters: self.drop_control_characters, ..ReadOptions::default() },
            now: Utc::now(),
            database_url: Some(database.url().to_owned()),
        };
        let outcome = import(&mut conn, &self.file, &options, &|stage| match stage {
            Stage::Reading(bytes) => bar.set_position(bytes / 5),
            // Writing takes most of the time.
            Stage::Writing(bytes) => {
                bar.set_message("writing");
                bar.set_position(size / 5 + bytes * 4 / 5);
            }
            Stage::Finishing => bar.set_message("finishing"),
        });
        bar.finish_and_clear();
        let report = outcome?;
        let mut out = std::io::stdout();
        write!(out, "{report}")?;
        if self.dry_run {
            writeln!(out, "\nA dry run: nothing was written.")?;
        } else if report.is_unchanged() {
            writeln!(out, "\nNothing has changed since the last import.")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A bar on a terminal, nothing in a log.
fn bar(size: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size);
    if let Ok(style) = ProgressStyle::with_template("{msg:<10} [{bar:40}] {percent:>3} % {eta} left") {
        bar.set_style(style);
    }
    bar.set_message("reading");
    bar
}
