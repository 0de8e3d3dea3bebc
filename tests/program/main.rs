//! The program itself: how it starts, how it is killed, what it says and with which exit code it ends.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod user;

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A directory to run in, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("bs-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_broadsheet"));
        // The settings of whoever runs the tests are not the test's.
        let strangers = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("BROADSHEET_"));
        for stranger in strangers {
            command.env_remove(stranger);
        }
        command.env_remove("DATABASE_URL").current_dir(&self.0).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Starts a server and waits until it says where it listens.
    fn serve(&self) -> Server {
        Self::started(self.command(&["--bind", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until a server says where it listens.
    fn started(mut child: Child) -> Server {
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = log.by_ref().find_map(|line| Some(line.unwrap().split_once("http://")?.1.to_owned())).expect("the server ended");
        Server { child, url: format!("http://{url}"), log }
    }

    /// The pid of the private Postgres.
    fn postgres(&self) -> Option<Pid> {
        let cluster = std::fs::read_dir(self.0.join("data")).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(cluster.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok().map(Pid::from_raw)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Server {
    child: Child,
    url: String,
    /// Kept open, for a server whose log nobody takes may not say goodbye.
    log: Lines<BufReader<ChildStderr>>,
}

impl Server {
    fn signal(mut self, signal: Signal) -> (std::process::ExitStatus, Vec<String>) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
        let log = self.log.map_while(Result::ok).collect();
        (self.child.wait().unwrap(), log)
    }
}

impl Place {
    fn is_healthy(&self, server: &Server) -> bool {
        self.run(&["health", "--url", &server.url]).status.success()
    }
}

#[test]
fn the_first_run_needs_nothing_and_ends_cleanly_on_both_signals() {
    let place = Place::new("signals");
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let server = place.serve();
        assert!(place.is_healthy(&server));
        assert!(place.postgres().is_some());
        let (status, log) = server.signal(signal);
        assert!(status.success(), "{status}: {log:?}");
        assert_eq!(place.postgres(), None, "Postgres was stopped before the program ended");
    }
}

#[test]
fn after_a_kill_the_next_start_is_healthy_at_once() {
    let place = Place::new("kill");
    let server = place.serve();
    server.signal(Signal::SIGKILL);
    let began = Instant::now();
    let server = place.serve();
    assert!(place.is_healthy(&server));
    assert!(began.elapsed() < Duration::from_secs(10));

    // Both at once: nobody is left to tidy up, and a process that nobody waits for keeps its number.
    kill(place.postgres().unwrap(), Signal::SIGSTOP).unwrap();
    let postgres = place.postgres().unwrap();
    server.signal(Signal::SIGKILL);
    kill(postgres, Signal::SIGKILL).unwrap();
    let server = place.serve();
    assert!(place.is_healthy(&server));
    server.signal(Signal::SIGTERM);
}

#[test]
fn commands_work_beside_a_running_server() {
    let place = Place::new("beside");
    let server = place.serve();
    let postgres = place.postgres();
    let output = place.run(&["migrate"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "nothing to do: the database is up to date\n");
    assert!(place.run(&["doctor", "--bind", "127.0.0.1:0"]).status.success());
    assert_eq!(place.postgres(), postgres, "the server's Postgres went on");
    server.signal(Signal::SIGTERM);
}

#[test]
fn every_fault_of_the_settings_is_told_at_once_and_no_password() {
    let place = Place::new("faults");
    std::fs::write(place.0.join(".env"), "BROADSHEET_WORKERS=many\nBROADSHEET_BNID=127.0.0.1:80\n").unwrap();
    let output = place.run(&["--bind", "nowhere", "--database-url", "mysql://u:geheim@db/news"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in ["3 settings", "--bind", "BROADSHEET_WORKERS", "DATABASE_URL", "did you mean BROADSHEET_BIND?"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    assert!(!said.contains("geheim"), "{said}");
    let help = place.command(&["--help"]).env("DATABASE_URL", "postgres://u:geheim@db/news").output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("geheim"));
}

#[test]
fn a_database_that_does_not_answer_ends_with_one_line() {
    let place = Place::new("refused");
    let output = place.run(&["migrate", "--database-url", "postgres://u:geheim@127.0.0.1:1/news"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.starts_with("error: cannot connect to the database: ") && said.trim_end().lines().count() == 1, "{said}");
    assert!(!said.contains("geheim"), "{said}");
}

#[test]
fn who_waits_for_changes_does_not_hold_up_the_end() {
    let place = Place::new("waiting");
    let server = place.serve();
    let ask = |address: &str| {
        let mut connection = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(connection, "GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        connection
    };
    let mut stream = ask("/v1/stream");
    let mut head = [0; 64];
    stream.read_exact(&mut head).unwrap();
    let mut poll = ask("/v1/changes?wait=60");
    std::thread::sleep(Duration::from_millis(500));
    let began = Instant::now();
    let (status, log) = server.signal(Signal::SIGTERM);
    assert!(status.success() && began.elapsed() < Duration::from_secs(8), "{status} after {:?}: {log:?}", began.elapsed());
    let (mut events, mut page) = (String::new(), String::new());
    stream.read_to_string(&mut events).unwrap();
    poll.read_to_string(&mut page).unwrap();
    assert!(events.ends_with("\r\n0\r\n\r\n"), "the stream has its end: {events}");
    assert!(page.contains("\"has_more\":false"), "the poll has its answer: {page}");
}
