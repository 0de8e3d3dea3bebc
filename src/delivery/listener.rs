//! The one connection of a server that listens for changes.

use std::{
    sync::Weak,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl};

use super::bell::Inner;

/// libpq gives no way to sleep until something arrives, only to look. This is how late a change can be noticed.
const GLANCE: Duration = Duration::from_millis(40);
/// A connection that died without a word is found out by asking.
const ASK_EVERY: Duration = Duration::from_secs(20);
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// Listens on a thread of its own for as long as the bell exists.
pub fn start(bell: Weak<Inner>, url: String) {
    let listening = thread::Builder::new().name("change listener".to_owned()).spawn(move || run(&bell, &url));
    if let Err(fault) = listening {
        log::error!("no thread to listen for changes: who waits learns of them late ({fault})");
    }
}

fn run(bell: &Weak<Inner>, url: &str) {
    let mut backoff = FIRST_BACKOFF;
    while let Some(alive) = bell.upgrade() {
        if alive.is_closing() {
            return;
        }
        drop(alive);
        let begun = Instant::now();
        match listen(bell, url) {
            Ok(()) => return,
            Err(fault) => log::warn!("the connection that listens for changes is gone: {fault}; trying again in {backoff:?}"),
        }
        if let Some(bell) = bell.upgrade() {
            bell.set_heard(false);
        }
        if begun.elapsed() > LONGEST_BACKOFF {
            backoff = FIRST_BACKOFF;
        }
        rest(bell, backoff);
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
}

/// Listens until the bell is gone.
fn listen(bell: &Weak<Inner>, url: &str) -> anyhow::Result<()> {
    let mut conn = PgConnection::establish(url)?;
    diesel::sql_query("SELECT set_config('application_name', 'broadsheet listener', false)").execute(&mut conn)?;
    diesel::sql_query("LISTEN broadsheet_changes").execute(&mut conn)?;
    // What happened while nobody listened is not announced again: all have to look.
    if let Some(bell) = bell.upgrade() {
        bell.set_heard(true);
        bell.ring();
    }
    let mut asked = Instant::now();
    loop {
        let heard = conn.notifications_iter().collect::<QueryResult<Vec<_>>>()?;
        let Some(bell) = bell.upgrade().filter(|bell| !bell.is_closing()) else { return Ok(()) };
        if !heard.is_empty() {
            bell.ring();
        }
        drop(bell);
        if asked.elapsed() >= ASK_EVERY {
            diesel::sql_query("SELECT 1").execute(&mut conn)?;
            asked = Instant::now();
        }
        thread::sleep(GLANCE);
    }
}

/// Sleeps, but not longer than the bell lives.
fn rest(bell: &Weak<Inner>, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end && bell.strong_count() > 0 {
        thread::sleep(GLANCE);
    }
}
