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

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use serde_json::json;
use uuid::Uuid;

use super::articles::record;
use super::change_log::{self, Entry};
use super::error::StoreResult;
use super::listings;
use crate::domain::actor::Actor;
use crate::domain::article::{BylineRole, Kind, SourceKind, SourceRights, Status};
use crate::domain::author::AuthorKind;
use crate::domain::change::{ChangeAction, Resource};
use crate::domain::id::{ArticleId, AuthorId, MediaId, MenuId, PageId, SectionId, SourceId, TagId};
use crate::domain::media::MediaKind;
use crate::schema::{
    article_media, article_sections, article_sources, article_tags, articles, authors, bylines, legacy_paths, media, menu_items, menus,
    pages, sections, slug_history, sources, tags,
};

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

/// An article with all that is filed with it. The body is sanitised, the standfirst plain text.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkArticle {
    pub id: ArticleId,
    pub slug: String,
    pub kind: Kind,
    pub language: String,
    pub status: Status,
    pub title: String,
    pub kicker: Option<String>,
    pub standfirst: Option<String>,
    pub body: String,
    pub section_id: SectionId,
    pub lead_media_id: Option<MediaId>,
    pub canonical_url: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub is_breaking: bool,
    pub is_featured: bool,
    pub is_sponsored: bool,
    pub translation_group_id: Option<Uuid>,
    pub word_count: i32,
    /// None exactly for drafts and what is in review.
    pub published_at: Option<DateTime<Utc>>,
    pub first_published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Besides the primary one, in order, none twice.
    pub further_sections: Vec<SectionId>,
    /// In order, none twice.
    pub tags: Vec<TagId>,
    /// In order, none twice.
    pub byline: Vec<(AuthorId, BylineRole)>,
    /// Pictures of the body, in order, none twice.
    pub media: Vec<MediaId>,
    pub source: Option<BulkSource>,
}

/// Where a reprint or a translation comes from.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkSource {
    pub source_id: SourceId,
    pub url: Option<String>,
    pub kind: SourceKind,
    pub rights: SourceRights,
}

/// An image or a file.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = media, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMedia {
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
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A section; `ancestor_ids` from the root down, itself last, and `path` their slugs.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sections, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkSection {
    pub id: SectionId,
    pub parent_id: Option<SectionId>,
    pub slug: String,
    pub path: String,
    pub ancestor_ids: Vec<SectionId>,
    pub name: String,
    pub description: Option<String>,
    pub position: i32,
}

/// A tag.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tags, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkTag {
    pub id: TagId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
}

/// An author.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = authors, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkAuthor {
    pub id: AuthorId,
    pub slug: String,
    pub name: String,
    pub kind: AuthorKind,
    pub job_title: Option<String>,
    pub bio: Option<String>,
}

/// An outlet.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sources, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkOutlet {
    pub id: SourceId,
    pub slug: String,
    pub name: String,
    pub url: Option<String>,
}

/// A page; the body is sanitised.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = pages, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkPage {
    pub id: PageId,
    pub slug: String,
    pub language: String,
    pub title: String,
    pub body: String,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// A menu.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = menus, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMenu {
    pub id: MenuId,
    pub slug: String,
    pub name: String,
}

/// A link of a menu, parents before children; at most one of its targets is given.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = menu_items, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMenuItem {
    pub id: Uuid,
    pub menu_id: MenuId,
    pub parent_id: Option<Uuid>,
    pub position: i32,
    pub label: String,
    pub url: Option<String>,
    pub section_id: Option<SectionId>,
    pub page_id: Option<PageId>,
    pub article_id: Option<ArticleId>,
    pub tag_id: Option<TagId>,
}

#[derive(Insertable)]
#[diesel(table_name = articles, treat_none_as_default_value = false)]
struct ArticleColumns<'a> {
    id: ArticleId,
    slug: &'a str,
    kind: Kind,
    language: &'a str,
    status: Status,
    title: &'a str,
    kicker: Option<&'a str>,
    standfirst: Option<&'a str>,
    body: &'a str,
    section_id: SectionId,
    lead_media_id: Option<MediaId>,
    canonical_url: Option<&'a str>,
    seo_title: Option<&'a str>,
    seo_description: Option<&'a str>,
    is_breaking: bool,
    is_featured: bool,
    is_sponsored: bool,
    translation_group_id: Option<Uuid>,
    word_count: i32,
    published_at: Option<DateTime<Utc>>,
    first_published_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a BulkArticle> for ArticleColumns<'a> {
    fn from(article: &'a BulkArticle) -> Self {
        Self {
            id: article.id,
            slug: &article.slug,
            kind: article.kind,
            language: &article.language,
            status: article.status,
            title: &article.title,
            kicker: article.kicker.as_deref(),
            standfirst: article.standfirst.as_deref(),
            body: &article.body,
            section_id: article.section_id,
            lead_media_id: article.lead_media_id,
            canonical_url: article.canonical_url.as_deref(),
            seo_title: article.seo_title.as_deref(),
            seo_description: article.seo_description.as_deref(),
            is_breaking: article.is_breaking,
            is_featured: article.is_featured,
            is_sponsored: article.is_sponsored,
            translation_group_id: article.translation_group_id,
            word_count: article.word_count,
            published_at: article.published_at,
            first_published_at: article.first_published_at,
            updated_at: article.updated_at,
            withdrawn_at: article.withdrawn_at,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = article_sections, treat_none_as_default_value = false)]
