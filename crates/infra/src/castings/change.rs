//! How castings are changed, each change with its entry of the history, inside of a transaction that holds the movie.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, result::Error as QueryError};
use ensemble_domain::{
    Action, Actor, ActorId, Assignment, BillingOrder, Caller, Casting, CastingChanges, CastingId, Conflict, Entity,
    InvalidFields, Movie, MovieId, NewCasting, Record, StoreError,
};

use super::row::{CastingRow, NewCastingRow, ReplaceCasting};
use crate::{
    connection::AnyConnection,
    error::Trouble,
    history::{self, About, Entry},
    schema::castings,
    store::{CHUNK, Stored, Writer},
};

/// Holds the movie, so that its cast is changed by one caller at a time; `false` when there is none or it is deleted.
pub fn hold_movie(writer: &mut Writer<'_>, movie: MovieId) -> Result<bool, Trouble> {
    Ok(writer.read::<Movie>(movie.get())?.is_some_and(|movie| !movie.is_deleted()))
}

/// Holds the actors, in the one order in which everybody does, so that nobody deletes them meanwhile. Answers those who are not
/// there, or are deleted already.
pub fn hold_actors(writer: &mut Writer<'_>, actors: &BTreeSet<ActorId>) -> Result<Vec<ActorId>, Trouble> {
    let ids: Vec<_> = actors.iter().map(|actor| actor.get()).collect();
    let rows = writer.for_reading().dialect().share_actors(&ids)?;
    let found = rows.into_iter().map(Actor::try_from).collect::<Result<Vec<_>, _>>()?;
    let live: BTreeSet<_> = found.iter().filter(|actor| !actor.is_deleted()).map(|actor| actor.id).collect();
    Ok(actors.difference(&live).copied().collect())
}

/// Answers the casting, or `None` when there is none in that movie.
pub fn read(connection: &mut AnyConnection, movie: MovieId, id: CastingId) -> Result<Option<Casting>, Trouble> {
    let of_movie = castings::table.find(id.get()).filter(castings::movie_id.eq(movie.get()));
    let row: Option<CastingRow> = of_movie.first(connection).optional()?;
    Ok(row.map(Casting::try_from).transpose()?)
}

/// Answers all castings of the movie, by ascending id.
pub fn read_all(connection: &mut AnyConnection, movie: MovieId) -> Result<Vec<Casting>, Trouble> {
    let of_movie = castings::table.filter(castings::movie_id.eq(movie.get())).order(castings::id.asc());
    let rows: Vec<CastingRow> = of_movie.load(connection)?;
    Ok(rows.into_iter().map(Casting::try_from).collect::<Result<_, _>>()?)
}

/// Adds a casting.
pub fn add(
    writer: &mut Writer<'_>,
    caller: &Caller,
    movie: MovieId,
    new: &NewCasting,
    now: DateTime<Utc>,
) -> Result<Casting, Trouble> {
    let connection = writer.for_writing();
    let insert = diesel::insert_into(castings::table).values(NewCastingRow::of(movie, new, now));
    let inserted: QueryResult<CastingRow> = insert.returning(castings::all_columns).get_result(connection);
    let casting = Casting::try_from(inserted.map_err(|error| refusal(connection, error))?)?;
    record(connection, caller, &Record::added(Action::Cast, new.members(movie)), &casting, now)?;
    Ok(casting)
}

/// Puts the changed casting in the place of the stored one, one version up.
pub fn replace(
    writer: &mut Writer<'_>,
    caller: &Caller,
    stored: &Casting,
    changed: &Casting,
    now: DateTime<Utc>,
) -> Result<Casting, Trouble> {
    let connection = writer.for_writing();
    let casting = update(connection, changed)?;
    record(connection, caller, &stored.record_of_change(&casting), &casting, now)?;
    Ok(casting)
}

