//! The table of castings, and the port over it.

mod change;
mod row;
mod warning;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use ensemble_domain::{
    Actor, ActorId, BillingOrder, CastMember, Casting, CastingChanges, CastingId, CastingRepository, Credit,
    InvalidFields, Movie, MovieId, NewCasting, Outcome, PatchMovies, Permit, Precondition, StoreError, Warning,
};

use self::row::CastingRow;
pub use self::{change::assign, warning::unreleased_bookings};
use crate::{
    actors::ActorRow,
    connection::AnyConnection,
    error::Trouble,
    idempotency::once,
    movies::MovieRow,
    schema::{actors, castings, movies},
    store::{Step, Store, Stored, Writer, Writes},
};

/// The castings of one database.
pub struct Castings(pub Store);

impl CastingRepository for Castings {
    fn cast(&self, movie: MovieId) -> Result<Option<Vec<CastMember>>, StoreError> {
        self.0.read(|connection| {
            let found = Movie::read(connection, movie.get())?.filter(|movie| !movie.is_deleted());
            found.map(|_| cast(connection, movie)).transpose()
        })
    }

    fn filmography(&self, actor: ActorId) -> Result<Option<Vec<Credit>>, StoreError> {
        self.0.read(|connection| {
            let found = Actor::read(connection, actor.get())?.filter(|actor| !actor.is_deleted());
            found.map(|_| filmography(connection, actor)).transpose()
        })
    }

    fn find(&self, movie: MovieId, id: CastingId) -> Result<Option<CastMember>, StoreError> {
        self.0.read(|connection| {
            let shown = castings::table
                .inner_join(actors::table)
                .inner_join(movies::table)
                .filter(castings::id.eq(id.get()))
                .filter(castings::movie_id.eq(movie.get()))
                .filter(movies::deleted_at.is_null());
            let columns = (castings::all_columns, ActorRow::columns());
            let row: Option<(CastingRow, ActorRow)> = shown.select(columns).first(connection).optional()?;
            row.map(member).transpose()
        })
    }

    fn insert(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        new: &NewCasting,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Casting>>, StoreError> {
        let caller = permit.caller();
        once(&self.0, Writes::Several, caller, now, |writer| {
            if !change::hold_movie(writer, movie)? {
                return Ok(Step::Done(None));
            }
            if !change::hold_actors(writer, &[new.actor].into())?.is_empty() {
                return Err(StoreError::from(InvalidFields::no_such_actor(new.actor)).into());
            }
            Ok(Step::Done(Some(change::add(writer, caller, movie, new, now)?)))
        })
    }

    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        changes: &CastingChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError> {
        self.0.write(Writes::Several, |writer| {
            let Some(stored) = held(writer, movie, id, precondition)? else { return Ok(Step::Done(None)) };
            let deleted = change::deleted_party(writer, &stored, changes)?;
            let casting = match stored.amended(changes, deleted, now)? {
                Some(amended) => change::replace(writer, permit.caller(), &stored, &amended, now)?,
                None => stored,
            };
            Ok(Step::Done(Some(casting)))
        })
    }

    fn delete(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError> {
        self.0.write(Writes::Several, |writer| {
            let Some(stored) = held(writer, movie, id, precondition)? else { return Ok(Step::Done(None)) };
            stored.check_removable().map_err(StoreError::from)?;
            change::remove(writer, permit.caller(), &stored, now)?;
            Ok(Step::Done(Some(stored)))
        })
    }

    fn bill(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        order: &BillingOrder,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<CastMember>>, StoreError> {
        self.0.write(Writes::Several, |writer| {
            if !change::hold_movie(writer, movie)? {
                return Ok(Step::Done(None));
            }
            change::bill(writer, permit.caller(), movie, order, now)?;
            Ok(Step::Done(Some(cast(writer.for_reading(), movie)?)))
        })
    }

    fn warnings(&self, casting: &Casting) -> Result<Vec<Warning>, StoreError> {
        if !casting.status.is_open() {
            return Ok(Vec::new());
        }
        self.0.read(|connection| {
            let mut warnings = warning::double_bookings_of(connection, &[casting.actor.get()], casting.movie)?;
            warnings.extend(warning::shared_character(connection, casting)?);
            Ok(warnings)
        })
    }

    fn double_bookings(&self, movie: MovieId) -> Result<Vec<Warning>, StoreError> {
        self.0.read(|connection| warning::double_bookings(connection, movie))
    }
}

fn cast(connection: &mut AnyConnection, movie: MovieId) -> Result<Vec<CastMember>, Trouble> {
    let billed_first = (castings::billing.is_null().asc(), castings::billing.asc(), castings::id.asc());
    let rows: Vec<(CastingRow, ActorRow)> = castings::table
        .inner_join(actors::table)
        .filter(castings::movie_id.eq(movie.get()))
        .order(billed_first)
        .select((castings::all_columns, ActorRow::columns()))
        .load(connection)?;
    rows.into_iter().map(member).collect()
}

fn filmography(connection: &mut AnyConnection, actor: ActorId) -> Result<Vec<Credit>, Trouble> {
    let rows: Vec<(CastingRow, MovieRow)> = castings::table
        .inner_join(movies::table)
        .filter(castings::actor_id.eq(actor.get()))
        .filter(movies::deleted_at.is_null())
        .order((movies::release_date.desc(), castings::id.asc()))
        .select((castings::all_columns, MovieRow::columns()))
        .load(connection)?;
    let credit = |(casting, movie)| Ok(Credit { casting: Casting::try_from(casting)?, movie: Movie::try_from(movie)? });
    rows.into_iter().map(credit).collect()
}

fn member((casting, actor): (CastingRow, ActorRow)) -> Result<CastMember, Trouble> {
    Ok(CastMember { casting: Casting::try_from(casting)?, actor: Actor::try_from(actor)? })
}

/// The casting that is to be changed, its movie held; `None` when there is none in that movie.
fn held(
    writer: &mut Writer<'_>,
    movie: MovieId,
    id: CastingId,
    precondition: &Precondition,
) -> Result<Option<Casting>, Trouble> {
    if !change::hold_movie(writer, movie)? {
        return Ok(None);
    }
    let found = change::read(writer.for_reading(), movie, id)?;
    if let Some(casting) = &found {
        precondition.check(casting.version)?;
    }
    Ok(found)
}
