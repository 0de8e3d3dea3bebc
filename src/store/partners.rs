//! Partners: companies that take content by API keys.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*};
use serde_json::json;

use super::{
    audit,
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    slugs,
};
use crate::{
    domain::{actor::Actor, change::Resource, id::PartnerId, reference::Reference, slug::Slug},
    schema::partners,
};

/// A partner.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = partners, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct PartnerRow {
    pub id: PartnerId,
    pub slug: String,
    pub name: String,
    pub contact_email: Option<String>,
    pub notes: Option<String>,
    pub is_suspended: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct PartnerChanges {
    /// The name.
    pub name: Option<String>,
    /// A slug of the admin's choice.
    pub slug: Option<Slug>,
    /// Whom to write to.
    pub contact_email: Option<Option<String>>,
    /// For the newsroom alone.
    pub notes: Option<Option<String>>,
    /// Whether its keys open nothing.
    pub is_suspended: Option<bool>,
}

#[derive(AsChangeset)]
#[diesel(table_name = partners)]
struct Changeset<'a> {
    name: Option<&'a str>,
    slug: Option<&'a str>,
    contact_email: Option<Option<&'a str>>,
    notes: Option<Option<&'a str>>,
    is_suspended: Option<bool>,
}

/// A page of all partners, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<PartnerRow>> {
    let mut query = partners::table.select(PartnerRow::as_select()).order((partners::name, partners::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((partners::name, partners::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |row: &PartnerRow| NameKey { name: row.name.clone(), id: row.id.0 }))
}

/// How many partners there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(partners::table.count().get_result(conn)?)
}

/// One partner, by slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this slug.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<PartnerRow> {
    let query = partners::table.select(PartnerRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(partners::id.eq(id)),
        Reference::Slug(slug) => query.filter(partners::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(partner) => Ok(partner),
        None => Err(slugs::absent(conn, Resource::Partner, reference)?),
    }
}

/// Makes a partner. Without a slug it gets one from its name.
///
/// # Errors
/// `Taken` for a slug of the admin's own choice, `Refused` for a name that gives none.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &PartnerChanges) -> StoreResult<PartnerRow> {
    let name = changes.name.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Partner, changes.slug.as_ref(), name)?;
    let id = PartnerId::new();
    diesel::insert_into(partners::table)
        .values((partners::id.eq(id), partners::slug.eq(slug.as_str()), partners::name.eq(name)))
        .execute(tx)?;
    set(tx, id, changes)?;
    audit::record(tx, actor, "create_partner", Resource::Partner, Some(id.0), json!({ "slug": slug.as_str() }))?;
    get(tx, &id.0.into())
}

/// Changes a partner. A slug that it gives up leads to it for ever; suspending it closes its keys at once.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &PartnerChanges,
) -> StoreResult<PartnerRow> {
    let (id, former) = lock(tx, reference, expected)?;
    set(tx, id, changes)?;
    diesel::update(partners::table.find(id))
        .set((partners::version.eq(partners::version + 1), partners::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    slugs::replace(tx, Resource::Partner, &former, changes.slug.as_ref(), id.0)?;
    let partner = get(tx, &id.0.into())?;
    let details = json!({ "slug": partner.slug, "is_suspended": partner.is_suspended });
    audit::record(tx, actor, "update_partner", Resource::Partner, Some(id.0), details)?;
    Ok(partner)
}

/// Deletes a partner with its licences, its keys and their usage, and its webhooks.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    // Keys and webhooks first: they hold on to the licences that would go with the partner.
    diesel::delete(crate::schema::api_keys::table.filter(crate::schema::api_keys::partner_id.eq(id))).execute(tx)?;
    diesel::delete(crate::schema::webhooks::table.filter(crate::schema::webhooks::partner_id.eq(id))).execute(tx)?;
    diesel::delete(partners::table.find(id)).execute(tx)?;
    slugs::forget(tx, id.0)?;
    audit::record(tx, actor, "delete_partner", Resource::Partner, Some(id.0), json!({ "slug": slug }))
}

fn set(tx: &mut PgConnection, id: PartnerId, changes: &PartnerChanges) -> StoreResult<()> {
    let changeset = Changeset {
        name: changes.name.as_deref(),
        slug: changes.slug.as_ref().map(Slug::as_str),
        contact_email: changes.contact_email.as_ref().map(Option::as_deref),
        notes: changes.notes.as_ref().map(Option::as_deref),
        is_suspended: changes.is_suspended,
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(partners::table.find(id)).set((changeset, partners::id.eq(id))).execute(tx)?;
    Ok(())
}

/// Locks a partner before its version is read: two admins would both pass the check. Gives its id and slug.
fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(PartnerId, String)> {
    let id = get(tx, reference)?.id;
    let (slug, version): (String, i64) = partners::table.find(id).select((partners::slug, partners::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
