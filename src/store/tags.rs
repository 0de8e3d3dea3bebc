//! Tags: what articles are about.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*};
use serde_json::json;

use super::{
    change_log,
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    listings, record, slugs,
};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::TagId,
        reference::Reference,
        slug::Slug,
    },
    schema::tags,
};

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tags, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct TagRow {
    pub id: TagId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct TagChanges {
    /// The name.
    pub name: Option<String>,
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// What it is about.
    pub description: Option<Option<String>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = tags)]
struct Changeset<'a> {
    name: Option<&'a str>,
    slug: Option<&'a str>,
    description: Option<Option<&'a str>>,
}

/// A page of all tags, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<TagRow>> {
    let mut query = tags::table.select(TagRow::as_select()).order((tags::name, tags::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((tags::name, tags::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |tag: &TagRow| NameKey { name: tag.name.clone(), id: tag.id.0 }))
}

/// How many tags there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(tags::table.count().get_result(conn)?)
}

/// One tag, by its slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this slug.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<TagRow> {
    let query = tags::table.select(TagRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(tags::id.eq(id)),
        Reference::Slug(slug) => query.filter(tags::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(tag) => Ok(tag),
        None => Err(slugs::absent(conn, Resource::Tag, reference)?),
    }
}

/// Makes a tag. Without a slug it gets one from its name.
///
/// # Errors
/// `Taken` for a slug of the editor's own choice, `Refused` for a name that gives none.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &TagChanges) -> StoreResult<TagRow> {
    let name = changes.name.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Tag, changes.slug.as_ref(), name)?;
    let id = TagId::new();
    diesel::insert_into(tags::table)
        .values((
            tags::id.eq(id),
            tags::slug.eq(slug.as_str()),
            tags::name.eq(name),
            tags::description.eq(changes.description.as_ref().and_then(Option::as_deref)),
        ))
        .execute(tx)?;
    record::written(tx, actor, "create_tag", (Resource::Tag, id.0), ChangeAction::Created, json!({ "slug": slug.as_str() }))?;
    get(tx, &id.0.into())
}

/// Changes a tag. A slug that it gives up leads to it for ever.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &TagChanges,
) -> StoreResult<TagRow> {
    let (id, former) = lock(tx, reference, expected)?;
    let changeset = Changeset {
        name: changes.name.as_deref(),
        slug: changes.slug.as_ref().map(Slug::as_str),
        description: changes.description.as_ref().map(Option::as_deref),
    };
    diesel::update(tags::table.find(id))
        .set((changeset, tags::version.eq(tags::version + 1), tags::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    slugs::replace(tx, Resource::Tag, &former, changes.slug.as_ref(), id.0)?;
    let tag = get(tx, &id.0.into())?;
    // Every article on its list shows its name.
    let details = json!({ "slug": tag.slug, "former_slug": former, "lists": [id] });
    record::written(tx, actor, "update_tag", (Resource::Tag, id.0), ChangeAction::Updated, details)?;
    Ok(tag)
}

/// Deletes a tag; its articles lose it.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    change_log::announce_list(tx, id.0)?;
    diesel::delete(tags::table.find(id)).execute(tx)?;
    listings::remove(tx, id.0)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_tag", (Resource::Tag, id.0), ChangeAction::Deleted, json!({ "slug": slug, "lists": [id] }))
}

/// Locks a tag before its version is read: two editors would both pass the check. Gives its id and slug.
fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(TagId, String)> {
    let id = get(tx, reference)?.id;
    let (slug, version): (String, i64) = tags::table.find(id).select((tags::slug, tags::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
