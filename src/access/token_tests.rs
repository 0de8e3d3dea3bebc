//! Every trick that has been played on a JWT, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "broadsheet";
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const OTHER_KID: &str = "0000000000000000000000000000000000000000000";

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": KID})
}

fn claims() -> Value {
    serde_json::to_value(Claims::new(ISSUER, UserId::new(), Uuid::now_v7(), now())).unwrap()
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token that our own key has signed, whatever it says.
fn signed(header: &Value, claims: &Value) -> String {
    signed_by(&key(), header, claims)
}

fn signed_by(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).to_bytes());
    format!("{message}.{signature}")
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

fn verify(token: &str) -> Result<Claims, Refusal> {
    verify_at(token, now())
}

fn verify_at(token: &str, at: DateTime<Utc>) -> Result<Claims, Refusal> {
    let public = key().verifying_key().to_bytes();
    super::verify(token, ISSUER, at, |kid| (kid == KID).then_some(&public))
}

#[test]
fn a_token_of_ours_is_accepted() {
    assert!(verify(&signed(&header(), &claims())).is_ok());
}

#[test]
fn a_token_without_a_signature_is_refused() {
    for alg in ["none", "None", "NONE", ""] {
        let header = with(header(), "alg", json!(alg));
        for signature in ["", "AAAA"] {
            let token = format!("{}.{}.{signature}", encode(&header), encode(&claims()));
            assert_eq!(verify(&token), Err(Refusal::Foreign), "{token}");
        }
    }
    let bare = signed(&header(), &claims());
    let (message, _) = bare.rsplit_once('.').unwrap();
    assert_eq!(verify(&format!("{message}.")), Err(Refusal::Foreign));
    assert_eq!(verify(message), Err(Refusal::Foreign));
}

#[test]
fn our_public_key_is_no_secret_to_sign_with() {
    let public = key().verifying_key().to_bytes();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", URL_SAFE_NO_PAD.encode(public));
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        for secret in [&public[..], URL_SAFE_NO_PAD.encode(public).as_bytes(), pem.as_bytes(), b""] {
            let header = Header { typ: Some(TYPE.to_owned()), kid: Some(KID.to_owned()), ..Header::new(algorithm) };
            let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap();
            assert_eq!(verify(&token), Err(Refusal::Foreign), "{algorithm:?}");
        }
    }
}

#[test]
fn another_algorithm_in_the_header_is_refused() {
    for alg in ["HS256", "RS256", "ES256", "PS256", "eddsa", "Ed25519", "EDDSA"] {
        assert_eq!(verify(&signed(&with(header(), "alg", json!(alg)), &claims())), Err(Refusal::Foreign), "{alg}");
    }
}

#[test]
fn a_key_id_that_we_do_not_know_is_told_apart_and_one_that_is_none_is_not_looked_up() {
    assert_eq!(verify(&signed(&with(header(), "kid", json!(OTHER_KID)), &claims())), Err(Refusal::UnknownKey));
    let overlong = "a".repeat(44);
    for kid in ["", "short", "../../../../dev/null", "' OR 1=1 --", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4=", overlong.as_str()] {
        let token = signed(&with(header(), "kid", json!(kid)), &claims());
        let outcome = super::verify(&token, ISSUER, now(), |_| panic!("{kid} was looked up"));
        assert_eq!(outcome, Err(Refusal::Foreign), "{kid}");
    }
    for kid in [json!(null), json!(1), json!([KID])] {
        assert_eq!(verify(&signed(&with(header(), "kid", kid), &claims())), Err(Refusal::Foreign));
    }
    assert_eq!(verify(&signed(&without(header(), "kid"), &claims())), Err(Refusal::Foreign));
}

#[test]
fn another_key_under_our_id_is_refused() {
    assert_eq!(verify(&signed_by(&SigningKey::from_bytes(&[8; 32]), &header(), &claims())), Err(Refusal::Foreign));
}

#[test]
fn a_key_in_the_token_is_never_used() {
    let forger = SigningKey::from_bytes(&[8; 32]);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(forger.verifying_key().to_bytes())});
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://forger.example/jwks.json")),
        ("x5u", json!("https://forger.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
    ] {
        let header = with(header(), name, value);
        assert_eq!(verify(&signed_by(&forger, &header, &claims())), Err(Refusal::Foreign), "{name}");
        // Not even beside our own signature: we never write one.
        assert_eq!(verify(&signed(&header, &claims())), Err(Refusal::Foreign), "{name}");
    }
}

#[test]
fn what_has_to_be_understood_is_refused() {
    for (name, value) in
        [("crit", json!(["b64"])), ("crit", json!([])), ("b64", json!(false)), ("zip", json!("DEF")), ("cty", json!("JWT"))]
    {
        assert_eq!(verify(&signed(&with(header(), name, value), &claims())), Err(Refusal::Foreign), "{name}");
    }
}

