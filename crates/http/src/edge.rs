//! The outermost layer: gives each request an id, turns every error into a problem, and writes the one log line of a request.

use std::{
    borrow::Cow,
    net::IpAddr,
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use ensemble_domain::{RequestId, Subject, in_full};

use crate::{
    App,
    connection::{self, InHand},
    cors::withhold_from_strangers,
    marks::{Marks, X_REQUEST_ID},
    panics::{Panicked, answering},
    problem::{self, Kind, Problem},
    routes::Pattern,
    traffic::{NO_ROUTE, Traffic, method_name},
};

/// What every answer carries.
const COMMON_HEADERS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// Where the request came from.
struct ClientAddress(IpAddr);

/// Who the token was issued to, noted for the log once it is known.
pub struct Authenticated(pub Subject);

pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let in_hand = InHand::take(request.request());
    let marks = Marks::of(request.headers());
    request.extensions_mut().insert(marks.clone());
    note_client(request.request());
    let in_flight = traffic_of(request.request()).map(Traffic::arrived);

    let answered = answering(marks.request_id.clone(), next.call(request)).await?;
    let mut response = finished(answered.map_into_boxed_body(), &marks);
    set_common_headers(response.headers_mut(), &marks.request_id);
    withhold_from_strangers(response.headers_mut());
    if response.request().app_data::<Data<App>>().is_some_and(|app| app.is_draining()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    drop(in_flight);
    note_answer(&response, &marks, started);
    Ok(response.map_body(|_, body| connection::held(body, in_hand)))
}

/// The address of whoever sent a request that has passed the edge.
pub fn client_of(request: &HttpRequest) -> Option<IpAddr> {
    request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| *address)
}

fn note_client(request: &HttpRequest) {
    let (Some(app), Some(peer)) = (request.app_data::<Data<App>>(), request.peer_addr()) else { return };
    let client = app.trusted_proxies.client(peer.ip(), request.headers());
    request.extensions_mut().insert(ClientAddress(client));
}

fn traffic_of(request: &HttpRequest) -> Option<&Traffic> {
    request.app_data::<Data<App>>()?.traffic.as_ref()
}

/// The pattern of the route. A resource brings its own along; what is answered before it comes to one, such as a preflight, is looked
/// up.
fn route_of(request: &HttpRequest) -> Cow<'static, str> {
    match request.app_data::<Pattern>() {
        Some(Pattern(path)) => Cow::Borrowed(path),
        None => request.match_pattern().map_or(Cow::Borrowed(NO_ROUTE), Cow::Owned),
    }
}

/// Gives every error its problem document: those that a handler answered, and those of the framework.
fn finished(response: ServiceResponse, marks: &Marks) -> ServiceResponse {
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    let path = response.request().path().to_owned();
    let body = match response.response().error().and_then(Error::as_error::<Problem>) {
        Some(problem) => {
            log_problem(problem, marks);
            problem.body(&path, &marks.request_id)
        }
        None => framework_problem(response.status()).body(&path, &marks.request_id),
    };
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::CONTENT_TYPE));
    response
}

/// What the framework refuses by itself: a preflight of a foreign origin, a request it cannot read.
fn framework_problem(status: StatusCode) -> Problem {
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

fn log_problem(problem: &Problem, marks: &Marks) {
    let Some(cause) = problem.cause().filter(|cause| !cause.is::<Panicked>()) else { return };
    let (cause, Marks { request_id, .. }) = (in_full(cause), marks);
    let (trace_id, parent_id) = (marks.trace_id(), marks.parent_id());
    if problem.kind() == Kind::Internal {
        tracing::error!(%request_id, trace_id, parent_id, cause, "the request failed");
    } else {
        tracing::warn!(%request_id, trace_id, parent_id, cause, "the request could not be served");
    }
}

/// Counts the answer and logs it, where anybody wants to know.
fn note_answer(response: &ServiceResponse, marks: &Marks, started: Instant) {
    let (traffic, is_logged) = (traffic_of(response.request()), tracing::enabled!(tracing::Level::INFO));
    if traffic.is_none() && !is_logged {
        return;
    }
    let (route, duration) = (route_of(response.request()), started.elapsed());
    if let Some(traffic) = traffic {
        let method = method_name(response.request().method());
        traffic.answered(&route, method, response.status(), duration);
    }
    if is_logged {
        log(response, marks, &route, duration);
    }
}

fn log(response: &ServiceResponse, marks: &Marks, route: &str, duration: Duration) {
    let request = response.request();
    let refusal = response.response().error().and_then(Error::as_error::<Problem>);
    let reason = refusal.and_then(Problem::reason);
    if !is_logged(request, reason) {
        return;
    }
    let extensions = request.extensions();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    // Said only where a proxy stands between the two.
    let client =
        extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address).filter(|it| Some(*it) != peer);
    tracing::info!(
        request_id = %marks.request_id,
        trace_id = marks.trace_id(),
        parent_id = marks.parent_id(),
        method = method_name(request.method()),
        route,
        status = response.status().as_u16(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        peer = peer.map(tracing::field::display),
        client = client.map(tracing::field::display),
        sub = extensions.get::<Authenticated>().map(|Authenticated(subject)| subject.as_str()),
        reason,
        "answered"
    );
}

/// The refusal of a caller is logged unless there are too many of them.
fn is_logged(request: &HttpRequest, reason: Option<&'static str>) -> bool {
    let app = request.app_data::<Data<App>>();
    app.zip(reason).is_none_or(|(app, reason)| app.refusal_log.admits(reason))
}

/// The last resort of the router.
pub async fn no_such_route() -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_route())
}
