//! Every refusal, as problem details (RFC 9457) with the members of the older clients beside.

mod conflict;
mod from;
mod kind;
mod sample;

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use ensemble_domain::{Cause, FaultCode, RequestId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{panics::Panicked, redact};

pub use kind::{Kind, problem_names};
pub use sample::sample;

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// Nobody may keep it.
const NO_STORE: &str = "no-store";

/// One thing that was wrong with the request, and where.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Flaw {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The kind of rule that was broken, for programs.
    #[schemars(extend("enum" = FaultCode::ALL.map(FaultCode::as_str)))]
    pub code: &'static str,
    /// What would be right.
    pub detail: Cow<'static, str>,
}

/// A place in a request.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// A member of the body, as a JSON pointer in a URI fragment (RFC 6901, section 6).
    Body { pointer: String },
    /// A query parameter.
    Query { parameter: String },
    /// A cell of a file, or a whole row where there is no column.
    Row {
        line: u64,
        #[serde(skip_serializing_if = "str::is_empty")]
        column: &'static str,
    },
}

/// One refusal.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

/// On the heap, so that a `Result` with a problem stays small.
#[derive(Debug)]
struct Parts {
    kind: Kind,
    detail: Cow<'static, str>,
    flaws: Vec<Flaw>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    reason: Option<&'static str>,
    cause: Option<Cause>,
    closes_connection: bool,
}

impl Problem {
    /// A problem of that kind, with a sentence about this occasion.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: detail.into(),
            flaws: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            reason: None,
            cause: None,
            closes_connection: false,
        }))
    }

    /// The route does not exist.
    pub fn no_such_route() -> Self {
        Self::new(Kind::NotFound, "there is no such path; GET / lists where to begin")
    }

    /// A failure on our side: a fixed text for the client, the cause for the log. After a panic the connection ends.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        let (detail, cause) =
            ("the request could not be completed; its request id finds the cause in the log", cause.into());
        let closes_connection = cause.is::<Panicked>();
        let problem = Self::new(Kind::Internal, detail).with_cause(cause);
        if closes_connection { problem.closing_connection() } else { problem }
    }

    /// What cannot be done now; the client may try again after that many seconds.
    pub fn unavailable(detail: &'static str, retry_after: u32) -> Self {
        Self::new(Kind::Unavailable, detail).with_header(header::RETRY_AFTER, &retry_after.to_string())
    }

    #[must_use]
    pub fn with_flaws(mut self, flaws: Vec<Flaw>) -> Self {
        self.0.flaws = flaws;
        self
    }

    /// The same refusal of fields under another kind.
    pub fn retold(&self, kind: Kind) -> Self {
        Self::new(kind, self.0.detail.clone()).with_flaws(self.0.flaws.clone())
    }

    /// The same refusal, whose pointers lead elsewhere in the body.
    #[must_use]
    pub fn pointing(mut self, elsewhere: impl Fn(&str) -> String) -> Self {
        for flaw in &mut self.0.flaws {
            if let Place::Body { pointer } = &mut flaw.place {
                *pointer = elsewhere(pointer);
            }
        }
        self
    }

    /// Adds a member that only this kind of problem has (RFC 9457, section 3.2).
    #[must_use]
    fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.0.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Ends the connection after the answer. A header `Connection` would not: the server writes that one by itself.
    #[must_use]
    pub fn closing_connection(mut self) -> Self {
        self.0.closes_connection = true;
        self
    }

    fn with_cause(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Names the rule that refused the caller, for the log.
    #[must_use]
    pub fn with_reason(mut self, reason: &'static str) -> Self {
        self.0.reason = Some(reason);
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Why a credential was refused, for the log.
    pub fn reason(&self) -> Option<&'static str> {
        self.0.reason
    }

    /// The error behind it, for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The JSON document, for that path and request.
    pub fn body(&self, path: &str, request_id: &RequestId) -> Vec<u8> {
        let Parts { kind, detail, flaws, members, .. } = &*self.0;
        let document = Document {
            kind: format!("/problems/{}", kind.name()),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail,
            instance: redact::path(path),
            request_id: request_id.as_str(),
            errors: flaws,
            members,
            success: false,
            error: kind.status().as_u16(),
            message: detail,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

/// A refusal: problem details (RFC 9457), with the members of older clients beside.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Problem")]
pub struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// What it says, whatever the occasion.
    title: &'static str,
    status: u16,
    /// What was wrong on this occasion, and what would be right.
    detail: &'a str,
    /// The path of the request, up to what could be a part of a token.
    instance: &'a str,
    /// Finds the request in the log.
    request_id: &'a str,
    /// Each thing that was wrong, with its place.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Flaw],
    #[serde(flatten)]
    #[schemars(schema_with = "crate::openapi::problem_members")]
    members: &'a Map<String, Value>,
    #[schemars(extend("const" = false))]
    success: bool,
    /// The status again.
    error: u16,
    /// The detail again.
    message: &'a str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.name(), self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(CONTENT_TYPE);
        if self.0.kind.is_about_the_caller() {
            response.insert_header((header::CACHE_CONTROL, NO_STORE));
        }
        for (name, value) in &self.0.headers {
            response.insert_header((name, value));
        }
        if self.0.closes_connection {
            response.force_close();
        }
        response.finish()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::ConnectionType;

    use super::*;

    #[test]
    fn only_a_problem_that_says_so_closes_the_connection() {
        let connection = |problem: Problem| problem.error_response().head().connection_type();
        assert_ne!(connection(Problem::no_such_route()), ConnectionType::Close);
        assert_eq!(connection(Problem::no_such_route().closing_connection()), ConnectionType::Close);
    }
}
