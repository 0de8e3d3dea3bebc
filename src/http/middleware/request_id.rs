//! The name of one request, in its answer, its problem and the log.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries it, in and out.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const LONGEST: usize = 64;

/// A request's id: the client's (or a proxy's) where it is a sane one, else a new UUIDv7. In the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id of the request with these headers.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|text| is_sane(text));
        Self(sent.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the value of a header.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        // It is made of letters, digits, dots, dashes and underscores.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("-"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// It goes into log lines and headers, so only what breaks neither.
fn is_sane(text: &str) -> bool {
    // Not a key of somebody who mixed up two headers.
    !text.starts_with("bs_")
        && (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sane_id_is_taken_over() {
        let id = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_static(text));
            RequestId::of(&headers).0
        };
        assert_eq!(id("front-1.2_3"), "front-1.2_3");
        for text in ["", "bs_4fGh8Kq2", "a b", "a;b", "0123456789012345678901234567890123456789012345678901234567890123456789"] {
            assert_eq!(id(text).len(), 36, "{text}");
        }
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
