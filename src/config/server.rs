//! How the server answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use url::{Host, Url};

use super::fault::Faults;
use super::network::Network;
use crate::domain::webhook_target::TargetPolicy;

/// Connections beyond this many wait in Postgres rather than here.
const LARGEST_POOL: u32 = 32;

/// The settings of `serve` as they are written; [`ServerFlags::check`] makes them [`ServerOptions`].
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerFlags {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env = "BROADSHEET_BIND", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub bind: String,

    /// Where clients reach this API, for the links in its answers [default: made from --bind]
    #[arg(long, env = "BROADSHEET_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Threads that answer requests [default: the number of cores]
    #[arg(long, env = "BROADSHEET_WORKERS", value_name = "NUMBER")]
    pub workers: Option<String>,

    /// Connections to the database [default: 4 for each worker, 32 at most]
    #[arg(long, env = "BROADSHEET_POOL_SIZE", value_name = "NUMBER")]
    pub pool_size: Option<String>,

    /// Origins whose pages may read the API in a browser: `*` for all, `none`, or a list separated by commas
    #[arg(long, env = "BROADSHEET_CORS_ORIGIN", value_name = "ORIGIN", default_value = "*", value_delimiter = ',')]
    pub cors_origin: Vec<String>,

    /// The largest request body, in KiB
    #[arg(long, env = "BROADSHEET_MAX_BODY_KB", value_name = "KIB", default_value = "2048")]
    pub max_body_kb: String,

    /// How long caches may answer from a public answer without asking again, in seconds
    #[arg(long, env = "BROADSHEET_CACHE_SECONDS", value_name = "SECONDS", default_value = "5")]
    pub cache_seconds: String,

    /// The longest that one statement may take in the database, in milliseconds
    #[arg(long, env = "BROADSHEET_STATEMENT_TIMEOUT_MS", value_name = "MS", default_value = "5000")]
    pub statement_timeout_ms: String,

    /// How long requests may take to end once the server is told to stop, in seconds
    #[arg(long, env = "BROADSHEET_DRAIN_SECONDS", value_name = "SECONDS", default_value = "20")]
    pub drain_seconds: String,

    /// Requests a minute that one address may make without a key or a token; 0 limits nobody
    #[arg(long, env = "BROADSHEET_ANONYMOUS_PER_MINUTE", value_name = "NUMBER", default_value = "0")]
    pub anonymous_per_minute: String,

    /// What does not count against limits: `304` (answers that nothing changed), `head` (HEAD requests), both, or `none`
    #[arg(long, env = "BROADSHEET_UNCOUNTED", value_name = "LIST", default_value = "304", value_delimiter = ',')]
    pub uncounted: Vec<String>,

    /// Answer nothing under /v1 without an API key or an access token
    #[arg(long, env = "BROADSHEET_REQUIRE_KEY")]
    pub require_key: bool,

    /// How long the log of changes is kept, in days: who has a token that is older starts again
    #[arg(long, env = "BROADSHEET_CHANGES_RETENTION", value_name = "DAYS", default_value = "90")]
    pub changes_retention: String,

    /// Listeners to the stream of changes that this server takes
    #[arg(long, env = "BROADSHEET_MAX_LISTENERS", value_name = "NUMBER", default_value = "10000")]
    pub max_listeners: String,

    /// Proxies whose word on a client's address is taken (X-Forwarded-For): addresses or ranges, separated by commas
    #[arg(long, env = "BROADSHEET_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,

    /// Webhooks that are sent at once; 0 leaves sending them to other servers on the same database
    #[arg(long, env = "BROADSHEET_WEBHOOK_SENDERS", value_name = "NUMBER", default_value = "8")]
    pub webhook_senders: String,

    /// Send webhooks to private addresses and over plain http, too: for tests and receivers in the same network
    #[arg(long, env = "BROADSHEET_WEBHOOKS_ALLOW_PRIVATE", value_parser = clap::builder::FalseyValueParser::new())]
    pub webhooks_allow_private: bool,
}

