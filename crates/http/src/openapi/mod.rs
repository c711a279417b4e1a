//! `GET /openapi.json`: the contract as an OpenAPI 3.1 document, made from the routes themselves.
//!
//! Method, path and permission of an operation are those of its route; what it reads, and how that can be refused, is told by
//! the [`Input`](crate::input::Input) that its handler takes; what it answers is the schema of the view that is rendered. What is
//! left to say by hand, a name and a sentence, stands in the file of the entity.

pub mod actors;
mod answers;
pub mod castings;
pub mod history;
pub mod movies;
mod object;
mod problems;
pub mod scalar;
pub mod schema;
pub mod service;
pub mod v1;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub use self::{object::OperationObject, problems::members as problem_members};
use crate::{Operation, conditional::IfNoneMatch, file::File, local_operation, operations, query::NoQuery};

/// Where the schemas are.
const SCHEMAS: &str = "#/components/schemas";

/// Answers the document, unless the client has it. It is the same for everybody and for as long as the process runs.
pub async fn serve(_: NoQuery, known: IfNoneMatch) -> HttpResponse {
    static FILE: LazyLock<File> = LazyLock::new(|| File::new("application/json", document().to_string()));
    FILE.answer(&known)
}

/// The OpenAPI document of every operation, as indented JSON. The operation of the development issuer is in it, which a server
/// has in `auth.mode = local` only.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The document of [`text`].
fn document() -> Value {
    let mut schemas = generator();
    let mut paths = Map::new();
    for operation in operations().into_iter().chain([local_operation()]) {
        let method = operation.method.as_str().to_lowercase();
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(method, object(&operation, &mut schemas));
        }
    }
    problems::add_schema(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ensemble",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The backend of a casting agency",
            "description": include_str!("introduction.md"),
            "license": {"name": "MIT or Apache 2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that this document came from"}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "headers": answers::headers(),
            "examples": problems::examples(),
            "securitySchemes": {"bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "An access token of the issuer that the server trusts, whose claim `permissions` says what it \
                                allows. In local mode `ensemble token --role assistant` prints one.",
            }},
        },
    })
}

/// Schemas of what the server writes: a member that is always written is required.
fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = SCHEMAS.trim_start_matches('#').into();
    settings.meta_schema = None;
    settings.into_generator()
}

fn object(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let mut object = OperationObject::new(&operation.method, schemas);
    if let Some(needs) = operation.needs {
        object.guarded(needs);
    }
    operation.describe(&mut object);
    object.into_value(operation.retold)
}

fn tags() -> Value {
    json!([
        {"name": "Actors", "description": "Who can be cast"},
        {"name": "Movies", "description": "What is cast"},
        {"name": "Castings", "description": "Who is considered for, or cast in, which movie"},
        {"name": "History", "description": "What was changed, when and by whom"},
        {"name": "Service", "description": "The server itself, and who you are to it"},
        {"name": "Older format", "description": "Actors and movies in the format of the older Ensemble system, for its clients"},
    ])
}

#[cfg(test)]
mod tests;
