//! What a request shows to say who calls: an access token, an API key, or nothing.

use actix_web::{
    dev::ServiceRequest,
    http::{
        Uri,
        header::{AUTHORIZATION, HeaderMap, HeaderName},
    },
};

use super::token::{self, Refusal};
use crate::{
    domain::api_key::{ApiKey, KeyFault, MARK},
    http::{self, Problem, ProblemKind},
};

/// The header of an API key.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Where a key may stand in the address: feed readers send no headers.
const FEEDS: &str = "/v1/feeds/";

/// What a request shows.
#[derive(Debug)]
pub enum Credential {
    /// Nothing: a reader like any other.
    None,
    /// An access token of the newsroom, still to be verified.
    Token(String),
    /// A key of a partner, well formed and still to be looked up.
    Key(ApiKey),
}

/// Whether a request shows anything at all, good or not.
#[must_use]
pub fn is_shown(request: &ServiceRequest) -> bool {
    request.headers().contains_key(AUTHORIZATION) || request.headers().contains_key(X_API_KEY) || key_in(request.query_string()).is_some()
}

/// Takes what a request shows. A key in the address is taken out of it, so that nothing after this can log or repeat it.
///
/// # Errors
/// 401 for what cannot be a credential, for two of them, and for a key in an address that is not a feed's.
pub fn take(request: &mut ServiceRequest) -> http::Result<Credential> {
    let bearer = request.headers().contains_key(AUTHORIZATION).then(|| bearer(request.headers()).map(str::to_owned)).transpose()?;
    let header = request.headers().contains_key(X_API_KEY).then(|| only(request.headers(), &X_API_KEY).map(str::to_owned)).transpose()?;
    let in_address = key_in(request.query_string());
    if let Some(key) = &in_address {
        let is_feed = request.path().starts_with(FEEDS);
        hide_key(request);
        // What is no key of ours is an unknown parameter like any other.
        if !is_feed && key.starts_with(MARK) {
            return Err(refused(
                "An API key is never part of this address, where it would end up in logs; send it as `X-Api-Key`. Only feeds take `?key=`.",
            ));
        }
    }
    match (bearer, header, in_address) {
        (None, None, None) => Ok(Credential::None),
        (Some(token), None, None) if !token.starts_with(MARK) => Ok(Credential::Token(token)),
        (Some(key), None, None) | (None, Some(key), None) | (None, None, Some(key)) => parse(&key).map(Credential::Key),
        _ => Err(refused("There is more than one credential; send one.")),
    }
}

fn parse(text: &str) -> http::Result<ApiKey> {
    ApiKey::parse(text.trim()).map_err(|fault: KeyFault| refused(&fault.to_string()))
}

fn refused(detail: &str) -> Problem {
    Problem::new(ProblemKind::InvalidKey, detail)
}

/// The token in `Authorization: Bearer …` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> http::Result<&str> {
    let refused = |detail: &str| Problem::new(ProblemKind::InvalidToken, detail);
    let mut values = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(refused("There is more than one `Authorization` header; send one."));
    };
    let value = value.to_str().map_err(|_| refused(&Refusal::Foreign.to_string()))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("`Authorization` takes the scheme `Bearer` only: `Authorization: Bearer …`."));
    }
    let token = token.trim_matches(' ');
    if token.is_empty() {
        return Err(refused("There is no token after `Bearer`."));
    }
    if token.len() > token::MAX_LENGTH {
        return Err(refused("The token is longer than any of ours."));
    }
    Ok(token)
}

fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> http::Result<&'h str> {
    let mut values = headers.get_all(name);
    match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(value)), None) => Ok(value),
        (_, Some(_)) => Err(refused("There is more than one `X-Api-Key` header; send one.")),
        _ => Err(refused(&KeyFault::Foreign.to_string())),
    }
}

/// The value of `key` in a query.
fn key_in(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "key").map(|(_, value)| value.into_owned())
}

/// Takes `key` out of the request's own address.
fn hide_key(request: &mut ServiceRequest) {
    let is_key = |part: &&str| url::form_urlencoded::parse(part.as_bytes()).any(|(name, _)| name == "key");
    let query: Vec<&str> = request.query_string().split('&').filter(|part| !is_key(part)).collect();
    let address = if query.is_empty() { request.path().to_owned() } else { format!("{}?{}", request.path(), query.join("&")) };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = address.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.head_mut().uri = uri;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::test::TestRequest;

    use super::*;

    fn taken(address: &str, headers: &[(&str, &str)]) -> (http::Result<Credential>, String) {
        let request = headers.iter().fold(TestRequest::with_uri(address), |request, header| request.append_header(*header));
        let mut request = request.to_srv_request();
        (take(&mut request), request.uri().to_string())
    }

    #[test]
    fn a_token_comes_in_one_header_and_one_scheme() {
        for good in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert!(matches!(taken("/v1/me", &[("Authorization", good)]).0.unwrap(), Credential::Token(token) if token == "abc"), "{good}");
        }
        for bad in [&[""][..], &["Bearer"], &["Bearer "], &["Basic YTpi"], &["abc"], &["Bearerabc"], &["Bearer a", "Bearer b"]] {
            let headers: Vec<_> = bad.iter().map(|value| ("Authorization", *value)).collect();
            assert_eq!(taken("/v1/me", &headers).0.unwrap_err().kind, ProblemKind::InvalidToken, "{bad:?}");
        }
        let long = format!("Bearer {}", "a".repeat(token::MAX_LENGTH + 1));
        assert_eq!(taken("/v1/me", &[("Authorization", &long)]).0.unwrap_err().kind, ProblemKind::InvalidToken);
    }

    #[test]
    fn a_key_comes_by_header_or_bearer_and_on_feeds_in_the_address() {
        let key = ApiKey::generate();
        let text = key.clone().into_text();
        let same = |found: http::Result<Credential>| matches!(found.unwrap(), Credential::Key(found) if found == key);
        assert!(same(taken("/v1/articles", &[("X-Api-Key", &text)]).0));
        assert!(same(taken("/v1/articles", &[("Authorization", &format!("Bearer {text}"))]).0));
        let (found, address) = taken(&format!("/v1/feeds/latest.rss?limit=5&key={text}"), &[]);
        assert!(same(found));
        assert_eq!(address, "/v1/feeds/latest.rss?limit=5");
        let (found, address) = taken(&format!("/v1/articles?%6bey={text}"), &[]);
        assert_eq!(found.unwrap_err().kind, ProblemKind::InvalidKey);
        assert_eq!(address, "/v1/articles");
    }

    #[test]
    fn what_is_mistyped_or_shown_twice_is_refused() {
        let text = ApiKey::generate().into_text();
        for headers in
            [&[("X-Api-Key", "abc")][..], &[("X-Api-Key", &text[..20])], &[("X-Api-Key", &text), ("Authorization", "Bearer abc")]]
        {
            let problem = taken("/v1/articles", headers).0.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::InvalidKey, "{headers:?}");
            assert!(!problem.detail.contains(&text[11..]), "{}", problem.detail);
        }
        assert!(matches!(taken("/v1/articles?key=abc", &[]), (Err(_), _)));
        assert!(matches!(taken("/v1/articles?limit=5", &[]), (Ok(Credential::None), _)));
    }
}
