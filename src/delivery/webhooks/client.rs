//! One attempt: a POST to an address that was looked at after it was resolved, and is the one that is connected to.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ureq::{
    Agent, Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::domain::webhook_target::TargetPolicy;

/// How long a receiver may take for all of it.
pub const TIMEOUT: Duration = Duration::from_secs(20);
/// How much of an answer is read, in bytes: what is left closes the connection.
const MOST_READ: u64 = 64 * 1024;
/// How much of an answer is kept, in bytes.
const MOST_KEPT: usize = 4 * 1024;

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status; none where there was no answer.
    pub status: Option<u16>,
    /// The first 4 kB of the body.
    pub body: Option<String>,
    /// What went wrong, in a sentence for an admin.
    pub error: Option<String>,
    /// How long the receiver wants to be left alone, where its status is one for that.
    pub retry_after: Option<chrono::Duration>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
}

impl Answer {
    /// Whether the receiver has taken the message: 2xx, and nothing else.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Sends messages. Cheap to clone; connections are shared and kept for a while.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client that connects to what `policy` accepts.
    #[must_use]
    pub fn new(policy: TargetPolicy) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // Not followed: the address that an admin wrote down is the one that was looked at.
            .max_redirects(0)
            // A proxy would resolve the name itself, and so would what its address is be its own affair.
            .proxy(None)
            .user_agent(concat!("Broadsheet/", env!("CARGO_PKG_VERSION"), " (webhooks)"))
            .https_only(!policy.allow_private)
            .build();
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), Checked { names: DefaultResolver::default(), policy }) }
    }

    /// Sends a message. Never fails: what goes wrong is in the answer.
    #[must_use]
    pub fn post(&self, url: &str, id: &str, timestamp: i64, signatures: &str, body: &str) -> Answer {
        let begun = Instant::now();
        let outcome = self
            .agent
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures)
            .send(body);
        let mut answer = match outcome {
            Ok(response) => read(response),
            Err(error) => Answer { error: Some(explain(&error)), ..Answer::default() },
        };
        answer.duration_ms = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
        answer
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut bytes = Vec::new();
    // The status is what counts: whoever has answered 2xx and closes early, or never stops sending, has the message.
    let outcome = response.body_mut().as_reader().take(MOST_READ).read_to_end(&mut bytes);
    let cut = bytes.get(..MOST_KEPT).unwrap_or(&bytes);
    // Postgres keeps no NUL in a text.
    let body = String::from_utf8_lossy(cut).replace('\0', "\u{fffd}");
    let error = match (status, outcome) {
        (200..300, _) => None,
        (300..400, _) => Some(format!("The receiver answered {status}; redirects are not followed.")),
        (_, Ok(_)) => Some(format!("The receiver answered {status}.")),
        (_, Err(error)) => Some(format!("The receiver answered {status}, and the rest of its answer did not come: {error}.")),
    };
    let asks = matches!(status, 429 | 502 | 503 | 504);
    Answer {
        status: Some(status),
        body: Some(body).filter(|body| !body.is_empty()),
        error,
        retry_after: retry_after.filter(|_| asks).and_then(|text| wait_asked(&text, Utc::now())),
        duration_ms: 0,
    }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
fn wait_asked(text: &str, now: DateTime<Utc>) -> Option<chrono::Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(chrono::Duration::seconds(i64::from(seconds)));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.with_timezone(&Utc) - now).max(chrono::Duration::zero()))
}

fn explain(error: &Error) -> String {
    match error {
        Error::Timeout(what) => format!("It took longer than {} seconds ({what}).", TIMEOUT.as_secs()),
        Error::HostNotFound => "The host has no address.".to_owned(),
        Error::Other(inner) if inner.is::<PrivateAddress>() => inner.to_string(),
        Error::RequireHttpsOnly(_) => "The endpoint's address is not `https`.".to_owned(),
        other => format!("It could not be sent: {other}."),
    }
}

/// A name led to where no webhook may go.
#[derive(Debug, thiserror::Error)]
#[error("The host's address is private; endpoints stand on the public internet.")]
struct PrivateAddress;

/// Resolves names, and leaves only what the policy accepts. What it gives is what is connected to, so that no second look-up can
/// lead elsewhere.
#[derive(Debug)]
struct Checked {
    names: DefaultResolver,
    policy: TargetPolicy,
}

impl Resolver for Checked {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut accepted = self.empty();
        for address in found.iter().filter(|address| self.policy.accepts(address.ip())) {
            accepted.push(*address);
        }
        if accepted.is_empty() {
            return Err(Error::Other(Box::new(PrivateAddress)));
        }
        Ok(accepted)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::{
        net::{Ipv4Addr, TcpListener},
        sync::mpsc,
    };

    use super::*;

    #[test]
    fn a_receiver_may_ask_for_time_in_two_ways() {
        let now = DateTime::parse_from_rfc3339("2026-03-02T06:10:00Z").unwrap().with_timezone(&Utc);
        assert_eq!(wait_asked("120", now), Some(chrono::Duration::seconds(120)));
        assert_eq!(wait_asked("Mon, 02 Mar 2026 06:11:00 GMT", now), Some(chrono::Duration::seconds(60)));
        assert_eq!(wait_asked("Mon, 02 Mar 2026 06:09:00 GMT", now), Some(chrono::Duration::zero()));
        assert_eq!((wait_asked("soon", now), wait_asked("-1", now)), (None, None));
    }

    #[test]
    fn nobody_in_this_network_is_connected_to() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connected, connections) = mpsc::channel();
        std::thread::spawn(move || {
            while listener.accept().is_ok() {
                connected.send(()).unwrap();
            }
        });
        let strict = Client::new(TargetPolicy::default());
        // Names that lead to this machine, whoever judged them before.
        for host in ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"] {
            let answer = strict.post(&format!("https://{host}:{port}/"), "a", 1, "v1,", "{}");
            let error = answer.error.unwrap();
            assert!(answer.status.is_none(), "{host}");
            assert!(error.contains("private") || error.contains("no address") || error.contains("could not"), "{host}: {error}");
        }
        assert!(connections.try_recv().is_err(), "a connection was made");
        assert!(strict.post(&format!("http://localhost:{port}/"), "a", 1, "v1,", "{}").error.unwrap().contains("https"));
    }
}
