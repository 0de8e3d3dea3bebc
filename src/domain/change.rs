//! The vocabulary of the change log and of the audit.

use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of things that the API serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[schema(as = ResourceKind)]
#[db_enum(existing_type_path = "crate::schema::sql_types::ResourceKind")]
pub enum Resource {
    /// An article.
    Article,
    /// A section.
    Section,
    /// A tag.
    Tag,
    /// An author.
    Author,
    /// An image or a file.
    Media,
    /// The outlet of a reprint.
    Source,
    /// A page.
    Page,
    /// A menu.
    Menu,
    /// A collection.
    Collection,
    /// The publication itself.
    Site,
    /// A user.
    User,
    /// A partner.
    Partner,
    /// A partner's licence.
    Licence,
    /// A partner's API key.
    ApiKey,
    /// A webhook endpoint.
    Webhook,
}

/// What happened to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::ChangeAction")]
pub enum ChangeAction {
    /// It exists now.
    Created,
    /// Its content changed.
    Updated,
    /// It became visible, or will at its time.
    Published,
    /// An error in it was put right.
    Corrected,
    /// It stands elsewhere now.
    Moved,
    /// It is no longer to be seen.
    Withdrawn,
    /// It exists no longer.
    Deleted,
}

/// What became of an article, as who keeps a copy of it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArticleEvent {
    /// It is there to be read: for the first time, or again.
    Published,
    /// It, or what is shown with it, is another now.
    Updated,
    /// An error in it was put right; `reason` is the correction.
    Corrected,
    /// It no longer stands in what was asked for, or in what the caller may read.
    Moved,
    /// It was taken back; `reason` says why.
    Withdrawn,
    /// It is gone for good.
    Deleted,
}

impl ArticleEvent {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Updated => "updated",
            Self::Corrected => "corrected",
            Self::Moved => "moved",
            Self::Withdrawn => "withdrawn",
            Self::Deleted => "deleted",
        }
    }
}
