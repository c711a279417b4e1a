//! What is remembered of tokens.

use chrono::TimeDelta;
use ensemble_domain::Subject;
use serde_json::json;

use crate::{
    Algorithm, Verifier,
    cache::Digest,
    claims,
    json::Object,
    testing::{Signer, a_jwk, a_key_set, a_token, a_verifier, ask, now, rules},
};

fn the_verifier() -> Verifier {
    a_verifier(rules(), &[a_jwk("key")])
}

#[test]
fn a_good_token_is_remembered_once() {
    let verifier = the_verifier();
    for _ in 0..3 {
        assert!(ask(&verifier, &a_token().signed(), now()).is_ok());
        assert_eq!(verifier.verified.len(), 1);
    }
}

#[test]
fn a_refused_token_is_not_remembered() {
    let refused = [
        "a.b.c".to_owned(),
        a_token().header("alg", json!("HS256")).signed(),
        a_token().header("kid", json!("other")).signed(),
        a_token().signed_by(Signer::stranger(), Algorithm::Rs256),
        a_token().claim("iss", json!("https://other.test/")).signed(),
        a_token().claim("aud", json!("other")).signed(),
        a_token().claim("exp", json!(1)).signed(),
        a_token().claim("permissions", json!("get:actors")).signed(),
    ];
    let verifier = the_verifier();
    for token in refused {
        assert!(ask(&verifier, &token, now()).is_err(), "{token}");
        assert_eq!(verifier.verified.len(), 0, "{token}");
    }
}

#[test]
fn what_is_remembered_is_not_verified_again() {
    let verifier = the_verifier();
    let claims = Object::parse(a_token().claims.to_string().as_bytes()).unwrap();
    let key = a_key_set(&[a_jwk("key")]).find("key").unwrap().id().clone();
    let mut known = claims::check(&claims, &rules(), now()).unwrap();
    known.identity.subject = Subject::parse("known").unwrap();
    let identity = known.identity.clone();
    // No token that could be verified is two letters long.
    verifier.verified.insert(Digest::of("ab"), known, key, now());
    assert_eq!(ask(&verifier, "ab", now()), Ok(identity));
    assert!(ask(&verifier, "ab", now() + TimeDelta::minutes(6)).is_err(), "for five minutes");
}
