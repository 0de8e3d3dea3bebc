//! The outlets of reprints and translations.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{domain::id::SourceId, store::sources::SourceRow};

/// An outlet that reprints or translations come from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Outlet {
    /// Its id.
    pub id: SourceId,
    /// Its slug.
    #[schema(example = "harbour-gazette")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Harbour Gazette")]
    pub name: String,
    /// Where it is.
    #[schema(required)]
    pub url: Option<String>,
    /// How many articles of it readers can see.
    #[schema(minimum = 0)]
    pub article_count: i64,
}

impl Outlet {
    /// The JSON of a row.
    #[must_use]
    pub fn of(row: SourceRow, article_count: i64) -> Self {
        let SourceRow { id, slug, name, url, version: _, updated_at: _ } = row;
        Self { id, slug, name, url, article_count }
    }
}
