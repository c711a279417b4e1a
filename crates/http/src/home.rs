//! `GET /`: what this is and where to begin.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{problem::Problem, query::NoQuery, view};

/// What this is, and where to begin.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Home")]
pub struct HomeView {
    #[schemars(extend("const" = true))]
    success: bool,
    name: &'static str,
    version: &'static str,
    links: BTreeMap<&'static str, &'static str>,
}

/// Answers name, version and links.
pub async fn home(_: NoQuery) -> Result<HttpResponse, Problem> {
    let links = BTreeMap::from([
        ("actors", "/actors"),
        ("movies", "/movies"),
        ("history", "/history"),
        ("me", "/me"),
        ("openapi", "/openapi.json"),
        ("docs", "/docs"),
        ("live", "/livez"),
        ("ready", "/readyz"),
    ]);
    let body = HomeView { success: true, name: "Ensemble", version: env!("CARGO_PKG_VERSION"), links };
    view::private(HttpResponse::Ok(), &body)
}
