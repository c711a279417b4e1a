//! What production refuses, and what no command prints.

use std::fs;

use tempfile::TempDir;

use super::{check, folder_with, refusal};
use crate::{commands::run, server::ensemble};

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
        ("auth.issuer=https://localhost./", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://issuer.localhost/", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://127.1/", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://0.0.0.0/", "auth.issuer must not be on this machine in production", true),
        ("auth.issuer=https://[::ffff:127.0.0.1]/", "auth.issuer must not be on this machine in production", true),
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
fn production_refuses_it_wherever_it_is_set() {
    let as_flags = ["--profile", "production", "--set", "log.level=trace"];
    let named = [("ENSEMBLE_PROFILE", "production")];
    let unnamed = [("HOST", "0.0.0.0")];
    let variable = ("ENSEMBLE__LOG__LEVEL", "trace");
    let empty = TempDir::new().unwrap();
    let in_a_file = folder_with(&[("production.toml", "[log]\nlevel = \"trace\"\n")]);
    let told = |origin| format!("log.level must not be trace in production; use debug at most (set in {origin})");
    let remote = |more: &[&'static str]| [&REMOTE[..], more].concat();

    assert_eq!(refusal(empty.path(), &remote(&as_flags), &[]), told("the command line"));
    assert_eq!(refusal(empty.path(), &remote(&as_flags[2..]), &unnamed), told("the command line"));
    assert_eq!(refusal(empty.path(), &REMOTE, &[named[0], variable]), told("ENSEMBLE__LOG__LEVEL"));
    assert_eq!(refusal(empty.path(), &REMOTE, &[unnamed[0], variable]), told("ENSEMBLE__LOG__LEVEL"));
    assert_eq!(refusal(in_a_file.path(), &REMOTE, &named), told("config/production.toml"));
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
