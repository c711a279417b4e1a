//! A POST that is sent again.

use std::thread;

use ensemble_domain::Role;
use reqwest::{Method, blocking::Response};
use serde_json::{Value, json};

use super::{a_movie, an_actor};
use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    the_same_request_again_gets_the_first_answer,
    a_key_is_for_one_request_of_one_caller,
    many_at_once_under_one_key_make_one_row,
);

fn post(server: &Server, role: Role, path: &str, key: &str, body: &Value) -> Response {
    server.request_as(role, Method::POST, path).header("Idempotency-Key", key).json(body).send().unwrap()
}

fn is_replayed(response: &Response) -> bool {
    response.headers().get("idempotency-replayed").is_some_and(|value| value == "true")
}

fn the_same_request_again_gets_the_first_answer(database: &Database) {
    let server = Server::start(database);
    let (actor, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let requests = [
        ("/actors".to_owned(), json!({"name": "Nada Haddad", "age": 20, "gender": "female"})),
        ("/movies".to_owned(), json!({"title": "Aihaga", "release_date": "2190-05-07"})),
        (format!("/movies/{movie}/cast"), json!({"actor_id": actor})),
    ];
    for (path, body) in &requests {
        let first = post(&server, Role::ExecutiveProducer, path, "a-key", body);
        assert!(!is_replayed(&first));
        let first = answered(first);
        assert_eq!(first.0, 201, "{path}");
        let changed = first.1.as_object().unwrap().iter().find(|(_, value)| value.is_object()).unwrap().1["id"].clone();
        let (change, of) = if path.ends_with("cast") {
            (json!({"status": "pinned"}), path.clone())
        } else {
            (json!({"name": "X", "title": "X"}), path.clone())
        };
        assert_eq!(server.json(Method::PATCH, &format!("{of}/{changed}"), &change).0, 200);

        let again = post(&server, Role::ExecutiveProducer, path, "a-key", body);
        assert!(is_replayed(&again), "{path}");
        assert_eq!(answered(again), first, "{path}");
    }
}

fn a_key_is_for_one_request_of_one_caller(database: &Database) {
    let server = Server::start(database);
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let first = answered(post(&server, Role::CastingDirector, "/actors", "k", &new));
    assert_eq!(first.0, 201);
    let other = json!({"name": "Nada Haddad", "age": 21, "gender": "female"});
    let (status, refused) = answered(post(&server, Role::CastingDirector, "/actors", "k", &other));
    assert_eq!((status, &refused["type"]), (422, &json!("/problems/idempotency-key-reused")));
    let by_another = answered(post(&server, Role::ExecutiveProducer, "/actors", "k", &new));
    assert_eq!(by_another.0, 201);
    assert_ne!(by_another.1["actor"]["id"], first.1["actor"]["id"]);
    for key in ["", "two words", &"x".repeat(256)] {
        let (status, refused) = answered(post(&server, Role::CastingDirector, "/actors", key, &new));
        assert_eq!((status, &refused["type"]), (400, &json!("/problems/invalid-request")), "{key:?}");
    }
}

fn many_at_once_under_one_key_make_one_row(database: &Database) {
    let server = Server::start(database);
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let answers: Vec<_> = thread::scope(|scope| {
        let send = || {
            let response = post(&server, Role::CastingDirector, "/actors", "one", &new);
            (is_replayed(&response), answered(response))
        };
        let senders: Vec<_> = (0..64).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let made: Vec<_> = answers.iter().filter(|(replayed, (status, _))| !replayed && *status == 201).collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    for (replayed, (status, body)) in &answers {
        match (replayed, status) {
            (_, 201) => assert_eq!(body, &made[0].1.1),
            (false, 409) => assert_eq!(body["type"], "/problems/request-in-progress"),
            _ => panic!("{status}: {body}"),
        }
    }
    assert_eq!(server.get("/actors").1["total"], 1);
    assert_eq!(server.get("/history").1["history"].as_array().unwrap().len(), 1);
}