/// Whose pages may read the API in a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Everybody's: published content is public.
    Any,
    /// Those of these origins, `scheme://host[:port]`; none when empty.
    Only(Vec<String>),
}

/// The settings of the server, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where clients reach the API, when it was said; see [`ServerOptions::base_url`].
    pub public_url: Option<Url>,
    /// Threads that answer requests.
    pub workers: usize,
    /// Connections to the database.
    pub pool_size: u32,
    /// Whose pages may read the API in a browser.
    pub cors_origins: CorsOrigins,
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// `max-age` of public answers.
    pub cache_for: Duration,
    /// The longest that one statement may take.
    pub statement_timeout: Duration,
    /// How long requests may take to end once the server is told to stop.
    pub drain_for: Duration,
    /// Requests a minute from one address without a credential; `None` limits nobody.
    pub anonymous_per_minute: Option<i64>,
    /// Whether an answer 304 counts against limits.
    pub unchanged_counts: bool,
    /// Whether a HEAD request does.
    pub heads_count: bool,
    /// Whether nothing is read without a credential.
    pub needs_credential: bool,
    /// How long the log of changes is kept.
    pub keep_changes_for: Duration,
    /// Listeners to the stream of changes.
    pub max_listeners: usize,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How many webhooks are sent at once; 0 sends none.
    pub webhook_senders: usize,
    /// Where webhooks may be sent.
    pub webhook_targets: TargetPolicy,
}

impl ServerOptions {
    /// Where clients reach the API, without a slash at the end: as set, else the address that was bound.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        match bound.ip() {
            // "Every address" is no address to go to.
            ip if ip.is_unspecified() => format!("http://localhost:{}", bound.port()),
            ip => format!("http://{}", SocketAddr::new(ip, bound.port())),
        }
    }
}

impl ServerFlags {
    /// The settings, ready for use, or `None` after adding everything that is wrong to `faults`.
    pub fn check(&self, faults: &mut Faults) -> Option<ServerOptions> {
        let bind = parse_bind(&self.bind, faults);
        let public_url = faults.take("--public-url (BROADSHEET_PUBLIC_URL)", given(&self.public_url).map(public_url).transpose());
        let workers = given(&self.workers).map(|text| number(text, 1, 1024)).transpose();
        let workers = faults.take("--workers (BROADSHEET_WORKERS)", workers).map(|workers| workers.unwrap_or_else(cores));
        let pool_size = given(&self.pool_size).map(|text| number(text, 1, 1000)).transpose();
        let pool_size = faults.take("--pool-size (BROADSHEET_POOL_SIZE)", pool_size);
        let cors_origins = faults.take("--cors-origin (BROADSHEET_CORS_ORIGIN)", cors_origins(&self.cors_origin));
        let max_body_kb = faults.take("--max-body-kb (BROADSHEET_MAX_BODY_KB)", number(&self.max_body_kb, 1, 1 << 20));
        let cache_seconds = faults.take("--cache-seconds (BROADSHEET_CACHE_SECONDS)", number(&self.cache_seconds, 0, 31_536_000));
        let statement_timeout_ms =
            faults.take("--statement-timeout-ms (BROADSHEET_STATEMENT_TIMEOUT_MS)", number(&self.statement_timeout_ms, 1, 3_600_000));
        let drain_seconds = faults.take("--drain-seconds (BROADSHEET_DRAIN_SECONDS)", number(&self.drain_seconds, 0, 3600));
        let changes_retention =
            faults.take("--changes-retention (BROADSHEET_CHANGES_RETENTION)", number(&self.changes_retention, 1_u64, 36_500));
        let max_listeners = faults.take("--max-listeners (BROADSHEET_MAX_LISTENERS)", number(&self.max_listeners, 0, 1_000_000));
        let trusted = self.trusted_proxy.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let trusted_proxies = faults.take("--trusted-proxy (BROADSHEET_TRUSTED_PROXY)", trusted.map(str::parse).collect());
        let anonymous =
            faults.take("--anonymous-per-minute (BROADSHEET_ANONYMOUS_PER_MINUTE)", number(&self.anonymous_per_minute, 0, 1_000_000_i64));
        let uncounted = faults.take("--uncounted (BROADSHEET_UNCOUNTED)", uncounted(&self.uncounted));
        let webhook_senders = faults.take("--webhook-senders (BROADSHEET_WEBHOOK_SENDERS)", number(&self.webhook_senders, 0, 256));
        let workers = workers?;
        let uncounted = uncounted?;
        Some(ServerOptions {
            bind: bind?,
            public_url: public_url?,
            workers,
            pool_size: pool_size?.unwrap_or_else(|| pool_for(workers)),
            cors_origins: cors_origins?,
            max_body_bytes: max_body_kb? * 1024,
            cache_for: Duration::from_secs(cache_seconds?),
            statement_timeout: Duration::from_millis(statement_timeout_ms?),
            drain_for: Duration::from_secs(drain_seconds?),
            anonymous_per_minute: anonymous.map(|quota| Some(quota).filter(|quota| *quota > 0))?,
            unchanged_counts: !uncounted.iter().any(|word| word == "304"),
            heads_count: !uncounted.iter().any(|word| word == "head"),
            needs_credential: self.require_key,
            keep_changes_for: Duration::from_secs(changes_retention? * 24 * 3600),
            max_listeners: max_listeners?,
            trusted_proxies: trusted_proxies?,
            webhook_senders: webhook_senders?,
            webhook_targets: TargetPolicy { allow_private: self.webhooks_allow_private },
        })
    }
}

