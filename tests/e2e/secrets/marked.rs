//! Tokens with a mark in them.

use std::path::Path;

use ensemble_domain::Role;
use serde_json::{Value, json};

use crate::{
    authentication::draft::{Draft, encoded, signed_text},
    database::Database,
    server::token,
    tokens::{local_key, now},
};

/// A word that stands nowhere but in the tokens of these tests.
pub const MARK: &str = "Vq7Zk3Marked";

/// A good token with the mark wherever a token may say what it likes.
fn marked(good_token: &str) -> Draft {
    let draft = Draft::of(good_token).header("x", MARK).header("jku", format!("https://{MARK}.test/keys"));
    let draft = draft.claim("jti", MARK).claim("email", format!("{MARK}@agency.test")).claim(MARK, MARK);
    let mut permissions = draft.claims["permissions"].as_array().unwrap().clone();
    permissions.push(json!(MARK));
    draft.claim("permissions", permissions)
}

/// Tokens that are let in.
pub fn good_tokens(folder: &Path, good_token: &str) -> Vec<String> {
    let key = local_key(folder);
    vec![marked(good_token).signed(&key), marked(good_token).claim("permissions", json!([MARK])).signed(&key)]
}

/// A token for nearly every reason to refuse one, none of which may be told of.
pub fn bad_tokens(folder: &Path, good_token: &str) -> Vec<String> {
    let (key, stranger) = (local_key(folder), stranger());
    let base = || marked(good_token).claim("sub", MARK);
    let header = |name: &str, value: Value| base().header(name, value).signed(&key);
    let claim = |name: &str, value: Value| base().claim(name, value).signed(&key);
    let text = |claims: String| signed_text(base().header.to_string(), claims, &key);
    let good = base().signed(&key);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let backwards: String = signature.chars().rev().collect();
    let in_a_row = format!("{MARK}.{MARK}.{MARK}");
    let in_json = format!(r#"{{"{MARK}":"#);
    vec![
        MARK.to_owned(),
        in_a_row.clone(),
        format!("{in_a_row}.{MARK}.{MARK}"),
        MARK.repeat(700),
        format!("{MARK}=a"),
        format!("{MARK} {good}"),
        format!("{signed}.{}", encoded(MARK)),
        format!("{signed}.{backwards}"),
        signed.to_owned(),
        signed_text(MARK, base().claims.to_string(), &key),
        signed_text(&in_json, base().claims.to_string(), &key),
        text(in_json),
        text(format!(r#"["{MARK}"]"#)),
        text(format!(r#"{{"sub":"{MARK}","sub":"{MARK}"}}"#)),
        base().signed(&stranger),
        header("kid", json!(MARK)),
        header("kid", json!(MARK.repeat(20))),
        header("kid", json!([MARK])),
        header("alg", json!(MARK)),
        header("alg", json!("none")),
        header("typ", json!(MARK)),
        header("crit", json!([MARK])),
        header("zip", json!(MARK)),
        header("cty", json!("JWT")),
        claim("iss", json!(MARK)),
        claim("aud", json!([MARK])),
        claim("sub", json!([MARK])),
        claim("sub", json!("")),
        claim("exp", json!(MARK)),
        base().claim("iat", now() - 7200).claim("exp", now() - 3600).signed(&key),
        claim("nbf", json!(now() + 3600)),
        claim("iat", json!(MARK)),
        claim("exp", json!(now() + 3_000_000)),
        claim("permissions", json!(MARK)),
    ]
}

/// A key that the server does not know.
fn stranger() -> jsonwebtoken::EncodingKey {
    let elsewhere = Database::sqlite();
    token(&elsewhere, Role::CastingAssistant);
    local_key(elsewhere.folder.path())
}
