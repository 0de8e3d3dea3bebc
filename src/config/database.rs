//! Which database.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::fault::Faults;

/// A value that neither logs nor `--help` may show.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The settings of every command that needs the database.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseOptions {
    /// The Postgres to use [without it: a private one in the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "postgres://USER:PASSWORD@HOST/NAME", value_parser = clap::builder::ValueParser::from(|url: &str| Ok::<_, std::convert::Infallible>(Secret(url.to_owned()))))]
    pub database_url: Option<Secret>,

    /// Where a private Postgres and other files are kept
    #[arg(long, env = "BROADSHEET_DATA_DIR", value_name = "DIR", default_value = "./data")]
    pub data_dir: PathBuf,

    /// The folder of Postgres's programs, for the private one [without it: the newest found on this machine]
    #[arg(long, env = "BROADSHEET_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,
}

impl DatabaseOptions {
    /// The URL of the database that was named. A variable that is set to nothing names none.
    pub fn url(&self) -> Option<&str> {
        self.database_url.as_ref().map(|url| url.reveal().trim()).filter(|url| !url.is_empty())
    }

    /// The folder of programs that was named.
    pub fn bin_dir(&self) -> Option<PathBuf> {
        self.pg_bin.clone().filter(|dir| !dir.as_os_str().is_empty())
    }

    /// Adds what is wrong to `faults`.
    pub fn check(&self, faults: &mut Faults) {
        if let Some(url) = self.url() {
            faults.take("--database-url (DATABASE_URL)", check_url(url));
        }
        if self.data_dir.as_os_str().is_empty() {
            faults.take::<()>("--data-dir (BROADSHEET_DATA_DIR)", Err("is empty; name a directory, as ./data".into()));
        }
    }
}

/// The problem is told without the value, which holds a password.
fn check_url(url: &str) -> Result<(), String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("postgres" | "postgresql") => {}
        // libpq takes these too.
        None if url.contains('=') => return Ok(()),
        Some(other) if other.chars().all(|c| c.is_ascii_alphanumeric()) => {
            return Err(format!("begins with `{other}://`; Broadsheet speaks to Postgres alone: postgres://user:password@host/name"));
        }
        _ => return Err("is no URL; write postgres://user:password@host/name".into()),
    }
    // Said here, for libpq would repeat the broken part, which may be the password.
    if url.split('%').skip(1).any(|rest| !rest.get(..2).is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))) {
        return Err("has a `%` that is not followed by two hexadecimal digits; write it as %25".into());
    }
    match Url::parse(url) {
        // libpq takes a URL without a host, and several of them, which are no URLs to anybody else.
        Err(url::ParseError::EmptyHost) => Ok(()),
        Err(_) if url.contains(',') => Ok(()),
        Err(fault) => Err(format!("is no URL ({fault}); special characters of a password are written as %-escapes")),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn options(url: &str) -> DatabaseOptions {
        DatabaseOptions { database_url: Some(Secret(url.into())), data_dir: "./data".into(), pg_bin: None }
    }

    #[test]
    fn what_libpq_takes_is_taken() {
        for good in [
            "postgres://u:p@db.example/news",
            "postgresql://db.example:5433/news?sslmode=require",
            "postgres:///news?host=/run/postgresql",
            "postgres://u@/postgres?host=%2Fsrv",
            "postgres://a.example:5432,b.example:5432/news",
            "host=/run/postgresql dbname=news",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in ["mysql://u:geheim@db/news", "db.example/news", "postgres://u:geheim@db:port/news", "postgres://u:geheim%@db/news"] {
            let problem = check_url(bad).unwrap_err();
            assert!(!problem.contains("geheim"), "{problem}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", options("postgres://u:geheim@db/news")).contains("geheim"));
    }

    #[test]
    fn a_variable_set_to_nothing_names_no_database() {
        assert_eq!(options(" ").url(), None);
        let mut faults = Faults::default();
        options("").check(&mut faults);
        assert_eq!(faults, Faults::default());
    }
}
