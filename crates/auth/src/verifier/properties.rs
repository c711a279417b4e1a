//! What holds for every token and every key set.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use crate::{
    Algorithm, KeySet,
    testing::{a_jwk, a_token, ask, at_once, now, sign_bytes, the_verifier, verify},
};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn a_token_with_any_one_byte_changed_is_refused() {
    let token = a_token().signed();
    assert!(verify(&token).is_ok());
    for position in 0..token.len() {
        for replacement in b"A Qg_.=\0" {
            let mut changed = token.clone().into_bytes();
            if changed[position] != *replacement {
                changed[position] = *replacement;
                let line = [b"Bearer ", changed.as_slice()].concat();
                let answer = at_once(the_verifier().verify([line.as_slice()], now()));
                assert!(answer.is_err(), "{replacement} at {position}");
            }
        }
    }
}

/// A JSON value of any type, the odd ones included.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        any::<String>().prop_map(|value| json!(value)),
        vec(any::<String>(), 0..4).prop_map(|value| json!(value)),
        vec(any::<u8>(), 0..4).prop_map(|value| json!({ "nested": value })),
    ]
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_mutated_token_never_verifies(position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut token = a_token().signed().into_bytes();
        let position = position.index(token.len());
        prop_assume!(token[position] != byte);
        token[position] = byte;
        let line = [b"Bearer ", token.as_slice()].concat();
        prop_assert!(at_once(the_verifier().verify([line.as_slice()], now())).is_err());
    }

    #[test]
    fn any_bytes_in_any_number_of_lines_are_refused(lines in vec(vec(any::<u8>(), 0..64), 0..4)) {
        let answer = at_once(the_verifier().verify(lines.iter().map(Vec::as_slice), now()));
        prop_assert!(answer.is_err());
    }

    #[test]
    fn anything_after_bearer_is_refused(token in "[A-Za-z0-9._~+/=-]{0,300}") {
        prop_assert!(ask(the_verifier(), &token, now()).is_err());
    }

    #[test]
    fn any_bytes_are_read_as_a_key_set_or_refused(json in vec(any::<u8>(), 0..256)) {
        let _ = KeySet::parse(&json, &Algorithm::ALL);
    }

    #[test]
    fn a_key_with_any_odd_member_is_read_or_passed_over(
        member in prop::sample::select(vec!["kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y", "d"]),
        value in odd_value(),
    ) {
        let mut jwk = a_jwk("odd");
        jwk[member] = value;
        let json = json!({ "keys": [jwk, a_jwk("good key")] }).to_string();
        prop_assert!(KeySet::parse(json.as_bytes(), &Algorithm::ALL).unwrap().find("good key").is_some());
    }
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn any_signed_bytes_are_judged_without_a_panic(header in vec(any::<u8>(), 0..64), claims in vec(any::<u8>(), 0..64)) {
        prop_assert!(verify(&sign_bytes(&header, claims)).is_err());
    }

    #[test]
    fn a_required_claim_of_an_odd_value_is_refused(
        claim in prop::sample::select(vec!["iss", "aud", "exp"]),
        value in odd_value(),
    ) {
        // Some numbers are a time at which the token is still good.
        prop_assume!(!(claim == "exp" && value.is_number()));
        prop_assert!(verify(&a_token().claim(claim, value).signed()).is_err());
    }

    #[test]
    fn any_value_of_any_claim_is_judged_without_a_panic(
        claim in prop::sample::select(vec!["exp", "nbf", "iat", "sub", "permissions", "scope", "other"]),
        value in odd_value(),
    ) {
        let _ = verify(&a_token().claim(claim, value).signed());
    }
}
