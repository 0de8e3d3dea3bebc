//! Passwords: argon2id (RFC 9106) with the parameters that OWASP gives, in PHC strings.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
    time::{Duration, Instant},
};

use actix_web::{rt::time::sleep, web};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};

use crate::store::error::{Fault, StoreError, StoreResult};

/// The fewest characters of a password. Length is all that is asked for (NIST SP 800-63B): no digits, no capitals.
pub const MIN_CHARACTERS: usize = 12;

/// The most characters of a password.
pub const MAX_CHARACTERS: usize = 256;

/// The most bytes that so many characters take.
pub const MAX_BYTES: usize = MAX_CHARACTERS * 4;

/// KiB of memory that one hash takes.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long somebody who logs in waits for their turn to be hashed before they are told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// A password that somebody has chosen and that will do.
#[derive(Clone)]
pub struct Password(String);

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Fewer than `MIN_CHARACTERS` characters.
    #[error("A password has at least 12 characters; any will do, spaces too.")]
    Short,
    /// More than `MAX_CHARACTERS` characters.
    #[error("A password has at most 256 characters.")]
    Long,
}

impl Password {
    /// Takes what somebody has chosen.
    ///
    /// # Errors
    /// When it is too short or too long.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        match text.chars().count() {
            ..MIN_CHARACTERS => Err(Unfit::Short),
            MIN_CHARACTERS..=MAX_CHARACTERS => Ok(Self(text.to_owned())),
            _ => Err(Unfit::Long),
        }
    }

    /// Its hash, to be stored. Takes tens of milliseconds of a core: on a thread that may wait, as a command's, only.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn hash(&self) -> StoreResult<String> {
        let salt: [u8; 16] = rand::random();
        hash_with(self.0.as_bytes(), &salt)
    }

    /// Its hash, made on a blocking thread when it is its turn.
    ///
    /// # Errors
    /// `Busy` when its turn does not come in time.
    pub async fn hash_in_turn(self) -> StoreResult<String> {
        in_turn(move || self.hash()).await?
    }
}

// By hand: a derived one would print it.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What became of a password that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not theirs, or there is nobody.
    Wrong,
    /// It is theirs.
    Right,
    /// It is theirs, but its hash was made with other parameters than today's and should be made again.
    RightButOutdated,
}

/// Tries a password against a stored hash. Without one it takes as long and says `Wrong`: how long a login takes does
/// not tell who has an account.
///
/// # Errors
/// `Busy` when its turn does not come in time.
pub async fn check(candidate: String, stored: Option<String>) -> StoreResult<Verdict> {
    in_turn(move || check_now(&candidate, stored.as_deref())).await
}

fn check_now(candidate: &str, stored: Option<&str>) -> Verdict {
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_with(&rand::random::<[u8; 32]>(), &rand::random()).unwrap_or_default());

    let is_too_long = candidate.len() > MAX_BYTES;
    let candidate = if is_too_long { "" } else { candidate };
    let stored = stored.filter(|_| !is_too_long);
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(&NOBODYS)) else {
        return Verdict::Wrong;
    };
    if argon2().verify_password(candidate.as_bytes(), &hash).is_err() || stored.is_none() {
        return Verdict::Wrong;
    }
    if is_current(&hash) { Verdict::Right } else { Verdict::RightButOutdated }
}

fn is_current(hash: &PasswordHash) -> bool {
    let parameters = Params::try_from(hash);
    hash.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && hash.version == Some(Version::V0x13.into())
        && parameters.is_ok_and(|p| (p.m_cost(), p.t_cost(), p.p_cost()) == (MEMORY, PASSES, LANES))
}

fn hash_with(password: &[u8], salt: &[u8; 16]) -> StoreResult<String> {
    let hash: PasswordHash = argon2().hash_password_with_salt(password, salt).map_err(|error| Fault::Worker(format!("argon2: {error}")))?;
    Ok(hash.to_string())
}

fn argon2() -> Argon2<'static> {
    // The constants are within what argon2 allows, so that the default (the same today) is never reached.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY, PASSES, LANES, None).unwrap_or_default())
}

