//! Articles by the thousand.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::words::{SearchColumns, SearchVector, Terms, Texts, Words};
use super::{Log, copy};
use crate::domain::actor::Actor;
use crate::domain::article::{BylineRole, Kind, SourceKind, SourceRights, Status};
use crate::domain::change::{ChangeAction, Resource};
use crate::domain::id::{ArticleId, AuthorId, MediaId, SectionId, SourceId, TagId};
use crate::schema::{article_media, article_sections, article_sources, article_tags, articles, bylines};
use crate::store::articles::record::{self, Former};
use crate::store::change_log::Entry;
use crate::store::error::StoreResult;
use crate::store::{listings, slugs};

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
    /// What [`Words::find`] made of the texts, where it was asked beforehand.
    pub found: Option<SearchColumns>,
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
    headline_terms: &'a Terms,
    search: &'a SearchVector,
}

impl<'a> ArticleColumns<'a> {
    fn new((article, found): (&'a BulkArticle, &'a SearchColumns)) -> Self {
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
            headline_terms: &found.terms,
            search: &found.search,
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

/// Inserts articles with their relations, lists, first revisions and change log entries. `words` is best kept from one call to the
/// next: it learns.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_articles(tx: &mut PgConnection, log: &mut Log, words: &mut Words, some: &[BulkArticle]) -> StoreResult<()> {
    let unknown: Vec<Texts<'_>> = some.iter().filter(|article| article.found.is_none()).map(Texts::from).collect();
    let found = words.find(tx, &unknown)?;
    let mut found = found.iter();
    let columns = some.iter().filter_map(|article| Some((article, article.found.as_ref().or_else(|| found.next())?)));
    let rows: Vec<ArticleColumns<'_>> = columns.map(ArticleColumns::new).collect();
    copy!(tx, articles::table, &rows);
    insert_relations(tx, some)?;
    finish_articles(tx, log, some, &mut Before::default(), |article| {
        if article.published_at.is_some() { ChangeAction::Published } else { ChangeAction::Created }
    })
}

/// Replaces articles that are there, with their relations. What the file of an import says nothing of (corrections,
/// hand-picked related articles, flags, a source) stays. A slug that changes is remembered. `action` is what the change log says.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn update_articles(
    tx: &mut PgConnection,
    log: &mut Log,
    some: &[BulkArticle],
    action: impl Fn(&BulkArticle) -> ChangeAction,
) -> StoreResult<()> {
    let ids: Vec<ArticleId> = some.iter().map(|article| article.id).collect();
    let mut before = Before { lists: record::lists_of(tx, &ids)?, formers: record::formers(tx, &ids)? };
    for article in some {
        let former: Option<String> = articles::table.find(article.id).select(articles::slug).for_update().first(tx).optional()?;
        if let Some(former) = former.filter(|former| *former != article.slug) {
            slugs::retire(tx, Resource::Article, &former, article.id.0)?;
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
    // Rights are never widened by silence: without a source given, the one that is there stays.
    let with_source = some.iter().filter(|article| article.source.is_some()).map(|article| article.id);
    diesel::delete(article_sources::table.filter(article_sources::article_id.eq_any(with_source))).execute(tx)?;
    insert_relations(tx, some)?;
    finish_articles(tx, log, some, &mut before, action)
}

/// What some articles were before they were written.
#[derive(Default)]
struct Before {
    lists: HashMap<ArticleId, Vec<Uuid>>,
    formers: HashMap<ArticleId, Former>,
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
    before: &mut Before,
    action: impl Fn(&BulkArticle) -> ChangeAction,
) -> StoreResult<()> {
    let ids: Vec<ArticleId> = some.iter().map(|article| article.id).collect();
    listings::refresh(tx, &ids)?;
    record::revision(tx, Actor::command_line(), &ids)?;
    let mut now = record::lists_of(tx, &ids)?;
    log.0.extend(some.iter().map(|article| {
        let former = before.lists.remove(&article.id).unwrap_or_default();
        let lists = record::merged(&former, now.remove(&article.id).unwrap_or_default());
        let details =
            json!({ "slug": article.slug, "language": article.language, "lists": lists, "before": before.formers.remove(&article.id) });
        Entry { resource: Resource::Article, id: article.id.0, action: action(article), reason: None, details }
    }));
    Ok(())
}
