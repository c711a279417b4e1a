//! What the header may say.

use serde_json::json;

use super::{accepts, refuses};
use crate::{
    Algorithm, Reason, TypRule,
    testing::{Draft, Signer, a_jwk, a_token, a_verifier, ask, now, rules},
};

#[test]
fn the_algorithm_stands_on_the_list() {
    for wrong in ["none", "None", "NONE", "", "HS256", "HS512", "rs256", "RS256 ", "RS384", "PS256", "ES256", "EdDSA"] {
        refuses(&a_token().header("alg", json!(wrong)).signed(), Reason::Algorithm);
    }
    for wrong in [json!(null), json!(256), json!(["RS256"]), json!({}), json!(true)] {
        refuses(&a_token().header("alg", wrong).signed(), Reason::Algorithm);
    }
    refuses(&a_token().without_header("alg").signed(), Reason::Algorithm);
}

#[test]
fn no_extension_is_understood() {
    for crit in [json!([]), json!(["b64"]), json!(["exp"]), json!(null), json!("exp")] {
        refuses(&a_token().header("crit", crit).signed(), Reason::Critical);
    }
    for (member, value) in [
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("b64", json!(null)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
        ("cty", json!("jwt")),
        ("cty", json!("application/JWT")),
        ("cty", json!(null)),
        ("cty", json!(5)),
    ] {
        refuses(&a_token().header(member, value).signed(), Reason::Header);
    }
    accepts(&a_token().header("cty", json!("json")).header("other", json!([1])).signed());
}

#[test]
fn a_typ_is_that_of_an_access_token() {
    let strict = a_verifier(rules().with_typ(TypRule::AccessToken), &[a_jwk("key")]);
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        let token = a_token().header("typ", json!(typ)).signed();
        accepts(&token);
        assert!(ask(&strict, &token, now()).is_ok(), "{typ}");
    }
    for token in ["JWT", "jwt"]
        .map(|typ| a_token().header("typ", json!(typ)))
        .into_iter()
        .chain([a_token().without_header("typ")])
    {
        accepts(&token.signed());
        assert_eq!(ask(&strict, &token.signed(), now()), Err(Reason::Typ.into()), "{}", token.header);
    }
    for typ in [
        json!("logout+jwt"),
        json!("secevent+jwt"),
        json!("dpop+jwt"),
        json!("id+jwt"),
        json!(""),
        json!("at+jwt "),
        json!("application/"),
        json!("text/at+jwt"),
        json!("multipart12/at+jwt"),
        json!("xpplication/at+jwt"),
        json!("application/jwt"),
        json!(null),
        json!(5),
        json!(["JWT"]),
    ] {
        let token = a_token().header("typ", typ).signed();
        refuses(&token, Reason::Typ);
        assert_eq!(ask(&strict, &token, now()), Err(Reason::Typ.into()));
    }
}

#[test]
fn keys_in_the_header_are_not_looked_at() {
    let stranger = Signer::stranger();
    let bringing = |draft: Draft| {
        draft
            .header("jwk", stranger.jwk("key"))
            .header("jku", json!("https://evil.test/jwks.json"))
            .header("x5u", json!("https://evil.test/chain.pem"))
            .header("x5c", json!(["AAAA"]))
            .header("jwks", json!({ "keys": [stranger.jwk("key")] }))
    };
    refuses(&bringing(a_token()).signed_by(stranger, Algorithm::Rs256), Reason::Signature);
    accepts(&bringing(a_token()).signed());
}

#[test]
fn a_token_names_its_key() {
    refuses(&a_token().without_header("kid").signed(), Reason::Kid);
    for kid in [json!(null), json!(5), json!(""), json!(["key"]), json!("x".repeat(129))] {
        refuses(&a_token().header("kid", kid).signed(), Reason::Kid);
    }
    let stranger = "x".repeat(128);
    for kid in ["Key", "key ", " key", "key\0", "keys", "ke", "../key", "' OR 1=1", &stranger] {
        refuses(&a_token().header("kid", json!(kid)).signed(), Reason::UnknownKid);
    }
    let long = a_verifier(rules(), &[a_jwk(&stranger)]);
    assert!(ask(&long, &a_token().header("kid", json!(stranger)).signed(), now()).is_ok());
}
