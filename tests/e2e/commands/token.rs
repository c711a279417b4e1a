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
fn all_variables_of_the_collection_are_printed_as_postman_takes_them() {
    let database = Database::sqlite();
    let ran = run(&mut on(&database, &["token", "--all"]));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let mut lines = ran.out.lines().map(|line| line.split_once(':').unwrap());
    assert_eq!(lines.next(), Some(("host", "http://127.0.0.1:5000")));
    let subjects: Vec<_> =
        lines.map(|(name, token)| (name.to_owned(), claims(token)["sub"].as_str().unwrap().to_owned())).collect();
    let wanted = Role::ALL.map(|role| (format!("{}_token", role.key()), format!("local|{}", role.key())));
    assert_eq!(subjects, wanted);
}

#[test]
fn the_host_is_the_server_of_the_settings() {
    let database = Database::sqlite();
    for (settings, base) in [
        (&["http.port=8080"][..], "http://127.0.0.1:8080"),
        (&["http.host=::1"], "http://[::1]:5000"),
        (&["http.host=localhost", "http.port=81"], "http://localhost:81"),
    ] {
        let flags = settings.iter().flat_map(|setting| ["--set", setting]);
        let (code, printed) = answer(&database, &["token", "--all"].into_iter().chain(flags).collect::<Vec<_>>());
        assert_eq!((code, printed.lines().next()), (0, Some(&*format!("host:{base}"))));
    }
}

#[test]
fn no_token_is_printed_for_an_issuer_elsewhere() {
    let database = Database::sqlite();
    let mut command = on(&database, &["token", "--all"]);
    let ran = run(command.env("AUTH0_DOMAIN", "agency.eu.auth0.com").env("API_AUDIENCE", "casting"));
    let told = "ensemble: auth.mode must be local: only the development issuer signs tokens here\n";
    assert_eq!(ran, Ran { code: 78, out: String::new(), err: told.to_owned() });
}
