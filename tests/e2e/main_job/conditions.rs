//! Conditional requests: entity tags, and what they save from.

use reqwest::Method;
use serde_json::json;

use super::{KINDS, header, producer};
use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    a_known_representation_is_not_sent_again,
    a_change_is_made_only_to_the_version_it_was_meant_for,
    a_deletion_is_made_only_to_the_version_it_was_meant_for,
);

fn a_known_representation_is_not_sent_again(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "Ada Brandt");
        let tag = header(&producer(&server, Method::GET, &path).send().unwrap(), "etag");
        assert_eq!(tag, if kind.one == "actor" { "\"1-20\"" } else { "\"1\"" });
        for (known, expected) in
            [(tag.clone(), 304), (format!("W/{tag}"), 304), ("*".to_owned(), 304), ("\"7\"".to_owned(), 200)]
        {
            let response = producer(&server, Method::GET, &path).header("If-None-Match", &known).send().unwrap();
            assert_eq!(response.status(), expected, "{path} with {known}");
            assert_eq!(header(&response, "etag"), tag);
            assert_eq!(header(&response, "cache-control"), "private, no-cache");
            assert_eq!(response.text().unwrap().is_empty(), expected == 304, "{path} with {known}");
        }
        server.json(Method::PATCH, &path, &json!({kind.text: "Ada B."}));
        let changed = producer(&server, Method::GET, &path).header("If-None-Match", &tag).send().unwrap();
        assert_eq!(changed.status(), 200);
    }
}

fn a_change_is_made_only_to_the_version_it_was_meant_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "first");
        let change = |text: &str, tag: &str| {
            let request = producer(&server, Method::PATCH, &path).header("If-Match", tag);
            request.json(&json!({kind.text: text})).send().unwrap()
        };
        let tag = header(&change("second", "\"1\""), "etag");
        let before = server.get(&path);
        for stale in ["\"1\"", "\"1-20\"", "\"3\"", "W/\"2\"", "\"1\", \"3\""] {
            let (status, problem) = answered(change("third", stale));
            let detail = "the stored version is 2; read it again before changing it";
            assert_eq!((status, &problem["detail"]), (412, &json!(detail)), "{path} with {stale}");
            assert_eq!(server.get(&path), before, "{path} with {stale}: nothing changes");
        }
        for (text, current) in [("third", tag.as_str()), ("fourth", "\"1\", \"3\""), ("fifth", "*")] {
            let (status, changed) = answered(change(text, current));
            assert_eq!((status, &changed[kind.one][kind.text]), (200, &json!(text)), "{path} with {current}");
        }
    }
}

fn a_deletion_is_made_only_to_the_version_it_was_meant_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "Ada Brandt");
        let delete = |tag| producer(&server, Method::DELETE, &path).header("If-Match", tag).send().unwrap().status();
        assert_eq!(delete("\"2\""), 412);
        assert_eq!(server.get(&path).0, 200, "{path}: nothing changes");
        assert_eq!(delete("\"1\""), 200);
        assert_eq!(server.get(&path).0, 404);
    }
}
