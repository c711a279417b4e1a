//! What a token must be like: for each rule a token that breaks it, and one that just does not.

use ensemble_domain::Role;
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign, jwk::Jwk};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Verdict, assert_keeps_secret, check,
    draft::{Draft, encoded, nested, signed_segments, signed_text},
    invalid,
};
use crate::{
    database::Database,
    server::{Server, token},
    tokens::{local_key, now},
};

on_both_databases!(
    a_token_is_three_segments_of_a_size,
    a_header_promises_nothing_but_a_signature,
    a_signature_is_made_with_the_named_key,
    a_token_is_for_us_from_our_issuer,
    a_token_has_its_time,
    a_token_says_who_and_what,
);

type Row = (&'static str, String, Verdict);

/// What the tokens of a table are made from: the Assistant's, who may list actors.
struct Forge {
    key: EncodingKey,
    good: Draft,
}

impl Forge {
    fn draft(&self) -> Draft {
        self.good.clone()
    }

    fn header(&self, member: &str, value: impl Into<Value>) -> String {
        self.draft().header(member, value).signed(&self.key)
    }

    fn claim(&self, name: &str, value: impl Into<Value>) -> String {
        self.draft().claim(name, value).signed(&self.key)
    }

    fn without(&self, name: &str) -> String {
        self.draft().without_claim(name).signed(&self.key)
    }

    /// The good token with this text in the place of its claims.
    fn text(&self, claims: impl AsRef<[u8]>) -> String {
        signed_text(self.good.header.to_string(), claims, &self.key)
    }

    /// The good header or claims as text, with one more member written behind the others.
    fn doubled(object: &Value, member: &str) -> String {
        format!("{},{member}}}", object.to_string().trim_end_matches('}'))
    }
}

/// Asks for the actors with every token of the table, and looks for what is wrong with each answer, and for the tokens in the log.
fn run(database: &Database, table: impl FnOnce(&Forge) -> Vec<Row>) {
    let server = Server::start(database);
    let forge = Forge { key: local_key(database.folder.path()), good: Draft::of(server.token(Role::CastingAssistant)) };
    let rows = table(&forge);
    let failures: Vec<_> = rows
        .iter()
        .enumerate()
        .filter_map(|(number, (name, token, verdict))| {
            let id = format!("token-{number}");
            let request = server.request(Method::GET, "/actors").header("x-request-id", &id).bearer_auth(token);
            check(&server, name, *verdict, &id, request.send().unwrap())
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for (_, token, _) in &rows {
        assert_keeps_secret(&server, token);
    }
}

fn a_token_is_three_segments_of_a_size(database: &Database) {
    run(database, |forge| {
        let (draft, key) = (forge.draft(), &forge.key);
        let good = draft.signed(key);
        let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
        let (header_text, claims_text) = (draft.header.to_string(), draft.claims.to_string());
        let shape = invalid("shape");
        let of = |header: &str, claims: &str| signed_segments(header, claims, key);
        vec![
            ("the good token", good.clone(), Verdict::Allowed),
            ("8192 bytes", draft.of_size(8192, key), Verdict::Allowed),
            ("8193 bytes", draft.of_size(8193, key), invalid("size")),
            ("a header of 2048 bytes", draft.of_header_size(2048, key), Verdict::Allowed),
            ("a header of more", draft.of_header_size(2049, key), invalid("size")),
            ("one segment", header.to_owned(), shape),
            ("two segments", format!("{header}.{claims}"), shape),
            ("no signature", format!("{header}.{claims}."), shape),
            ("no claims", format!("{header}..{signature}"), shape),
            ("no header", format!(".{claims}.{signature}"), shape),
            ("four segments", format!("{good}.{signature}"), shape),
            ("five segments, encrypted", format!("{header}.{claims}.{claims}.{claims}.{signature}"), shape),
            ("padding", format!("{good}=="), shape),
            ("the other alphabet", of(&encoded(&header_text), "eyJ+/31"), shape),
            ("bits to spare", of(header, "e31"), shape),
            ("a header that is no JSON", signed_text("header", &claims_text, key), shape),
            ("claims that are a list", forge.text("[]"), shape),
            ("claims that are a text", forge.text("\"claims\""), shape),
            ("claims with a word behind", forge.text(format!("{claims_text} x")), shape),
            ("claims with blanks around", forge.text(format!(" {claims_text}\r\n")), Verdict::Allowed),
            ("claims with a byte order mark", forge.text(format!("\u{feff}{claims_text}")), shape),
            (
                "claims that are not UTF-8",
                forge.text([b"{\"a\":\"\xff\",", &claims_text.as_bytes()[1..]].concat()),
                shape,
            ),
            ("claims 60 lists deep", forge.claim("deep", nested(60)), Verdict::Allowed),
            ("claims 600 lists deep", forge.text(Forge::doubled(&draft.claims, &deep(600))), shape),
            ("a claim twice", forge.text(Forge::doubled(&draft.claims, "\"sub\":\"x\"")), invalid("duplicate_member")),
            ("a claim twice, once escaped", forge.text(Forge::doubled(&draft.claims, "\"\\u0073ub\":\"x\"")), {
                invalid("duplicate_member")
            }),
            ("an unknown claim twice", forge.text(Forge::doubled(&draft.claims, "\"x\":1,\"x\":1")), {
                invalid("duplicate_member")
            }),
            ("a name twice inside a claim", forge.text(Forge::doubled(&draft.claims, "\"x\":{\"y\":1,\"y\":1}")), {
                Verdict::Allowed
            }),
            (
                "a header member twice",
                { signed_text(Forge::doubled(&draft.header, "\"alg\":\"RS256\""), &claims_text, key) },
                invalid("duplicate_member"),
            ),
        ]
    });
}

/// A claim of lists in lists, as text.
fn deep(depth: usize) -> String {
    format!("\"deep\":{}{}", "[".repeat(depth), "]".repeat(depth))
}

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
