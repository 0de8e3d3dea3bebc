//! Every kind of problem that an answer can hold: its slug, status, title, and the paragraph of its page.

use actix_web::http::StatusCode;

macro_rules! catalogue {
    ($($name:ident = $slug:literal, $status:ident, $title:literal, $guide:literal;)*) => {
        /// What went wrong, as a client tells it apart: the last segment of a problem's `type`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $(#[doc = $title] $name,)*
        }

        impl ProblemKind {
            /// All of them, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The last segment of its `type`, `/problems/{slug}`. Never changes once published.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),* }
            }

            /// The status of every answer of this kind.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),* }
            }

            /// One line for people, the same in every occurrence (RFC 9457 §3.1.3).
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// What it means and what a client should do: the text of its page.
            #[must_use]
            pub const fn guide(self) -> &'static str {
                match self { $(Self::$name => $guide),* }
            }
        }
    };
}

catalogue! {
    Moved = "moved", MOVED_PERMANENTLY, "It has another address now",
        "The slug or path in the request used to be this resource's. The `Location` header holds the present address; follow it, and keep it in place of the old one. Old addresses redirect for ever.";
    BadRequest = "bad-request", BAD_REQUEST, "The request cannot be understood",
        "The body is not JSON, or the path or a header holds what it cannot: the detail says what was found and where. Sending the same request again will not help.";
    UnknownParameter = "unknown-parameter", BAD_REQUEST, "There is no such query parameter",
        "A query parameter is not among those that this operation takes. Each is listed under `errors` with the nearest known name. Unknown parameters are refused so that a mistyped filter is noticed, instead of answering with everything.";
    InvalidParameter = "invalid-parameter", BAD_REQUEST, "A query parameter has a value that it cannot have",
        "Each such parameter is listed under `errors` with what was found and what would do.";
    InvalidCursor = "invalid-cursor", BAD_REQUEST, "The cursor does not belong to this list",
        "A cursor is opaque and goes with the filters and the order that it was given for. Take it from `page.next_cursor`, or follow the `Link` header, and change nothing else; to change a filter, start again without a cursor.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "This needs a caller who is known",
        "Log in at `/v1/auth/login` and send the access token as `Authorization: Bearer …`.";
    InvalidToken = "invalid-token", UNAUTHORIZED, "The credential is not valid",
        "The token or key is malformed, expired, revoked, or made for another purpose. Take a new access token from `/v1/auth/refresh`; where that is refused too, log in again.";
    InvalidKey = "invalid-key", UNAUTHORIZED, "The API key opens nothing",
        "The key is truncated or mistyped, unknown, expired, revoked, sent in the wrong place, or used from an address that it is not for: the detail says which. Send it as `X-Api-Key: bs_…` or `Authorization: Bearer bs_…`; on the addresses of feeds, and there alone, `?key=` will do.";
    WrongCredentials = "wrong-credentials", UNAUTHORIZED, "The e-mail address or the password is wrong",
        "Which of the two is not told. An account that an admin has disabled answers the same.";
    Forbidden = "forbidden", FORBIDDEN, "The caller may not do this",
        "The caller is known, but their role does not hold the permission that the detail names. An admin can change a user's role.";
    NotFound = "not-found", NOT_FOUND, "There is nothing here",
        "There is no such resource, or the caller may not know of it. What was deleted or is not published yet answers the same.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "This address does not take that method",
        "The address exists; the methods that it takes are in the `Allow` header.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "No acceptable form of the answer exists",
        "The `Accept-Encoding` header refuses every coding that the server has, the plain one included. Allow `identity`, `br`, `gzip` or `zstd`.";
    Timeout = "timeout", REQUEST_TIMEOUT, "The request took too long to arrive",
        "The server stopped waiting for the rest of the request. Send it again.";
    Conflict = "conflict", CONFLICT, "It conflicts with what is stored",
        "Something else has the value that must be unique, or stands in the way of the change: the detail, and `errors` where one member is the cause, say what would clear it.";
    Gone = "gone", GONE, "It is no longer kept",
        "What was asked for existed and is not kept any more. The detail says how to start again.";
    Stale = "stale-version", PRECONDITION_FAILED, "It was changed by somebody else",
        "The version in `If-Match` is not the present one. Read the resource again, apply the change to what is there now, and send it with the new `ETag`. Nothing was written.";
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "The detail names the limit in bytes.";
    UriTooLong = "uri-too-long", URI_TOO_LONG, "The address is too long",
        "Use fewer or shorter parameters.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body has a type that is not taken here",
        "Send `Content-Type: application/json`; a PATCH also takes `application/merge-patch+json`.";
    Validation = "validation", UNPROCESSABLE_ENTITY, "The body does not hold together",
        "The body is JSON, but members are missing, unknown, of the wrong type or out of range. Each is listed under `errors` with a JSON pointer to it. Nothing was written.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "This needs If-Match",
        "Two editors must not overwrite each other unawares: read the resource, and send its `ETag` as `If-Match`. `If-Match: *` forces the change, whatever the version.";
    QuotaExceeded = "quota-exceeded", TOO_MANY_REQUESTS, "The limit of requests is used up",
        "`RateLimit-Policy` says what the limits are, `RateLimit` what is left of each and in how many seconds there is more (draft-ietf-httpapi-ratelimit-headers). Wait as long as `Retry-After` says. Answers 304 usually are not counted: keep ETags, and ask with `If-None-Match`.";
    TooManyAttempts = "too-many-attempts", TOO_MANY_REQUESTS, "Too many attempts",
        "Wait for as many seconds as `Retry-After` says.";
    HeadersTooLarge = "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large",
        "Send fewer or shorter headers.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side",
        "The fault is in the server and was written to its log under the id in `instance`; quote that id when you report it.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The server cannot answer just now",
        "The database is busy or away. Nothing was written. Try again after as many seconds as `Retry-After` says.";
}

impl ProblemKind {
    /// The kind with this slug.
    #[must_use]
    pub fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }

    /// The kind that an answer gets which only has a status (made by the web server itself, not by us).
    #[must_use]
    pub fn by_status(status: StatusCode) -> Self {
        const PLAIN: [ProblemKind; 2] = [ProblemKind::BadRequest, ProblemKind::Unauthenticated];
        let known = PLAIN.iter().chain(Self::ALL).copied().find(|kind| kind.status() == status);
        known.unwrap_or(if status.is_server_error() { Self::Internal } else { Self::BadRequest })
    }

    /// Whether its `errors` name query parameters rather than members of the body.
    #[must_use]
    pub const fn is_about_parameters(self) -> bool {
        matches!(self, Self::UnknownParameter | Self::InvalidParameter | Self::InvalidCursor | Self::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_fit_an_address() {
        for (index, kind) in ProblemKind::ALL.iter().enumerate() {
            assert!(kind.slug().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{kind:?}");
            assert!(ProblemKind::ALL[index + 1..].iter().all(|other| other.slug() != kind.slug()), "{kind:?} has a double");
            assert_eq!(ProblemKind::by_slug(kind.slug()), Some(*kind));
        }
    }

    #[test]
    fn a_bare_status_finds_its_kind() {
        assert_eq!(ProblemKind::by_status(StatusCode::BAD_REQUEST), ProblemKind::BadRequest);
        assert_eq!(ProblemKind::by_status(StatusCode::PAYLOAD_TOO_LARGE), ProblemKind::BodyTooLarge);
        assert_eq!(ProblemKind::by_status(StatusCode::BAD_GATEWAY), ProblemKind::Internal);
    }
}
