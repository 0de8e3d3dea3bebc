//! The keys of access tokens: made when needed, exchanged every month, shared through the database by all servers.

use std::{
    sync::{PoisonError, RwLock, RwLockWriteGuard},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::token::{self, Claims, Refusal};
use crate::{
    domain::id::UserId,
    http::{self, Problem, ProblemKind},
    store::{
        db::Db,
        signing_keys::{self, SigningKeyRow},
    },
};

/// Who issues the tokens, unless the server knows its public address.
pub const DEFAULT_ISSUER: &str = "broadsheet";

/// A key signs for so long.
const SIGNS_FOR: TimeDelta = TimeDelta::days(30);

/// A new key is known for so long before it signs, so that every server and every reader of the JWKS has it by then.
const ANNOUNCED_FOR: TimeDelta = TimeDelta::minutes(10);

/// A key verifies for so long after it stopped signing: far longer than any token lives.
const VERIFIES_AFTER: TimeDelta = TimeDelta::days(1);

/// What is known of the keys is read again after so long.
const FRESH_FOR: Duration = Duration::from_secs(60);

/// An unknown `kid` makes us look again, but not more often than this: anybody can send one.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Signs and verifies access tokens. One a process, shared by its workers.
pub struct Keyring {
    db: Db,
    issuer: String,
    keys: RwLock<Keys>,
}

/// What is known of the keys, the newest first.
#[derive(Default)]
struct Keys {
    known: Vec<Key>,
    read_at: Option<Instant>,
    /// When an unknown `kid` last made us look.
    looked_at: Option<Instant>,
}

#[derive(Clone)]
struct Key {
    row: SigningKeyRow,
    public: [u8; 32],
}

impl Keyring {
    /// A keyring whose tokens name this issuer; a token that names another is refused.
    #[must_use]
    pub fn new(db: Db, issuer: impl Into<String>) -> Self {
        Self { db, issuer: issuer.into(), keys: RwLock::default() }
    }

    /// What signs. Asked for before a session is opened or goes on: signing itself then waits for nothing.
    ///
    /// # Errors
    /// When the keys cannot be read or made.
    pub async fn signer(&self) -> http::Result<Signer> {
        let now = Utc::now();
        let keys = self.usable(now).await?;
        let key = signer(&keys, now).ok_or_else(|| fault("there is no key to sign with"))?;
        Ok(Signer { issuer: self.issuer.clone(), key: key.clone() })
    }

    /// Checks an access token and gives what it says.
    ///
    /// # Errors
    /// `invalid-token` when it is not accepted, and when the keys cannot be read.
    pub async fn verify(&self, token: &str) -> http::Result<Claims> {
        let now = Utc::now();
        self.refresh().await?;
        let outcome = match self.verify_with_known(token, now) {
            Err(Refusal::UnknownKey) if self.may_look_again() => {
                self.read().await?;
                self.verify_with_known(token, now)
            }
            settled => settled,
        };
        outcome.map_err(|refusal| Problem::new(ProblemKind::InvalidToken, refusal.to_string()))
    }

    /// The public keys and their ids, for whoever wants to check our tokens: those that sign, will sign, or have signed
    /// what is still good.
    ///
    /// # Errors
    /// When the keys cannot be read or made.
    pub async fn public_keys(&self) -> http::Result<Vec<(String, [u8; 32])>> {
        let keys = self.usable(Utc::now()).await?;
        Ok(keys.into_iter().map(|key| (key.row.id, key.public)).collect())
    }

    fn verify_with_known(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        token::verify(token, &self.issuer, now, |kid| {
            keys.known.iter().find(|key| key.row.id == kid && key.row.retires_at > now).map(|key| &key.public)
        })
    }

    /// The keys, one of which can sign: makes one where the newest is missing or has signed for long enough.
    async fn usable(&self, now: DateTime<Utc>) -> http::Result<Vec<Key>> {
        self.refresh().await?;
        let known = self.known();
        let stale_before = now - SIGNS_FOR;
        if known.first().is_some_and(|newest| newest.row.created_at > stale_before) {
            return Ok(known);
        }
        let new = generate(now).map_err(fault)?;
        let rows = self.db.write(move |tx| signing_keys::rotate(tx, now, stale_before, &new)).await?;
        self.keep(rows);
        Ok(self.known())
    }

    /// Reads the keys again where what is known of them has grown old.
    async fn refresh(&self) -> http::Result<()> {
        let before = {
            let mut keys = self.write();
            let before = keys.read_at;
            if before.is_some_and(|at| at.elapsed() < FRESH_FOR) {
                return Ok(());
            }
            // Whoever comes while we read goes by what was known; only at first is there nothing to go by.
            keys.read_at = before.map(|_| Instant::now());
            before
        };
        let outcome = self.read().await;
        if outcome.is_err() {
            // The next caller tries again.
            self.write().read_at = before;
        }
        outcome
    }

    async fn read(&self) -> http::Result<()> {
        let rows = self.db.read(|conn| signing_keys::list(conn, Utc::now())).await?;
        self.keep(rows);
        Ok(())
    }

    /// Whether an unknown `kid` is worth a look, which it then has had.
    fn may_look_again(&self) -> bool {
        let mut keys = self.write();
        let may = keys.looked_at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN_AFTER);
        if may {
            keys.looked_at = Some(Instant::now());
        }
        may
    }

    fn write(&self) -> RwLockWriteGuard<'_, Keys> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> Vec<Key> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).known.clone()
    }

    fn keep(&self, rows: Vec<SigningKeyRow>) {
        let known = rows.into_iter().filter_map(Key::read).collect();
        let mut keys = self.write();
        keys.known = known;
        keys.read_at = Some(Instant::now());
    }
}

