//! Sessions: a login, and the refresh tokens that descend from it, each used once (RFC 9700 §4.14.2).
//!
//! Whatever touches a session holds its user's row first, so that a refresh and whatever ends the session follow each other.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::not, prelude::*};
use serde_json::json;
use uuid::Uuid;

use super::{audit, error::StoreResult};
use crate::{
    domain::{actor::Actor, change::Resource, id::UserId, role::Role},
    schema::{refresh_tokens, users},
};

/// A session that is not used ends after so long.
pub const IDLE: TimeDelta = TimeDelta::days(30);

/// A session ends after so long, however much it is used.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(90);

/// The SHA-256 of a refresh token.
pub type TokenHash = [u8; 32];

/// What came of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// The new one stands in its place.
    Done {
        /// Whose session it is.
        user: UserId,
        /// Which.
        session: Uuid,
    },
    /// It had been used before: its session has just been ended.
    Replayed,
    /// It is unknown, expired or revoked, or its user is disabled.
    Refused,
}

/// Opens a session for a user who has given their password, and gives its id; none where they are disabled or the
/// password has been changed meanwhile.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut PgConnection, user: UserId, password_hash: &str, token: &TokenHash, now: DateTime<Utc>) -> StoreResult<Option<Uuid>> {
    let current: Option<Role> = users::table
        .filter(users::id.eq(user).and(not(users::is_disabled)).and(users::password_hash.eq(password_hash)))
        .select(users::role)
        .for_no_key_update()
        .first(tx)
        .optional()?;
    let Some(role) = current else { return Ok(None) };
    // No job is needed to keep the table small: whoever comes in takes out their own dead tokens.
    diesel::delete(
        refresh_tokens::table.filter(refresh_tokens::user_id.eq(user).and(refresh_tokens::expires_at.lt(now - TimeDelta::days(1)))),
    )
    .execute(tx)?;
    let session = Uuid::now_v7();
    insert(tx, user, session, token, now)?;
    audit::record(tx, Actor::new(user, role), "log_in", Resource::User, Some(user.0), json!({"session": session}))?;
    Ok(Some(session))
}

/// Puts `new` in the place of `old`, which must not have been used before.
///
/// # Errors
/// When the database fails.
pub fn exchange(tx: &mut PgConnection, old: &TokenHash, new: &TokenHash, now: DateTime<Utc>) -> StoreResult<Exchange> {
    let Some(owner) = owner_of(tx, old)? else { return Ok(Exchange::Refused) };
    // Held before the token is looked at: of two exchanges at once the second must see what the first did.
    let held = users::table.find(owner).select((users::role, users::is_disabled)).for_no_key_update();
    let held: Option<(Role, bool)> = held.first(tx).optional()?;
    let found = refresh_tokens::table
        .filter(refresh_tokens::token_hash.eq(&old[..]))
        .select((
            refresh_tokens::id,
            refresh_tokens::family_id,
            refresh_tokens::expires_at,
            refresh_tokens::used_at,
            refresh_tokens::revoked_at,
        ))
        .for_update()
        .first::<(Uuid, Uuid, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>)>(tx)
        .optional()?;
    let (Some((role, is_disabled)), Some((id, session, expires_at, used_at, revoked_at))) = (held, found) else {
        return Ok(Exchange::Refused);
    };
    if used_at.is_some() {
        // Somebody has it who should not: which of the two, nobody can tell, so both are out.
        end(tx, session)?;
        audit::record(tx, Actor::new(owner, role), "replay_refresh_token", Resource::User, Some(owner.0), json!({"session": session}))?;
        return Ok(Exchange::Replayed);
    }
    if is_disabled || revoked_at.is_some() || expires_at <= now || ends_at(session) <= now {
        return Ok(Exchange::Refused);
    }
    diesel::update(refresh_tokens::table.find(id)).set(refresh_tokens::used_at.eq(now)).execute(tx)?;
    insert(tx, owner, session, new, now)?;
    Ok(Exchange::Done { user: owner, session })
}

/// Ends the session that a refresh token belongs to, if any. Any of its tokens will do, used or not.
///
/// # Errors
/// When the database fails.
pub fn end_by_token(tx: &mut PgConnection, token: &TokenHash) -> StoreResult<()> {
    let Some(owner) = owner_of(tx, token)? else { return Ok(()) };
    users::table.find(owner).select(users::id).for_no_key_update().first::<UserId>(tx).optional()?;
    let session: Option<Uuid> =
        refresh_tokens::table.filter(refresh_tokens::token_hash.eq(&token[..])).select(refresh_tokens::family_id).first(tx).optional()?;
    session.map_or(Ok(()), |session| end(tx, session))
}

/// Ends all sessions of a user, except one. The caller holds the user's row.
///
/// # Errors
/// When the database fails.
pub fn end_all(tx: &mut PgConnection, user: UserId, spared: Option<Uuid>) -> StoreResult<()> {
    let live = refresh_tokens::user_id.eq(user).and(refresh_tokens::revoked_at.is_null());
    let others = refresh_tokens::family_id.ne(spared.unwrap_or_default());
    diesel::update(refresh_tokens::table.filter(live.and(others))).set(refresh_tokens::revoked_at.eq(diesel::dsl::now)).execute(tx)?;
    Ok(())
}

fn end(tx: &mut PgConnection, session: Uuid) -> StoreResult<()> {
    let live = refresh_tokens::family_id.eq(session).and(refresh_tokens::revoked_at.is_null());
    diesel::update(refresh_tokens::table.filter(live)).set(refresh_tokens::revoked_at.eq(diesel::dsl::now)).execute(tx)?;
    Ok(())
}

fn owner_of(tx: &mut PgConnection, token: &TokenHash) -> StoreResult<Option<UserId>> {
    Ok(refresh_tokens::table.filter(refresh_tokens::token_hash.eq(&token[..])).select(refresh_tokens::user_id).first(tx).optional()?)
}

fn insert(tx: &mut PgConnection, user: UserId, session: Uuid, token: &TokenHash, now: DateTime<Utc>) -> StoreResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::id.eq(Uuid::now_v7()),
            refresh_tokens::family_id.eq(session),
            refresh_tokens::user_id.eq(user),
            refresh_tokens::token_hash.eq(&token[..]),
            refresh_tokens::issued_at.eq(now),
            refresh_tokens::expires_at.eq((now + IDLE).min(ends_at(session))),
        ))
        .execute(tx)?;
    Ok(())
}

/// When a session ends at the latest. Its id is a UUIDv7 made at the login, and so tells when that was (RFC 9562 §5.7):
/// the first token of a long session may be gone by then.
fn ends_at(session: Uuid) -> DateTime<Utc> {
    let (seconds, _) = session.get_timestamp().map_or((0, 0), |at| at.to_unix());
    DateTime::from_timestamp(i64::try_from(seconds).unwrap_or_default(), 0).unwrap_or_default() + ABSOLUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_ninety_days_after_its_login() {
        let now = Utc::now();
        let left = ends_at(Uuid::now_v7()) - now;
        assert!((left - ABSOLUTE).abs() < TimeDelta::seconds(2), "{left}");
    }

    #[test]
    fn an_id_that_tells_no_time_has_ended() {
        assert!(ends_at(Uuid::nil()) < Utc::now());
    }
}
