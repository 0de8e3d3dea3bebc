//! Creating, changing and deleting an article: a transaction each, of which nothing or all is kept.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*};

use super::{
    change::{ArticleChanges, BodyText},
    filing,
    record::{self, before},
    rows::ArticleRow,
    show::{id_of, show},
};
use crate::{
    domain::{
        actor::Actor,
        article::{Kind, Status},
        body,
        change::{ChangeAction, Resource},
        id::{ArticleId, MediaId, SectionId, UserId},
        reference::Reference,
        role::Role,
        slug::slugify,
    },
    schema::{articles, site},
    store::{
        error::{StoreError, StoreResult},
        slugs,
    },
};

#[derive(Insertable)]
#[diesel(table_name = articles)]
struct NewRow<'a> {
    id: ArticleId,
    slug: &'a str,
    language: &'a str,
    title: &'a str,
    section_id: SectionId,
    created_by_id: Option<UserId>,
}

#[derive(AsChangeset, Default)]
#[diesel(table_name = articles)]
struct Changeset<'a> {
    slug: Option<&'a str>,
    kind: Option<Kind>,
    language: Option<&'a str>,
    title: Option<&'a str>,
    kicker: Option<Option<&'a str>>,
    standfirst: Option<Option<&'a str>>,
    body: Option<&'a str>,
    word_count: Option<i32>,
    section_id: Option<SectionId>,
    lead_media_id: Option<Option<MediaId>>,
    canonical_url: Option<Option<&'a str>>,
    seo_title: Option<Option<&'a str>>,
    seo_description: Option<Option<&'a str>>,
    is_breaking: Option<bool>,
    is_featured: Option<bool>,
    is_sponsored: Option<bool>,
}

/// What a write must know of the row that it has locked.
pub(super) struct Locked {
    pub id: ArticleId,
    pub slug: String,
    pub status: Status,
    pub first_published_at: Option<DateTime<Utc>>,
    /// By the database's clock, which also decides what is visible.
    pub now: DateTime<Utc>,
}

/// Creates a draft. Without a slug it gets one from its title, without a language the publication's.
///
/// # Errors
/// `Refused` for what the changes name and is not there, `Taken` for a slug of the editor's own choice.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &ArticleChanges) -> StoreResult<ArticleRow> {
    let filed = filing::find(tx, actor, changes)?;
    let missing = |pointer: &str| StoreError::Refused { pointer: pointer.to_owned(), detail: "A new article needs it.".to_owned() };
    let title = changes.title.as_deref().ok_or_else(|| missing("/title"))?;
    let section_id = SectionId(filed.section.ok_or_else(|| missing("/section"))?);
    let slug = match &changes.slug {
        Some(slug) => slug.clone(),
        None => {
            let made = slugify(title).or_else(|| slugify("article")).ok_or_else(|| missing("/slug"))?;
            slugs::first_free(tx, Resource::Article, &made)?
        }
    };
    let language = match &changes.language {
        Some(language) => language.clone(),
        None => site::table.select(site::default_language).first(tx)?,
    };
    let id = ArticleId::new();
    let row = NewRow { id, slug: slug.as_str(), language: &language, title, section_id, created_by_id: actor.user };
    diesel::insert_into(articles::table).values(row).execute(tx)?;
    let before = before(tx, id)?;
    set(tx, id, changes, &filed)?;
    filing::apply(tx, id, changes, &filed)?;
    record::written(tx, actor, id, &before, ChangeAction::Created, "create_article", None)?;
    show(tx, &actor.scope(), &Reference::Id(id.0))
}