/// Runs `work` on a blocking thread, with at most so many at a time that reads still have cores and threads left.
///
/// Who waits, waits here and not in a thread: a thousand logins at once must not take every thread from those who read.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> StoreResult<T> {
    let until = Instant::now() + PATIENCE;
    let turn = loop {
        if let Some(turn) = Turn::take() {
            break turn;
        }
        if Instant::now() >= until {
            return Err(StoreError::Busy("too many passwords to check at once".to_owned()));
        }
        sleep(Duration::from_millis(20)).await;
    };
    web::block(move || {
        // Held by the work, not by the request: a client that hangs up does not free the core.
        let _turn = turn;
        work()
    })
    .await
    .map_err(|gone| Fault::Worker(gone.to_string()).into())
}

/// The right to keep a core busy with a hash.
struct Turn;

static RUNNING: AtomicUsize = AtomicUsize::new(0);

impl Turn {
    fn take() -> Option<Self> {
        static LIMIT: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)));
        RUNNING.fetch_update(Ordering::AcqRel, Ordering::Acquire, |running| (running < *LIMIT).then_some(running + 1)).ok().map(|_| Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const PASSWORD: &str = "a storm at the harbour";

    #[test]
    fn a_password_is_recognised_and_another_is_not() {
        let hash = Password::parse(PASSWORD).unwrap().hash().unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(check_now(PASSWORD, Some(&hash)), Verdict::Right);
        for other in ["", "a storm at the harbou", "a storm at the harbour ", "A storm at the harbour"] {
            assert_eq!(check_now(other, Some(&hash)), Verdict::Wrong, "{other:?}");
        }
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let password = Password::parse(PASSWORD).unwrap();
        assert_ne!(password.hash().unwrap(), password.hash().unwrap());
    }

    #[test]
    fn a_hash_with_other_parameters_is_recognised_as_outdated() {
        for weak in [Params::new(8_192, 1, 1, None), Params::new(MEMORY, 3, 1, None)] {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak.unwrap());
            let hash: PasswordHash = argon2.hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef").unwrap();
            assert_eq!(check_now(PASSWORD, Some(&hash.to_string())), Verdict::RightButOutdated);
            assert_eq!(check_now("something else", Some(&hash.to_string())), Verdict::Wrong);
        }
    }

    #[test]
    fn nobody_and_nonsense_are_wrong() {
        assert_eq!(check_now(PASSWORD, None), Verdict::Wrong);
        assert_eq!(check_now("", None), Verdict::Wrong);
        for stored in ["", "!", "$argon2id$", PASSWORD, "$2b$12$abcdefghijklmnopqrstuv"] {
            assert_eq!(check_now(PASSWORD, Some(stored)), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn a_password_too_long_is_never_cut_to_fit() {
        let longest = "𝄞".repeat(MAX_CHARACTERS);
        let hash = Password::parse(&longest).unwrap().hash().unwrap();
        assert_eq!(check_now(&longest, Some(&hash)), Verdict::Right);
        assert_eq!(check_now(&format!("{longest}𝄞"), Some(&hash)), Verdict::Wrong);
        assert_eq!(Password::parse(&format!("{longest}𝄞")).unwrap_err(), Unfit::Long);
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(Password::parse("şşşşşşşşşşşş").is_ok());
        assert_eq!(Password::parse("şşşşşşşşşşş").unwrap_err(), Unfit::Short);
        assert_eq!(Password::parse("").unwrap_err(), Unfit::Short);
    }

    #[test]
    fn a_password_is_never_printed() {
        assert!(!format!("{:?}", Password::parse(PASSWORD).unwrap()).contains("storm"));
    }

    #[test]
    fn an_unknown_account_costs_what_a_known_one_costs() {
        let hash = Password::parse(PASSWORD).unwrap().hash().unwrap();
        check_now("warm up", None);
        // The fastest of several, for a busy machine slows some of them.
        let fastest = |stored: Option<&str>| {
            (0..9)
                .map(|_| {
                    let start = Instant::now();
                    check_now("not the password", stored);
                    start.elapsed()
                })
                .min()
                .unwrap()
        };
        let (known, unknown) = (fastest(Some(&hash)), fastest(None));
        // Without a hash to compare it would be a hundredth.
        assert!(unknown * 5 > known && known * 5 > unknown, "{known:?} {unknown:?}");
    }

    #[actix_web::test]
    async fn a_turn_is_given_back() {
        for _ in 0..20 {
            assert_eq!(in_turn(|| 1).await.unwrap(), 1);
        }
        let many = (0..20).map(|n| actix_web::rt::spawn(in_turn(move || n)));
        for (n, task) in many.enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), n);
        }
    }
}
