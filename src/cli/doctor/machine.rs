//! Checks of the machine.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, access};

use super::Finding;
use crate::cli::health;
use crate::postgres::place::{Account, Place, majors_in};

/// Less free space than this (bytes) is told: a new cluster takes 40 MB, and Postgres's log of writes up to 1 GB.
const LEAST_SPACE: u64 = 2 << 30;

/// Whether the data directory can be written, or made, and has room.
pub fn data_dir(dir: &Path) -> Finding {
    const CHECK: &str = "data dir";
    let Ok(absolute) = std::path::absolute(dir) else {
        return Finding::bad(CHECK, format!("{} is no path", dir.display()), "set --data-dir");
    };
    let Some(there) = absolute.ancestors().find(|ancestor| ancestor.exists()) else {
        return Finding::bad(CHECK, format!("{} is nowhere", absolute.display()), "set --data-dir");
    };
    if !there.is_dir() {
        return Finding::bad(CHECK, format!("{} is no directory", there.display()), "set --data-dir to a directory");
    }
    if let Err(fault) = access(there, AccessFlags::W_OK | AccessFlags::X_OK) {
        let problem = format!("{} cannot be written ({})", there.display(), fault.desc());
        return Finding::bad(CHECK, problem, "give this user the right to, or set --data-dir to another");
    }
    let Ok(disk) = statvfs(there) else {
        return Finding::good(CHECK, absolute.display().to_string());
    };
    // The two have other widths on other systems.
    #[allow(clippy::useless_conversion, clippy::allow_attributes, reason = "the widths differ by system")]
    let free = u64::from(disk.blocks_available()).saturating_mul(u64::from(disk.fragment_size()));
    let found = format!("{}, {:.1} GB free", absolute.display(), free as f64 / 1e9);
    if free < LEAST_SPACE {
        return Finding::bad(CHECK, found, "make room (2 GB at least), or set --data-dir to another disk");
    }
    Finding::good(CHECK, found)
}

/// Whether the address can be listened on, or a Broadsheet does so already.
pub fn address(bind: SocketAddr) -> Finding {
    const CHECK: &str = "address";
    match TcpListener::bind(bind) {
        Ok(_) => Finding::good(CHECK, format!("{bind} is free")),
        Err(fault) if fault.kind() == ErrorKind::AddrInUse => {
            if health::ask(&health::url_of(bind, "live")).is_ok() {
                return Finding::good(CHECK, format!("{bind} is in use by a server that says it lives"));
            }
            Finding::bad(CHECK, format!("{bind} is in use by another program"), "end it, or set --bind to another port")
        }
        Err(fault) if fault.kind() == ErrorKind::PermissionDenied => {
            Finding::bad(CHECK, format!("{bind} is not allowed to this user"), "set --bind to a port over 1023")
        }
        Err(fault) => Finding::bad(CHECK, format!("cannot listen on {bind}: {fault}"), "set --bind to an address of this machine"),
    }
}

/// The major versions of the clusters that belong to a data directory; makes nothing.
pub fn clusters(data_dir: &Path) -> Vec<u32> {
    let account = Account::for_server().ok().flatten();
    match data_dir.canonicalize() {
        Ok(there) => majors_in(&Place::clusters_of(&there, account)),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_in_use_by_something_else_fails() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let bind = taken.local_addr().unwrap();
        // It answers nothing of HTTP, at once.
        let other = std::thread::spawn(move || drop(taken.accept()));
        assert!(address(bind).outcome.unwrap_err().problem.contains("in use by another program"));
        other.join().unwrap();
        assert!(address("127.0.0.1:0".parse().unwrap()).outcome.is_ok());
        assert!(address("192.0.2.1:80".parse().unwrap()).outcome.is_err());
    }

    #[test]
    fn a_data_directory_may_be_absent_but_not_a_file() {
        assert!(data_dir(&std::env::temp_dir().join("bs-absent/data")).outcome.is_ok());
        assert!(data_dir(Path::new("/proc/self/status/data")).outcome.is_err());
        assert_eq!(clusters(Path::new("/nonexistent")), Vec::<u32>::new());
    }
}
