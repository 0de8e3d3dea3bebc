//! Cuts off what of the change log is older than it is kept.

use std::{
    sync::Weak,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection};

use super::bell::{Bell, Inner};
use crate::store::delta::trim;

/// Nothing waits for it: a log that is an hour too long costs nothing.
const EVERY: Duration = Duration::from_secs(3600);
/// Not while the server starts.
const FIRST: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_secs(1);
/// Others write to the same disk.
const PAUSE: Duration = Duration::from_millis(200);

/// Trims on a thread of its own for as long as the bell exists. Any number of servers may; one at a time does.
pub fn start(bell: &Bell, url: &str, keep: Duration) {
    let (bell, url) = (bell.weak(), url.to_owned());
    let trimming = thread::Builder::new().name("log trimmer".to_owned()).spawn(move || {
        let mut next = Instant::now() + FIRST;
        while is_wanted(&bell) {
            if Instant::now() >= next {
                match run(&bell, &url, keep) {
                    Ok(0) => {}
                    Ok(removed) => log::info!("removed {removed} entries from the change log that were older than it is kept"),
                    Err(fault) => log::warn!("the change log could not be trimmed: {fault}"),
                }
                next = Instant::now() + EVERY;
            }
            thread::sleep(GLANCE);
        }
    });
    if let Err(fault) = trimming {
        log::error!("no thread to trim the change log, which will grow ({fault})");
    }
}

fn is_wanted(bell: &Weak<Inner>) -> bool {
    bell.upgrade().is_some_and(|bell| !bell.is_closing())
}

fn run(bell: &Weak<Inner>, url: &str, keep: Duration) -> anyhow::Result<usize> {
    let mut conn = PgConnection::establish(url)?;
    let mut removed = 0;
    while is_wanted(bell) {
        let some = trim(&mut conn, keep)?;
        removed += some;
        if some == 0 {
            break;
        }
        thread::sleep(PAUSE);
    }
    Ok(removed)
}
