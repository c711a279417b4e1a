//! Tokens that no issuer would give out, signed with the server's own local key.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};

/// Signs these claims with the local key in that folder, under the key id of a token that the server itself would take.
pub fn signed(folder: &Path, good_token: &str, claims: &Value) -> String {
    let header: Value = part(good_token, 0);
    let header = Header { kid: header["kid"].as_str().map(str::to_owned), ..Header::new(Algorithm::RS256) };
    encode(&header, claims, &local_key(folder)).unwrap()
}

/// The local key in that folder.
pub fn local_key(folder: &Path) -> EncodingKey {
    EncodingKey::from_rsa_pem(&fs::read(folder.join("ensemble.local-key.pem")).unwrap()).unwrap()
}

/// The claims of a good token, with some of them replaced.
pub fn claims_but(good_token: &str, replaced: &Value) -> Value {
    let mut claims: Value = part(good_token, 1);
    for (name, value) in replaced.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// The same token an hour after its end.
pub fn expired(folder: &Path, good_token: &str) -> String {
    let end = chrono::DateTime::UNIX_EPOCH.timestamp() + 1_700_000_000;
    signed(folder, good_token, &claims_but(good_token, &json!({"iat": end - 60, "exp": end})))
}

/// The same token with these permissions.
pub fn with_permissions(folder: &Path, good_token: &str, permissions: &[&str]) -> String {
    signed(folder, good_token, &claims_but(good_token, &json!({"permissions": permissions})))
}

/// The same token with another signature.
pub fn broken(good_token: &str) -> String {
    let (signed, signature) = good_token.rsplit_once('.').unwrap();
    let flipped: String = signature.chars().rev().collect();
    format!("{signed}.{flipped}")
}

/// The time, in seconds since 1970.
pub fn now() -> i64 {
    get_current_timestamp().try_into().unwrap()
}

/// The day, in UTC.
pub fn today() -> NaiveDate {
    DateTime::from_timestamp(now(), 0).unwrap().date_naive()
}

/// The JSON in one segment of a token.
pub fn part(token: &str, number: usize) -> Value {
    let segment = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).unwrap()).unwrap()
}
