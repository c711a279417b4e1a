//! Tokens of an issuer elsewhere, whose keys are fetched.

use ensemble_domain::Role;
use reqwest::{
    Method,
    blocking::{RequestBuilder, Response},
};
use serde_json::json;

use super::{
    UNAUTHENTICATED, Verdict, check, invalid,
    issuer::{AUDIENCE, Conduct, Issuer},
    logged,
};
use crate::{
    database::Database,
    server::{Server, answered, eventually, token},
    tokens::now,
};

on_both_databases!(
    the_tokens_of_an_issuer_elsewhere_are_accepted_and_local_ones_are_not,
    without_keys_a_token_cannot_be_checked_until_the_issuer_comes_up,
    the_settings_say_what_tokens_must_be_like,
);

/// A server that trusts that issuer.
pub fn server_trusting(issuer: &Issuer, database: &Database, more: &[(&str, &str)]) -> Server {
    let base = [
        ("ENSEMBLE__AUTH__MODE", "oidc"),
        ("ENSEMBLE__AUTH__ISSUER", issuer.name.as_str()),
        ("ENSEMBLE__AUTH__AUDIENCE", AUDIENCE),
    ];
    Server::with(database, &[base.as_slice(), more].concat())
}

pub fn get(server: &Server, path: &str, token: Option<&str>) -> Response {
    token.into_iter().fold(server.request(Method::GET, path), RequestBuilder::bearer_auth).send().unwrap()
}

pub fn until_ready(server: &Server) {
    eventually("the keys are there", || (get(server, "/readyz", None).status() == 200).then_some(()));
}

