//! What the document says of `/actors`.

use serde_json::json;

use super::OperationObject;
use crate::{actors::ActorView, imports::ImportView, problem::Kind};

const TAG: &str = "Actors";

pub fn list(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listActors", "List actors")
        .text(
            "Actors that pass every filter, by page or, at any depth at the same cost, by cursor. `deleted=only` and `deleted=with` \
             need the permission `delete:actors` too. `Accept: text/csv` is answered like `format=csv`.",
        )
        .page::<ActorView<'_>>("actors");
}

pub fn create(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "createActor", "Add an actor")
        .text("Names are not unique: people share them.")
        .example(&json!({"name": "Nada Haddad", "age": 20, "gender": "female"}))
        .created::<ActorView<'_>>("actor")
        .leads_to(&["getActor", "changeActor", "deleteActor"], &json!({"id": "$response.body#/actor/id"}));
}

pub fn import(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "importActors", "Add the actors of a CSV file")
        .text(
            "The first line names the columns: `name`, `gender`, and `age` or `birth_date`. All rows are added or none; \
             every row that is not right is told with its line.",
        )
        .example(&json!("name,age,gender\nNada Haddad,20,female\n"))
        .object::<ImportView>("How many were added");
}

pub fn get(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "getActor", "Read an actor").resource::<ActorView<'_>>("actor");
}

pub fn change(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "changeActor", "Change an actor")
        .text(
            "A JSON merge patch (RFC 7396): what is not named stays as it is. Send `If-Match` with the tag of what you read, so \
             that nobody's change is lost.",
        )
        .example(&json!({"name": "Nada El-Haddad"}))
        .resource::<ActorView<'_>>("actor");
}

pub fn delete(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "deleteActor", "Delete an actor")
        .text("The actor is hidden, with all castings, and can be restored. Whoever is booked on a movie to come cannot be deleted.")
        .refuses(&[Kind::ActorBooked])
        .deletion();
}

pub fn restore(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "restoreActor", "Undo the deletion of an actor").resource::<ActorView<'_>>("actor");
}
