//! A body of JSON, read while it streams in and refused with a pointer to what is wrong.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    body::{BodyStream, to_bytes_limited},
    dev::Payload,
    http::{
        Method,
        header::{self, HeaderValue},
    },
    rt::time::timeout,
    web::Bytes,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::nearest::{Complaint, read_complaint, suggestion};
use crate::http::problem::{FieldError, Problem, ProblemKind, Result};

/// The largest body that is taken, in bytes: application data.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(2 * 1024 * 1024)
    }
}

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// A body of `application/json` (of a PATCH also `application/merge-patch+json`).
///
/// 415 for another type, 413 over [`BodyLimit`], 400 for what is no JSON, 422 with a pointer for what has another shape.
#[derive(Debug)]
pub struct Json<T>(pub T);

super::wrapper!(Json);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let accepted = check_type(request).and_then(|()| check_length(request));
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload, accepted?).await?;
            read(&bytes).map(Json)
        })
    }
}

fn check_type(request: &HttpRequest) -> Result<()> {
    let found = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let essence = found.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_patch = request.method() == Method::PATCH;
    if essence == JSON || (is_patch && essence == MERGE_PATCH) {
        return Ok(());
    }
    let wanted = if is_patch { format!("`{JSON}` or `{MERGE_PATCH}`") } else { format!("`{JSON}`") };
    let detail = match found {
        Some(found) => format!("The body is `{found}`; send {wanted}."),
        None => format!("The body has no `Content-Type`; send {wanted}."),
    };
    let problem = Problem::new(ProblemKind::UnsupportedMediaType, detail);
    Err(if is_patch {
        problem.with_header(
            header::HeaderName::from_static("accept-patch"),
            HeaderValue::from_static("application/merge-patch+json, application/json"),
        )
    } else {
        problem.with_header(header::HeaderName::from_static("accept-post"), HeaderValue::from_static(JSON))
    })
}

/// The limit, unless the length that is announced is over it already.
fn check_length(request: &HttpRequest) -> Result<usize> {
    let BodyLimit(limit) = request.app_data::<BodyLimit>().copied().unwrap_or_default();
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    match announced {
        Some(length) if length > limit as u64 => Err(too_large(limit)),
        _ => Ok(limit),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::BodyTooLarge, format!("The body is larger than {limit} bytes."))
}

/// How long a body may take to arrive. Nobody on a working line needs longer for what [`BodyLimit`] lets in.
const SLOWEST_BODY: Duration = Duration::from_secs(30);

/// Limited while it streams: a chunked body announces no length.
async fn collect(payload: Payload, limit: usize) -> Result<Bytes> {
    timeout(SLOWEST_BODY, to_bytes_limited(BodyStream::new(payload), limit))
        .await
        .map_err(|_| Problem::new(ProblemKind::Timeout, format!("The body did not arrive within {} seconds.", SLOWEST_BODY.as_secs())))?
        .map_err(|_| too_large(limit))?
        .map_err(|fault| {
            Problem::new(ProblemKind::BadRequest, "The body broke off before its end, or cannot be decoded.").with_source(fault)
        })
}

/// Reads a whole body.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new(ProblemKind::BadRequest, "The body is empty; it must be JSON."));
    }
    // Serde would take a list for an object, member by member in an order that no contract knows.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::validation(vec![FieldError::new("", "invalid_type", "The body is a list; it must be an object.")]));
    }
    refuse_nul(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|fault| explain(fault.path(), fault.inner()))?;
    deserializer.end().map_err(|fault| malformed(&fault))?;
    Ok(value)
}

fn malformed(fault: &serde_json::Error) -> Problem {
    Problem::new(ProblemKind::BadRequest, format!("The body is not JSON: {fault}."))
}

/// Postgres cannot store U+0000 in text, so it is refused wherever it stands.
fn refuse_nul(bytes: &[u8]) -> Result<()> {
    if !bytes.windows(6).any(|window| window == br"\u0000") {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|fault| malformed(&fault))?;
    let mut errors = Vec::new();
    find_nul(&value, &mut String::new(), &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(Problem::validation(errors)) }
}

