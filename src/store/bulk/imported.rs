//! What an import made of each item before, and what it must know of what is there.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text};
use diesel::upsert::excluded;
use uuid::Uuid;

use crate::domain::article::Status;
use crate::domain::change::Resource;
use crate::domain::id::{ArticleId, AuthorId, PageId, SectionId, TagId};
use crate::schema::{articles, authors, imported_items, media, pages, sections, site, tags};
use crate::store::error::StoreResult;

/// How many keys go into one statement.
const AT_ONCE: usize = 5_000;

/// What an earlier run made of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What kind of thing.
    pub resource: Resource,
    /// Which one.
    pub id: Uuid,
    /// The hash of the item as it was then.
    pub content_hash: Vec<u8>,
}

#[derive(QueryableByName)]
#[diesel(table_name = imported_items, check_for_backend(diesel::pg::Pg))]
struct KnownRow {
    external_id: String,
    resource: Resource,
    resource_id: Uuid,
    content_hash: Vec<u8>,
}

/// What this run made of an item.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = imported_items)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct Imported {
    pub origin: String,
    pub external_id: String,
    pub resource: Resource,
    pub resource_id: Uuid,
    pub content_hash: Vec<u8>,
}

/// Waits until no other import from the same origin runs; both would find nothing, and make everything twice.
///
/// # Errors
/// Those of the database.
pub fn claim(tx: &mut PgConnection, origin: &str) -> StoreResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
        .bind::<Integer, _>(0x6273_696d)
        .bind::<Text, _>(origin)
        .execute(tx)?;
    Ok(())
}

/// What earlier runs made of these items.
///
/// # Errors
/// Those of the database.
pub fn known(tx: &mut PgConnection, origin: &str, external_ids: &[String]) -> StoreResult<HashMap<String, Known>> {
    let mut found = HashMap::new();
    for some in external_ids.chunks(AT_ONCE) {
        let rows: Vec<KnownRow> =
            diesel::sql_query(include_str!("../sql/known_items.sql")).bind::<Text, _>(origin).bind::<Array<Text>, _>(some).load(tx)?;
        found.extend(
            rows.into_iter()
                .map(|row| (row.external_id, Known { resource: row.resource, id: row.resource_id, content_hash: row.content_hash })),
        );
    }
    Ok(found)
}

