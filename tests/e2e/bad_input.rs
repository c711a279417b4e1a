//! Bad input over the wire: each case with its exact answer, the edges that are just right among them.

mod actors;
mod case;
mod elsewhere;
mod json;
mod movies;
mod socket;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use crate::{bad_input::case::Case, database::Database, server::Server};

on_both_databases!(
    every_body_of_an_actor_is_answered_exactly,
    every_body_of_a_movie_is_answered_exactly,
    every_piece_of_json_is_answered_exactly,
    every_path_query_and_header_is_answered_exactly,
);

fn every_body_of_an_actor_is_answered_exactly(database: &Database) {
    run(database, &actors::cases());
}

fn every_body_of_a_movie_is_answered_exactly(database: &Database) {
    run(database, &movies::cases());
}

fn every_piece_of_json_is_answered_exactly(database: &Database) {
    run(database, &json::cases());
}

fn every_path_query_and_header_is_answered_exactly(database: &Database) {
    run(database, &elsewhere::cases());
}

/// Puts every case to a server that has one actor and one movie, and tells all that failed.
fn run(database: &Database, cases: &[Case]) {
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let server = Server::start(database);
    server.json(Method::POST, "/actors", &json!({"name": "Ilse Marten", "age": 30, "gender": "F"}));
    let shot = json!({
        "title": "Low Tide", "release_date": "2030-01-31", "shoot_start": "2029-03-01", "shoot_end": "2029-06-30",
    });
    server.json(Method::POST, "/movies", &shot);
    let failures: Vec<_> = cases.iter().filter_map(|case| case.run(&server).err()).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