pub(super) fn assert_verdicts(server: &Server, table: &[(&str, &str, Verdict)]) {
    let wrong = table.iter().filter_map(|(name, token, verdict)| {
        check(server, name, *verdict, &server.request(Method::GET, "/actors").bearer_auth(token))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn the_tokens_of_an_issuer_elsewhere_are_accepted_and_local_ones_are_not(database: &Database) {
    let (longest, longer) = ("k".repeat(128), "k".repeat(129));
    let issuer = Issuer::start(&["first", "second", &longest, &longer]);
    let keys_url = issuer.keys_url();
    for (way, more) in
        [("discovery", vec![]), ("the address of the keys", vec![("ENSEMBLE__AUTH__JWKS_URL", keys_url.as_str())])]
    {
        let server = server_trusting(&issuer, database, &more);
        until_ready(&server);
        let signed = |kid| issuer.draft(kid).signed(&issuer.key);
        let other_issuer = issuer.draft("first").claim("iss", issuer.name.trim_end_matches('/')).signed(&issuer.key);
        let other_audience = issuer.draft("first").claim("aud", "ensemble").signed(&issuer.key);
        let local_claims = issuer.draft("first").claim("iss", "urn:ensemble:local").claim("aud", "ensemble");
        assert_verdicts(
            &server,
            &[
                (way, &signed("first"), Verdict::Allowed),
                ("another key of the issuer", &signed("second"), Verdict::Allowed),
                ("a kid of 128 bytes", &signed(&longest), Verdict::Allowed),
                ("a kid of 129 bytes", &signed(&longer), invalid("kid")),
                ("a kid that is not published", &signed("third"), invalid("unknown_kid")),
                ("an issuer with a slash less", &other_issuer, invalid("issuer")),
                ("another audience", &other_audience, invalid("audience")),
                ("the development issuer's token", &token(database, Role::ExecutiveProducer), invalid("unknown_kid")),
                ("the development issuer's token by a key of this one", &issuer.local_token, invalid("unknown_kid")),
                ("the development issuer's claims", &local_claims.signed(&issuer.key), invalid("issuer")),
            ],
        );
        let wanted = server.request(Method::POST, "/local/token").json(&json!({"role": "producer"}));
        assert_eq!(answered(wanted.send().unwrap()).0, 404, "{way}: no tokens are handed out");
        let (_, me) = answered(get(&server, "/me", Some(&signed("first"))));
        assert_eq!(
            (&me["subject"], &me["permissions"], &me["role"]),
            (&json!("auth0|nada"), &json!(["get:actors"]), &json!(null))
        );
    }
}

fn without_keys_a_token_cannot_be_checked_until_the_issuer_comes_up(database: &Database) {
    let issuer = Issuer::start(&["key"]);
    issuer.becomes(Conduct::out_of_order());
    let server = server_trusting(&issuer, database, &[]);
    let token = issuer.draft("key").signed(&issuer.key);
    eventually("a fetch fails", || server.log().contains("could not fetch the signing keys").then_some(()));

    for (path, token) in [("/actors", Some(token.as_str())), ("/me", Some(&token)), ("/readyz", None)] {
        let response = get(&server, path, token);
        assert_eq!(response.headers()["retry-after"], "5", "{path}");
        assert!(!response.headers().contains_key("www-authenticate"), "{path}");
        let (status, problem) = answered(response);
        assert_eq!((status, &problem["type"]), (503, &json!("/problems/unavailable")), "{path}");
        let reason = logged(&server, problem["request_id"].as_str().unwrap()).unwrap()["reason"].clone();
        // A probe brings no credential that could be refused.
        assert_eq!(reason, token.map_or(json!(null), |_| json!("keys_unavailable")), "{path}");
    }
    assert_eq!(get(&server, "/livez", None).status(), 200);
    assert_eq!(check(&server, "no token", UNAUTHENTICATED, &server.request(Method::GET, "/actors")), None);

    issuer.publishes(&["key"]);
    until_ready(&server);
    assert_eq!(get(&server, "/actors", Some(&token)).status(), 200);
}

fn the_settings_say_what_tokens_must_be_like(database: &Database) {
    let issuer = Issuer::start(&["key"]);
    let claim = "https://casting.test/permissions";
    let server = server_trusting(
        &issuer,
        database,
        &[
            ("ENSEMBLE__AUTH__TYP", "at+jwt"),
            ("ENSEMBLE__AUTH__LEEWAY", "0"),
            ("ENSEMBLE__AUTH__PERMISSIONS_CLAIM", claim),
        ],
    );
    until_ready(&server);
    let good = || issuer.draft("key").without_claim("permissions").claim(claim, json!(["get:actors"]));
    assert_verdicts(
        &server,
        &[
            ("a token of these settings", &good().signed(&issuer.key), Verdict::Allowed),
            ("permissions where they usually are", &issuer.draft("key").signed(&issuer.key), Verdict::Powerless),
            ("a token of no type", &good().without_header("typ").signed(&issuer.key), invalid("typ")),
            ("a token of the usual type", &good().header("typ", "JWT").signed(&issuer.key), invalid("typ")),
            ("a token that just expired", &good().claim("exp", now() - 1).signed(&issuer.key), Verdict::EXPIRED),
            ("a token of soon", &good().claim("nbf", now() + 25).signed(&issuer.key), invalid("not_before")),
        ],
    );
}

#[test]
fn no_address_in_a_token_is_ever_asked() {
    let (issuer, elsewhere) = (Issuer::start(&["first"]), Issuer::start(&["first", "stolen"]));
    let database = Database::sqlite();
    let server = server_trusting(&issuer, &database, &[("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")]);
    until_ready(&server);
    let by_elsewhere = |kid| elsewhere.draft(kid).claim("iss", issuer.name.as_str());
    let with = |name: &str, value: &str| by_elsewhere("stolen").header(name, value).signed(&elsewhere.key);
    let tokens = [
        ("jku", with("jku", &elsewhere.keys_url())),
        ("x5u", with("x5u", &elsewhere.keys_url())),
        ("iss in the header", with("iss", &elsewhere.name)),
        ("another iss", elsewhere.draft("stolen").signed(&elsewhere.key)),
        (
            "another iss and a known kid",
            elsewhere.draft("first").header("jku", elsewhere.keys_url()).signed(&elsewhere.key),
        ),
        ("an address for a kid", by_elsewhere(&elsewhere.keys_url()).signed(&elsewhere.key)),
    ];
    for (name, token) in &tokens {
        // The issuer itself is asked for a key that is not known, but not more than once a second.
        let refused = eventually("the issuer is asked", || {
            let (asked, status) = (issuer.times_asked(), get(&server, "/actors", Some(token)).status());
            (issuer.times_asked() > asked || name.contains("known")).then_some(status)
        });
        assert_eq!(refused, 401, "{name}");
    }
    assert!(!elsewhere.was_asked());
}
