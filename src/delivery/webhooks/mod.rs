//! What leaves after a commit: webhooks.
//!
//! One thread asks the database for work and hands it out; some others send. Nothing is kept here that another server would need:
//! what is being sent is claimed for a minute, and whoever dies with it leaves it to another.

mod attempt;
mod client;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    domain::{id::WebhookId, webhook_target::TargetPolicy},
    store::{
        db::Db,
        error::StoreResult,
        webhooks::{
            deliveries::{self, Claimed, Room},
            outbox,
        },
    },
};
use client::Client;

/// How often the database is asked for work while there is none.
const TICK: Duration = Duration::from_millis(500);
/// The same while there is no endpoint, and after it could not be asked.
const IDLE_TICK: Duration = Duration::from_secs(2);
/// How often what is old is taken away.
const TRIM_EVERY: Duration = Duration::from_secs(600);
const TRIMMED_AT_ONCE: i64 = 1000;
/// For how long a delivery is claimed: a turn in the queue, the receiver's time, and some.
const CLAIM_SECONDS: f64 = 60.0;
/// After so long in the queue it is claimed anew, for the article may have been withdrawn since.
const LONGEST_QUEUED: Duration = Duration::from_secs(5);

/// Sends webhooks as long as it lives.
pub struct Dispatcher {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    db: Db,
    client: Client,
    /// Where clients reach the API.
    base: String,
    /// How many are sent at once.
    senders: usize,
    state: Mutex<State>,
    /// For the thread that asks for work: some was done.
    done: Condvar,
    /// For those that do it: there is some.
    work: Condvar,
}

#[derive(Default)]
struct State {
    is_stopping: bool,
    queue: VecDeque<(Claimed, Instant)>,
    /// Queued or being sent, by endpoint; whether it was failing when that was claimed.
    under_way: HashMap<WebhookId, (usize, bool)>,
}

