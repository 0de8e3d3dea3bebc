//! Slugs: finding a free one, and remembering those that were given up.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use uuid::Uuid;

use super::error::{StoreError, StoreResult};
use crate::{
    domain::{
        change::Resource,
        reference::Reference,
        slug::{Slug, slugify},
    },
    schema::slug_history,
};

/// How many numbers are tried before a slug gets a part of an id instead.
const NUMBERS: u32 = 400;

#[derive(QueryableByName)]
struct TakenSlug {
    #[diesel(sql_type = Text)]
    slug: String,
}

/// The slug of something new: the one that was chosen, or one made of its name that nobody has.
///
/// # Errors
/// `Refused` for a name without a letter or digit; those of the database.
pub fn of_new(tx: &mut PgConnection, resource: Resource, chosen: Option<&Slug>, name: &str) -> StoreResult<Slug> {
    if let Some(chosen) = chosen {
        return Ok(chosen.clone());
    }
    let made = slugify(name).ok_or_else(|| StoreError::Refused {
        pointer: "/slug".to_owned(),
        detail: "There is no letter or digit to make a slug of; give a slug.".to_owned(),
    })?;
    first_free(tx, resource, &made)
}

/// What to answer when nothing has the slug (or id) that was asked for: where its former owner is now, or `NotFound`.
///
/// # Errors
/// Those of the database, as the outer error.
pub fn absent(conn: &mut PgConnection, resource: Resource, reference: &Reference) -> StoreResult<StoreError> {
    let Reference::Slug(slug) = reference else { return Ok(StoreError::NotFound) };
    let Some(owner) = former_owner(conn, resource, slug)? else { return Ok(StoreError::NotFound) };
    let text = format!("SELECT slug FROM {} WHERE id = $1", table_of(resource));
    let now: Option<TakenSlug> = diesel::sql_query(text).bind::<diesel::sql_types::Uuid, _>(owner).get_result(conn).optional()?;
    Ok(now.map_or(StoreError::NotFound, |row| StoreError::Moved { to: row.slug }))
}

/// The slug, or the first of `slug-2`, `slug-3`… that nobody has.
///
/// Another writer may take it in the same moment: the constraint then decides, as for a slug that a client chose.
///
/// # Errors
/// Those of the database.
pub fn first_free(tx: &mut PgConnection, resource: Resource, wanted: &Slug) -> StoreResult<Slug> {
    // Who makes the same slug in the same moment waits, and then sees that it is taken.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext($1))")
        .bind::<Text, _>(format!("slug {resource:?} {}", wanted.as_str()))
        .execute(tx)?;
    let candidates: Vec<Slug> = std::iter::once(wanted.clone()).chain((2..=NUMBERS).map(|number| wanted.with_suffix(number))).collect();
    for some in [&candidates[..1], &candidates[1..10], &candidates[10..]] {
        let texts: Vec<&str> = some.iter().map(Slug::as_str).collect();
        let taken: Vec<TakenSlug> = diesel::sql_query(taken_among(resource)).bind::<Array<Text>, _>(&texts).load(tx)?;
        if let Some(free) = some.iter().find(|slug| taken.iter().all(|row| row.slug != slug.as_str())) {
            return Ok(free.clone());
        }
    }
    // The low half of a UUIDv7 is random.
    Ok(wanted.with_suffix((Uuid::now_v7().as_u128() & 0xFFFF_FFFF) as u32 | 1 << 20))
}

fn taken_among(resource: Resource) -> String {
    match resource {
        Resource::Section => "SELECT path AS slug FROM sections WHERE path = ANY($1)".to_owned(),
        _ => format!("SELECT slug FROM {} WHERE slug = ANY($1)", table_of(resource)),
    }
}

/// The table of what has a slug.
const fn table_of(resource: Resource) -> &'static str {
    match resource {
        Resource::Article => "articles",
        Resource::Section => "sections",
        Resource::Author => "authors",
        Resource::Source => "sources",
        Resource::Page => "pages",
        Resource::Collection => "collections",
        Resource::Menu => "menus",
        Resource::Partner => "partners",
        Resource::Tag | Resource::Media | Resource::Site | Resource::User | Resource::Licence | Resource::ApiKey | Resource::Webhook => {
            "tags"
        }
    }
}

/// Remembers that `resource_id` had this slug, for ever (or until it takes another resource's former slug as its own).
///
/// # Errors
/// Those of the database.
pub fn retire(tx: &mut PgConnection, resource: Resource, slug: &str, resource_id: Uuid) -> StoreResult<()> {
    diesel::insert_into(slug_history::table)
        .values((slug_history::resource.eq(resource), slug_history::slug.eq(slug), slug_history::resource_id.eq(resource_id)))
        .on_conflict((slug_history::resource, slug_history::slug))
        .do_update()
        .set((slug_history::resource_id.eq(resource_id), slug_history::replaced_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    Ok(())
}

/// Remembers the slug of what is renamed, if it changes.
///
/// # Errors
/// Those of the database.
pub fn replace(tx: &mut PgConnection, resource: Resource, former: &str, now: Option<&Slug>, resource_id: Uuid) -> StoreResult<()> {
    match now {
        Some(now) if now.as_str() != former => retire(tx, resource, former, resource_id),
        _ => Ok(()),
    }
}

/// Who had this slug last, if it was given up.
///
/// # Errors
/// Those of the database.
pub fn former_owner(conn: &mut PgConnection, resource: Resource, slug: &str) -> StoreResult<Option<Uuid>> {
    Ok(slug_history::table.find((resource, slug)).select(slug_history::resource_id).first(conn).optional()?)
}

/// Forgets the slugs of what is deleted: they lead nowhere.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut PgConnection, resource_id: Uuid) -> StoreResult<()> {
    diesel::delete(slug_history::table.filter(slug_history::resource_id.eq(resource_id))).execute(tx)?;
    diesel::delete(crate::schema::legacy_paths::table.filter(crate::schema::legacy_paths::resource_id.eq(resource_id))).execute(tx)?;
    Ok(())
}
