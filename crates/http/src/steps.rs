//! Single steps of a request, for the benchmarks of this crate and for nothing else.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use ensemble_domain::{Actor, ActorQuery, NewActor, Page, PageRequest, Position};

use crate::{
    actors::{self, ActorBody},
    cursor::List,
    json::Json,
    lists::Part,
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
    let part = Part { path: "/actors", page, filters: String::new() };
    actors::render_page(actors, &ActorQuery::default(), &part, today).ok()
}

/// The cursor of a place in the list of actors.
#[must_use]
pub fn encode_cursor(position: &Position) -> String {
    ACTORS.encode(position)
}

/// The place that a cursor of the list of actors stands for.
#[must_use]
pub fn decode_cursor(cursor: &str) -> Option<Position> {
    ACTORS.decode(cursor)
}

const ACTORS: List<'_> = List { path: "/actors", query: "sort=name" };
