//! Runs `initdb` and `postgres`, and ends the latter.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{OpenOptionsExt, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use diesel::{Connection, PgConnection};
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::binaries::Binaries;
use super::orphans::PidFile;
use super::place::Place;

/// How long a server may take until it accepts connections, crash recovery included.
pub const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A log longer than this (bytes) is put aside at the next start.
const LONGEST_LOG: u64 = 4 << 20;

/// What a child inherits of the environment: nothing that would steer Postgres (`PGPORT`, `PGDATESTYLE`…), no secret.
const INHERITED: [&str; 6] = ["PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// The URL of the cluster whose socket is in `socket_dir`.
pub fn url(socket_dir: &Path) -> String {
    let host = percent_encode(socket_dir.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC);
    // The port is said, lest PGPORT says another.
    format!("postgres://broadsheet@/postgres?host={host}&port=5432&connect_timeout=5")
}

/// Whether the server at `url` accepts a connection.
pub fn accepts(url: &str) -> bool {
    PgConnection::establish(url).is_ok()
}

/// Opens a file of the cluster's home, made when absent, for the user of the server.
pub fn open(place: &Place, path: &Path) -> Result<File> {
    // The home belongs to the server's user, who must not lead root to another file by a link.
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    let file = options.open(path).with_context(|| format!("cannot open {}", path.display()))?;
    if let Some(account) = place.account {
        fchown(&file, Some(account.uid), Some(account.gid))?;
    }
    Ok(file)
}

/// Makes the cluster when there is none. A kill meanwhile leaves nothing half made: the cluster gets its name last.
///
/// # Errors
/// `initdb` fails; the message ends with what it said.
pub fn initialise(binaries: &Binaries, place: &Place) -> Result<()> {
    let data = place.data();
    if data.exists() {
        return Ok(());
    }
    log::info!("making a private Postgres {} in {}", binaries.major, place.home.display());
    let unfinished = place.home.join("data.new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let mut initdb = command(binaries, "initdb", place);
    initdb.args(["-U", "broadsheet", "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", "--lc-messages=C"]);
    if cfg!(target_os = "macos") {
        // It has no C.UTF-8; this pair orders by code point and knows letters beyond ASCII, as C.UTF-8 does.
        initdb.args(["--locale=C", "--lc-ctype=en_US.UTF-8"]);
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    let output = initdb.arg("-D").arg(&unfinished).output().with_context(|| failed_to_run(binaries, "initdb"))?;
    if !output.status.success() {
        bail!("initdb failed ({}): {}", output.status, last_lines(&String::from_utf8_lossy(&output.stderr), 3));
    }
    fs::rename(&unfinished, &data)?;
    File::open(&place.home)?.sync_all()?;
    Ok(())
}

/// A running `postgres`.
#[derive(Debug)]
pub struct Server {
    child: Child,
}

impl Server {
    /// Spawns the server and waits until it accepts connections.
    ///
    /// # Errors
    /// It ends, or is not ready in time; the message has what it logged.
    pub fn start(binaries: &Binaries, place: &Place, socket_dir: &Path, settings: &[(String, String)]) -> Result<Self> {
        let url = url(socket_dir);
        let deadline = Instant::now() + START_TIMEOUT;
        let (mut server, mut log) = Self::spawn(binaries, place, socket_dir, settings)?;
        loop {
            // Knocked at only once it says that it is ready: each refusal would stand in its log as a fault.
            if server.is_ready(&place.data()) && accepts(&url) {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                let said = log.read()?;
                if !is_transient(&said) || Instant::now() > deadline {
                    return Err(anyhow!("postgres ended at its start ({status}): {}", faults(&said)));
                }
                std::thread::sleep(Duration::from_millis(200));
                (server, log) = Self::spawn(binaries, place, socket_dir, settings)?;
            } else if Instant::now() > deadline {
                server.stop();
                bail!("postgres was not ready after {} s: {}", START_TIMEOUT.as_secs(), last_lines(&log.read()?, 3));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn spawn(binaries: &Binaries, place: &Place, socket_dir: &Path, settings: &[(String, String)]) -> Result<(Self, Log)> {
        let log = Log::open(place)?;
        let mut postgres = command(binaries, "postgres", place);
        postgres.arg("-D").arg(place.data());
        let mut set = |name: &str, value: &OsStr| {
            let mut setting = std::ffi::OsString::from(name);
            setting.push("=");
            setting.push(value);
            postgres.arg("-c").arg(setting);
        };
        for (name, value) in settings {
            set(name, value.as_ref());
        }
        // Last, so that no setting can open the server to others.
        set("listen_addresses", "".as_ref());
        set("port", "5432".as_ref());
        set("unix_socket_directories", quoted(socket_dir).as_ref());
        set("unix_socket_permissions", "0700".as_ref());
        let child = postgres.stderr(log.file.try_clone()?).spawn().with_context(|| failed_to_run(binaries, "postgres"))?;
        Ok((Self { child }, log))
    }

    fn is_ready(&self, data: &Path) -> bool {
        PidFile::read(data).is_some_and(|file| file.is_ready && u32::try_from(file.pid.as_raw()) == Ok(self.child.id()))
    }

    /// How the server ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Fast shutdown: sessions are ended and everything is written. Immediate shutdown after 10 s of that; the next
    /// start then recovers from the log, and nothing committed is lost.
    pub fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).map(Pid::from_raw);
        for (signal, patience) in [(Signal::SIGINT, 10), (Signal::SIGQUIT, 5)] {
            if let Ok(pid) = pid {
                let _ = kill(pid, signal);
            }
            let deadline = Instant::now() + Duration::from_secs(patience);
            while Instant::now() < deadline {
                if self.ended().is_some() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            log::warn!("the private Postgres did not end within {patience} s of {signal}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's log, read from where this start began.
struct Log {
    file: File,
    start: u64,
}

impl Log {
    fn open(place: &Place) -> Result<Self> {
        let path = place.log();
        let mut file = open(place, &path)?;
        if file.metadata()?.len() > LONGEST_LOG {
            fs::rename(&path, path.with_extension("old"))?;
            file = open(place, &path)?;
        }
        let start = file.metadata()?.len();
        Ok(Self { file, start })
    }

    fn read(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.start))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A command that runs as the user of the server, in its own process group (a terminal's Ctrl-C must reach this
/// process alone, which then drains and stops the server), and that ends with this process.
fn command(binaries: &Binaries, program: &str, place: &Place) -> Command {
    let mut command = Command::new(binaries.program(program));
    command.env_clear().envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?)))).env("LC_ALL", "C");
    command.current_dir(&place.home).process_group(0).stdin(Stdio::null()).stdout(Stdio::null());
    if let Some(account) = place.account {
        command.uid(account.uid).gid(account.gid);
    }
    die_with_parent(&mut command);
    command
}

/// Has the kernel send SIGINT, a fast shutdown, to the child when the calling thread ends, however it ends.
/// Only Linux can; elsewhere the next start ends what was left ([`super::orphans`]).
#[expect(unsafe_code, reason = "std marks what runs between fork and exec as unsafe")]
fn die_with_parent(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        let parent = Pid::this();
        let ask = move || {
            nix::sys::prctl::set_pdeathsig(Signal::SIGINT)?;
            // Had the parent ended before the line above, no signal would ever come.
            if Pid::parent() == parent { Ok(()) } else { Err(nix::errno::Errno::ESRCH.into()) }
        };
        // SAFETY: between fork and exec only async-signal-safe calls are allowed; these are two bare system calls,
        // `prctl` and `getppid`, without allocation or locks.
        unsafe { command.pre_exec(ask) };
    }
}

/// Faults of a start that pass by themselves: a predecessor's last processes are still going.
fn is_transient(said: &str) -> bool {
    said.contains("lock file") || said.contains("shared memory block")
}

fn faults(said: &str) -> String {
    let fatal: Vec<&str> = said.lines().filter(|line| ["FATAL:", "HINT:", "DETAIL:"].iter().any(|mark| line.contains(mark))).collect();
    if fatal.is_empty() { last_lines(said, 3) } else { fatal.join("; ") }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("; ")
}

fn failed_to_run(binaries: &Binaries, program: &str) -> String {
    format!("cannot run {}", binaries.program(program).display())
}

/// A directory as an element of a list of names in Postgres's settings: a comma or a space would split it.
fn quoted(dir: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from("\"");
    text.push(dir.as_os_str().to_string_lossy().replace('"', "\"\""));
    text.push("\"");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_survives_any_directory() {
        assert_eq!(url(Path::new("/a b/&c")), "postgres://broadsheet@/postgres?host=%2Fa%20b%2F%26c&port=5432&connect_timeout=5");
    }

    #[test]
    fn a_fault_is_said_in_the_words_of_postgres() {
        let said = "LOG:  starting\nFATAL:  database files are incompatible with server\nDETAIL:  15, not 18\nLOG:  database system is shut down\n";
        assert_eq!(faults(said), "FATAL:  database files are incompatible with server; DETAIL:  15, not 18");
        assert_eq!(faults("a\n\nb\nc\nd\n"), "b; c; d");
        assert!(!is_transient(said));
        assert!(is_transient("FATAL:  lock file \"postmaster.pid\" already exists"));
    }
}
