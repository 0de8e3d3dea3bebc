//! What a run that was killed left behind: servers without an owner, and lock files without a server.
//!
//! Called with the lock held, so whatever still runs on the cluster belongs to nobody.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::place::Place;

/// The lines of `postmaster.pid` that matter here (Postgres writes them; `miscadmin.h` numbers them).
#[derive(Debug, PartialEq, Eq)]
pub struct PidFile {
    /// The process that wrote it, dead or alive. Line 1.
    pub pid: Pid,
    /// Where its socket is, once it listens. Line 5.
    pub socket_dir: Option<PathBuf>,
    /// Whether it takes connections. Line 8.
    pub is_ready: bool,
}

impl PidFile {
    /// `None` when there is none or nothing of use in it.
    pub fn read(data: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        let pid = lines.next()?.parse().ok().filter(|pid| *pid > 1).map(Pid::from_raw)?;
        let socket_dir = lines.nth(3).filter(|line| !line.is_empty()).map(PathBuf::from);
        let is_ready = lines.nth(2) == Some("ready");
        Some(Self { pid, socket_dir, is_ready })
    }
}

/// Ends servers that still run on the cluster, and removes lock files that would keep a new one from starting.
///
/// # Errors
/// A server that does not end within 15 seconds.
pub fn clear(place: &Place, socket_dir: &Path) -> Result<()> {
    if let Some(file) = PidFile::read(&place.data()) {
        end(&place.data(), &file)?;
    }
    for lock in [place.data().join("postmaster.pid"), socket_dir.join(".s.PGSQL.5432.lock")] {
        let file = fs::read_to_string(&lock).ok().and_then(|text| PidFile::parse(&text));
        // Postgres would take the stranger for itself and refuse to start.
        if file.is_some_and(|file| names_a_stranger(file.pid)) {
            match fs::remove_file(&lock) {
                Err(fault) if fault.kind() != ErrorKind::NotFound => {
                    return Err(fault).with_context(|| format!("cannot remove the stale {}", lock.display()));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn end(data: &Path, file: &PidFile) -> Result<()> {
    for (signal, patience) in [(Signal::SIGINT, Duration::from_secs(10)), (Signal::SIGQUIT, Duration::from_secs(5))] {
        let Some(server) = running(data, file.pid) else { break };
        log::info!("ending the Postgres (process {server}) that a killed run left behind");
        // It may end by itself between the look and the signal.
        let _ = kill(server, signal);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline && running(data, file.pid).is_some() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    match running(data, file.pid) {
        Some(server) => bail!("process {server} still runs on {} and does not end: end it by hand", data.display()),
        None => Ok(()),
    }
}

/// Whether the pid exists although no server runs any more: given to another process since, or a zombie that nobody reaps
/// (as in a container whose first process is no init).
fn names_a_stranger(pid: Pid) -> bool {
    cfg!(target_os = "linux") && !matches!(kill(pid, None), Err(nix::errno::Errno::ESRCH))
}

/// A process that runs on the cluster: the one of the pid file, or a child that outlived it.
#[cfg(target_os = "linux")]
fn running(data: &Path, postmaster: Pid) -> Option<Pid> {
    let data = data.canonicalize().ok()?;
    let serves = |pid: Pid| {
        let Some((name, state, parent)) = stat(pid) else { return false };
        if name != "postgres" || state == 'Z' || state == 'X' {
            return false;
        }
        match fs::read_link(format!("/proc/{pid}/cwd")) {
            Ok(cwd) => cwd == data,
            // Root in a container may not look into another user's processes; then the pid file is believed.
            Err(fault) => fault.kind() == ErrorKind::PermissionDenied && (pid == postmaster || parent == postmaster),
        }
    };
    if serves(postmaster) {
        return Some(postmaster);
    }
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Pid::from_raw));
    pids.into_iter().find(|pid| serves(*pid))
}

/// A process's name, state and parent (`man 5 proc_pid_stat`).
#[cfg(target_os = "linux")]
fn stat(pid: Pid) -> Option<(String, char, Pid)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold spaces and brackets, so it ends at the last bracket.
    let (head, tail) = text.rsplit_once(')')?;
    let mut fields = tail.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some((head.split_once('(')?.1.to_owned(), state, Pid::from_raw(parent)))
}

/// Without `/proc` the system is asked by `ps` whether the pid is a Postgres that lives.
#[cfg(not(target_os = "linux"))]
fn running(_data: &Path, postmaster: Pid) -> Option<Pid> {
    let output = std::process::Command::new("ps").args(["-o", "stat=,comm=", "-p", &postmaster.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lives = text.contains("postgres") && !text.trim_start().starts_with('Z');
    lives.then_some(postmaster)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_pid_file_is_read_while_it_is_being_written() {
        let whole = "4711\n/srv/data\n1700000000\n5432\n/srv\n\n  5432001 7\nready   \n";
        let file = PidFile::parse(whole).unwrap();
        assert_eq!(file, PidFile { pid: Pid::from_raw(4711), socket_dir: Some("/srv".into()), is_ready: true });
        assert!(!PidFile::parse(&whole.replace("ready   ", "starting")).unwrap().is_ready);
        assert_eq!(PidFile::parse("4711\n/srv/data\n").unwrap().socket_dir, None);
        for worthless in ["", "\n", "-1\n", "0\n", "1\n", "x\n"] {
            assert_eq!(PidFile::parse(worthless), None, "{worthless:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_runs_on_no_cluster() {
        let me = Pid::this();
        assert_eq!(stat(me).unwrap().2, Pid::parent());
        assert_eq!(running(Path::new("/"), me), None);
        assert!(names_a_stranger(me));
    }
}
