//! What the fuzzers share: a key, tokens that it signs, and a verifier that knows it.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use ensemble_auth::{Algorithm, Identity, KeySet, KeyStore, Refusal, Rules, Verifier, install_crypto};
use futures_util::FutureExt;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://issuer.test/";
pub const AUDIENCE: &str = "ensemble";
/// The header of every token that is not to have another.
pub const HEADER: &str = r#"{"alg":"ES256","kid":"key"}"#;

/// Half an hour after the good token was issued.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_480_600, 0).unwrap()
}

pub fn today() -> NaiveDate {
    now().date_naive()
}

/// An elliptic key, since it signs in microseconds.
static KEY: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
    install_crypto().unwrap();
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
});

/// The coordinates of the public key, as a JWK has them.
pub static POINT: LazyLock<[String; 2]> = LazyLock::new(|| {
    let (x, y) = KEY.public_key().as_ref()[1..].split_at(32);
    [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate))
});

/// The claims of a token that is let in.
pub static CLAIMS: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "auth0|somebody", "iat": 1_773_478_800, "exp": 1_773_482_400,
        "permissions": ["get:actors", "get:movies"],
    })
});

/// A token that is let in.
pub static GOOD: LazyLock<String> = LazyLock::new(|| signed(HEADER.as_bytes(), CLAIMS.to_string().as_bytes()));

/// A token of these bytes, whatever they are.
pub fn signed(header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A verifier with the keys of that set.
pub fn a_verifier(keys: KeySet) -> Verifier {
    let store = KeyStore::empty();
    store.replace(keys);
    let rules = Rules::new(ISSUER, AUDIENCE).and_then(|rules| rules.with_algorithms(Algorithm::ALL.to_vec()));
    Verifier::new(rules.unwrap(), Arc::new(store))
}

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let [x, y] = &*POINT;
    let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "key", "x": x, "y": y }] });
    a_verifier(KeySet::parse(keys.to_string().as_bytes(), &Algorithm::ALL).unwrap())
});

/// What is said to these lines of `Authorization`.
pub fn verify<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Identity, Refusal> {
    verify_by(&VERIFIER, lines)
}

/// The same by another verifier.
pub fn verify_by<'a>(verifier: &Verifier, lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Identity, Refusal> {
    verifier.verify(lines, now()).now_or_never().unwrap_or(Err(Refusal::KeysUnavailable))
}
