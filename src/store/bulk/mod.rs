//! Rows by the thousand, for importers, the generator and the demo: what a single write leaves, written by `COPY`.
//!
//! How to use it: inside one transaction, make the ids yourself (`ArticleId::new()`), then insert what others refer to before
//! what refers to it: media, sections (parents before children), tags, authors, sources, then articles and pages, then
//! menus. Give articles in batches of some 500 to 2,000, oldest first. A slug that is taken is an error of the whole
//! transaction: ask [`taken_slugs`] first.
//!
//! Articles get their places in lists and their first revision as well. What goes into the change log is gathered in a [`Log`], to
//! be written by [`Log::write`] as the last step of the transaction: its entries carry the time at which they are written, and
//! who reads the log must not find old times in a transaction that ran for a minute. The audit gets one entry for the
//! whole import, which the caller writes ([`super::audit::record`]).

mod articles;
mod imported;
mod pieces;
mod structure;
mod tidier;
mod words;

pub use articles::{BulkArticle, BulkSource, insert_articles, update_articles};
pub use imported::{
    ArticleBefore, Imported, Known, PageBefore, SectionPlace, articles_before, authors_by_slug, authors_there, claim, introduce_site,
    known, media_there, pages_before, remember, section_places, tags_by_slug, tags_there,
};
pub use structure::{
    BulkAuthor, BulkMedia, BulkMenu, BulkMenuItem, BulkOutlet, BulkPage, BulkSection, BulkTag, insert_authors, insert_media, insert_menus,
    insert_pages, insert_sections, insert_sources, insert_tags, update_author, update_media, update_menu, update_page, update_tag,
};
pub use tidier::Tidier;
pub use words::{SearchColumns, Texts, Words};

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use uuid::Uuid;

use super::change_log::{self, Entry};
use super::error::StoreResult;
use crate::domain::change::{ChangeAction, Resource};
use crate::schema::{legacy_paths, slug_history};

/// `COPY` of some rows, none for none.
macro_rules! copy {
    ($tx:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        if !rows.is_empty() {
            diesel::copy_from($table).from_insertable(rows).execute($tx)?;
        }
    }};
}

use copy;

/// What has to go into the change log at the end of the transaction.
#[derive(Debug, Default)]
pub struct Log(Vec<Entry>);

impl Log {
    /// Adds an entry for each of some resources.
    pub fn add(&mut self, resource: Resource, action: ChangeAction, some: impl Iterator<Item = (Uuid, serde_json::Value)>) {
        self.0.extend(some.map(|(id, details)| Entry { resource, id, action, reason: None, details }));
    }

    /// Writes the entries. Nothing may be written after it in the same transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub fn write(self, tx: &mut PgConnection) -> StoreResult<()> {
        change_log::append_all(tx, self.0)
    }
}

#[derive(Insertable)]
#[diesel(table_name = legacy_paths, treat_none_as_default_value = false)]
struct LegacyPath<'a> {
    path: &'a str,
    resource: Resource,
    resource_id: Uuid,
}

/// Remembers where things stood on the site that they came from. A path that is remembered already keeps its meaning.
///
/// # Errors
/// Those of the database.
pub fn insert_legacy_paths(tx: &mut PgConnection, some: &[(String, Resource, Uuid)]) -> StoreResult<()> {
    for some in some.chunks(10_000) {
        let rows: Vec<LegacyPath<'_>> =
            some.iter().map(|(path, resource, id)| LegacyPath { path, resource: *resource, resource_id: *id }).collect();
        diesel::insert_into(legacy_paths::table).values(rows).on_conflict_do_nothing().execute(tx)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct SlugRow {
    #[diesel(sql_type = Text)]
    slug: String,
}

/// Which of these slugs (of sections: paths) are taken, those given up included: they answer 301 for ever.
///
/// # Errors
/// Those of the database.
pub fn taken_slugs(tx: &mut PgConnection, resource: Resource, wanted: &[String]) -> StoreResult<HashSet<String>> {
    let statement = match resource {
        Resource::Article => "SELECT slug FROM articles WHERE slug = ANY($1)",
        Resource::Section => "SELECT path AS slug FROM sections WHERE path = ANY($1)",
        Resource::Tag => "SELECT slug FROM tags WHERE slug = ANY($1)",
        Resource::Author => "SELECT slug FROM authors WHERE slug = ANY($1)",
        Resource::Source => "SELECT slug FROM sources WHERE slug = ANY($1)",
        Resource::Page => "SELECT slug FROM pages WHERE slug = ANY($1)",
        Resource::Menu => "SELECT slug FROM menus WHERE slug = ANY($1)",
        Resource::Collection => "SELECT slug FROM collections WHERE slug = ANY($1)",
        Resource::Media
        | Resource::Site
        | Resource::User
        | Resource::Partner
        | Resource::Licence
        | Resource::ApiKey
        | Resource::Webhook => {
            return Ok(HashSet::new());
        }
    };
    let mut taken = HashSet::new();
    for some in wanted.chunks(20_000) {
        let rows: Vec<SlugRow> = diesel::sql_query(statement).bind::<Array<Text>, _>(some).load(tx)?;
        taken.extend(rows.into_iter().map(|row| row.slug));
        let former: Vec<String> = slug_history::table
            .filter(slug_history::resource.eq(resource).and(slug_history::slug.eq_any(some)))
            .select(slug_history::slug)
            .load(tx)?;
        taken.extend(former);
    }
    Ok(taken)
}

/// Sets a session up for writing much, before its transaction: long values are packed by the quicker method where the server has
/// it, and the search index takes new words in larger portions, which [`tidy_search`] is to put in their places at the end (where
/// the role may: the index must be its own).
///
/// # Errors
/// Those of the database.
pub fn prepare_session(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query(
        "SELECT set_config('gin_pending_list_limit', '32MB', false) FROM pg_class \
         WHERE oid = to_regclass('articles_search_idx') AND pg_has_role(relowner, 'USAGE')",
    )
    .execute(conn)?;
    // A server may be built without it; its own method is as good, only slower.
    if let Err(refusal) = diesel::sql_query("SET default_toast_compression = 'lz4'").execute(conn) {
        log::debug!("long values are packed by the slower method: {refusal}");
    }
    Ok(())
}

/// Puts the words that wait before the search index in their places; until then every search reads them.
///
/// # Errors
/// Those of the database.
pub fn tidy_search(conn: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query(
        "SELECT gin_clean_pending_list(oid::regclass) FROM pg_class \
         WHERE oid = to_regclass('articles_search_idx') AND pg_has_role(relowner, 'USAGE')",
    )
    .execute(conn)?;
    Ok(())
}

/// Tells the planner what a bulk write has made of the tables.
///
/// # Errors
/// Those of the database.
pub fn analyse(tx: &mut PgConnection) -> StoreResult<()> {
    diesel::sql_query(
        "ANALYZE articles, article_sections, article_tags, bylines, article_media, article_listings, sections, tags, authors, media",
    )
    .execute(tx)?;
    Ok(())
}
