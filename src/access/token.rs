//! Access tokens: JWTs signed with Ed25519 (RFC 8037), by the rules of RFC 8725 and in the shape of RFC 9068.
//!
//! Pure: the keys are passed in. `keyring` gets them from the database and keeps them.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::UserId;

/// How long an access token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Who the tokens are for. A token of the same issuer for another audience is refused.
pub const AUDIENCE: &str = "broadsheet-api";

/// What an access token calls itself, so that no other signed thing can pass for one (RFC 8725 §3.11).
pub const TYPE: &str = "at+jwt";

/// A longer token is none of ours, and is refused before it is parsed.
pub const MAX_LENGTH: usize = 2048;

/// The clocks of two servers differ by less. The end of a token's life is not stretched by it.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// The user.
    pub sub: Uuid,
    /// Who it is for.
    pub aud: String,
    /// From when on it is worth nothing, in seconds since 1970.
    pub exp: i64,
    /// From when on it is good.
    pub nbf: i64,
    /// When it was issued.
    pub iat: i64,
    /// Its own identifier.
    pub jti: Uuid,
    /// The session, which is the family of its refresh tokens: where that has ended, the token is worth nothing.
    pub sid: Uuid,
}

impl Claims {
    /// What a token says that is issued at `now` to a user in a session.
    #[must_use]
    pub fn new(issuer: &str, user: UserId, session: Uuid, now: DateTime<Utc>) -> Self {
        let now = now.timestamp();
        Self {
            iss: issuer.to_owned(),
            sub: user.0,
            aud: AUDIENCE.to_owned(),
            exp: now + LIFETIME.num_seconds(),
            nbf: now,
            iat: now,
            jti: Uuid::now_v7(),
            sid: session,
        }
    }
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was good once.
    #[error("The access token has expired; get another with the refresh token.")]
    Expired,
    /// It will be good.
    #[error("The access token is not valid yet; look at the clock of the machine that issued it.")]
    NotYet,
    /// It names a key that is not among those given. Newer keys may know it.
    #[error("The access token is not one of this server's.")]
    UnknownKey,
    /// Anything else; why is of use to nobody but a forger.
    #[error("The access token is not one of this server's.")]
    Foreign,
}

/// Signs claims.
///
/// # Errors
/// When the key is no Ed25519 key in PKCS #8.
pub fn sign(claims: &Claims, key_id: &str, private_key: &[u8]) -> Result<String, jsonwebtoken::errors::Error> {
    jsonwebtoken::encode(&ours(key_id), claims, &EncodingKey::from_ed_der(private_key))
}

/// Checks a token and gives what it says. `key` finds a public key of 32 bytes by its `kid`.
///
/// # Errors
/// Says why the token is not accepted.
pub fn verify<'k>(
    token: &str,
    issuer: &str,
    now: DateTime<Utc>,
    key: impl FnOnce(&str) -> Option<&'k [u8; 32]>,
) -> Result<Claims, Refusal> {
    if token.len() > MAX_LENGTH {
        return Err(Refusal::Foreign);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Foreign)?;
    let kid = acceptable(&header).ok_or(Refusal::Foreign)?;
    let key = DecodingKey::from_ed_der(key(kid).ok_or(Refusal::UnknownKey)?);

    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    // Times are checked below: against the clock that was passed in, and with a token dead at its `exp`, not after.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| Refusal::Foreign)?.claims;

    let (now, skew) = (now.timestamp(), CLOCK_SKEW.num_seconds());
    if claims.exp <= now {
        return Err(Refusal::Expired);
    }
    if claims.nbf > now + skew || claims.iat > now + skew {
        return Err(Refusal::NotYet);
    }
    // Signed by us it may be, but we never issue one that lives longer.
    if claims.exp.saturating_sub(claims.iat) > LIFETIME.num_seconds() {
        return Err(Refusal::Foreign);
    }
    Ok(claims)
}

/// The `kid` of a header that says what ours say and not a word more: one that brings a key of its own (`jwk`, `jku`,
/// `x5u`, `x5c`: RFC 8725 §3.10) or has to be understood (`crit`: RFC 7515 §4.1.11) was made by somebody else.
fn acceptable(header: &Header) -> Option<&str> {
    let kid = header.kid.as_deref().filter(|kid| is_key_id(kid))?;
    (*header == ours(kid)).then_some(kid)
}

fn ours(kid: &str) -> Header {
    Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

/// Whether this has the shape of a `kid` of ours: the thumbprint of a key (RFC 7638), 32 bytes in base64url.
fn is_key_id(kid: &str) -> bool {
    kid.len() == 43 && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
