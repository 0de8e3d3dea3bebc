//! A problem (RFC 9457) is the only way in which anything fails: a kind from the catalogue, a detail for the client,
//! pointers for what is to be mended, and a source for the log, which is never sent.

mod catalogue;
mod responses;
mod schema;

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use utoipa::ToSchema;

pub use catalogue::ProblemKind;
pub(crate) use responses::answer;
pub use responses::{
    AccessProblems, AttemptProblems, CreateProblems, DeltaProblems, ListProblems, LoginProblems, Moving, PROBLEM_SCHEMA, ReadProblems,
    SessionProblems, StandingProblems, WriteProblems,
};
pub use schema::{FaultShape, ProblemShape};

use crate::store::error::StoreError;

/// The result of everything that answers a request.
pub type Result<T> = std::result::Result<T, Problem>;

/// The media type of every problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The challenge of a 401 (RFC 6750 §3).
const CHALLENGE: &str = r#"Bearer realm="broadsheet""#;
const CHALLENGE_INVALID: &str = r#"Bearer realm="broadsheet", error="invalid_token""#;

/// One fault in what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body; in a problem about the query, the parameter's name.
    pub pointer: String,
    /// What is wrong, for programs: `missing`, `unknown`, `type`, `taken`, `too_long`…
    pub code: &'static str,
    /// What was found and what would do, for people.
    pub detail: String,
}

impl FieldError {
    /// A fault in the member (or the query parameter) that `pointer` names.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// Why a request was not answered as it hoped.
#[derive(Debug)]
pub struct Problem {
    /// Which row of the catalogue.
    pub kind: ProblemKind,
    /// What was found and what would do, for this occurrence.
    pub detail: String,
    /// Every fault of the body or the query, all at once.
    pub errors: Vec<FieldError>,
    source: Option<String>,
    retry_after: Option<u32>,
    moved_to: Option<String>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of this kind; an empty detail stays out of the answer.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), source: None, retry_after: None, moved_to: None, headers: Vec::new() }
    }

    /// 422 with everything that is wrong in the body.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} members need mending.", several.len()),
        };
        Self::new(ProblemKind::Validation, detail).with_errors(errors)
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "There is no such resource, or the caller may not see it.")
    }

    /// 403 that names the permission.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(ProblemKind::Forbidden, format!("This needs the permission `{permission}`, which the caller's role does not hold."))
    }

    /// 401 for a caller without a credential.
    #[must_use]
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Unauthenticated, detail)
    }

    /// Adds one fault of the body (or, in a problem about the query, of a parameter).
    #[must_use]
    pub fn with_error(mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError::new(pointer, code, detail));
        self
    }

    /// Adds faults.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl fmt::Display) -> Self {
        self.source = Some(source.to_string());
        self
    }

    /// Says in `Retry-After` when to come back, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Adds a header to the answer (`Allow`, `Accept-Patch`).
    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The cause, for the log alone.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The slug or path that the resource has now, where it was asked for by a former one.
    #[must_use]
    pub fn moved_to(&self) -> Option<&str> {
        self.moved_to.as_deref()
    }

    /// The answer, with the request's id as `instance` where there is one.
    #[must_use]
    pub fn response(&self, instance: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON));
        match self.kind {
            ProblemKind::Unauthenticated | ProblemKind::WrongCredentials => response.insert_header((header::WWW_AUTHENTICATE, CHALLENGE)),
            ProblemKind::InvalidToken | ProblemKind::InvalidKey => response.insert_header((header::WWW_AUTHENTICATE, CHALLENGE_INVALID)),
            _ => &mut response,
        };
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        for (name, value) in &self.headers {
            response.insert_header((name, value));
        }
        // A problem is made of strings: it always serialises.
        response.body(serde_json::to_vec(&Body { problem: self, instance }).unwrap_or_default())
    }

    /// Writes the cause to the log: a fault of ours is an error, a database that is away a warning. Called once, where the answer is made.
    pub fn log(&self, instance: &str) {
        let Some(source) = self.source() else { return };
        match self.kind.status().as_u16() {
            503 => log::warn!("{source} (request {instance})"),
            500.. => log::error!("{source} (request {instance})"),
            _ => log::debug!("{}: {source} (request {instance})", self.kind.slug()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.slug(), self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response(None)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Moved { to } => {
                let mut moved = Self::new(ProblemKind::Moved, format!("It is now called `{to}`."));
                moved.moved_to = Some(to);
                moved
            }
            StoreError::Taken { pointer } => {
                let member = pointer.trim_start_matches('/');
                let detail = format!("This {member} is taken; choose another.");
                Self::new(ProblemKind::Conflict, detail.clone()).with_error(pointer, "taken", detail)
            }
            StoreError::Refused { pointer, detail } => Self::validation(vec![FieldError::new(pointer, "refused", detail)]),
            StoreError::Forbidden { detail } => Self::new(ProblemKind::Forbidden, detail),
            StoreError::Conflict { detail } => Self::new(ProblemKind::Conflict, detail),
            StoreError::Stale => {
                Self::new(ProblemKind::Stale, "It was changed since the version in `If-Match`; read it again and repeat the change.")
            }
            StoreError::Busy(reason) => Self::new(ProblemKind::Unavailable, "The database did not answer in time; nothing was written.")
                .with_source(reason)
                .retry_after(1),
            StoreError::Fault(fault) => Self::new(ProblemKind::Internal, "").with_source(fault),
        }
    }
}