struct FurtherSection {
    article_id: ArticleId,
    section_id: SectionId,
    position: i32,
}

#[derive(Insertable)]
#[diesel(table_name = article_tags, treat_none_as_default_value = false)]
struct TagOf {
    article_id: ArticleId,
    tag_id: TagId,
    position: i32,
}

#[derive(Insertable)]
#[diesel(table_name = bylines, treat_none_as_default_value = false)]
struct NameOf {
    article_id: ArticleId,
    author_id: AuthorId,
    role: BylineRole,
    position: i32,
}

#[derive(Insertable)]
#[diesel(table_name = article_media, treat_none_as_default_value = false)]
struct PictureOf {
    article_id: ArticleId,
    media_id: MediaId,
    position: i32,
}

#[derive(Insertable)]
#[diesel(table_name = article_sources, treat_none_as_default_value = false)]
struct SourceOf<'a> {
    article_id: ArticleId,
    source_id: SourceId,
    url: Option<&'a str>,
    kind: SourceKind,
    rights: SourceRights,
}

#[derive(Insertable)]
#[diesel(table_name = legacy_paths, treat_none_as_default_value = false)]
struct LegacyPath<'a> {
    path: &'a str,
    resource: Resource,
    resource_id: Uuid,
}

/// `COPY` of some rows, none for none.
macro_rules! copy {
    ($tx:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        if !rows.is_empty() {
            diesel::copy_from($table).from_insertable(rows).execute($tx)?;
        }
    }};
}

/// Inserts articles with their relations, lists, first revisions and change log entries.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_articles(tx: &mut PgConnection, log: &mut Log, some: &[BulkArticle]) -> StoreResult<()> {
    let rows: Vec<ArticleColumns<'_>> = some.iter().map(ArticleColumns::from).collect();
    copy!(tx, articles::table, &rows);
    insert_relations(tx, some)?;
    finish_articles(tx, log, some, |article| if article.published_at.is_some() { ChangeAction::Published } else { ChangeAction::Created })
}

/// Replaces articles that are there, with their relations. What the file of an import says nothing of (corrections,
/// hand-picked related articles) stays. A slug that changes is remembered.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn update_articles(tx: &mut PgConnection, log: &mut Log, some: &[BulkArticle]) -> StoreResult<()> {
    let ids: Vec<ArticleId> = some.iter().map(|article| article.id).collect();
    for article in some {
        let former: Option<String> = articles::table.find(article.id).select(articles::slug).for_update().first(tx).optional()?;
        if let Some(former) = former.filter(|former| *former != article.slug) {
            super::slugs::retire(tx, Resource::Article, &former, article.id.0)?;
        }
        diesel::update(articles::table.find(article.id))
            .set((
                (
                    articles::slug.eq(&article.slug),
                    articles::kind.eq(article.kind),
                    articles::language.eq(&article.language),
                    articles::status.eq(article.status),
                    articles::title.eq(&article.title),
                    articles::kicker.eq(&article.kicker),
                    articles::standfirst.eq(&article.standfirst),
                    articles::body.eq(&article.body),
                    articles::section_id.eq(article.section_id),
                    articles::lead_media_id.eq(article.lead_media_id),
                    articles::canonical_url.eq(&article.canonical_url),
                ),
                articles::seo_title.eq(&article.seo_title),
                articles::seo_description.eq(&article.seo_description),
                articles::word_count.eq(article.word_count),
                articles::published_at.eq(article.published_at),
                articles::first_published_at.eq(article.first_published_at),
                articles::updated_at.eq(article.updated_at),
                articles::withdrawn_at.eq(article.withdrawn_at),
                articles::version.eq(articles::version + 1),
            ))
            .execute(tx)?;
    }
    diesel::delete(article_sections::table.filter(article_sections::article_id.eq_any(&ids))).execute(tx)?;
    diesel::delete(article_tags::table.filter(article_tags::article_id.eq_any(&ids))).execute(tx)?;
    diesel::delete(bylines::table.filter(bylines::article_id.eq_any(&ids))).execute(tx)?;
    diesel::delete(article_media::table.filter(article_media::article_id.eq_any(&ids))).execute(tx)?;
    diesel::delete(article_sources::table.filter(article_sources::article_id.eq_any(&ids))).execute(tx)?;
    insert_relations(tx, some)?;
    finish_articles(tx, log, some, |_| ChangeAction::Updated)
}

