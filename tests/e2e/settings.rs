//! Settings: where they come from, and that those that are not right are refused with what would be right.

mod loopback;
mod profiles;
mod values;

use std::{collections::BTreeMap, fs, path::Path};

use tempfile::TempDir;

use crate::{
    commands::{Ran, run},
    database::Database,
    server::{Server, ensemble},
};

/// Every key of `config/default.toml` with its default as it stands there.
pub fn defaults() -> BTreeMap<String, String> {
    let mut section = String::new();
    let mut defaults = BTreeMap::new();
    for line in include_str!("../../config/default.toml").lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            defaults.insert(format!("{section}.{key}"), value.to_owned());
        }
    }
    defaults
}

/// The plain names that stand for one key each.
pub const PLAIN_NAMES: [(&str, &str); 4] =
    [("DATABASE_URL", "database.url"), ("HOST", "http.host"), ("PORT", "http.port"), ("API_AUDIENCE", "auth.audience")];

/// The name of a setting in the environment.
pub fn variable(key: &str) -> String {
    format!("ENSEMBLE__{}", key.to_uppercase().replace('.', "__"))
}

fn check(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    run(ensemble(folder).args(["config", "check"]).args(arguments).envs(variables.iter().copied()))
}

/// The one line with which both `config check` and `serve` refuse to go on.
fn refusal(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let checked = check(folder, arguments, variables);
    let case = format!("{arguments:?} {variables:?}");
    assert_eq!((checked.code, checked.out.as_str()), (78, ""), "{case}: {}", checked.err);
    let served = run(ensemble(folder).arg("serve").args(arguments).envs(variables.iter().copied()));
    assert_eq!(served, checked, "{case}");
    let line = checked.err.strip_prefix("ensemble: ").and_then(|line| line.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("{case}: {:?}", checked.err));
    assert!(!line.contains('\n'), "{case}: {line}");
    line.to_owned()
}

/// A folder that has a folder `config` with these files.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("config").join(name), text).unwrap();
    }
    folder
}

#[test]
fn each_layer_overrides_those_before_it() {
    let folder = TempDir::new().unwrap();
    let effective = |arguments: &[&str], variables: &[(&str, &str)]| {
        let checked = check(folder.path(), arguments, variables);
        assert_eq!(checked.code, 0, "{}", checked.err);
        checked.out.lines().find(|line| line.starts_with("http.port")).unwrap().to_owned()
    };
    assert_eq!(effective(&[], &[]), "http.port = 5000  # default");

    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/default.toml"), "[http]\nport = 1001\n").unwrap();
    fs::write(folder.path().join("config/production.toml"), "[http]\nport = 1\n").unwrap();
    assert_eq!(effective(&[], &[]), "http.port = 1001  # config/default.toml");

    fs::write(folder.path().join("config/development.toml"), "[http]\nport = 1002\n").unwrap();
    assert_eq!(effective(&[], &[]), "http.port = 1002  # config/development.toml");

    let plain = [("PORT", "1003")];
    assert_eq!(effective(&[], &plain), "http.port = 1003  # PORT");

    let both = [("PORT", "1003"), ("ENSEMBLE__HTTP__PORT", "1004")];
    assert_eq!(effective(&[], &both), "http.port = 1004  # ENSEMBLE__HTTP__PORT");

    let flags = ["--set", "http.port=1005", "--set", "http.port=1006"];
    assert_eq!(effective(&flags, &both), "http.port = 1006  # the command line");
}

#[test]
fn a_flag_of_serve_overrides_the_environment() {
    // The fixture gives --port 0.
    let server = Server::with(&Database::sqlite(), &[("PORT", "70000"), ("ENSEMBLE__HTTP__PORT", "70000")]);
    assert!(server.base.starts_with("http://127.0.0.1:"), "{}", server.base);
}

#[test]
fn a_plain_name_sets_what_it_stands_for() {
    let values = BTreeMap::from([
        ("DATABASE_URL", "sqlite://plain.db"),
        ("HOST", "::1"),
        ("PORT", "1003"),
        ("API_AUDIENCE", "casting"),
    ]);
    let folder = TempDir::new().unwrap();
    for (name, key) in PLAIN_NAMES {
        let set = check(folder.path(), &[], &[(name, values[name])]).out;
        let line = set.lines().find(|line| line.starts_with(key)).unwrap();
        assert!(line.contains(values[name]) && line.ends_with(&format!("  # {name}")), "{line}");

        let empty = check(folder.path(), &[], &[(name, "")]).out;
        assert!(!empty.contains(name), "an empty {name} counts as not set: {empty}");
    }
}

#[test]
fn an_auth0_domain_sets_the_mode_the_issuer_and_its_keys() {
    let folder = TempDir::new().unwrap();
    let auth0 = [("AUTH0_DOMAIN", "agency.eu.auth0.com"), ("API_AUDIENCE", "casting")];
    let checked = check(folder.path(), &[], &auth0);
    assert_eq!(checked.code, 0, "{}", checked.err);
    for line in [
        r#"auth.mode = "oidc"  # AUTH0_DOMAIN"#,
        r#"auth.issuer = "https://agency.eu.auth0.com/"  # AUTH0_DOMAIN"#,
        r#"auth.jwks_url = "https://agency.eu.auth0.com/.well-known/jwks.json"  # AUTH0_DOMAIN"#,
        r#"auth.audience = "casting"  # API_AUDIENCE"#,
    ] {
        assert!(checked.out.lines().any(|printed| printed == line), "{line} is not in {}", checked.out);
    }

    let own = [auth0[0], auth0[1], ("ENSEMBLE__AUTH__ISSUER", "https://login.agency.test/")];
    let checked = check(folder.path(), &[], &own);
    assert!(checked.out.contains("auth.issuer = \"https://login.agency.test/\"  # ENSEMBLE__AUTH__ISSUER"));
    assert!(checked.out.contains("auth.jwks_url = \"\"  # ENSEMBLE__AUTH__ISSUER"), "not the keys of the domain");

    assert!(refusal(folder.path(), &[], &auth0[..1]).starts_with("auth.audience is needed in mode oidc"));
    for wrong in ["https://agency.eu.auth0.com", "agency.eu.auth0.com/", "me@agency.test", "agency.test:443"] {
        let told = refusal(folder.path(), &[], &[("AUTH0_DOMAIN", wrong), auth0[1]]);
        assert!(told.starts_with("AUTH0_DOMAIN must be a domain such as tenant.eu.auth0.com"), "{wrong}: {told}");
    }
}

#[test]
fn rust_log_overrides_the_level() {
    for (variables, told) in [
        (&[][..], true),
        (&[("ENSEMBLE__LOG__LEVEL", "error")], false),
        (&[("ENSEMBLE__LOG__LEVEL", "error"), ("RUST_LOG", "info")], true),
        (&[("RUST_LOG", "warn,ensemble_infra=info")], true),
        (&[("RUST_LOG", "off")], false),
        (&[("RUST_LOG", "")], true),
    ] {
        let folder = TempDir::new().unwrap();
        let ran = run(ensemble(folder.path()).args(["migrate", "up"]).envs(variables.iter().copied()));
        assert_eq!((ran.code, !ran.err.is_empty()), (0, told), "{variables:?}: {}", ran.err);
    }
    let folder = TempDir::new().unwrap();
    for wrong in ["ensemble=loud", "a=b=c"] {
        let told = refusal(folder.path(), &[], &[("RUST_LOG", wrong)]);
        assert!(told.starts_with("RUST_LOG must be directives such as info or ensemble=debug: "), "{wrong}: {told}");
    }
}
