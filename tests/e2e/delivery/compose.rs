//! `config/compose.yaml`.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Effective, Environment, example, image, over};
use crate::{
    commands::run,
    documents::{read, root},
    node,
    server::ensemble,
};

const FILE: &str = "config/compose.yaml";

fn parsed() -> Option<Value> {
    let ran = node::script("yaml.mjs")?.arg(root().join(FILE)).output().unwrap();
    Some(serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}")))
}

/// What `dclint` finds, which compares with the schema of the specification first.
fn lint(file: &Path) -> Option<Value> {
    let mut dclint = node::program("dclint")?;
    dclint.arg("--config").arg(node::folder().join("dclint.yaml")).args(["--formatter", "json"]).arg(file);
    let ran = dclint.output().unwrap();
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    Some(told[0]["messages"].clone())
}

/// The variables of that service: those of the image, of the file, and its own.
fn environment(service: &Value) -> Environment {
    let own = service["environment"].as_object().unwrap().iter();
    let own = own.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    over(over(image::environment(), example(true)), own)
}

#[test]
fn a_linter_finds_neither_errors_nor_warnings() {
    let Some(found) = lint(&root().join(FILE)) else { return };
    assert_eq!(found, json!([]));

    let folder = TempDir::new().unwrap();
    let faulty = folder.path().join("compose.yaml");
    fs::write(&faulty, read(FILE).replace("stop_grace_period: 40s", "stop_grace: 40s")).unwrap();
    assert_ne!(lint(&faulty).unwrap(), json!([]));
}

#[test]
fn both_of_its_containers_of_ours_have_settings_that_are_right_and_commands_that_exist() {
    let Some(file) = parsed() else { return };
    let folder = TempDir::new().unwrap();
    for (name, command) in [("migrate", json!(["migrate", "up"])), ("server", json!(["serve"]))] {
        let service = &file["services"][name];
        let effective = Effective::under(&environment(service));
        assert_eq!(effective.get("profile"), "production", "{name}");
        assert!(effective.get("database.url").starts_with("postgres://ensemble@postgres/ensemble?"), "{name}");
        assert_eq!(service["command"], command);
        let words = command.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        let ran = run(ensemble(folder.path()).args(words).arg("--help"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    }
    let postgres = &file["services"]["postgres"]["environment"];
    assert_eq!((&postgres["POSTGRES_USER"], &postgres["POSTGRES_DB"]), (&json!("ensemble"), &json!("ensemble")));
    assert!(example(true).contains_key("PGPASSWORD"));
    assert!(postgres["POSTGRES_PASSWORD"].as_str().unwrap().starts_with("${PGPASSWORD:?"), "{postgres}");
}

#[test]
fn its_server_waits_for_the_schema_and_is_given_the_time_to_stop() {
    let Some(file) = parsed() else { return };
    let server = &file["services"]["server"];
    assert_eq!(server["depends_on"]["migrate"]["condition"], "service_completed_successfully");
    assert_eq!(file["services"]["migrate"]["depends_on"]["postgres"]["condition"], "service_healthy");
    let grace = server["stop_grace_period"].as_str().unwrap().strip_suffix('s').unwrap();
    let grace = Duration::from_secs(grace.parse().unwrap());
    assert!(grace > Effective::under(&environment(server)).farewell(), "{grace:?}");
}

#[test]
fn nothing_but_the_api_is_published_and_that_for_this_machine_only() {
    let Some(file) = parsed() else { return };
    let published: Vec<_> = file["services"].as_object().unwrap().values().map(|service| &service["ports"]).collect();
    let published: Vec<_> = published.into_iter().filter(|ports| !ports.is_null()).collect();
    let port = image::environment()["PORT"].clone();
    assert_eq!(published, [&json!([format!("127.0.0.1:{port}:{port}")])]);
    assert_eq!(file["networks"]["database"]["internal"], true);
    assert_eq!(file["services"]["postgres"]["networks"], json!(["database"]));
}

#[test]
fn its_containers_can_write_nowhere_and_have_no_rights_of_root() {
    let Some(file) = parsed() else { return };
    for (name, service) in file["services"].as_object().unwrap() {
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
        assert_eq!(service["read_only"] == true, name != "postgres", "{name}");
    }
}
