//! The table of movies, and the port over it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    query_builder::AsChangeset,
};
use ensemble_domain::{
    DeleteMovies, Deleted, Movie, MovieChanges, MovieId, MovieQuery, MovieRepository, NewMovie, Page, PageRequest,
    PatchMovies, Permit, PostMovies, Precondition, ReleaseDate, ShootWindow, StoreError, Title, Version,
};

use crate::{
    connection::{AnyConnection, MultiBackend},
    error::{Corrupt, Trouble},
    schema::movies,
    store::{Among, CHUNK, Step, Store, Stored, change},
};

/// The movies of one database.
pub struct Movies(pub Store);

#[derive(Queryable)]
struct MovieRow {
    id: i64,
    title: String,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// A row that is to be added.
#[derive(Insertable)]
#[diesel(table_name = movies)]
pub struct NewMovieRow<'a> {
    title: &'a str,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// What a change may write.
#[derive(AsChangeset)]
#[diesel(table_name = movies, treat_none_as_null = true)]
struct ChangedMovieRow<'a> {
    title: &'a str,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

impl MovieRepository for Movies {
    fn list(&self, query: &MovieQuery, page: PageRequest) -> Result<Page<Movie>, StoreError> {
        let shown = || {
            let all = movies::table.into_boxed::<MultiBackend>();
            match query.deleted() {
                Deleted::No => all.filter(movies::deleted_at.is_null()),
                Deleted::Only => all.filter(movies::deleted_at.is_not_null()),
                Deleted::With => all,
            }
        };
        self.0.read(|connection| {
            let ordered = shown().order(movies::id.asc());
            let rows: Vec<MovieRow> = ordered.limit(page.limit.get().into()).offset(page.offset()).load(connection)?;
            let total: i64 = shown().count().get_result(connection)?;
            let items = rows.into_iter().map(Movie::try_from).collect::<Result<_, _>>()?;
            Ok(Page { items, total: total.unsigned_abs() })
        })
    }

    fn find(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        self.0.read(|connection| {
            let live = movies::table.find(id.get()).filter(movies::deleted_at.is_null());
            entity(live.first(connection))
        })
    }

    fn insert(&self, _permit: &Permit<PostMovies>, new: &NewMovie, now: DateTime<Utc>) -> Result<Movie, StoreError> {
        self.0.write(|writer| {
            let insert = diesel::insert_into(movies::table).values(NewMovieRow::of(new, now));
            let row: MovieRow = insert.returning(movies::all_columns).get_result(writer.for_writing())?;
            Ok(Step::Done(Movie::try_from(row)?))
        })
    }

    fn insert_all(
        &self,
        _permit: &Permit<PostMovies>,
        new: &[NewMovie],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.0.write_bulk(|connection| {
            let mut added = 0;
            for chunk in new.chunks(CHUNK) {
                let rows: Vec<_> = chunk.iter().map(|new| NewMovieRow::of(new, now)).collect();
                added += connection.dialect().insert_movies(&rows)?;
            }
            Ok(added)
        })
    }

    fn update(
        &self,
        _permit: &Permit<PatchMovies>,
        id: MovieId,
        precondition: &Precondition,
        changes: &MovieChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        change(&self.0, id.get(), Among::Live, precondition, |stored: &Movie| Ok(stored.amended(changes, now)?))
    }

    fn delete(
        &self,
        _permit: &Permit<DeleteMovies>,
        id: MovieId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        change(&self.0, id.get(), Among::Live, precondition, |stored: &Movie| {
            Ok(Some(Movie { deleted_at: Some(now), updated_at: now, ..stored.clone() }))
        })
    }

    fn restore(
        &self,
        _permit: &Permit<DeleteMovies>,
        id: MovieId,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        change(&self.0, id.get(), Among::All, &Precondition::None, |stored: &Movie| {
            Ok(stored.deleted_at.map(|_| Movie { deleted_at: None, updated_at: now, ..stored.clone() }))
        })
    }
}

impl Stored for Movie {
    const TABLE: &'static str = "movies";

    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    fn read(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        entity(movies::table.find(id).first(connection))
    }

    fn replace(self, connection: &mut AnyConnection, seen: Version) -> Result<Option<Self>, Trouble> {
        let same = movies::table.find(self.id.get()).filter(movies::version.eq(seen.get()));
        let update = diesel::update(same).set((ChangedMovieRow::of(&self), movies::version.eq(movies::version + 1)));
        entity(update.returning(movies::all_columns).get_result(connection))
    }
}

fn entity(row: QueryResult<MovieRow>) -> Result<Option<Movie>, Trouble> {
    Ok(row.optional()?.map(Movie::try_from).transpose()?)
}

impl<'a> NewMovieRow<'a> {
    fn of(new: &'a NewMovie, now: DateTime<Utc>) -> Self {
        Self {
            title: new.title.as_str(),
            release_date: new.release_date.day(),
            shoot_start: new.shoot.map(ShootWindow::start),
            shoot_end: new.shoot.map(ShootWindow::end),
            version: Version::FIRST.get(),
            created_at: now.naive_utc(),
            updated_at: now.naive_utc(),
        }
    }
}

impl<'a> ChangedMovieRow<'a> {
    fn of(movie: &'a Movie) -> Self {
        Self {
            title: movie.title.as_str(),
            release_date: movie.release_date.day(),
            shoot_start: movie.shoot.map(ShootWindow::start),
            shoot_end: movie.shoot.map(ShootWindow::end),
            updated_at: movie.updated_at.naive_utc(),
            deleted_at: movie.deleted_at.map(|instant| instant.naive_utc()),
        }
    }
}

impl TryFrom<MovieRow> for Movie {
    type Error = Corrupt;

    fn try_from(row: MovieRow) -> Result<Self, Corrupt> {
        let corrupt = |reason: String| Corrupt { table: Self::TABLE, id: row.id, reason };
        Ok(Self {
            id: MovieId::new(row.id).ok_or_else(|| corrupt("id below 1".to_owned()))?,
            title: Title::parse(row.title).map_err(|fault| corrupt(format!("title {fault}")))?,
            release_date: ReleaseDate::new(row.release_date)
                .map_err(|fault| corrupt(format!("release_date {fault}")))?,
            shoot: ShootWindow::between(row.shoot_start, row.shoot_end)
                .map_err(|faults| corrupt(faults.to_string()))?,
            version: Version::new(row.version).ok_or_else(|| corrupt("version below 1".to_owned()))?,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            deleted_at: row.deleted_at.map(|instant| instant.and_utc()),
        })
    }
}
