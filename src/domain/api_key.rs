//! API keys: what they look like, and what is known of one without looking it up.
//!
//! `bs_` + 8 letters by which it is found + 32 secret letters + 6 of a checksum, all from `[0-9A-Za-z]`. The first part may
//! stand in a log; 32 random letters are 190 bits, which nobody guesses; the checksum tells a mistyped or truncated key from an
//! unknown one without asking the database, and lets scanners of repositories know a real one.

use rand::RngExt;
use sha2::{Digest, Sha256};

/// What all begin with.
pub const MARK: &str = "bs_";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LETTERS: usize = 8;
const SECRET_LETTERS: usize = 32;
const CHECKSUM_LETTERS: usize = 6;

/// The whole length, in bytes.
pub const LENGTH: usize = MARK.len() + PREFIX_LETTERS + SECRET_LETTERS + CHECKSUM_LETTERS;

/// What is stored of a key: SHA-256 of its text.
pub type KeyHash = [u8; 32];

/// A key as its owner has it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It does not begin as keys do.
    #[error("An API key begins with `bs_`.")]
    Foreign,
    /// It is too short or too long.
    #[error("An API key has {LENGTH} characters; part of this one is missing, or something stands beside it.")]
    Length,
    /// Its checksum is not that of its letters.
    #[error("This API key is mistyped: its last letters do not fit the others. Copy it as a whole.")]
    Mistyped,
}

impl ApiKey {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let mut text = MARK.to_owned();
        for _ in 0..PREFIX_LETTERS + SECRET_LETTERS {
            text.push(char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
        }
        text.push_str(&checksum(&text));
        Self(text)
    }

    /// Takes what somebody sent, if it can be a key.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence for who sent it.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if !text.starts_with(MARK) {
            return Err(KeyFault::Foreign);
        }
        if text.len() != LENGTH {
            return Err(KeyFault::Length);
        }
        match text.split_at_checked(LENGTH - CHECKSUM_LETTERS) {
            Some((key, end)) if text.bytes().skip(MARK.len()).all(|byte| ALPHABET.contains(&byte)) && checksum(key) == end => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(KeyFault::Mistyped),
        }
    }

    /// The part that may be shown, by which the key is found.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..MARK.len() + PREFIX_LETTERS]
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        Sha256::digest(&self.0).into()
    }

    /// The text, for its owner alone.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

// By hand: a derived one would print it.
impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}…)", self.prefix())
    }
}

/// Six letters of a hash: one in 57 thousand million mistyped keys passes.
fn checksum(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text).into();
    digest.iter().take(CHECKSUM_LETTERS).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_known_again_and_never_printed() {
        let key = ApiKey::generate();
        let (hash, prefix, printed) = (key.hash(), key.prefix().to_owned(), format!("{key:?}"));
        let text = key.into_text();
        assert_eq!(text.len(), LENGTH);
        assert!(text.starts_with(&prefix) && !printed.contains(&text[prefix.len()..]));
        assert_eq!(ApiKey::parse(&text).unwrap().hash(), hash);
        assert_ne!(ApiKey::generate().into_text(), text);
    }

    #[test]
    fn what_cannot_be_one_is_told_why() {
        let text = ApiKey::generate().into_text();
        assert_eq!(ApiKey::parse("").unwrap_err(), KeyFault::Foreign);
        assert_eq!(ApiKey::parse(&text[1..]).unwrap_err(), KeyFault::Foreign);
        assert_eq!(ApiKey::parse(&text[..LENGTH - 1]).unwrap_err(), KeyFault::Length);
        assert_eq!(ApiKey::parse(&format!("{text} ")).unwrap_err(), KeyFault::Length);
        assert_eq!(ApiKey::parse(&format!("bs_{}", "é".repeat(23))).unwrap_err(), KeyFault::Mistyped);
    }

    proptest! {
        #[test]
        fn one_wrong_letter_is_noticed(place in MARK.len()..LENGTH - CHECKSUM_LETTERS, step in 1..ALPHABET.len()) {
            let mut bytes = ApiKey::generate().into_text().into_bytes();
            let at = ALPHABET.iter().position(|letter| *letter == bytes[place]).unwrap();
            bytes[place] = ALPHABET[(at + step) % ALPHABET.len()];
            prop_assert_eq!(ApiKey::parse(std::str::from_utf8(&bytes).unwrap()), Err(KeyFault::Mistyped));
        }
    }
}
