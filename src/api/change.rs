//! What became of articles, as the delta and the stream tell it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{article::Card, examples};
use crate::{
    domain::{change::ArticleEvent, id::ArticleId},
    store::delta::DeltaEntry,
};

/// What became of an article. With `article` it is to be kept, as it is now; without, whatever is kept of it is to be removed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = examples::change)]
pub struct Change {
    /// What happened. For people and statistics: what to do is told by whether there is an `article`.
    pub action: ArticleEvent,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Of which article.
    pub id: ArticleId,
    /// Its slug; null where it is gone and the caller may not have seen it.
    #[schema(required)]
    pub slug: Option<String>,
    /// Why it was withdrawn, or what was corrected.
    #[schema(required)]
    pub reason: Option<String>,
    /// The article as it is now; null where it is to be removed.
    #[schema(required)]
    pub article: Option<Card>,
}

impl From<DeltaEntry> for Change {
    fn from(entry: DeltaEntry) -> Self {
        let DeltaEntry { id, event, at, slug, reason, card } = entry;
        Self { action: event, at, id, slug, reason, article: card.map(Card::from) }
    }
}

/// A page of changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = examples::changes)]
pub struct ChangePage {
    /// One an article at most. There may be fewer than `limit`, even none, while there are more.
    pub items: Vec<Change>,
    /// Where this page stands.
    pub page: ChangePageInfo,
}

/// Where a page of changes stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangePageInfo {
    /// The most items that this page could have held.
    #[schema(minimum = 1, maximum = 1000, example = 100)]
    pub limit: u16,
    /// What to ask with next, as `since`. Keep it when the items are stored, not before.
    pub next_since: String,
    /// Whether there is more at once. If not, ask again later, or with `wait`.
    pub has_more: bool,
}

/// What the articles of changes carry on demand. Translations are not among it: they change with other articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeInclude {
    /// What each is about.
    Tags,
    /// Where else each stands.
    Sections,
    /// The primary section of each and all above it.
    Breadcrumbs,
    /// Where each comes from.
    Source,
    /// The text of each.
    Body,
}