impl Dispatcher {
    /// Starts to send, with so many threads. `db` is for this alone: whoever sends does not wait behind requests, nor they behind it.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(db: Db, policy: TargetPolicy, base: String, senders: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            db,
            client: Client::new(policy),
            base,
            senders,
            state: Mutex::default(),
            done: Condvar::new(),
            work: Condvar::new(),
        });
        let mut dispatcher = Self { shared, threads: Vec::with_capacity(senders + 1) };
        for number in 0..senders {
            let shared = Arc::clone(&dispatcher.shared);
            dispatcher.threads.push(thread::Builder::new().name(format!("webhook-{number}")).spawn(move || shared.send_all())?);
        }
        let shared = Arc::clone(&dispatcher.shared);
        dispatcher.threads.push(thread::Builder::new().name("webhooks".to_owned()).spawn(move || shared.hand_out())?);
        Ok(dispatcher)
    }

    /// Begins no more, and waits for what is being sent, at most this long. What is then left is claimed by another server.
    pub fn stop(mut self, patience: Duration) {
        self.shared.tell_to_stop();
        let begun = Instant::now();
        while begun.elapsed() < patience && self.threads.iter().any(|thread| !thread.is_finished()) {
            thread::sleep(Duration::from_millis(20));
        }
        self.threads.clear();
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.shared.tell_to_stop();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_to_stop(&self) {
        self.state().is_stopping = true;
        self.done.notify_all();
        self.work.notify_all();
    }

    /// The thread that asks for work.
    fn hand_out(&self) {
        let (mut asked, mut trimmed): (Option<Instant>, Option<Instant>) = (None, None);
        let mut tick = TICK;
        loop {
            let is_time = asked.is_none_or(|asked| asked.elapsed() >= tick);
            let outcome = if is_time {
                asked = Some(Instant::now());
                self.make_work(&mut trimmed)
            } else {
                Ok(Made { has_endpoints: true, ..Made::default() })
            };
            let outcome = outcome.and_then(|made| {
                // Who fails is tried when there is time; the others whenever somebody is free.
                let claimed = if made.has_endpoints { self.claim(is_time)? } else { 0 };
                Ok((made, claimed))
            });
            let wait = match outcome {
                Ok((made, claimed)) => {
                    tick = if made.has_endpoints { TICK } else { IDLE_TICK };
                    if made.has_more {
                        asked = None;
                    }
                    // Claimed as much as there was room for: more as soon as something is done.
                    if made.has_more || claimed > 0 { Duration::from_millis(2) } else { tick }
                }
                Err(error) => {
                    log::warn!("webhooks wait: {error}");
                    tick = IDLE_TICK;
                    IDLE_TICK
                }
            };
            let state = self.state();
            let state =
                if state.is_stopping { state } else { self.done.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0 };
            if state.is_stopping {
                drop(state);
                self.give_back();
                return;
            }
        }
    }

    fn make_work(&self, trimmed: &mut Option<Instant>) -> StoreResult<Made> {
        let has_endpoints = self.db.write_here(outbox::has_endpoints)?;
        let has_more = has_endpoints && self.db.write_here(outbox::fan_out)?;
        if trimmed.is_none_or(|trimmed| trimmed.elapsed() >= TRIM_EVERY) {
            let is_left = self.db.write_here(|tx| deliveries::trim(tx, TRIMMED_AT_ONCE))?;
            *trimmed = if is_left { None } else { Some(Instant::now()) };
        }
        Ok(Made { has_endpoints, has_more })
    }

    /// Claims what there is room for: as much again as is being sent, so that nobody waits for the database.
    fn claim(&self, failing_too: bool) -> StoreResult<usize> {
        let mut claimed = 0;
        for failing in [false, true] {
            if failing && !failing_too {
                continue;
            }
            let Some(room) = self.room(failing) else { continue };
            let some = self.db.write_here(|tx| deliveries::claim(tx, &room, CLAIM_SECONDS))?;
            claimed += some.len();
            let mut state = self.state();
            for one in some {
                let entry = state.under_way.entry(one.webhook.id).or_default();
                *entry = (entry.0 + 1, failing);
                state.queue.push_back((one, Instant::now()));
            }
            drop(state);
            self.work.notify_all();
        }
        Ok(claimed)
    }

    /// No endpoint has more than three quarters of the senders, nor do those that fail have more than half of them together, for
    /// who hangs keeps a sender for as long as a receiver may take.
    fn room(&self, failing: bool) -> Option<Room> {
        let state = self.state();
        let all: usize = state.under_way.values().map(|(count, _)| count).sum();
        let of_failing: usize = state.under_way.values().filter(|(_, failing)| *failing).map(|(count, _)| count).sum();
        let most = if failing { (self.senders / 2).max(1).saturating_sub(of_failing) } else { (2 * self.senders).saturating_sub(all) };
        // A statement for each that is done would be one too many.
        if most == 0 || (!failing && most < self.senders.div_ceil(2)) {
            return None;
        }
        let share = (self.senders * 3 / 4).max(1);
        let each = share.div_ceil(2);
        let is_full = |count: usize, was_failing: bool| if failing || was_failing { count > 0 } else { count + each > share };
        let full = state.under_way.iter().filter(|(_, (count, failing))| is_full(*count, *failing)).map(|(id, _)| *id).collect();
        Some(Room { most: to_i64(most), most_each: to_i64(each), full, failing })
    }

    /// Gives back what nobody has begun to send.
    fn give_back(&self) {
        let left: Vec<_> = self.state().queue.drain(..).map(|(claimed, _)| claimed.delivery).collect();
        if !left.is_empty()
            && let Err(error) = self.db.write_here(|tx| deliveries::release(tx, &left))
        {
            log::warn!("{} webhook deliveries are sent a minute later: {error}", left.len());
        }
    }

    /// A thread that sends.
    fn send_all(&self) {
        loop {
            let mut state = self.state();
            let (claimed, queued_at) = loop {
                if state.is_stopping {
                    return;
                }
                match state.queue.pop_front() {
                    Some(job) => break job,
                    None => state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(state);
            let id = claimed.webhook.id;
            let outcome = if queued_at.elapsed() > LONGEST_QUEUED {
                self.db.write_here(|tx| deliveries::release(tx, std::slice::from_ref(&claimed.delivery)))
            } else {
                attempt::make(&self.db, &self.client, &self.base, &claimed)
            };
            if let Err(error) = outcome {
                // It is claimed again when this claim has ended: told twice, if it was told, rather than never.
                log::warn!("what came of webhook delivery {} was not written down: {error}", claimed.delivery.id);
            }
            let mut state = self.state();
            if let Some((count, _)) = state.under_way.get_mut(&id) {
                *count -= 1;
                if *count == 0 {
                    state.under_way.remove(&id);
                }
            }
            drop(state);
            self.done.notify_one();
        }
    }
}

/// What there is to do.
#[derive(Default)]
struct Made {
    has_endpoints: bool,
    has_more: bool,
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
