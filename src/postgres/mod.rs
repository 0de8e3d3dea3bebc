//! The private Postgres of a first run: a cluster in the data directory that lives as long as this process.
//!
//! Nothing listens on TCP. The socket lies in a directory of mode 0700, so only the cluster's user and root get
//! in, and nobody needs a password. One process owns the cluster, by a lock on a file beside it; any other that
//! starts on the same data directory attaches to it, and takes over when the owner ends first.
//!
//! - [`place`]: which directories, and as which user
//! - [`binaries`]: which Postgres
//! - [`orphans`]: what a killed run left behind
//! - [`launch`]: `initdb`, `postgres`, and their end
//! - [`keeper`]: the thread that holds the lock and the server

pub mod binaries;
mod keeper;
mod launch;
mod orphans;
pub mod place;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

/// Where the private Postgres lives, and how it is set.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Holds the folder `postgres-<major>` with the cluster; made when absent.
    pub data_dir: PathBuf,
    /// The folder with `postgres` and `initdb`; looked for in the usual places when `None`.
    pub bin_dir: Option<PathBuf>,
    /// Further settings of the server (`postgres -c name=value`).
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A cluster in `data_dir` with the settings that suit a small machine.
    ///
    /// Memory stays at Postgres's own defaults, which are modest and touched only as needed. JIT compilation costs
    /// more than it saves on the short statements of an API, and random reads are cheap on any disk of today.
    pub fn small(data_dir: PathBuf, bin_dir: Option<PathBuf>) -> Self {
        let settings = [("jit", "off"), ("random_page_cost", "1.1"), ("log_checkpoints", "off"), ("timezone", "UTC")];
        let settings = settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Self { data_dir, bin_dir, settings }
    }
}

/// A private Postgres that accepts connections. The server stops when the value of its owner is dropped.
#[derive(Debug)]
pub struct PrivatePostgres {
    url: String,
    is_owner: Arc<AtomicBool>,
    /// Dropping the sender is what tells the keeper to stop.
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl PrivatePostgres {
    /// Starts the cluster of the data directory, making it first when there is none, or attaches to it when another
    /// process runs it. Returns when the server accepts connections. May be called from any thread.
    ///
    /// # Errors
    /// No binaries, a directory that cannot be used, a cluster that does not start within 30 seconds: the message
    /// says what to do.
    pub fn start(options: &Options) -> Result<Self> {
        let (stop, stopped) = channel();
        let (report, started) = channel();
        let is_owner = Arc::new(AtomicBool::new(false));
        // A child's parent-death signal follows the *thread* that spawned it, so the server gets a thread that
        // lives exactly as long as it may.
        let keeper = std::thread::Builder::new().name("postgres".into()).spawn({
            let (options, is_owner) = (options.clone(), Arc::clone(&is_owner));
            move || keeper::run(&options, &is_owner, &report, &stopped)
        })?;
        let url = started.recv().context("the thread that starts Postgres ended early")??;
        Ok(Self { url, is_owner, stop: Some(stop), keeper: Some(keeper) })
    }

    /// The `postgres://` URL of the cluster: a socket, no password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this process runs the server, rather than being attached to another's.
    pub fn is_owner(&self) -> bool {
        self.is_owner.load(Ordering::Acquire)
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(keeper) = self.keeper.take()
            && keeper.join().is_err()
        {
            log::error!("the thread that keeps the private Postgres panicked");
        }
    }
}

#[cfg(test)]
mod tests;
