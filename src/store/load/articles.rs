//! Articles by the thousand, by COPY.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{pg::PgConnection, prelude::*};
use serde_json::json;
use uuid::Uuid;

use crate::store::{error::StoreResult, listings};
use crate::{
    domain::{
        article::{BylineRole, Kind, SourceKind, SourceRights, Status},
        change::{ChangeAction, Resource},
        id::{ArticleId, AuthorId, MediaId, SectionId, SourceId, TagId},
    },
    schema::{
        article_listings, article_media, article_sections, article_sources, article_tags, articles, bylines, changes, corrections,
        related_picks,
    },
};

/// The row of an article as it is loaded.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = articles, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct LoadedRow {
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
    pub published_at: Option<DateTime<Utc>>,
    pub first_published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// An article with all that hangs on it, each list in order and without repeats.
#[derive(Clone, Debug)]
pub struct LoadedArticle {
    /// The row.
    pub row: LoadedRow,
    /// Sections besides the primary one.
    pub sections: Vec<SectionId>,
    /// Tags.
    pub tags: Vec<TagId>,
    /// Who signs, and as what.
    pub byline: Vec<(AuthorId, BylineRole)>,
    /// Media inside the body.
    pub media: Vec<MediaId>,
    /// Where it comes from, if it is not our own.
    pub source: Option<LoadedSource>,
    /// What was put right, and when.
    pub corrections: Vec<(DateTime<Utc>, String)>,
    /// Picks, which may be loaded in the same call.
    pub related: Vec<ArticleId>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
}

/// Where a loaded article comes from.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct LoadedSource {
    pub id: SourceId,
    pub url: Option<String>,
    pub kind: SourceKind,
    pub rights: SourceRights,
}

/// Writes the articles and everything that hangs on them.
///
/// # Errors
/// `Taken` when a slug or an id exists, and whatever else the database refuses.
pub fn copy(tx: &mut PgConnection, loaded: &[LoadedArticle]) -> StoreResult<()> {
    let rows: Vec<&LoadedRow> = loaded.iter().map(|article| &article.row).collect();
    diesel::copy_from(articles::table).from_insertable(rows).execute(tx)?;
    copy_relations(tx, loaded)?;
    let ids: Vec<ArticleId> = loaded.iter().map(|article| article.row.id).collect();
    listings::refresh(tx, &ids)?;
    copy_changes(tx, loaded, &ids)
}

fn copy_relations(tx: &mut PgConnection, loaded: &[LoadedArticle]) -> StoreResult<()> {
    let rows = each(
        loaded,
        |article| &article.sections,
        |article, position, section| {
            use article_sections as t;
            (t::article_id.eq(article), t::section_id.eq(*section), t::position.eq(position))
        },
    );
    diesel::copy_from(article_sections::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| &article.tags,
        |article, position, tag| {
            use article_tags as t;
            (t::article_id.eq(article), t::tag_id.eq(*tag), t::position.eq(position))
        },
    );
    diesel::copy_from(article_tags::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| &article.byline,
        |article, position, (author, role)| {
            use bylines as t;
            (t::article_id.eq(article), t::author_id.eq(*author), t::role.eq(*role), t::position.eq(position))
        },
    );
    diesel::copy_from(bylines::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| &article.media,
        |article, position, media| {
            use article_media as t;
            (t::article_id.eq(article), t::media_id.eq(*media), t::position.eq(position))
        },
    );
    diesel::copy_from(article_media::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| article.source.as_slice(),
        |article, _, source| {
            use article_sources as t;
            (
                t::article_id.eq(article),
                t::source_id.eq(source.id),
                t::url.eq(source.url.as_deref()),
                t::kind.eq(source.kind),
                t::rights.eq(source.rights),
            )
        },
    );
    diesel::copy_from(article_sources::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| &article.corrections,
        |article, _, (at, text)| {
            use corrections as t;
            (t::id.eq(Uuid::now_v7()), t::article_id.eq(article), t::corrected_at.eq(*at), t::text.eq(text.as_str()))
        },
    );
    diesel::copy_from(corrections::table).from_insertable(rows).execute(tx)?;

    let rows = each(
        loaded,
        |article| &article.related,
        |article, position, other| {
            use related_picks as t;
            (t::article_id.eq(article), t::related_id.eq(*other), t::position.eq(position))
        },
    );
    diesel::copy_from(related_picks::table).from_insertable(rows).execute(tx)?;
    Ok(())
}

/// A row for each `item` of each article, made from the article's id and the item's position.
fn each<'a, T: 'a, Row>(
    loaded: &'a [LoadedArticle],
    items: impl Fn(&'a LoadedArticle) -> &'a [T],
    row: impl Fn(ArticleId, i32, &'a T) -> Row,
) -> Vec<Row> {
    let row = &row;
    loaded
        .iter()
        .flat_map(|article| items(article).iter().zip(0..).map(move |(item, position)| row(article.row.id, position, item)))
        .collect()
}

fn copy_changes(tx: &mut PgConnection, loaded: &[LoadedArticle], ids: &[ArticleId]) -> StoreResult<()> {
    use article_listings as l;
    use changes as t;
    let listed: Vec<(ArticleId, Uuid)> =
        l::table.filter(l::article_id.eq_any(ids)).order(l::list_id).select((l::article_id, l::list_id)).load(tx)?;
    let mut lists: HashMap<ArticleId, Vec<Uuid>> = HashMap::with_capacity(loaded.len());
    listed.into_iter().for_each(|(article, list)| lists.entry(article).or_default().push(list));
    let rows: Vec<_> = loaded
        .iter()
        .map(|LoadedArticle { row, withdrawal_reason, .. }| {
            let action = match (row.withdrawn_at, row.published_at) {
                (Some(_), _) => ChangeAction::Withdrawn,
                (None, Some(_)) => ChangeAction::Published,
                (None, None) => ChangeAction::Created,
            };
            let lists = lists.remove(&row.id).unwrap_or_default();
            (
                t::resource.eq(Resource::Article),
                t::resource_id.eq(row.id.0),
                t::action.eq(action),
                t::reason.eq(withdrawal_reason.as_deref()),
                t::details.eq(json!({ "slug": row.slug, "language": row.language, "lists": lists })),
            )
        })
        .collect();
    diesel::copy_from(changes::table).from_insertable(rows).execute(tx)?;
    Ok(())
}
