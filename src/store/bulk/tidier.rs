//! Keeps the search index tidy while a bulk write goes on, from a connection of its own.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use diesel::prelude::*;

use super::{prepare_session, tidy_search};

/// Puts words that wait before the search index in their places while somebody else brings new ones. An index knows no
/// transactions, so that one session may do it for another, on another core; it is a third of what an article costs.
#[derive(Debug)]
pub struct Tidier {
    nudges: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Tidier {
    /// Starts with a connection of its own. Without one there is nothing lost but time: the writer does it all.
    pub fn start(database_url: &str) -> Option<Self> {
        let mut conn =
            PgConnection::establish(database_url).map_err(|fault| log::debug!("the search index is tidied by its writer: {fault}")).ok()?;
        prepare_session(&mut conn).ok()?;
        // Its writer waits for it at the end: never both of them behind somebody who waits for the index, and so for the writer.
        diesel::sql_query("SET lock_timeout = '1s'").execute(&mut conn).ok()?;
        let (nudges, nudged) = sync_channel(1);
        let work = move || {
            while let Ok(()) = nudged.recv() {
                if let Err(fault) = tidy_search(&mut conn) {
                    log::debug!("the search index is tidied by its writer: {fault}");
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("search-tidier".into()).spawn(work).ok()?;
        Some(Self { nudges, thread })
    }

    /// Says that there are new words. Never waits.
    pub fn nudge(&self) {
        // Full: it will hear soon enough. Gone: the writer does it.
        let _ = self.nudges.try_send(());
    }

    /// Waits until what was begun is done.
    pub fn finish(self) {
        drop(self.nudges);
        let _ = self.thread.join();
    }
}
