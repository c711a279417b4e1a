//! The reference of the API has every operation, as the OpenAPI document has it.

use serde_json::Value;

use super::{read, table};

const REFERENCE: &str = "docs/reference/api.md";

/// The rows for the operations of one group, in the order of the routes.
fn rows(document: &Value, group: &str) -> Vec<String> {
    let operations = ensemble_http::operations().into_iter().chain([ensemble_http::local_operation()]);
    let objects = operations.map(|operation| {
        let object = &document["paths"][operation.path][operation.method.as_str().to_lowercase()];
        (format!("`{} {}`", operation.method, operation.path), object)
    });
    let rows = objects.filter(|(_, object)| object["tags"][0] == group).map(|(operation, object)| {
        let needs = match (object["x-required-permission"].as_str(), object["security"].as_array().unwrap().is_empty())
        {
            (Some(needs), _) => format!("`{}`", needs.replace(' ', "` `")),
            (None, false) => "a good token".to_owned(),
            (None, true) => String::new(),
        };
        format!("| {operation} | {needs} | {} |", object["summary"].as_str().unwrap())
    });
    rows.collect()
}

#[test]
fn every_operation_is_told_with_what_it_needs_and_what_it_does() {
    let document: Value = serde_json::from_str(&read("docs/reference/openapi.json")).unwrap();
    let groups = document["tags"].as_array().unwrap();
    assert!(groups.len() > 4, "{groups:?}");
    for group in groups.iter().map(|group| group["name"].as_str().unwrap()) {
        let told = table(REFERENCE, &format!("### {group}\n\n| operation | needs | what it does |"));
        let told: Vec<_> = told.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
        let known = rows(&document, group);
        assert!(!known.is_empty() && told == known, "the table of {group} should be:\n{}", known.join("\n"));
    }
}
