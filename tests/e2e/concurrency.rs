//! Many clients and several instances at once.

use std::{collections::HashSet, thread};

use ensemble_domain::Role;
use reqwest::{
    Method,
    header::{ETAG, IF_MATCH},
};
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    no_update_is_lost_where_clients_send_if_match,
    changes_of_different_members_do_not_undo_each_other,
    the_members_of_one_change_stay_together,
    no_id_is_given_twice,
    instances_that_start_together_on_an_empty_database_all_come_up,
    two_instances_serve_the_same_actors,
);

/// How many clients take how many turns each: where they change one actor, and elsewhere.
const CROWD: (usize, usize) = (50, 20);
const CLIENTS: usize = 16;
const TURNS: usize = 10;
/// A crowd waits for one writer: on a busy machine longer than the second and a quarter that anybody has to wait.
const PATIENT: [(&str, &str); 1] = [("ENSEMBLE__DATABASE__CHECKOUT_TIMEOUT", "10")];

/// Everybody counts one up from what they read. A count that is lost would be counted again.
fn no_update_is_lost_where_clients_send_if_match(database: &Database) {
    let server = Server::with(database, &PATIENT);
    let (path, start) = an_actor(&server);
    let statuses = at_once(CROWD, |_, _| {
        let read = server.request_as(Role::CastingAssistant, Method::GET, &path).send().unwrap();
        let tag = read.headers()[ETAG].clone();
        let count = count(&answered(read).1["actor"]);
        let change = server.request_as(Role::CastingDirector, Method::PATCH, &path).header(IF_MATCH, tag);
        change.json(&json!({"name": format!("Count {}", count + 1)})).send().unwrap().status().as_u16()
    });
    let made = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(statuses.iter().filter(|status| ![200, 412].contains(status)).count(), 0, "{statuses:?}");
    assert!(made >= CROWD.1, "hardly any change was made: {made}");
    assert_eq!(version(&server, &path) - start, i64::try_from(made).unwrap());
    assert_eq!(count(&server.get(&path).1["actor"]), made, "counts were lost");
}

/// Two clients share an actor: one only ever changes the name, the other only the gender.
fn changes_of_different_members_do_not_undo_each_other(database: &Database) {
    let server = Server::start(database);
    let paths: Vec<_> = (0..CLIENTS / 2).map(|_| an_actor(&server).0).collect();
    at_once((CLIENTS, TURNS), |client, turn| {
        let member = ["name", "gender"][client % 2];
        let (status, _) = server.json(Method::PATCH, &paths[client / 2], &json!({member: format!("Turn {turn}")}));
        assert_eq!(status, 200);
    });
    let last = (TURNS - 1).to_string();
    for path in paths {
        assert_eq!(signs(&server.get(&path).1["actor"]), (last.clone(), last.clone()), "{path}");
    }
}

fn the_members_of_one_change_stay_together(database: &Database) {
    let server = Server::with(database, &PATIENT);
    let (path, start) = an_actor(&server);
    let answers = at_once(CROWD, |client, turn| {
        let sign = format!("{client}-{turn}");
        let (status, changed) = server.json(
            Method::PATCH,
            &path,
            &json!({"name": format!("Name {sign}"), "gender": format!("own {sign}")}),
        );
        (status, signs(&changed["actor"]), sign)
    });
    for (status, (name, gender), sign) in &answers {
        assert_eq!((*status, name, gender), (200, sign, sign), "each is answered what it wrote");
    }
    let (name, gender) = signs(&server.get(&path).1["actor"]);
    assert_eq!(name, gender, "the last state is of two changes");
    assert_eq!(version(&server, &path) - start, i64::try_from(answers.len()).unwrap());
}

fn no_id_is_given_twice(database: &Database) {
    let server = Server::start(database);
    let ids = at_once((CLIENTS, TURNS), |client, turn| {
        let new = json!({"name": format!("Name {client}-{turn}"), "age": 30, "gender": "female"});
        let (status, created) = server.json(Method::POST, "/actors", &new);
        assert_eq!((status, &created["actor"]["name"]), (201, &new["name"]));
        created["actor"]["id"].as_i64().unwrap()
    });
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), CLIENTS * TURNS);
    assert_eq!(server.get("/actors").1["total"], CLIENTS * TURNS);
}

fn instances_that_start_together_on_an_empty_database_all_come_up(database: &Database) {
    let servers: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| Server::start(database))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    for (number, server) in servers.iter().enumerate() {
        assert_eq!(server.get("/readyz").0, 200, "instance {number}");
        let token = servers[0].token(Role::CastingAssistant);
        let asked = server.request(Method::GET, "/actors").bearer_auth(token).send().unwrap();
        assert_eq!(answered(asked).0, 200, "instance {number} trusts the key of the first");
    }
}

fn two_instances_serve_the_same_actors(database: &Database) {
    let one = Server::start(database);
    let other = Server::start(database);
    let (path, _) = an_actor(&one);
    let of_one = one.get(&path);
    assert_eq!((of_one.0, &of_one), (200, &other.get(&path)));

    let change = |server: &Server, name: &str| {
        let change = server.request_as(Role::CastingDirector, Method::PATCH, &path).header(IF_MATCH, "\"1\"");
        answered(change.json(&json!({"name": name})).send().unwrap())
    };
    let changed = change(&other, "Zeina Rahal");
    assert_eq!(changed.0, 200);
    assert_eq!(change(&one, "Omar Rahal").0, 412, "the other instance was faster");
    assert_eq!(one.get(&path), changed);
}

/// Lets all clients take their turns at the same time, and answers what came of each.
fn at_once<T: Send>((clients, turns): (usize, usize), turn: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    let turn = &turn;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|client| scope.spawn(move || (0..turns).map(|number| turn(client, number)).collect::<Vec<_>>()))
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

/// A new actor's path and version.
fn an_actor(server: &Server) -> (String, i64) {
    let (status, created) =
        server.json(Method::POST, "/actors", &json!({"name": "Nada Haddad", "age": 20, "gender": "female"}));
    assert_eq!(status, 201);
    (format!("/actors/{}", created["actor"]["id"]), created["actor"]["version"].as_i64().unwrap())
}

fn version(server: &Server, path: &str) -> i64 {
    server.get(path).1["actor"]["version"].as_i64().unwrap()
}

/// How far the actor's name has counted.
fn count(actor: &Value) -> usize {
    signs(actor).0.parse().unwrap_or(0)
}

/// Which change the name and the gender of an actor are of.
fn signs(actor: &Value) -> (String, String) {
    let sign = |member: &str| actor[member].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    (sign("name"), sign("gender"))
}
