//! `broadsheet key`: the credentials of partners, from a terminal.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use chrono::{DateTime, Duration, Utc};
use clap::{Args, Subcommand, ValueEnum};
use diesel::PgConnection;

use super::database::in_transaction;
use crate::config::{DatabaseOptions, Network};
use crate::domain::actor::Actor;
use crate::domain::api_key::ApiKey;
use crate::domain::language;
use crate::domain::licence::Extent;
use crate::domain::reference::Reference;
use crate::domain::slug::slugify;
use crate::store::api_keys::{self, NewApiKey};
use crate::store::error::{StoreError, StoreResult};
use crate::store::licences::{self, LicenceChanges, NamedLicence};
use crate::store::partners::{self, PartnerChanges, PartnerRow};

/// Give partners keys to read with.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Key {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  A key for everything that readers can see, with pictures:
    broadsheet key create --partner 'Harbour Wire' --pictures
  Headlines and standfirsts of two sections, an hour after readers, from one network:
    broadsheet key create --partner 'Harbour Wire' --licence Teasers --section news/energy --section sport \\
      --extent standfirst --embargo-minutes 60 --network 203.0.113.0/24
  Which keys there are, and how one is replaced and ended:
    broadsheet key list
    broadsheet key rotate bs_4fGh8Kq2
    broadsheet key revoke bs_4fGh8Kq2";

#[derive(Subcommand, Debug)]
enum Action {
    /// Make a key; the partner and the licence are made where they are not there
    Create(Create),
    /// List all keys with their partners and licences, without their secret parts
    List {
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// End a key at once
    Revoke {
        /// What the key begins with: bs_ and eight letters
        prefix: String,
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// Make a key to take the place of another, which still works for a while
    Rotate {
        /// What the old key begins with: bs_ and eight letters
        prefix: String,
        /// How long the old key still works, in minutes
        #[arg(long, default_value_t = 1440, value_parser = clap::value_parser!(i64).range(0..=43_200))]
        overlap_minutes: i64,
        #[command(flatten)]
        database: DatabaseOptions,
    },
}

#[derive(Args, Debug)]
struct Create {
    /// The partner, by its name or slug
    #[arg(long)]
    partner: String,
    /// What the key is for
    #[arg(long, default_value = "Production")]
    name: String,
    /// The partner's licence, by its name: one that is there, or one that is made of the flags below
    #[arg(long, default_value = "Standard")]
    licence: String,
    /// Articles of this section and all below it; repeatable [default: all sections]
    #[arg(long = "section", value_name = "PATH")]
    sections: Vec<String>,
    /// Articles in this language; repeatable [default: all]
    #[arg(long = "language", value_name = "TAG", value_parser = language::parse)]
    languages: Vec<String>,
    /// How much of each article
    #[arg(long, value_enum, default_value_t = ExtentName::Full)]
    extent: ExtentName,
    /// Pictures, too
    #[arg(long)]
    pictures: bool,
    /// How much later than readers the partner sees an article
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i32).range(0..=525_600))]
    embargo_minutes: i32,
    /// Requests a minute
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(i32).range(1..=1_000_000))]
    per_minute: i32,
    /// Requests a day
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i32).range(1..=1_000_000_000))]
    per_day: i32,
    /// From where the key may be used, an address or a range; repeatable [default: from anywhere]
    #[arg(long = "network", value_name = "NETWORK")]
    networks: Vec<Network>,
    /// When the key ends (RFC 3339) [default: never]
    #[arg(long, value_name = "TIME")]
    expires_at: Option<DateTime<Utc>>,
    #[command(flatten)]
    database: DatabaseOptions,
}

/// How much of an article, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExtentName {
    /// Headline, byline and link
    Card,
    /// That, and the standfirst
    Standfirst,
    /// All of it
    Full,
}

impl From<ExtentName> for Extent {
    fn from(name: ExtentName) -> Self {
        match name {
            ExtentName::Card => Self::Card,
            ExtentName::Standfirst => Self::Standfirst,
            ExtentName::Full => Self::Full,
        }
    }
}

impl Key {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self.action {
            Action::Create(create) => create.run(),
            Action::List { database } => list(&database),
            Action::Revoke { prefix, database } => {
                let key = in_transaction(&database, |tx| {
                    let key = api_keys::get_by_prefix(tx, &prefix)?;
                    api_keys::revoke(tx, Actor::command_line(), (key.partner_id, key.id), None)?;
                    Ok(key)
                });
                let key = named(key, &prefix)?;
                say(&format!("revoked: {} ({})", key.prefix, key.name))
            }
            Action::Rotate { prefix, overlap_minutes, database } => {
                let until = Utc::now() + Duration::minutes(overlap_minutes);
                let made = in_transaction(&database, |tx| {
                    let key = api_keys::get_by_prefix(tx, &prefix)?;
                    api_keys::rotate(tx, Actor::command_line(), (key.partner_id, key.id), until)
                });
                let (row, key) = named(made, &prefix)?;
                eprintln!("{} still works until {}; {} takes its place:", prefix, until.format("%Y-%m-%d %H:%M UTC"), row.prefix);
                say(&key.into_text())
            }
        }
    }
}

