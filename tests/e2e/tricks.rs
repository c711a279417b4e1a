//! Requests that try to get past the guard: other ways to write a path, a method, a length or a host.

mod smuggled;
mod table;

use std::io::Write;

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::Server,
    tokens::with_permissions,
    tricks::table::{Told, Trick, tricks},
    wire::{connect, everything},
};

on_both_databases!(no_trick_gets_past_the_guard, no_request_is_hidden_in_another);

/// What only a caller with permission may read.
const STORED: [&str; 2] = ["Ilse Marten", "Low Tide"];

/// A server that has one actor and one movie.
fn server_with_rows(database: &Database) -> Server {
    let server = Server::start(database);
    server.json(Method::POST, "/actors", &json!({"name": STORED[0], "age": 30, "gender": "F"}));
    server.json(Method::POST, "/movies", &json!({"title": STORED[1], "release_date": "2030-01-31"}));
    server
}

/// Sends these bytes on a connection of their own, and answers all that came back.
fn exchange(server: &Server, request: &[u8]) -> String {
    let mut stream = connect(server);
    // A server that has refused the head may close before it has taken all of the rest.
    stream.write_all(request).ok();
    String::from_utf8(everything(stream)).unwrap()
}

fn no_trick_gets_past_the_guard(database: &Database) {
    let server = server_with_rows(database);
    let producer = server.token(Role::ExecutiveProducer);
    let powerless = with_permissions(database.folder.path(), producer, &[]);
    let callers = [("nobody", None), ("powerless", Some(powerless.as_str())), ("producer", Some(producer))];
    let (before, mut failures) = (server.contents(), Vec::new());
    for trick in tricks() {
        for (caller, token) in callers {
            let answered = exchange(&server, &trick.request(token));
            let wrong = wrong_with(&trick, caller, &answered);
            let changed = (server.contents() != before).then(|| "something was changed".to_owned());
            failures.extend(wrong.or(changed).map(|wrong| format!("{} by {caller}: {wrong}: {answered}", trick.name)));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// What is wrong with the answer to a trick.
fn wrong_with(trick: &Trick, caller: &str, answered: &str) -> Option<String> {
    let Some((head, body)) = answered.split_once("\r\n\r\n") else { return Some("no answer".to_owned()) };
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    let found = (head.split(' ').nth(1).unwrap_or_default(), document["type"].as_str().unwrap_or_default());
    let (status, kind) = match (trick.told, caller) {
        (Told::Guarded(..), "nobody") => (401, "unauthenticated"),
        (Told::Guarded(..), "powerless") => (403, "permission-denied"),
        (Told::Everybody(status, kind) | Told::Guarded(status, kind), _) => (status, kind),
    };
    let kind = if kind.is_empty() { String::new() } else { format!("/problems/{kind}") };
    let expected = (status.to_string(), kind);
    if found != (&*expected.0, &*expected.1) {
        return Some(format!("{found:?}, not {expected:?}"));
    }
    let is_path = matches!(trick.told, Told::Everybody(404, _));
    if is_path && document["detail"] != "there is no such path; GET / lists where to begin" {
        return Some("it is told of something else".to_owned());
    }
    if statuses(answered).len() != 1 {
        return Some("more than one answer".to_owned());
    }
    let told = status != 200 || caller != "producer";
    STORED.iter().find(|stored| told && answered.contains(**stored)).map(|stored| format!("it tells of {stored}"))
}

fn no_request_is_hidden_in_another(database: &Database) {
    let server = server_with_rows(database);
    let hidden = smuggled::hidden(server.token(Role::ExecutiveProducer));
    let before = server.contents();
    let in_bodies = smuggled::in_bodies(server.token(Role::CastingAssistant), &hidden);
    for (name, request, expected) in in_bodies.into_iter().chain(smuggled::behind_lengths(&hidden)) {
        let answered = exchange(&server, request.as_bytes());
        assert_eq!(statuses(&answered), expected, "{name}: {answered}");
        assert_eq!(server.contents(), before, "{name}");
    }
    // Where the lengths are right, it is a request like any other.
    let two = format!("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n{hidden}");
    assert_eq!(statuses(&exchange(&server, two.as_bytes())), [200, 200]);
    assert_ne!(server.contents(), before);
}

/// The statuses of all answers on one connection.
fn statuses(answered: &str) -> Vec<u16> {
    let heads = answered.split("HTTP/1.").skip(1);
    heads.map(|head| head.split(' ').nth(1).unwrap().parse().unwrap()).collect()
}
