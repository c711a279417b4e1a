//! What the document says of the server itself.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::OperationObject;
use crate::{
    conditional::IfNoneMatch,
    explorer,
    health::HealthView,
    home::HomeView,
    input::Input,
    local_token::{RoleBody, TokenView},
    me::MeView,
    problem::{Kind, problem_names},
};

const TAG: &str = "Service";

pub fn home(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "getHome", "Find out where to begin")
        .answers(StatusCode::SEE_OTHER, "To the console, for a browser", &["Location", "Vary"], Value::Null)
        .object::<HomeView>("Name, version and links");
}

pub fn live(operation: &mut OperationObject<'_>) {
    operation.says(TAG, "getLiveness", "Find out whether the process runs").object::<HealthView>("It does");
}

pub fn ready(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "getReadiness", "Find out whether requests can be served")
        .text("The keys for tokens are there, the database answers, and its tables are current.")
        .object::<HealthView>("They can");
}

pub fn problem(operation: &mut OperationObject<'_>) {
    operation.path(
        "name",
        "The kind of problem",
        &json!({"type": "string", "enum": problem_names().collect::<Vec<_>>()}),
    );
    operation
        .says(TAG, "getProblem", "Read what a problem means and what to do about it")
        .text("The page that the `type` of a problem leads to.")
        .refuses(&[Kind::NotFound])
        .answers(StatusCode::OK, "A page for people", &[], json!({"text/html": {"schema": {"type": "string"}}}));
}

pub fn document(operation: &mut OperationObject<'_>) {
    IfNoneMatch::describe(operation);
    operation.says(TAG, "getOpenApi", "Read the OpenAPI document").json(
        "The document",
        &["ETag"],
        &json!({"type": "object"}),
    );
}

pub fn explorer(operation: &mut OperationObject<'_>) {
    IfNoneMatch::describe(operation);
    operation.says(TAG, "getExplorer", "Read and try out the OpenAPI document in a browser").answers(
        StatusCode::OK,
        "A page for people",
        &["ETag"],
        json!({"text/html": {"schema": {"type": "string"}}}),
    );
}

pub fn explorer_file(operation: &mut OperationObject<'_>) {
    let names: Vec<_> = explorer::files().map(|(name, _)| name).collect();
    let content: Map<_, _> =
        explorer::files().map(|(_, kind)| (kind.to_owned(), json!({"schema": {"type": "string"}}))).collect();
    operation.path("file", "The name of the file", &json!({"type": "string", "enum": names}));
    IfNoneMatch::describe(operation);
    operation.says(TAG, "getExplorerFile", "Read a file of that page").refuses(&[Kind::NotFound]).answers(
        StatusCode::OK,
        "The file",
        &["ETag"],
        content.into(),
    );
}

pub fn me(operation: &mut OperationObject<'_>) {
    operation
        .says(TAG, "getMe", "Find out who you are to the server")
        .object::<MeView<'_>>("Subject, permissions, and the role that has exactly these");
}

pub fn local_token(operation: &mut OperationObject<'_>) {
    operation.json_body::<RoleBody>();
    operation
        .says(TAG, "issueLocalToken", "Get a token of the development issuer")
        .text("In `auth.mode = local` only, and for clients on the same machine.")
        .example(&json!({"role": "assistant"}))
        .refuses(&[Kind::LocalOnly, Kind::NotFound])
        .object::<TokenView>("A token");
}
