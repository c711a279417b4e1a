//! `GET /`: what this is and where to begin.

use actix_web::HttpResponse;
use serde_json::json;

use crate::{problem::Problem, query::NoQuery, view};

/// Answers name, version and links.
pub async fn home(_: NoQuery) -> Result<HttpResponse, Problem> {
    let body = json!({
        "success": true,
        "name": "Ensemble",
        "version": env!("CARGO_PKG_VERSION"),
        "links": {"actors": "/actors", "movies": "/movies", "me": "/me", "live": "/livez", "ready": "/readyz"},
    });
    view::private(HttpResponse::Ok(), &body)
}
