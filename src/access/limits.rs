//! Limits of requests, the same for all servers, without asking the database at each request.
//!
//! A server takes a small share of a limit from the database at a time, counts it down by itself, and fetches the next when it is
//! used up. What is taken is counted as used, so that all servers together never give more than the limit; at most a fiftieth
//! of it a server is lost when a window ends. Who has used everything is remembered until the window ends, and costs no
//! statement either.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    domain::id::ApiKeyId,
    http::{Problem, ProblemKind},
    store::{self, db::Db, error::StoreResult},
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts that a server keeps at most; beyond, those whose window is over are thrown away first.
const MOST_COUNTS: usize = 50_000;
/// The share of a limit that is taken at a time.
const SHARE: i64 = 50;
/// The most that is taken at a time.
const LARGEST_SHARE: i64 = 200;
/// Old rows are swept once in so many shares.
const SWEEP_EVERY: u32 = 1000;

/// Who is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A partner's key.
    Key(ApiKeyId),
    /// An address of somebody without a key; of IPv6, its network of 64 bits, which is one customer's.
    Address(IpAddr),
}

impl Subject {
    /// The address of somebody without a key.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Address(address),
            IpAddr::V6(v6) => Self::Address(IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into())),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Key(id) => format!("key:{id}"),
            Self::Address(address) => format!("address:{address}"),
        }
    }
}

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is called in the headers.
    pub name: &'static str,
    /// Requests.
    pub quota: i64,
    /// Seconds.
    pub span: i32,
}

impl Limit {
    /// A limit that keeps anybody from taking all the server has.
    #[must_use]
    pub const fn burst(quota: i64) -> Self {
        Self { name: "burst", quota, span: 60 }
    }

    /// What is agreed on for a day (UTC).
    #[must_use]
    pub const fn daily(quota: i64) -> Self {
        Self { name: "daily", quota, span: 86_400 }
    }
}

/// How a limit stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub limit: Limit,
    /// Requests that are left, as far as this server knows.
    pub remaining: i64,
    /// In how many seconds the window ends.
    pub resets_in: u64,
}

/// What this server has of a limit.
#[derive(Clone, Copy, Debug)]
struct Count {
    ends: Instant,
    /// What this server may still give.
    left: i64,
    /// What nobody has taken yet, when it was last asked.
    free: i64,
}

/// The limits of one server. Cheap to share.
pub struct Limits {
    db: Db,
    counts: Mutex<HashMap<(Subject, i32), Count>>,
    shares: std::sync::atomic::AtomicU32,
}

