//! The keys that sign webhooks (Standard Webhooks 1.0 §"Signature scheme").
//!
//! They have to sign, so they are stored as they are and not as hashes. Nothing prints one: there is no `Debug` and no `Serialize`,
//! and its text is given once, to the admin who has it made.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use rand::RngExt;
use sha2::{Digest, Sha256};

use super::webhook::SignatureKind;

/// The length of all keys, in bytes.
pub const LENGTH: usize = 32;

/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// A key that signs.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    kind: SignatureKind,
    bytes: [u8; LENGTH],
}

impl WebhookSecret {
    /// A new one.
    #[must_use]
    pub fn generate(kind: SignatureKind) -> Self {
        Self { kind, bytes: rand::rng().random() }
    }

    /// One that was stored; none where the length is not that of a key.
    #[must_use]
    pub fn stored(kind: SignatureKind, bytes: &[u8]) -> Option<Self> {
        Some(Self { kind, bytes: bytes.try_into().ok()? })
    }

    /// As it is stored.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; LENGTH] {
        &self.bytes
    }

    /// What the receiver has to be given: `whsec_…`. Of a key pair nothing: its secret half stays here.
    #[must_use]
    pub fn to_share(&self) -> Option<String> {
        match self.kind {
            SignatureKind::HmacSha256 => Some(format!("whsec_{}", STANDARD.encode(self.bytes))),
            SignatureKind::Ed25519 => None,
        }
    }

    /// The public half of a key pair, which everybody may know: `whpk_…`.
    #[must_use]
    pub fn public_key(&self) -> Option<String> {
        match self.kind {
            SignatureKind::HmacSha256 => None,
            SignatureKind::Ed25519 => {
                Some(format!("whpk_{}", STANDARD.encode(SigningKey::from_bytes(&self.bytes).verifying_key().as_bytes())))
            }
        }
    }

    /// Signs a message: `v1,…` or `v1a,…`. `timestamp` is that of the attempt, in seconds since 1970; `id` has no dot in it.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let message = format!("{id}.{timestamp}.{body}");
        match self.kind {
            SignatureKind::HmacSha256 => format!("v1,{}", STANDARD.encode(hmac_sha256(&self.bytes, message.as_bytes()))),
            SignatureKind::Ed25519 => {
                format!("v1a,{}", STANDARD.encode(SigningKey::from_bytes(&self.bytes).sign(message.as_bytes()).to_bytes()))
            }
        }
    }
}

/// HMAC (RFC 2104) with SHA-256.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231 §4.2, §4.3, §4.7.
    #[test]
    fn hmac_is_that_of_the_rfc() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex(&hmac_sha256(key, message)), expected);
        }
    }

    #[test]
    fn a_secret_is_shared_and_a_pair_shows_its_public_half() {
        let secret = WebhookSecret::generate(SignatureKind::HmacSha256);
        let shared = secret.to_share().unwrap();
        assert_eq!(STANDARD.decode(shared.strip_prefix("whsec_").unwrap()).unwrap(), secret.bytes());
        assert_eq!(secret.public_key(), None);
        let pair = WebhookSecret::generate(SignatureKind::Ed25519);
        assert!(pair.to_share().is_none() && pair.public_key().unwrap().starts_with("whpk_"));
        assert!(WebhookSecret::stored(SignatureKind::Ed25519, pair.bytes()).unwrap() == pair);
        assert!(WebhookSecret::stored(SignatureKind::Ed25519, &[0; 31]).is_none());
    }

    #[test]
    fn a_signature_covers_id_time_and_body() {
        let secret = WebhookSecret::generate(SignatureKind::HmacSha256);
        let signed = secret.sign("a", 1, "{}");
        assert!(signed.starts_with("v1,") && signed == secret.sign("a", 1, "{}"));
        for other in [secret.sign("b", 1, "{}"), secret.sign("a", 2, "{}"), secret.sign("a", 1, "[]")] {
            assert_ne!(signed, other);
        }
    }
}
