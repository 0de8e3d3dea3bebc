//! Answers that carry their validator, and answer 304 to who has them already.

use std::time::{Duration, SystemTime};

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        Method, StatusCode,
        header::{CONTENT_TYPE, ETAG, Header, HeaderValue, HttpDate, IF_NONE_MATCH, IfModifiedSince, LAST_MODIFIED, LINK, LOCATION},
    },
    web::Bytes,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::etag::{etag, is_listed};
use crate::http::{
    caching,
    fields::Fields,
    paging::Page,
    problem::{Problem, ProblemKind, Result},
};

/// Younger than this, a date is no strong validator (RFC 9110 §8.8.2.2): it counts whole seconds, and a transaction that
/// began before it may still commit.
const SETTLED: Duration = Duration::from_secs(6);

/// What an answer carries beside its bytes.
#[derive(Debug, Default)]
struct About {
    version: Option<i64>,
    location: Option<String>,
    last_modified: Option<DateTime<Utc>>,
    keys: Vec<String>,
    links: Vec<String>,
    next_cursor: Option<String>,
    is_created: bool,
    is_page: bool,
}

macro_rules! builder {
    () => {
        /// The version of the row, which `If-Match` is compared with.
        #[must_use]
        pub const fn version(mut self, version: i64) -> Self {
            self.about.version = Some(version);
            self
        }

        /// When what is shown last changed.
        #[must_use]
        pub const fn last_modified(mut self, at: DateTime<Utc>) -> Self {
            self.about.last_modified = Some(at);
            self
        }

        /// What the answer depends on, for purging: `article-…`, `section-…`.
        #[must_use]
        pub fn keys(mut self, keys: Vec<String>) -> Self {
            self.about.keys.extend(keys);
            self
        }

        /// Values of the `Link` header (RFC 8288): `<…>; rel="…"`.
        #[must_use]
        pub fn links(mut self, links: Vec<String>) -> Self {
            self.about.links.extend(links);
            self
        }
    };
}

/// A JSON answer with a strong ETag; 304 to who has it, cache headers, sparse fields.
#[derive(Debug)]
pub struct Tagged<T> {
    body: T,
    about: About,
    fields: Result<Fields>,
}

impl<T> Tagged<T> {
    /// An answer of 200.
    #[must_use]
    pub fn new(body: T) -> Self {
        Self { body, about: About::default(), fields: Ok(Fields::default()) }
    }

    builder!();

    /// 201, and where the new resource is.
    #[must_use]
    pub fn created(mut self, location: String) -> Self {
        self.about.is_created = true;
        self.about.location = Some(location);
        self
    }

    /// Only these members of an `S` (which is what the body is, or what a page's items are); 400 when it has no such member.
    #[must_use]
    pub fn fields<S: ToSchema + 'static>(mut self, fields: Fields) -> Self {
        self.fields = fields.check::<S>().map(|()| fields);
        self
    }
}

impl<T> Tagged<T> {
    /// A whole list that has no pages, with its `items`. `fields` then go for each of them.
    #[must_use]
    pub fn list(list: T) -> Self {
        Self { about: About { is_page: true, ..About::default() }, ..Self::new(list) }
    }
}

impl<I> Tagged<Page<I>> {
    /// A page, with a `Link` to the next one. `fields` then go for each of its items.
    #[must_use]
    pub fn page(page: Page<I>) -> Self {
        let about = About { next_cursor: page.page.next_cursor.clone(), is_page: true, ..About::default() };
        Self { about, ..Self::new(page) }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Self { body, about, fields } = self;
        match fields.and_then(|fields| write(&body, &fields, about.is_page)) {
            Ok(bytes) => about.respond(request, bytes.into(), HeaderValue::from_static("application/json")),
            Err(problem) => HttpResponse::from_error(problem),
        }
    }
}

fn write<T: Serialize>(body: &T, fields: &Fields, is_page: bool) -> Result<Vec<u8>> {
    let written = if fields.is_sparse() {
        serde_json::to_value(body).and_then(|mut value| match value.get_mut("items").filter(|_| is_page) {
            Some(items) => {
                *items = fields.apply(items.take());
                serde_json::to_vec(&value)
            }
            None => serde_json::to_vec(&fields.apply(value)),
        })
    } else {
        serde_json::to_vec(body)
    };
    written.map_err(|fault| Problem::new(ProblemKind::Internal, "").with_source(fault))
}

