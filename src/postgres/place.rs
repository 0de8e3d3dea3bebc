//! Which directories the private Postgres uses, and as which user it runs.

use std::fs::{self, DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Where clusters go when root's data directory lies where no other user may enter.
const SHARED_STATE: &str = "/var/lib/broadsheet";

/// The longest path that a socket may have: 107 bytes on Linux, 103 on macOS and the BSDs.
const LONGEST_SOCKET_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The user that the server runs as when this process is root's, since Postgres refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's number.
    pub uid: u32,
    /// The user's primary group.
    pub gid: u32,
}

impl Account {
    /// `None` for an ordinary user, who runs it himself. For root the user `postgres`, else `nobody`: `initdb` wants
    /// one that the system knows by name.
    ///
    /// # Errors
    /// Root on a system with neither.
    pub fn for_server() -> Result<Option<Self>> {
        if !nix::unistd::geteuid().is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = nix::unistd::User::from_name(name)? {
                return Ok(Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }));
            }
        }
        bail!(
            "Postgres refuses to run as root, and there is no user `postgres` or `nobody` here: start Broadsheet as an ordinary user, or set DATABASE_URL"
        )
    }
}

/// The directories of a cluster.
#[derive(Clone, Debug)]
pub struct Place {
    /// Holds everything below; mode 0700.
    pub home: PathBuf,
    /// Who the server runs as; `None`: as this process.
    pub account: Option<Account>,
}

impl Place {
    /// The folder of clusters that belongs to a data directory, made when absent.
    ///
    /// # Errors
    /// A directory cannot be made.
    pub fn of_clusters(data_dir: &Path, account: Option<Account>) -> Result<PathBuf> {
        let data_dir = std::path::absolute(data_dir)?;
        let made = DirBuilder::new().recursive(true).create(&data_dir);
        made.with_context(|| format!("cannot make the directory {}", data_dir.display()))?;
        // Resolved, so that two spellings of one directory are one cluster.
        let data_dir = data_dir.canonicalize()?;
        let clusters = Self::clusters_of(&data_dir, account);
        if clusters != data_dir {
            log::info!(
                "{} cannot be entered by another user than root; the private Postgres is in {}",
                data_dir.display(),
                clusters.display()
            );
            make_open_dir(Path::new(SHARED_STATE))?;
            make_open_dir(&clusters)?;
        }
        Ok(clusters)
    }

    /// The folder of clusters that belongs to a resolved data directory: itself, or one below `/var/lib/broadsheet`
    /// when the user of the server cannot enter it. A private home is left private: opening it would be more than
    /// anybody asked for.
    pub fn clusters_of(data_dir: &Path, account: Option<Account>) -> PathBuf {
        match account {
            Some(account) if !data_dir.ancestors().all(|ancestor| may_enter(ancestor, account)) => {
                Path::new(SHARED_STATE).join(short_hash(data_dir))
            }
            _ => data_dir.to_path_buf(),
        }
    }

    /// The place of the cluster of one major version, made when absent.
    ///
    /// # Errors
    /// The directory cannot be made, or is another user's.
    pub fn prepare(clusters: &Path, major: u32, account: Option<Account>) -> Result<Self> {
        let home = clusters.join(format!("postgres-{major}"));
        let metadata = match fs::symlink_metadata(&home) {
            Ok(metadata) => metadata,
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                make_private_dir(&home, account)?;
                fs::symlink_metadata(&home)?
            }
            Err(fault) => return Err(fault).with_context(|| format!("cannot read {}", home.display())),
        };
        let account = match account {
            // What an ordinary user made stays his, also when root starts it.
            Some(_) if metadata.uid() != 0 => Some(Account { uid: metadata.uid(), gid: metadata.gid() }),
            Some(account) => {
                chown(&home, Some(account.uid), Some(account.gid))?;
                Some(account)
            }
            None if metadata.uid() != nix::unistd::geteuid().as_raw() => bail!(
                "{} belongs to user {}: run Broadsheet as that user or as root, or choose another --data-dir",
                home.display(),
                owner_name(&metadata)
            ),
            None => None,
        };
        Ok(Self { home, account })
    }

    /// The cluster itself, what Postgres calls the data directory.
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Whoever holds a lock on this file owns the cluster.
    pub fn lock(&self) -> PathBuf {
        self.home.join("lock")
    }

    /// What the server has to say.
    pub fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// A directory short enough for a socket's path: [`Self::home`], else one in the directory for temporary files.
    ///
    /// # Errors
    /// The latter exists and is not ours: whoever made it could pose as our server.
    pub fn socket_dir(&self) -> Result<PathBuf> {
        if fits_a_socket(&self.home) {
            return Ok(self.home.clone());
        }
        let dir = std::env::temp_dir().join(format!("broadsheet-{}", short_hash(&self.home)));
        make_private_dir(&dir, self.account)?;
        let metadata = fs::symlink_metadata(&dir)?;
        let uid = self.account.map_or(nix::unistd::geteuid().as_raw(), |account| account.uid);
        if !metadata.is_dir() || metadata.uid() != uid || metadata.mode() & 0o077 != 0 {
            bail!("{} is not a private directory of user {uid}: remove it, or choose a shorter --data-dir", dir.display());
        }
        if !fits_a_socket(&dir) {
            bail!("both {} and {} are too long for the path of a socket: choose a shorter --data-dir", self.home.display(), dir.display());
        }
        Ok(dir)
    }
}