fn insert_relations(tx: &mut PgConnection, some: &[BulkArticle]) -> StoreResult<()> {
    let mut further = Vec::new();
    let mut tagged = Vec::new();
    let mut names = Vec::new();
    let mut pictures = Vec::new();
    let mut from = Vec::new();
    for article in some {
        let article_id = article.id;
        further.extend((0..).zip(&article.further_sections).map(|(position, &section_id)| FurtherSection {
            article_id,
            section_id,
            position,
        }));
        tagged.extend((0..).zip(&article.tags).map(|(position, &tag_id)| TagOf { article_id, tag_id, position }));
        names.extend((0..).zip(&article.byline).map(|(position, &(author_id, role))| NameOf { article_id, author_id, role, position }));
        pictures.extend((0..).zip(&article.media).map(|(position, &media_id)| PictureOf { article_id, media_id, position }));
        from.extend(article.source.as_ref().map(|source| SourceOf {
            article_id,
            source_id: source.source_id,
            url: source.url.as_deref(),
            kind: source.kind,
            rights: source.rights,
        }));
    }
    copy!(tx, article_sections::table, &further);
    copy!(tx, article_tags::table, &tagged);
    copy!(tx, bylines::table, &names);
    copy!(tx, article_media::table, &pictures);
    copy!(tx, article_sources::table, &from);
    Ok(())
}

fn finish_articles(
    tx: &mut PgConnection,
    log: &mut Log,
    some: &[BulkArticle],
    action: impl Fn(&BulkArticle) -> ChangeAction,
) -> StoreResult<()> {
    let ids: Vec<ArticleId> = some.iter().map(|article| article.id).collect();
    listings::refresh(tx, &ids)?;
    record::revision(tx, Actor::command_line(), &ids)?;
    log.0.extend(some.iter().map(|article| Entry {
        resource: Resource::Article,
        id: article.id.0,
        action: action(article),
        reason: None,
        details: json!({ "slug": article.slug, "language": article.language, "lists": lists(article) }),
    }));
    Ok(())
}

/// The lists that are named on an article itself; those above its sections follow from the tree.
fn lists(article: &BulkArticle) -> Vec<Uuid> {
    let mut lists: Vec<Uuid> = std::iter::once(article.section_id.0)
        .chain(article.further_sections.iter().map(|id| id.0))
        .chain(article.tags.iter().map(|id| id.0))
        .chain(article.byline.iter().map(|(id, _)| id.0))
        .chain(article.source.iter().map(|source| source.source_id.0))
        .collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// Inserts media records.
///
/// # Errors
/// Those of the database.
pub fn insert_media(tx: &mut PgConnection, log: &mut Log, some: &[BulkMedia]) -> StoreResult<()> {
    copy!(tx, media::table, some);
    log.add(Resource::Media, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({}))));
    Ok(())
}

/// Inserts sections, parents before children.
///
/// # Errors
/// Those of the database; a taken path is one.
pub fn insert_sections(tx: &mut PgConnection, log: &mut Log, some: &[BulkSection]) -> StoreResult<()> {
    copy!(tx, sections::table, some);
    log.add(Resource::Section, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.path }))));
    Ok(())
}

/// Inserts tags.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_tags(tx: &mut PgConnection, log: &mut Log, some: &[BulkTag]) -> StoreResult<()> {
    copy!(tx, tags::table, some);
    log.add(Resource::Tag, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts authors.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_authors(tx: &mut PgConnection, log: &mut Log, some: &[BulkAuthor]) -> StoreResult<()> {
    copy!(tx, authors::table, some);
    log.add(Resource::Author, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts outlets.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_sources(tx: &mut PgConnection, log: &mut Log, some: &[BulkOutlet]) -> StoreResult<()> {
    copy!(tx, sources::table, some);
    log.add(Resource::Source, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts pages.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_pages(tx: &mut PgConnection, log: &mut Log, some: &[BulkPage]) -> StoreResult<()> {
    copy!(tx, pages::table, some);
    log.add(Resource::Page, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts menus and their links.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_menus(tx: &mut PgConnection, log: &mut Log, some: &[BulkMenu], items: &[BulkMenuItem]) -> StoreResult<()> {
    copy!(tx, menus::table, some);
    copy!(tx, menu_items::table, items);
    log.add(Resource::Menu, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
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
        Resource::Media | Resource::Site | Resource::User => return Ok(HashSet::new()),
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