/// The same for bytes that are no JSON of ours: feeds, documents.
#[derive(Debug)]
pub struct TaggedBytes {
    bytes: Bytes,
    content_type: HeaderValue,
    about: About,
}

impl TaggedBytes {
    /// An answer of 200 with these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        Self { bytes: bytes.into(), content_type: HeaderValue::from_static(content_type), about: About::default() }
    }

    builder!();
}

impl Responder for TaggedBytes {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.about.respond(request, self.bytes, self.content_type)
    }
}

impl About {
    fn respond(self, request: &HttpRequest, bytes: Bytes, content_type: HeaderValue) -> HttpResponse {
        let tag = etag(self.version, &bytes);
        // A date in the future (of a scheduled article, or by a clock that is ahead) validates nothing.
        let settled = self.last_modified.map(SystemTime::from).filter(|at| at.elapsed().is_ok_and(|age| age >= SETTLED));
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_known = is_read && !self.is_created && is_known(request, &tag, settled);

        let mut response = HttpResponse::new(match (is_known, self.is_created) {
            (true, _) => StatusCode::NOT_MODIFIED,
            (_, true) => StatusCode::CREATED,
            _ => StatusCode::OK,
        });
        let headers = response.headers_mut();
        let mut put = |name, text: &str| {
            // What we write is ASCII; a title or slug in a link is percent-encoded.
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.append(name, value);
            }
        };
        put(ETAG, &tag);
        if let Some(at) = settled {
            put(LAST_MODIFIED, &HttpDate::from(at).to_string());
        }
        if let Some(cursor) = &self.next_cursor {
            put(LINK, &format!("<{}>; rel=\"next\"", next_address(request, cursor)));
        }
        self.links.iter().for_each(|link| put(LINK, link));
        if let Some(location) = &self.location {
            put(LOCATION, location);
        }
        caching::tag(&self.keys, headers);
        let status = response.status();
        caching::apply(request, status, response.headers_mut());
        if is_known {
            return response;
        }
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response.set_body(BoxBody::new(bytes))
    }
}

/// Whether the client has these bytes (RFC 9110 §13.2.2). A request's own `Cache-Control: no-cache` is for caches on the
/// way and changes nothing here.
fn is_known(request: &HttpRequest, tag: &str, last_modified: Option<SystemTime>) -> bool {
    let mut lines = request.headers().get_all(IF_NONE_MATCH).peekable();
    if lines.peek().is_some() {
        let header = lines.filter_map(|line| line.to_str().ok()).collect::<Vec<_>>().join(",");
        return is_listed(&header, tag);
    }
    let (Some(at), Ok(IfModifiedSince(since))) = (last_modified, IfModifiedSince::parse(request)) else { return false };
    // Whole seconds are all that the header holds.
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.as_secs());
    seconds(at) <= seconds(since.into())
}

