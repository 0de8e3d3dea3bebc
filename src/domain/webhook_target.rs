//! Where webhooks may be sent: to addresses on the public internet, unless the server was told otherwise.
//!
//! A name is checked when it is resolved, on every connection: that it was harmless when an admin wrote it down says nothing about
//! where it leads now.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The longest address, in bytes.
const LONGEST: usize = 2000;

/// What may be an endpoint's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetPolicy {
    /// Whether private addresses and plain `http` will do: for tests and for receivers in the same network.
    pub allow_private: bool,
}

impl TargetPolicy {
    /// Reads an address, as far as that can be judged without asking anybody what its name stands for.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence for who sent it.
    pub fn parse(self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text.trim()).map_err(|_| "It must be an absolute URL that begins with `https://`.".to_owned())?;
        if text.len() > LONGEST {
            return Err(format!("It has {} bytes; at most {LONGEST} will do.", text.len()));
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            "http" => return Err("It must begin with `https://`: what is sent over `http` can be read and changed on the way.".to_owned()),
            other => return Err(format!("It begins with `{other}:`; it must be an absolute URL that begins with `https://`.")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("It holds a user or a password; messages are signed instead, so leave them out.".to_owned());
        }
        if url.fragment().is_some() {
            return Err("It has a fragment (`#…`), which is never sent; leave it out.".to_owned());
        }
        let is_private = match url.host() {
            None => return Err("It has no host.".to_owned()),
            Some(Host::Ipv4(address)) => !self.accepts(address.into()),
            Some(Host::Ipv6(address)) => !self.accepts(address.into()),
            Some(Host::Domain(name)) => !self.allow_private && is_local_name(name),
        };
        if is_private {
            return Err("It leads into a private network; endpoints stand on the public internet.".to_owned());
        }
        Ok(url)
    }

    /// Whether a connection may be made to this address.
    #[must_use]
    pub fn accepts(self, address: IpAddr) -> bool {
        self.allow_private || is_public(address)
    }
}

/// RFC 6761, RFC 6762, and what ICANN keeps free for private use.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["localhost", "local", "internal", "home.arpa"]
        .iter()
        .any(|end| name == *end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// Whether an address belongs to the public internet, by the registries of special-purpose addresses (RFC 6890). What stands for
/// an address of the other family (mapped, compatible, NAT64, 6to4, Teredo) is not: it may lead anywhere.
#[must_use]
pub const fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out (RFC 4291 §2.4). Of that: protocol assignments with Teredo and ORCHID (2001::/23), documentation
    // (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16) are not.
    match address.segments() {
        [0x2001, second, ..] => second >= 0x0200 && second != 0x0db8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in
            ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        let private = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for private in private {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_is_judged_before_it_is_resolved() {
        let (strict, open) = (TargetPolicy::default(), TargetPolicy { allow_private: true });
        for good in ["https://hooks.example.org/in?a=b", "https://8.8.8.8:8443/", "https://localhost.example.org/"] {
            assert!(strict.parse(good).is_ok(), "{good}");
        }
        let private = [
            "https://localhost/",
            "https://a.localhost",
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://printer.local",
            "https://db.internal./",
            "https://10.1.2.3",
            "http://hooks.example.org/",
        ];
        for private in private {
            assert!(strict.parse(private).is_err(), "{private}");
            assert!(open.parse(private).is_ok(), "{private}");
        }
        for bad in [
            "",
            "hooks.example.org",
            "ftp://example.org",
            "https://user:pass@example.org/",
            "https://user@example.org/",
            "https://example.org/#a",
            "file:///etc/passwd",
        ] {
            assert!(strict.parse(bad).is_err() && open.parse(bad).is_err(), "{bad}");
        }
    }
}
