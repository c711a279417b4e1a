//! The promises of `docs/security.md`.

use std::path::Path;

use super::{code, read};

/// The cells that say what keeps a promise.
fn keepers(document: &str) -> Vec<&str> {
    let (_, promises) = document.split_once("## What is promised").unwrap();
    let rows = promises.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    rows.map(|row| row.trim_matches('|').rsplit('|').next().unwrap().trim()).collect()
}

#[test]
fn every_promise_is_kept_by_tests_that_exist() {
    let document = read("docs/security.md");
    let keepers = keepers(&document);
    assert!(keepers.len() > 30, "only {} promises", keepers.len());
    let mut missing = Vec::new();
    for keeper in keepers.into_iter().filter(|keeper| *keeper != "`make check`") {
        for of_a_file in keeper.split("; ") {
            let path = of_a_file.split_once("](").and_then(|(_, rest)| rest.split_once(')')).unwrap().0;
            let source = read(Path::new("docs").join(path));
            let tests = code(of_a_file);
            assert!(!tests.is_empty(), "no test is named: {of_a_file}");
            missing.extend(
                tests.into_iter().filter(|test| !source.contains(&format!("fn {test}("))).map(|test| (path, test)),
            );
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
