//! Lists of articles that the newsroom puts together by hand: a front page, editors' picks.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::{IntoSql, dsl, prelude::*};
use serde_json::json;

use super::{
    articles::{list::visible_cards, rows::CardRow},
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    record, references, slugs,
};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::{ArticleId, CollectionId},
        licence::Scope,
        reference::Reference,
        slug::Slug,
    },
    schema::{collection_items, collections},
};

/// The most articles that one collection holds.
pub const MOST_ITEMS: usize = 100;

/// A collection without its articles.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = collections, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct CollectionRow {
    pub id: CollectionId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct CollectionChanges {
    /// The name.
    pub name: Option<String>,
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// What it is for.
    pub description: Option<Option<String>>,
    /// All its articles, in order.
    pub items: Option<Vec<Reference>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = collections)]
struct Changeset<'a> {
    name: Option<&'a str>,
    slug: Option<&'a str>,
    description: Option<Option<&'a str>>,
}

/// A page of all collections, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<CollectionRow>> {
    let mut query =
        collections::table.select(CollectionRow::as_select()).order((collections::name, collections::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query =
            query.filter(After::new((collections::name, collections::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |row: &CollectionRow| NameKey { name: row.name.clone(), id: row.id.0 }))
}

/// How many collections there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(collections::table.count().get_result(conn)?)
}

/// One collection, by its slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this slug.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<CollectionRow> {
    let query = collections::table.select(CollectionRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(collections::id.eq(id)),
        Reference::Slug(slug) => query.filter(collections::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(collection) => Ok(collection),
        None => Err(slugs::absent(conn, Resource::Collection, reference)?),
    }
}

/// The articles of a collection that readers see, in its order.
///
/// # Errors
/// Those of the database.
pub fn items(conn: &mut PgConnection, scope: &Scope, id: CollectionId) -> StoreResult<Vec<CardRow>> {
    let ids: Vec<ArticleId> = collection_items::table
        .filter(collection_items::collection_id.eq(id))
        .order(collection_items::position)
        .limit(i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX))
        .select(collection_items::article_id)
        .load(conn)?;
    visible_cards(conn, scope, &ids)
}

/// Makes a collection. Without a slug it gets one from its name.
///
/// # Errors
/// `Taken` for a slug of the editor's own choice, `Refused` for an article that does not exist.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &CollectionChanges) -> StoreResult<CollectionRow> {
    let name = changes.name.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Collection, changes.slug.as_ref(), name)?;
    let id = CollectionId::new();
    diesel::insert_into(collections::table)
        .values((
            collections::id.eq(id),
            collections::slug.eq(slug.as_str()),
            collections::name.eq(name),
            collections::description.eq(changes.description.as_ref().and_then(Option::as_deref)),
        ))
        .execute(tx)?;
    set_items(tx, id, changes)?;
    record::written(tx, actor, "create_collection", (Resource::Collection, id.0), ChangeAction::Created, json!({ "slug": slug.as_str() }))?;
    get(tx, &id.0.into())
}

/// Changes a collection. A slug that it gives up leads to it for ever.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`, `Refused`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &CollectionChanges,
) -> StoreResult<CollectionRow> {
    let (id, former) = lock(tx, reference, expected)?;
    let changeset = Changeset {
        name: changes.name.as_deref(),
        slug: changes.slug.as_ref().map(Slug::as_str),
        description: changes.description.as_ref().map(Option::as_deref),
    };
    diesel::update(collections::table.find(id))
        .set((changeset, collections::version.eq(collections::version + 1), collections::updated_at.eq(dsl::now)))
        .execute(tx)?;
    set_items(tx, id, changes)?;
    slugs::replace(tx, Resource::Collection, &former, changes.slug.as_ref(), id.0)?;
    let collection = get(tx, &id.0.into())?;
    let details = json!({ "slug": collection.slug, "former_slug": former });
    record::written(tx, actor, "update_collection", (Resource::Collection, id.0), ChangeAction::Updated, details)?;
    Ok(collection)
}

/// Deletes a collection; its articles stay.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    diesel::delete(collections::table.find(id)).execute(tx)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_collection", (Resource::Collection, id.0), ChangeAction::Deleted, json!({ "slug": slug }))
}

fn set_items(tx: &mut PgConnection, id: CollectionId, changes: &CollectionChanges) -> StoreResult<()> {
    let Some(items) = &changes.items else { return Ok(()) };
    let asked: Vec<_> =
        items.iter().enumerate().map(|(place, item)| (format!("/items/{place}"), Resource::Article, item.clone())).collect();
    let mut seen = HashSet::new();
    let found: Vec<_> = references::get(tx, &asked)?.into_iter().filter(|article| seen.insert(*article)).collect();
    diesel::delete(collection_items::table.filter(collection_items::collection_id.eq(id))).execute(tx)?;
    let rows: Vec<_> = (0..)
        .zip(found)
        .map(|(place, article)| {
            (
                collection_items::collection_id.eq(id),
                collection_items::position.eq(place),
                collection_items::article_id.eq(ArticleId(article)),
            )
        })
        .collect();
    diesel::insert_into(collection_items::table).values(rows).execute(tx)?;
    Ok(())
}

fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(CollectionId, String)> {
    let id = get(tx, reference)?.id;
    let (slug, version): (String, i64) =
        collections::table.find(id).select((collections::slug, collections::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
