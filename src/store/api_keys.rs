//! API keys: the credentials of partners.

use chrono::{DateTime, Utc};
use diesel::{
    IntoSql,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    audit,
    error::{StoreError, StoreResult},
    licences::{self, LicenceRow},
};
use crate::{
    domain::{
        actor::Actor,
        api_key::ApiKey,
        change::Resource,
        id::{ApiKeyId, LicenceId, PartnerId},
    },
    schema::{api_keys, licences as licence_table, partners},
};

/// The most keys of one partner that can be used at once.
pub const MOST_LIVE: i64 = 20;

/// A key, without its hash: that is asked for by name where it is needed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub partner_id: PartnerId,
    pub licence_id: LicenceId,
    pub prefix: String,
    pub name: String,
    pub networks: Vec<Option<String>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What a request that shows a key has to know of it.
#[derive(Clone, Debug, Queryable)]
pub struct FoundKey {
    /// The key.
    pub key: ApiKeyRow,
    /// SHA-256 of its text.
    pub key_hash: Vec<u8>,
    /// What it may read.
    pub licence: LicenceRow,
    /// Whether its partner's keys open nothing.
    pub is_suspended: bool,
}

/// A key to be.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it may read.
    pub licence: LicenceId,
    /// From where it may be used, in CIDR notation; empty: from anywhere.
    pub networks: Vec<String>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What is to be different. `None` leaves a member as it is.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = api_keys)]
#[expect(missing_docs, reason = "the members of `ApiKeyRow`")]
pub struct ApiKeyChanges {
    pub name: Option<String>,
    pub licence_id: Option<LicenceId>,
    pub networks: Option<Vec<String>>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

/// The key with this prefix, whatever became of it: one statement, for every request that shows one.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut PgConnection, prefix: &str) -> StoreResult<Option<FoundKey>> {
    Ok(api_keys::table
        .inner_join(licence_table::table)
        .inner_join(partners::table)
        .filter(api_keys::prefix.eq(prefix))
        .select((ApiKeyRow::as_select(), api_keys::key_hash, LicenceRow::as_select(), partners::is_suspended))
        .first(conn)
        .optional()?)
}

/// The keys of a partner, the newest first, from after `after` on: revoked and expired ones too.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, partner: PartnerId, after: Option<ApiKeyId>, limit: i64) -> StoreResult<Vec<ApiKeyRow>> {
    let mut query = api_keys::table
        .filter(api_keys::partner_id.eq(partner))
        .select(ApiKeyRow::as_select())
        // Ids are UUIDv7: the order in which the keys were made.
        .order(api_keys::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(api_keys::id.lt(after));
    }
    Ok(query.load(conn)?)
}

/// The keys of all partners with the names of these and of their licences, by partner; at most a thousand.
///
/// # Errors
/// Those of the database.
pub fn overview(conn: &mut PgConnection) -> StoreResult<Vec<(String, String, ApiKeyRow)>> {
    Ok(api_keys::table
        .inner_join(licence_table::table)
        .inner_join(partners::table)
        .select((partners::name, licence_table::name, ApiKeyRow::as_select()))
        .order((partners::name, partners::id, api_keys::id))
        .limit(1000)
        .load(conn)?)
}

/// One key of a partner.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get(conn: &mut PgConnection, partner: PartnerId, id: ApiKeyId) -> StoreResult<ApiKeyRow> {
    Ok(api_keys::table.find(id).filter(api_keys::partner_id.eq(partner)).select(ApiKeyRow::as_select()).first(conn)?)
}

/// The key with this prefix, of whatever partner.
///
/// # Errors
/// `NotFound`; those of the database.
pub fn get_by_prefix(conn: &mut PgConnection, prefix: &str) -> StoreResult<ApiKeyRow> {
    Ok(api_keys::table.filter(api_keys::prefix.eq(prefix)).select(ApiKeyRow::as_select()).first(conn)?)
}

/// Makes a key. Its text is given this once, and not stored.
///
/// # Errors
/// `Refused` for a licence that is not the partner's, `Conflict` when it has as many live keys as it may.
pub fn insert(tx: &mut PgConnection, actor: Actor, partner: PartnerId, new: &NewApiKey) -> StoreResult<(ApiKeyRow, ApiKey)> {
    check_licence(tx, partner, new.licence)?;
    // Two admins at once count one after the other.
    partners::table.find(partner).select(partners::id).for_update().first::<PartnerId>(tx)?;
    let now = diesel::dsl::now.into_sql::<Nullable<Timestamptz>>();
    let live: i64 = api_keys::table
        .filter(api_keys::partner_id.eq(partner).and(api_keys::revoked_at.is_null()))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .count()
        .get_result(tx)?;
    if live >= MOST_LIVE {
        return Err(StoreError::Conflict { detail: format!("A partner has at most {MOST_LIVE} keys that can be used; revoke one.") });
    }
    let key = ApiKey::generate();
    let row = diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(ApiKeyId::new()),
            api_keys::partner_id.eq(partner),
            api_keys::licence_id.eq(new.licence),
            api_keys::prefix.eq(key.prefix()),
            api_keys::key_hash.eq(key.hash().to_vec()),
            api_keys::name.eq(&new.name),
            api_keys::networks.eq(&new.networks),
            api_keys::expires_at.eq(new.expires_at),
        ))
        .returning(ApiKeyRow::as_returning())
        .get_result(tx)?;
    audit::record(tx, actor, "create_key", Resource::ApiKey, Some(row.id.0), describe(&row))?;
    Ok((row, key))
}

