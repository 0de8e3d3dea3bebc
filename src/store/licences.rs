//! Licences: what a partner's keys may read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::{
    audit,
    error::{StoreError, StoreResult},
    references,
};
use crate::{
    domain::{
        actor::Actor,
        article::Kind,
        change::Resource,
        id::{LicenceId, PartnerId, SectionId, SourceId},
        licence::{Extent, Licence},
        reference::Reference,
    },
    schema::{api_keys, licences, partners, sections, sources, webhooks},
};

/// The most licences that one partner has.
pub const MOST: usize = 50;

/// A licence, as stored. Postgres' arrays may hold nulls; these do not.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = licences, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct LicenceRow {
    pub id: LicenceId,
    pub partner_id: PartnerId,
    pub name: String,
    pub section_ids: Option<Vec<Option<Uuid>>>,
    pub kinds: Option<Vec<Option<Kind>>>,
    pub languages: Option<Vec<Option<String>>>,
    pub source_ids: Option<Vec<Option<Uuid>>>,
    pub extent: Extent,
    pub has_pictures: bool,
    pub embargo_minutes: i32,
    pub advance_minutes: i32,
    pub requests_per_minute: i32,
    pub requests_per_day: i32,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl LicenceRow {
    /// What it lets its keys read.
    #[must_use]
    pub fn licence(&self) -> Licence {
        Licence {
            sections: listed(self.section_ids.as_ref(), SectionId),
            kinds: listed(self.kinds.as_ref(), |kind| kind),
            languages: listed(self.languages.as_ref(), |language: String| language.to_lowercase()),
            sources: listed(self.source_ids.as_ref(), SourceId),
            extent: self.extent,
            has_pictures: self.has_pictures,
            embargo_minutes: self.embargo_minutes,
            advance_minutes: self.advance_minutes,
        }
    }
}

fn listed<T: Clone, U>(list: Option<&Vec<Option<T>>>, make: impl Fn(T) -> U) -> Option<Vec<U>> {
    list.map(|list| list.iter().flatten().cloned().map(make).collect())
}

