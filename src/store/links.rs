//! The short forms in which one resource appears inside another.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::{
        article::{BylineRole, SourceKind, SourceRights},
        author::AuthorKind,
        id::{ArticleId, AuthorId, MediaId, SectionId, SourceId, TagId},
        media::MediaKind,
    },
    schema::{media, sections},
};

/// A section as articles and breadcrumbs name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Queryable, Selectable)]
#[diesel(table_name = sections, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SectionLink {
    pub id: SectionId,
    pub name: String,
    pub path: String,
}

/// A name in a byline.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BylineRow {
    pub id: AuthorId,
    pub name: String,
    pub slug: String,
    pub kind: AuthorKind,
    pub role: BylineRole,
}

/// A tag as articles name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct TagLink {
    pub id: TagId,
    pub name: String,
    pub slug: String,
}

/// Where a reprint or a translation comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SourceLink {
    pub id: SourceId,
    pub slug: String,
    pub name: String,
    pub url: Option<String>,
    pub kind: SourceKind,
    pub rights: SourceRights,
}

/// One thing that was put right.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct CorrectionRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// The same article in another language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct TranslationLink {
    pub language: String,
    pub id: ArticleId,
    pub slug: String,
    pub title: String,
}

/// An image or a file.
#[derive(Clone, Debug, PartialEq, Deserialize, Queryable, Selectable)]
#[diesel(table_name = media, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct MediaRow {
    pub id: MediaId,
    pub kind: MediaKind,
    pub url: String,
    pub alt: String,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub mime_type: Option<String>,
    pub size_bytes: Option<i64>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub focal_x: Option<f64>,
    pub focal_y: Option<f64>,
    pub renditions: serde_json::Value,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// The same picture in another size, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct Rendition {
    pub name: String,
    pub url: String,
    pub width: i32,
    pub height: i32,
}
