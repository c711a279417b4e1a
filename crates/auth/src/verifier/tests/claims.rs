//! What the claims may say.

use ensemble_domain::{Permission, Permissions};
use serde_json::json;

use super::{accepts, refuses};
use crate::{
    Reason,
    testing::{AUDIENCE, Draft, ISSUER, a_jwk, a_token, a_verifier, ask, now, rules, seconds_after_issue, verify},
};

#[test]
fn a_good_token_names_its_caller() {
    let identity = verify(&a_token().signed()).unwrap();
    assert_eq!(identity.subject.as_str(), "auth0|somebody");
    assert_eq!(identity.permissions, Permissions::of(&[Permission::GetActors, Permission::GetMovies]));
    assert_eq!(identity.expires_at, seconds_after_issue(3600.0));
}

#[test]
fn the_issuer_is_the_one_in_the_rules_byte_for_byte() {
    accepts(&a_token().claim("iss", json!(ISSUER)).signed());
    refuses(&a_token().without_claim("iss").signed(), Reason::Issuer);
    for iss in [
        json!("https://issuer.test"),
        json!("https://issuer.test//"),
        json!("https://ISSUER.test/"),
        json!(" https://issuer.test/"),
        json!("http://issuer.test/"),
        json!(""),
        json!(null),
        json!(5),
        json!([ISSUER]),
        json!({ "iss": ISSUER }),
    ] {
        refuses(&a_token().claim("iss", iss).signed(), Reason::Issuer);
    }
}

#[test]
fn the_audience_is_the_one_in_the_rules_or_a_list_with_it() {
    for aud in
        [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://tenant/userinfo", AUDIENCE]), json!([AUDIENCE, AUDIENCE])]
    {
        accepts(&a_token().claim("aud", aud).signed());
    }
    refuses(&a_token().without_claim("aud").signed(), Reason::Audience);
    for aud in [
        json!(""),
        json!("Ensemble"),
        json!("ensemble "),
        json!("ensembl"),
        json!("ensemble,other"),
        json!("other ensemble"),
        json!([]),
        json!(["other"]),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 5]),
        json!([null, AUDIENCE]),
        json!(null),
        json!(5),
        json!({ "aud": AUDIENCE }),
    ] {
        refuses(&a_token().claim("aud", aud).signed(), Reason::Audience);
    }
}

#[test]
fn the_subject_is_a_text_of_1_to_255_bytes() {
    accepts(&a_token().claim("sub", json!("x".repeat(255))).signed());
    refuses(&a_token().without_claim("sub").signed(), Reason::Subject);
    for sub in [
        json!(""),
        json!("x".repeat(256)),
        json!("\u{e9}".repeat(128)),
        json!(null),
        json!(5),
        json!(["auth0|somebody"]),
    ] {
        refuses(&a_token().claim("sub", sub).signed(), Reason::Subject);
    }
}

fn permissions_of(draft: &Draft) -> Permissions {
    verify(&draft.signed()).unwrap().permissions
}

#[test]
fn permissions_are_a_list_of_which_ours_count() {
    assert_eq!(permissions_of(&a_token().without_claim("permissions")), Permissions::NONE);
    assert_eq!(permissions_of(&a_token().claim("permissions", json!([]))), Permissions::NONE);
    let all: Vec<&str> = Permission::ALL.map(Permission::as_str).to_vec();
    assert_eq!(permissions_of(&a_token().claim("permissions", json!(all))), Permissions::ALL);
    let mixed = json!(["read:mail", "GET:movies", "get:movies ", "get:*", "*", "post:actors", "post:actors"]);
    assert_eq!(permissions_of(&a_token().claim("permissions", mixed)), Permissions::of(&[Permission::PostActors]));
}

#[test]
fn permissions_are_at_most_256_texts() {
    accepts(&a_token().claim("permissions", json!(vec!["a"; 256])).signed());
    for wrong in [
        json!(vec!["a"; 257]),
        json!(null),
        json!("get:movies"),
        json!("get:movies get:actors"),
        json!(5),
        json!({}),
        json!({ "get:movies": true }),
        json!(["get:movies", 5]),
        json!([null]),
        json!([["get:movies"]]),
    ] {
        refuses(&a_token().claim("permissions", wrong).signed(), Reason::Permissions);
    }
}

#[test]
fn no_other_claim_gives_permissions_unless_the_rules_name_it() {
    let all = Permission::ALL.map(Permission::as_str).to_vec();
    let draft = a_token()
        .without_claim("permissions")
        .claim("scope", json!("get:movies"))
        .claim("roles", json!(["producer"]))
        .claim("https://ensemble/permissions", json!(all))
        .header("permissions", json!(all));
    assert_eq!(permissions_of(&draft), Permissions::NONE);
    let named = rules().with_permissions_claim("https://ensemble/permissions").unwrap();
    let identity = ask(&a_verifier(named, &[a_jwk("key")]), &draft.signed(), now()).unwrap();
    assert_eq!(identity.permissions, Permissions::ALL);
}
