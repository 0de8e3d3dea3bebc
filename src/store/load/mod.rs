//! What the demo and the generator load besides what [`super::bulk`] does: frames that are made where they are missing,
//! and what only a hand-made publication has.

mod articles;
mod presentation;
mod structure;

pub use articles::{corrections, related, withdrawn};
pub use presentation::{LoadedLink, LoadedPage, LoadedSite, Target, collection, knows_origin, menu, page, remember, site, source};
pub use structure::{NewAuthor, NewMedia, NewSection, NewTag, authors, media, sections, tags};

use diesel::{pg::PgConnection, prelude::*};

use super::error::StoreResult;

/// Whether there is an article with this slug, visible or not.
///
/// # Errors
/// When the database fails.
pub fn has_article(conn: &mut PgConnection, slug: &str) -> StoreResult<bool> {
    use crate::schema::articles as t;
    Ok(diesel::select(diesel::dsl::exists(t::table.filter(t::slug.eq(slug)))).get_result(conn)?)
}

/// Whether there is any article, visible or not.
///
/// # Errors
/// When the database fails.
pub fn has_articles(conn: &mut PgConnection) -> StoreResult<bool> {
    use crate::schema::articles as t;
    Ok(diesel::select(diesel::dsl::exists(t::table.select(t::id))).get_result(conn)?)
}

/// Gives up durability of what this session commits from now on, until it ends: a crash may lose the last moments of it,
/// never half of a transaction.
///
/// # Errors
/// When the database fails.
pub fn commit_lazily(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query("SET synchronous_commit = off").execute(conn)?;
    Ok(())
}

/// Tells the planner what has been loaded; without it the first reads may be planned as if the tables were empty.
///
/// # Errors
/// When the database fails.
pub fn analyze(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query("ANALYZE").execute(conn)?;
    Ok(())
}
