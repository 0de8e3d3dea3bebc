//! Making, changing, moving and deleting sections. What moves keeps its former addresses, and so does all below it.

use diesel::{
    prelude::*,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use serde_json::json;
use uuid::Uuid;

use super::{SectionRow, get};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::{ArticleId, SectionId},
        reference::Reference,
        slug::{Slug, slugify},
    },
    schema::{article_sections, articles, sections},
    store::{
        audit,
        change_log::{self, Entry},
        error::{StoreError, StoreResult},
        listings, references, slugs,
    },
};

/// The deepest that a section can stand, the root's level being 1.
const DEEPEST: usize = 8;
/// How many sections a publication can have: the tree is served whole.
const MOST: i64 = 5_000;
/// How many articles are refiled by one statement when their section moves.
const BATCH: i64 = 2_000;

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct SectionChanges {
    /// The name.
    pub name: Option<String>,
    /// The last part of the path.
    pub slug: Option<Slug>,
    /// The section above; an inner `None` makes it a root.
    pub parent: Option<Option<Reference>>,
    /// What it is about.
    pub description: Option<Option<String>>,
    /// Its place among its siblings.
    pub position: Option<i32>,
}

#[derive(AsChangeset)]
#[diesel(table_name = sections)]
struct Changeset<'a> {
    name: Option<&'a str>,
    description: Option<Option<&'a str>>,
    position: Option<i32>,
}

/// Makes a section. Without a slug it gets one from its name.
///
/// # Errors
/// `Refused` for a parent that does not exist or stands too deep, `Taken` for a path that exists.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &SectionChanges) -> StoreResult<SectionRow> {
    let refused = |pointer: &str, detail: &str| StoreError::Refused { pointer: pointer.to_owned(), detail: detail.to_owned() };
    if sections::table.count().get_result::<i64>(tx)? >= MOST {
        return Err(StoreError::Conflict { detail: format!("There are {MOST} sections already, which is as many as there can be.") });
    }
    let name = changes.name.as_deref().ok_or_else(|| refused("/name", "A new section needs a name."))?;
    let slug = match &changes.slug {
        Some(slug) => slug.clone(),
        None => slugify(name).ok_or_else(|| refused("/slug", "The name has no letter or digit to make a slug of; give a slug."))?,
    };
    let id = SectionId::new();
    let above = changes.parent.as_ref().and_then(Option::as_ref).map(|parent| locked_parent(tx, parent)).transpose()?;
    let place = place(above.as_ref(), &slug, id);
    check_depth(place.ancestor_ids.len())?;
    diesel::insert_into(sections::table)
        .values((
            sections::id.eq(id),
            sections::parent_id.eq(place.parent_id),
            sections::slug.eq(slug.as_str()),
            sections::path.eq(&place.path),
            sections::ancestor_ids.eq(&place.ancestor_ids),
            sections::name.eq(name),
            sections::description.eq(changes.description.as_ref().and_then(Option::as_deref)),
            sections::position.eq(changes.position.unwrap_or(0)),
        ))
        .execute(tx)?;
    record(tx, actor, "create_section", id, ChangeAction::Created, json!({ "slug": place.path, "lists": [id] }))?;
    get(tx, &Reference::Id(id.0))
}

/// Changes a section, and moves it with all below it if its slug or its parent changes. Every former path leads to where it is now.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`, and `Refused` for a parent that does not exist, stands below it, or would put it too deep.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &SectionChanges,
) -> StoreResult<SectionRow> {
    let section = locked(tx, reference, expected)?;
    let above = match &changes.parent {
        Some(Some(parent)) => Some(locked_parent(tx, parent)?),
        Some(None) => None,
        None => section.parent_id.map(|parent| get(tx, &Reference::Id(parent.0))).transpose()?,
    };
    if above.as_ref().is_some_and(|above| above.ancestor_ids.contains(&Some(section.id.0))) {
        return Err(StoreError::Refused {
            pointer: "/parent".to_owned(),
            detail: "A section cannot stand below itself; choose a parent outside of it.".to_owned(),
        });
    }
    let slug = changes.slug.as_ref().map_or(section.slug.as_str(), Slug::as_str);
    let place = place_of(above.as_ref(), slug, section.id);
    diesel::update(sections::table.find(section.id))
        .set((
            Changeset {
                name: changes.name.as_deref(),
                description: changes.description.as_ref().map(Option::as_deref),
                position: changes.position,
            },
            sections::version.eq(sections::version + 1),
            sections::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)?;
    let mut action = ChangeAction::Updated;
    let mut lists = vec![section.id.0];
    if place.path != section.path || place.parent_id != section.parent_id {
        action = ChangeAction::Moved;
        relocate(tx, &section, &place)?;
        lists.extend(section.ancestor_ids.iter().flatten());
        lists.extend(place.ancestor_ids.iter().flatten());
        lists.sort_unstable();
        lists.dedup();
    }
    record(tx, actor, "update_section", section.id, action, json!({ "slug": place.path, "former_slug": section.path, "lists": lists }))?;
    get(tx, &Reference::Id(section.id.0))
}

/// Deletes a section that nothing stands in or below.
///
/// # Errors
/// `Conflict` while articles or sections stand in it; `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let section = locked(tx, reference, expected)?;
    let below: i64 = sections::table.filter(sections::parent_id.eq(section.id)).count().get_result(tx)?;
    let primary: bool = diesel::select(diesel::dsl::exists(articles::table.filter(articles::section_id.eq(section.id)))).get_result(tx)?;
    let further: bool =
        diesel::select(diesel::dsl::exists(article_sections::table.filter(article_sections::section_id.eq(section.id)))).get_result(tx)?;
    if below > 0 || primary || further {
        return Err(StoreError::Conflict { detail: "Articles or sections stand in it; move or delete them first.".to_owned() });
    }
    diesel::delete(sections::table.find(section.id)).execute(tx)?;
    slugs::forget(tx, section.id.0)?;
    record(tx, actor, "delete_section", section.id, ChangeAction::Deleted, json!({ "slug": section.path, "lists": [section.id] }))
}

