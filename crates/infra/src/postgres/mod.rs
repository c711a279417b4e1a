//! What is particular to PostgreSQL.

mod dsn;
mod recorded;
mod server;

use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryResult, RunQueryDsl,
    connection::{AnsiTransactionManager, SimpleConnection},
    dsl::sql,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_types::{BigInt, Bool},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
pub use dsn::Dsn;
use recorded::Recorded;
pub use server::Server;

use crate::{
    actors::{ActorRow, ChangedActorRow, NewActorRow, ReplaceActor},
    connection::Dialect,
    error::Symptom,
    history::{Entry, NewHistoryRow},
    movies::{ChangedMovieRow, MovieRow, NewMovieRow, ReplaceMovie},
    schema::{actors, history, movies},
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Names the lock under which migrations run: "ensemble" in ASCII.
const MIGRATION_LOCK: i64 = 0x656e_7365_6d62_6c65;

impl Dialect for PgConnection {
    fn begin_write(&mut self) -> QueryResult<()> {
        // Each statement must see what others committed before it, whatever the server's default is.
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN ISOLATION LEVEL READ COMMITTED")
    }

    fn begin_migration(&mut self) -> QueryResult<()> {
        self.begin_write()?;
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(MIGRATION_LOCK).execute(self)?;
        Ok(())
    }

    fn lift_statement_timeout(&mut self) -> QueryResult<()> {
        self.batch_execute("SET LOCAL statement_timeout = 0")
    }

    fn read_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>> {
        actors::table.find(id).first(self).optional()
    }

    fn read_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        movies::table.find(id).first(self).optional()
    }

    fn lock_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>> {
        actors::table.find(id).for_no_key_update().first(self).optional()
    }

    fn lock_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        movies::table.find(id).for_no_key_update().first(self).optional()
    }

    fn share_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>> {
        actors::table.filter(actors::id.eq_any(ids)).order(actors::id.asc()).for_share().load(self)
    }

    fn try_lock_key(&mut self, key: &[u8; 32]) -> QueryResult<bool> {
        // Two keys that begin alike would only make one of them come again.
        let start = key.first_chunk().map_or(0, |chunk| i64::from_be_bytes(*chunk));
        diesel::select(sql::<Bool>("pg_try_advisory_xact_lock(").bind::<BigInt, _>(start).sql(")")).get_result(self)
    }

    fn insert_actor(&mut self, row: &NewActorRow<'_>, entry: &Entry<'_>) -> QueryResult<ActorRow> {
        let statement = diesel::insert_into(actors::table).values(row).returning(actors::all_columns);
        Recorded { statement, entry, about: recorded::ACTOR }.get_result(self)
    }

    fn insert_movie(&mut self, row: &NewMovieRow<'_>, entry: &Entry<'_>) -> QueryResult<MovieRow> {
        let statement = diesel::insert_into(movies::table).values(row).returning(movies::all_columns);
        Recorded { statement, entry, about: recorded::MOVIE }.get_result(self)
    }

    fn replace_actor(
        &mut self,
        (id, seen): (i64, i64),
        row: &ChangedActorRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<ActorRow>> {
        let statement = ReplaceActor { id, seen, row };
        Recorded { statement, entry, about: recorded::ACTOR }.get_result(self).optional()
    }

    fn replace_movie(
        &mut self,
        (id, seen): (i64, i64),
        row: &ChangedMovieRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<MovieRow>> {
        let statement = ReplaceMovie { id, seen, row };
        Recorded { statement, entry, about: recorded::MOVIE }.get_result(self).optional()
    }

    fn breaks_index(&self, error: &QueryError, index: &str) -> bool {
        matches!(error, QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, details)
            if details.constraint_name() == Some(index))
    }

    fn unlocked_rounds(&self) -> u32 {
        3
    }

    fn insert_actors(&mut self, rows: &[NewActorRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(actors::table).values(rows).execute(self)
    }

    fn insert_movies(&mut self, rows: &[NewMovieRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(movies::table).values(rows).execute(self)
    }

    fn insert_entries(&mut self, rows: &[NewHistoryRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(history::table).values(rows).execute(self)
    }

    fn is_usable(&mut self) -> bool {
        let writable = sql::<Bool>("SELECT current_setting('transaction_read_only') = 'off'");
        writable.get_result(self).unwrap_or(false)
    }

    fn symptom(&self, error: &QueryError) -> Symptom {
        symptom_of(error)
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }
}

/// Diesel hands on few of the SQLSTATEs, as kinds; for the others the text decides, as a server with `lc_messages` in English
/// writes it.
fn symptom_of(error: &QueryError) -> Symptom {
    use DatabaseErrorKind::{
        ClosedConnection, ReadOnlyTransaction, SerializationFailure, UnableToSendCommand, Unknown,
    };

    match error {
        QueryError::DatabaseError(ClosedConnection | UnableToSendCommand, _) | QueryError::BrokenTransactionManager => {
            Symptom::ConnectionLost
        }
        QueryError::DatabaseError(ReadOnlyTransaction, _) => Symptom::WrongServer,
        QueryError::DatabaseError(SerializationFailure, _) => Symptom::Conflict,
        QueryError::DatabaseError(Unknown, details) => symptom_of_message(details.message()),
        _ => Symptom::Defect,
    }
}

fn symptom_of_message(message: &str) -> Symptom {
    const CONFLICT: [&str; 1] = ["deadlock detected"];
    const LOST: [&str; 3] = ["terminating connection", "server closed the connection", "no connection to the server"];
    const UNAVAILABLE: [&str; 7] = [
        "canceling statement due to",
        "the database system is",
        "could not extend file",
        "No space left on device",
        "out of memory",
        "out of shared memory",
        "too many clients already",
    ];
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    if says(&CONFLICT) {
        Symptom::Conflict
    } else if says(&LOST) {
        Symptom::ConnectionLost
    } else if says(&UNAVAILABLE) {
        Symptom::Unavailable
    } else {
        Symptom::Defect
    }
}
