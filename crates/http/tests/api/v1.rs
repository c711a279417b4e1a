//! `/api/v1`, the format of the older Ensemble.

mod actors;
mod bodies;
mod lists;
mod movies;
mod refusals;
mod tags;

use ensemble_domain::{CastMember, CastingStatus, Credit};

use crate::fixture::{Server, a_casting, a_movie, an_actor};

/// Actor 7, in these castings of movies: their id, title and status.
fn credits(castings: &[(i64, &str, CastingStatus)]) -> Vec<Credit> {
    let credit = |(casting, (movie, title, status)): (i64, &(i64, &str, CastingStatus))| {
        let movie = a_movie().numbered(*movie).titled(title).build();
        a_casting().numbered(casting).being(*status).in_movie(movie)
    };
    (1..).zip(castings).map(credit).collect()
}

/// Movie 2, with these castings of actors: their id, name and status.
fn cast(castings: &[(i64, &str, CastingStatus)]) -> Vec<CastMember> {
    let member = |(casting, (actor, name, status)): (i64, &(i64, &str, CastingStatus))| {
        let actor = an_actor().numbered(*actor).named(name).build();
        a_casting().numbered(casting).of_actor(actor.id.get()).being(*status).with(actor)
    };
    (1..).zip(castings).map(member).collect()
}

/// The same server, which knows these castings of actor 7.
fn with_credits(server: Server, credits: Vec<Credit>) -> Server {
    server.castings(|castings| {
        castings.expect_filmography().withf(|actor| actor.get() == 7).returning(move |_| Ok(Some(credits.clone())));
    })
}

/// The same server, which knows this cast of movie 2.
fn with_cast(server: Server, cast: Vec<CastMember>) -> Server {
    server.castings(|castings| {
        castings.expect_cast().withf(|movie| movie.get() == 2).returning(move |_| Ok(Some(cast.clone())));
    })
}
