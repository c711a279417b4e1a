//! The header of a token, and its signature.

use ensemble_domain::Role;
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign, jwk::Jwk};
use serde_json::{Value, json};

use super::run;
use crate::{
    authentication::{Verdict, draft::encoded, invalid},
    database::Database,
    server::token,
    tokens::local_key,
};

on_both_databases!(a_header_promises_nothing_but_a_signature, a_signature_is_made_with_the_named_key,);

fn a_header_promises_nothing_but_a_signature(database: &Database) {
    run(database, |forge| {
        let header = |member: &str, value: Value| forge.header(member, value);
        let (algorithm, critical, other, typ, kid) =
            (invalid("algorithm"), invalid("crit"), invalid("header"), invalid("typ"), invalid("kid"));
        let without = |member| forge.draft().without_header(member).signed(&forge.key);
        vec![
            ("alg none", header("alg", json!("none")), algorithm),
            ("alg None", header("alg", json!("None")), algorithm),
            (
                "alg none without a signature",
                {
                    let unsigned = header("alg", json!("none"));
                    format!("{}.", unsigned.rsplit_once('.').unwrap().0)
                },
                invalid("shape"),
            ),
            ("alg HS256", header("alg", json!("HS256")), algorithm),
            ("alg ES256", header("alg", json!("ES256")), algorithm),
            ("alg rs256", header("alg", json!("rs256")), algorithm),
            ("alg in a list", header("alg", json!(["RS256"])), algorithm),
            ("no alg", without("alg"), algorithm),
            ("crit", header("crit", json!(["exp"])), critical),
            ("an empty crit", header("crit", json!([])), critical),
            ("crit null", header("crit", json!(null)), critical),
            ("b64", header("b64", json!(true)), other),
            ("zip", header("zip", json!("DEF")), other),
            ("enc", header("enc", json!("A256GCM")), other),
            ("a token in the token", header("cty", json!("jwt")), other),
            ("plain content", header("cty", json!("text/plain")), Verdict::Allowed),
            ("no typ", without("typ"), Verdict::Allowed),
            ("typ JWT", header("typ", json!("JWT")), Verdict::Allowed),
            ("typ jwt", header("typ", json!("jwt")), Verdict::Allowed),
            ("typ AT+JWT", header("typ", json!("AT+JWT")), Verdict::Allowed),
            ("typ application/at+jwt", header("typ", json!("application/at+jwt")), Verdict::Allowed),
            ("typ logout+jwt", header("typ", json!("logout+jwt")), typ),
            ("typ dpop+jwt", header("typ", json!("dpop+jwt")), typ),
            ("typ null", header("typ", json!(null)), typ),
            ("no kid", without("kid"), kid),
            ("kid null", header("kid", json!(null)), kid),
            ("kid 1", header("kid", json!(1)), kid),
            ("an empty kid", header("kid", json!("")), kid),
            ("a kid of 128 bytes", header("kid", json!("k".repeat(128))), invalid("unknown_kid")),
            ("a kid of 129 bytes", header("kid", json!("k".repeat(129))), kid),
            ("a kid that is a path", header("kid", json!("../../dev/null")), invalid("unknown_kid")),
            (
                "a kid with a blank more",
                header("kid", format!("{} ", forge.good.header["kid"].as_str().unwrap()).into()),
                { invalid("unknown_kid") },
            ),
            ("the address of other keys", header("jku", json!("https://keys.test/")), Verdict::Allowed),
            ("an unknown member", header("x", json!({"y": []})), Verdict::Allowed),
        ]
    });
}

fn a_signature_is_made_with_the_named_key(database: &Database) {
    run(database, |forge| {
        let stranger = Database::sqlite();
        let strange_token = token(&stranger, Role::ExecutiveProducer);
        let strange_key = local_key(stranger.folder.path());
        let strange_jwk =
            serde_json::to_value(Jwk::from_encoding_key(&strange_key, Algorithm::RS256).unwrap()).unwrap();
        let jwk = serde_json::to_value(Jwk::from_encoding_key(&forge.key, Algorithm::RS256).unwrap()).unwrap();
        let by = |header: &Value, key: &EncodingKey, algorithm| {
            let message = format!("{}.{}", encoded(header.to_string()), encoded(forge.good.claims.to_string()));
            let signature = sign(message.as_bytes(), key, algorithm).unwrap();
            format!("{message}.{signature}")
        };
        let good = forge.draft().signed(&forge.key);
        let (message, signature) = good.rsplit_once('.').unwrap();
        let (_, other_signature) = strange_token.rsplit_once('.').unwrap();
        let director = forge.claim("sub", "local|director");
        let (director, _) = director.rsplit_once('.').unwrap();
        let first_flipped = format!("{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
        let secret = EncodingKey::from_secret(jwk["n"].as_str().unwrap().as_bytes());
        let mut hmac = forge.draft().header;
        hmac["alg"] = json!("HS256");
        let mut rs384 = forge.draft().header;
        rs384["alg"] = json!("RS384");
        vec![
            ("another's key under our name", forge.draft().signed(&strange_key), invalid("signature")),
            (
                "another's key that the token brings along",
                { forge.draft().header("jwk", strange_jwk).signed(&strange_key) },
                invalid("signature"),
            ),
            ("another's token", strange_token.clone(), invalid("unknown_kid")),
            ("another's signature", format!("{message}.{other_signature}"), invalid("signature")),
            ("our signature over other claims", format!("{director}.{signature}"), invalid("signature")),
            ("a signature with one bit changed", format!("{message}.{first_flipped}"), invalid("signature")),
            (
                "half a signature",
                format!("{message}.{}", &signature[..signature.len() / 2 / 4 * 4]),
                invalid("signature"),
            ),
            ("our public key as a shared secret", by(&hmac, &secret, Algorithm::HS256), invalid("algorithm")),
            ("a shared secret that claims to be ours", by(&forge.good.header, &secret, Algorithm::HS256), {
                invalid("signature")
            }),
            ("our key with another digest", by(&rs384, &forge.key, Algorithm::RS384), invalid("algorithm")),
            (
                "another digest than is claimed",
                by(&forge.good.header, &forge.key, Algorithm::RS384),
                invalid("signature"),
            ),
            ("our key again", by(&forge.good.header, &forge.key, Algorithm::RS256), Verdict::Allowed),
        ]
    });
}
