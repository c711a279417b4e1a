//! Every cell of the table of moves, over the wire.

use ensemble_domain::CastingStatus;
use reqwest::Method;
use serde_json::{Value, json};

use super::{a_casting, a_movie, an_actor, patch};
use crate::{database::Database, server::Server};

on_both_databases!(every_move_is_answered_as_the_table_says, a_booking_does_not_end_without_a_reason);

fn every_move_is_answered_as_the_table_says(database: &Database) {
    let server = Server::start(database);
    let (actor, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    for from in CastingStatus::ALL {
        for to in CastingStatus::ALL {
            let new = json!({"actor_id": actor, "character": format!("{from} to {to}"), "status": from.as_str()});
            let path = a_casting(&server, movie, &new);
            let (status, answer) = patch(&server, &path, &json!({"status": to.as_str(), "reason": "because"}));
            let (_, stored) = server.get(&path);
            let stored =
                (stored["casting"]["status"].as_str().unwrap(), stored["casting"]["version"].as_i64().unwrap());
            if from == to {
                assert_eq!((status, stored), (200, (from.as_str(), 1)), "{from} to itself");
            } else if from.moves().contains(&to) {
                assert_eq!((status, stored), (200, (to.as_str(), 2)), "{from} to {to}: {answer}");
                assert_eq!(answer["casting"]["reason"], "because");
            } else {
                assert_eq!((status, stored), (409, (from.as_str(), 1)), "{from} to {to}");
                assert_eq!(answer["type"], "/problems/illegal-status");
                let allowed: Vec<Value> = from.moves().iter().map(|status| json!(status.as_str())).collect();
                assert_eq!(answer["allowed"], json!(allowed), "{from} to {to}");
            }
        }
    }
}

fn a_booking_does_not_end_without_a_reason(database: &Database) {
    let server = Server::start(database);
    let (actor, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let path = a_casting(&server, movie, &json!({"actor_id": actor, "status": "booked"}));
    for to in ["declined", "released"] {
        let (status, refused) = server.json(Method::PATCH, &path, &json!({"status": to}));
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("#/reason")), "{to}");
        assert_eq!(refused["errors"][0]["code"], "required");
    }
}
