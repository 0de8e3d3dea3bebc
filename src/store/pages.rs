//! Pages: Privacy, About, and the like.

use chrono::{DateTime, Utc};
use diesel::{
    BoxableExpression, IntoSql, dsl,
    pg::Pg,
    prelude::*,
    sql_types::{Bool, Nullable},
};
use serde_json::json;

use super::{
    articles::change::BodyText,
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    record, slugs,
};
use crate::{
    domain::{
        actor::Actor,
        body,
        change::{ChangeAction, Resource},
        id::PageId,
        licence::Scope,
        reference::Reference,
        slug::Slug,
    },
    schema::{pages, site},
};

/// A page without its text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = pages, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct PageRow {
    pub id: PageId,
    pub slug: String,
    pub language: String,
    pub title: String,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct PageChanges {
    /// The title.
    pub title: Option<String>,
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// The text, as it was sent.
    pub body: Option<BodyText>,
    /// For search engines.
    pub seo_title: Option<Option<String>>,
    /// For search engines.
    pub seo_description: Option<Option<String>>,
    /// Since when readers may see it; an inner `None` makes it a draft.
    pub published_at: Option<Option<DateTime<Utc>>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = pages)]
struct Changeset<'a> {
    title: Option<&'a str>,
    slug: Option<&'a str>,
    language: Option<&'a str>,
    body: Option<&'a str>,
    seo_title: Option<Option<&'a str>>,
    seo_description: Option<Option<&'a str>>,
    published_at: Option<Option<DateTime<Utc>>>,
}

/// What `scope` may see: what is published or due; the newsroom also sees drafts. Nothing else decides this.
pub fn visible_to(scope: &Scope) -> Box<dyn BoxableExpression<pages::table, Pg, SqlType = Nullable<Bool>>> {
    match scope {
        Scope::Public | Scope::Own(_) | Scope::Licensed(_) => Box::new(pages::published_at.le(dsl::now)),
        Scope::Everything => Box::new(pages::published_at.le(dsl::now).or(true.into_sql::<Bool>())),
    }
}

/// A page of all pages, by title.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, scope: &Scope, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<PageRow>> {
    let mut query =
        pages::table.filter(visible_to(scope)).select(PageRow::as_select()).order((pages::title, pages::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((pages::title, pages::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |page: &PageRow| NameKey { name: page.title.clone(), id: page.id.0 }))
}

/// How many pages there are for `scope`.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection, scope: &Scope) -> StoreResult<i64> {
    Ok(pages::table.filter(visible_to(scope)).count().get_result(conn)?)
}

/// One page with its text, by its slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this slug.
pub fn get(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<(PageRow, String)> {
    let query = pages::table.filter(visible_to(scope)).select((PageRow::as_select(), pages::body)).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(pages::id.eq(id)),
        Reference::Slug(slug) => query.filter(pages::slug.eq(slug)),
    };
    if let Some(found) = query.first(conn).optional()? {
        return Ok(found);
    }
    let Reference::Slug(slug) = reference else { return Err(StoreError::NotFound) };
    // A draft's former slug says no more than the draft itself would.
    let owner = slugs::former_owner(conn, Resource::Page, slug)?.ok_or(StoreError::NotFound)?;
    let to: Option<String> =
        pages::table.filter(visible_to(scope)).filter(pages::id.eq(PageId(owner))).select(pages::slug).first(conn).optional()?;
    Err(to.map_or(StoreError::NotFound, |to| StoreError::Moved { to }))
}

/// Makes a page: a draft, unless it is given a time. Without a slug it gets one from its title.
///
/// # Errors
/// `Taken` for a slug of the editor's own choice, `Refused` for a title that gives none.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &PageChanges) -> StoreResult<(PageRow, String)> {
    let title = changes.title.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Page, changes.slug.as_ref(), title)?;
    let language = match &changes.language {
        Some(language) => language.clone(),
        None => site::table.select(site::default_language).first(tx)?,
    };
    let id = PageId::new();
    diesel::insert_into(pages::table)
        .values((pages::id.eq(id), pages::slug.eq(slug.as_str()), pages::title.eq(title), pages::language.eq(language)))
        .execute(tx)?;
    set(tx, id, changes)?;
    record::written(tx, actor, "create_page", (Resource::Page, id.0), ChangeAction::Created, json!({ "slug": slug.as_str() }))?;
    get(tx, &Scope::Everything, &id.0.into())
}

/// Changes a page. A slug that it gives up leads to it for ever.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &PageChanges,
) -> StoreResult<(PageRow, String)> {
    let (id, former) = lock(tx, reference, expected)?;
    set(tx, id, changes)?;
    diesel::update(pages::table.find(id)).set((pages::version.eq(pages::version + 1), pages::updated_at.eq(dsl::now))).execute(tx)?;
    slugs::replace(tx, Resource::Page, &former, changes.slug.as_ref(), id.0)?;
    let found = get(tx, &Scope::Everything, &id.0.into())?;
    let details = json!({ "slug": found.0.slug, "former_slug": former });
    record::written(tx, actor, "update_page", (Resource::Page, id.0), ChangeAction::Updated, details)?;
    Ok(found)
}

/// Deletes a page.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    diesel::delete(pages::table.find(id)).execute(tx)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_page", (Resource::Page, id.0), ChangeAction::Deleted, json!({ "slug": slug }))
}

fn set(tx: &mut PgConnection, id: PageId, changes: &PageChanges) -> StoreResult<()> {
    let body = changes.body.as_ref().map(|text| match text {
        BodyText::Html(html) => body::sanitise(html),
        BodyText::Markdown(text) => body::from_markdown(text),
    });
    let changeset = Changeset {
        title: changes.title.as_deref(),
        slug: changes.slug.as_ref().map(Slug::as_str),
        language: changes.language.as_deref(),
        body: body.as_deref(),
        seo_title: changes.seo_title.as_ref().map(Option::as_deref),
        seo_description: changes.seo_description.as_ref().map(Option::as_deref),
        published_at: changes.published_at,
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(pages::table.find(id)).set((changeset, pages::id.eq(id))).execute(tx)?;
    Ok(())
}

fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(PageId, String)> {
    let id = get(tx, &Scope::Everything, reference)?.0.id;
    let (slug, version): (String, i64) = pages::table.find(id).select((pages::slug, pages::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
