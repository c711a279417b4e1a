//! What the document says of histories.

use super::OperationObject;
use crate::history::PageView;

const TAG: &str = "History";

pub fn all(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "listHistory", "List all changes, newest first");
    page(operation);
}

pub fn of_actor(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "listHistoryOfActor", "List the changes of an actor and of the actor's castings, newest first");
    page(operation);
}

pub fn of_movie(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "listHistoryOfMovie", "List the changes of a movie and of its castings, newest first");
    page(operation);
}

fn page(operation: &mut OperationObject<'_>) {
    let schema = operation.schema_of::<PageView<'_>>();
    operation.listed("One page, or all of it as CSV", &[], &schema);
}
