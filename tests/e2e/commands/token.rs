//! `ensemble token`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ensemble_domain::Role;
use serde_json::Value;

use super::{Ran, answer, on, run};
use crate::database::Database;

/// The claims of a token that stands alone on its line.
fn claims(token: &str) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token:?}");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[test]
fn a_token_is_printed_bare() {
    let database = Database::sqlite();
    for (role, ttl, seconds) in [
        ("assistant", None, 43_200),
        ("director", Some("30m"), 1800),
        ("producer", Some("30d"), 2_592_000),
        ("assistant", Some("1s"), 1),
    ] {
        let arguments: Vec<_> = ["token", "--role", role].into_iter().chain(ttl.map(|_| "--ttl")).chain(ttl).collect();
        let ran = run(&mut on(&database, &arguments));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        let claims = claims(ran.out.strip_suffix('\n').unwrap());
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!((claims["sub"].as_str(), lifetime), (Some(&*format!("local|{role}")), seconds), "{arguments:?}");
    }
}

#[test]
fn a_token_of_every_role_is_printed_on_a_line_of_its_own() {
    let (code, printed) = answer(&Database::sqlite(), &["token", "--all"]);
    let subjects: Vec<_> = printed
        .lines()
        .map(|line| line.split_once("_token=").unwrap())
        .map(|(role, token)| (role, claims(token)["sub"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(code, 0);
    assert_eq!(subjects, Role::ALL.map(|role| (role.key(), format!("local|{}", role.key()))));
}

#[test]
fn no_token_is_printed_for_an_issuer_elsewhere() {
    let database = Database::sqlite();
    let mut command = on(&database, &["token", "--all"]);
    let ran = run(command.env("AUTH0_DOMAIN", "agency.eu.auth0.com").env("API_AUDIENCE", "casting"));
    let told = "ensemble: auth.mode must be local: only the development issuer signs tokens here\n";
    assert_eq!(ran, Ran { code: 78, out: String::new(), err: told.to_owned() });
}
