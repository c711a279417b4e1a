//! Settings that are not right are refused with what would be right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
};

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
fn variable(key: &str) -> String {
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
    ("auth.algorithms", &[r#""RS256""#, "[[]]"], "must be a list of texts"),
    ("auth.typ", &[r#""jwt""#], "must be one of any, at+jwt"),
    ("auth.leeway", &["-1", "61"], "must be a whole number from 0 to 60"),
    ("auth.permissions_claim", &[r#""""#], "such as permissions"),
    ("http.host", &[r#""""#, r#""localhost:80""#, r#""http://localhost""#, r#""[::1]""#], "such as 127.0.0.1, ::1 or"),
    ("http.port", &["-1", "65536", r#""http""#], "must be a whole number from 0 to 65535"),
    ("http.workers", &["-1", "1025"], "must be a whole number from 0 to 1024"),
    ("http.body_limit", &["1023", "16777217", r#""64k""#], "must be a whole number from 1024 to 16777216"),
    ("http.cors_origins", &[r#"["casting.example.org"]"#, r#"["https://a.test/x"]"#, r#"["null"]"#], "without a path"),
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

    assert!(refusal(folder.path(), &[], &auth0[..1]).starts_with("auth.audience is needed in mode oidc"));
    for wrong in ["https://agency.eu.auth0.com", "agency.eu.auth0.com/", "me@agency.test", "agency.test:443"] {
        let told = refusal(folder.path(), &[], &[("AUTH0_DOMAIN", wrong), auth0[1]]);
        assert!(told.starts_with("AUTH0_DOMAIN must be a bare domain such as agency.eu.auth0.com"), "{wrong}: {told}");
    }
}

#[test]
fn rust_log_overrides_the_level() {
    for (variables, lines) in [
        (&[][..], 1),
        (&[("ENSEMBLE__LOG__LEVEL", "error")], 0),
        (&[("ENSEMBLE__LOG__LEVEL", "error"), ("RUST_LOG", "info")], 1),
        (&[("RUST_LOG", "warn,ensemble_infra=info")], 1),
        (&[("RUST_LOG", "off")], 0),
        (&[("RUST_LOG", "")], 1),
    ] {
        let folder = TempDir::new().unwrap();
        let ran = run(ensemble(folder.path()).args(["migrate", "up"]).envs(variables.iter().copied()));
        assert_eq!((ran.code, ran.err.lines().count()), (0, lines), "{variables:?}: {}", ran.err);
    }
    let folder = TempDir::new().unwrap();
    for wrong in ["ensemble=loud", "a=b=c"] {
        let told = refusal(folder.path(), &[], &[("RUST_LOG", wrong)]);
        assert!(told.starts_with("RUST_LOG must be directives such as info or ensemble=debug: "), "{wrong}: {told}");
    }
}

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
