//! How operations can be refused, as the document tells it: the problems of one status stand together.

use std::collections::BTreeMap;

use ensemble_domain::RequestId;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{answers, scalar};
use crate::problem::{self, Kind};

/// The answers for these kinds of problems, by status.
pub fn responses(kinds: &[Kind]) -> BTreeMap<u16, Value> {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status().as_u16()).or_default().push(*kind);
    }
    by_status.into_iter().map(|(status, kinds)| (status, response(status, &kinds))).collect()
}

fn response(status: u16, kinds: &[Kind]) -> Value {
    let told: Vec<_> = kinds.iter().map(|kind| format!("`{}`: {}", kind.name(), kind.title())).collect();
    let example = |kind: &Kind| {
        let name = kind.name();
        (name.to_owned(), json!({"$ref": format!("#/components/examples/{name}")}))
    };
    let names_when = kinds.contains(&Kind::RequestInProgress) || matches!(status, 429 | 503);
    // A 400 has it where the header Authorization is what is not right.
    let challenges = kinds.contains(&Kind::InvalidRequest) || matches!(status, 401 | 403);
    let headers = [("WWW-Authenticate", challenges), ("Retry-After", names_when)];
    let headers: Vec<_> = headers.into_iter().filter(|(_, sent)| *sent).map(|(name, _)| name).collect();
    json!({
        "description": told.join("; "),
        "headers": answers::references(&headers),
        "content": {problem::CONTENT_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": kinds.iter().map(example).collect::<Map<_, _>>(),
        }},
    })
}

/// Adds the schema of every problem, with the kinds that there are.
pub fn add_schema(schemas: &mut SchemaGenerator) {
    schemas.subschema_for::<problem::Document<'_>>();
    let types: Vec<_> = Kind::ALL.iter().map(|kind| format!("/problems/{}", kind.name())).collect();
    if let Some(kind) =
        schemas.definitions_mut().get_mut("Problem").and_then(|schema| schema.pointer_mut("/properties/type"))
    {
        *kind = json!({"type": "string", "description": "Which kind of problem it is, and where its page is", "enum": types});
    }
}

/// The members that some kinds of problems have beside those of all.
pub fn members(_: &mut SchemaGenerator) -> Schema {
    let status = scalar::status();
    json_schema!({"type": "object", "properties": {
        "needs": {"type": "string", "description": "The permissions that are missing, with a blank between them."},
        "from": status,
        "to": status,
        "allowed": {"type": "array", "items": status},
        "movies": {
            "description": "The movies that the actor is booked on.",
            "type": "array",
            "items": {
                "type": "object", "required": ["id", "title", "release_date", "href"],
                "properties": {
                    "id": scalar::id(), "title": {"type": "string"}, "release_date": {"type": "string", "format": "date"},
                    "href": {"type": "string", "format": "uri-reference"},
                },
            },
        },
        "invalid_rows": {"type": "integer", "minimum": 1, "description": "How many rows of a file are not right."},
    }})
}

/// One example of each kind of problem that an operation can be refused with, as a server would answer it.
pub fn examples() -> Value {
    let request_id = RequestId::parse("01984a7e-52c1-7f60-9d3b-0c6f6a1e2b57");
    let example = |kind: Kind| {
        let body = problem::sample(kind)?.body("/actors/7", request_id.as_ref()?);
        let value: Value = serde_json::from_slice(&body).ok()?;
        Some((kind.name().to_owned(), json!({"summary": kind.title(), "value": value})))
    };
    Kind::ALL.into_iter().filter_map(example).collect::<Map<_, _>>().into()
}