#[test]
fn a_token_of_another_type_is_refused() {
    for typ in ["JWT", "at+JWT", "rt+jwt", "application/at+jwt", ""] {
        assert_eq!(verify(&signed(&with(header(), "typ", json!(typ)), &claims())), Err(Refusal::Foreign), "{typ}");
    }
    assert_eq!(verify(&signed(&without(header(), "typ"), &claims())), Err(Refusal::Foreign));
}

#[test]
fn a_token_dies_at_its_end_and_not_a_second_later() {
    let token = signed(&header(), &claims());
    let end = now() + LIFETIME;
    assert!(verify_at(&token, end - TimeDelta::seconds(1)).is_ok());
    assert_eq!(verify_at(&token, end), Err(Refusal::Expired));
    assert_eq!(verify_at(&token, end + TimeDelta::days(400)), Err(Refusal::Expired));
}

#[test]
fn a_token_is_not_good_before_its_time() {
    let token = signed(&header(), &claims());
    assert!(verify_at(&token, now() - CLOCK_SKEW).is_ok());
    assert_eq!(verify_at(&token, now() - CLOCK_SKEW - TimeDelta::seconds(1)), Err(Refusal::NotYet));
    let later = with(claims(), "nbf", json!(now().timestamp() + 60));
    assert_eq!(verify(&signed(&header(), &later)), Err(Refusal::NotYet));
}

#[test]
fn a_token_that_would_live_longer_than_any_of_ours_is_refused() {
    for exp in [now().timestamp() + 901, i64::MAX] {
        assert_eq!(verify(&signed(&header(), &with(claims(), "exp", json!(exp)))), Err(Refusal::Foreign), "{exp}");
    }
    assert_eq!(verify(&signed(&header(), &with(claims(), "iat", json!(i64::MIN)))), Err(Refusal::Foreign));
}

#[test]
fn a_token_for_somebody_else_or_of_somebody_else_is_refused() {
    for (name, value) in [
        ("aud", json!("another-api")),
        ("aud", json!([])),
        ("aud", json!(["another-api"])),
        ("aud", json!(null)),
        ("iss", json!("https://forger.example")),
        ("iss", json!("Broadsheet")),
        ("iss", json!("")),
        ("iss", json!(null)),
    ] {
        assert_eq!(verify(&signed(&header(), &with(claims(), name, value.clone()))), Err(Refusal::Foreign), "{name} {value}");
    }
}

#[test]
fn every_claim_is_needed_and_has_its_type() {
    for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid"] {
        assert_eq!(verify(&signed(&header(), &without(claims(), name))), Err(Refusal::Foreign), "without {name}");
        for value in [json!(null), json!({}), json!("x"), json!(true), json!(1.5e300)] {
            let token = signed(&header(), &with(claims(), name, value.clone()));
            assert_eq!(verify(&token), Err(Refusal::Foreign), "{name} = {value}");
        }
    }
}

#[test]
fn a_token_that_was_touched_is_refused() {
    let token = signed(&header(), &claims());
    let parts: Vec<_> = token.split('.').collect();
    let admin = encode(&with(claims(), "sub", json!(Uuid::now_v7())));
    assert_eq!(verify(&format!("{}.{admin}.{}", parts[0], parts[2])), Err(Refusal::Foreign));
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let touched = String::from_utf8(bytes).unwrap();
        assert!(verify(&touched).is_err(), "a change at {position} went unnoticed");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let long = "a".repeat(MAX_LENGTH + 1);
    let nested = format!("{}.{}.x", encode(&json!([[[]]])), encode(&claims()));
    let refresh = URL_SAFE_NO_PAD.encode([9; 32]);
    for text in ["", ".", "..", "...", "a.b.c", "bs_live_0123456789", "é.ü.ö", "{}.{}.{}", &long, &nested, &refresh] {
        assert_eq!(verify(text), Err(Refusal::Foreign), "{text}");
    }
    let token = signed(&header(), &claims());
    for text in [format!("{token}.x"), format!(" {token}"), format!("{token}="), format!("{token}\n")] {
        assert_eq!(verify(&text), Err(Refusal::Foreign), "{text}");
    }
}

#[test]
fn a_member_given_twice_is_refused() {
    let twice = format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{KID}","alg":"EdDSA"}}"#);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(twice), encode(&claims()));
    let signature = URL_SAFE_NO_PAD.encode(key().sign(message.as_bytes()).to_bytes());
    assert_eq!(verify(&format!("{message}.{signature}")), Err(Refusal::Foreign));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        proptest::prop_assert!(verify(&text).is_err());
        let odd = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&bytes));
        proptest::prop_assert!(verify(&odd).is_err());
    }
}
