//! What the contract says of problems: groups that a route names once, each answer made from the catalogue.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde_json::json;
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder, Type, schema::ObjectBuilder},
};

use super::{PROBLEM_JSON, ProblemKind};

/// The name of the schema of all problems in the document.
pub const PROBLEM_SCHEMA: &str = "Problem";

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident: $($kind:ident),+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                answers(&[$(ProblemKind::$kind),+])
            }
        }
    )*};
}

groups! {
    /// What reading one resource can come to.
    ReadProblems: Moved, BadRequest, UnknownParameter, InvalidParameter, InvalidToken, InvalidKey, NotFound, Internal, Unavailable;
    /// What reading a list can come to.
    ListProblems: BadRequest, UnknownParameter, InvalidParameter, InvalidCursor, InvalidToken, InvalidKey, NotFound, Internal, Unavailable;
    /// What reading a delta can come to.
    DeltaProblems: BadRequest, UnknownParameter, InvalidParameter, InvalidCursor, InvalidToken, InvalidKey, NotFound, Gone, Internal, Unavailable;
    /// What asking for something by a former slug comes to, where the other problems are a list's.
    Moving: Moved;
    /// What changing or deleting a resource can come to.
    WriteProblems: Moved, BadRequest, Unauthenticated, InvalidToken, Forbidden, NotFound, Conflict, Stale, BodyTooLarge, UnsupportedMediaType,
        Validation, PreconditionRequired, Internal, Unavailable;
    /// What making a resource, or acting on one, can come to.
    CreateProblems: BadRequest, Unauthenticated, InvalidToken, Forbidden, NotFound, Conflict, BodyTooLarge, UnsupportedMediaType, Validation,
        Internal, Unavailable;
    /// What reading something that is always there can come to.
    StandingProblems: BadRequest, UnknownParameter, InvalidToken, InvalidKey, Internal, Unavailable;
    /// What a read that is not everybody's can come to, beside what every read can.
    AccessProblems: Unauthenticated, InvalidToken, Forbidden;
    /// What trying a password can come to, beside what else the operation can.
    AttemptProblems: TooManyAttempts;
    /// What logging in can come to.
    LoginProblems: BadRequest, WrongCredentials, BodyTooLarge, UnsupportedMediaType, Validation, TooManyAttempts, Internal, Unavailable;
    /// What going on with a session, or ending it, can come to.
    SessionProblems: BadRequest, InvalidToken, BodyTooLarge, UnsupportedMediaType, Validation, Internal, Unavailable;
}

/// One answer a status, with an example for each kind.
fn answers(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status().as_u16().to_string()).or_default().push(*kind);
    }
    by_status.into_iter().map(|(status, kinds)| (status, RefOr::T(answer(&kinds)))).collect()
}

/// The answer that these kinds (of one status) share.
pub(crate) fn answer(kinds: &[ProblemKind]) -> Response {
    let description = kinds.iter().map(|kind| format!("{} (`{}`).", kind.title(), kind.slug())).collect::<Vec<_>>().join(" ");
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM_SCHEMA)));
    match kinds {
        [only] => content = content.example(Some(example(*only))),
        several => {
            for kind in several {
                content = content.examples_from_iter([(
                    kind.slug(),
                    utoipa::openapi::example::ExampleBuilder::new().summary(kind.title()).value(Some(example(*kind))).build(),
                )]);
            }
        }
    }
    let mut response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content.build());
    for (name, description) in headers(kinds.first().map_or(StatusCode::OK, |kind| kind.status())) {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        response = response.header(*name, HeaderBuilder::new().schema(Some(text)).description(Some(*description)).build());
    }
    response.build()
}

/// The headers that a problem of this status carries beside what every answer does.
fn headers(status: StatusCode) -> &'static [(&'static str, &'static str)] {
    match status.as_u16() {
        301 => &[("Location", "The present address.")],
        401 => &[("WWW-Authenticate", "How to say who calls (RFC 6750).")],
        405 => &[("Allow", "The methods that the address takes.")],
        415 => &[("Accept-Patch", "The types that a PATCH takes."), ("Accept-Post", "The types that a POST takes.")],
        429 | 503 => &[("Retry-After", "In how many seconds to try again.")],
        _ => &[],
    }
}

fn example(kind: ProblemKind) -> serde_json::Value {
    let mut problem = json!({
        "type": format!("/problems/{}", kind.slug()),
        "title": kind.title(),
        "status": kind.status().as_u16(),
        "instance": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10",
    });
    if let Some(errors) = faults(kind) {
        problem["errors"] = errors;
    }
    problem
}

fn faults(kind: ProblemKind) -> Option<serde_json::Value> {
    match kind {
        ProblemKind::Validation => Some(json!([{"pointer": "/title", "code": "missing", "detail": "`title` is missing."}])),
        ProblemKind::UnknownParameter => {
            Some(json!([{"parameter": "lmit", "code": "unknown", "detail": "There is no parameter `lmit`; did you mean `limit`?"}]))
        }
        ProblemKind::InvalidParameter => {
            Some(json!([{"parameter": "limit", "code": "invalid", "detail": "`limit` is `500`; it must be a whole number from 1 to 100."}]))
        }
        _ => None,
    }
}
