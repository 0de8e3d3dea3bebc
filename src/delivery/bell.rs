//! What wakes those who wait for a change, and those who have to stop waiting.

use std::sync::{
    Arc, Once, Weak,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use super::listener;

/// Rings at every commit that wrote to the change log, on whichever server. Application data, one a process.
///
/// A single connection listens for all who wait; it is opened when somebody first does.
#[derive(Clone, Debug)]
pub struct Bell(Arc<Inner>);

/// What the listening thread knows of it; it ends when nobody else does any more.
#[derive(Debug)]
pub struct Inner {
    url: String,
    rings: watch::Sender<u64>,
    closing: watch::Sender<bool>,
    is_heard: AtomicBool,
    listening: Once,
}

impl Bell {
    /// A bell for the database at this address.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let inner = Inner {
            url: url.to_owned(),
            rings: watch::Sender::new(0),
            closing: watch::Sender::new(false),
            is_heard: AtomicBool::new(false),
            listening: Once::new(),
        };
        Self(Arc::new(inner))
    }

    /// Hears every ring from now on.
    #[must_use]
    pub fn ear(&self) -> Ear {
        self.0.listening.call_once(|| listener::start(Arc::downgrade(&self.0), self.0.url.clone()));
        Ear { rings: self.0.rings.subscribe(), closing: self.0.closing.subscribe() }
    }

    /// Nobody is to wait any more: the server stops.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Whether the server stops.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        *self.0.closing.borrow()
    }

    /// Whether the database is being listened to just now.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.is_heard.load(Ordering::Relaxed)
    }

    /// For threads that are to end with the server.
    pub(super) fn weak(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }
}

impl Inner {
    /// Wakes all who wait.
    pub(super) fn ring(&self) {
        self.rings.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    pub(super) fn set_heard(&self, is_heard: bool) {
        self.is_heard.store(is_heard, Ordering::Relaxed);
    }
}

/// Somebody who waits.
#[derive(Debug)]
pub struct Ear {
    rings: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
}

impl Ear {
    /// What rang so far is known: to be said before looking, so that a ring in between is not lost.
    pub fn forget(&mut self) {
        self.rings.mark_unchanged();
    }

    /// Waits for the next ring, or for the server to stop.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.rings.changed() => {}
            _ = self.closing.wait_for(|is_closing| *is_closing) => {}
        }
    }
}