/// Remembers what became of these items, for the next run.
///
/// # Errors
/// Those of the database.
pub fn remember(tx: &mut PgConnection, items: &[Imported]) -> StoreResult<()> {
    for some in items.chunks(AT_ONCE) {
        diesel::insert_into(imported_items::table)
            .values(some)
            .on_conflict((imported_items::origin, imported_items::external_id))
            .do_update()
            .set((
                imported_items::resource.eq(excluded(imported_items::resource)),
                imported_items::resource_id.eq(excluded(imported_items::resource_id)),
                imported_items::content_hash.eq(excluded(imported_items::content_hash)),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// An article as it is before an import changes it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct ArticleBefore {
    pub id: ArticleId,
    pub slug: String,
    pub status: Status,
    pub kicker: Option<String>,
    pub canonical_url: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub translation_group_id: Option<Uuid>,
    pub published_at: Option<DateTime<Utc>>,
    pub first_published_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// The articles that are still there, locked.
///
/// # Errors
/// Those of the database.
pub fn articles_before(tx: &mut PgConnection, ids: &[ArticleId]) -> StoreResult<HashMap<ArticleId, ArticleBefore>> {
    let rows: Vec<ArticleBefore> =
        articles::table.filter(articles::id.eq_any(ids)).order(articles::id).select(ArticleBefore::as_select()).for_update().load(tx)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Where a section stands.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sections, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SectionPlace {
    pub id: SectionId,
    pub path: String,
    pub ancestor_ids: Vec<Option<Uuid>>,
}

/// All sections.
///
/// # Errors
/// Those of the database.
pub fn section_places(tx: &mut PgConnection) -> StoreResult<Vec<SectionPlace>> {
    Ok(sections::table.select(SectionPlace::as_select()).load(tx)?)
}

/// The tags that have these slugs.
///
/// # Errors
/// Those of the database.
pub fn tags_by_slug(tx: &mut PgConnection, slugs: &[String]) -> StoreResult<HashMap<String, TagId>> {
    let mut found = HashMap::new();
    for some in slugs.chunks(AT_ONCE) {
        let rows: Vec<(String, TagId)> = tags::table.filter(tags::slug.eq_any(some)).select((tags::slug, tags::id)).load(tx)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The authors that have these slugs, with their names.
///
/// # Errors
/// Those of the database.
pub fn authors_by_slug(tx: &mut PgConnection, slugs: &[String]) -> StoreResult<HashMap<String, (AuthorId, String)>> {
    let mut found = HashMap::new();
    for some in slugs.chunks(AT_ONCE) {
        let rows: Vec<(String, AuthorId, String)> =
            authors::table.filter(authors::slug.eq_any(some)).select((authors::slug, authors::id, authors::name)).load(tx)?;
        found.extend(rows.into_iter().map(|(slug, id, name)| (slug, (id, name))));
    }
    Ok(found)
}

/// A page as it is before an import changes it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct PageBefore {
    pub slug: String,
    pub published_at: Option<DateTime<Utc>>,
}

/// The pages that are still there.
///
/// # Errors
/// Those of the database.
pub fn pages_before(tx: &mut PgConnection, ids: &[PageId]) -> StoreResult<HashMap<PageId, PageBefore>> {
    let rows: Vec<(PageId, String, Option<DateTime<Utc>>)> =
        pages::table.filter(pages::id.eq_any(ids)).select((pages::id, pages::slug, pages::published_at)).load(tx)?;
    Ok(rows.into_iter().map(|(id, slug, published_at)| (id, PageBefore { slug, published_at })).collect())
}

/// Gives the publication the name of the site that is imported, unless somebody has named it; says whether it did, and the language
/// of what does not say its own. A language that is new is added to the publication's.
///
/// # Errors
/// Those of the database.
pub fn introduce_site(
    tx: &mut PgConnection,
    title: &str,
    tagline: Option<&str>,
    url: Option<&str>,
    language: Option<&str>,
) -> StoreResult<(bool, String)> {
    let (version, default_language, languages): (i64, String, Vec<Option<String>>) =
        site::table.select((site::version, site::default_language, site::languages)).for_update().first(tx)?;
    let mut is_named = false;
    if version == 1 && !title.is_empty() {
        let language = language.unwrap_or(&default_language);
        diesel::update(site::table)
            .set((
                site::title.eq(title),
                site::tagline.eq(tagline),
                url.map(|url| site::url.eq(url)),
                site::default_language.eq(language),
                site::languages.eq(vec![Some(language)]),
                site::version.eq(site::version + 1),
                site::updated_at.eq(diesel::dsl::now),
            ))
            .execute(tx)?;
        is_named = true;
    } else if let Some(language) = language.filter(|language| !languages.iter().flatten().any(|known| known == language)) {
        let languages: Vec<Option<String>> = languages.into_iter().chain([Some(language.to_owned())]).collect();
        diesel::update(site::table)
            .set((site::languages.eq(languages), site::version.eq(site::version + 1), site::updated_at.eq(diesel::dsl::now)))
            .execute(tx)?;
    }
    Ok((is_named, language.map_or(default_language, str::to_owned)))
}

/// Which of these are still there.
macro_rules! there {
    ($tx:expr, $table:ident, $id:ty, $ids:expr) => {{
        let mut found = HashSet::new();
        for some in $ids.chunks(AT_ONCE) {
            found.extend($table::table.filter($table::id.eq_any(some)).select($table::id).load::<$id>($tx)?);
        }
        Ok(found)
    }};
}

/// Which of these media are still there.
///
/// # Errors
/// Those of the database.
pub fn media_there(tx: &mut PgConnection, ids: &[Uuid]) -> StoreResult<HashSet<Uuid>> {
    there!(tx, media, Uuid, ids)
}

/// Which of these tags are still there.
///
/// # Errors
/// Those of the database.
pub fn tags_there(tx: &mut PgConnection, ids: &[TagId]) -> StoreResult<HashSet<TagId>> {
    there!(tx, tags, TagId, ids)
}

/// Which of these authors are still there.
///
/// # Errors
/// Those of the database.
pub fn authors_there(tx: &mut PgConnection, ids: &[AuthorId]) -> StoreResult<HashSet<AuthorId>> {
    there!(tx, authors, AuthorId, ids)
}