/// Where a section stands.
struct Place {
    parent_id: Option<SectionId>,
    path: String,
    ancestor_ids: Vec<Option<Uuid>>,
}

fn place(above: Option<&SectionRow>, slug: &Slug, id: SectionId) -> Place {
    place_of(above, slug.as_str(), id)
}

fn place_of(above: Option<&SectionRow>, slug: &str, id: SectionId) -> Place {
    let mut ancestor_ids = above.map(|above| above.ancestor_ids.clone()).unwrap_or_default();
    ancestor_ids.push(Some(id.0));
    let path = above.map_or_else(|| slug.to_owned(), |above| format!("{}/{slug}", above.path));
    Place { parent_id: above.map(|above| above.id), path, ancestor_ids }
}

fn check_depth(levels: usize) -> StoreResult<()> {
    if levels <= DEEPEST {
        return Ok(());
    }
    Err(StoreError::Refused {
        pointer: "/parent".to_owned(),
        detail: format!("It would stand {levels} levels deep; at most {DEEPEST} will do."),
    })
}

fn locked(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<SectionRow> {
    // One writer at a time in the whole tree: two moves at once could make a circle that neither sees.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('broadsheet sections'))").execute(tx)?;
    let section = get(tx, reference)?;
    if expected.is_some_and(|expected| expected != section.version) {
        return Err(StoreError::Stale);
    }
    Ok(section)
}

fn locked_parent(tx: &mut PgConnection, parent: &Reference) -> StoreResult<SectionRow> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('broadsheet sections'))").execute(tx)?;
    let id = references::get(tx, &[("/parent".to_owned(), Resource::Section, parent.clone())])?
        .into_iter()
        .next()
        .ok_or(StoreError::NotFound)?;
    get(tx, &Reference::Id(id))
}

/// Gives a section and all below it their new paths and ancestors, keeps the old paths, and refiles the articles.
fn relocate(tx: &mut PgConnection, section: &SectionRow, place: &Place) -> StoreResult<()> {
    let below: Vec<SectionRow> =
        sections::table.filter(sections::ancestor_ids.contains(vec![Some(section.id.0)])).select(SectionRow::as_select()).load(tx)?;
    let levels_above = section.ancestor_ids.len() - 1;
    let mut ids = Vec::new();
    let mut paths = Vec::new();
    let mut former = Vec::new();
    for row in &below {
        let below_it = row.ancestor_ids.get(levels_above + 1..).unwrap_or_default();
        check_depth(place.ancestor_ids.len() + below_it.len())?;
        ids.push(row.id.0);
        paths.push(format!("{}{}", place.path, row.path.strip_prefix(&section.path).unwrap_or_default()));
        former.push(row.path.clone());
    }
    let new_above: Vec<Uuid> = place.ancestor_ids.iter().flatten().copied().collect();
    diesel::sql_query(include_str!("../sql/move_sections.sql"))
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Array<Text>, _>(&paths)
        .bind::<Array<SqlUuid>, _>(&new_above)
        .bind::<diesel::sql_types::Integer, _>(i32::try_from(levels_above + 1).unwrap_or(i32::MAX))
        .execute(tx)?;
    diesel::update(sections::table.find(section.id))
        .set((sections::parent_id.eq(place.parent_id), sections::slug.eq(place.path.rsplit('/').next().unwrap_or(&place.path))))
        .execute(tx)?;
    for (path, id) in former.iter().zip(&ids) {
        slugs::retire(tx, Resource::Section, path, *id)?;
    }
    if place.parent_id != section.parent_id {
        refile(tx, &ids)?;
    }
    Ok(())
}

/// Brings the lists of every article in these sections up to date, some at a time.
fn refile(tx: &mut PgConnection, section_ids: &[Uuid]) -> StoreResult<()> {
    // A big desk takes longer than one request's statement may.
    diesel::sql_query("SET LOCAL statement_timeout = '60s'").execute(tx)?;
    let mut after = Uuid::nil();
    loop {
        let further = article_sections::table.filter(article_sections::section_id.eq_any(section_ids)).select(article_sections::article_id);
        let ids: Vec<ArticleId> = articles::table
            .filter(articles::section_id.eq_any(section_ids).or(articles::id.eq_any(further)))
            .filter(articles::id.gt(after))
            .select(articles::id)
            .order(articles::id)
            .limit(BATCH)
            .load(tx)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = last.0;
        listings::refresh(tx, &ids)?;
    }
}

fn record(
    tx: &mut PgConnection,
    actor: Actor,
    what: &str,
    id: SectionId,
    action: ChangeAction,
    details: serde_json::Value,
) -> StoreResult<()> {
    audit::record(tx, actor, what, Resource::Section, Some(id.0), details.clone())?;
    change_log::append(tx, Entry { resource: Resource::Section, id: id.0, action, reason: None, details })
}
