//! Keys that come, go, and cannot be had, while a caller whose key is known goes on undisturbed.

use std::{
    thread,
    time::{Duration, Instant},
};

use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::{
    draft::encoded,
    invalid,
    issuer::{Conduct, Issuer, published},
    oidc::{assert_verdicts, get, server_trusting, until_ready},
};
use crate::{
    database::Database,
    server::{Server, answered, eventually},
};

/// Keys that are fetched anew about once a second, and asked for as often.
const QUICK: [(&str, &str); 2] = [("ENSEMBLE__AUTH__JWKS_TTL", "1"), ("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")];

/// An issuer with one key, and a server over a database that trusts it and has its keys.
fn trusting(settings: &[(&str, &str)]) -> (Issuer, Server, Database) {
    let (issuer, database) = (Issuer::start(&["first"]), Database::sqlite());
    let server = server_trusting(&issuer, &database, settings);
    until_ready(&server);
    (issuer, server, database)
}

/// What a token of that key is answered. No answer may take a second, whatever the issuer does.
fn status(server: &Server, issuer: &Issuer, kid: &str) -> u16 {
    let token = issuer.draft(kid).signed(&issuer.key);
    let began = Instant::now();
    let status = get(server, "/actors", Some(&token)).status().as_u16();
    assert!(kid != "first" || began.elapsed() < Duration::from_secs(1), "a known key took {:?}", began.elapsed());
    status
}

fn until(server: &Server, issuer: &Issuer, kid: &str, expected: u16) {
    eventually(&format!("{kid} is answered {expected}"), || (status(server, issuer, kid) == expected).then_some(()));
}

/// Waits until the issuer has been asked so many times more.
fn until_asked_again(issuer: &Issuer, times: usize) {
    let before = issuer.times_asked();
    eventually("the issuer is asked again", || (issuer.times_asked() >= before + times).then_some(()));
}

#[test]
fn keys_are_rotated_without_a_restart() {
    let (issuer, server, _database) = trusting(&QUICK);
    assert_eq!((status(&server, &issuer, "first"), status(&server, &issuer, "second")), (200, 401));
    issuer.publishes(&["first", "second"]);
    until(&server, &issuer, "second", 200);
    assert_eq!(status(&server, &issuer, "first"), 200);
    issuer.publishes(&["second"]);
    until(&server, &issuer, "first", 401);
    assert_eq!(status(&server, &issuer, "second"), 200);
}

#[test]
fn a_new_key_is_asked_for_when_its_first_token_comes() {
    let (issuer, server, _database) = trusting(&[("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")]);
    issuer.publishes(&["first", "second"]);
    until(&server, &issuer, "second", 200);
    assert_eq!(issuer.times_asked(), 2, "once at the start, and once for the new key");
}

#[test]
fn a_token_that_was_accepted_is_refused_once_its_key_has_other_material() {
    let (issuer, server, _database) = trusting(&QUICK);
    assert_eq!(status(&server, &issuer, "first"), 200);
    let stranger = Issuer::start(&[]);
    issuer.becomes(Conduct::publishing(&[published(&stranger.key, "first")]));
    until(&server, &issuer, "first", 401);
}

#[test]
fn known_keys_serve_whatever_the_issuer_does() {
    let elsewhere = Issuer::start(&["first", "stolen"]);
    let conducts = [
        ("an outage", Conduct::out_of_order()),
        ("no page", Conduct::Answers("404 Not Found", String::new())),
        ("no content", Conduct::Answers("204 No Content", String::new())),
        ("a page for people", Conduct::Answers("200 OK", "<!doctype html>".to_owned())),
        ("half a document", Conduct::Answers("200 OK", "{\"keys\":[".to_owned())),
        ("another document", Conduct::Answers("200 OK", "{\"keys\":{}}".to_owned())),
        ("no keys", Conduct::publishing(&[])),
        ("a redirect", Conduct::Redirects(elsewhere.keys_url())),
        ("an endless body", Conduct::Floods),
    ];
    thread::scope(|scope| {
        for (name, conduct) in conducts {
            scope.spawn(move || {
                let (issuer, server, _database) = trusting(&QUICK);
                issuer.becomes(conduct);
                until_asked_again(&issuer, 2);
                assert_eq!(status(&server, &issuer, "first"), 200, "{name}");
                assert_eq!(
                    status(&server, &issuer, "second"),
                    503,
                    "{name}: nobody can tell of a key that is not known"
                );
                assert_eq!(get(&server, "/readyz", None).status(), 200, "{name}");
            });
        }
    });
    assert_eq!(elsewhere.times_asked(), 0, "the redirect was followed");
}

#[test]
fn known_keys_serve_while_a_fetch_hangs() {
    for conduct in [Conduct::Hangs, Conduct::Stalls] {
        let (issuer, server, _database) = trusting(&QUICK);
        issuer.becomes(conduct);
        until_asked_again(&issuer, 1);
        thread::scope(|scope| {
            // Whoever brings an unknown key waits for the fetch, and is told that it failed.
            let stranger = scope.spawn(|| status(&server, &issuer, "second"));
            while !stranger.is_finished() {
                assert_eq!(status(&server, &issuer, "first"), 200);
            }
            assert_eq!(stranger.join().unwrap(), 503);
        });
    }
}

