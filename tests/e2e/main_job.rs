//! The main job, once through.

use reqwest::Method;
use serde_json::json;

use crate::{database::Database, on_both_databases, server::Server};

on_both_databases!(an_actor_lives_through_all_operations);

fn an_actor_lives_through_all_operations(database: &Database) {
    let server = Server::start(database);

    let (status, created) =
        server.json(Method::POST, "/actors", &json!({"name": "Nada Haddad", "age": "20", "gender": "F"}));
    assert_eq!((status, &created["actor"]["age"], &created["actor"]["gender"]), (201, &json!(20), &json!("female")));
    let path = format!("/actors/{}", created["actor"]["id"]);

    let (status, changed) = server.json(Method::PATCH, &path, &json!({"name": "Nada El-Haddad"}));
    assert_eq!((status, &changed["actor"]["version"]), (200, &json!(2)));
    assert_eq!(server.get(&path), (200, changed));

    let (status, deleted) = server.json(Method::DELETE, &path, &json!(null));
    assert_eq!((status, &deleted["deleted"]), (200, &created["actor"]["id"]));
    assert_eq!(server.get(&path).0, 404);

    let (status, restored) = server.json(Method::POST, &format!("{path}/restore"), &json!(null));
    assert_eq!((status, &restored["actor"]["version"]), (200, &json!(4)));
    assert_eq!(server.get("/actors").1["total"], 1);
}
