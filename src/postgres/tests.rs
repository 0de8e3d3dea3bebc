#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::*;

/// A data directory of its own for one test, removed at its end.
struct DataDir(PathBuf);

impl DataDir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("bs-{}-{name}", std::process::id()));
        Self(dir)
    }

    fn start(&self) -> PrivatePostgres {
        PrivatePostgres::start(&self.options()).unwrap()
    }

    fn options(&self) -> Options {
        let settings = [("fsync", "off"), ("shared_buffers", "16MB")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Options { data_dir: self.0.clone(), bin_dir: None, settings: settings.to_vec() }
    }

    fn data(&self) -> PathBuf {
        let home = std::fs::read_dir(&self.0).unwrap().next().unwrap().unwrap();
        home.path().join("data")
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

fn query(url: &str, sql: &str) -> i32 {
    let mut conn = PgConnection::establish(url).unwrap();
    diesel::sql_query(sql).get_result::<Number>(&mut conn).unwrap().number
}

fn remember(url: &str, number: i32) {
    let mut conn = PgConnection::establish(url).unwrap();
    diesel::sql_query(format!("create table if not exists kept as select {number} as number")).execute(&mut conn).unwrap();
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_was_written_is_there_at_the_second_boot() {
    let dir = DataDir::new("boot");
    let first = dir.start();
    assert!(first.is_owner());
    remember(first.url(), 7);
    assert_eq!(query(first.url(), "select setting::int as number from pg_settings where name = 'shared_buffers'"), 2048);
    drop(first);
    assert!(!dir.data().join("postmaster.pid").exists(), "a dropped owner leaves a server that ended cleanly");
    let second = dir.start();
    assert_eq!(query(second.url(), "select number from kept"), 7);
}

#[test]
fn nothing_listens_on_tcp_and_the_directory_is_private() {
    use std::os::unix::fs::MetadataExt;
    let dir = DataDir::new("tcp");
    let mut options = dir.options();
    options.settings.push(("listen_addresses".into(), "*".into()));
    let postgres = PrivatePostgres::start(&options).unwrap();
    assert_eq!(
        query(postgres.url(), "select count(*)::int as number from pg_settings where name = 'listen_addresses' and setting = ''"),
        1
    );
    assert_eq!(std::fs::metadata(dir.data().parent().unwrap()).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_second_start_attaches_and_takes_over_when_the_owner_ends() {
    let dir = DataDir::new("attach");
    let owner = dir.start();
    let attached = dir.start();
    assert!(owner.is_owner() && !attached.is_owner());
    assert_eq!(owner.url(), attached.url());
    remember(attached.url(), 8);

    drop(dir.start());
    assert_eq!(query(owner.url(), "select number from kept"), 8, "the end of one that is attached stops nothing");

    drop(owner);
    eventually("the one that is attached takes over", || attached.is_owner() && launch::accepts(attached.url()));
    assert_eq!(query(attached.url(), "select number from kept"), 8);
}

#[test]
fn many_starts_at_once_make_one_cluster() {
    let dir = DataDir::new("race");
    let all: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| dir.start())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(all.iter().filter(|postgres| postgres.is_owner()).count(), 1);
}

#[test]
fn a_server_that_dies_is_started_again() {
    let dir = DataDir::new("dies");
    let postgres = dir.start();
    remember(postgres.url(), 9);
    let first = orphans::PidFile::read(&dir.data()).unwrap().pid;
    nix::sys::signal::kill(first, nix::sys::signal::Signal::SIGKILL).unwrap();
    eventually("another server answers", || {
        orphans::PidFile::read(&dir.data()).is_some_and(|file| file.pid != first) && launch::accepts(postgres.url())
    });
    assert_eq!(query(postgres.url(), "select number from kept"), 9);
}

#[test]
fn lock_files_that_name_a_stranger_do_not_matter() {
    let dir = DataDir::new("pid");
    drop(dir.start());
    let data = dir.data();
    let text = format!("{}\n{}\n1700000000\n5432\n/nowhere\n", std::process::id(), data.display());
    std::fs::write(data.join("postmaster.pid"), &text).unwrap();
    std::fs::write(data.with_file_name(".s.PGSQL.5432.lock"), &text).unwrap();
    let postgres = dir.start();
    assert_eq!(query(postgres.url(), "select 1 as number"), 1);
}

#[test]
fn a_server_left_by_a_killed_owner_is_replaced() {
    let dir = DataDir::new("orphan");
    let owner = dir.start();
    let first = orphans::PidFile::read(&dir.data()).unwrap().pid;
    // As after a kill: the lock is free, the server still there.
    let place = place::Place { home: dir.data().parent().unwrap().to_owned(), account: None };
    orphans::clear(&place, &place.home).unwrap();
    assert!(orphans::PidFile::read(&dir.data()).is_none_or(|file| file.pid != first));
    drop(owner);
}

#[test]
fn a_directory_too_long_for_a_socket_gets_another() {
    let dir = DataDir::new(&"long".repeat(25));
    let postgres = dir.start();
    assert_eq!(query(postgres.url(), "select 1 as number"), 1);
    let socket_dir = orphans::PidFile::read(&dir.data()).unwrap().socket_dir.unwrap();
    assert!(socket_dir.starts_with(std::env::temp_dir()) && !socket_dir.starts_with(&dir.0));
    drop(postgres);
    std::fs::remove_dir_all(socket_dir).unwrap();
}

#[test]
fn a_cluster_of_another_major_is_not_passed_over() {
    let dir = DataDir::new("major");
    std::fs::create_dir_all(dir.0.join("postgres-13/data")).unwrap();
    let message = PrivatePostgres::start(&dir.options()).unwrap_err().to_string();
    assert!(message.contains("cluster of Postgres 13"), "{message}");
}

#[test]
fn a_setting_that_postgres_refuses_is_told_in_its_words() {
    let dir = DataDir::new("fault");
    let mut options = dir.options();
    options.settings.push(("no_such_setting".into(), "1".into()));
    let message = format!("{:#}", PrivatePostgres::start(&options).unwrap_err());
    assert!(message.contains("no_such_setting"), "{message}");
    assert!(Path::new(&dir.0).exists());
}
