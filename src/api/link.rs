//! The short forms in which one resource appears inside another.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        article::{BylineRole, SourceKind, SourceRights},
        author::AuthorKind,
        id::{ArticleId, AuthorId, SectionId, SourceId, TagId},
    },
    store::links as row,
};

/// A section, as articles and breadcrumbs name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SectionLink {
    /// Its id.
    pub id: SectionId,
    /// Its name.
    #[schema(example = "Transport")]
    pub name: String,
    /// The slugs from the root down to it.
    #[schema(example = "news/transport")]
    pub path: String,
}

impl From<row::SectionLink> for SectionLink {
    fn from(row::SectionLink { id, name, path }: row::SectionLink) -> Self {
        Self { id, name, path }
    }
}

/// A name in a byline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BylineEntry {
    /// The author's id.
    pub id: AuthorId,
    /// The author's name.
    #[schema(example = "M. Aydin")]
    pub name: String,
    /// The author's slug.
    #[schema(example = "m-aydin")]
    pub slug: String,
    /// Whether it is a person.
    pub kind: AuthorKind,
    /// What they did.
    pub role: BylineRole,
}

impl From<row::BylineRow> for BylineEntry {
    fn from(row::BylineRow { id, name, slug, kind, role }: row::BylineRow) -> Self {
        Self { id, name, slug, kind, role }
    }
}

/// A tag, as articles name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TagLink {
    /// Its id.
    pub id: TagId,
    /// Its name.
    #[schema(example = "Ports")]
    pub name: String,
    /// Its slug.
    #[schema(example = "ports")]
    pub slug: String,
}

impl From<row::TagLink> for TagLink {
    fn from(row::TagLink { id, name, slug }: row::TagLink) -> Self {
        Self { id, name, slug }
    }
}

/// Where a reprint or a translation comes from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Source)]
pub struct SourceLink {
    /// The outlet's id.
    pub id: SourceId,
    /// The outlet's slug, for the filter `source`.
    #[schema(example = "harbour-gazette")]
    pub slug: String,
    /// The outlet's name.
    #[schema(example = "Harbour Gazette")]
    pub name: String,
    /// Where the original stands.
    #[schema(required, example = "https://gazette.example.org/port")]
    pub url: Option<String>,
    /// How it came to be ours.
    pub kind: SourceKind,
    /// Whether it may be passed on.
    pub rights: SourceRights,
}

impl From<row::SourceLink> for SourceLink {
    fn from(row::SourceLink { id, slug, name, url, kind, rights }: row::SourceLink) -> Self {
        Self { id, slug, name, url, kind, rights }
    }
}

/// What was put right, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Correction {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was wrong and what is right, as plain text.
    #[schema(example = "An earlier version gave the wrong pier.")]
    pub text: String,
}

impl From<row::CorrectionRow> for Correction {
    fn from(row::CorrectionRow { id, at, text }: row::CorrectionRow) -> Self {
        Self { id, at, text }
    }
}

/// The same article in another language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Translation {
    /// Its language (BCP 47).
    #[schema(example = "az")]
    pub language: String,
    /// Its id.
    pub id: ArticleId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
}

impl From<row::TranslationLink> for Translation {
    fn from(row::TranslationLink { language, id, slug, title }: row::TranslationLink) -> Self {
        Self { language, id, slug, title }
    }
}

/// Rows in their JSON form.
pub fn all<Row, Json: From<Row>>(rows: Vec<Row>) -> Vec<Json> {
    rows.into_iter().map(Json::from).collect()
}
