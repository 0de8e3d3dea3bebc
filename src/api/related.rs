//! What to read next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{article::CardMembers, faults::Faults, reference::ArticleRef};
use crate::{
    domain::{reference::Reference, related::Reason},
    http,
};

/// The most that is picked by hand for one article.
const MOST_PICKS: usize = 20;

/// A card with why it is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RelatedItem {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub card: CardMembers,
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

/// What an editor picks to stand first in an article's related list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPicks {
    /// The articles, in order: ids or slugs.
    #[schema(value_type = Vec<String>, max_items = 20, example = json!(["storm-ottilie-what-we-know"]))]
    pub articles: Vec<ArticleRef>,
}

impl NewPicks {
    /// The articles, checked.
    ///
    /// # Errors
    /// 422 when there are too many.
    pub fn checked(self) -> http::Result<Vec<Reference>> {
        let mut faults = Faults::default();
        faults.count("/articles", self.articles.len(), MOST_PICKS);
        faults.into_result(self.articles.into_iter().map(|article| article.0).collect())
    }
}
