//! What a caller may read.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    article::Kind,
    id::{SectionId, SourceId, UserId},
    role::Role,
};

/// The part of the publication that a caller may read. Every read of the store takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What every reader may see: the visible.
    Public,
    /// The visible, and what this user has written.
    Own(UserId),
    /// Everything, published or not.
    Everything,
    /// What a partner has a licence for.
    Licensed(Arc<Licence>),
}

impl Scope {
    /// The scope of a user of the newsroom.
    #[must_use]
    pub const fn of(user: UserId, role: Role) -> Self {
        match role {
            Role::Author => Self::Own(user),
            Role::Admin | Role::Editor | Role::Reader => Self::Everything,
        }
    }

    /// The same, but of the newsroom no more than readers see: for lists that are made for readers, whoever asks.
    #[must_use]
    pub fn of_reader(&self) -> Self {
        match self {
            Self::Public | Self::Own(_) | Self::Everything => Self::Public,
            Self::Licensed(licence) => Self::Licensed(Arc::clone(licence)),
        }
    }

    /// The licence, of a partner.
    #[must_use]
    pub fn licence(&self) -> Option<&Licence> {
        match self {
            Self::Licensed(licence) => Some(licence),
            Self::Public | Self::Own(_) | Self::Everything => None,
        }
    }

    /// How much of each article is shown.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.licence().map_or(Extent::Full, |licence| licence.extent)
    }

    /// Whether pictures are shown.
    #[must_use]
    pub fn has_pictures(&self) -> bool {
        self.licence().is_none_or(|licence| licence.has_pictures)
    }
}

/// What a partner may read. A list that is `None` narrows nothing; an empty one leaves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Articles of these sections, or of those below them.
    pub sections: Option<Vec<SectionId>>,
    /// Articles of these genres.
    pub kinds: Option<Vec<Kind>>,
    /// Articles in these languages (BCP 47, lower case); a language alone covers its regions.
    pub languages: Option<Vec<String>>,
    /// The publication's own work, and what comes from these outlets. What may not be passed on never is.
    pub sources: Option<Vec<SourceId>>,
    /// How much of each article.
    pub extent: Extent,
    /// Whether pictures come with it.
    pub has_pictures: bool,
    /// How much later than readers, in minutes; 0 where `advance_minutes` is not.
    pub embargo_minutes: i32,
    /// How much earlier than readers a scheduled article is shown, in minutes.
    pub advance_minutes: i32,
}

impl Licence {
    /// By how many minutes the partner's present is ahead of the readers'; negative under an embargo.
    #[must_use]
    pub const fn minutes_ahead(&self) -> i32 {
        self.advance_minutes - self.embargo_minutes
    }

    /// When an article of this date becomes visible to the partner.
    #[must_use]
    pub fn visible_from(&self, published_at: DateTime<Utc>) -> DateTime<Utc> {
        published_at - Duration::minutes(i64::from(self.minutes_ahead()))
    }
}

/// How much of an article a licence gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::LicenceExtent")]
pub enum Extent {
    /// Headline, kicker, byline, dates and link.
    Card,
    /// That, and the standfirst.
    Standfirst,
    /// All of it.
    #[default]
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embargo_hides_and_an_advance_shows_early() {
        let licence = |embargo_minutes, advance_minutes| Licence {
            sections: None,
            kinds: None,
            languages: None,
            sources: None,
            extent: Extent::Full,
            has_pictures: true,
            embargo_minutes,
            advance_minutes,
        };
        let noon = DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default();
        assert_eq!(licence(0, 0).visible_from(noon), noon);
        assert_eq!(licence(30, 0).visible_from(noon), noon + Duration::minutes(30));
        assert_eq!(licence(0, 30).visible_from(noon), noon - Duration::minutes(30));
    }

    #[test]
    fn the_newsroom_sees_a_readers_list_as_readers_do() {
        assert_eq!(Scope::Everything.of_reader(), Scope::Public);
        assert_eq!(Scope::Own(UserId::new()).of_reader(), Scope::Public);
        assert!(Scope::Everything.has_pictures() && Scope::Public.extent() == Extent::Full);
    }
}
