//! The rows of movies, and what they are in the domain.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{
    Insertable, QueryResult, Queryable, RunQueryDsl, Selectable,
    backend::Backend,
    dsl::SqlTypeOf,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Date, HasSqlType, Nullable, Text, Timestamp},
};
use ensemble_domain::{Entity, Folded, Movie, MovieId, NewMovie, ReleaseDate, ShootWindow, Title, Version};
use serde::{Deserialize, Serialize};

use crate::{connection::MultiBackend, error::Corrupt, idempotency::Snapshot, schema::movies};

/// A row as it is stored.
#[derive(Deserialize, Queryable, Selectable, Serialize)]
#[diesel(table_name = movies)]
pub struct MovieRow {
    pub id: i64,
    title: String,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// The columns of a row; its key is only searched and sorted by.
pub type MovieColumns = <MovieRow as Selectable<MultiBackend>>::SelectExpression;

impl MovieRow {
    /// What is selected for a row.
    pub fn columns() -> MovieColumns {
        <Self as Selectable<MultiBackend>>::construct_selection()
    }
}

/// A row that is to be added.
#[derive(Insertable)]
#[diesel(table_name = movies, treat_none_as_default_value = false)]
pub struct NewMovieRow<'a> {
    pub title: &'a str,
    pub title_key: String,
    pub release_date: NaiveDate,
    pub shoot_start: Option<NaiveDate>,
    pub shoot_end: Option<NaiveDate>,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// What a change may write.
pub struct ChangedMovieRow<'a> {
    title: &'a str,
    title_key: String,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// Puts a changed movie in the place of the stored one of that version. Diesel's own UPDATE would be prepared anew every time, which
/// costs PostgreSQL more than the change itself.
pub struct ReplaceMovie<'a> {
    id: i64,
    seen: i64,
    row: &'a ChangedMovieRow<'a>,
    returned: MovieColumns,
}

impl<'a> ReplaceMovie<'a> {
    pub fn new((id, seen): (i64, i64), row: &'a ChangedMovieRow<'a>) -> Self {
        Self { id, seen, row, returned: MovieRow::columns() }
    }
}

impl<DB> QueryFragment<DB> for ReplaceMovie<'_>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Date> + HasSqlType<Timestamp>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
    Option<NaiveDate>: ToSql<Nullable<Date>, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
    MovieColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let row = self.row;
        out.push_sql("UPDATE movies SET version = version + 1");
        out.push_sql(", title = ");
        out.push_bind_param::<Text, _>(row.title)?;
        out.push_sql(", title_key = ");
        out.push_bind_param::<Text, _>(row.title_key.as_str())?;
        out.push_sql(", release_date = ");
        out.push_bind_param::<Date, _>(&row.release_date)?;
        out.push_sql(", shoot_start = ");
        out.push_bind_param::<Nullable<Date>, _>(&row.shoot_start)?;
        out.push_sql(", shoot_end = ");
        out.push_bind_param::<Nullable<Date>, _>(&row.shoot_end)?;
        out.push_sql(", updated_at = ");
        out.push_bind_param::<Timestamp, _>(&row.updated_at)?;
        out.push_sql(", deleted_at = ");
        out.push_bind_param::<Nullable<Timestamp>, _>(&row.deleted_at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(&self.seen)?;
        out.push_sql(" RETURNING ");
        self.returned.walk_ast(out)
    }
}

impl QueryId for ReplaceMovie<'_> {
    type QueryId = ReplaceMovie<'static>;
}

impl Query for ReplaceMovie<'_> {
    type SqlType = SqlTypeOf<MovieColumns>;
}

impl<C> RunQueryDsl<C> for ReplaceMovie<'_> {}

impl<'a> NewMovieRow<'a> {
    pub fn of(new: &'a NewMovie, now: DateTime<Utc>) -> Self {
        Self {
            title: new.title.as_str(),
            title_key: Folded::of(new.title.as_str()).into_string(),
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
    pub fn of(movie: &'a Movie) -> Self {
        Self {
            title: movie.title.as_str(),
            title_key: Folded::of(movie.title.as_str()).into_string(),
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
        let corrupt = |reason: String| Corrupt { table: "movies", id: row.id, reason };
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

impl Snapshot for Movie {
    const ENTITY: Entity = Entity::Movie;

    type Row = MovieRow;

    fn id(&self) -> i64 {
        self.id.get()
    }

    fn row(&self) -> MovieRow {
        MovieRow {
            id: self.id.get(),
            title: self.title.as_str().to_owned(),
            release_date: self.release_date.day(),
            shoot_start: self.shoot.map(ShootWindow::start),
            shoot_end: self.shoot.map(ShootWindow::end),
            version: self.version.get(),
            created_at: self.created_at.naive_utc(),
            updated_at: self.updated_at.naive_utc(),
            deleted_at: self.deleted_at.map(|instant| instant.naive_utc()),
        }
    }
}
