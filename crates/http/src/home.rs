//! `GET /`: what this is and where to begin. A browser is sent to the console.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{App, format::prefers_text, problem::Problem, query::NoQuery, routes::CONSOLE, view};

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

/// Sends whoever likes HTML best to the console, and answers others name, version and links.
pub async fn home(request: HttpRequest, app: Data<App>, _: NoQuery) -> Result<HttpResponse, Problem> {
    let console = app.console.as_ref().map(|_| CONSOLE);
    if let Some(path) = console.filter(|_| prefers_text(request.headers(), "html")) {
        let answer = HttpResponse::SeeOther()
            .insert_header((header::LOCATION, path))
            .insert_header((header::VARY, "Accept"))
            .finish();
        return Ok(answer);
    }
    let mut links = BTreeMap::from([
        ("actors", "/actors"),
        ("movies", "/movies"),
        ("history", "/history"),
        ("me", "/me"),
        ("openapi", "/openapi.json"),
        ("docs", "/docs"),
        ("live", "/livez"),
        ("ready", "/readyz"),
    ]);
    links.extend(console.map(|path| ("console", path)));
    let body = HomeView { success: true, name: "Ensemble", version: env!("CARGO_PKG_VERSION"), links };
    view::private(HttpResponse::Ok(), &body)
}