/// A key that may sign now.
pub struct Signer {
    issuer: String,
    key: Key,
}

impl Signer {
    /// Issues an access token to a user in a session.
    ///
    /// # Errors
    /// When the key is none, which reading it has excluded.
    pub fn issue(&self, user: UserId, session: Uuid) -> http::Result<String> {
        let claims = Claims::new(&self.issuer, user, session, Utc::now());
        token::sign(&claims, &self.key.row.id, &self.key.row.private_key).map_err(|error| fault(format!("signing a token: {error}")))
    }
}

fn fault(source: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::Internal, "").with_source(source)
}

impl Key {
    fn read(row: SigningKeyRow) -> Option<Self> {
        match SigningKey::from_pkcs8_der(&row.private_key) {
            Ok(private) => Some(Self { public: private.verifying_key().to_bytes(), row }),
            Err(_) => {
                log::error!("the signing key {} in the database is not an Ed25519 key in PKCS #8; it is passed over", row.id);
                None
            }
        }
    }
}

/// The key that signs: the newest that has been announced for long enough, or the oldest where none has.
fn signer(keys: &[Key], now: DateTime<Utc>) -> Option<&Key> {
    keys.iter().find(|key| key.row.created_at <= now - ANNOUNCED_FOR).or(keys.last())
}

/// A new key.
fn generate(now: DateTime<Utc>) -> Result<SigningKeyRow, String> {
    let key = SigningKey::from_bytes(&rand::random());
    let private_key = key.to_pkcs8_der().map_err(|error| format!("a new signing key: {error}"))?.as_bytes().to_vec();
    Ok(SigningKeyRow {
        id: thumbprint(&key.verifying_key().to_bytes()),
        private_key,
        created_at: now,
        retires_at: now + SIGNS_FOR + ANNOUNCED_FOR + VERIFIES_AFTER,
    })
}

/// The JWK thumbprint of a public key (RFC 7638, RFC 8037 appendix A.3).
fn thumbprint(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn key(created_at: DateTime<Utc>) -> Key {
        Key::read(generate(created_at).unwrap()).unwrap()
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(thumbprint(&public.try_into().unwrap()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_new_key_signs_what_it_verifies() {
        let now = Utc::now();
        let key = key(now);
        let claims = Claims::new("broadsheet", UserId::new(), Uuid::now_v7(), now);
        let token = token::sign(&claims, &key.row.id, &key.row.private_key).unwrap();
        assert_eq!(token::verify(&token, "broadsheet", now, |kid| (kid == key.row.id).then_some(&key.public)), Ok(claims));
    }

    #[test]
    fn a_key_is_announced_before_it_signs() {
        let now = Utc::now();
        let (new, old) = (key(now - TimeDelta::minutes(9)), key(now - TimeDelta::days(30)));
        let id = |keys: &[Key], at| signer(keys, at).map(|key| key.row.id.clone());
        let keys = [new.clone(), old.clone()];
        assert_eq!(id(&keys, now), Some(old.row.id));
        assert_eq!(id(&keys, now + TimeDelta::minutes(1)), Some(new.row.id.clone()));
        // The very first has nobody to wait for.
        assert_eq!(id(&keys[..1], now), Some(new.row.id));
        assert_eq!(id(&[], now), None);
    }

    #[test]
    fn a_key_verifies_long_after_it_signed_its_last() {
        let now = Utc::now();
        let retires_at = key(now).row.retires_at;
        assert!(retires_at >= now + SIGNS_FOR + ANNOUNCED_FOR + token::LIFETIME);
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = key(Utc::now());
        let printed = format!("{:?}", key.row);
        assert!(!printed.contains("private_key") && !printed.contains(&format!("{:?}", key.row.private_key)));
    }

    #[test]
    fn what_is_no_key_is_passed_over() {
        let row = SigningKeyRow { private_key: b"not a key".to_vec(), ..generate(Utc::now()).unwrap() };
        assert!(Key::read(row).is_none());
    }
}
