//! The shape of a problem, for the document.

use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not answered as asked (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemShape {
    /// The kind, as a reference to a page that explains it.
    #[schema(example = "/problems/validation")]
    pub r#type: String,
    /// The kind in words.
    #[schema(example = "The body is not valid")]
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 300, maximum = 599, example = 422)]
    pub status: u16,
    /// What was found and what would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// The id of the request, as in `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance: Option<String>,
    /// Every fault that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<FaultShape>>,
}

/// One fault, in the body or in a parameter.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProblemError)]
pub struct FaultShape {
    /// A JSON pointer (RFC 6901) to the member of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/title")]
    pub pointer: Option<String>,
    /// The name of the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "limit")]
    pub parameter: Option<String>,
    /// The kind of fault, for programs.
    #[schema(example = "missing")]
    pub code: String,
    /// What was found and what would do.
    pub detail: String,
}
