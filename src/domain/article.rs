//! What kinds of article there are and what states one goes through.

use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The genre of an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::ArticleKind")]
pub enum Kind {
    /// A report of what happened.
    #[default]
    News,
    /// A view that is its author's.
    Opinion,
    /// Questions and answers.
    Interview,
    /// What lies behind the news.
    Analysis,
    /// A longer read.
    Feature,
    /// A ticker that grows while something happens.
    Live,
    /// Mainly a video.
    Video,
    /// Mainly pictures.
    Gallery,
    /// Text as its sender wrote it.
    PressRelease,
}

/// Where an article is on its way to the reader. A scheduled one whose time has come is shown as published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::ArticleStatus")]
pub enum Status {
    /// Being written.
    #[default]
    Draft,
    /// Handed in, waiting for an editor.
    InReview,
    /// Becomes visible at its `published_at`.
    Scheduled,
    /// Visible.
    Published,
    /// Taken out of every list, kept for the record.
    Archived,
}

/// What a name in a byline did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::BylineRole")]
pub enum BylineRole {
    /// Wrote it.
    #[default]
    Author,
    /// Translated it.
    Translator,
    /// Took the pictures.
    Photographer,
    /// Edited it.
    Editor,
    /// Helped otherwise.
    Contributor,
}

/// How an article of another outlet came to be ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::SourceKind")]
pub enum SourceKind {
    /// Taken over as it stood.
    Reprint,
    /// Put into another language.
    Translation,
}

/// Whether the source allows an article to be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::SourceRights")]
pub enum SourceRights {
    /// May go on to partners.
    Syndication,
    /// For our own readers only.
    NoSyndication,
}