impl Create {
    fn run(self) -> Result<ExitCode> {
        if self.expires_at.is_some_and(|at| at <= Utc::now()) {
            bail!("--expires-at must be a time that is still to come");
        }
        let (partner, licence, row, key) = in_transaction(&self.database, |tx| {
            let partner = self.partner(tx)?;
            let licence = self.licence(tx, &partner)?;
            let new = NewApiKey {
                name: self.name.trim().to_owned(),
                licence: licence.row.id,
                networks: self.networks.iter().map(ToString::to_string).collect(),
                expires_at: self.expires_at,
            };
            let (row, key) = api_keys::insert(tx, Actor::command_line(), partner.id, &new)?;
            Ok((partner, licence, row, key))
        })?;
        // The key alone goes to standard output, for a script to keep.
        eprintln!("{} may read by the licence `{}`; {} is shown this once:", partner.name, licence.row.name, row.prefix);
        say(&ApiKey::into_text(key))
    }

    /// Whether any flag describes a licence.
    fn says_what_to_read(&self) -> bool {
        !self.sections.is_empty()
            || !self.languages.is_empty()
            || !matches!(self.extent, ExtentName::Full)
            || self.pictures
            || self.embargo_minutes != 0
            || self.per_minute != 600
            || self.per_day != 100_000
    }

    fn partner(&self, tx: &mut PgConnection) -> StoreResult<PartnerRow> {
        let name = self.partner.trim();
        let slug = slugify(name).map(|slug| slug.as_str().to_owned()).unwrap_or_default();
        match partners::get(tx, &Reference::parse(&slug)) {
            Err(StoreError::NotFound) => {
                let changes = PartnerChanges { name: Some(name.to_owned()), ..PartnerChanges::default() };
                partners::insert(tx, Actor::command_line(), &changes)
            }
            Err(StoreError::Moved { to }) => partners::get(tx, &Reference::parse(&to)),
            outcome => outcome,
        }
    }

    fn licence(&self, tx: &mut PgConnection, partner: &PartnerRow) -> StoreResult<NamedLicence> {
        let name = self.licence.trim();
        if let Some(known) = licences::all(tx, partner.id)?.into_iter().find(|licence| licence.row.name == name) {
            if self.says_what_to_read() {
                let detail =
                    format!("{} has a licence `{name}` already: leave out what it may read, or name another by --licence", partner.name);
                return Err(StoreError::Conflict { detail });
            }
            return Ok(known);
        }
        let some = |list: &[String]| Some(list.to_vec()).filter(|list| !list.is_empty());
        let changes = LicenceChanges {
            name: Some(name.to_owned()),
            sections: Some(some(&self.sections).map(|list| list.iter().map(|path| Reference::parse(path)).collect())),
            languages: Some(some(&self.languages)),
            extent: Some(self.extent.into()),
            has_pictures: Some(self.pictures),
            embargo_minutes: Some(self.embargo_minutes),
            requests_per_minute: Some(self.per_minute),
            requests_per_day: Some(self.per_day),
            ..LicenceChanges::default()
        };
        licences::insert(tx, Actor::command_line(), partner.id, &changes)
    }
}

/// Says which key there is not.
fn named<T>(outcome: Result<T>, prefix: &str) -> Result<T> {
    outcome.map_err(|fault| match fault.downcast_ref() {
        Some(StoreError::NotFound) => anyhow::anyhow!("there is no key {prefix}; `broadsheet key list` shows all"),
        _ => fault,
    })
}

fn list(database: &DatabaseOptions) -> Result<ExitCode> {
    let rows = in_transaction(database, api_keys::overview)?;
    if rows.is_empty() {
        return say("no keys yet: `broadsheet key create --help` shows how to make one");
    }
    let now = Utc::now();
    let mut out = std::io::stdout().lock();
    for (partner, licence, key) in rows {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(at), _) => format!("revoked {}", at.format("%Y-%m-%d")),
            (None, Some(at)) if at <= now => format!("expired {}", at.format("%Y-%m-%d")),
            (None, Some(at)) => format!("until {}", at.format("%Y-%m-%d %H:%M")),
            (None, None) => "live".to_owned(),
        };
        let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", at.format("%Y-%m-%d %H:%M")));
        writeln!(out, "{}  {partner} · {licence} · {}  {state}, {used}", key.prefix, key.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn say(line: &str) -> Result<ExitCode> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(ExitCode::SUCCESS)
}
