//! What was found of an article, and what a reader is told of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::log::Details;
use crate::{
    domain::{
        change::{ArticleEvent, ChangeAction},
        id::{ArticleId, SectionId},
        licence::Scope,
    },
    store::{
        articles::rows::CardRow,
        visibility::{Sight, may_lose, saw},
    },
};

/// What a reader is told of one article.
#[derive(Clone, Debug)]
pub struct DeltaEntry {
    /// Which one.
    pub id: ArticleId,
    /// What became of it.
    pub event: ArticleEvent,
    /// When.
    pub at: DateTime<Utc>,
    /// Its slug, where the reader has seen it.
    pub slug: Option<String>,
    /// Why, where the reader has seen it.
    pub reason: Option<String>,
    /// The article as it is now; none where the reader is to forget it.
    pub card: Option<CardRow>,
}

/// Why an article is looked at.
#[derive(Debug)]
pub enum Fact {
    /// It has an entry in the log.
    Logged {
        /// What happened.
        action: ChangeAction,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Option<String>,
        /// What else the entry says.
        details: Details,
    },
    /// Something changed that it stands under.
    Listed {
        /// When.
        at: DateTime<Utc>,
        /// The lists that this concerns.
        lists: Vec<Uuid>,
    },
    /// Its time came.
    Due(DateTime<Utc>),
}

impl Fact {
    const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Logged { at, .. } | Self::Listed { at, .. } | Self::Due(at) => *at,
        }
    }
}

/// Everything that was found of one article.
#[derive(Debug)]
pub struct Finding {
    /// Which one.
    pub id: ArticleId,
    /// In the order of the log.
    pub facts: Vec<Fact>,
}

impl Finding {
    /// What to tell of an article that the reader may have as it is now.
    pub fn shown(self, card: CardRow) -> DeltaEntry {
        let (mut event, mut reason) = (ArticleEvent::Updated, None);
        for fact in &self.facts {
            match fact {
                Fact::Due(_) => event = ArticleEvent::Published,
                Fact::Logged { action: ChangeAction::Published | ChangeAction::Created, .. } => event = ArticleEvent::Published,
                Fact::Logged { action: ChangeAction::Corrected, reason: text, .. } => {
                    reason.clone_from(text);
                    if event != ArticleEvent::Published {
                        event = ArticleEvent::Corrected;
                    }
                }
                _ => {}
            }
        }
        if event != ArticleEvent::Corrected {
            reason = None;
        }
        DeltaEntry { id: self.id, event, at: self.at().unwrap_or(card.updated_at), slug: Some(card.slug.clone()), reason, card: Some(card) }
    }

    /// What to tell of an article that the reader may not have (any more): nothing where they never had it, and no more than its
    /// id where they may not have seen it. `card` is there when they may read it elsewhere.
    pub fn hidden(self, scope: &Scope, section: Option<SectionId>, card: Option<CardRow>) -> Option<DeltaEntry> {
        let at = self.at()?;
        let stood = |lists: &[Uuid]| section.is_none_or(|section| lists.contains(&section.0));
        let (mut sight, mut event, mut slug, mut reason) = (Sight::Never, ArticleEvent::Moved, None, None);
        for fact in self.facts {
            let seen = match fact {
                Fact::Due(_) => Sight::Never,
                // A section that moved takes its articles along, out of what was asked for or out of the licence.
                Fact::Listed { lists, .. } => match section {
                    Some(_) if stood(&lists) => Sight::Perhaps,
                    _ if may_lose(scope, &lists) => Sight::Perhaps,
                    _ => Sight::Never,
                },
                Fact::Logged { action, at, reason: why, details } => {
                    match action {
                        ChangeAction::Withdrawn => (event, reason) = (ArticleEvent::Withdrawn, why),
                        ChangeAction::Deleted => (event, reason) = (ArticleEvent::Deleted, why),
                        _ => {}
                    }
                    slug = details.slug;
                    match &details.before {
                        None => Sight::Perhaps,
                        Some(Some(former)) if stood(&details.lists) => saw(scope, former, &details.lists, at),
                        Some(_) => Sight::Never,
                    }
                }
            };
            sight = sight.max(seen);
        }
        if sight == Sight::Never {
            return None;
        }
        if let Some(card) = card {
            return Some(DeltaEntry { id: self.id, event: ArticleEvent::Moved, at, slug: Some(card.slug), reason: None, card: None });
        }
        let is_told = sight == Sight::Seen;
        Some(DeltaEntry { id: self.id, event, at, slug: slug.filter(|_| is_told), reason: reason.filter(|_| is_told), card: None })
    }

    fn at(&self) -> Option<DateTime<Utc>> {
        self.facts.iter().map(Fact::at).max()
    }
}
