//! What is particular to PostgreSQL.

mod dsn;
mod server;

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    connection::{AnsiTransactionManager, SimpleConnection},
    dsl::sql,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_types::{BigInt, Bool},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
pub use dsn::Dsn;
pub use server::Server;

use crate::{
    actors::NewActorRow,
    connection::Dialect,
    error::Symptom,
    movies::NewMovieRow,
    schema::{actors, movies},
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

    fn lock_row(&mut self, table: &'static str, id: i64) -> QueryResult<()> {
        let query = format!("SELECT FROM {table} WHERE id = $1 FOR NO KEY UPDATE");
        diesel::sql_query(query).bind::<BigInt, _>(id).execute(self)?;
        Ok(())
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
