//! One request and the answer that it must get.

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::Server;

/// A row of a table; its name says what is special about the request.
pub struct Case {
    pub name: &'static str,
    pub request: Request,
    pub answer: Answer,
}

/// The Executive Producer's request, who may do everything.
#[derive(Clone)]
pub struct Request {
    method: Method,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<Vec<u8>>,
}

/// What must come back.
pub enum Answer {
    /// This status, and JSON with at least these members.
    Accepted(u16, Value),
    /// This status and exactly this problem; nothing stored has changed.
    Refused { status: u16, kind: &'static str, detail: String, errors: Vec<Value> },
}

pub fn case(name: &'static str, request: Request, answer: Answer) -> Case {
    Case { name, request, answer }
}

/// A request without a body.
pub fn ask(method: Method, path: impl Into<String>) -> Request {
    Request { method, path: path.into(), headers: Vec::new(), body: None }
}

/// A request with these bytes as its body, said to be JSON.
pub fn send(method: Method, path: &str, body: impl Into<Vec<u8>>) -> Request {
    let headers = vec![("content-type", "application/json")];
    Request { method, path: path.to_owned(), headers, body: Some(body.into()) }
}

impl Request {
    /// The same with that header, instead of one of its name or beside the others.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }

    /// The same without any header of its own.
    pub fn bare(self) -> Self {
        Self { headers: Vec::new(), ..self }
    }
}

pub fn accepted(status: u16, members: Value) -> Answer {
    Answer::Accepted(status, members)
}

/// A refusal that speaks of the request as a whole.
pub fn refused(status: u16, kind: &'static str, detail: impl Into<String>) -> Answer {
    Answer::Refused { status, kind, detail: detail.into(), errors: Vec::new() }
}

/// The refusal of members of the body: their names, and for each the code and what would be right.
pub fn invalid(faults: &[(&str, &str, &str)]) -> Answer {
    let pointer = |field: &str| if field.is_empty() { "#".to_owned() } else { format!("#/{field}") };
    let errors = faults
        .iter()
        .map(|(field, code, detail)| json!({"pointer": pointer(field), "code": code, "detail": detail}))
        .collect();
    let sentences: Vec<_> = faults.iter().map(|(field, _, detail)| format!("{field} {detail}")).collect();
    let detail = sentences.join("; ").trim_start().to_owned();
    Answer::Refused { status: 422, kind: "invalid-fields", detail, errors }
}

/// The refusal of a query parameter.
pub fn wrong_query(kind: &'static str, parameter: &str, code: &str, detail: &str) -> Answer {
    let errors = vec![json!({"parameter": parameter, "code": code, "detail": detail})];
    Answer::Refused { status: 400, kind, detail: format!("query parameter {parameter} {detail}"), errors }
}

impl Case {
    /// Sends the request, and tells what is wrong with the answer.
    pub fn run(&self, server: &Server) -> Result<(), String> {
        let Request { method, path, headers, body } = &self.request;
        let before = server.contents();
        let request = server.request_as(Role::ExecutiveProducer, method.clone(), path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = body.iter().fold(request, |request, body| request.body(body.clone())).send().unwrap();
        let status = response.status().as_u16();
        let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let text = response.text().unwrap();
        let document: Value = serde_json::from_str(&text).unwrap_or_default();

        let asked = format!("{}: {method} {path} was answered {status} {text}", self.name);
        match &self.answer {
            Answer::Accepted(expected, members) => {
                let right = status == *expected && contains(&document, members);
                if right { Ok(()) } else { Err(format!("{asked}, not {expected} with {members}")) }
            }
            Answer::Refused { status: expected, kind, detail, errors } => {
                let expected = problem(*expected, kind, detail, errors, path, &document);
                if document != expected || document["status"] != status {
                    return Err(format!("{asked}, not {expected}"));
                }
                if media_type.as_deref() != Some("application/problem+json") {
                    return Err(format!("{asked} as {media_type:?}"));
                }
                if server.contents() == before { Ok(()) } else { Err(format!("{asked}, but something was changed")) }
            }
        }
    }
}

/// The problem as it must be; title and request id are taken as they came, as long as they say something.
fn problem(status: u16, kind: &str, detail: &str, errors: &[Value], path: &str, document: &Value) -> Value {
    let said = |name: &str| document[name].as_str().filter(|text| !text.is_empty()).unwrap_or("something");
    let mut problem = json!({
        "type": format!("/problems/{kind}"), "title": said("title"), "status": status, "detail": detail,
        "instance": path.split('?').next(), "request_id": said("request_id"),
        "success": false, "error": status, "message": detail,
    });
    if !errors.is_empty() {
        problem["errors"] = json!(errors);
    }
    problem
}

/// Whether everything that the part says is also in the whole.
fn contains(whole: &Value, part: &Value) -> bool {
    match part {
        Value::Object(members) => {
            members.iter().all(|(name, part)| whole.get(name).is_some_and(|whole| contains(whole, part)))
        }
        _ => whole == part,
    }
}
