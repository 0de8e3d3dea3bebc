//! What to read next.

use serde::Serialize;
use utoipa::ToSchema;

use super::article::Card;
use crate::domain::related::Reason;

/// A card with why it is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RelatedItem {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub card: Card,
    /// Why it is in the list.
    pub reason: Reason,
    /// How well it goes with the article, from 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
}

/// What to read next, best first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RelatedList {
    /// The articles.
    pub items: Vec<RelatedItem>,
}
