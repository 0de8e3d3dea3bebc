//! What caches are told: `Cache-Control` (RFC 9111, RFC 5861), `Vary`, and the keys by which a CDN purges.

use actix_web::{
    HttpMessage, HttpRequest,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, VARY},
    },
};

/// Fastly's name for the keys, separated by spaces.
pub const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");

/// Cloudflare's name for the keys, separated by commas.
pub const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// A CDN refuses or cuts what has more.
const MOST_KEYS: usize = 50;

/// How long what was not found, or has moved, is remembered, in seconds.
const ABSENT_SECONDS: u32 = 10;

/// How long a public answer may be kept: application data. Only times; what may be kept at all is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// How long an answer is fresh, in seconds.
    pub max_age: u32,
    /// How much longer it may be shown while a cache asks again, in seconds.
    pub stale_while_revalidate: u32,
    /// How much longer it may be shown while this server cannot answer, in seconds.
    pub stale_if_error: u32,
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self { max_age: 10, stale_while_revalidate: 60, stale_if_error: 86_400 }
    }
}

/// In a request's extensions: it carried a credential, valid or not, so its answer is nobody else's.
#[derive(Clone, Copy, Debug)]
pub struct Credentialed;

/// In application data: answers depend on `Origin`, since not every origin may read them.
#[derive(Clone, Copy, Debug)]
pub struct VariesByOrigin;

/// Tells caches what to do with the answer to `request`, unless the handler has told them already.
pub fn apply(request: &HttpRequest, status: StatusCode, headers: &mut HeaderMap) {
    if !headers.contains_key(VARY) {
        let vary = match request.app_data::<VariesByOrigin>() {
            Some(VariesByOrigin) => "Accept-Encoding, Authorization, X-Api-Key, Origin",
            None => "Accept-Encoding, Authorization, X-Api-Key",
        };
        headers.insert(VARY, HeaderValue::from_static(vary));
    }
    if headers.contains_key(CACHE_CONTROL) {
        return;
    }
    let control = control(request, status);
    if let Ok(value) = HeaderValue::from_str(&control) {
        headers.insert(CACHE_CONTROL, value);
    }
}

fn control(request: &HttpRequest, status: StatusCode) -> String {
    const NO_STORE: &str = "no-store";
    if !request.method().is_safe() {
        return NO_STORE.to_owned();
    }
    let is_private = request.extensions().contains::<Credentialed>();
    let policy = request.app_data::<CachePolicy>().copied().unwrap_or_default();
    match status.as_u16() {
        200 | 304 if is_private => "private, no-cache".to_owned(),
        200 | 304 => format!(
            "public, max-age={}, stale-while-revalidate={}, stale-if-error={}",
            policy.max_age, policy.stale_while_revalidate, policy.stale_if_error
        ),
        301 | 404 | 410 if !is_private => format!("public, max-age={}", ABSENT_SECONDS.min(policy.max_age)),
        _ => NO_STORE.to_owned(),
    }
}

/// Puts the keys into both headers: `[a-z0-9-]`, no repetition, 50 at most.
pub fn tag(keys: &[String], headers: &mut HeaderMap) {
    let mut clean: Vec<String> = Vec::with_capacity(keys.len().min(MOST_KEYS));
    for key in keys {
        let key: String =
            key.chars().map(|letter| letter.to_ascii_lowercase()).map(|letter| if is_key(letter) { letter } else { '-' }).collect();
        if !key.is_empty() && !clean.contains(&key) {
            clean.push(key);
        }
        if clean.len() == MOST_KEYS {
            break;
        }
    }
    if clean.is_empty() {
        return;
    }
    for (name, separator) in [(SURROGATE_KEY, " "), (CACHE_TAG, ",")] {
        if let Ok(value) = HeaderValue::from_str(&clean.join(separator)) {
            headers.insert(name, value);
        }
    }
}

const fn is_key(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn control_of(request: &HttpRequest, status: StatusCode) -> String {
        let mut headers = HeaderMap::new();
        apply(request, status, &mut headers);
        headers.get(CACHE_CONTROL).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_public_may_be_kept() {
        let request =
            TestRequest::get().app_data(CachePolicy { max_age: 30, stale_while_revalidate: 5, stale_if_error: 7 }).to_http_request();
        assert_eq!(control_of(&request, StatusCode::OK), "public, max-age=30, stale-while-revalidate=5, stale-if-error=7");
        assert_eq!(control_of(&request, StatusCode::NOT_FOUND), "public, max-age=10");
        assert_eq!(control_of(&request, StatusCode::SERVICE_UNAVAILABLE), "no-store");
    }

    #[test]
    fn what_a_credential_opened_is_private() {
        let request = TestRequest::get().to_http_request();
        request.extensions_mut().insert(Credentialed);
        assert_eq!(control_of(&request, StatusCode::OK), "private, no-cache");
        assert_eq!(control_of(&request, StatusCode::NOT_FOUND), "no-store");
    }

    #[test]
    fn a_write_is_never_kept() {
        assert_eq!(control_of(&TestRequest::patch().to_http_request(), StatusCode::OK), "no-store");
    }

    #[test]
    fn keys_are_clean_and_few() {
        let mut headers = HeaderMap::new();
        tag(&["Article 1".to_owned(), "article-1".to_owned(), "section-é".to_owned()], &mut headers);
        assert_eq!(headers.get(SURROGATE_KEY).unwrap(), "article-1 section--");
        assert_eq!(headers.get(CACHE_TAG).unwrap(), "article-1,section--");
        let many: Vec<String> = (0..80).map(|number| format!("a-{number}")).collect();
        tag(&many, &mut headers);
        assert_eq!(headers.get(CACHE_TAG).unwrap().to_str().unwrap().split(',').count(), 50);
    }
}
