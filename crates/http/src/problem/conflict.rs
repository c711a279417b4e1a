//! What does not go with what is stored: each conflict has a problem of its own, with what a client needs to go on.

use actix_web::http::header;
use ensemble_domain::{BookedOn, CastingStatus, Conflict};
use serde_json::{Value, json};

use super::{Kind, Problem};
use crate::paths;

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        let of_kind = |kind| Self::new(kind, conflict.to_string());
        match &conflict {
            Conflict::AlreadyCast => of_kind(Kind::AlreadyCast),
            Conflict::BillingTaken => of_kind(Kind::BillingTaken),
            Conflict::IllegalStatus { from, to, allowed, deleted: _ } => of_kind(Kind::IllegalStatus)
                .with_member("from", from.as_str())
                .with_member("to", to.as_str())
                .with_member("allowed", allowed.iter().copied().map(CastingStatus::as_str).collect::<Vec<_>>()),
            Conflict::RequiresRelease { casting: _ } => of_kind(Kind::RequiresRelease),
            Conflict::ActorBooked { actor: _, movies } => {
                of_kind(Kind::ActorBooked).with_member("movies", movies.iter().map(booked_on).collect::<Vec<_>>())
            }
            Conflict::RequestInProgress => of_kind(Kind::RequestInProgress).with_header(header::RETRY_AFTER, "1"),
            Conflict::KeyReused => of_kind(Kind::IdempotencyKeyReused),
        }
    }
}

fn booked_on(movie: &BookedOn) -> Value {
    json!({
        "id": movie.id.get(), "title": movie.title.as_str(), "release_date": movie.release_date.day(),
        "href": paths::movie(movie.id),
    })
}