/// The major versions of the clusters in a folder.
pub fn majors_in(clusters: &Path) -> Vec<u32> {
    let entries = fs::read_dir(clusters).into_iter().flatten().flatten();
    // An absent or unfinished cluster has no `data`; root's is closed to an ordinary user, but there.
    let named = entries.filter(|entry| entry.path().join("data").try_exists().unwrap_or(true));
    named.filter_map(|entry| entry.file_name().to_str()?.strip_prefix("postgres-")?.parse().ok()).collect()
}

fn fits_a_socket(dir: &Path) -> bool {
    dir.as_os_str().len() + "/.s.PGSQL.5432".len() <= LONGEST_SOCKET_PATH
}

/// Makes a directory that everybody may enter; one that exists is left as it is.
fn make_open_dir(dir: &Path) -> Result<()> {
    make_dir(dir, 0o755).map(|_| ())
}

/// Makes a directory for the user of the server alone; one that exists is left as it is.
fn make_private_dir(dir: &Path, account: Option<Account>) -> Result<()> {
    if let (true, Some(account)) = (make_dir(dir, 0o700)?, account) {
        chown(dir, Some(account.uid), Some(account.gid))?;
    }
    Ok(())
}

/// Whether it made the directory, rather than finding it.
fn make_dir(dir: &Path, mode: u32) -> Result<bool> {
    match DirBuilder::new().mode(mode).create(dir) {
        Ok(()) => {
            // The umask may have taken more away.
            fs::set_permissions(dir, fs::Permissions::from_mode(mode))?;
            Ok(true)
        }
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(fault) => Err(fault).with_context(|| format!("cannot make the directory {}", dir.display())),
    }
}

fn may_enter(dir: &Path, account: Account) -> bool {
    fs::metadata(dir).is_ok_and(|metadata| is_enterable(metadata.mode(), metadata.uid(), metadata.gid(), account))
}

fn is_enterable(mode: u32, uid: u32, gid: u32, account: Account) -> bool {
    let bit = if uid == account.uid {
        0o100
    } else if gid == account.gid {
        0o010
    } else {
        0o001
    };
    mode & bit != 0
}

fn owner_name(metadata: &Metadata) -> String {
    let user = nix::unistd::User::from_uid(metadata.uid().into());
    user.ok().flatten().map_or_else(|| metadata.uid().to_string(), |user| user.name)
}

fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_of_permissions_decides() {
        let account = Account { uid: 5, gid: 6 };
        assert!(is_enterable(0o755, 0, 0, account));
        assert!(!is_enterable(0o700, 0, 0, account));
        assert!(!is_enterable(0o701, 0, 6, account), "a group without the right is refused, whatever others may do");
        assert!(is_enterable(0o700, 5, 0, account));
        assert!(!is_enterable(0o077, 5, 0, account));
    }

    #[test]
    fn a_hash_is_short_and_tells_paths_apart() {
        assert_eq!(short_hash(Path::new("/a")).len(), 16);
        assert_ne!(short_hash(Path::new("/a")), short_hash(Path::new("/b")));
    }
}