impl Limits {
    /// Limits that are kept in this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, counts: Mutex::new(HashMap::new()), shares: std::sync::atomic::AtomicU32::new(0) }
    }

    /// Counts a request against all of these limits, or against none where one is used up.
    ///
    /// # Errors
    /// 429 with how the limits stand; 503 where the database does not answer.
    pub async fn take(&self, subject: Subject, limits: &[Limit]) -> Result<Vec<Standing>, Problem> {
        let mut standings = Vec::with_capacity(limits.len());
        for (place, limit) in limits.iter().enumerate() {
            let standing = match self.take_kept(subject, *limit) {
                Some(standing) => standing,
                None => self.take_from_database(subject, *limit).await?,
            };
            match standing {
                Ok(standing) => standings.push(standing),
                Err(standing) => {
                    limits.iter().take(place).for_each(|before| self.give_back(subject, *before));
                    return Err(refusal(standing, limits));
                }
            }
        }
        Ok(standings)
    }

    /// Takes back what was counted, for a request that is not to count after all.
    pub fn refund(&self, subject: Subject, limits: &[Limit]) {
        limits.iter().for_each(|limit| self.give_back(subject, *limit));
    }

    fn give_back(&self, subject: Subject, limit: Limit) {
        if let Some(count) = self.counts().get_mut(&(subject, limit.span)) {
            count.left += 1;
        }
    }

    /// From what this server has; nothing where it has to ask.
    fn take_kept(&self, subject: Subject, limit: Limit) -> Option<Result<Standing, Standing>> {
        let mut counts = self.counts();
        let count = counts.get_mut(&(subject, limit.span)).filter(|count| count.ends > Instant::now())?;
        if count.left > 0 {
            count.left -= 1;
            return Some(Ok(standing(limit, *count)));
        }
        // All is used; until the window ends there is nothing to ask for.
        (count.free <= 0).then(|| Err(standing(limit, *count)))
    }

    async fn take_from_database(&self, subject: Subject, limit: Limit) -> StoreResult<Result<Standing, Standing>> {
        let share = (limit.quota / SHARE).clamp(1, LARGEST_SHARE);
        let sweeps = self.shares.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1;
        let name = subject.name();
        let quota = self
            .db
            .write(move |tx| {
                if sweeps {
                    store::quotas::sweep(tx)?;
                }
                store::quotas::add(tx, &name, limit.span, share)
            })
            .await?;
        let granted = (limit.quota - (quota.used - share)).clamp(0, share);
        let ends = Instant::now() + Duration::from_secs_f64(quota.seconds_left.clamp(0.0, f64::from(limit.span)));
        let mut counts = self.counts();
        if counts.len() >= MOST_COUNTS {
            let now = Instant::now();
            counts.retain(|_, count| count.ends > now);
            if counts.len() >= MOST_COUNTS {
                // Nobody gains by it: what was taken stays counted in the database.
                counts.clear();
            }
        }
        let count = counts.entry((subject, limit.span)).or_insert(Count { ends, left: 0, free: 0 });
        if count.ends <= Instant::now() {
            count.left = 0;
        }
        count.ends = ends;
        count.left += granted;
        count.free = (limit.quota - quota.used).max(0);
        if count.left > 0 {
            count.left -= 1;
            return Ok(Ok(standing(limit, *count)));
        }
        Ok(Err(standing(limit, *count)))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<(Subject, i32), Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn standing(limit: Limit, count: Count) -> Standing {
    let left = count.ends.saturating_duration_since(Instant::now());
    // Rounded up: who comes back on the second finds the next window.
    let resets_in = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    Standing { limit, remaining: (count.left + count.free).max(0), resets_in: resets_in.max(1) }
}

fn refusal(standing: Standing, limits: &[Limit]) -> Problem {
    let Standing { limit, resets_in, .. } = standing;
    let unit = if limit.span == 60 { "minute" } else { "day" };
    let detail = format!("The limit of {} requests a {unit} is used up; there is more in {resets_in} seconds.", limit.quota);
    let mut headers = HeaderMap::new();
    tell(&mut headers, &[Standing { remaining: 0, ..standing }]);
    if let Some(policy) = policy(limits) {
        headers.insert(RATE_LIMIT_POLICY, policy);
    }
    let problem = Problem::new(ProblemKind::QuotaExceeded, detail).retry_after(u32::try_from(resets_in).unwrap_or(u32::MAX));
    headers.into_iter().fold(problem, |problem, (name, value)| problem.with_header(name, value))
}

/// Writes how limits stand into `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
pub fn tell(headers: &mut HeaderMap, standings: &[Standing]) {
    let limits: Vec<Limit> = standings.iter().map(|standing| standing.limit).collect();
    let left: Vec<String> = standings.iter().map(|one| format!("\"{}\";r={};t={}", one.limit.name, one.remaining, one.resets_in)).collect();
    if let (Some(policy), Ok(left)) = (policy(&limits), HeaderValue::from_str(&left.join(", "))) {
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, left);
    }
}

fn policy(limits: &[Limit]) -> Option<HeaderValue> {
    let policy: Vec<String> = limits.iter().map(|limit| format!("\"{}\";q={};w={}", limit.name, limit.quota, limit.span)).collect();
    HeaderValue::from_str(&policy.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn headers_are_lists_of_strings_with_parameters() {
        let mut headers = HeaderMap::new();
        let burst = Standing { limit: Limit::burst(100), remaining: 50, resets_in: 30 };
        let daily = Standing { limit: Limit::daily(1000), remaining: 999, resets_in: 3600 };
        tell(&mut headers, &[burst, daily]);
        assert_eq!(headers.get("RateLimit-Policy").unwrap(), "\"burst\";q=100;w=60, \"daily\";q=1000;w=86400");
        assert_eq!(headers.get("RateLimit").unwrap(), "\"burst\";r=50;t=30, \"daily\";r=999;t=3600");
    }

    #[test]
    fn a_customers_addresses_count_as_one() {
        let at = |address: &str| Subject::at(address.parse().unwrap());
        assert_eq!(at("2001:db8:1:2::3"), at("2001:db8:1:2:ffff::4"));
        assert_ne!(at("2001:db8:1:2::3"), at("2001:db8:1:3::3"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }
}
