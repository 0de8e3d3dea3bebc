//! Logging in, and the tokens that come of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{refresh_token::RefreshToken, token};

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "m.aydin@example.org", "password": "a storm at the harbour"}))]
pub struct Login {
    /// The address of the account. Case does not matter.
    #[schema(format = "email")]
    pub email: String,
    /// Its password.
    #[schema(format = "password", write_only)]
    pub password: String,
}

/// What one goes on with, or ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "bsr_kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}))]
pub struct RefreshRequest {
    /// The refresh token that was given last.
    pub refresh_token: String,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6I…", "token_type": "Bearer", "expires_in": 900,
    "refresh_token": "bsr_kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
}))]
pub struct SessionTokens {
    /// Opens the API, as `Authorization: Bearer …`: a JWT, to be treated as opaque.
    access_token: String,
    /// How the access token is sent: always `Bearer`.
    token_type: &'static str,
    /// For how many seconds the access token is good.
    expires_in: i64,
    /// Gives the next pair of tokens, once.
    refresh_token: String,
}

impl SessionTokens {
    /// The pair that a client gets.
    #[must_use]
    pub fn new(access_token: String, refresh_token: RefreshToken) -> Self {
        let expires_in = token::LIFETIME.num_seconds();
        Self { access_token, token_type: "Bearer", expires_in, refresh_token: refresh_token.into_text() }
    }
}

/// The public keys that access tokens are signed with (RFC 7517 §5).
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkSet {
    /// Those that sign, will sign, or have signed what is still good.
    keys: Vec<Jwk>,
}

/// A public key (RFC 8037 §2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "alg": "EdDSA", "use": "sig"
}))]
pub struct Jwk {
    /// The type of the key: always `OKP`.
    kty: &'static str,
    /// The curve: always `Ed25519`.
    crv: &'static str,
    /// The key itself, 32 bytes in base64url.
    x: String,
    /// What tokens name it by: its thumbprint (RFC 7638).
    kid: String,
    /// The one algorithm that it is good for: always `EdDSA`.
    alg: &'static str,
    /// What it is for: always `sig`, to check signatures.
    r#use: &'static str,
}

impl JwkSet {
    /// These keys, each with its id.
    #[must_use]
    pub fn new(keys: Vec<(String, [u8; 32])>) -> Self {
        let keys = keys.into_iter().map(|(kid, public)| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            x: URL_SAFE_NO_PAD.encode(public),
            kid,
            alg: "EdDSA",
            r#use: "sig",
        });
        Self { keys: keys.collect() }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_key_set_is_one_that_others_read() {
        let text = serde_json::to_string(&JwkSet::new(vec![("a".to_owned(), [7; 32])])).unwrap();
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&text).unwrap();
        let key = set.find("a").unwrap();
        assert!(jsonwebtoken::DecodingKey::from_jwk(key).unwrap().try_get_as_bytes().unwrap() == [7; 32]);
        assert_eq!(key.common.key_algorithm, Some(jsonwebtoken::jwk::KeyAlgorithm::EdDSA));
    }
}
