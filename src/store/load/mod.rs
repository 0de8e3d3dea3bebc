//! What the demo and the generator load besides what [`super::bulk`] does: frames that are made where they are missing,
//! and what only a hand-made publication has.

mod articles;
mod presentation;
mod structure;

pub use articles::{corrections, related, withdrawn};
pub use presentation::{LoadedLink, LoadedPage, LoadedSite, Target, collection, knows_origin, menu, page, remember, site, source};
pub use structure::{NewAuthor, NewMedia, NewSection, NewTag, authors, media, sections, tags};

use diesel::{pg::PgConnection, prelude::*};

use super::{bulk, error::StoreResult};

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

/// Sets this session up for writing much: what it commits from now on may be lost for a moment in a crash (never half of a
/// transaction); see also [`bulk::prepare_session`].
///
/// # Errors
/// When the database fails.
pub fn prepare_session(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query("SET synchronous_commit = off").execute(conn)?;
    bulk::prepare_session(conn)
}

/// Tells the planner how the tables that a bulk write reads have grown. Much cheaper than [`finish`].
///
/// # Errors
/// When the database fails.
pub fn look_again(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query(
        "ANALYZE articles (id, section_id, published_at), article_sections, article_tags, bylines, article_sources, article_listings, \
         listing_counts",
    )
    .execute(conn)?;
    Ok(())
}

/// Brings the search index and all of the planner's figures up to date; without it the first reads are planned as if the
/// tables were empty.
///
/// # Errors
/// When the database fails.
pub fn finish(conn: &mut PgConnection) -> StoreResult<()> {
    bulk::tidy_search(conn)?;
    diesel::sql_query("ANALYZE").execute(conn)?;
    Ok(())
}
