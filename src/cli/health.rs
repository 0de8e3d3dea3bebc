//! `broadsheet health`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use crate::config::{Faults, parse_bind};

/// Ask a running server whether it lives
///
/// The exit code is 0 when it does and 1 when not: the health check of a container, which needs no other program.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Health {
    /// The server to ask [default: the one at --bind]
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// The address that the server listens on
    #[arg(long, env = "BROADSHEET_BIND", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    bind: String,

    /// Ask whether it is ready for requests, its database included, rather than whether it lives
    #[arg(long)]
    ready: bool,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet health
  broadsheet health --ready --url https://api.example.org";

/// A server that takes longer is not one to send readers to.
const PATIENCE: Duration = Duration::from_secs(3);

impl Health {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let question = if self.ready { "ready" } else { "live" };
        let url = match self.url {
            Some(url) => format!("{}/health/{question}", url.trim_end_matches('/')),
            None => {
                let mut faults = Faults::default();
                match parse_bind(&self.bind, &mut faults) {
                    Some(bind) => url_of(bind, question),
                    None => return Err(faults.into()),
                }
            }
        };
        ask(&url)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Where the server that listens on `bind` answers how it is.
pub(super) fn url_of(bind: SocketAddr, question: &str) -> String {
    format!("http://{}/health/{question}", reachable(bind))
}

/// Gets the URL.
///
/// # Errors
/// No answer, or one that is no success.
pub(super) fn ask(url: &str) -> anyhow::Result<()> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).proxy(None).build();
    let answer = ureq::Agent::new_with_config(config).get(url).call().with_context(|| format!("{url} does not answer"))?;
    if !answer.status().is_success() {
        bail!("{url} answers {}", answer.status());
    }
    Ok(())
}

/// Where a server that listens on `bind` can be reached from this machine.
fn reachable(mut bind: SocketAddr) -> SocketAddr {
    if bind.ip().is_unspecified() {
        bind.set_ip(match bind {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    bind
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_address_is_asked_at_the_loopback() {
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()), "127.0.0.1:80".parse().unwrap());
        assert_eq!(reachable("[::]:80".parse().unwrap()), "[::1]:80".parse().unwrap());
        assert_eq!(reachable("10.0.0.1:80".parse().unwrap()), "10.0.0.1:80".parse().unwrap());
    }
}
