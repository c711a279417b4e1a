//! `config/Dockerfile`, as far as it can be judged without building it.

use serde_json::Value;
use tempfile::TempDir;

use super::{Effective, Environment, example, over};
use crate::{
    commands::run,
    documents::{read, root},
    node,
    server::ensemble,
};

/// The instructions, each on one line, by their names.
fn instructions() -> Vec<(String, String)> {
    let text = read("config/Dockerfile");
    let lines = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let lines = lines.replace("\\\n", " ");
    let split = lines.lines().filter_map(|line| line.split_once(' '));
    split.map(|(name, rest)| (name.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// What the last instruction of that name says.
fn last(name: &str) -> String {
    instructions().into_iter().rfind(|(found, _)| found == name).unwrap_or_else(|| panic!("no {name}")).1
}

/// The variables that the image sets.
pub fn environment() -> Environment {
    let (_, assigned) = instructions().into_iter().rfind(|(name, _)| name == "ENV").unwrap();
    let assigned = assigned.split(' ').map(|word| word.split_once('=').unwrap());
    assigned.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The words of an instruction that is a list.
fn words(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_linter_finds_nothing() {
    let lint = |file: &str| Some(node::program("dockerfile-utils")?.args(["lint", "--json", file]).output().unwrap());
    let Some(ran) = lint(root().join("config/Dockerfile").to_str().unwrap()) else { return };
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), serde_json::json!([]), "{ran:?}");

    let folder = TempDir::new().unwrap();
    let faulty = folder.path().join("Dockerfile");
    std::fs::write(&faulty, read("config/Dockerfile").replace("EXPOSE 5000", "EXPOSES 5000")).unwrap();
    assert!(!lint(faulty.to_str().unwrap()).unwrap().status.success());
}

#[test]
fn its_settings_are_right_with_and_without_what_the_example_leaves_to_choose() {
    for with_comments in [false, true] {
        let effective = Effective::under(&over(environment(), example(with_comments)));
        assert_eq!((effective.get("profile"), effective.get("http.host")), ("production", "0.0.0.0"));
        assert_eq!(effective.get("http.port"), last("EXPOSE"));
    }
    let database = &environment()["DATABASE_URL"];
    assert_eq!(database, &format!("sqlite://{}/ensemble.db", last("VOLUME")));
    assert_eq!(last("WORKDIR"), last("VOLUME"));
}

#[test]
fn it_is_built_by_the_rust_that_the_crates_ask_for() {
    let wanted = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    let (_, from) = instructions().into_iter().find(|(name, _)| name == "FROM").unwrap();
    assert!(from.starts_with(&wanted), "{from}");
}

#[test]
fn what_it_copies_is_there_and_not_passed_over() {
    let ignored = read(".dockerignore");
    let mut copied = 0;
    for (_, arguments) in instructions().into_iter().filter(|(name, rest)| name == "COPY" && !rest.contains("--from")) {
        let (sources, _) = arguments.rsplit_once(' ').unwrap();
        for source in sources.split(' ') {
            let path = root().join(source.trim_end_matches("/*.toml"));
            assert!(path.exists() && !ignored.lines().any(|line| line == source), "{source}");
            copied += 1;
        }
    }
    assert!(copied > 4, "only {copied}");
}

#[test]
fn it_runs_as_nobody_in_particular_and_starts_commands_that_exist() {
    let [user, group] = &last("USER").split(':').map(|id| id.parse::<u32>().unwrap()).collect::<Vec<_>>()[..] else {
        panic!("a user and a group by their numbers, which need no list of users")
    };
    assert!(*user > 0 && *group > 0);
    assert_eq!(last("STOPSIGNAL"), "SIGTERM");

    let (_, check) = last("HEALTHCHECK").split_once(" CMD ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let [program] = &words(&last("ENTRYPOINT"))[..] else { panic!("{}", last("ENTRYPOINT")) };
    let check = words(&check);
    assert_eq!(&check[0], program);
    let folder = TempDir::new().unwrap();
    for command in [&check[1..], &words(&last("CMD"))] {
        let ran = run(ensemble(folder.path()).args(command).arg("--help"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
    }
}
