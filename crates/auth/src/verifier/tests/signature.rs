//! Keys and signatures.

use std::sync::Arc;

use serde_json::json;

use super::{accepts, refuses};
use crate::{
    Algorithm, KeyStore, Reason, Refusal, Verifier,
    testing::{Signer, a_jwk, a_token, a_verifier, ask, at_once, encode, now, rules, sign_bytes, sign_segments},
};

#[test]
fn every_algorithm_verifies_what_it_signed_and_nothing_else() {
    let all = Algorithm::ALL.to_vec();
    for algorithm in Algorithm::ALL {
        let signer = if algorithm.is_rsa() { Signer::rsa() } else { Signer::ec(algorithm) };
        let mut jwk = signer.jwk("key");
        jwk["alg"] = json!(algorithm.as_str());
        let verifier = a_verifier(rules().with_algorithms(all.clone()).unwrap(), &[jwk]);
        let draft = a_token().header("alg", json!(algorithm.as_str()));
        assert!(ask(&verifier, &draft.signed_by(signer, algorithm), now()).is_ok(), "{algorithm}");

        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            let lying = a_token().header("alg", json!(other.as_str())).signed_by(signer, algorithm);
            assert_eq!(ask(&verifier, &lying, now()), Err(Reason::Algorithm.into()), "{other} for {algorithm}");
            if other.is_rsa() && algorithm.is_rsa() {
                let forged = draft.signed_by(signer, other);
                assert_eq!(ask(&verifier, &forged, now()), Err(Reason::Signature.into()), "{other} as {algorithm}");
            }
        }
    }
}

#[test]
fn a_key_off_the_list_verifies_nothing() {
    let mut jwk = a_jwk("key");
    jwk["alg"] = json!("RS512");
    let verifier = a_verifier(rules(), &[jwk]);
    let of_the_key = a_token().header("alg", json!("RS512")).signed_by(Signer::rsa(), Algorithm::Rs512);
    assert_eq!(ask(&verifier, &of_the_key, now()), Err(Reason::Algorithm.into()));
    assert_eq!(ask(&verifier, &a_token().signed(), now()), Err(Reason::Algorithm.into()));
}

#[test]
fn the_right_key_among_several_is_the_one_named() {
    let keys = [Signer::stranger().jwk("one"), a_jwk("two")];
    let verifier = a_verifier(rules(), &keys);
    assert!(ask(&verifier, &a_token().header("kid", json!("two")).signed(), now()).is_ok());
    let misnamed = a_token().header("kid", json!("one")).signed();
    assert_eq!(ask(&verifier, &misnamed, now()), Err(Reason::Signature.into()));
}

#[test]
fn a_signature_is_the_keys_own_over_these_bytes() {
    refuses(&a_token().signed_by(Signer::stranger(), Algorithm::Rs256), Reason::Signature);
    let (good, other) = (a_token().signed(), a_token().claim("sub", json!("auth0|other")).signed());
    let (signed, _) = other.rsplit_once('.').unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    refuses(&format!("{signed}.{signature}"), Reason::Signature);
    for wrong in [vec![0; 256], vec![0xff; 256], vec![0; 255], vec![0; 257], vec![0; 1]] {
        refuses(&format!("{signed}.{}", encode(wrong)), Reason::Signature);
    }
}

#[test]
fn the_bytes_are_verified_as_they_came() {
    let (header, claims) = (a_token().header.to_string(), a_token().claims.to_string());
    let token = sign_bytes(&header, &claims);
    let (_, signature) = token.rsplit_once('.').unwrap();
    refuses(&format!("{}.{}.{signature}", encode(&header), encode(format!("{claims} "))), Reason::Signature);
    accepts(&sign_segments(&encode(header), &encode(claims), Signer::rsa(), Algorithm::Rs256));
}

#[test]
fn claims_count_for_nothing_before_the_signature_is_good() {
    let stranger = Signer::stranger();
    for draft in [
        a_token().claim("iss", json!("https://evil.test/")),
        a_token().claim("exp", json!(1)),
        a_token().claim("exp", json!(null)),
        a_token().claim("sub", json!("")),
    ] {
        refuses(&draft.signed_by(stranger, Algorithm::Rs256), Reason::Signature);
    }
}

#[test]
fn without_keys_nothing_can_be_said_of_a_token() {
    let verifier = Verifier::new(rules(), Arc::new(KeyStore::empty()));
    assert_eq!(ask(&verifier, &a_token().signed(), now()), Err(Refusal::KeysUnavailable));
    assert_eq!(ask(&verifier, "a.b.c", now()), Err(Reason::Shape.into()));
    assert_eq!(at_once(verifier.verify([], now())), Err(Refusal::Unauthenticated));
}