/// Writes the casting, one version up.
fn update(connection: &mut AnyConnection, changed: &Casting) -> Result<Casting, Trouble> {
    let updated: QueryResult<CastingRow> = ReplaceCasting::by(changed).get_result(connection);
    Ok(Casting::try_from(updated.map_err(|error| refusal(connection, error))?)?)
}

/// Takes a casting off the list.
pub fn remove(writer: &mut Writer<'_>, caller: &Caller, casting: &Casting, now: DateTime<Utc>) -> Result<(), Trouble> {
    let connection = writer.for_writing();
    diesel::delete(castings::table.find(casting.id.get())).execute(connection)?;
    record(connection, caller, &Record::removed(Action::Uncast, casting.members()), casting, now)
}

/// Makes the booked actors of the movie exactly those who are wanted.
pub fn assign(
    writer: &mut Writer<'_>,
    caller: &Caller,
    movie: MovieId,
    wanted: &BTreeSet<ActorId>,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let cast = read_all(writer.for_reading(), movie)?;
    let assignment = Assignment::of(&cast, wanted);
    let absent = hold_actors(writer, &assignment.booked())?;
    if !absent.is_empty() {
        return Err(StoreError::from(InvalidFields::no_such_actors(&absent)).into());
    }
    for (casting, changes) in assignment.moves {
        if let Some(moved) = casting.amended(&changes, None, now)? {
            replace(writer, caller, casting, &moved, now)?;
        }
    }
    for actor in assignment.bookings {
        add(writer, caller, movie, &NewCasting::booking(actor), now)?;
    }
    Ok(())
}

/// Gives the castings of the movie the places of the order.
pub fn bill(
    writer: &mut Writer<'_>,
    caller: &Caller,
    movie: MovieId,
    order: &BillingOrder,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let cast = read_all(writer.for_reading(), movie)?;
    let changes = order.changes(&cast).map_err(StoreError::from)?;
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = changes.iter().map(|(stored, _)| stored.id.get()).collect();
    // All places that change are given up first: in whichever order they were given, one would meet another that is still taken.
    let changing = castings::table.filter(castings::id.eq_any(ids));
    diesel::update(changing).set(castings::billing.eq(None::<i64>)).execute(writer.for_writing())?;
    let mut entries = Vec::new();
    for (stored, billing) in changes {
        let billed = update(writer.for_writing(), &Casting { billing, updated_at: now, ..stored.clone() })?;
        entries.push((Entry::of(caller, &stored.record_of_change(&billed), now)?, about(&billed)));
    }
    let rows: Vec<_> = entries.iter().map(|(entry, about)| entry.about(*about)).collect();
    for chunk in rows.chunks(CHUNK) {
        writer.for_writing().dialect().insert_entries(chunk)?;
    }
    Ok(())
}

/// The party to the casting that is deleted, if it matters. Its movie is held, and is not.
pub fn deleted_party(
    writer: &mut Writer<'_>,
    casting: &Casting,
    changes: &CastingChanges,
) -> Result<Option<Entity>, Trouble> {
    let gone = casting.is_booked_by(changes) && !hold_actors(writer, &[casting.actor].into())?.is_empty();
    Ok(gone.then_some(Entity::Actor))
}

fn record(
    connection: &mut AnyConnection,
    caller: &Caller,
    record: &Record,
    casting: &Casting,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    history::add(connection, Entry::of(caller, record, now)?.about(about(casting)))?;
    Ok(())
}

fn about(casting: &Casting) -> About {
    About {
        entity: Entity::Casting,
        id: Some(casting.id.get()),
        actor: Some(casting.actor.get()),
        movie: Some(casting.movie.get()),
    }
}

/// The unique indexes decide who comes second.
fn refusal(connection: &mut AnyConnection, error: QueryError) -> Trouble {
    let dialect = connection.dialect();
    if dialect.breaks_index(&error, "castings_open") {
        StoreError::from(Conflict::AlreadyCast).into()
    } else if dialect.breaks_index(&error, "castings_billing") {
        StoreError::from(Conflict::BillingTaken).into()
    } else {
        error.into()
    }
}
