//! What is counted and measured of requests, by route, method and status: by nothing that a client chooses, so that there are never
//! more series than the program has answers.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use actix_web::http::Method;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::{
    observe::{IN_FLIGHT, REQUEST_DURATION, REQUESTS},
    routes::{CONSOLE, local_operation, operations},
};

/// The route of a request that no route is for.
pub const NO_ROUTE: &str = "none";

/// Counts requests. Each series is asked of the recorder once and then kept, which makes counting several times cheaper.
pub struct RequestMetrics {
    routes: HashMap<&'static str, Route>,
    unknown: Route,
    in_flight: Gauge,
}

struct Route {
    pattern: &'static str,
    seen: RwLock<Vec<Seen>>,
}

/// The series of one method and status on one route.
struct Seen {
    method: &'static str,
    status: u16,
    requests: Counter,
    duration: Histogram,
}

/// A request that is not answered yet. It is counted until it is dropped.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl RequestMetrics {
    /// Counts with the recorder that is there now.
    pub fn new() -> Self {
        let paths =
            operations().into_iter().chain([local_operation()]).map(|operation| operation.path).chain([CONSOLE]);
        let routes = paths.map(|path| (path, Route::new(path))).collect();
        Self { routes, unknown: Route::new(NO_ROUTE), in_flight: gauge!(IN_FLIGHT) }
    }

    /// Counts a request that is to be answered.
    pub fn arrived(&self) -> InFlight {
        self.in_flight.increment(1);
        InFlight(self.in_flight.clone())
    }

    /// Counts how a request ended.
    pub fn ended(&self, route: &str, method: &'static str, status: u16, duration: Duration) {
        self.routes.get(route).unwrap_or(&self.unknown).ended(method, status, duration);
    }
}

impl Route {
    const fn new(pattern: &'static str) -> Self {
        Self { pattern, seen: RwLock::new(Vec::new()) }
    }

    fn ended(&self, method: &'static str, status: u16, duration: Duration) {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.iter().find(|seen| (seen.method, seen.status) == (method, status)) {
            return seen.count(duration);
        }
        drop(seen);
        let new = Seen::new(self.pattern, method, status);
        new.count(duration);
        // Another thread may have done the same; what they count into is one.
        self.seen.write().unwrap_or_else(PoisonError::into_inner).push(new);
    }
}

impl Seen {
    fn new(route: &'static str, method: &'static str, status: u16) -> Self {
        Self {
            method,
            status,
            requests: counter!(REQUESTS, "method" => method, "route" => route, "status" => status.to_string()),
            duration: histogram!(REQUEST_DURATION, "method" => method, "route" => route),
        }
    }

    fn count(&self, duration: Duration) {
        self.requests.increment(1);
        self.duration.record(duration);
    }
}

/// The name of a method in logs and metrics. Any but the usual ones is a word of the caller's own, which may be anything.
pub fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