/// The words of `--uncounted`.
fn uncounted(texts: &[String]) -> Result<Vec<String>, String> {
    let words: Vec<String> = texts.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect();
    match words.iter().find(|word| !matches!(word.as_str(), "304" | "head" | "none")) {
        Some(word) => Err(format!("`{word}` is none of `304`, `head` and `none`")),
        None if words.len() > 1 && words.iter().any(|word| word == "none") => Err("`none` stands by itself".to_owned()),
        None => Ok(words),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A statement keeps a core of the database busy for most of its time, so a few for each worker are all that run at
/// once; more connections cost memory there (some 2 MB each) and make each statement slower.
fn pool_for(workers: usize) -> u32 {
    u32::try_from(workers * 4).unwrap_or(LARGEST_POOL).min(LARGEST_POOL)
}

/// A variable that is set to nothing is not set.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// The address of `--bind`, for commands that need no other setting of the server.
pub fn parse_bind(text: &str, faults: &mut Faults) -> Option<SocketAddr> {
    faults.take("--bind (BROADSHEET_BIND)", address(text))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    // What people write beside an address: a name for the loopback, a star for everywhere.
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let host = match host {
        "localhost" => Some(IpAddr::from(Ipv4Addr::LOCALHOST)),
        "*" => Some(IpAddr::from(Ipv6Addr::UNSPECIFIED)),
        _ => None,
    };
    match (host, port.parse()) {
        (Some(host), Ok(port)) => Ok(SocketAddr::new(host, port)),
        _ => text.parse().map_err(|_| format!("`{text}` is no address to listen on; write 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080")),
    }
}

fn number<N: std::str::FromStr + PartialOrd + std::fmt::Display>(text: &str, least: N, most: N) -> Result<N, String> {
    match text.trim().parse::<N>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("`{text}` is no whole number from {least} to {most}")),
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|fault| format!("`{text}` is no URL ({fault}); write https://api.example.org"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{text}` is not http or https; write https://api.example.org"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or a password, which every link would show; leave them out".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` has a query or a fragment; links are made by adding a path to it"));
    }
    Ok(url)
}

fn cors_origins(texts: &[String]) -> Result<CorsOrigins, String> {
    let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    match texts.as_slice() {
        ["*"] => Ok(CorsOrigins::Any),
        [] | ["none"] => Ok(CorsOrigins::Only(Vec::new())),
        origins => origins.iter().map(|text| origin(text)).collect::<Result<_, _>>().map(CorsOrigins::Only),
    }
}

/// An origin as browsers send it (RFC 6454 §6.2): compared letter by letter, so a slash at the end would never match.
fn origin(text: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is no origin; write https://www.example.org (scheme, host and port alone), or `*` by itself");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_named =
        matches!(url.host(), Some(Host::Domain(name)) if !name.contains('*')) || matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)));
    if !is_bare || !is_named || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: ServerFlags,
    }

    fn check(args: &[&str]) -> Result<ServerOptions, Faults> {
        let line = Line::try_parse_from([&["broadsheet"], args].concat()).unwrap();
        let mut faults = Faults::default();
        line.flags.check(&mut faults).ok_or(faults)
    }

    #[test]
    fn nothing_set_is_a_server_for_this_machine() {
        let options = check(&[]).unwrap();
        assert_eq!(options.bind, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(options.base_url(options.bind), "http://127.0.0.1:8080");
        assert_eq!(options.cors_origins, CorsOrigins::Any);
        assert_eq!(options.max_body_bytes, 2 * 1024 * 1024);
        assert_eq!(options.trusted_proxies, []);
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let Err(faults) = check(&[
            "--bind=nowhere",
            "--public-url=example.org",
            "--workers=0",
            "--pool-size=many",
            "--cors-origin=https://a.example/path",
            "--max-body-kb=0",
            "--cache-seconds=-1",
            "--statement-timeout-ms=0",
            "--drain-seconds=1h",
            "--changes-retention=0",
            "--max-listeners=-1",
            "--trusted-proxy=proxy",
        ]) else {
            panic!("accepted")
        };
        let settings: Vec<&str> = faults.0.iter().map(|fault| fault.setting.split(' ').next().unwrap()).collect();
        assert_eq!(
            settings,
            [
                "--bind",
                "--public-url",
                "--workers",
                "--pool-size",
                "--cors-origin",
                "--max-body-kb",
                "--cache-seconds",
                "--statement-timeout-ms",
                "--drain-seconds",
                "--changes-retention",
                "--max-listeners",
                "--trusted-proxy"
            ]
        );
    }

    #[test]
    fn the_pool_grows_with_the_workers_up_to_a_limit() {
        assert_eq!(check(&["--workers=2"]).unwrap().pool_size, 8);
        assert_eq!(check(&["--workers=64"]).unwrap().pool_size, 32);
        assert_eq!(check(&["--workers=2", "--pool-size=50"]).unwrap().pool_size, 50);
    }

    #[test]
    fn the_base_url_is_one_that_can_be_opened() {
        let bound = |text: &str| text.parse::<SocketAddr>().unwrap();
        let options = check(&["--bind=0.0.0.0:0"]).unwrap();
        assert_eq!(options.base_url(bound("0.0.0.0:49152")), "http://localhost:49152");
        assert_eq!(options.base_url(bound("[::1]:80")), "http://[::1]:80");
        let options = check(&["--public-url=https://api.example.org/news/"]).unwrap();
        assert_eq!(options.base_url(bound("0.0.0.0:1")), "https://api.example.org/news");
    }

    #[test]
    fn origins_are_kept_as_browsers_send_them() {
        let options =
            check(&["--cors-origin=https://Www.Example.org/,http://localhost:3000", "--cors-origin=https://a.example:443"]).unwrap();
        let expected = ["https://www.example.org", "http://localhost:3000", "https://a.example"].map(str::to_owned);
        assert_eq!(options.cors_origins, CorsOrigins::Only(expected.to_vec()));
        assert_eq!(check(&["--cors-origin=none"]).unwrap().cors_origins, CorsOrigins::Only(Vec::new()));
        for bad in ["*,https://a.example", "https://*.example.org", "null", "a.example", "ftp://a.example"] {
            assert!(check(&["--cors-origin", bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_may_be_written_as_people_do() {
        assert_eq!(address("localhost:80"), Ok("127.0.0.1:80".parse().unwrap()));
        assert_eq!(address("*:80"), Ok("[::]:80".parse().unwrap()));
        assert_eq!(address("[::1]:80"), Ok("[::1]:80".parse().unwrap()));
        for bad in ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "example.org:80"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
