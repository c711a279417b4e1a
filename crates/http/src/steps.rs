//! Single steps of a request, for the benchmarks of this crate and for nothing else.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use ensemble_domain::{Actor, Deleted, NewActor, Page, PageRequest};

use crate::{
    actors::{self, ActorBody},
    json::Json,
    query::ListQuery,
};

/// Reads the body of `POST /actors`; `None` when it is refused.
#[must_use]
pub fn parse_actor(body: &[u8], today: NaiveDate) -> Option<NewActor> {
    let Json(body) = Json::<ActorBody>::parse(body).ok()?;
    body.parse(today).ok()
}

/// Renders the answer to `GET /actors/{id}`.
#[must_use]
pub fn render_actor(actor: &Actor, today: NaiveDate) -> Option<HttpResponse> {
    actors::render(actor, today).ok()
}

/// Renders the answer to `GET /actors`.
#[must_use]
pub fn render_actors(actors: &Page<Actor>, page: PageRequest, today: NaiveDate) -> Option<HttpResponse> {
    actors::render_page(actors, ListQuery { page, deleted: Deleted::No }, today).ok()
}
