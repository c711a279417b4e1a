//! What was done, by whom and when.

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{a_casting, a_movie, an_actor, patch};
use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    every_change_is_told_with_who_and_what,
    a_history_is_read_page_by_page,
    what_changes_nothing_is_not_told
);

fn entries(server: &Server, path: &str) -> Vec<Value> {
    let (status, page) = server.get(path);
    assert_eq!((status, page["next"].is_null()), (200, true), "{page}");
    page["history"].as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

fn every_change_is_told_with_who_and_what(database: &Database) {
    let server = Server::start(database);
    let (actor, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let casting = a_casting(&server, movie, &json!({"actor_id": actor, "character": "The Pilot"}));
    let request = server.request_as(Role::CastingDirector, Method::PATCH, &casting).header("X-Request-Id", "move-1");
    assert_eq!(answered(request.json(&json!({"status": "booked"})).send().unwrap()).0, 200);
    assert_eq!(patch(&server, &casting, &json!({"billing": 1})).0, 200);
    assert_eq!(patch(&server, &casting, &json!({"status": "released", "reason": "Dates"})).0, 200);
    assert_eq!(server.json(Method::DELETE, &casting, &Value::Null).0, 200);
    for (method, path) in [(Method::DELETE, "/actors/1"), (Method::POST, "/actors/1/restore")] {
        assert_eq!(server.json(method, path, &Value::Null).0, 200);
    }
    assert_eq!(patch(&server, "/actors/1", &json!({"name": "Ada Lin"})).0, 200);

    let of_actor = entries(&server, "/actors/1/history");
    let told =
        ["updated", "restored", "deleted", "uncast", "status changed", "billed", "status changed", "cast", "created"];
    assert_eq!(actions(&of_actor), told);
    let of_movie = entries(&server, "/movies/1/history");
    assert_eq!(actions(&of_movie), ["uncast", "status changed", "billed", "status changed", "cast", "created"]);
    assert_eq!(entries(&server, "/history").len(), 10);

    let booked = &of_actor[6];
    assert_eq!((&booked["by"], &booked["request_id"]), (&json!("local|director"), &json!("move-1")));
    assert_eq!(
        (&booked["before"], &booked["after"]),
        (&json!({"status": "considering"}), &json!({"status": "booked"}))
    );
    assert_eq!((&booked["entity"], &booked["entity_id"]), (&json!("casting"), &json!(1)));
    assert_eq!((&of_actor[5]["before"], &of_actor[5]["after"]), (&json!({"billing": null}), &json!({"billing": 1})));
    assert_eq!((&of_actor[0]["before"], &of_actor[0]["after"]), (&json!({"name": "Ada"}), &json!({"name": "Ada Lin"})));
    assert_eq!(of_actor[8]["after"], json!({"name": "Ada", "age": 30, "gender": "female"}));
    assert_eq!(server.get("/actors/99/history").0, 404);
}

fn a_history_is_read_page_by_page(database: &Database) {
    let server = Server::start(database);
    for number in 0..7 {
        an_actor(&server, &format!("Actor {number}"));
    }
    let mut seen = Vec::new();
    let mut next = "/history?limit=3".to_owned();
    loop {
        let (status, page) = server.get(&next);
        assert_eq!(status, 200, "{next}");
        seen.extend(page["history"].as_array().unwrap().iter().map(|entry| entry["after"]["name"].clone()));
        // What comes in between is newer, and not on a later page.
        an_actor(&server, "Later");
        let Some(further) = page["next"].as_str() else { break };
        assert!(further.contains(page["next_cursor"].as_str().unwrap()), "{page}");
        further.clone_into(&mut next);
    }
    assert_eq!(seen, (0..7).rev().map(|number| json!(format!("Actor {number}"))).collect::<Vec<_>>());
    let (_, page) = server.get("/history?limit=3");
    let cursor = page["next_cursor"].as_str().unwrap();
    for wrong in [
        format!("/actors/1/history?cursor={cursor}"),
        format!("/history?cursor={cursor}x"),
        "/history?cursor=".to_owned(),
    ] {
        let (status, refused) = server.get(&wrong);
        assert_eq!((status, &refused["type"]), (400, &json!("/problems/invalid-cursor")), "{wrong}");
    }
}

fn what_changes_nothing_is_not_told(database: &Database) {
    let server = Server::start(database);
    let (actor, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let casting = a_casting(&server, movie, &json!({"actor_id": actor, "status": "booked", "billing": 1}));
    let before = server.get("/history").1;
    let idle = [
        (Method::PATCH, "/actors/1".to_owned(), json!({"name": "Ada", "age": 30}), 200),
        (Method::PATCH, "/movies/1".to_owned(), json!({"title": "Low Tide", "actor_ids": [actor]}), 200),
        (Method::PATCH, casting.clone(), json!({"status": "booked", "reason": "again", "billing": 1}), 200),
        (Method::PUT, "/movies/1/billing".to_owned(), json!({"order": [1]}), 200),
        (Method::POST, "/actors/1/restore".to_owned(), Value::Null, 200),
        (Method::PATCH, casting.clone(), json!({"status": "pinned"}), 409),
        (Method::PATCH, casting, json!({"status": "released"}), 422),
        (Method::POST, "/movies/1/cast".to_owned(), json!({"actor_id": actor}), 409),
        (Method::DELETE, "/actors/1".to_owned(), Value::Null, 409),
    ];
    for (method, path, body, expected) in idle {
        let (status, answer) = server.json(method.clone(), &path, &body);
        assert_eq!(status, expected, "{method} {path}: {answer}");
        assert_eq!(server.get("/history").1, before, "{method} {path}");
    }
}
