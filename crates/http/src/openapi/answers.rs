//! What operations answer when all is well, and the headers of it.

use actix_web::http::StatusCode;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::OperationObject;
use crate::{
    paging,
    view::{self, Deletion},
    warnings::WarningView,
};

const JSON: &str = "application/json";

impl OperationObject<'_> {
    /// The resource `V` under its name.
    pub fn resource<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.named::<V>(name);
        self.json(&format!("The {name}"), &["ETag"], &schema)
    }

    /// The resource `V` under its name, with warnings beside.
    pub fn warned<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.with_warnings::<V>(name);
        self.json(&format!("The {name}"), &["ETag"], &schema)
    }

    /// The resource `V` as it was just made.
    pub fn created<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.named::<V>(name);
        self.made(name, &schema)
    }

    /// The resource `V` as it was just made, with warnings beside.
    pub fn created_and_warned<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.with_warnings::<V>(name);
        self.made(name, &schema)
    }

    pub fn made(&mut self, name: &str, schema: &Value) -> &mut Self {
        let content = json!({JSON: {"schema": schema}});
        self.answers(StatusCode::CREATED, &format!("The new {name}"), &["ETag", "Location"], content)
    }

    /// One page of a list of `V`, or the whole list as CSV.
    pub fn page<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = paging::schema(name, &self.schema_of::<V>());
        self.listed("One page, or the whole list as CSV", &["Link", "X-Total-Count"], &schema)
    }

    /// A list of `V` that has no pages, as JSON or CSV.
    pub fn whole<V: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.named::<Vec<V>>(name);
        self.listed("The whole list", &[], &schema)
    }

    /// A list as JSON of that schema, or as CSV.
    pub fn listed(&mut self, text: &str, headers: &[&str], schema: &Value) -> &mut Self {
        let csv = json!({"schema": {"type": "string"}});
        let headers = [headers, &["Vary", "Content-Disposition"]].concat();
        self.answers(StatusCode::OK, text, &headers, json!({JSON: {"schema": schema}, "text/csv": csv}))
    }

    /// A resource that stands at the top of the answer.
    pub fn object<V: JsonSchema>(&mut self, text: &str) -> &mut Self {
        let schema = self.schema_of::<V>();
        self.json(text, &[], &schema)
    }

    /// JSON of that schema.
    pub fn json(&mut self, text: &str, headers: &[&str], schema: &Value) -> &mut Self {
        self.answers(StatusCode::OK, text, headers, json!({JSON: {"schema": schema}}))
    }

    /// The id of what was deleted, and its last version.
    pub fn deletion(&mut self) -> &mut Self {
        let schema = self.schema_of::<Deletion>();
        self.json("It is deleted", &["ETag"], &schema)
    }

    /// The client has what it asks for already.
    pub fn not_modified(&mut self) {
        self.answers(StatusCode::NOT_MODIFIED, "It is as the client knows it", &["ETag"], Value::Null);
    }

    pub fn named<V: JsonSchema>(&mut self, name: &str) -> Value {
        view::named_schema(name, &self.schema_of::<V>())
    }

    fn with_warnings<V: JsonSchema>(&mut self, name: &str) -> Value {
        let mut schema = self.named::<V>(name);
        let warnings = self.schema_of::<Vec<WarningView>>();
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert("warnings".to_owned(), warnings);
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.push("warnings".into());
        }
        schema
    }
}

/// The headers of answers, by name. Every answer has `X-Request-Id`.
pub fn headers() -> Value {
    let text = |description: &str, pattern: &str| json!({"description": description, "schema": {"type": "string", "pattern": pattern}});
    let plain = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    let number = |description: &str| json!({"description": description, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "ETag": text("The version as an entity tag, for `If-Match` and `If-None-Match`", "^\"[0-9]+(-[0-9]+)*\"$"),
        "Location": plain("Where the new resource is, or what was asked for"),
        "Link": plain("The first, previous, next and last page (RFC 8288)"),
        "X-Total-Count": number("How many there are in all; 10000 for more, where there is a filter"),
        "Content-Disposition": plain("With CSV: the name of the file (RFC 6266)"),
        "Vary": plain("The header that decides between the forms of an answer"),
        "X-Request-Id": text("The id of the request: yours, or one that was made; it is in the log and the history", "^[A-Za-z0-9._-]{1,64}$"),
        "Idempotency-Replayed": text("There when the answer was given before under this key, and nothing was done now", "^true$"),
        "WWW-Authenticate": plain("How to authenticate (RFC 6750)"),
        "Retry-After": number("In how many seconds to try again"),
    })
}

/// References to the headers of these names, and to those of every answer.
pub fn references(names: &[&str]) -> Value {
    let names = names.iter().copied().chain(["X-Request-Id"]);
    let reference = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    names.map(reference).collect::<Map<_, _>>().into()
}
