//! `broadsheet user`: accounts, whether the server runs or not.

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use diesel::PgConnection;

use super::database::in_transaction;
use crate::access::password::{MAX_BYTES, Password};
use crate::config::DatabaseOptions;
use crate::domain::account::{parse_email, parse_name};
use crate::domain::actor::Actor;
use crate::domain::role::Role;
use crate::store::error::{StoreError, StoreResult};
use crate::store::users::{self, NewUser, UserChanges, UserRow};

/// Create and change the accounts of the newsroom
///
/// Works on the database directly, whether a server runs or not; a running one takes notice at the next request.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  Make the first account:
    broadsheet user create --email m.aydin@example.org --name 'M. Aydin' --role admin --password-stdin < password.txt
  See who there is:
    broadsheet user list
  Take somebody out at once, with all their sessions:
    broadsheet user disable --email m.aydin@example.org";

const CREATE_EXAMPLES: &str = "\
Examples:
  broadsheet user create --email m.aydin@example.org --name 'M. Aydin' --role admin --password-stdin < password.txt
  printf '%s' \"$PASSWORD\" | broadsheet user create --email a@example.org --name A --role author --password-stdin";

#[derive(Subcommand, Debug)]
enum Action {
    /// Add an account
    #[command(after_help = CREATE_EXAMPLES)]
    Create {
        /// What they log in with
        #[arg(long, value_parser = |text: &str| parse_email(text))]
        email: String,
        /// How they are called
        #[arg(long, value_parser = |text: &str| parse_name(text))]
        name: String,
        /// What they may do
        #[arg(long, value_parser = clap::builder::ValueParser::from(parse_role))]
        role: Role,
        #[command(flatten)]
        password: PasswordSource,
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// List the accounts, the newest first
    #[command(after_help = "Example:\n  broadsheet user list")]
    List {
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// Let somebody log in no more, and end their sessions
    #[command(after_help = "Example:\n  broadsheet user disable --email m.aydin@example.org")]
    Disable(Whom),
    /// Let somebody log in again
    #[command(after_help = "Example:\n  broadsheet user enable --email m.aydin@example.org")]
    Enable(Whom),
    /// Give somebody another password, and end their sessions
    #[command(after_help = "Example:\n  broadsheet user set-password --email m.aydin@example.org --password-stdin < password.txt")]
    SetPassword {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Let somebody do more, or less
    #[command(after_help = "Example:\n  broadsheet user set-role --email m.aydin@example.org --role editor")]
    SetRole {
        #[command(flatten)]
        whom: Whom,
        /// What they may do
        #[arg(long, value_parser = clap::builder::ValueParser::from(parse_role))]
        role: Role,
    },
}

#[derive(Args, Debug)]
struct Whom {
    /// The address of the account
    #[arg(long)]
    email: String,
    #[command(flatten)]
    database: DatabaseOptions,
}

#[derive(Args, Debug)]
struct PasswordSource {
    /// Read the password from standard input: its first line. An argument would be seen by everybody on the machine
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self.action {
            Action::Create { email, name, role, password, database } => {
                // Before the database: a private one takes a moment to start, only to hear that the password is too short.
                let password_hash = password.read()?.hash()?;
                let new = NewUser { email, name, role, password_hash };
                let user = on(&database, |tx| users::insert(tx, Actor::command_line(), new.clone()))?;
                say(&format!("created: {} <{}>, {}", user.name, user.email, name_of(user.role)))
            }
            Action::List { database } => list(&database),
            Action::Disable(whom) => {
                let user = whom.change(UserChanges { is_disabled: Some(true), ..UserChanges::default() })?;
                say(&format!("disabled: {}", user.email))
            }
            Action::Enable(whom) => {
                let user = whom.change(UserChanges { is_disabled: Some(false), ..UserChanges::default() })?;
                say(&format!("enabled: {}", user.email))
            }
            Action::SetPassword { whom, password } => {
                let password_hash = Some(password.read()?.hash()?);
                let user = whom.change(UserChanges { password_hash, ..UserChanges::default() })?;
                say(&format!("changed: the password of {}", user.email))
            }
            Action::SetRole { whom, role } => {
                let user = whom.change(UserChanges { role: Some(role), ..UserChanges::default() })?;
                say(&format!("changed: {} is {} now", user.email, name_of(user.role)))
            }
        }
    }
}

impl Whom {
    fn change(&self, changes: UserChanges) -> Result<UserRow> {
        on(&self.database, |tx| {
            let user = users::get_by_email(tx, self.email.trim())?;
            users::update(tx, Actor::command_line(), user.id, None, changes.clone(), None)
        })
        .map_err(|fault| match fault.downcast_ref() {
            Some(StoreError::NotFound) => anyhow::anyhow!("there is no account {}; `broadsheet user list` shows all", self.email.trim()),
            _ => fault,
        })
    }
}

impl PasswordSource {
    fn read(&self) -> Result<Password> {
        let input = std::io::stdin();
        if !self.password_stdin || input.is_terminal() {
            // A terminal would show it while it is typed.
            bail!("write the password into a file or a pipe and add --password-stdin: … --password-stdin < password.txt");
        }
        first_line(input.lock())
    }
}

fn first_line(input: impl Read) -> Result<Password> {
    let mut bytes = Vec::new();
    // A little more than the longest, so that a line end fits and what is too long is noticed.
    input.take(MAX_BYTES as u64 + 3).read_to_end(&mut bytes).context("cannot read the password")?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let Ok(text) = std::str::from_utf8(line) else { bail!("the password is not UTF-8") };
    Ok(Password::parse(text)?)
}

fn list(database: &DatabaseOptions) -> Result<ExitCode> {
    const AT_ONCE: i64 = 100;
    let all = on(database, |tx| {
        let mut all = users::list(tx, None, AT_ONCE)?;
        let mut fresh = all.len();
        while fresh > 0 {
            let more = users::list(tx, all.last().map(|user| user.id), AT_ONCE)?;
            fresh = more.len();
            all.extend(more);
        }
        Ok(all)
    })?;
    if all.is_empty() {
        return say("nobody yet: `broadsheet user create --help` shows how to make the first account");
    }
    let width = all.iter().map(|user| user.email.chars().count()).max().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for user in all {
        let (role, since) = (name_of(user.role), user.created_at.format("%Y-%m-%d"));
        let mark = if user.is_disabled { "  disabled" } else { "" };
        writeln!(out, "{:width$}  {role:6}  since {since}  {}{mark}", user.email, user.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn on<T>(options: &DatabaseOptions, work: impl FnOnce(&mut PgConnection) -> StoreResult<T>) -> Result<T> {
    in_transaction(options, work).map_err(|fault| match fault.downcast() {
        Ok(fault) => told(fault),
        Err(other) => other,
    })
}

/// In words for somebody at a terminal.
fn told(fault: StoreError) -> anyhow::Error {
    match fault {
        StoreError::Taken { pointer: "/email" } => anyhow::anyhow!("there is an account with this e-mail address already"),
        other => other.into(),
    }
}

fn say(line: &str) -> Result<ExitCode> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(ExitCode::SUCCESS)
}

fn name_of(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Editor => "editor",
        Role::Author => "author",
        Role::Reader => "reader",
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    let known = Role::ALL.map(name_of).join(", ");
    Role::ALL.into_iter().find(|role| name_of(*role) == text).ok_or_else(|| format!("there is no role `{text}`; it is one of {known}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_first_line_is_the_password() {
        let hash = |input: &[u8]| first_line(input).map(|_| ()).map_err(|fault| fault.to_string());
        for good in ["a storm at the harbour", "a storm at the harbour\n", "a storm at the harbour\r\nand more\n"] {
            assert_eq!(hash(good.as_bytes()), Ok(()), "{good:?}");
        }
        assert!(hash(b"").unwrap_err().contains("at least 12"));
        assert!(hash(b"short\na storm at the harbour").unwrap_err().contains("at least 12"));
        assert!(hash(&[b'a'; 256]).is_ok());
        assert!(hash(&[b'a'; 257]).unwrap_err().contains("at most 256"));
        assert!(hash(&[b'a'; 5000]).unwrap_err().contains("at most 256"));
        assert!(hash(format!("{}\n", "𝄞".repeat(256)).as_bytes()).is_ok());
        assert!(hash(&[0xff; 20]).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_role_goes_by_its_name_in_the_contract() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), name_of(role));
            assert_eq!(parse_role(name_of(role)), Ok(role));
        }
        assert!(parse_role("owner").unwrap_err().contains("admin, editor, author, reader"));
    }
}
