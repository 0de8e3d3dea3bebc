//! Listeners: whoever follows the same is told the same, which is looked up and written once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    rt,
    web::{Bytes, BytesMut},
};
use tokio::{
    sync::broadcast,
    time::{interval_at, sleep},
};

use super::bell::Bell;
use crate::{
    api::{change::Change, change_token::Followed},
    domain::change::ArticleEvent,
    store::{
        db::Db,
        delta::{self, DeltaEntry, Outcome, Position, Question, Seen},
        error::StoreResult,
    },
};

/// Proxies take a connection for dead that is silent for longer than some half a minute.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// Messages that a slow listener may be behind; whoever is further is cut off, and goes on from the last id it has.
const LONGEST_QUEUE: usize = 32;
/// Changes that are looked up at once.
const PORTION: u32 = 100;
const BACKOFF: Duration = Duration::from_secs(1);

/// All who listen. Application data, one a process.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    db: Db,
    bell: Bell,
    most: usize,
    seated: AtomicUsize,
    channels: Mutex<HashMap<String, Channel>>,
}

/// What is told to all who follow the same.
#[derive(Clone)]
struct Channel {
    messages: broadcast::Sender<Message>,
    /// How far it is, as the id of an event; none before it has looked for the first time.
    token: Arc<Mutex<Option<String>>>,
}

/// A part of a stream.
#[derive(Clone, Debug)]
pub struct Message {
    /// As it is sent.
    pub bytes: Bytes,
    /// What was looked at for it: who has seen as much knows it already. Nothing where there is nothing to know.
    pub reach: Option<Arc<Seen>>,
}

/// A listener's place, given back when it is dropped.
pub struct Seat(Arc<Inner>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.seated.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hub {
    /// A hub for at most so many listeners.
    #[must_use]
    pub fn new(db: Db, bell: Bell, most: usize) -> Self {
        Self(Arc::new(Inner { db, bell, most, seated: AtomicUsize::new(0), channels: Mutex::default() }))
    }

    /// A place for one more listener; none when there are as many as there may be, or the server stops.
    #[must_use]
    pub fn seat(&self) -> Option<Seat> {
        let inner = &self.0;
        let is_free = |seated: usize| (seated < inner.most && !inner.bell.is_closing()).then_some(seated + 1);
        inner.seated.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_free).ok()?;
        Some(Seat(Arc::clone(inner)))
    }

    /// Hears everything from now on, and gives the id of where that is if it is known.
    #[must_use]
    pub fn subscribe(&self, followed: &Followed) -> (broadcast::Receiver<Message>, Option<String>) {
        let key = followed.key();
        let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(&key) {
            let receiver = channel.messages.subscribe();
            // After the subscription: what comes after this id is heard.
            return (receiver, channel.token.lock().unwrap_or_else(PoisonError::into_inner).clone());
        }
        let (messages, receiver) = broadcast::channel(LONGEST_QUEUE);
        let channel = Channel { messages, token: Arc::default() };
        channels.insert(key.clone(), channel.clone());
        drop(channels);
        rt::spawn(follow(Following { hub: self.clone(), key, channel }, followed.clone()));
        (receiver, None)
    }

    /// Looks for itself: the changes after a position, or the present end without one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn look(&self, followed: &Followed, from: Option<Position>) -> StoreResult<Outcome> {
        let followed = followed.clone();
        self.0
            .db
            .read(move |conn| {
                let from = match &from {
                    Some(from) => from.clone(),
                    None => delta::present(conn)?,
                };
                let question = Question { scope: &followed.scope, section: followed.section, limit: PORTION, is_waiting: true };
                delta::read(conn, &question, Some(&from))
            })
            .await
    }

    /// Whether the server stops.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.0.bell.is_closing()
    }

    /// Gives the channel up if nobody listens to it any more.
    fn is_idle(&self, key: &str, channel: &Channel) -> bool {
        // Under the lock, so that nobody subscribes to a channel that is being given up.
        let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = channel.messages.receiver_count() == 0;
        if is_idle {
            channels.remove(key);
        }
        is_idle
    }
}

/// What a channel is followed by. When it ends, however it does, nobody comes to a channel that tells nothing any more.
struct Following {
    hub: Hub,
    key: String,
    channel: Channel,
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut channels = self.hub.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        // There may be another by now.
        if channels.get(&self.key).is_some_and(|channel| Arc::ptr_eq(&channel.token, &self.channel.token)) {
            channels.remove(&self.key);
        }
    }
}

/// Follows the delta for a channel until nobody listens to it, or the server stops. Then all who still listen are cut off.
async fn follow(following: Following, followed: Followed) {
    let Following { hub, key, channel } = &following;
    let mut ear = hub.0.bell.ear();
    let mut heart = interval_at((Instant::now() + HEARTBEAT).into(), HEARTBEAT);
    let mut position: Option<Position> = None;
    let mut told = None;
    while !hub.is_closing() && !hub.is_idle(key, channel) {
        ear.forget();
        let page = match hub.look(&followed, position.clone()).await {
            Ok(Ok(page)) => page,
            // Its listeners come back with their last id, and are told to start again.
            Ok(Err(_)) => break,
            Err(fault) => {
                log::warn!("the stream does not see the changes: {fault}");
                sleep(BACKOFF).await;
                continue;
            }
        };
        let token = followed.token(page.position.clone());
        *channel.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        let reach = Some(Arc::new(page.position.stage.reach().clone()));
        position = Some(page.position);
        if !page.entries.is_empty() {
            let bytes = write(page.entries, &token);
            told = Some(token.clone());
            // Nobody hears it when the last has just left.
            let _ = channel.messages.send(Message { bytes, reach });
        }
        if page.has_more {
            continue;
        }
        let due = async {
            match page.due_in {
                // A little later, for the two clocks to agree.
                Some(time) => sleep(time + Duration::from_millis(2)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ear.next() => {}
            () = due => {}
            _ = heart.tick() => {
                // With the id, so that what a listener comes back with is not as old as the last change.
                let id = if told.as_ref() == Some(&token) { String::new() } else { format!("id: {token}\n") };
                told = Some(token);
                let _ = channel.messages.send(Message { bytes: Bytes::from(format!(":\n{id}\n")), reach: None });
            }
        }
    }
}

/// Writes entries as events (WHATWG HTML §9.2.6). The last has the id: who is cut off between two gets both again.
#[must_use]
pub fn write(entries: Vec<DeltaEntry>, token: &str) -> Bytes {
    let mut out = BytesMut::new();
    let last = entries.len().saturating_sub(1);
    for (place, entry) in entries.into_iter().enumerate() {
        let event: ArticleEvent = entry.event;
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(event.name().as_bytes());
        if place == last {
            out.extend_from_slice(b"\nid: ");
            out.extend_from_slice(token.as_bytes());
        }
        out.extend_from_slice(b"\ndata: ");
        // JSON has no line break of its own, and a change always serialises.
        out.extend_from_slice(&serde_json::to_vec(&Change::from(entry)).unwrap_or_default());
        out.extend_from_slice(b"\n\n");
    }
    out.freeze()
}
