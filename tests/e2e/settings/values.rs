//! Values, keys and files that are not right.

use std::{collections::BTreeSet, fs};

use tempfile::TempDir;

use super::{check, defaults, folder_with, refusal, variable};
use crate::{commands::run, server::ensemble};

const OIDC: [(&str, &str); 3] =
    [("auth.mode", r#""oidc""#), ("auth.issuer", r#""https://issuer.test/""#), ("auth.audience", r#""casting""#)];

/// A key, values that are not right as TOML, and what is told to be right. Those of an issuer elsewhere need `auth.mode = "oidc"`.
const BAD: &[(&str, &[&str], &str)] = &[
    ("database.url", &[r#""mysql://db/x""#, r#""sqllite://x""#, r#""""#, "5"], "must start with sqlite: or postgres:"),
    ("database.url", &[r#""postgres:/db/x""#, r#""postgres://db:port/x""#], "postgres://user:password@host:5432/name"),
    ("database.url", &[r#""sqlite:""#, r#""sqlite:///data/""#], "give a path, such as sqlite://ensemble.db"),
    ("database.url", &[r#""sqlite::memory:""#], "must name a file"),
    ("database.pool_size", &["-1", "1001", r#""many""#, "2.5"], "must be a whole number from 0 to 1000"),
    ("database.queue", &["0", "1_000_001"], "must be a whole number from 1 to 1000000"),
    ("database.checkout_timeout", &["0", "61", r#""2s""#], "must be a whole number from 1 to 60"),
    ("database.statement_timeout", &["0", "3601"], "must be a whole number from 1 to 3600"),
    ("database.migrate_on_start", &[r#""yes""#, "1"], "must be one of auto, true, false"),
    ("auth.mode", &[r#""none""#, r#""OIDC""#, r#""""#], "must be one of local, oidc"),
    ("auth.local_key", &[r#"["key.pem"]"#], "must be one value, not a list"),
    ("auth.issuer", &[r#""""#], "is needed in mode oidc, such as \"https://agency.eu.auth0.com/\""),
    ("auth.issuer", &[r#""agency.eu.auth0.com""#], "must be an address such as https://"),
    ("auth.issuer", &[r#""http://issuer.test/""#], "must begin with https://"),
    ("auth.issuer", &[r#""https://me:pass@issuer.test/""#], "must not carry a user name or password"),
    ("auth.audience", &[r#""""#], "is needed in mode oidc"),
    ("auth.audience", &[r#"" ""#], "such as the identifier of the API"),
    ("auth.jwks_url", &[r#""keys.json""#, r#""/keys""#], "must be an address such as https://"),
    (
        "auth.jwks_url",
        &[r#""https://issuer.test/keys#a""#, r#""https://issuer.test/?a#b""#],
        "must not have a fragment",
    ),
    ("auth.jwks_ttl", &["0", "3601"], "must be a whole number from 1 to 3600"),
    ("auth.jwks_min_refetch", &["0", "301"], "must be a whole number from 1 to 300"),
    ("auth.jwks_stale", &["-1", "86401"], "must be a whole number from 0 to 86400"),
    ("auth.algorithms", &[r#"["HS256"]"#, r#"["none"]"#, r#"["RS256", "rs256"]"#], "must be one of RS256, RS384,"),
    ("auth.algorithms", &["[]"], "at least one algorithm must be accepted, such as RS256"),
    ("auth.algorithms", &[r#"["ES256"]"#], "must contain RS256, with which the development issuer signs"),
    ("auth.algorithms", &[r#""RS256""#, "[[]]"], "must be a list of texts"),
    ("auth.typ", &[r#""jwt""#], "must be one of any, at+jwt"),
    ("auth.leeway", &["-1", "61"], "must be a whole number from 0 to 60"),
    ("auth.permissions_claim", &[r#""""#, r#""roles.""#, r#""a..b""#], "such as permissions, scope or"),
    ("http.host", &[r#""""#, r#""localhost:80""#, r#""http://localhost""#, r#""[::1]""#], "such as 127.0.0.1, ::1 or"),
    ("http.port", &["-1", "65536", r#""http""#], "must be a whole number from 0 to 65535"),
    ("http.workers", &["-1", "1025"], "must be a whole number from 0 to 1024"),
    ("http.body_limit", &["1023", "16777217", r#""64k""#], "must be a whole number from 1024 to 16777216"),
    ("http.cors_origins", &[r#"["casting.example.org"]"#, r#"["https://a.test/x"]"#, r#"["null"]"#], "without a path"),
    (
        "http.cors_origins",
        &[r#"["https://A.test"]"#, r#"["https://a.test:443"]"#, r#"["https://a.test/"]"#],
        "such as https://a.test, not",
    ),
    (
        "http.cors_origins",
        &[r#"["https://*.a.test"]"#, r#"["ftp://a.test"]"#, r#"["https://"]"#],
        "such as https://casting.example.org, not",
    ),
    ("console.client_id", &[r#""my client""#, r#""cliënt""#, r#"" ""#], "as the issuer shows it, without spaces"),
    ("http.trusted_proxies", &[r#"["10.0.0.0/33"]"#, r#"["proxy"]"#], "must list networks such as 10.0.0.0/8"),
    ("http.drain_delay", &["-1", "301"], "must be a whole number from 0 to 300"),
    ("http.shutdown_timeout", &["-1", "301"], "must be a whole number from 0 to 300"),
    ("rate_limit.enabled", &["1", r#""on""#], "must be one of true, false"),
    ("rate_limit.per_caller", &["0", "1_000_001"], "must be a whole number from 1 to 1000000"),
    ("rate_limit.per_caller_burst", &["0", "0.5"], "must be a whole number from 1 to 1000000"),
    ("rate_limit.refused", &["0", "-10"], "must be a whole number from 1 to 1000000"),
    ("rate_limit.refused_burst", &["0", r#""""#], "must be a whole number from 1 to 1000000"),
    ("log.format", &[r#""xml""#], "must be one of auto, text, json"),
    ("log.level", &[r#""loud""#, "3"], "must be one of error, warn, info, debug, trace"),
    ("metrics.address", &["9100", r#"":9100""#, r#""localhost:9100""#], "an address and a port such as 127.0.0.1:9100"),
    ("metrics.address", &[r#""0.0.0.0:9100""#, r#""[::]:9100""#], "or use 127.0.0.1:9100"),
];

#[test]
fn a_value_that_is_not_right_is_refused_with_what_would_be() {
    for (key, values, right) in BAD {
        for value in *values {
            let elsewhere = ["auth.issuer", "auth.audience", "auth.jwks_url"].contains(key);
            let base = OIDC.iter().filter(|(base, _)| elsewhere && base != key);
            let lines: Vec<_> = base.chain([&(*key, *value)]).map(|(key, value)| format!("{key} = {value}")).collect();
            let file = lines.join("\n");
            let folder = folder_with(&[("development.toml", &file)]);
            let told = refusal(folder.path(), &[], &[]);
            let named = told.starts_with(&format!("{key} ")) && told.ends_with("(set in config/development.toml)");
            assert!(named && told.contains(right), "{key} = {value}: {told}");
        }
    }
}

#[test]
fn every_setting_has_values_that_are_not_right() {
    let tried: BTreeSet<_> = BAD.iter().map(|(key, ..)| (*key).to_owned()).collect();
    assert_eq!(tried, defaults().into_keys().collect());
}

#[test]
fn the_defaults_are_accepted_and_printed_as_they_stand_in_the_file() {
    let folder = TempDir::new().unwrap();
    let checked = check(folder.path(), &["--set", "http.cors_origins="], &[]);
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
    let mut lines = checked.out.lines();
    assert_eq!(lines.next(), Some("profile = development"));
    let printed = lines.map(|line| line.split_once("  # ").unwrap().0.to_owned());
    let wanted = defaults().into_iter().map(|(key, value)| format!("{key} = {value}"));
    assert_eq!(printed.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_one() {
    for (wrong, nearest) in [
        ("http.prot", "http.port"),
        ("http.cors_origin", "http.cors_origins"),
        ("auth.isuer", "auth.issuer"),
        ("databse.url", "database.url"),
        ("log.levle", "log.level"),
        ("metric.adress", "metrics.address"),
        ("port", "http.port"),
        ("url", "database.url"),
        ("isuer", "auth.issuer"),
    ] {
        let told = |origin: &str| format!("there is no setting {wrong} ({origin}); did you mean {nearest}?");
        let empty = TempDir::new().unwrap();
        let named = variable(wrong);
        assert_eq!(refusal(empty.path(), &["--set", &format!("{wrong}=1")], &[]), told("the command line"));
        assert_eq!(refusal(empty.path(), &[], &[(&named, "1")]), told(&named));
        let folder = folder_with(&[("elsewhere.toml", ""), ("development.toml", &format!("{wrong} = 1\n"))]);
        assert_eq!(refusal(folder.path(), &[], &[]), told("config/development.toml"));
        assert_eq!(
            refusal(
                folder.path().parent().unwrap(),
                &["--config", folder.path().join("config").to_str().unwrap()],
                &[]
            ),
            told(folder.path().join("config/development.toml").to_str().unwrap())
        );
    }
}

#[test]
fn an_unknown_section_is_refused_even_when_it_is_empty() {
    for (file, section, nearest) in
        [("[databse]\n", "databse", "database.url"), ("[https]\n", "https", "http."), ("http = 5\n", "http", "http.")]
    {
        let folder = folder_with(&[("default.toml", file)]);
        let told = refusal(folder.path(), &[], &[]);
        let wanted = format!("there is no setting {section} (config/default.toml); did you mean {nearest}");
        assert!(told.starts_with(&wanted), "{told}");
    }
    let known = folder_with(&[("default.toml", "[http]\n")]);
    assert_eq!(check(known.path(), &[], &[]).code, 0);
}

#[test]
fn a_file_that_is_no_toml_is_refused_without_being_quoted() {
    for file in ["[database]\nurl = \"postgres://me:hunter2@db/x\n", "url = hunter2\n", "hunter2", "[hunter2\n"] {
        let folder = folder_with(&[("default.toml", file)]);
        let told = refusal(folder.path(), &[], &[]);
        assert!(told.starts_with("config/default.toml cannot be read: TOML parse error at line "), "{file:?}: {told}");
        assert!(!told.contains("hunter2"), "{file:?}: {told}");
    }
}

#[test]
fn a_folder_of_settings_that_is_missing_is_refused() {
    let folder = folder_with(&[("default.toml", "")]);
    for wrong in ["confg", "config/default.toml"] {
        assert_eq!(
            refusal(folder.path(), &["--config", wrong], &[]),
            format!("--config must be a folder, and {wrong} is none")
        );
    }
    assert_eq!(check(folder.path(), &["--config", "config"], &[]).code, 0);
}

#[test]
fn an_unknown_profile_is_refused() {
    let folder = TempDir::new().unwrap();
    let told = refusal(folder.path(), &["--profile", "staging"], &[]);
    assert_eq!(told, "--profile must be development or production, not \"staging\"");
    let told = refusal(folder.path(), &[], &[("ENSEMBLE_PROFILE", "prod")]);
    assert_eq!(told, "ENSEMBLE_PROFILE must be development or production, not \"prod\"");
}

#[test]
fn a_mistyped_database_leaves_no_file_behind() {
    for url in ["sqllite://x", "mysql://db/x", "SQLITE://x", "ensemble.db", "sqlite"] {
        for command in [&["migrate", "up"][..], &["migrate", "status"], &["seed"], &["serve"], &["config", "check"]] {
            let folder = TempDir::new().unwrap();
            let ran = run(ensemble(folder.path()).args(command).env("DATABASE_URL", url));
            assert_eq!(ran.code, 78, "{command:?} on {url}");
            assert!(
                ran.err.starts_with("ensemble: database.url is not right: must start with sqlite: or"),
                "{}",
                ran.err
            );
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{command:?} on {url}");
        }
    }
}
