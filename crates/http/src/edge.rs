//! The outermost layer: gives each request an id, turns every error into a problem, and has the answer counted and logged.

use std::net::IpAddr;

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use ensemble_domain::{RequestId, in_full};

use crate::{
    App,
    access_log::{answered, metrics_of},
    connection::{self, InHand},
    cors::withhold_from_strangers,
    panics::{Panicked, answering},
    problem::{self, Kind, Problem},
    request_context::{RequestContext, X_REQUEST_ID},
    request_metrics::RequestMetrics,
};

/// What every answer carries.
const COMMON_HEADERS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// Where the request came from.
struct ClientAddress(IpAddr);

pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let in_hand = InHand::take(request.request());
    let context = RequestContext::of(request.headers());
    request.extensions_mut().insert(context.clone());
    note_client(request.request());
    let in_flight = metrics_of(request.request()).map(RequestMetrics::arrived);

    let response = answering(context.request_id.clone(), next.call(request)).await?;
    let mut response = finished(response.map_into_boxed_body(), &context);
    set_common_headers(response.headers_mut(), &context.request_id);
    withhold_from_strangers(response.headers_mut());
    if App::of(response.request()).is_ok_and(App::is_draining) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    drop(in_flight);
    answered(&response, &context);
    Ok(response.map_body(|_, body| connection::held(body, in_hand)))
}

/// The address of whoever sent a request that has passed the edge.
pub fn client_of(request: &HttpRequest) -> Option<IpAddr> {
    request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| *address)
}

fn note_client(request: &HttpRequest) {
    let (Ok(app), Some(peer)) = (App::of(request), request.peer_addr()) else { return };
    let client = app.trusted_proxies.client(peer.ip(), request.headers());
    request.extensions_mut().insert(ClientAddress(client));
}

/// Gives every error its problem document: those that a handler answered, and those of the framework.
fn finished(response: ServiceResponse, context: &RequestContext) -> ServiceResponse {
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    let path = response.request().path().to_owned();
    let body = match response.response().error().and_then(Error::as_error::<Problem>) {
        Some(problem) => {
            log_problem(problem, context);
            problem.body(&path, &context.request_id)
        }
        None => framework_problem(&response).body(&path, &context.request_id),
    };
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::CONTENT_TYPE));
    response
}

/// What the framework refuses by itself: a preflight of a foreign origin, a request it cannot read.
fn framework_problem(response: &ServiceResponse) -> Problem {
    let status = response.status();
    if status == StatusCode::BAD_REQUEST && response.request().method() == Method::OPTIONS {
        let detail = "pages of that origin may not send requests with that method and those headers";
        return Problem::new(Kind::InvalidRequest, detail);
    }
    match Kind::ALL.into_iter().find(|kind| kind.status() == status) {
        Some(Kind::MalformedRequest) | None if status.is_client_error() => {
            Problem::new(Kind::InvalidRequest, "the request is not valid here")
        }
        Some(kind) => Problem::new(kind, kind.title()),
        None => Problem::internal(format!("the framework answered {status}")),
    }
}

fn set_common_headers(headers: &mut HeaderMap, request_id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in COMMON_HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

fn log_problem(problem: &Problem, context: &RequestContext) {
    let Some(cause) = problem.cause().filter(|cause| !cause.is::<Panicked>()) else { return };
    let (cause, RequestContext { request_id, .. }) = (in_full(cause), context);
    let (trace_id, parent_id) = (context.trace_id(), context.parent_id());
    if problem.kind() == Kind::Internal {
        tracing::error!(%request_id, trace_id, parent_id, cause, "the request failed");
    } else {
        tracing::warn!(%request_id, trace_id, parent_id, cause, "the request could not be served");
    }
}

/// The last resort of the router.
pub async fn no_such_route() -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_route())
}
