//! The tree of sections: how it is read, and how it changes without losing an address.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

mod write;

pub use write::{SectionChanges, delete, insert, update};

use crate::{
    domain::{change::Resource, id::SectionId, reference::Reference},
    schema::sections,
    store::{
        error::{StoreError, StoreResult},
        slugs,
    },
};

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sections, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SectionRow {
    pub id: SectionId,
    pub parent_id: Option<SectionId>,
    pub slug: String,
    pub path: String,
    pub ancestor_ids: Vec<Option<Uuid>>,
    pub name: String,
    pub description: Option<String>,
    pub position: i32,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// The whole tree, each level in its order: parents before their children.
///
/// # Errors
/// Those of the database.
pub fn tree(conn: &mut PgConnection) -> StoreResult<Vec<SectionRow>> {
    let mut rows: Vec<SectionRow> =
        sections::table.select(SectionRow::as_select()).order((sections::position, sections::name, sections::id)).load(conn)?;
    // Stable, so that siblings stay in order.
    rows.sort_by_key(|row| row.ancestor_ids.len());
    Ok(rows)
}

/// One section, by its path or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this path.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<SectionRow> {
    let found = match reference {
        Reference::Id(id) => sections::table.find(SectionId(*id)).select(SectionRow::as_select()).first(conn).optional()?,
        Reference::Slug(path) => sections::table.filter(sections::path.eq(path)).select(SectionRow::as_select()).first(conn).optional()?,
    };
    match (found, reference) {
        (Some(section), _) => Ok(section),
        (None, Reference::Id(_)) => Err(StoreError::NotFound),
        (None, Reference::Slug(path)) => {
            let owner = slugs::former_owner(conn, Resource::Section, path)?.ok_or(StoreError::NotFound)?;
            let to = sections::table.find(SectionId(owner)).select(sections::path).first(conn)?;
            Err(StoreError::Moved { to })
        }
    }
}

/// A section with all that is above and all that is below it, in the order of `tree`.
///
/// # Errors
/// Those of the database.
pub fn family(conn: &mut PgConnection, section: &SectionRow) -> StoreResult<Vec<SectionRow>> {
    let above: Vec<Uuid> = section.ancestor_ids.iter().flatten().copied().collect();
    let mut rows: Vec<SectionRow> = sections::table
        .filter(sections::id.eq_any(above).or(sections::ancestor_ids.contains(vec![Some(section.id.0)])))
        .select(SectionRow::as_select())
        .order((sections::position, sections::name, sections::id))
        .load(conn)?;
    rows.sort_by_key(|row| row.ancestor_ids.len());
    Ok(rows)
}
