//! What production refuses, and what keeps the development issuer and secrets on this machine.

use std::{fs, os::unix::fs::PermissionsExt};

use tempfile::TempDir;

use super::{check, refusal};
use crate::{commands::run, database::Database, server::ensemble};

/// Arguments that set an issuer elsewhere.
const REMOTE: [&str; 6] =
    ["--set", "auth.mode=oidc", "--set", "auth.issuer=https://issuer.test/", "--set", "auth.audience=casting"];

#[test]
fn production_refuses_what_is_for_trying_things_out() {
    let folder = TempDir::new().unwrap();
    assert_eq!(check(folder.path(), &REMOTE, &[("ENSEMBLE_PROFILE", "production")]).code, 0);
    for (set, told, in_development) in [
        ("auth.issuer=http://issuer.test/", "auth.issuer must begin with https://", false),
        ("auth.issuer=http://127.0.0.1:9000/", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://localhost/", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://[::1]/", "auth.issuer must not be on this machine in production", true),
        ("auth.jwks_url=http://issuer.test/keys", "auth.jwks_url must begin with https://", false),
        ("auth.jwks_url=http://localhost/keys?a=b", "auth.jwks_url must not be on this machine in production", true),
        ("auth.jwks_url=https://127.0.0.1/keys", "auth.jwks_url must not be on this machine in production", true),
        ("auth.mode=local", "auth.mode local is refused in production; use oidc", false),
        ("auth.audience=", "auth.audience is needed in mode oidc", false),
        ("auth.leeway=61", "auth.leeway must be a whole number from 0 to 60", false),
        ("http.cors_origins=*", "http.cors_origins must list exact origins in production", true),
        ("http.cors_origins=https://a.test,*", "http.cors_origins must list exact origins in production", true),
        ("log.level=trace", "log.level must not be trace in production", true),
    ] {
        let arguments: Vec<_> = REMOTE.into_iter().chain(["--set", set]).collect();
        let refused = refusal(folder.path(), &arguments, &[("ENSEMBLE_PROFILE", "production")]);
        assert!(refused.starts_with(told), "{set}: {refused}");
        let developing = check(folder.path(), &arguments, &[]);
        assert_eq!(developing.code == 0, in_development, "{set} while developing: {}", developing.err);
    }
    for (directives, right) in [
        ("trace", false),
        ("info,ensemble=TRACE", false),
        ("ensemble_http", false),
        ("5", false),
        ("info,a=debug", true),
    ] {
        let variables = [("ENSEMBLE_PROFILE", "production"), ("RUST_LOG", directives)];
        if right {
            assert_eq!(check(folder.path(), &REMOTE, &variables).code, 0, "{directives}");
        } else {
            let told = refusal(folder.path(), &REMOTE, &variables);
            assert_eq!(told, "RUST_LOG must not ask for trace in production; use debug at most", "{directives}");
            assert_eq!(check(folder.path(), &REMOTE, &variables[1..]).code, 0, "{directives} while developing");
        }
    }
}

#[test]
fn an_address_that_others_reach_demands_the_production_profile() {
    let folder = TempDir::new().unwrap();
    for host in ["0.0.0.0", "::", "192.0.2.1", "casting.example.org"] {
        let unnamed = check(folder.path(), &REMOTE, &[("HOST", host)]);
        assert_eq!((unnamed.code, unnamed.out.lines().next()), (0, Some("profile = production")), "{host}");
        let told = refusal(folder.path(), &REMOTE, &[("HOST", host), ("ENSEMBLE_PROFILE", "development")]);
        assert_eq!(
            told,
            format!(
                "http.host {host:?} is not a loopback address, which demands the production profile: set \
                 ENSEMBLE_PROFILE=production, or listen on 127.0.0.1 (set in HOST)"
            )
        );
    }
    for host in ["127.0.0.1", "127.8.9.1", "::1", "localhost"] {
        let local = check(folder.path(), &[], &[("HOST", host)]);
        assert_eq!((local.code, local.out.lines().next()), (0, Some("profile = development")), "{host}");
    }
}

#[test]
fn the_development_issuer_stays_on_this_machine_and_alone() {
    let folder = TempDir::new().unwrap();
    for (variables, told) in [
        (&[("HOST", "0.0.0.0")][..], "auth.mode local is for loopback addresses only, and http.host is \"0.0.0.0\""),
        (&[("ENSEMBLE__AUTH__ISSUER", "https://issuer.test/")], "auth.issuer is set, but auth.mode is local"),
        (
            &[("AUTH0_DOMAIN", "agency.eu.auth0.com"), ("ENSEMBLE__AUTH__MODE", "local")],
            "auth.issuer is set, but auth.mode is local, which has its own issuer; set auth.mode to oidc (set in AUTH0_DOMAIN)",
        ),
    ] {
        let refused = refusal(folder.path(), &[], variables);
        assert!(refused.starts_with(told), "{variables:?}: {refused}");
    }
}

#[test]
fn the_development_issuers_key_is_its_owners_alone() {
    let database = Database::sqlite();
    let token = || {
        run(ensemble(database.folder.path()).args(["token", "--role", "assistant"]).env("DATABASE_URL", &database.url))
    };
    assert_eq!(token().code, 0);
    let key = database.folder.path().join("ensemble.local-key.pem");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);

    for mode in [0o640, 0o604, 0o644, 0o660] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let serve =
            run(ensemble(database.folder.path()).args(["serve", "--port", "0"]).env("DATABASE_URL", &database.url));
        for refused in [token(), serve] {
            let told = refused.err.lines().last().unwrap_or_default();
            assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{mode:o}: {told}");
            assert!(told.contains(&format!("(mode {mode:o}): run chmod 600 on it, or delete it")), "{told}");
        }
    }
}

#[test]
fn no_command_prints_the_password_of_the_database() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("actors.csv"), "name,age,gender\nNada Haddad,20,f\n").unwrap();
    let urls = [
        "postgres://me:hunter2@127.0.0.1:1/ensemble",
        "postgres://127.0.0.1:1/ensemble?user=me&password=hunter2",
        "postgres:/me:hunter2@127.0.0.1:1/ensemble",
        "postgres//me:hunter2@127.0.0.1:1/ensemble",
    ];
    let commands = [
        &["config", "check"][..],
        &["serve", "--port", "0"],
        &["migrate", "up"],
        &["migrate", "down"],
        &["migrate", "status"],
        &["seed"],
        &["token", "--all"],
        &["import", "actors", "actors.csv"],
        &["healthcheck", "--set", "http.port=1"],
    ];
    for url in urls {
        for command in commands {
            let variables =
                [("DATABASE_URL", url), ("ENSEMBLE__DATABASE__MIGRATE_ON_START", "true"), ("RUST_LOG", "trace")];
            let ran = run(ensemble(folder.path()).args(command).envs(variables));
            let printed = format!("{}{}", ran.out, ran.err);
            assert!(!printed.is_empty() && !printed.contains("hunter2"), "{command:?} on {url}: {printed}");
        }
    }
    let checked = check(folder.path(), &[], &[("DATABASE_URL", urls[0])]);
    assert!(checked.out.contains(r#"database.url = "postgres://me:***@127.0.0.1:1/ensemble"  # DATABASE_URL"#));
}
