//! What the document says of `/api/v1`.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::OperationObject;
use crate::{
    problem::Kind,
    v1::{ActorView, BookedActor, MovieView, Outcome, Pagination},
};

const TAG: &str = "Older format";

pub fn list_actors(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1ListActors", "List actors, six at a time");
    page::<ActorView<'_>>(operation, "actors");
}

pub fn search_actors(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1SearchActors", "Look for actors by their names")
        .text(
            "Actors whose name holds each word of the term, anywhere, without regard to case and accents, but for those that \
             `actor_ids` names. An empty term finds everybody.",
        )
        .reads_only()
        .example(&json!({"search_term": "haddad"}));
    page::<ActorView<'_>>(operation, "actors");
}

pub fn create_actor(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "v1CreateActor", "Add an actor")
        .example(&json!({"actor": {"name": "Nada Haddad", "birth_date": "2001-03-14", "gender": "F"}}));
    created::<ActorView<'_>>(operation, "actor")
        .leads_to(&["v1GetActor", "v1ChangeActor", "v1DeleteActor"], &json!({"id": "$response.body#/actor/id"}));
}

pub fn get_actor(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1GetActor", "Read an actor, with the movies of the bookings");
    operation.resource::<ActorView<'_>>("actor");
}

pub fn change_actor(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "v1ChangeActor", "Change an actor")
        .text("What is not named stays as it is.")
        .example(&json!({"actor": {"name": "Nada El-Haddad"}}));
    done::<ActorView<'_>>(operation, "actor");
}

pub fn delete_actor(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1DeleteActor", "Delete an actor").refuses(&[Kind::ActorBooked]);
    done::<ActorView<'_>>(operation, "actor");
}

pub fn list_movies(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1ListMovies", "List movies, ten at a time");
    page::<MovieView<'_>>(operation, "movies");
}

pub fn list_actors_of_movie(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1ListActorsOfMovie", "List who is booked for a movie, five at a time");
    page::<BookedActor<'_>>(operation, "actors");
}

pub fn create_movie(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "v1CreateMovie", "Add a movie")
        .text("`actor_ids` books these actors on it.")
        .example(&json!({"movie": {"title": "Aihaga", "release_date": "2027-05-07"}}));
    created::<MovieView<'_>>(operation, "movie")
        .leads_to(&["v1GetMovie", "v1ChangeMovie", "v1DeleteMovie"], &json!({"id": "$response.body#/movie/id"}));
}

pub fn get_movie(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1GetMovie", "Read a movie, with the actors who are booked");
    operation.resource::<MovieView<'_>>("movie");
}

pub fn change_movie(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "v1ChangeMovie", "Change a movie")
        .text("What is not named stays as it is. `actor_ids` books exactly these actors: who is missing is released.")
        .example(&json!({"movie": {"release_date": "2027-05-14"}}))
        .refuses(&[Kind::IllegalStatus]);
    done::<MovieView<'_>>(operation, "movie");
}

pub fn delete_movie(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "v1DeleteMovie", "Delete a movie");
    done::<MovieView<'_>>(operation, "movie");
}

/// One page of a list of `V`.
fn page<V: JsonSchema>(operation: &mut OperationObject<'_>, name: &str) {
    let schema = beside::<Vec<V>, Pagination>(operation, name);
    operation.json("One page", &[], &schema);
}

/// The resource `V` as it was just made, and a message.
fn created<'o, 'a, V: JsonSchema>(operation: &'o mut OperationObject<'a>, name: &str) -> &'o mut OperationObject<'a> {
    let schema = beside::<V, Outcome>(operation, name);
    operation.made(name, &schema)
}

/// The resource `V` as it is now, and a message.
fn done<V: JsonSchema>(operation: &mut OperationObject<'_>, name: &str) {
    let schema = beside::<V, Outcome>(operation, name);
    operation.json(&format!("The {name}"), &["ETag"], &schema);
}

/// The schema of `V` under its name, with the members of `M` beside.
fn beside<V: JsonSchema, M: JsonSchema>(operation: &mut OperationObject<'_>, name: &str) -> Value {
    let named = operation.named::<V>(name);
    json!({"allOf": [named, operation.schema_of::<M>()]})
}
