//! Many clients at one cast.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::{a_movie, an_actor};
use crate::{database::Database, server::Server};

on_both_databases!(many_clients_at_one_cast_leave_it_whole);

const CLIENTS: usize = 50;
const ACTORS: usize = 12;
/// Fifty clients wait for one writer: on a busy machine longer than the second and a quarter that anybody has to wait.
const PATIENT: [(&str, &str); 1] = [("ENSEMBLE__DATABASE__CHECKOUT_TIMEOUT", "10")];
const TIME: Duration = Duration::from_secs(20);

/// Everybody books, releases and bills as they like. At the end the order of the credits has no gap, nobody is booked twice for a
/// part, and versions and history agree with what is stored.
fn many_clients_at_one_cast_leave_it_whole(database: &Database) {
    // One database after the other: together they would only show how small the machine is.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Server::with(database, &PATIENT);
    let actors: Vec<_> = (0..ACTORS).map(|number| an_actor(&server, &format!("Actor {number}"))).collect();
    let movie = a_movie(&server, "Low Tide");
    let cast = format!("/movies/{movie}/cast");
    let end = Instant::now() + TIME;
    let turn = |client: usize, number: usize| -> u16 {
        let actor = actors[(client * 7 + number * 5) % ACTORS];
        let castings = server.get(&cast).1["cast"].as_array().unwrap().clone();
        let chosen = castings.get((client + number) % castings.len().max(1));
        match (number % 4, chosen) {
            (0, _) | (_, None) => {
                let new = json!({"actor_id": actor, "character": format!("Part {}", number % 3), "status": "booked"});
                server.json(Method::POST, &cast, &new).0
            }
            (1, Some(casting)) => {
                let change = json!({"status": "released", "reason": "So it goes"});
                let path = format!("{cast}/{}", casting["id"]);
                let request = server.request_as(ensemble_domain::Role::CastingDirector, Method::PATCH, &path);
                let request = request.header("If-Match", format!("\"{}\"", casting["version"]));
                request.json(&change).send().unwrap().status().as_u16()
            }
            (2, Some(casting)) => {
                let status = if casting["status"] == "released" { "considering" } else { "booked" };
                server.json(Method::PATCH, &format!("{cast}/{}", casting["id"]), &json!({"status": status})).0
            }
            (_, Some(_)) => {
                let mut order: Vec<_> = castings.iter().take(20).map(|casting| casting["id"].clone()).collect();
                let shift = (client + number) % order.len();
                order.rotate_left(shift);
                server.json(Method::PUT, &format!("/movies/{movie}/billing"), &json!({"order": order})).0
            }
        }
    };
    let statuses: Vec<u16> = thread::scope(|scope| {
        let turn = &turn;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn(move || {
                    let mut statuses = Vec::new();
                    while Instant::now() < end {
                        statuses.push(turn(client, statuses.len()));
                    }
                    statuses
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let odd: BTreeSet<_> = statuses.iter().filter(|status| ![200, 201, 409, 412].contains(status)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    let done = statuses.iter().filter(|status| **status < 300).count();
    assert!(done > CLIENTS, "hardly anything was done: {done} of {}", statuses.len());

    let castings = server.get(&cast).1["cast"].as_array().unwrap().clone();
    assert_credits_are_whole(&castings);
    assert_nobody_has_a_part_twice(&castings);
    assert_history_agrees(&server, movie, &castings);
}

fn assert_credits_are_whole(castings: &[Value]) {
    let mut places: Vec<_> = castings.iter().filter_map(|casting| casting["billing"].as_i64()).collect();
    places.sort_unstable();
    assert!(places.iter().copied().eq(1..=i64::try_from(places.len()).unwrap()), "{places:?}");
    assert!(!places.is_empty());
}

fn assert_nobody_has_a_part_twice(castings: &[Value]) {
    let mut parts = HashSet::new();
    for casting in castings.iter().filter(|casting| casting["status"] != "released") {
        let part = (casting["actor_id"].as_i64(), casting["character"].as_str());
        assert!(parts.insert(part), "{part:?}");
    }
}

/// Each casting was written as often as its version says, and the entries, one after the other, lead to what is stored.
fn assert_history_agrees(server: &Server, movie: i64, castings: &[Value]) {
    let mut told: BTreeMap<i64, (i64, BTreeMap<String, Value>)> = BTreeMap::new();
    for entry in whole_history(server, movie).iter().rev().filter(|entry| entry["entity"] == "casting") {
        let (version, state) = told.entry(entry["entity_id"].as_i64().unwrap()).or_default();
        *version += 1;
        for (member, before) in entry["before"].as_object().unwrap() {
            assert_eq!(state.get(member).unwrap_or(&Value::Null), before, "{entry}");
        }
        state.extend(entry["after"].as_object().unwrap().clone());
    }
    assert_eq!(told.len(), castings.len());
    for casting in castings {
        let (version, state) = &told[&casting["id"].as_i64().unwrap()];
        assert_eq!(casting["version"], *version, "{casting}");
        for member in ["movie_id", "actor_id", "character", "status", "reason", "billing"] {
            assert_eq!(state.get(member).unwrap_or(&Value::Null), &casting[member], "{member} of {casting}");
        }
    }
}

/// All entries, newest first.
fn whole_history(server: &Server, movie: i64) -> Vec<Value> {
    let (mut entries, mut next) = (Vec::new(), Some(format!("/movies/{movie}/history?limit=100")));
    while let Some(path) = next {
        let (status, page) = server.get(&path);
        assert_eq!(status, 200);
        entries.extend(page["history"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    entries
}
