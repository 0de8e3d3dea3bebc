//! Partners at the door: which key a request shows, whether it opens anything, and what it may still ask for.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::limits::{Limit, Subject};
use crate::{
    config::Network,
    domain::{
        api_key::ApiKey,
        id::{ApiKeyId, LicenceId, PartnerId},
        licence::Licence,
    },
    http::{self, Problem, ProblemKind},
    store::{self, api_keys::FoundKey, db::Db},
};

/// A partner who has shown a good key: in the request's extensions.
#[derive(Debug)]
pub struct PartnerCall {
    /// Who.
    pub partner: PartnerId,
    /// By which key.
    pub key: ApiKeyId,
    /// The licence's own id.
    pub licence_id: LicenceId,
    /// What it may read.
    pub licence: Arc<Licence>,
    /// What it may ask for.
    pub limits: [Limit; 2],
    /// The one article that the request turned out to be about.
    article: OnceLock<Uuid>,
}

impl PartnerCall {
    /// Whose limits are counted.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        Subject::Key(self.key)
    }

    /// Notes the article that the request is about, for the report of usage.
    pub fn about(&self, article: Uuid) {
        // Only the first counts: a request is about one.
        let _ = self.article.set(article);
    }

    /// The article that the request was about.
    #[must_use]
    pub fn article(&self) -> Option<Uuid> {
        self.article.get().copied()
    }
}

/// Finds whose key it is: one statement.
///
/// # Errors
/// 401 for a key that opens nothing, with the reason where its owner shows the whole key; 429 for an address that tries one
/// unknown key after the other.
pub async fn sign_in(db: &Db, strangers: &Strangers, key: ApiKey, address: Option<IpAddr>) -> http::Result<PartnerCall> {
    strangers.check(address)?;
    let (prefix, hash) = (key.prefix().to_owned(), key.hash());
    let found = db.read(move |conn| store::api_keys::find(conn, &prefix)).await?;
    // Compared in the same time whether there is such a key or not, and wherever two hashes differ.
    let stored = found.as_ref().map_or(&[0; 32][..], |found| &found.key_hash);
    let is_theirs = bool::from(stored.ct_eq(&hash));
    let Some(found) = found.filter(|_| is_theirs) else {
        strangers.note(address);
        return Err(refused("There is no such API key; it may belong to another server."));
    };
    admit(&found, address)?;
    let FoundKey { key, licence, .. } = found;
    Ok(PartnerCall {
        partner: key.partner_id,
        key: key.id,
        licence_id: licence.id,
        limits: [Limit::burst(i64::from(licence.requests_per_minute)), Limit::daily(i64::from(licence.requests_per_day))],
        licence: Arc::new(licence.licence()),
        article: OnceLock::new(),
    })
}

/// Whether a key that is theirs may be used, now and from here.
fn admit(found: &FoundKey, address: Option<IpAddr>) -> http::Result<()> {
    let key = &found.key;
    if key.revoked_at.is_some() {
        return Err(refused("This API key was revoked; ask the publisher for another."));
    }
    if let Some(at) = key.expires_at.filter(|at| *at <= Utc::now()) {
        return Err(refused(&format!("This API key expired at {}; ask the publisher for another.", at.format("%Y-%m-%dT%H:%M:%SZ"))));
    }
    if found.is_suspended {
        return Err(refused("The publisher has suspended this partner for the time being."));
    }
    let networks: Vec<Network> = key.networks.iter().flatten().filter_map(|network| network.parse().ok()).collect();
    if key.networks.is_empty() || address.is_some_and(|address| networks.iter().any(|network| network.contains(address))) {
        return Ok(());
    }
    let from = address.map_or_else(|| "an unknown address".to_owned(), |address| address.to_string());
    Err(refused(&format!("This API key may not be used from {from}.")))
}

fn refused(detail: &str) -> Problem {
    Problem::new(ProblemKind::InvalidKey, detail)
}

/// Addresses that show keys which do not exist. After some, they are turned away without a look into the database for the
/// rest of a minute. Each server keeps its own: it guards the database, and not the keys, which are too long to be guessed.
#[derive(Default)]
pub struct Strangers(Mutex<HashMap<IpAddr, (u32, Instant)>>);

const TRIES: u32 = 30;
const SPAN: Duration = Duration::from_secs(60);
const MOST_STRANGERS: usize = 10_000;

impl Strangers {
    fn check(&self, address: Option<IpAddr>) -> http::Result<()> {
        let Some(address) = address else { return Ok(()) };
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&address) {
            Some((tries, since)) if *tries >= TRIES && since.elapsed() < SPAN => {
                let left = u32::try_from((SPAN - since.elapsed()).as_secs()).unwrap_or(60) + 1;
                let detail = format!("Too many API keys that do not exist came from this address; try again in {left} seconds.");
                Err(Problem::new(ProblemKind::TooManyAttempts, detail).retry_after(left))
            }
            _ => Ok(()),
        }
    }

    fn note(&self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_STRANGERS {
            known.retain(|_, (_, since)| since.elapsed() < SPAN);
            if known.len() >= MOST_STRANGERS {
                known.clear();
            }
        }
        let entry = known.entry(address).or_insert((0, Instant::now()));
        if entry.1.elapsed() >= SPAN {
            *entry = (0, Instant::now());
        }
        entry.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_stranger_is_turned_away_after_some_tries_and_nobody_else_is() {
        let strangers = Strangers::default();
        let (here, there): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..TRIES {
            strangers.check(Some(here)).unwrap();
            strangers.note(Some(here));
        }
        assert_eq!(strangers.check(Some(here)).unwrap_err().kind, ProblemKind::TooManyAttempts);
        strangers.check(Some(there)).unwrap();
        strangers.check(None).unwrap();
    }
}