/// Changes what is said of a key, from its next request on.
///
/// # Errors
/// `NotFound`, `Stale`, `Refused`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    (partner, id): (PartnerId, ApiKeyId),
    expected: Option<i64>,
    changes: &ApiKeyChanges,
) -> StoreResult<ApiKeyRow> {
    lock(tx, partner, id, expected)?;
    if let Some(licence) = changes.licence_id {
        check_licence(tx, partner, licence)?;
    }
    let row = diesel::update(api_keys::table.find(id))
        .set((changes.clone(), api_keys::version.eq(api_keys::version + 1)))
        .returning(ApiKeyRow::as_returning())
        .get_result(tx)?;
    audit::record(tx, actor, "update_key", Resource::ApiKey, Some(id.0), describe(&row))?;
    Ok(row)
}

/// Ends a key, at once and for good; it stays in the list. Ending it again changes nothing.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn revoke(tx: &mut PgConnection, actor: Actor, (partner, id): (PartnerId, ApiKeyId), expected: Option<i64>) -> StoreResult<()> {
    let before = lock(tx, partner, id, expected)?;
    if before.revoked_at.is_some() {
        return Ok(());
    }
    diesel::update(api_keys::table.find(id))
        .set((api_keys::revoked_at.eq(diesel::dsl::now), api_keys::version.eq(api_keys::version + 1)))
        .execute(tx)?;
    audit::record(tx, actor, "revoke_key", Resource::ApiKey, Some(id.0), describe(&before))
}

/// Makes a key to take the place of another, which ends at `until` unless it does earlier.
///
/// # Errors
/// As `insert`; `Conflict` for a key that is revoked.
pub fn rotate(
    tx: &mut PgConnection,
    actor: Actor,
    (partner, id): (PartnerId, ApiKeyId),
    until: DateTime<Utc>,
) -> StoreResult<(ApiKeyRow, ApiKey)> {
    let before = lock(tx, partner, id, None)?;
    if before.revoked_at.is_some() {
        return Err(StoreError::Conflict { detail: "This key is revoked; make a new one instead.".to_owned() });
    }
    let ends = before.expires_at.map_or(until, |already| already.min(until));
    diesel::update(api_keys::table.find(id))
        .set((api_keys::expires_at.eq(ends), api_keys::version.eq(api_keys::version + 1)))
        .execute(tx)?;
    let new = NewApiKey {
        name: before.name.clone(),
        licence: before.licence_id,
        networks: before.networks.iter().flatten().cloned().collect(),
        expires_at: None,
    };
    insert(tx, actor, partner, &new)
}

fn check_licence(tx: &mut PgConnection, partner: PartnerId, licence: LicenceId) -> StoreResult<()> {
    licences::get(tx, partner, licence).map(|_| ()).map_err(|error| match error {
        StoreError::NotFound => StoreError::Refused {
            pointer: "/licence".to_owned(),
            detail: "This partner has no such licence; name one of its own by its id.".to_owned(),
        },
        other => other,
    })
}

fn lock(tx: &mut PgConnection, partner: PartnerId, id: ApiKeyId, expected: Option<i64>) -> StoreResult<ApiKeyRow> {
    let row: ApiKeyRow =
        api_keys::table.find(id).filter(api_keys::partner_id.eq(partner)).select(ApiKeyRow::as_select()).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != row.version) {
        return Err(StoreError::Stale);
    }
    Ok(row)
}

/// What the audit says of a key: never its text or hash.
fn describe(row: &ApiKeyRow) -> serde_json::Value {
    json!({ "partner": row.partner_id, "licence": row.licence_id, "prefix": row.prefix, "name": row.name })
}

/// Notes that keys were used just now. A lost note is worth less than a lock that is waited for.
///
/// # Errors
/// Those of the database.
pub fn touch(conn: &mut PgConnection, ids: &[Uuid]) -> StoreResult<()> {
    diesel::update(api_keys::table.filter(api_keys::id.eq_any(ids))).set(api_keys::last_used_at.eq(diesel::dsl::now)).execute(conn)?;
    Ok(())
}
