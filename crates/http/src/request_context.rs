//! What every log line about a request bears, so that the lines of one request are found together, and with those of its caller.

use std::time::Instant;

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{HeaderMap, HeaderName},
};
use ensemble_domain::RequestId;
use uuid::Uuid;

use crate::trace::Trace;

/// Carries the request's id there and back.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The ids of a request in the log, and since when it is being served.
#[derive(Clone, Debug)]
pub struct RequestContext {
    pub began: Instant,
    pub request_id: RequestId,
    /// The trace that the caller says it is part of.
    pub trace: Option<Trace>,
}

impl RequestContext {
    /// Takes what the headers name, of a request that begins now. One without an id gets one; one without a trace has none.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).and_then(RequestId::parse);
        let request_id = given.unwrap_or_else(new_request_id);
        Self { began: Instant::now(), request_id, trace: Trace::of(headers) }
    }

    /// Those of a request that has passed the edge.
    pub fn on(request: &HttpRequest) -> Self {
        let noted = request.extensions().get::<Self>().cloned();
        noted.unwrap_or_else(|| Self { began: Instant::now(), request_id: new_request_id(), trace: None })
    }

    pub fn trace_id(&self) -> Option<&str> {
        self.trace.as_ref().map(|trace| trace.trace_id.as_str())
    }

    pub fn parent_id(&self) -> Option<&str> {
        self.trace.as_ref().map(|trace| trace.parent_id.as_str())
    }
}

/// The id of a request that has passed the edge.
pub fn request_id_of(request: &HttpRequest) -> RequestId {
    let noted = request.extensions().get::<RequestContext>().map(|context| context.request_id.clone());
    noted.unwrap_or_else(new_request_id)
}

fn new_request_id() -> RequestId {
    let mut buffer = Uuid::encode_buffer();
    let text: &str = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
    #[expect(clippy::unreachable, reason = "a hyphenated UUID is 36 hexadecimal digits and hyphens")]
    RequestId::parse(text).unwrap_or_else(|| unreachable!())
}
