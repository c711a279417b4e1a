//! How a request ended: each that began is counted once, and logged in one line, whether or not anybody was there for its answer.

use std::borrow::Cow;

use actix_web::{Error, HttpMessage, HttpRequest, dev::ServiceResponse};
use ensemble_domain::Subject;

use crate::{
    App,
    edge::client_of,
    problem::Problem,
    request_context::RequestContext,
    request_metrics::{NO_ROUTE, RequestMetrics, method_name},
    routes::{CONSOLE, Pattern, is_of_console},
};

/// What stands for a status where nobody was answered. It is nginx's; no answer has it.
const ABANDONED: u16 = 499;

/// Who the token was issued to, noted for the log once it is known.
pub struct Authenticated(pub Subject);

/// A request whose answer is being made. Dropped before that is there, it is counted and logged as abandoned: the client has broken
/// the connection. What was begun in the database is finished all the same.
pub struct Unanswered(Option<HttpRequest>);

impl Unanswered {
    pub const fn new(request: HttpRequest) -> Self {
        Self(Some(request))
    }

    /// The answer is there, and the edge sees to the rest.
    pub fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(request) = self.0.take() {
            note(&request, &RequestContext::on(&request), ABANDONED, None, "abandoned");
        }
    }
}

/// Counts an answer and logs it.
pub fn answered(response: &ServiceResponse, context: &RequestContext) {
    let refusal = response.response().error().and_then(Error::as_error::<Problem>);
    note(response.request(), context, response.status().as_u16(), refusal.and_then(Problem::reason), "answered");
}

/// What requests are counted with, where they are.
pub fn metrics_of(request: &HttpRequest) -> Option<&RequestMetrics> {
    App::of(request).ok()?.metrics.as_ref()
}

/// Counts and logs, where anybody wants to know.
fn note(
    request: &HttpRequest,
    context: &RequestContext,
    status: u16,
    reason: Option<&'static str>,
    ended: &'static str,
) {
    let (metrics, is_logged) = (metrics_of(request), tracing::enabled!(tracing::Level::INFO));
    if metrics.is_none() && !is_logged {
        return;
    }
    let (route, method, duration) = (route_of(request), method_name(request.method()), context.began.elapsed());
    if let Some(metrics) = metrics {
        metrics.ended(&route, method, status, duration);
    }
    if !is_logged || !is_admitted(request, reason) {
        return;
    }
    let extensions = request.extensions();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    // Said only where a proxy stands between the two.
    let client = client_of(request).filter(|client| Some(*client) != peer);
    tracing::info!(
        request_id = %context.request_id,
        trace_id = context.trace_id(),
        parent_id = context.parent_id(),
        method,
        route = &*route,
        status,
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        peer = peer.map(tracing::field::display),
        client = client.map(tracing::field::display),
        sub = extensions.get::<Authenticated>().map(|Authenticated(subject)| subject.as_str()),
        reason,
        "{ended}"
    );
}

/// The pattern of the route. A resource brings its own along; what is answered before it comes to one, such as a preflight, is looked
/// up.
fn route_of(request: &HttpRequest) -> Cow<'static, str> {
    match request.app_data::<Pattern>() {
        Some(Pattern(path)) => Cow::Borrowed(path),
        None if is_of_console(request.path()) => Cow::Borrowed(CONSOLE),
        None => request.match_pattern().map_or(Cow::Borrowed(NO_ROUTE), Cow::Owned),
    }
}

/// The refusal of a caller is logged unless there are too many of them.
fn is_admitted(request: &HttpRequest, reason: Option<&'static str>) -> bool {
    App::of(request).ok().zip(reason).is_none_or(|(app, reason)| app.refusal_log.admits(reason))
}
