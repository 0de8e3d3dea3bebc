//! Users: who may come in, and as what.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    audit,
    error::{StoreError, StoreResult},
    sessions,
};
use crate::{
    domain::{actor::Actor, change::Resource, id::UserId, role::Role},
    schema::{refresh_tokens, users},
};

/// A user, without their password's hash: that is asked for by name where it is needed.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct UserRow {
    /// Who it is.
    pub id: UserId,
    /// In lower case.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in no more.
    pub is_disabled: bool,
    /// Grows with each change.
    pub version: i64,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a login needs to know of an account.
pub struct Credentials {
    /// Whose.
    pub user: UserId,
    /// The hash of their password, in PHC string format.
    pub password_hash: String,
}

/// A user to be added.
#[derive(Clone)]
pub struct NewUser {
    /// What they log in with, in any case.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The hash of their password, in PHC string format.
    pub password_hash: String,
}

/// What is to be changed of a user; what is None stays.
#[derive(Clone, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChanges {
    /// How they are called.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may come in no more.
    pub is_disabled: Option<bool>,
    /// The hash of their new password, in PHC string format.
    pub password_hash: Option<String>,
}

/// The user of a live session, where they are not disabled. One statement, for every request that carries a token.
///
/// # Errors
/// When the database fails.
pub fn find_signed_in(conn: &mut PgConnection, id: UserId, session: Uuid) -> StoreResult<Option<UserRow>> {
    let ended = refresh_tokens::table.filter(refresh_tokens::family_id.eq(session).and(refresh_tokens::revoked_at.is_not_null()));
    Ok(UserRow::query().filter(users::id.eq(id).and(not(users::is_disabled)).and(not(exists(ended)))).first(conn).optional()?)
}

/// What is needed to let somebody in; nothing for an account that is disabled.
///
/// # Errors
/// When the database fails.
pub fn find_credentials(conn: &mut PgConnection, email: &str) -> StoreResult<Option<Credentials>> {
    let found = users::table
        .filter(users::email.eq(email.to_lowercase()).and(not(users::is_disabled)))
        .select((users::id, users::password_hash))
        .first(conn)
        .optional()?;
    Ok(found.map(|(user, password_hash)| Credentials { user, password_hash }))
}

/// The hash of a user's password.
///
/// # Errors
/// `NotFound`, and when the database fails.
pub fn get_password_hash(conn: &mut PgConnection, id: UserId) -> StoreResult<String> {
    Ok(users::table.find(id).select(users::password_hash).first(conn)?)
}

/// A user.
///
/// # Errors
/// `NotFound`, and when the database fails.
pub fn get(conn: &mut PgConnection, id: UserId) -> StoreResult<UserRow> {
    Ok(UserRow::query().filter(users::id.eq(id)).first(conn)?)
}

/// The user with this e-mail address, in whatever case it is written.
///
/// # Errors
/// `NotFound`, and when the database fails.
pub fn get_by_email(conn: &mut PgConnection, email: &str) -> StoreResult<UserRow> {
    Ok(UserRow::query().filter(users::email.eq(email.to_lowercase())).first(conn)?)
}

/// Users, the newest first, from after `after` on.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut PgConnection, after: Option<UserId>, limit: i64) -> StoreResult<Vec<UserRow>> {
    // Ids are UUIDv7 and never change: they are the order in which the accounts were made.
    let mut query = users::table.select(UserRow::as_select()).order(users::id.desc()).limit(limit).into_boxed();
    if let Some(after) = after {
        query = query.filter(users::id.lt(after));
    }
    Ok(query.load(conn)?)
}

/// How many users there are.
///
/// # Errors
/// When the database fails.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(users::table.count().get_result(conn)?)
}

/// Adds a user.
///
/// # Errors
/// `Taken` when another has the e-mail address, and when the database fails.
pub fn insert(tx: &mut PgConnection, actor: Actor, new: NewUser) -> StoreResult<UserRow> {
    let user = diesel::insert_into(users::table)
        .values((
            users::id.eq(UserId::new()),
            users::email.eq(new.email.to_lowercase()),
            users::name.eq(new.name),
            users::role.eq(new.role),
            users::password_hash.eq(new.password_hash),
        ))
        .returning(UserRow::as_returning())
        .get_result(tx)?;
    audit::record(tx, actor, "create", Resource::User, Some(user.id.0), json!({"email": user.email, "role": user.role}))?;
    Ok(user)
}

