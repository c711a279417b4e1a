//! Ensemble's HTTP API: routes, bodies and problem details over the use-cases of `ensemble-domain`, on actix-web.
//!
//! The way of a request: `edge` gives it an id, the router finds its handler, the handler's one extractor (`Permitted`) checks
//! token, permission and input in that order, the use-case runs on a blocking thread ([`Blocking`]), and the view of its result
//! goes out. Every refusal on that way is a `Problem`.

mod access_log;
mod actors;
mod app;
#[cfg(any(test, feature = "bench-api"))]
pub mod bench_api;
mod blocking;
mod body;
mod castings;
mod client;
mod conditional;
mod connection;
mod cors;
pub mod csv;
mod cursor;
mod digest;
mod edge;
mod explorer;
mod export;
mod file;
mod format;
mod health;
mod history;
mod home;
mod idempotency;
mod imports;
mod input;
mod json;
mod limits;
mod lists;
mod local_token;
mod me;
mod members;
mod movies;
mod observe;
mod openapi;
mod paging;
mod panics;
mod paths;
mod permitted;
mod problem;
mod problem_pages;
mod query;
mod redact;
mod refusal_log;
mod request_context;
mod request_metrics;
mod request_target;
mod routes;
mod server;
mod spool;
mod trace;
mod v1;
mod view;
mod warnings;
mod watchdog;

pub use app::{App, Console, LocalTokens, Readiness, Services};
pub use blocking::Blocking;
pub use client::TrustedProxies;
pub use cors::CorsOrigins;
pub use limits::{Rate, RateLimits};
pub use observe::{REQUEST_DURATION, REQUEST_DURATION_BUCKETS, describe_metrics};
pub use openapi::text as openapi_document;
pub use panics::current_request;
pub use problem::problem_names;
pub use problem_pages::{ProblemPage, problem_pages};
pub use routes::{Operation, application, local_operation, operations};
pub use server::{MAX_CONNECTIONS, ServerSettings, start};
