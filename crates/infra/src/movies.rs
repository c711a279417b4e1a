//! The table of movies, and the port over it.

mod list;
mod row;

use chrono::{DateTime, Utc};
use ensemble_domain::{
    Action, DeleteMovies, Imported, Movie, MovieChanges, MovieId, MovieQuery, MovieRepository, NewMovie, Outcome, Page,
    PageRequest, PatchMovies, Permit, Position, PostMovies, Precondition, Record, Rows, StoreError, Version,
};

pub use self::row::{ChangedMovieRow, MovieColumns, MovieRow, NewMovieRow, ReplaceMovie};
use crate::{
    castings,
    connection::AnyConnection,
    error::Trouble,
    history::{About, Entry},
    idempotency::once,
    import::{Imports, Incoming, import},
    store::{Among, Change, Step, Store, Stored, Writes, answered_nothing},
};

/// The movies of one database.
pub struct Movies(pub Store);

impl MovieRepository for Movies {
    fn list(&self, query: &MovieQuery, page: &PageRequest) -> Result<Page<Movie>, StoreError> {
        self.0.read(|connection| {
            let list = list::list(connection, query)?;
            list.page(connection, page, |dialect, statement| dialect.list_movies(statement))
        })
    }

    fn batch(&self, query: &MovieQuery, after: Option<Position>, size: u32) -> Result<Vec<Movie>, StoreError> {
        self.0.read(|connection| {
            let list = list::list(connection, query)?;
            list.batch(connection, after.as_ref(), size, |dialect, statement| dialect.list_movies(statement))
        })
    }

    fn find(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        self.0.read(|connection| Ok(Movie::read(connection, id.get())?.filter(|movie| !movie.is_deleted())))
    }

    fn insert(
        &self,
        permit: &Permit<PostMovies>,
        new: &NewMovie,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Movie>, StoreError> {
        let caller = permit.caller();
        let entry = Entry::of(caller, &Record::added(Action::Created, new.members()), now)?;
        let writes = if new.actors.is_empty() { Writes::One } else { Writes::Several };
        let inserted = once(&self.0, writes, caller, now, |writer| {
            let row = writer.for_writing().dialect().insert_movie(&NewMovieRow::of(new, now), &entry)?;
            let movie = Movie::try_from(row)?;
            if !new.actors.is_empty() {
                castings::assign(writer, caller, movie.id, &new.actors, now)?;
            }
            Ok(Step::Done(Some(movie)))
        })?;
        inserted.ok_or_else(answered_nothing)
    }

    fn import(
        &self,
        permit: &Permit<PostMovies>,
        rows: &mut dyn Rows<NewMovie>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError> {
        import::<Movie>(&self.0, permit.caller(), rows, now)
    }

    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        id: MovieId,
        precondition: &Precondition,
        changes: &MovieChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        let (caller, among) = (permit.caller(), Among::Live);
        let change = Change { caller, now, action: Action::Updated, id: id.get(), among, precondition };
        let writes = if changes.actors.is_none() { Writes::One } else { Writes::Several };
        self.0.write(writes, |writer| {
            let step = change.make(writer, |stored: &Movie| Ok(stored.amended(changes, now)?))?;
            if let (Step::Done(Some(_)), Some(actors)) = (&step, &changes.actors) {
                castings::assign(writer, caller, id, actors, now)?;
            }
            Ok(step)
        })
    }

    fn delete(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        let (caller, id, among) = (permit.caller(), id.get(), Among::Live);
        let change = Change { caller, now, action: Action::Deleted, id, among, precondition };
        self.0.write(Writes::One, |writer| change.make(writer, |stored: &Movie| Ok(Some(stored.deleted(now)))))
    }

    fn restore(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Movie>>, StoreError> {
        let (caller, id, among) = (permit.caller(), id.get(), Among::All);
        let change = Change { caller, now, action: Action::Restored, id, among, precondition: &Precondition::None };
        once(&self.0, Writes::One, caller, now, |writer| change.make(writer, |stored: &Movie| Ok(stored.restored(now))))
    }
}

impl Stored for Movie {
    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    fn read(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        Ok(connection.dialect().read_movie(id)?.map(Self::try_from).transpose()?)
    }

    fn lock(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        Ok(connection.dialect().lock_movie(id)?.map(Self::try_from).transpose()?)
    }

    fn record(&self, action: Action, after: &Self, _now: DateTime<Utc>) -> Record {
        Record::changed(action, &self.members(), &after.members())
    }

    fn replace(
        self,
        connection: &mut AnyConnection,
        seen: Version,
        entry: &Entry<'_>,
    ) -> Result<Option<Self>, Trouble> {
        let key = (self.id.get(), seen.get());
        let row = connection.dialect().replace_movie(key, &ChangedMovieRow::of(&self), entry)?;
        Ok(row.map(Self::try_from).transpose()?)
    }
}

impl Imports for Movie {
    type New = NewMovie;

    const ALL: About = About::movie(None);

    fn import(connection: &mut AnyConnection, incoming: Incoming<'_, NewMovie>) -> Result<u64, Trouble> {
        connection.dialect().import_movies(incoming)
    }
}