/// A licence with the names of what it lists.
#[derive(Clone, Debug)]
pub struct NamedLicence {
    /// The licence.
    pub row: LicenceRow,
    /// The paths of its sections that are still there.
    pub sections: Option<Vec<String>>,
    /// The slugs of its outlets that are still there.
    pub sources: Option<Vec<String>>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` narrows nothing.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the members of `LicenceRow`")]
pub struct LicenceChanges {
    pub name: Option<String>,
    pub sections: Option<Option<Vec<Reference>>>,
    pub kinds: Option<Option<Vec<Kind>>>,
    pub languages: Option<Option<Vec<String>>>,
    pub sources: Option<Option<Vec<Reference>>>,
    pub extent: Option<Extent>,
    pub has_pictures: Option<bool>,
    pub embargo_minutes: Option<i32>,
    pub advance_minutes: Option<i32>,
    pub requests_per_minute: Option<i32>,
    pub requests_per_day: Option<i32>,
}

#[derive(AsChangeset)]
#[diesel(table_name = licences)]
struct Changeset<'a> {
    name: Option<&'a str>,
    section_ids: Option<Option<Vec<Uuid>>>,
    kinds: Option<Option<&'a [Kind]>>,
    languages: Option<Option<&'a [String]>>,
    source_ids: Option<Option<Vec<Uuid>>>,
    extent: Option<Extent>,
    has_pictures: Option<bool>,
    embargo_minutes: Option<i32>,
    advance_minutes: Option<i32>,
    requests_per_minute: Option<i32>,
    requests_per_day: Option<i32>,
}

/// The licences of a partner, the oldest first: at most [`MOST`].
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut PgConnection, partner: PartnerId) -> StoreResult<Vec<NamedLicence>> {
    let rows = licences::table.filter(licences::partner_id.eq(partner)).order(licences::id).select(LicenceRow::as_select()).load(conn)?;
    named(conn, rows)
}

/// One licence of a partner.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get(conn: &mut PgConnection, partner: PartnerId, id: LicenceId) -> StoreResult<NamedLicence> {
    let row = licences::table.find(id).filter(licences::partner_id.eq(partner)).select(LicenceRow::as_select()).first(conn)?;
    named(conn, vec![row])?.pop().ok_or(StoreError::NotFound)
}

/// Makes a licence.
///
/// # Errors
/// `Refused` for a section or an outlet that is not there, or more licences than a partner may have.
pub fn insert(tx: &mut PgConnection, actor: Actor, partner: PartnerId, changes: &LicenceChanges) -> StoreResult<NamedLicence> {
    // Two admins at once count one after the other.
    partners::table.find(partner).select(partners::id).for_update().first::<PartnerId>(tx)?;
    let others: i64 = licences::table.filter(licences::partner_id.eq(partner)).count().get_result(tx)?;
    if others >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Err(StoreError::Conflict { detail: format!("A partner has at most {MOST} licences.") });
    }
    let id = LicenceId::new();
    let name = changes.name.as_deref().unwrap_or_default();
    let given = (
        licences::id.eq(id),
        licences::partner_id.eq(partner),
        licences::name.eq(name),
        changes.embargo_minutes.map(|minutes| licences::embargo_minutes.eq(minutes)),
        changes.advance_minutes.map(|minutes| licences::advance_minutes.eq(minutes)),
    );
    diesel::insert_into(licences::table).values(given).execute(tx)?;
    set(tx, id, changes)?;
    audit::record(tx, actor, "create_licence", Resource::Licence, Some(id.0), json!({ "partner": partner, "name": name }))?;
    get(tx, partner, id)
}

/// Changes a licence, from the next request of its keys on.
///
/// # Errors
/// `NotFound`, `Stale`, `Refused`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    (partner, id): (PartnerId, LicenceId),
    expected: Option<i64>,
    changes: &LicenceChanges,
) -> StoreResult<NamedLicence> {
    let before = lock(tx, partner, id, expected)?;
    let (embargo, advance) =
        (changes.embargo_minutes.unwrap_or(before.embargo_minutes), changes.advance_minutes.unwrap_or(before.advance_minutes));
    if embargo != 0 && advance != 0 {
        return Err(StoreError::Refused {
            pointer: if changes.advance_minutes.is_some() { "/advance_minutes" } else { "/embargo_minutes" }.to_owned(),
            detail: "A licence either hides what is new for a while or shows it early; set one of the two to 0.".to_owned(),
        });
    }
    set(tx, id, changes)?;
    diesel::update(licences::table.find(id))
        .set((licences::version.eq(licences::version + 1), licences::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    audit::record(tx, actor, "update_licence", Resource::Licence, Some(id.0), json!({ "partner": partner }))?;
    get(tx, partner, id)
}

/// Deletes a licence that no key and no webhook has.
///
/// # Errors
/// `NotFound`, `Stale`, `Conflict`.
pub fn delete(tx: &mut PgConnection, actor: Actor, (partner, id): (PartnerId, LicenceId), expected: Option<i64>) -> StoreResult<()> {
    let row = lock(tx, partner, id, expected)?;
    let keys: i64 = api_keys::table.filter(api_keys::licence_id.eq(id).and(api_keys::revoked_at.is_null())).count().get_result(tx)?;
    if keys > 0 {
        return Err(StoreError::Conflict { detail: format!("{keys} of the partner's keys have this licence; revoke them first.") });
    }
    let endpoints: i64 = webhooks::table.filter(webhooks::licence_id.eq(id)).count().get_result(tx)?;
    if endpoints > 0 {
        return Err(StoreError::Conflict {
            detail: format!("{endpoints} of the partner's webhooks have this licence; delete them first."),
        });
    }
    diesel::delete(api_keys::table.filter(api_keys::licence_id.eq(id))).execute(tx)?;
    diesel::delete(licences::table.find(id)).execute(tx)?;
    audit::record(tx, actor, "delete_licence", Resource::Licence, Some(id.0), json!({ "partner": partner, "name": row.name }))
}

fn set(tx: &mut PgConnection, id: LicenceId, changes: &LicenceChanges) -> StoreResult<()> {
    let changeset = Changeset {
        name: changes.name.as_deref(),
        section_ids: found(tx, "/sections", Resource::Section, changes.sections.as_ref())?,
        kinds: changes.kinds.as_ref().map(Option::as_deref),
        languages: changes.languages.as_ref().map(Option::as_deref),
        source_ids: found(tx, "/sources", Resource::Source, changes.sources.as_ref())?,
        extent: changes.extent,
        has_pictures: changes.has_pictures,
        embargo_minutes: changes.embargo_minutes,
        advance_minutes: changes.advance_minutes,
        requests_per_minute: changes.requests_per_minute,
        requests_per_day: changes.requests_per_day,
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(licences::table.find(id)).set((changeset, licences::id.eq(id))).execute(tx)?;
    Ok(())
}

/// The ids of a list of references that a patch may leave or take away.
fn found(
    tx: &mut PgConnection,
    pointer: &str,
    resource: Resource,
    change: Option<&Option<Vec<Reference>>>,
) -> StoreResult<Option<Option<Vec<Uuid>>>> {
    match change {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(list)) => {
            let asked: Vec<_> =
                list.iter().enumerate().map(|(place, reference)| (format!("{pointer}/{place}"), resource, reference.clone())).collect();
            Ok(Some(Some(references::get(tx, &asked)?)))
        }
    }
}

/// Names what licences list: two statements for any number of them.
fn named(conn: &mut PgConnection, rows: Vec<LicenceRow>) -> StoreResult<Vec<NamedLicence>> {
    let ids = |list: fn(&LicenceRow) -> &Option<Vec<Option<Uuid>>>| -> Vec<Uuid> {
        rows.iter().filter_map(|row| list(row).as_ref()).flatten().flatten().copied().collect()
    };
    let paths: Vec<(Uuid, String)> =
        sections::table.filter(sections::id.eq_any(ids(|row| &row.section_ids))).select((sections::id, sections::path)).load(conn)?;
    let slugs: Vec<(Uuid, String)> =
        sources::table.filter(sources::id.eq_any(ids(|row| &row.source_ids))).select((sources::id, sources::slug)).load(conn)?;
    let names = |list: &Option<Vec<Option<Uuid>>>, known: &[(Uuid, String)]| {
        list.as_ref().map(|list| {
            list.iter().flatten().filter_map(|id| known.iter().find(|(one, _)| one == id).map(|(_, name)| name.clone())).collect()
        })
    };
    Ok(rows
        .into_iter()
        .map(|row| NamedLicence { sections: names(&row.section_ids, &paths), sources: names(&row.source_ids, &slugs), row })
        .collect())
}

fn lock(tx: &mut PgConnection, partner: PartnerId, id: LicenceId, expected: Option<i64>) -> StoreResult<LicenceRow> {
    let row: LicenceRow =
        licences::table.find(id).filter(licences::partner_id.eq(partner)).select(LicenceRow::as_select()).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != row.version) {
        return Err(StoreError::Stale);
    }
    Ok(row)
}
