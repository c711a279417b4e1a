//! The Operation Object of the OpenAPI Specification, put together by what an operation consists of.

use std::{collections::BTreeMap, mem};

use actix_web::http::{Method, StatusCode};
use ensemble_domain::Permissions;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{SCHEMAS, answers, problems, scalar};
use crate::{
    json::{self, Body},
    problem::Kind,
    query::Parameter,
};

/// What the document says of one operation.
pub struct OperationObject<'a> {
    method: &'a Method,
    schemas: &'a mut SchemaGenerator,
    members: Map<String, Value>,
    parameters: Vec<Value>,
    answers: BTreeMap<u16, Value>,
    refusals: Vec<Kind>,
    is_repeatable: bool,
}

impl<'a> OperationObject<'a> {
    /// An operation that anybody may call, and that can be refused as any can.
    pub fn new(method: &'a Method, schemas: &'a mut SchemaGenerator) -> Self {
        let members = Map::from_iter([("security".to_owned(), json!([]))]);
        let refusals = vec![Kind::UnknownParameter, Kind::Internal, Kind::Unavailable];
        Self {
            method,
            schemas,
            members,
            parameters: Vec::new(),
            answers: BTreeMap::new(),
            refusals,
            is_repeatable: false,
        }
    }

    /// It is called with a token that holds these permissions.
    pub fn guarded(&mut self, needs: Permissions) {
        self.members.insert("security".to_owned(), json!([{"bearer": []}]));
        self.refuses(&[
            Kind::InvalidRequest,
            Kind::Unauthenticated,
            Kind::InvalidToken,
            Kind::TokenExpired,
            Kind::RateLimited,
        ]);
        if !needs.is_empty() {
            let needs = needs.to_string();
            // For people too: what shows the document to them may pass over what only this document has.
            self.text(&format!("Needs `{}`.", needs.replace(' ', "` and `")));
            self.members.insert("x-required-permission".to_owned(), needs.into());
            self.refuses(&[Kind::PermissionDenied]);
        }
        self.is_repeatable = *self.method == Method::POST;
    }

    /// It changes nothing, so nothing is done twice when it is sent again.
    pub const fn reads_only(&mut self) -> &mut Self {
        self.is_repeatable = false;
        self
    }

    /// Its name in generated clients, what it does in a few words, and the group it is in.
    pub fn says(&mut self, tag: &str, id: &str, summary: &str) -> &mut Self {
        self.members.insert("tags".to_owned(), json!([tag]));
        self.members.insert("operationId".to_owned(), id.into());
        self.members.insert("summary".to_owned(), summary.into());
        self
    }

    /// What else there is to know, as Markdown, before what was told already.
    pub fn text(&mut self, description: &str) -> &mut Self {
        let told = self.members.get("description").and_then(Value::as_str);
        let text = told.map_or_else(|| description.to_owned(), |told| format!("{description}\n\n{told}"));
        self.members.insert("description".to_owned(), text.into());
        self
    }

    pub fn query(&mut self, parameters: &[Parameter]) {
        self.parameters.extend(parameters.iter().map(|parameter| {
            json!({"name": parameter.name, "in": "query", "description": parameter.text, "schema": (parameter.schema)()})
        }));
    }

    pub fn path(&mut self, name: &str, text: &str, schema: &Value) {
        self.parameters
            .push(json!({"name": name, "in": "path", "required": true, "description": text, "schema": schema}));
    }

    pub fn header(&mut self, name: &str, text: &str, schema: &Value) {
        self.parameters.push(json!({"name": name, "in": "header", "description": text, "schema": schema}));
    }

    /// It takes a JSON object with the members of `T`.
    pub fn json_body<T: Body>(&mut self) {
        let (name, schema) = T::schema(self.method);
        self.schemas.definitions_mut().insert(name.to_owned(), schema);
        self.body(json::media_types(self.method), &json!({"$ref": format!("{SCHEMAS}/{name}")}));
        self.refuses(&[Kind::MalformedRequest, Kind::InvalidFields]);
    }

    /// It takes a body in each of these media types.
    pub fn body(&mut self, media_types: &[&str], schema: &Value) {
        let content: Map<_, _> =
            media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({"schema": schema}))).collect();
        self.members.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
        self.refuses(&[Kind::RequestTimeout, Kind::BodyTooLarge, Kind::UnsupportedMediaType]);
    }

    /// A body that it takes as it stands, for whoever tries it out.
    pub fn example(&mut self, body: &Value) -> &mut Self {
        let content = self.members.get_mut("requestBody").and_then(|request| request.get_mut("content"));
        let contents = content.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
        contents.filter_map(Value::as_object_mut).for_each(|content| {
            content.insert("example".to_owned(), body.clone());
        });
        self
    }

    /// The ways in which it can be refused, beside those told already.
    pub fn refuses(&mut self, kinds: &[Kind]) -> &mut Self {
        for kind in kinds {
            if !self.refusals.contains(kind) {
                self.refusals.push(*kind);
            }
        }
        self
    }

    /// It can answer this, with these of the document's headers and this content by media type.
    pub fn answers(&mut self, status: StatusCode, text: &str, headers: &[&str], content: Value) -> &mut Self {
        let mut answer = json!({"description": text, "headers": answers::references(headers)});
        if let (Value::Object(answer), Value::Object(_)) = (&mut answer, &content) {
            answer.insert("content".to_owned(), content);
        }
        self.answers.insert(status.as_u16(), answer);
        self
    }

    /// What it has made can go on to these operations, whose path has these parameters (an OpenAPI Link Object).
    pub fn leads_to(&mut self, operations: &[&str], parameters: &Value) -> &mut Self {
        let link = |id: &&str| ((*id).to_owned(), json!({"operationId": id, "parameters": parameters}));
        let links: Map<_, _> = operations.iter().map(link).collect();
        if let Some(Value::Object(answer)) = self.answers.get_mut(&StatusCode::CREATED.as_u16()) {
            answer.insert("links".to_owned(), links.into());
        }
        self
    }

    /// A reference to the schema of what is rendered by serializing `V`.
    pub fn schema_of<V: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<V>().to_value()
    }

    /// The Operation Object, where each kind of problem is told as another.
    pub fn into_value(mut self, retold: fn(Kind) -> Kind) -> Value {
        if self.is_repeatable {
            self.tell_of_repeats();
        }
        let refusals = mem::take(&mut self.refusals);
        self.refuses(&refusals.into_iter().map(retold).collect::<Vec<_>>());
        self.answers.extend(problems::responses(&self.refusals));
        if !self.parameters.is_empty() {
            self.members.insert("parameters".to_owned(), self.parameters.into());
        }
        let answers = self.answers.into_iter().map(|(status, answer)| (status.to_string(), answer));
        self.members.insert("responses".to_owned(), answers.collect::<Map<_, _>>().into());
        self.members.into()
    }

    /// A request that changes something may be sent again under a key.
    fn tell_of_repeats(&mut self) {
        let text = "Names this request, so that it can be sent again: the same key, caller and body within 24 hours get the first \
                    answer again, and nothing is done twice.";
        self.header("Idempotency-Key", text, &scalar::idempotency_key());
        self.refuses(&[Kind::RequestInProgress, Kind::IdempotencyKeyReused]);
        let replayed = answers::references(&["Idempotency-Replayed"]);
        let headers = self.answers.values_mut().filter_map(|answer| answer.get_mut("headers")?.as_object_mut());
        for headers in headers {
            headers.extend(replayed.as_object().cloned().unwrap_or_default());
        }
    }
}
