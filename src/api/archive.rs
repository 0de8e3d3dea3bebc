//! Everything at once, a line after another.

use serde::Serialize;
use utoipa::ToSchema;

use super::{article::Article, examples};

/// A line of the archive: an object with one member, which says what the line is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = examples::archive_line)]
pub enum ArchiveLine {
    /// An article.
    Article(Box<Article>),
    /// Everything up to here has come: where to go on, as `cursor`, if the rest does not.
    Cursor(String),
    /// The last line: everything has come.
    End(ArchiveEnd),
}

/// How to go on from a whole archive.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ArchiveEnd {
    /// The `since` of `/v1/changes` that brings whatever happened since the archive was begun.
    pub since: String,
}