/// Changes an article. A slug that it gives up leads to it for ever.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale` when `expected` is not its version, `Forbidden` when it is not the author's to change,
/// `Refused` and `Taken` for what the changes say.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &ArticleChanges,
) -> StoreResult<ArticleRow> {
    let locked = lock(tx, actor, reference, expected)?;
    let filed = filing::find(tx, actor, changes)?;
    let before = before(tx, locked.id)?;
    set(tx, locked.id, changes, &filed)?;
    filing::apply(tx, locked.id, changes, &filed)?;
    touch(tx, locked.id)?;
    if let Some(slug) = changes.slug.as_ref().filter(|slug| slug.as_str() != locked.slug) {
        slugs::retire(tx, Resource::Article, &locked.slug, locked.id.0)?;
        log::debug!("article {} was {} and is {}", locked.id, locked.slug, slug.as_str());
    }
    record::written(tx, actor, locked.id, &before, ChangeAction::Updated, "update_article", None)?;
    show(tx, &actor.scope(), &Reference::Id(locked.id.0))
}

/// Deletes an article for good. What it leaves is its entry in the change log.
///
/// # Errors
/// As `update`.
pub fn delete(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    reason: Option<String>,
) -> StoreResult<()> {
    let locked = lock(tx, actor, reference, expected)?;
    let before = before(tx, locked.id)?;
    diesel::delete(articles::table.find(locked.id)).execute(tx)?;
    slugs::forget(tx, locked.id.0)?;
    record::deleted(tx, actor, locked.id, &locked.slug, &before, reason)
}

/// Slug, status, version, whose it is, when it was first published, and the database's time.
type LockedColumns = (String, Status, i64, Option<UserId>, Option<DateTime<Utc>>, DateTime<Utc>);

/// Locks the row that a write is about, and settles whether this actor may write it.
pub(super) fn lock(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<Locked> {
    let id = id_of(tx, &actor.scope(), reference)?;
    // Locked before the version is read: two editors would both pass the check.
    let (slug, status, version, created_by_id, first_published_at, now): LockedColumns = articles::table
        .find(id)
        .select((
            articles::slug,
            articles::status,
            articles::version,
            articles::created_by_id,
            articles::first_published_at,
            diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>(),
        ))
        .for_update()
        .first(tx)?;
    if actor.role == Role::Author && created_by_id != actor.user {
        return Err(StoreError::Forbidden { detail: "An author may change their own articles only; ask an editor.".to_owned() });
    }
    if actor.role == Role::Author && !matches!(status, Status::Draft | Status::InReview) {
        return Err(StoreError::Forbidden { detail: "An author may change an article until it is published; ask an editor.".to_owned() });
    }
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok(Locked { id, slug, status, first_published_at, now })
}

/// Counts the change, and dates it where readers will see it.
pub(super) fn touch(tx: &mut PgConnection, id: ArticleId) -> StoreResult<()> {
    diesel::update(articles::table.find(id))
        .set((articles::version.eq(articles::version + 1), articles::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    Ok(())
}

fn set(tx: &mut PgConnection, id: ArticleId, changes: &ArticleChanges, filed: &filing::Filed) -> StoreResult<()> {
    let body = changes.body.as_ref().map(|text| match text {
        BodyText::Html(html) => body::sanitise(html),
        BodyText::Markdown(text) => body::from_markdown(text),
    });
    let changeset = Changeset {
        slug: changes.slug.as_ref().map(|slug| slug.as_str()),
        kind: changes.kind,
        language: changes.language.as_deref(),
        title: changes.title.as_deref(),
        kicker: changes.kicker.as_ref().map(Option::as_deref),
        standfirst: changes.standfirst.as_ref().map(Option::as_deref),
        word_count: body.as_deref().map(|html| i32::try_from(body::word_count(html)).unwrap_or(i32::MAX)),
        body: body.as_deref(),
        section_id: filed.section.map(SectionId),
        lead_media_id: filed.lead_media.map(|media| media.map(MediaId)),
        canonical_url: changes.canonical_url.as_ref().map(Option::as_deref),
        seo_title: changes.seo_title.as_ref().map(Option::as_deref),
        seo_description: changes.seo_description.as_ref().map(Option::as_deref),
        is_breaking: changes.is_breaking,
        is_featured: changes.is_featured,
        is_sponsored: changes.is_sponsored,
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(articles::table.find(id)).set((changeset, articles::id.eq(id))).execute(tx)?;
    Ok(())
}
