//! Actors and movies as clients of the older Ensemble see them.

use chrono::NaiveDate;
use ensemble_domain::{Actor, CastMember, Credit, Gender, Movie};
use schemars::JsonSchema;
use serde::Serialize;

use super::bookings::each_once;

/// An actor, as seen on one day.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1Actor")]
pub struct ActorView<'a> {
    id: i64,
    name: &'a str,
    birth_date: Option<NaiveDate>,
    gender: &'a str,
    age: u32,
    #[serde(flatten)]
    movies: Option<MoviesView<'a>>,
}

/// The movies for which an actor is booked.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1MoviesOfActor")]
struct MoviesView<'a> {
    movie_ids: Vec<i64>,
    movie_crew: Vec<BookedMovie<'a>>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1BookedMovie")]
struct BookedMovie<'a> {
    movie: MovieName<'a>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1MovieName")]
struct MovieName<'a> {
    id: i64,
    title: &'a str,
}

impl<'a> ActorView<'a> {
    pub fn of(actor: &'a Actor, today: NaiveDate) -> Self {
        Self {
            id: actor.id.get(),
            name: actor.name.as_str(),
            birth_date: actor.born.birth_date(),
            gender: match &actor.gender {
                Gender::Male => "M",
                Gender::Female => "F",
                other => other.as_str(),
            },
            age: actor.born.age(today),
            movies: None,
        }
    }

    /// With the movies, where they are known.
    pub fn booked_for(self, credits: Option<&'a [Credit]>) -> Self {
        let movies = credits.map(|credits| {
            let movies = each_once(credits, |credit| credit.movie.id).into_iter().map(|credit| &credit.movie);
            let named = movies.map(|movie| MovieName { id: movie.id.get(), title: movie.title.as_str() });
            let movie_crew: Vec<_> = named.map(|movie| BookedMovie { movie }).collect();
            MoviesView { movie_ids: movie_crew.iter().map(|entry| entry.movie.id).collect(), movie_crew }
        });
        Self { movies, ..self }
    }
}

/// A movie.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1Movie")]
pub struct MovieView<'a> {
    id: i64,
    title: &'a str,
    release_date: NaiveDate,
    #[serde(flatten)]
    actors: Option<ActorsView<'a>>,
}

/// The actors who are booked for a movie.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1ActorsOfMovie")]
struct ActorsView<'a> {
    actor_ids: Vec<i64>,
    movie_crew: Vec<BookedActor<'a>>,
}

/// An actor in the list of those who are booked.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1BookedActor")]
pub struct BookedActor<'a> {
    actor: ActorName<'a>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1ActorName")]
struct ActorName<'a> {
    id: i64,
    name: &'a str,
}

impl<'a> BookedActor<'a> {
    pub fn of(member: &'a CastMember) -> Self {
        Self { actor: ActorName { id: member.actor.id.get(), name: member.actor.name.as_str() } }
    }
}

impl<'a> MovieView<'a> {
    pub fn of(movie: &'a Movie) -> Self {
        let (id, title) = (movie.id.get(), movie.title.as_str());
        Self { id, title, release_date: movie.release_date.day(), actors: None }
    }

    /// With the actors, where they are known.
    pub fn booking(self, cast: Option<&'a [CastMember]>) -> Self {
        let actors = cast.map(|cast| {
            let members = each_once(cast, |member| member.actor.id);
            let movie_crew: Vec<_> = members.into_iter().map(BookedActor::of).collect();
            ActorsView { actor_ids: movie_crew.iter().map(|entry| entry.actor.id).collect(), movie_crew }
        });
        Self { actors, ..self }
    }
}
