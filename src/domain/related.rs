//! Why one article is shown beside another.

use serde::Serialize;
use utoipa::ToSchema;

/// Why an article is in a related list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RelatedReason)]
pub enum Reason {
    /// An editor picked it.
    Curated,
    /// It follows the same events, within days.
    SameStory,
    /// It is about the same, by tags that few articles have.
    SharedTags,
    /// Its headline says much the same.
    SimilarText,
    /// It is of the same section, and fills the list.
    SameSection,
}