/// Changes a user whose version is the one expected, where one is; what changes nothing leaves no trace. Disabling them, or giving them another password,
/// ends their sessions, except `spared` (their own, in which they do it).
///
/// # Errors
/// `NotFound`; `Stale`; `Conflict` when it would leave nobody to administer; and when the database fails.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    id: UserId,
    expected: Option<i64>,
    changes: UserChanges,
    spared: Option<Uuid>,
) -> StoreResult<UserRow> {
    let steps_down = changes.role.is_some_and(|role| role != Role::Admin) || changes.is_disabled == Some(true);
    let admins = if steps_down { Some(lock_admins(tx)?) } else { None };
    let before = lock(tx, id, expected)?;
    if let Some(admins) = admins {
        keep_an_admin(&admins, id)?;
    }
    let changed = describe(&before, &changes);
    if changed.is_empty() {
        return Ok(before);
    }
    let ends_sessions = changes.is_disabled == Some(true) || changes.password_hash.is_some();
    let after = diesel::update(users::table.find(id))
        .set((changes, users::version.eq(users::version + 1), users::updated_at.eq(diesel::dsl::now)))
        .returning(UserRow::as_returning())
        .get_result(tx)?;
    if ends_sessions {
        sessions::end_all(tx, id, spared)?;
    }
    audit::record(tx, actor, "update", Resource::User, Some(id.0), changed.into())?;
    Ok(after)
}

/// Puts a new hash of the same password in place of the old one, unless it has been changed since.
///
/// # Errors
/// When the database fails.
pub fn replace_hash(tx: &mut PgConnection, id: UserId, old: &str, new: &str) -> StoreResult<()> {
    diesel::update(users::table.filter(users::id.eq(id).and(users::password_hash.eq(old))))
        .set(users::password_hash.eq(new))
        .execute(tx)?;
    Ok(())
}

/// Deletes a user and their sessions. What they wrote stays.
///
/// # Errors
/// `NotFound`; `Stale`; `Conflict` when it is the actor themselves, or would leave nobody to administer; and when the
/// database fails.
pub fn delete(tx: &mut PgConnection, actor: Actor, id: UserId, expected: Option<i64>) -> StoreResult<()> {
    if actor.user == Some(id) {
        return Err(StoreError::Conflict { detail: "This is your own account; another admin can delete it.".to_owned() });
    }
    let admins = lock_admins(tx)?;
    let user = lock(tx, id, expected)?;
    keep_an_admin(&admins, id)?;
    diesel::delete(users::table.find(id)).execute(tx)?;
    audit::record(tx, actor, "delete", Resource::User, Some(id.0), json!({"email": user.email, "role": user.role}))
}

/// Holds the account until the transaction ends: whoever signs in, refreshes, disables or deletes it waits.
fn lock(tx: &mut PgConnection, id: UserId, expected: Option<i64>) -> StoreResult<UserRow> {
    let user: UserRow = users::table.find(id).select(UserRow::as_select()).for_no_key_update().first(tx)?;
    if expected.is_some_and(|version| version != user.version) {
        return Err(StoreError::Stale);
    }
    Ok(user)
}

/// The admins who can come in, held until the transaction ends, before anything else is and always in this order: two
/// who remove each other at once would both find the other still there, or wait for each other for ever.
fn lock_admins(tx: &mut PgConnection) -> StoreResult<Vec<UserId>> {
    let admins = users::table.filter(users::role.eq(Role::Admin).and(not(users::is_disabled)));
    Ok(admins.order(users::id).select(users::id).for_no_key_update().load(tx)?)
}

/// Refuses to lose the last of them.
fn keep_an_admin(admins: &[UserId], leaving: UserId) -> StoreResult<()> {
    if admins == [leaving] {
        return Err(StoreError::Conflict { detail: "This is the last admin who can log in; make somebody else one first.".to_owned() });
    }
    Ok(())
}

/// What the audit says of a change: never the password, only that there is a new one.
fn describe(before: &UserRow, changes: &UserChanges) -> serde_json::Map<String, serde_json::Value> {
    let UserChanges { name, role, is_disabled, password_hash } = changes;
    let mut changed = serde_json::Map::new();
    if let Some(name) = name.as_ref().filter(|name| **name != before.name) {
        changed.insert("name".to_owned(), json!({"from": before.name, "to": name}));
    }
    if let Some(role) = role.filter(|role| *role != before.role) {
        changed.insert("role".to_owned(), json!({"from": before.role, "to": role}));
    }
    if let Some(is_disabled) = is_disabled.filter(|is_disabled| *is_disabled != before.is_disabled) {
        changed.insert("is_disabled".to_owned(), json!({"from": before.is_disabled, "to": is_disabled}));
    }
    if password_hash.is_some() {
        changed.insert("password".to_owned(), json!("changed"));
    }
    changed
}