/// The request's own address with the cursor of the next page.
fn next_address(request: &HttpRequest, cursor: &str) -> String {
    let others = request.query_string().split('&').filter(|part| !part.is_empty() && part.split('=').next() != Some("cursor"));
    let query = others.chain([format!("cursor={cursor}").as_str()]).collect::<Vec<_>>().join("&");
    format!("{}?{query}", request.uri().path())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::{body::MessageBody, test::TestRequest};
    use serde_json::{Value, json};

    use super::*;
    use crate::http::{caching::SURROGATE_KEY, paging::Limit};

    fn header(response: &HttpResponse, name: impl actix_web::http::header::AsHeaderName) -> Option<String> {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    fn article() -> Tagged<Value> {
        Tagged::new(json!({"id": 1, "title": "A"})).version(4).keys(vec!["article-1".to_owned()])
    }

    fn get(name: &'static str, value: &str) -> HttpRequest {
        TestRequest::get().uri("/v1/articles/a").insert_header((name, value.to_owned())).to_http_request()
    }

    #[test]
    fn the_tag_comes_back_as_304_with_all_that_a_cache_needs() {
        let first = article().respond_to(&get("accept", "*/*"));
        assert_eq!(first.status(), 200);
        let tag = header(&first, ETAG).unwrap();
        assert!(tag.starts_with("\"4-"));

        for known in [tag.clone(), format!("W/{tag}"), "*".to_owned()] {
            let again = article().respond_to(&get("if-none-match", &known));
            assert_eq!(again.status(), 304, "{known}");
            for name in ["etag", "cache-control", "vary", "surrogate-key"] {
                assert_eq!(header(&again, name), header(&first, name), "{name}");
                assert!(header(&again, name).is_some(), "{name}");
            }
            assert_eq!(header(&again, CONTENT_TYPE), None);
        }
        assert_eq!(header(&first, SURROGATE_KEY).as_deref(), Some("article-1"));
    }

    #[test]
    fn a_write_never_answers_304() {
        let request = TestRequest::patch().insert_header(("if-none-match", "*")).to_http_request();
        let response = article().respond_to(&request);
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "cache-control").as_deref(), Some("no-store"));
    }

    #[test]
    fn a_request_that_wants_no_cache_still_gets_304() {
        let tag = header(&article().respond_to(&get("accept", "*/*")), ETAG).unwrap();
        let request =
            TestRequest::get().insert_header(("if-none-match", tag)).insert_header(("cache-control", "no-cache")).to_http_request();
        assert_eq!(article().respond_to(&request).status(), 304);
    }

    #[test]
    fn the_date_counts_only_where_there_is_no_tag_and_once_it_has_settled() {
        let old: DateTime<Utc> = "2026-03-02T09:00:00.7Z".parse().unwrap();
        let dated = |at| article().last_modified(at);
        let response = dated(old).respond_to(&get("if-modified-since", "Mon, 02 Mar 2026 09:00:00 GMT"));
        assert_eq!(response.status(), 304);
        assert_eq!(header(&response, LAST_MODIFIED).as_deref(), Some("Mon, 02 Mar 2026 09:00:00 GMT"));
        assert_eq!(dated(old).respond_to(&get("if-modified-since", "Mon, 02 Mar 2026 08:59:59 GMT")).status(), 200);
        assert_eq!(dated(old).respond_to(&get("if-modified-since", "yesterday")).status(), 200);

        let both = TestRequest::get()
            .insert_header(("if-none-match", "\"x\""))
            .insert_header(("if-modified-since", "Mon, 02 Mar 2026 09:00:00 GMT"));
        assert_eq!(dated(old).respond_to(&both.to_http_request()).status(), 200);
        assert_eq!(header(&dated(Utc::now()).respond_to(&get("accept", "*/*")), LAST_MODIFIED), None);
    }

    #[test]
    fn what_was_made_says_where_it_is() {
        let request = TestRequest::post().insert_header(("if-none-match", "*")).to_http_request();
        let response = article().created("/v1/articles/a".to_owned()).respond_to(&request);
        assert_eq!(response.status(), 201);
        assert_eq!(header(&response, LOCATION).as_deref(), Some("/v1/articles/a"));
    }

    #[test]
    fn a_page_links_to_the_next_with_its_own_filters() {
        let page = Page::new(vec![1], Limit::default(), Some("abc".to_owned()));
        let request = TestRequest::get().uri("/v1/articles?section=news%2Fenergy&cursor=old&limit=20").to_http_request();
        let response = Tagged::page(page).respond_to(&request);
        assert_eq!(header(&response, LINK).as_deref(), Some("</v1/articles?section=news%2Fenergy&limit=20&cursor=abc>; rel=\"next\""));
    }

    #[test]
    fn fields_go_for_the_items_of_a_page() {
        #[derive(Serialize, ToSchema)]
        struct Card {
            id: u32,
            title: &'static str,
        }
        let sparse = |names: &str| {
            let fields: Vec<(String, Fields)> = serde_html_form::from_str(&format!("fields={names}")).unwrap();
            let page = Page::new(vec![Card { id: 1, title: "A" }], Limit::default(), None);
            Tagged::page(page).fields::<Card>(fields[0].1.clone()).respond_to(&get("accept", "*/*"))
        };
        let response = sparse("title");
        let body: Value = serde_json::from_slice(&response.into_body().try_into_bytes().unwrap()).unwrap();
        assert_eq!(body, json!({"items": [{"title": "A"}], "page": {"limit": 20, "next_cursor": null}}));
        assert_eq!(sparse("titel").status(), 400);
    }
}
