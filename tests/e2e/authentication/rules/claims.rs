//! The claims of a token.

use serde_json::{Value, json};

use super::run;
use crate::{
    authentication::{Verdict, invalid},
    database::Database,
    tokens::now,
};

on_both_databases!(a_token_is_for_us_from_our_issuer, a_token_has_its_time, a_token_says_who_and_what,);

fn a_token_is_for_us_from_our_issuer(database: &Database) {
    run(database, |forge| {
        let (issuer, audience) = (invalid("issuer"), invalid("audience"));
        let (iss, aud) = (|value: Value| forge.claim("iss", value), |value: Value| forge.claim("aud", value));
        vec![
            ("no iss", forge.without("iss"), issuer),
            ("iss null", iss(json!(null)), issuer),
            ("another iss", iss(json!("https://issuer.test/")), issuer),
            ("iss with a slash more", iss(json!("urn:ensemble:local/")), issuer),
            ("iss in capitals", iss(json!("URN:ENSEMBLE:LOCAL")), issuer),
            ("iss in a list", iss(json!(["urn:ensemble:local"])), issuer),
            ("no aud", forge.without("aud"), audience),
            ("aud null", aud(json!(null)), audience),
            ("another aud", aud(json!("ensemble2")), audience),
            ("aud with a part of ours", aud(json!("ensembl")), audience),
            ("aud in a list", aud(json!(["ensemble"])), Verdict::Allowed),
            ("aud among others", aud(json!(["other", "ensemble"])), Verdict::Allowed),
            ("other auds", aud(json!(["other", "another"])), audience),
            ("aud in an empty list", aud(json!([])), audience),
            ("aud beside a number", aud(json!(["ensemble", 1])), audience),
            ("aud in an object", aud(json!({"aud": "ensemble"})), audience),
        ]
    });
}

/// The edges are as near to now as a slow machine allows: clocks may differ by 30 seconds.
fn a_token_has_its_time(database: &Database) {
    run(database, |forge| {
        let (expiry, not_before, issued, expired) =
            (invalid("expiry"), invalid("not_before"), invalid("issued_at"), Verdict::EXPIRED);
        let now = now();
        // Without `iat` the longest life does not count.
        let exp = |value: Value| forge.draft().without_claim("iat").claim("exp", value).signed(&forge.key);
        let nbf = |value: Value| forge.claim("nbf", value);
        let iat = |value: Value| forge.claim("iat", value);
        let life =
            |seconds: i64| forge.draft().claim("iat", now - 5).claim("exp", now - 5 + seconds).signed(&forge.key);
        let expired_and =
            |claim: &str| forge.draft().without_claim("iat").claim("exp", now - 60).claim(claim, 0).signed(&forge.key);
        vec![
            ("no exp", forge.without("exp"), expiry),
            ("exp null", exp(json!(null)), expiry),
            ("exp in a text", exp(json!((now + 60).to_string())), expiry),
            ("exp 0", exp(json!(0)), expiry),
            ("exp -5", exp(json!(-5)), expiry),
            ("exp 1", exp(json!(1)), expired),
            ("exp 1e300", exp(json!(1e300)), expiry),
            ("exp at the end of 9999", exp(json!(253_402_300_799_i64)), Verdict::Allowed),
            ("exp after 9999", exp(json!(253_402_300_800_i64)), expiry),
            (
                "exp with a fraction",
                exp(serde_json::from_str::<Value>(&format!("{}.5", now + 60)).unwrap()),
                Verdict::Allowed,
            ),
            ("exp just passed", exp(json!(now - 5)), Verdict::Allowed),
            ("exp passed by more than clocks differ", exp(json!(now - 31)), expired),
            ("nbf soon", nbf(json!(now + 25)), Verdict::Allowed),
            ("nbf later", nbf(json!(now + 90)), not_before),
            ("nbf null", nbf(json!(null)), not_before),
            ("nbf in a text", nbf(json!("0")), not_before),
            ("no iat", forge.without("iat"), Verdict::Allowed),
            ("iat soon", iat(json!(now + 25)), Verdict::Allowed),
            ("iat later", iat(json!(now + 90)), issued),
            ("iat null", iat(json!(null)), issued),
            ("iat true", iat(json!(true)), issued),
            ("a life of 30 days", life(2_592_000), Verdict::Allowed),
            ("a life of 30 days and a second", life(2_592_001), invalid("lifetime")),
            ("expired, and from nobody", expired_and("iss"), invalid("issuer")),
            ("expired, and for nobody", expired_and("aud"), invalid("audience")),
            ("expired, and about nobody", expired_and("sub"), invalid("subject")),
            ("expired, and allowing a number", expired_and("permissions"), invalid("permissions")),
        ]
    });
}

fn a_token_says_who_and_what(database: &Database) {
    run(database, |forge| {
        let (subject, permissions) = (invalid("subject"), invalid("permissions"));
        let sub = |value: Value| forge.claim("sub", value);
        let held = |value: Value| forge.claim("permissions", value);
        let of_length = |length: usize| {
            let others = (1..length).map(|number| format!("other:{number}"));
            json!(others.chain(["get:actors".to_owned()]).collect::<Vec<_>>())
        };
        let without =
            |name: &str| forge.draft().without_claim("permissions").claim(name, "get:actors").signed(&forge.key);
        vec![
            ("no sub", forge.without("sub"), subject),
            ("sub null", sub(json!(null)), subject),
            ("sub 1", sub(json!(1)), subject),
            ("an empty sub", sub(json!("")), subject),
            ("a sub of 1 byte", sub(json!("s")), Verdict::Allowed),
            ("a sub of 255 bytes", sub(json!("s".repeat(255))), Verdict::Allowed),
            ("a sub of 256 bytes", sub(json!("s".repeat(256))), subject),
            ("a sub that would break a log line", sub(json!("s\"}\n{\"level\":\"ERROR\"")), Verdict::Allowed),
            ("no permissions", forge.without("permissions"), Verdict::Powerless),
            ("empty permissions", held(json!([])), Verdict::Powerless),
            ("the needed permission", held(json!(["get:actors"])), Verdict::Allowed),
            ("the needed permission among unknown ones", held(json!(["read:mail", "get:actors"])), Verdict::Allowed),
            ("unknown permissions", held(json!(["read:mail", "*", "get:*"])), Verdict::Powerless),
            ("a permission in capitals", held(json!(["GET:ACTORS"])), Verdict::Powerless),
            ("a permission with a blank", held(json!(["get:actors "])), Verdict::Powerless),
            ("two permissions in one text", held(json!(["get:actors get:movies"])), Verdict::Powerless),
            ("permissions in a text", held(json!("get:actors")), permissions),
            ("permissions null", held(json!(null)), permissions),
            ("permissions in an object", held(json!({"get:actors": true})), permissions),
            ("permissions and a number", held(json!(["get:actors", 1])), permissions),
            ("256 permissions", held(of_length(256)), Verdict::Allowed),
            ("257 permissions", held(of_length(257)), permissions),
            ("a scope", without("scope"), Verdict::Powerless),
            ("a role", without("roles"), Verdict::Powerless),
            ("permissions under another name", without("https://ensemble.test/permissions"), Verdict::Powerless),
            (
                "permissions in the header",
                {
                    forge
                        .draft()
                        .without_claim("permissions")
                        .header("permissions", json!(["get:actors"]))
                        .signed(&forge.key)
                },
                Verdict::Powerless,
            ),
        ]
    });
}
