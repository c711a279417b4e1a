//! What the document says of `/movies`.

use serde_json::json;

use super::OperationObject;
use crate::{imports::ImportView, movies::MovieView, problem::Kind};

const TAG: &str = "Movies";

pub fn list(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "listMovies", "List movies")
        .text(
            "Movies that pass every filter, by page or, at any depth at the same cost, by cursor. `deleted=only` and `deleted=with` \
             need the permission `delete:movies` too. `Accept: text/csv` is answered like `format=csv`.",
        )
        .page::<MovieView<'_>>("movies");
}

pub fn create(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "createMovie", "Add a movie")
        .text("`actor_ids` books these actors on it. Titles are not unique: movies are remade.")
        .example(&json!({"title": "Aihaga", "release_date": "2027-05-07"}))
        .created_and_warned::<MovieView<'_>>("movie")
        .leads_to(
            &["getMovie", "changeMovie", "deleteMovie", "createCasting"],
            &json!({"id": "$response.body#/movie/id"}),
        );
}

pub fn import(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "importMovies", "Add the movies of a CSV file")
        .text(
            "The first line names the columns: `title`, `release_date` and, as you like, `shoot_start` and `shoot_end`. All rows \
             are added or none; every row that is not right is told with its line.",
        )
        .example(&json!("title,release_date\nAihaga,2027-05-07\n"))
        .object::<ImportView>("How many were added");
}

pub fn get(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "getMovie", "Read a movie").resource::<MovieView<'_>>("movie");
}

pub fn change(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "changeMovie", "Change a movie")
        .text(
            "A JSON merge patch (RFC 7396): what is not named stays as it is. `actor_ids` books exactly these actors: who is new is \
             booked, who is missing is released. Send `If-Match` with the tag of what you read, so that nobody's change is lost.",
        )
        .example(&json!({"release_date": "2027-05-14"}))
        .refuses(&[Kind::IllegalStatus])
        .warned::<MovieView<'_>>("movie");
}

pub fn delete(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "deleteMovie", "Delete a movie")
        .text("The movie is hidden, with its castings, and can be restored.")
        .deletion();
}

pub fn restore(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "restoreMovie", "Undo the deletion of a movie").resource::<MovieView<'_>>("movie");
}