fn find_nul(value: &Value, pointer: &mut String, errors: &mut Vec<FieldError>) {
    let length = pointer.len();
    match value {
        Value::String(text) if text.contains('\0') => {
            errors.push(FieldError::new(pointer.clone(), "nul", "The character U+0000 cannot be stored."))
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                push(pointer, &index.to_string());
                find_nul(item, pointer, errors);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                push(pointer, &name.replace('\0', "\u{fffd}"));
                if name.contains('\0') {
                    errors.push(FieldError::new(pointer.clone(), "nul", "A name cannot hold the character U+0000."));
                }
                find_nul(member, pointer, errors);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// Adds a reference token (RFC 6901 §3).
fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

fn explain(path: &serde_path_to_error::Path, fault: &serde_json::Error) -> Problem {
    if !fault.is_data() {
        return malformed(fault);
    }
    let message = fault.to_string();
    let mut pointer = String::new();
    let mut last = String::new();
    for segment in path {
        last = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            // The variant is not a member of the JSON; a value that serde buffered has no path below it.
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        push(&mut pointer, &last);
    }
    let error = match read_complaint(&message) {
        Complaint::Missing(name) => {
            push(&mut pointer, name);
            FieldError::new(pointer, "missing", format!("`{name}` is missing."))
        }
        Complaint::Duplicate(name) => {
            if last != name {
                push(&mut pointer, name);
            }
            FieldError::new(pointer, "duplicate", format!("`{name}` is given twice."))
        }
        Complaint::Unknown { what: "field", found, known } => {
            if last != found {
                push(&mut pointer, found);
            }
            FieldError::new(pointer, "unknown", format!("There is no member `{found}`{}", suggestion(found, &known)))
        }
        Complaint::Unknown { found, known, .. } => {
            FieldError::new(pointer, "invalid", format!("`{found}` is not one of the values{}", suggestion(found, &known)))
        }
        Complaint::Other(text) => FieldError::new(pointer, "invalid", capitalised(text)),
    };
    Problem::validation(vec![error])
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Story {
        title: String,
        #[serde(default)]
        tags: Vec<Tag>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Tag {
        name: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        News,
        Opinion,
    }

    fn refused(body: &str) -> (u16, String, String) {
        let problem = read::<Story>(body.as_bytes()).unwrap_err();
        let first = problem.errors.first().cloned().unwrap_or(FieldError::new("", "", problem.detail.clone()));
        (problem.kind.status().as_u16(), first.pointer, first.detail)
    }

    #[test]
    fn a_story_is_read() {
        let story = read::<Story>(br#"{"title": "A", "tags": [{"name": "x"}], "kind": "opinion"}"#).unwrap();
        assert_eq!((story.title.as_str(), story.tags[0].name.as_str()), ("A", "x"));
        assert!(matches!(story.kind, Some(Kind::Opinion)));
        assert!(matches!(read::<Story>(br#"{"title": "A", "kind": "news"}"#).unwrap().kind, Some(Kind::News)));
    }

    #[test]
    fn what_is_no_json_says_where() {
        let (status, _, detail) = refused("{\n \"title\": }");
        assert_eq!(status, 400);
        assert!(detail.contains("line 2 column"), "{detail}");
        assert_eq!(refused(r#"{"title": "A"} x"#).0, 400);
        assert_eq!(refused("  ").0, 400);
        assert_eq!(read::<Story>(b"{\"title\": \"\xff\"}").unwrap_err().kind, ProblemKind::BadRequest);
        let deep = format!(r#"{{"title": {}"#, "[".repeat(100_000));
        assert!(matches!(refused(&deep).0, 400 | 422));
        assert_eq!(read::<Value>("[".repeat(100_000).as_bytes()).unwrap_err().kind, ProblemKind::Validation);
    }

    #[test]
    fn what_has_another_shape_says_which_member() {
        assert_eq!(refused(r#"{"title": 5}"#), (422, "/title".into(), "Invalid type: integer `5`, expected a string.".into()));
        assert_eq!(
            refused(r#"{"title": "A", "tags": [{"name": "x"}, {"nam": "y"}]}"#),
            (422, "/tags/1/nam".into(), "There is no member `nam`; did you mean `name`?".into())
        );
        assert_eq!(refused("{}"), (422, "/title".into(), "`title` is missing.".into()));
        assert_eq!(refused(r#"{"title": "A", "tags": [{}]}"#).1, "/tags/0/name");
        assert_eq!(refused(r#"{"title": "A", "title": "B"}"#), (422, "/title".into(), "`title` is given twice.".into()));
        assert_eq!(
            refused(r#"{"title": "A", "kind": "opinon"}"#),
            (422, "/kind".into(), "`opinon` is not one of the values; did you mean `opinion`?".into())
        );
        assert_eq!(refused("[]").0, 422);
    }

    #[test]
    fn a_nul_is_found_wherever_it_hides() {
        assert_eq!(refused(r#"{"title": "a\u0000b"}"#).1, "/title");
        assert_eq!(refused(r#"{"title": "a", "tags": [{"name": "\u0000"}]}"#).1, "/tags/0/name");
        assert_eq!(read::<Story>(br#"{"title": "a\\u0000b"}"#).unwrap().title, r"a\u0000b");
    }

    #[actix_web::test]
    async fn the_type_and_the_size_are_checked() {
        let extract = |request: TestRequest, body: &'static str| async move {
            let (request, mut payload) = request.app_data(BodyLimit(64)).set_payload(body).to_http_parts();
            Json::<Value>::from_request(&request, &mut payload).await
        };
        let json = ("content-type", "application/json; charset=utf-8");
        let merge = ("content-type", "application/merge-patch+json");
        assert!(extract(TestRequest::post().insert_header(json), "{}").await.is_ok());
        assert!(extract(TestRequest::patch().insert_header(merge), "{}").await.is_ok());
        assert_eq!(extract(TestRequest::post().insert_header(merge), "{}").await.unwrap_err().kind, ProblemKind::UnsupportedMediaType);
        assert_eq!(extract(TestRequest::post(), "{}").await.unwrap_err().kind, ProblemKind::UnsupportedMediaType);
        let long = "                                                                   {}";
        assert_eq!(extract(TestRequest::post().insert_header(json), long).await.unwrap_err().kind, ProblemKind::BodyTooLarge);
    }
}
