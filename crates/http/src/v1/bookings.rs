//! Who is booked for what: of all castings, the older Ensemble knew only these.

use std::collections::BTreeSet;

use ensemble_domain::{
    ActorId, Caller, CastMember, CastingService, CastingStatus, Credit, Error, GetActors, GetMovies, MovieId, Permit,
};

use crate::view::if_known;

const BOOKED: Option<&[CastingStatus]> = Some(&[CastingStatus::Booked]);

/// The bookings of a movie, in the order of its cast. An actor with two parts has two.
pub fn of_movie(castings: &CastingService, permit: &Permit<GetMovies>, id: MovieId) -> Result<Vec<CastMember>, Error> {
    castings.cast(permit, id, BOOKED)
}

/// The bookings of an actor, in the order of the filmography.
pub fn of_actor(castings: &CastingService, permit: &Permit<GetActors>, id: ActorId) -> Result<Vec<Credit>, Error> {
    castings.filmography(permit, id, BOOKED)
}

/// The bookings of a movie that was just written; `None` when the caller may not see them or they cannot be had, since neither
/// makes undone what was done.
pub fn of_written_movie(castings: &CastingService, caller: &Caller, id: MovieId) -> Option<Vec<CastMember>> {
    if_known(of_movie(castings, &caller.permit().ok()?, id))
}

/// The bookings that a new movie was made with. When the request is made again, these are what came of it, whatever has become of
/// them since.
pub fn of_new_movie(
    castings: &CastingService,
    caller: &Caller,
    id: MovieId,
    actors: &BTreeSet<ActorId>,
) -> Option<Vec<CastMember>> {
    let mut cast = if_known(castings.cast(&caller.permit().ok()?, id, None))?;
    cast.retain(|member| actors.contains(&member.actor.id));
    Some(cast)
}

/// The bookings of an actor that was just changed.
pub fn of_written_actor(castings: &CastingService, caller: &Caller, id: ActorId) -> Option<Vec<Credit>> {
    if_known(of_actor(castings, &caller.permit().ok()?, id))
}

/// The bookings without those of somebody, or something, that came before.
pub fn each_once<T, K: Ord>(bookings: &[T], of: impl Fn(&T) -> K) -> Vec<&T> {
    let mut met = BTreeSet::new();
    bookings.iter().filter(|booking| met.insert(of(booking))).collect()
}
