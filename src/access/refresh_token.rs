//! Refresh tokens: opaque, of 256 random bits, known to the server by their hash alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::store::sessions::TokenHash;

/// What they begin with, so that whoever finds one in a log or a repository knows what it is.
const PREFIX: &str = "bsr_";

/// 32 bytes in base64url.
const ENCODED: usize = 43;

/// A refresh token, as its owner has it.
pub struct RefreshToken(String);

impl RefreshToken {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())))
    }

    /// Takes what somebody has sent, unless it cannot be one: that is not worth a look into the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX).filter(|encoded| encoded.len() == ENCODED)?;
        URL_SAFE_NO_PAD.decode(encoded).ok().map(|_| Self(text.to_owned()))
    }

    /// What is stored. It is looked up by this; there is nothing to compare that could tell by its time how much was right.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(&self.0).into()
    }

    /// The text, for its owner alone.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

// By hand: a derived one would print it.
impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash() {
        let token = RefreshToken::generate();
        let (hash, printed) = (token.hash(), format!("{token:?}"));
        let text = token.into_text();
        assert!(!printed.contains(&text[4..]));
        assert_eq!(RefreshToken::parse(&text).unwrap().hash(), hash);
        assert_ne!(RefreshToken::generate().hash(), hash);
    }

    #[test]
    fn what_cannot_be_one_is_refused() {
        let text = RefreshToken::generate().into_text();
        for bad in [
            "",
            "bsr_",
            &text[1..],
            &text[..46],
            &format!("{text}A"),
            &text.replace("bsr_", "bs_x"),
            "bsr_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%",
        ] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad}");
        }
    }
}
