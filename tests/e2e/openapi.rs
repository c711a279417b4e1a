//! The OpenAPI document is one that other tools understand, and what it gives as an example works.

use std::{fs, path::Path};

use ensemble_domain::Role;
use reqwest::{Method, blocking::Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{database::Database, node, server::Server};

on_both_databases!(every_example_of_a_body_is_taken);

/// What a linter finds in a document, errors and warnings.
fn lint(document: &Path) -> Option<Vec<Value>> {
    let mut redocly = node::program("redocly")?;
    redocly.args(["lint", "--format", "json", "--config"]).arg(node::folder().join("redocly.yaml")).arg(document);
    // Nothing leaves the machine.
    redocly.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let ran = redocly.output().expect("node");
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    Some(told["problems"].as_array().unwrap().clone())
}

#[test]
fn a_linter_finds_neither_errors_nor_warnings() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let Some(found) = lint(&path) else { return };
    assert_eq!(found, Vec::<Value>::new());

    // A linter that found no fault in anything would prove nothing.
    let folder = TempDir::new().unwrap();
    let mut document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    document["paths"]["/actors"]["post"]["requestBody"]["content"]["application/json"]["example"] = json!({"age": 121});
    let faulty = folder.path().join("faulty.json");
    fs::write(&faulty, document.to_string()).unwrap();
    let rules: Vec<_> = lint(&faulty).unwrap().iter().map(|problem| problem["ruleId"].clone()).collect();
    assert!(rules.contains(&json!("no-invalid-media-type-examples")), "{rules:?}");
}

/// Every operation with a body: its method, its path, the type of the body, and the example.
fn examples(document: &Value) -> Vec<(Method, String, String, Value)> {
    let mut examples = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            for (media_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                examples.push((method.clone(), path.clone(), media_type.clone(), content["example"].clone()));
            }
        }
    }
    examples
}

fn send(server: &Server, method: Method, path: &str, media_type: &str, example: &Value) -> Response {
    let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
    let path = path.replace("{id}", "1").replace("{casting_id}", "1");
    let request = server.request_as(Role::ExecutiveProducer, method, &path);
    request.header("Content-Type", media_type).body(body).send().unwrap()
}

fn every_example_of_a_body_is_taken(database: &Database) {
    let server = Server::start(database);
    for (path, body) in [
        ("/actors", json!({"name": "Ilse Marten", "age": 30, "gender": "female"})),
        ("/movies", json!({"title": "Low Tide", "release_date": "2030-01-31"})),
        ("/movies/1/cast", json!({"actor_id": 1})),
    ] {
        assert_eq!(server.json(Method::POST, path, &body).0, 201, "{path}");
    }
    let examples = examples(&server.get("/openapi.json").1);
    assert!(examples.len() > 10, "{examples:?}");
    for (method, path, media_type, example) in examples {
        let asked = format!("{method} {path} with {example} as {media_type}");
        let answer = send(&server, method, &path, &media_type, &example);
        let status = answer.status().as_u16();
        assert!([200, 201].contains(&status), "{asked}: {status} {}", answer.text().unwrap());
    }
}
