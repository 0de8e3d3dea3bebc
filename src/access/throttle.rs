//! How often a password may be guessed.
//!
//! Five times in a quarter of an hour for an account from an address. Two wider limits stop those who guess at many
//! accounts from one address, or at one account from many; they do not hold for an address from which the account has
//! logged in before, so that nobody can lock the owner out by guessing elsewhere.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::{
    http::{self, Problem, ProblemKind},
    store::{
        db::Db,
        error::StoreResult,
        login_failures::{self, CountRow},
    },
};

/// In which attempts are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Attempts at an account from an address.
const PAIR_LIMIT: i32 = 5;

/// Attempts from an address, at whatever account: an office shares one.
const ADDRESS_LIMIT: i32 = 50;

/// Attempts at an account, from wherever.
const ACCOUNT_LIMIT: i32 = 100;

/// How long an address is remembered from which an account has logged in.
const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

/// One in so many attempts also removes what is over.
const SWEEP_ONE_IN: u8 = 64;

/// An attempt to log in, counted before the password is looked at.
pub struct Attempt {
    pair: String,
    address: String,
    account: String,
    known: String,
}

impl Attempt {
    /// Counts an attempt, whether or not there is such an account.
    ///
    /// # Errors
    /// `too-many-attempts` with the time to wait; and when the database fails.
    pub async fn begin(db: &Db, email: &str, address: Option<IpAddr>) -> http::Result<Self> {
        let attempt = Self::new(email, address);
        let (subjects, known) = (attempt.counted(), attempt.known.clone());
        let now = Utc::now();
        let (counts, is_known) =
            db.write(move |tx| Ok((login_failures::add(tx, &subjects, now + WINDOW)?, login_failures::has_mark(tx, &known)?))).await?;
        if rand::random::<u8>().is_multiple_of(SWEEP_ONE_IN) {
            db.write(login_failures::sweep).await?;
        }
        match attempt.over(&counts, is_known) {
            None => Ok(attempt),
            Some(until) => Err(too_many(until, Utc::now())),
        }
    }

    /// The password was right: the attempt counts no more, and the address is known from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn succeed(&self, tx: &mut diesel::PgConnection, now: DateTime<Utc>) -> StoreResult<()> {
        login_failures::settle(tx, &self.pair, &[self.address.clone(), self.account.clone()])?;
        login_failures::set_mark(tx, &self.known, now + KNOWN_FOR)
    }

    fn new(email: &str, address: Option<IpAddr>) -> Self {
        let (email, address) = (email.trim().to_lowercase(), address.map(network).unwrap_or_default());
        Self {
            pair: subject("pair", &[&email, &address]),
            address: subject("address", &[&address]),
            account: subject("account", &[&email]),
            known: subject("known", &[&email, &address]),
        }
    }

    fn counted(&self) -> Vec<String> {
        vec![self.pair.clone(), self.address.clone(), self.account.clone()]
    }

    /// Until when no more attempts are taken, where a limit is exceeded.
    fn over(&self, counts: &[CountRow], is_known: bool) -> Option<DateTime<Utc>> {
        let limit = |count: &CountRow| match &count.subject {
            subject if *subject == self.pair => Some(PAIR_LIMIT),
            _ if is_known => None,
            subject if *subject == self.address => Some(ADDRESS_LIMIT),
            _ => Some(ACCOUNT_LIMIT),
        };
        counts.iter().filter(|count| limit(count).is_some_and(|limit| count.failures > limit)).map(|count| count.window_ends_at).max()
    }
}

fn too_many(until: DateTime<Utc>, now: DateTime<Utc>) -> Problem {
    let seconds = u32::try_from((until - now).num_seconds() + 1).unwrap_or(1).max(1);
    Problem::new(ProblemKind::TooManyAttempts, format!("Too many attempts to log in; try again in {} minutes.", seconds.div_ceil(60)))
        .retry_after(seconds)
}

/// Who has one IPv6 address has a /64 of them (RFC 6177), and would otherwise have a new limit with each.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)).to_string(),
    }
}

/// What is counted, as it is stored: no e-mail and no address can be read from it.
fn subject(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&kind).chain(parts) {
        // With its length, so that no two lists of parts run together to the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn attempt(email: &str, address: &str) -> Attempt {
        Attempt::new(email, Some(address.parse().unwrap()))
    }

    fn counts(attempt: &Attempt, pair: i32, address: i32, account: i32) -> Vec<CountRow> {
        let window_ends_at = Utc::now() + WINDOW;
        [(&attempt.pair, pair), (&attempt.address, address), (&attempt.account, account)]
            .map(|(subject, failures)| CountRow { subject: subject.clone(), failures, window_ends_at })
            .to_vec()
    }

    #[test]
    fn each_limit_takes_as_many_as_it_says() {
        let one = attempt("a@example.org", "192.0.2.1");
        assert_eq!(one.over(&counts(&one, 5, 50, 100), false), None);
        for over in [(6, 1, 1), (1, 51, 1), (1, 1, 101)] {
            assert!(one.over(&counts(&one, over.0, over.1, over.2), false).is_some(), "{over:?}");
        }
    }

    #[test]
    fn an_address_that_has_logged_in_before_is_locked_out_by_nobody_else() {
        let one = attempt("a@example.org", "192.0.2.1");
        assert_eq!(one.over(&counts(&one, 5, 5000, 100_000), true), None);
        assert!(one.over(&counts(&one, 6, 6, 6), true).is_some());
    }

    #[test]
    fn an_account_is_one_however_its_address_is_written() {
        let (one, other) = (attempt("a@example.org", "192.0.2.1"), attempt(" A@Example.ORG", "::ffff:192.0.2.1"));
        assert_eq!(one.counted(), other.counted());
        assert_ne!(one.pair, attempt("b@example.org", "192.0.2.1").pair);
        assert_ne!(one.pair, attempt("a@example.org", "192.0.2.2").pair);
    }

    #[test]
    fn a_network_of_version_6_counts_as_one_address() {
        let pair = |address| attempt("a@example.org", address).pair;
        assert_eq!(pair("2001:db8:1:2::1"), pair("2001:db8:1:2:ffff::"));
        assert_ne!(pair("2001:db8:1:2::1"), pair("2001:db8:1:3::1"));
    }

    #[test]
    fn what_is_stored_tells_nothing_and_runs_nothing_together() {
        assert_ne!(subject("k", &["ab", "c"]), subject("k", &["a", "bc"]));
        assert_ne!(subject("pair", &["a"]), subject("known", &["a"]));
        let stored = subject("account", &["a@example.org"]);
        assert!(stored.len() == 64 && stored.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn the_wait_is_the_rest_of_the_window() {
        let now = Utc::now();
        let response = too_many(now + TimeDelta::seconds(90), now).response(None);
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get("retry-after").unwrap(), "91");
        assert_eq!(too_many(now - TimeDelta::seconds(5), now).response(None).headers().get("retry-after").unwrap(), "1");
    }
}