#[test]
fn keys_that_could_not_be_fetched_for_too_long_are_no_longer_trusted() {
    let (issuer, server, _database) = trusting(&[QUICK[0], ("ENSEMBLE__AUTH__JWKS_STALE", "2")]);
    issuer.becomes(Conduct::out_of_order());
    until(&server, &issuer, "first", 503);
    assert_eq!(get(&server, "/readyz", None).status(), 503);
    assert_eq!(get(&server, "/actors", None).status(), 401);
    issuer.publishes(&["first"]);
    until(&server, &issuer, "first", 200);
    assert_eq!(get(&server, "/readyz", None).status(), 200);
}

#[test]
fn keys_that_cannot_be_trusted_are_passed_over() {
    let (issuer, server, _database) = trusting(&QUICK);
    let good = |kid| published(&issuer.key, kid);
    let with = |kid, member: &str, value: Value| {
        let mut key = good(kid);
        key[member] = value;
        key
    };
    let weak = with("weak", "n", json!(encoded([0xff; 128])));
    let even = with("even", "e", json!("Ag"));
    let oct = json!({"kty": "oct", "kid": "oct", "k": encoded("secret"), "alg": "HS256"});
    let entries = [
        json!(null),
        json!(7),
        json!({"kty": "RSA"}),
        with("number", "kid", json!(5)),
        weak,
        even,
        oct,
        with("for encryption", "use", json!("enc")),
        with("signing only", "key_ops", json!(["sign"])),
        with("other algorithm", "alg", json!("RS512")),
        with("private", "d", json!("AQAB")),
        good("twice"),
        good("twice"),
        good("first"),
    ];
    issuer.becomes(Conduct::publishing(&entries));
    until_asked_again(&issuer, 2);
    let unknown = ["weak", "even", "oct", "for encryption", "signing only", "other algorithm", "private", "twice"];
    let signed = |kid: &str| issuer.draft(kid).signed(&issuer.key);
    let tokens: Vec<_> = unknown.iter().map(|kid| (*kid, signed(kid))).collect();
    let hmac = EncodingKey::from_secret(b"secret");
    let message = signed("oct");
    let (message, _) = message.rsplit_once('.').unwrap();
    let forged = jsonwebtoken::crypto::sign(message.as_bytes(), &hmac, jsonwebtoken::Algorithm::HS256).unwrap();
    let forged = format!("{message}.{forged}");
    let mut table: Vec<_> = tokens.iter().map(|(kid, token)| (*kid, token.as_str(), invalid("unknown_kid"))).collect();
    table.push(("a token by the shared secret", &forged, invalid("unknown_kid")));
    assert_verdicts(&server, &table);
    assert_eq!(status(&server, &issuer, "first"), 200);
    for kid in ["weak", "twice", "oct"] {
        assert_eq!(server.log().matches(&format!("\"key.kid\":\"\\\"{kid}\\\"\"")).count(), 1, "{kid} is told once");
    }
}

#[test]
fn many_unknown_keys_at_once_cause_one_fetch_at_most() {
    let (issuer, server, _database) = trusting(&[("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")]);
    eventually("the interval since the first fetch is over", || {
        assert_eq!(status(&server, &issuer, "early"), 401);
        (issuer.times_asked() == 2).then_some(())
    });
    let began = Instant::now();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> = (0..50)
            .map(|client| {
                let (server, issuer) = (&server, &issuer);
                scope.spawn(move || -> Vec<u16> {
                    let tokens = (0..10).map(|token| issuer.draft(&format!("{client}-{token}")).signed(&issuer.key));
                    let statuses = tokens.map(|token| get(server, "/actors", Some(&token)).status().as_u16());
                    statuses.chain([status(server, issuer, "first")]).collect()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(401), count(200)), (500, 50));
    let intervals = usize::try_from(began.elapsed().as_secs()).unwrap() + 1;
    assert!(issuer.times_asked() <= 2 + intervals, "asked {} times", issuer.times_asked());
}

#[test]
fn permissions_come_from_the_claim_of_the_settings() {
    let roles = json!({"roles": ["offline_access", "casting-assistant"]});
    for (setting, claim, value) in [
        ("scope", "scope", json!("openid get:actors get:movies")),
        ("realm_access.roles", "realm_access", roles),
        ("https://agency.test/roles", "https://agency.test/roles", json!(["Casting Assistant"])),
    ] {
        let (issuer, server, _database) = trusting(&[("ENSEMBLE__AUTH__PERMISSIONS_CLAIM", setting)]);
        let token = issuer.draft("first").without_claim("permissions").claim(claim, value).signed(&issuer.key);
        let (status, me) = answered(get(&server, "/me", Some(&token)));
        assert_eq!((status, &me["permissions"]), (200, &json!(["get:actors", "get:movies"])), "{setting}");
        assert_eq!(me["role"], "assistant", "{setting}");
    }
}
