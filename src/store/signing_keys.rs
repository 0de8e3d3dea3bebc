//! The keys that sign access tokens: shared by every server, made by whichever needs one first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::error::StoreResult;
use crate::schema::signing_keys;

/// Whoever holds this advisory lock may make a key; any number will do, so long as it is no other lock's.
const ROTATION_LOCK: i64 = 0x6b65_7972_696e_6701;

/// A signing key as it is stored.
#[derive(Clone, HasQuery, Insertable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
pub struct SigningKeyRow {
    /// The `kid` of the JOSE header.
    pub id: String,
    /// PKCS #8, DER.
    pub private_key: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it verifies nothing.
    pub retires_at: DateTime<Utc>,
}

// By hand: a derived one would print the key.
impl std::fmt::Debug for SigningKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeyRow")
            .field("id", &self.id)
            .field("created_at", &self.created_at)
            .field("retires_at", &self.retires_at)
            .finish_non_exhaustive()
    }
}

/// The keys that have not retired, the newest first.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut PgConnection, now: DateTime<Utc>) -> StoreResult<Vec<SigningKeyRow>> {
    Ok(SigningKeyRow::query()
        .filter(signing_keys::retires_at.gt(now))
        .order((signing_keys::created_at.desc(), signing_keys::id))
        .load(conn)?)
}

/// Adds a key where the newest is older than `stale_before`, and gives all that have not retired, the newest first.
///
/// Servers that find out at the same time make one key between them.
///
/// # Errors
/// When the database fails.
pub fn rotate(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    stale_before: DateTime<Utc>,
    new: &SigningKeyRow,
) -> StoreResult<Vec<SigningKeyRow>> {
    diesel::select(lock(ROTATION_LOCK)).execute(tx)?;
    let keys = list(tx, now)?;
    if keys.first().is_some_and(|newest| newest.created_at > stale_before) {
        return Ok(keys);
    }
    diesel::delete(signing_keys::table.filter(signing_keys::retires_at.le(now))).execute(tx)?;
    diesel::insert_into(signing_keys::table).values(new).execute(tx)?;
    list(tx, now)
}

diesel::define_sql_function! {
    /// Held until the transaction ends.
    #[sql_name = "pg_advisory_xact_lock"]
    fn lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}
