//! What is particular to SQLite.

mod file;

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection, connection::AnsiTransactionManager, result::Error as QueryError,
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
pub use file::File;

use crate::{
    actors::NewActorRow,
    connection::Dialect,
    error::Symptom,
    movies::NewMovieRow,
    schema::{actors, movies},
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

impl Dialect for SqliteConnection {
    fn begin_write(&mut self) -> QueryResult<()> {
        // A deferred transaction that turns from reading to writing fails at once when another one wrote meanwhile.
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN IMMEDIATE")
    }

    fn begin_migration(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN EXCLUSIVE")
    }

    fn lift_statement_timeout(&mut self) -> QueryResult<()> {
        Ok(())
    }

    fn lock_row(&mut self, _table: &'static str, _id: i64) -> QueryResult<()> {
        // BEGIN IMMEDIATE holds the whole file.
        Ok(())
    }

    fn unlocked_rounds(&self) -> u32 {
        0
    }

    fn insert_actors(&mut self, rows: &[NewActorRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(actors::table).values(rows).execute(self)
    }

    fn insert_movies(&mut self, rows: &[NewMovieRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(movies::table).values(rows).execute(self)
    }

    fn is_usable(&mut self) -> bool {
        diesel::sql_query("SELECT 1").execute(self).is_ok()
    }

    fn symptom(&self, error: &QueryError) -> Symptom {
        symptom_of(error)
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }
}

/// Diesel hands on no result codes, so the text decides; SQLite's texts are fixed and never translated.
fn symptom_of(error: &QueryError) -> Symptom {
    match error {
        QueryError::BrokenTransactionManager => Symptom::ConnectionLost,
        QueryError::DatabaseError(_, details) => match details.message() {
            "database is locked" | "database table is locked" | "database schema is locked" => Symptom::Conflict,
            "database or disk is full"
            | "attempt to write a readonly database"
            | "disk I/O error"
            | "unable to open database file" => Symptom::Unavailable,
            _ => Symptom::Defect,
        },
        _ => Symptom::Defect,
    }
}

#[cfg(test)]
mod tests {
    use diesel::{Connection, connection::SimpleConnection};
    use tempfile::TempDir;

    use super::*;

    fn two_connections() -> (TempDir, SqliteConnection, SqliteConnection) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        let connect = || SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        let (mut one, two) = (connect(), connect());
        one.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE things (name TEXT NOT NULL) STRICT").unwrap();
        (folder, one, two)
    }

    fn symptom_on(connection: &mut SqliteConnection, sql: &str) -> Symptom {
        let error = connection.batch_execute(sql).unwrap_err();
        symptom_of(&error)
    }

    #[test]
    fn another_writer_is_a_conflict() {
        let (_folder, mut one, mut two) = two_connections();
        one.begin_write().unwrap();
        assert_eq!(symptom_on(&mut two, "INSERT INTO things VALUES ('x')"), Symptom::Conflict);
        assert_eq!(symptom_of(&two.begin_write().unwrap_err()), Symptom::Conflict);
    }

    #[test]
    fn a_database_that_takes_no_writes_is_unavailable() {
        let (_folder, mut one, _) = two_connections();
        one.batch_execute("PRAGMA query_only = ON").unwrap();
        assert_eq!(symptom_on(&mut one, "INSERT INTO things VALUES ('x')"), Symptom::Unavailable);
    }

    #[test]
    fn a_full_database_is_unavailable() {
        let (_folder, mut one, _) = two_connections();
        one.batch_execute("PRAGMA max_page_count = 3").unwrap();
        let much = "INSERT INTO things VALUES (hex(zeroblob(100000)))";
        assert_eq!(symptom_on(&mut one, much), Symptom::Unavailable);
    }

    #[test]
    fn a_mistake_in_a_statement_is_a_defect() {
        let (_folder, mut one, _) = two_connections();
        assert_eq!(symptom_on(&mut one, "SELECT nothing FROM nowhere"), Symptom::Defect);
        assert_eq!(symptom_on(&mut one, "INSERT INTO things VALUES (NULL)"), Symptom::Defect);
    }
}
