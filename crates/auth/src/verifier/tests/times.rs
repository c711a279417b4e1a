//! When a token is good.

use std::time::Duration;

use serde_json::{Value, json};

use super::{accepts, at, refuses};
use crate::{
    Algorithm, Reason, Refusal,
    testing::{
        Draft, ISSUED, Signer, a_jwk, a_token, a_verifier, ask, rules, seconds_after_issue, the_verifier, verify,
    },
};

#[test]
fn a_token_is_good_until_its_expiry_and_the_leeway_are_over() {
    let draft = a_token();
    assert_eq!(at(3600.0, &draft), Ok(()));
    assert_eq!(at(3629.0, &draft), Ok(()));
    assert_eq!(at(3629.999, &draft), Ok(()));
    assert_eq!(at(3630.0, &draft), Err(Refusal::Expired));
    assert_eq!(at(1_000_000.0, &draft), Err(Refusal::Expired));
    let fraction = draft.claim("exp", json!(3600.5 + 1_773_478_800.0));
    assert_eq!(at(3630.25, &fraction), Ok(()));
    assert_eq!(at(3630.5, &fraction), Err(Refusal::Expired));
}

#[test]
fn the_leeway_is_that_of_the_rules() {
    for (leeway, last_good) in [(0, 3599.999), (60, 3659.999)] {
        let rules = rules().with_leeway(Duration::from_secs(leeway)).unwrap();
        let verifier = a_verifier(rules, &[a_jwk("key")]);
        let token = a_token().signed();
        assert!(ask(&verifier, &token, seconds_after_issue(last_good)).is_ok());
        assert_eq!(ask(&verifier, &token, seconds_after_issue(last_good + 0.001)), Err(Refusal::Expired));
    }
}

#[test]
fn an_expiry_is_a_number_of_seconds_up_to_the_year_9999() {
    refuses(&a_token().without_claim("exp").signed(), Reason::Expiry);
    for exp in [
        json!(null),
        json!("1773482400"),
        json!(true),
        json!([1_773_482_400]),
        json!({}),
        json!(0),
        json!(-5),
        json!(-0.5),
        json!(1e300),
        json!(-1e300),
        json!(253_402_300_800_i64),
        json!(253_402_300_799.5),
        json!(u64::MAX),
        json!(i64::MIN),
    ] {
        refuses(&a_token().claim("exp", exp).signed(), Reason::Expiry);
    }
    let latest = a_token().without_claim("iat").claim("exp", json!(253_402_300_799_i64));
    let identity = verify(&latest.signed()).unwrap();
    assert_eq!(identity.expires_at.to_string(), "9999-12-31 23:59:59 UTC");
    for past in [json!(1), json!(0.5), json!(5e-324)] {
        assert_eq!(verify(&a_token().without_claim("iat").claim("exp", past).signed()), Err(Refusal::Expired));
    }
}

#[test]
fn a_token_is_not_used_before_its_time() {
    let since = |seconds: f64| a_token().claim("nbf", json!(1_773_478_800.0 + seconds));
    accepts(&a_token().without_claim("nbf").signed());
    assert_eq!(at(100.0, &since(100.0)), Ok(()));
    assert_eq!(at(100.0, &since(130.0)), Ok(()));
    assert_eq!(at(100.0, &since(130.001)), Err(Reason::NotBefore.into()));
    assert_eq!(at(100.0, &since(-1e12)), Ok(()));
    for nbf in [json!(null), json!("0"), json!(false), json!([]), json!(1e300)] {
        refuses(&a_token().claim("nbf", nbf).signed(), Reason::NotBefore);
    }
}

#[test]
fn a_token_is_not_issued_in_the_future() {
    let issued = |seconds: f64| a_token().claim("iat", json!(1_773_478_800.0 + seconds));
    accepts(&a_token().without_claim("iat").signed());
    assert_eq!(at(100.0, &issued(130.0)), Ok(()));
    assert_eq!(at(100.0, &issued(130.001)), Err(Reason::IssuedAt.into()));
    for iat in [json!(null), json!("0"), json!(false), json!([]), json!(1e300)] {
        refuses(&a_token().claim("iat", iat).signed(), Reason::IssuedAt);
    }
}

#[test]
fn a_token_lives_at_most_30_days() {
    accepts(&a_token().claim("exp", json!(ISSUED + 2_592_000)).signed());
    for exp in [json!(ISSUED + 2_592_001), json!(1_773_478_800.0 + 2_592_000.5)] {
        refuses(&a_token().claim("exp", exp).signed(), Reason::Lifetime);
    }
    refuses(&a_token().claim("iat", json!(-1e300)).signed(), Reason::Lifetime);
    accepts(&a_token().without_claim("iat").claim("exp", json!(ISSUED + 2_592_001)).signed());
}

#[test]
fn a_token_counts_as_expired_only_when_nothing_else_is_wrong() {
    let late = |draft: &Draft| at(1_000_000.0, draft);
    assert_eq!(late(&a_token()), Err(Refusal::Expired));
    let wrong: [(&str, Value, Reason); 7] = [
        ("iss", json!("other"), Reason::Issuer),
        ("aud", json!("other"), Reason::Audience),
        ("nbf", json!(ISSUED + 2_000_000), Reason::NotBefore),
        ("iat", json!(ISSUED + 2_000_000), Reason::IssuedAt),
        ("iat", json!(ISSUED - 2_592_000), Reason::Lifetime),
        ("sub", json!(""), Reason::Subject),
        ("permissions", json!(null), Reason::Permissions),
    ];
    for (claim, value, reason) in wrong {
        assert_eq!(late(&a_token().claim(claim, value)), Err(reason.into()), "{claim}");
    }
    let forged = a_token().signed_by(Signer::stranger(), Algorithm::Rs256);
    assert_eq!(ask(the_verifier(), &forged, seconds_after_issue(1_000_000.0)), Err(Reason::Signature.into()));
}
