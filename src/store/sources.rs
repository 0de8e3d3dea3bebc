//! The outlets that reprints and translations come from. They are made by the articles that name them.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*};

use super::{
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    slugs,
};
use crate::{
    domain::{change::Resource, id::SourceId, reference::Reference},
    schema::sources,
};

/// An outlet.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sources, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SourceRow {
    pub id: SourceId,
    pub slug: String,
    pub name: String,
    pub url: Option<String>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// A page of all outlets, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<SourceRow>> {
    let mut query = sources::table.select(SourceRow::as_select()).order((sources::name, sources::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((sources::name, sources::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |source: &SourceRow| NameKey { name: source.name.clone(), id: source.id.0 }))
}

/// How many outlets there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(sources::table.count().get_result(conn)?)
}

/// One outlet, by its slug or id.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<SourceRow> {
    let query = sources::table.select(SourceRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(sources::id.eq(id)),
        Reference::Slug(slug) => query.filter(sources::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(source) => Ok(source),
        None => Err::<_, StoreError>(slugs::absent(conn, Resource::Source, reference)?),
    }
}
