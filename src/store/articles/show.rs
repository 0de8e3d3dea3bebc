//! One article, by whatever name.

use diesel::prelude::*;

use super::{narrow, rows::ArticleRow};
use crate::{
    domain::{change::Resource, id::ArticleId, licence::Scope, reference::Reference},
    schema::{articles, media, sections},
    store::{
        error::{StoreError, StoreResult},
        slugs,
        visibility::visible_to,
    },
};

/// An article with all it carries, in one statement.
///
/// # Errors
/// `NotFound` when there is none that `scope` may see, `Moved` when it gave up this slug.
pub fn show(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<ArticleRow> {
    let found = match reference {
        Reference::Id(id) => articles::table
            .inner_join(sections::table)
            .left_join(media::table)
            .filter(articles::id.eq(id))
            .filter(visible_to(scope))
            .select(ArticleRow::as_select())
            .first(conn)
            .optional()?,
        Reference::Slug(slug) => articles::table
            .inner_join(sections::table)
            .left_join(media::table)
            .filter(articles::slug.eq(slug))
            .filter(visible_to(scope))
            .select(ArticleRow::as_select())
            .first(conn)
            .optional()?,
    };
    match (found, reference) {
        (Some(mut article), _) => {
            narrow::articles(conn, scope, std::slice::from_mut(&mut article))?;
            Ok(article)
        }
        (None, Reference::Slug(slug)) => Err(moved(conn, scope, slug)?),
        (None, Reference::Id(_)) => Err(StoreError::NotFound),
    }
}

/// The id of an article that `scope` may see, where nothing else of it is wanted.
///
/// # Errors
/// As `show`.
pub fn id_of(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<ArticleId> {
    let mut query = articles::table.filter(visible_to(scope)).select(articles::id).into_boxed();
    query = match reference {
        Reference::Id(id) => query.filter(articles::id.eq(id)),
        Reference::Slug(slug) => query.filter(articles::slug.eq(slug)),
    };
    match (query.first(conn).optional()?, reference) {
        (Some(id), _) => Ok(id),
        (None, Reference::Slug(slug)) => Err(moved(conn, scope, slug)?),
        (None, Reference::Id(_)) => Err(StoreError::NotFound),
    }
}

/// Where the article went that had this slug, as far as `scope` may know.
fn moved(conn: &mut PgConnection, scope: &Scope, slug: &str) -> StoreResult<StoreError> {
    let Some(id) = slugs::former_owner(conn, Resource::Article, slug)? else {
        return Ok(StoreError::NotFound);
    };
    let now: Option<String> =
        articles::table.filter(articles::id.eq(id)).filter(visible_to(scope)).select(articles::slug).first(conn).optional()?;
    Ok(now.map_or(StoreError::NotFound, |to| StoreError::Moved { to }))
}
