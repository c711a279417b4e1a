//! What is worth a second look about bookings.

use chrono::NaiveDate;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use ensemble_domain::{
    Actor, ActorId, BookedOn, Casting, CastingStatus, Character, Movie, MovieId, ShootWindow, Warning,
};

use super::row::CastingRow;
use crate::{
    actors::ActorRow,
    connection::AnyConnection,
    error::Trouble,
    movies::MovieRow,
    schema::{actors, castings, movies},
    store::Stored,
};

const BOOKED: &str = CastingStatus::Booked.as_str();

/// Answers the movies on which the actor is booked and which are not released before that day, by ascending id.
pub fn unreleased_bookings(
    connection: &mut AnyConnection,
    actor: ActorId,
    today: NaiveDate,
) -> Result<Vec<BookedOn>, Trouble> {
    let booked = castings::table
        .inner_join(movies::table)
        .filter(castings::actor_id.eq(actor.get()))
        .filter(castings::status.eq(BOOKED))
        .filter(movies::deleted_at.is_null())
        .filter(movies::release_date.ge(today));
    let rows: Vec<MovieRow> = booked.order(movies::id.asc()).select(MovieRow::columns()).distinct().load(connection)?;
    let of =
        |row| Movie::try_from(row).map(|Movie { id, title, release_date, .. }| BookedOn { id, title, release_date });
    Ok(rows.into_iter().map(of).collect::<Result<_, _>>()?)
}

/// Answers the bookings of others for the same part of the same movie.
pub fn shared_character(connection: &mut AnyConnection, casting: &Casting) -> Result<Vec<Warning>, Trouble> {
    let Some(key) = casting.character.as_ref().map(Character::key) else { return Ok(Vec::new()) };
    let others = castings::table
        .inner_join(actors::table)
        .inner_join(movies::table)
        .filter(movies::deleted_at.is_null())
        .filter(castings::movie_id.eq(casting.movie.get()))
        .filter(castings::actor_id.ne(casting.actor.get()))
        .filter(castings::character_key.eq(key))
        .filter(castings::status.eq(BOOKED));
    let ordered = others.order(castings::id.asc()).select((castings::all_columns, ActorRow::columns()));
    let rows: Vec<(CastingRow, ActorRow)> = ordered.load(connection)?;
    let mut warnings = Vec::new();
    for (casting, actor) in rows {
        let (casting, actor) = (Casting::try_from(casting)?, Actor::try_from(actor)?);
        let Some(character) = casting.character else { continue };
        let (movie, casting) = (casting.movie, casting.id);
        warnings.push(Warning::SharedCharacter { character, actor: actor.id, name: actor.name, movie, casting });
    }
    Ok(warnings)
}

/// Answers the bookings of the actors on other movies that are shot on some of the days on which this movie is shot, by ascending id.
pub fn double_bookings_of(
    connection: &mut AnyConnection,
    actors: &[i64],
    movie: MovieId,
) -> Result<Vec<Warning>, Trouble> {
    let Some(shoot) = shoot_of(connection, movie)? else { return Ok(Vec::new()) };
    let overlapping = castings::table
        .inner_join(movies::table)
        .inner_join(actors::table)
        .filter(castings::actor_id.eq_any(actors))
        .filter(castings::movie_id.ne(movie.get()))
        .filter(castings::status.eq(BOOKED))
        .filter(movies::deleted_at.is_null())
        .filter(movies::shoot_start.le(shoot.end()))
        .filter(movies::shoot_end.ge(shoot.start()));
    let ordered =
        overlapping.order(castings::id.asc()).select((castings::all_columns, MovieRow::columns(), ActorRow::columns()));
    let rows: Vec<(CastingRow, MovieRow, ActorRow)> = ordered.load(connection)?;
    let mut warnings = Vec::new();
    for (casting, movie, actor) in rows {
        let (casting, movie, actor) = (Casting::try_from(casting)?, Movie::try_from(movie)?, Actor::try_from(actor)?);
        let Some(shoot) = movie.shoot else { continue };
        warnings.push(Warning::DoubleBooking {
            actor: actor.id,
            name: actor.name,
            movie: movie.id,
            title: movie.title,
            shoot,
            casting: casting.id,
        });
    }
    Ok(warnings)
}

/// Answers the double bookings of everybody who is booked for the movie, by ascending id of the other casting.
pub fn double_bookings(connection: &mut AnyConnection, movie: MovieId) -> Result<Vec<Warning>, Trouble> {
    let booked = castings::table.filter(castings::movie_id.eq(movie.get())).filter(castings::status.eq(BOOKED));
    let actors: Vec<i64> = booked.select(castings::actor_id).distinct().load(connection)?;
    double_bookings_of(connection, &actors, movie)
}

fn shoot_of(connection: &mut AnyConnection, movie: MovieId) -> Result<Option<ShootWindow>, Trouble> {
    let found = Movie::read(connection, movie.get())?.filter(|movie| !movie.is_deleted());
    Ok(found.and_then(|movie| movie.shoot))
}
