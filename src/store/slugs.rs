//! Slugs: finding a free one, and remembering those that were given up.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use uuid::Uuid;

use super::error::StoreResult;
use crate::{domain::change::Resource, domain::slug::Slug, schema::slug_history};

/// How many numbers are tried before a slug gets a part of an id instead.
const NUMBERS: u32 = 400;

#[derive(QueryableByName)]
struct TakenSlug {
    #[diesel(sql_type = Text)]
    slug: String,
}

/// The slug, or the first of `slug-2`, `slug-3`… that nobody has.
///
/// Another writer may take it in the same moment: the constraint then decides, as for a slug that a client chose.
///
/// # Errors
/// Those of the database.
pub fn first_free(tx: &mut PgConnection, resource: Resource, wanted: &Slug) -> StoreResult<Slug> {
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

const fn taken_among(resource: Resource) -> &'static str {
    match resource {
        Resource::Article => "SELECT slug FROM articles WHERE slug = ANY($1)",
        Resource::Section => "SELECT path AS slug FROM sections WHERE path = ANY($1)",
        Resource::Author => "SELECT slug FROM authors WHERE slug = ANY($1)",
        Resource::Source => "SELECT slug FROM sources WHERE slug = ANY($1)",
        Resource::Page => "SELECT slug FROM pages WHERE slug = ANY($1)",
        Resource::Collection => "SELECT slug FROM collections WHERE slug = ANY($1)",
        Resource::Menu => "SELECT slug FROM menus WHERE slug = ANY($1)",
        Resource::Tag | Resource::Media | Resource::Site | Resource::User => "SELECT slug FROM tags WHERE slug = ANY($1)",
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
