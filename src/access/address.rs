//! Where a request comes from.

use std::net::IpAddr;

use actix_web::{HttpRequest, http::header::HeaderName};

use crate::config::Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// In application data: the proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<Network>);

/// The client's address: that of the connection, unless a trusted proxy made it. Then the last address in
/// `X-Forwarded-For` that is no trusted proxy's: what stands before it, the client can have written itself.
#[must_use]
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let mut address = request.peer_addr()?.ip().to_canonical();
    let Some(TrustedProxies(trusted)) = request.app_data() else { return Some(address) };
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let lines: Vec<&str> = request.headers().get_all(FORWARDED_FOR).filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        let Some(before) = read(hop) else { break };
        address = before;
    }
    Some(address)
}

/// An address as proxies write it: bare, or with a port.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().or_else(|_| hop.parse::<std::net::SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted = TrustedProxies(trusted.iter().map(|network| network.parse().unwrap()).collect());
        let request = TestRequest::get().peer_addr(format!("{peer}:4000").parse().unwrap()).app_data(trusted);
        let request = forwarded.iter().fold(request, |request, line| request.append_header((FORWARDED_FOR, *line)));
        client_address(&request.to_http_request()).unwrap().to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_as_far_as_it_can_know() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &trusted), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"], &trusted), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1", "203.0.113.9"], &trusted), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9:5678"], &trusted), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::7]:5678"], &trusted), "2001:db8::7");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::7]"], &trusted), "2001:db8::7");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &[], &trusted), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, unknown"], &trusted), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &trusted), "10.0.0.3");
    }
}
