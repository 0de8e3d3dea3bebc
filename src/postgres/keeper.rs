//! The thread that holds the lock on a cluster and runs its server, or waits for its turn to.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Options;
use super::binaries::Binaries;
use super::launch::{self, START_TIMEOUT, Server};
use super::orphans::{self, PidFile};
use super::place::{Account, Place, majors_in};

/// How often the keeper looks whether its server, or the owner that it is attached to, still lives.
const LOOK: Duration = Duration::from_millis(250);

/// How long it waits before it tries again to start a server that did not.
const PAUSE: Duration = Duration::from_secs(5);

/// Starts or attaches, reports the URL, then keeps the server until the sender of `stopped` is dropped.
pub fn run(options: &Options, is_owner: &AtomicBool, report: &Sender<Result<String>>, stopped: &Receiver<()>) {
    let mut keeper = match Keeper::begin(options) {
        Ok(keeper) => keeper,
        Err(fault) => {
            let _ = report.send(Err(fault));
            return;
        }
    };
    is_owner.store(keeper.is_owner(), Ordering::Release);
    let _ = report.send(Ok(launch::url(&keeper.socket_dir)));
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
        keeper.look();
        is_owner.store(keeper.is_owner(), Ordering::Release);
    }
    if let State::Running(server) = keeper.state {
        server.stop();
    }
}

struct Keeper {
    binaries: Binaries,
    place: Place,
    settings: Vec<(String, String)>,
    socket_dir: PathBuf,
    /// Locked in every state but `Attached`; closing it, as every end of the process does, gives the lock back.
    lock: File,
    state: State,
}

enum State {
    /// Another process holds the lock and runs the server.
    Attached,
    /// This one does.
    Running(Server),
    /// This one holds the lock, and its server ended; to be started again then.
    Down(Instant),
}

impl Keeper {
    fn begin(options: &Options) -> Result<Self> {
        let account = Account::for_server()?;
        let clusters = Place::of_clusters(&options.data_dir, account)?;
        let binaries = Binaries::choose(options.bin_dir.as_deref(), &majors_in(&clusters))?;
        let place = Place::prepare(&clusters, binaries.major, account)?;
        let lock = launch::open(&place, &place.lock())?;
        let socket_dir = place.socket_dir()?;
        let mut keeper = Self { binaries, place, settings: options.settings.clone(), socket_dir, lock, state: State::Attached };
        let deadline = Instant::now() + START_TIMEOUT;
        while !keeper.attach_or_own()? {
            if Instant::now() > deadline {
                bail!("another process holds {}, and its Postgres does not answer", keeper.place.lock().display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(keeper)
    }

    /// Whether a server could be had: false while its owner is still starting it, or already stopping.
    fn attach_or_own(&mut self) -> Result<bool> {
        if self.try_lock()? {
            self.own()?;
            return Ok(true);
        }
        // The owner's word on where the socket is, since its directory for temporary files may be another.
        let Some(socket_dir) = PidFile::read(&self.place.data()).filter(|file| file.is_ready).and_then(|file| file.socket_dir) else {
            return Ok(false);
        };
        if !launch::accepts(&launch::url(&socket_dir)) {
            return Ok(false);
        }
        self.socket_dir = socket_dir;
        Ok(true)
    }

    fn try_lock(&self) -> Result<bool> {
        match self.lock.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(fault)) => Err(fault).with_context(|| format!("cannot lock {}", self.place.lock().display())),
        }
    }

    /// Runs the server; the lock is held.
    fn own(&mut self) -> Result<()> {
        self.state = State::Down(Instant::now() + PAUSE);
        orphans::clear(&self.place, &self.socket_dir)?;
        launch::initialise(&self.binaries, &self.place)?;
        self.state = State::Running(Server::start(&self.binaries, &self.place, &self.socket_dir, &self.settings)?);
        Ok(())
    }

    fn is_owner(&self) -> bool {
        !matches!(self.state, State::Attached)
    }

    /// Runs the server again when it or its owner ended. The URL stays what it was, so pools find it again.
    fn look(&mut self) {
        let began = match &mut self.state {
            State::Running(server) => match server.ended() {
                Some(status) => {
                    log::error!("the private Postgres ended ({status}); starting it again");
                    self.own()
                }
                None => Ok(()),
            },
            State::Attached => match self.try_lock() {
                Ok(true) => {
                    log::info!("the process that ran the private Postgres ended; running it here");
                    self.own()
                }
                Ok(false) => Ok(()),
                Err(fault) => Err(fault),
            },
            State::Down(until) if *until > Instant::now() => Ok(()),
            State::Down(_) => self.own(),
        };
        if let Err(fault) = began {
            log::error!("the private Postgres does not start: {fault:#}");
        }
    }
}
