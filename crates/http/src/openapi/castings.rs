//! What the document says of casts and filmographies.

use serde_json::json;

use super::OperationObject;
use crate::{
    castings::{CastMemberView, CastingView, CreditView},
    problem::Kind,
};

const TAG: &str = "Castings";

pub fn cast(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listCast", "List the cast of a movie")
        .text("Each casting with its actor, by billing, then by id.")
        .whole::<CastMemberView<'_>>("cast");
}

pub fn actors(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listActorsOfMovie", "List the cast of a movie, under the name of actors")
        .text("The same as `/movies/{id}/cast`, under the name that some clients look for.")
        .whole::<CastMemberView<'_>>("actors");
}

pub fn create(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "createCasting", "Consider an actor for a movie, or cast one")
        .text(
            "Without a status the actor is `considering`. Overlapping bookings and shared characters are legal; `warnings` tells \
             of them.",
        )
        .example(&json!({"actor_id": 1, "character": "Lady Bracknell"}))
        .refuses(&[Kind::AlreadyCast, Kind::BillingTaken, Kind::IllegalStatus])
        .created_and_warned::<CastingView<'_>>("casting")
        .leads_to(
            &["getCasting", "changeCasting", "deleteCasting"],
            &json!({"id": "$request.path.id", "casting_id": "$response.body#/casting/id"}),
        );
}

pub fn get(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "getCasting", "Read a casting, with its actor").resource::<CastMemberView<'_>>("casting");
}

pub fn change(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "changeCasting", "Change a casting, or move it on")
        .text(
            "A JSON merge patch (RFC 7396). From `considering`, `auditioning`, `pinned` and `offered` a casting goes to each other, \
             to `booked`, `declined` or `released`; from `booked` to `declined` or `released`, with a reason; from these two back \
             to `considering`.",
        )
        .example(&json!({"status": "offered"}))
        .refuses(&[Kind::AlreadyCast, Kind::BillingTaken, Kind::IllegalStatus])
        .warned::<CastingView<'_>>("casting");
}

pub fn delete(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "deleteCasting", "Take back a casting that was a slip of the pen")
        .text("It is gone for good, but for the history. Who is booked has to be released first.")
        .refuses(&[Kind::RequiresRelease])
        .deletion();
}

pub fn bill(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "billCast", "Set the order of the credits")
        .text("The castings that are listed get 1, 2, 3 and so on; all others of the movie lose their place.")
        .example(&json!({"order": [1]}));
    let cast = operation.named::<Vec<CastMemberView<'_>>>("cast");
    operation.json("The cast in its new order", &[], &cast);
}

pub fn filmography(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listFilmography", "List what an actor was considered for or cast in")
        .text("Each casting with its movie.")
        .whole::<CreditView<'_>>("filmography");
}

pub fn movies(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listMoviesOfActor", "List what an actor was considered for or cast in, under the name of movies")
        .text("The same as `/actors/{id}/filmography`, under the name that some clients look for.")
        .whole::<CreditView<'_>>("movies");
}
