//! Where each resource is, for `Location` and links.

use ensemble_domain::{ActorId, CastingId, MovieId};

pub fn actor(id: ActorId) -> String {
    format!("/actors/{id}")
}

pub fn movie(id: MovieId) -> String {
    format!("/movies/{id}")
}

pub fn casting(movie: MovieId, id: CastingId) -> String {
    format!("/movies/{movie}/cast/{id}")
}
