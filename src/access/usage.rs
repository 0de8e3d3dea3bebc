//! What keys are used for: counted in memory and written down every few seconds, by one task a server.
//!
//! A server that is killed loses what it counted in these seconds: usage is a report, not a limit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::rt;
use chrono::Utc;
use uuid::Uuid;

use crate::{
    domain::id::ApiKeyId,
    store::{self, db::Db, key_usage::Used},
};

/// How often counts are written down.
const EVERY: Duration = Duration::from_secs(5);
/// Kinds of requests that are told apart between two writings; beyond, articles no longer are.
const MOST_KINDS: usize = 20_000;

/// The counts of one server. Cheap to clone.
#[derive(Clone, Default)]
pub struct Usage(Arc<Mutex<HashMap<Used, i64>>>);

impl Usage {
    /// Counts a request.
    pub fn count(&self, key: ApiKeyId, operation: String, article: Option<Uuid>) {
        let day = Utc::now().date_naive();
        let mut counts = self.counts();
        let article = article.filter(|_| counts.len() < MOST_KINDS).unwrap_or_default();
        *counts.entry(Used { key, day, operation, article }).or_default() += 1;
    }

    /// Writes the counts down as long as the server runs. To be spawned in an actix system.
    pub async fn keep(self, db: Db) {
        loop {
            rt::time::sleep(EVERY).await;
            self.flush(&db).await;
        }
    }

    /// Writes down what is counted. What cannot be written is kept for the next time.
    pub async fn flush(&self, db: &Db) {
        let counts: Vec<(Used, i64)> = self.counts().drain().collect();
        if counts.is_empty() {
            return;
        }
        let mut keys: Vec<Uuid> = counts.iter().map(|(used, _)| used.key.0).collect();
        keys.sort_unstable();
        keys.dedup();
        let counts = Arc::new(counts);
        let written = Arc::clone(&counts);
        let outcome = db
            .write(move |tx| {
                store::key_usage::add(tx, &written)?;
                store::api_keys::touch(tx, &keys)
            })
            .await;
        if let Err(fault) = outcome {
            log::warn!("the usage of API keys is written down later: {fault}");
            let mut kept = self.counts();
            for (used, requests) in counts.iter() {
                *kept.entry(used.clone()).or_default() += requests;
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Used, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
