//! Finds the programs of Postgres on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The oldest major version that Broadsheet runs on.
pub const OLDEST_MAJOR: u32 = 14;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The folder, with symbolic links resolved.
    pub dir: PathBuf,
    /// 17 for Postgres 17.2.
    pub major: u32,
}

impl Binaries {
    /// The binaries in `dir`.
    ///
    /// # Errors
    /// One of the two programs is missing, does not run, or is too old.
    pub fn at(dir: &Path) -> Result<Self> {
        for program in ["postgres", "initdb"] {
            if !dir.join(program).is_file() {
                bail!("{} holds no `{program}`: name the folder that does (often …/lib/postgresql/17/bin)", dir.display());
            }
        }
        // Resolved, because Postgres looks for its libraries beside where its program really is.
        let program = dir.join("postgres").canonicalize()?;
        let dir = match program.parent() {
            Some(real) if real.join("initdb").is_file() => real.to_path_buf(),
            _ => dir.to_path_buf(),
        };
        let output = Command::new(&program).arg("--version").output().with_context(|| format!("{} does not run", program.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let major = major_version(&text).with_context(|| format!("{} --version says `{}`", program.display(), text.trim()))?;
        if major < OLDEST_MAJOR {
            bail!("{} is Postgres {major}, and {OLDEST_MAJOR} is the oldest that will do", dir.display());
        }
        Ok(Self { dir, major })
    }

    /// The path of one of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Chooses the binaries for a data directory that already has the clusters `existing` (by major version): those
    /// in `named` if given, else the newest installed whose major has a cluster, else the newest installed.
    ///
    /// # Errors
    /// None installed, or none that can read the cluster that is there.
    pub fn choose(named: Option<&Path>, existing: &[u32]) -> Result<Self> {
        match named {
            Some(dir) => choose_among(vec![Self::at(dir)?], existing),
            None => choose_among(installed(&usual_places()), existing),
        }
    }
}

fn choose_among(mut found: Vec<Binaries>, existing: &[u32]) -> Result<Binaries> {
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    let Some(newest) = found.first() else {
        bail!("no Postgres found on this machine: {HOW_TO_INSTALL}, name the folder of its programs with --pg-bin, or set DATABASE_URL");
    };
    if existing.is_empty() {
        return Ok(newest.clone());
    }
    // Another major would start an empty cluster beside the full one, and the publication would seem lost.
    match found.iter().find(|binaries| existing.contains(&binaries.major)) {
        Some(binaries) => Ok(binaries.clone()),
        None => bail!(
            "the data directory holds a cluster of Postgres {}, but the programs in {} are of {}: install that version, or name its folder with --pg-bin",
            existing.iter().max().unwrap_or(&newest.major),
            newest.dir.display(),
            newest.major,
        ),
    }
}

#[cfg(target_os = "macos")]
const HOW_TO_INSTALL: &str = "`brew install postgresql@17`";
#[cfg(not(target_os = "macos"))]
const HOW_TO_INSTALL: &str =
    "install it (Debian, Ubuntu: `apt-get install postgresql`; Fedora: `dnf install postgresql-server`; Alpine: `apk add postgresql`)";

fn installed(places: &[PathBuf]) -> Vec<Binaries> {
    let mut found: Vec<Binaries> = Vec::new();
    for place in places {
        match Binaries::at(place) {
            Ok(binaries) if !found.contains(&binaries) => found.push(binaries),
            Ok(_) => {}
            Err(fault) => log::debug!("no Postgres of use in {}: {fault:#}", place.display()),
        }
    }
    found
}

/// Every folder in which an installation may have put the programs, whether it exists or not.
fn usual_places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    places.retain(|place| place.join("postgres").is_file());
    if let Some(named) = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success()) {
        places.push(PathBuf::from(String::from_utf8_lossy(&named.stdout).trim()));
    }
    for (folder, prefix, bin) in [
        ("/usr/lib/postgresql", "", "bin"),                          // Debian, Ubuntu
        ("/usr", "pgsql-", "bin"),                                   // the packages of postgresql.org for RHEL
        ("/usr/libexec", "postgresql", ""),                          // Alpine
        ("/opt/homebrew/opt", "postgresql", "bin"),                  // Homebrew on Apple silicon
        ("/usr/local/opt", "postgresql", "bin"),                     // Homebrew on Intel
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),     // Homebrew on Linux
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
        ("/usr/local", "pgsql", "bin"),                              // built from source
    ] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        places.extend(named.map(|entry| entry.path().join(bin)));
    }
    places
}

/// The major version in the output of `postgres --version`, as `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`.
fn major_version(text: &str) -> Option<u32> {
    let number = text.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn binaries(major: u32) -> Binaries {
        Binaries { dir: format!("/opt/pg/{major}").into(), major }
    }

    #[test]
    fn the_major_is_read_from_releases_and_betas() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(major_version("pg 15"), None);
    }

    #[test]
    fn the_newest_is_chosen_unless_a_cluster_says_otherwise() {
        let found = || vec![binaries(15), binaries(17), binaries(16)];
        assert_eq!(choose_among(found(), &[]).unwrap().major, 17);
        assert_eq!(choose_among(found(), &[15]).unwrap().major, 15);
        assert_eq!(choose_among(found(), &[14, 15, 16]).unwrap().major, 16);
        let message = choose_among(found(), &[14]).unwrap_err().to_string();
        assert!(message.contains("cluster of Postgres 14") && message.contains("are of 17"), "{message}");
    }

    #[test]
    fn without_binaries_one_line_says_what_to_install() {
        let message = choose_among(installed(&["/nonexistent/bin".into()]), &[]).unwrap_err().to_string();
        assert!(message.contains("install") && message.contains("--pg-bin") && message.contains("DATABASE_URL"), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }

    #[test]
    fn a_named_folder_without_them_is_named_in_the_message() {
        let message = Binaries::choose(Some(Path::new("/nonexistent")), &[]).unwrap_err().to_string();
        assert!(message.starts_with("/nonexistent holds no `postgres`"), "{message}");
    }
}
