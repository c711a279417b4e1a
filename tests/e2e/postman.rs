//! The Postman collections, run by newman against the real binary.

mod older;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use ensemble_domain::Role;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    commands::run,
    database::Database,
    node,
    server::{Server, ensemble},
};

on_both_databases!(
    the_collection_passes_again_and_again_on_an_empty_server,
    each_folder_of_the_collection_passes_alone_on_a_server_with_data,
);

fn path_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postman").join(format!("{name}.postman_collection.json"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// All requests of a collection or a folder, however deep.
fn requests(folder: &Value) -> Vec<&Value> {
    let items = folder["item"].as_array().unwrap();
    items.iter().flat_map(|item| if item["item"].is_array() { requests(item) } else { vec![item] }).collect()
}

/// What newman did.
struct Run {
    passed: bool,
    /// What it printed.
    told: String,
    /// One entry for each request that it sent.
    executions: Vec<Value>,
}

impl Run {
    /// Runs a collection, or one folder of it, with these variables. `None` where newman is not installed.
    fn of(collection: &Path, folder: Option<&str>, variables: &[(&str, &str)]) -> Option<Self> {
        let mut newman = node::program("newman")?;
        let files = TempDir::new().unwrap();
        let report = files.path().join("report.json");
        newman.arg("run").arg(collection).args(["--color", "off", "--timeout", "300000", "--reporters", "cli,json"]);
        newman.arg("--reporter-json-export").arg(&report);
        for (name, value) in variables {
            newman.args(["--env-var", &format!("{name}={value}")]);
        }
        newman.args(folder.iter().flat_map(|folder| ["--folder", folder]));
        let ran = newman.env("NO_PROXY", "*").output().expect("node");
        let told = [ran.stdout, ran.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(report.exists(), "{told}");
        let executions = read(&report)["run"]["executions"].as_array().unwrap().clone();
        Some(Self { passed: ran.status.success(), told, executions })
    }

    /// Our own collection or one folder of it, with a token of each role.
    fn of_ours(server: &Server, folder: Option<Role>) -> Option<Self> {
        let variables = [
            ("host", server.base.as_str()),
            ("assistant_token", server.token(Role::CastingAssistant)),
            ("director_token", server.token(Role::CastingDirector)),
            ("producer_token", server.token(Role::ExecutiveProducer)),
        ];
        Self::of(&path_of("ensemble"), folder.map(|role| role.to_string()).as_deref(), &variables)
    }

    /// All requests were sent, and each was tested by what holds for every answer and by tests of its own.
    fn assert_passed(&self, requests: usize) {
        assert!(self.passed, "{}", self.told);
        assert!(self.executions.len() >= requests && requests > 0, "{} of {requests}", self.executions.len());
        for execution in &self.executions {
            let assertions = execution["assertions"].as_array().map_or(&[][..], Vec::as_slice);
            let failed = assertions.iter().any(|assertion| !assertion["error"].is_null());
            assert!(assertions.len() >= 2 && !failed, "{}: {assertions:?}", execution["item"]["name"]);
        }
    }

    /// Method and path of each request that was answered with success, with `{}` where an id stands.
    fn succeeded(&self) -> BTreeSet<String> {
        let is_good = |execution: &&Value| execution["response"]["code"].as_u64().is_some_and(|status| status < 300);
        let requests = self.executions.iter().filter(is_good).map(|execution| &execution["item"]["request"]);
        let operations = requests.map(|request| {
            let path = request["url"]["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
            operation(request["method"].as_str().unwrap(), path)
        });
        operations.collect()
    }
}

fn operation<'a>(method: &str, path: impl Iterator<Item = &'a str>) -> String {
    let path: Vec<_> = path.map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    format!("{method} /{}", path.join("/"))
}

/// The operations of the API that need a token.
fn operations() -> BTreeSet<String> {
    let guarded = ensemble_http::operations().into_iter().filter(|operation| operation.needs.is_some());
    let named = guarded.map(|known| operation(known.method.as_str(), known.path.split('/').skip(1)));
    // The other wire format has a collection of its own.
    named.filter(|operation| !operation.contains(" /api/v1")).collect()
}

/// Everything that can be seen, but for the history, which keeps what was done.
fn visible(server: &Server) -> [Value; 2] {
    ["/actors?limit=100", "/movies?limit=100"].map(|list| server.get(list).1)
}

fn the_collection_passes_again_and_again_on_an_empty_server(database: &Database) {
    let server = Server::start(database);
    let all = requests(&read(&path_of("ensemble"))).len();
    for _ in 0..2 {
        let Some(run) = Run::of_ours(&server, None) else { return };
        run.assert_passed(all);
        let (operations, succeeded) = (operations(), run.succeeded());
        let missing: Vec<_> = operations.difference(&succeeded).collect();
        assert!(missing.is_empty() && !operations.is_empty(), "the collection does not have {missing:?}");
        assert_eq!(visible(&server).map(|list| list["total"].clone()), [0, 0], "nothing is left behind");
    }
}

fn each_folder_of_the_collection_passes_alone_on_a_server_with_data(database: &Database) {
    for command in [&["migrate", "up"][..], &["seed"]] {
        let ran = run(ensemble(database.folder.path()).args(command).env("DATABASE_URL", &database.url));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let server = Server::start(database);
    let before = visible(&server);
    let collection = read(&path_of("ensemble"));
    for (role, folder) in Role::ALL.into_iter().zip(collection["item"].as_array().unwrap()) {
        let Some(run) = Run::of_ours(&server, Some(role)) else { return };
        run.assert_passed(requests(folder).len());
        assert_eq!(visible(&server), before, "{role}: nothing is changed or left behind");
    }
}

#[test]
fn the_collection_has_a_folder_for_each_role_and_the_variables_that_are_printed() {
    let collection = read(&path_of("ensemble"));
    let names = |list: &Value, member: &str| {
        list.as_array().unwrap().iter().map(|entry| entry[member].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&collection["item"], "name"), Role::ALL.map(|role| role.to_string()));
    let folder = TempDir::new().unwrap();
    let printed = run(ensemble(folder.path()).args(["token", "--all"])).out;
    let printed: Vec<_> = printed.lines().map(|line| line.split_once(':').unwrap()).collect();
    assert_eq!(names(&collection["variable"], "key"), printed.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    assert_eq!(collection["variable"][0]["value"], printed[0].1);
}

#[test]
fn a_run_without_good_tokens_fails() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let Some(run) = Run::of(&path_of("ensemble"), Some("Casting Assistant"), &[("host", &server.base)]) else { return };
    assert!(!run.passed, "{}", run.told);
}
