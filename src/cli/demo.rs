//! `broadsheet demo`.

use std::{io::Write, process::ExitCode};

use actix_web::rt;
use anyhow::{Context, Result};
use chrono::Utc;
use clap::Args;
use diesel::{Connection, PgConnection};

use super::Database;
use crate::{
    access::password::Password,
    config::{DatabaseOptions, Faults, ServerFlags},
    domain::{actor::Actor, role::Role},
    server::{Bound, bind},
    store::{
        error::StoreError,
        migrations,
        users::{self, NewUser, UserChanges},
    },
    transfer::demo::{self, Outcome, TOUR},
};

/// Who may do everything in the demo.
const ADMIN: &str = "admin@harbourcourier.example.org";

/// Serve a small newspaper to try things with
///
/// Loads The Harbour Courier, an invented paper in English and Turkish, into an empty database, gives it an
/// administrator with a new password, and serves it. A second run keeps what is there and whatever was changed in it;
/// only the password is a new one each time.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    #[command(flatten)]
    database: DatabaseOptions,

    #[command(flatten)]
    server: ServerFlags,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet demo
  broadsheet demo --data-dir /tmp/courier --bind 127.0.0.1:9000";

impl Demo {
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut faults = Faults::default();
        let server = self.server.check(&mut faults);
        self.database.check(&mut faults);
        faults.into_result()?;
        let server = server.context("the settings of the server were refused without a reason")?;
        let database = Database::open(&self.database)?;
        migrations::run(database.url())?;
        let mut conn = PgConnection::establish(database.url())?;
        let outcome = demo::load(&mut conn, Utc::now())?;
        let password = renew_admin(&mut conn)?;
        drop(conn);
        let Bound { server: running, addresses, closing } = bind(&server, database.url())?;
        let base_url = server.base_url(addresses.first().copied().unwrap_or(server.bind));
        std::io::stdout().write_all(greeting(outcome, &base_url, &password).as_bytes())?;
        rt::System::new().block_on(async {
            let ended = running.await;
            closing.close().await;
            ended
        })?;
        // Only now, when no request is under way.
        drop(database);
        Ok(ExitCode::SUCCESS)
    }
}

/// Gives the administrator a new password, and makes them first where they are missing.
fn renew_admin(conn: &mut PgConnection) -> Result<String> {
    let password = new_password();
    let password_hash = Password::parse(&password)?.hash()?;
    conn.transaction(|tx| match users::get_by_email(tx, ADMIN) {
        Ok(admin) => {
            let changes =
                UserChanges { password_hash: Some(password_hash), role: Some(Role::Admin), is_disabled: Some(false), ..Default::default() };
            users::update(tx, Actor::command_line(), admin.id, None, changes, None)
        }
        Err(StoreError::NotFound) => {
            let new = NewUser { email: ADMIN.to_owned(), name: "Demo Admin".to_owned(), role: Role::Admin, password_hash };
            users::insert(tx, Actor::command_line(), new)
        }
        Err(other) => Err(other),
    })?;
    Ok(password)
}

/// Four groups of five characters that nobody mistakes for one another: 99 bits of chance.
fn new_password() -> String {
    const CHARACTERS: &[u8; 31] = b"abcdefghijkmnpqrstuvwxyz2345678";
    let groups = (0..4).map(|_| (0..5).map(|_| char::from(CHARACTERS[rand::random_range(0..CHARACTERS.len())])).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

fn greeting(outcome: Outcome, base_url: &str, password: &str) -> String {
    let what = match outcome {
        Outcome::Loaded { visible, hidden } => format!(
            "The Harbour Courier is loaded: {visible} articles to read, and {hidden} that only its editors see\n\
             (a draft, one in review, one scheduled, one withdrawn)."
        ),
        Outcome::WasThere => "The Harbour Courier was loaded before; it is as you left it.".to_owned(),
    };
    let tour: String = TOUR.iter().map(|(what, path)| format!("\n  # {what}\n  curl '{base_url}{path}'\n")).collect();
    format!(
        "\n{what}\n\n\
         Documentation to try it in:  {base_url}/docs\n\
         The contract:                {base_url}/v1/openapi.json\n{tour}\n\
         To write, log in as {ADMIN} (the password is new at each start):\n\n  \
         curl '{base_url}/v1/auth/login' -H 'Content-Type: application/json' \\\n    \
         -d '{{\"email\": \"{ADMIN}\", \"password\": \"{password}\"}}'\n\n\
         Ctrl-C ends it.\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{greeting, new_password};
    use crate::{access::password::Password, transfer::demo::Outcome};

    #[test]
    fn passwords_are_fit_and_never_the_same() {
        let (one, other) = (new_password(), new_password());
        assert_ne!(one, other);
        assert_eq!(one.len(), 23);
        assert!(Password::parse(&one).is_ok());
    }

    #[test]
    fn what_is_printed_can_be_pasted() {
        let text = greeting(Outcome::Loaded { visible: 51, hidden: 4 }, "http://127.0.0.1:8080", "abcde");
        assert!(text.contains("51 articles"));
        assert!(text.contains("\n  curl 'http://127.0.0.1:8080/v1/sections'\n"));
        assert!(text.contains(r#"-d '{"email": "admin@harbourcourier.example.org", "password": "abcde"}'"#));
        assert!(text.lines().all(|line| line.len() <= 150), "{text}");
    }
}