/// What is sent.
struct Body<'a> {
    problem: &'a Problem,
    instance: Option<&'a str>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Problem { kind, detail, errors, .. } = self.problem;
        let mut body = serializer.serialize_struct("Problem", 6)?;
        body.serialize_field("type", &format_args!("/problems/{}", kind.slug()))?;
        body.serialize_field("title", kind.title())?;
        body.serialize_field("status", &kind.status().as_u16())?;
        if !detail.is_empty() {
            body.serialize_field("detail", detail)?;
        }
        if let Some(instance) = self.instance {
            body.serialize_field("instance", instance)?;
        }
        if !errors.is_empty() {
            let place = if kind.is_about_parameters() { "parameter" } else { "pointer" };
            let errors: Vec<_> = errors.iter().map(|error| Fault { place, error }).collect();
            body.serialize_field("errors", &errors)?;
        }
        body.end()
    }
}

struct Fault<'a> {
    place: &'static str,
    error: &'a FieldError,
}

impl Serialize for Fault<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fault = serializer.serialize_struct("FieldError", 3)?;
        fault.serialize_field(self.place, &self.error.pointer)?;
        fault.serialize_field("code", self.error.code)?;
        fault.serialize_field("detail", &self.error.detail)?;
        fault.end()
    }
}

/// Why a request was not answered as it hoped (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only described: `Body` writes it")]
pub(crate) struct ProblemSchema {
    /// Which kind of problem: the address of a page that explains it, and what programs tell problems apart by.
    #[schema(example = "/problems/not-found")]
    r#type: String,
    /// One line for people, the same for every problem of this type.
    #[schema(example = "There is nothing here")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 300, maximum = 599, example = 404)]
    status: u16,
    /// What was found this time, and what would do.
    #[schema(required = false)]
    detail: String,
    /// The request's id, as in the `X-Request-Id` header and the server's log.
    #[schema(required = false, example = "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10")]
    instance: String,
    /// Every fault in the body or the query, all at once.
    #[schema(required = false)]
    errors: Vec<FieldErrorSchema>,
}

/// One fault in what was sent.
#[derive(ToSchema)]
#[schema(as = FieldError)]
#[expect(dead_code, reason = "only described: `Fault` writes it")]
pub(crate) struct FieldErrorSchema {
    /// A JSON pointer (RFC 6901) to the member of the body.
    #[schema(required = false, example = "/title")]
    pointer: String,
    /// The query parameter's name.
    #[schema(required = false)]
    parameter: String,
    /// What is wrong, for programs.
    #[schema(example = "missing")]
    code: String,
    /// What was found and what would do, for people.
    detail: String,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::body::MessageBody;
    use serde_json::{Value, json};

    use super::*;

    fn body(problem: &Problem) -> Value {
        let bytes = problem.response(Some("r-1")).into_body().try_into_bytes().unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_validation_problem_names_every_member() {
        let problem = Problem::validation(vec![
            FieldError::new("/title", "missing", "A title is needed."),
            FieldError::new("/tags/3", "unknown", "There is no tag `x`."),
        ]);
        assert_eq!(
            body(&problem),
            json!({
                "type": "/problems/validation", "title": "The body does not hold together", "status": 422,
                "detail": "2 members need mending.", "instance": "r-1",
                "errors": [
                    {"pointer": "/title", "code": "missing", "detail": "A title is needed."},
                    {"pointer": "/tags/3", "code": "unknown", "detail": "There is no tag `x`."}
                ]
            })
        );
    }

    #[test]
    fn a_problem_with_the_query_names_parameters() {
        let problem = Problem::new(ProblemKind::UnknownParameter, "").with_error("secton", "unknown", "Did you mean `section`?");
        assert_eq!(body(&problem)["errors"][0]["parameter"], "secton");
        assert_eq!(body(&problem).get("detail"), None);
    }

    #[test]
    fn a_fault_of_ours_is_never_shown() {
        let problem = Problem::from(StoreError::Fault(crate::store::error::Fault::Worker("secret".to_owned())));
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert!(!body(&problem).to_string().contains("secret"));
        assert_eq!(problem.source(), Some("worker: secret"));
    }

    #[test]
    fn a_busy_database_says_when_to_come_back() {
        let response = Problem::from(StoreError::Busy("pool".to_owned())).error_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "1");
    }

    #[test]
    fn what_is_taken_is_a_conflict_at_its_member() {
        let problem = Problem::from(StoreError::Taken { pointer: "/slug" });
        assert_eq!(problem.kind.status(), 409);
        assert_eq!(problem.errors[0].pointer, "/slug");
    }

    #[test]
    fn a_401_carries_its_challenge() {
        let response = Problem::unauthenticated("").error_response();
        assert_eq!(response.headers().get(header::WWW_AUTHENTICATE).unwrap(), CHALLENGE);
    }
}
