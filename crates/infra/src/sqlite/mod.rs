//! What is particular to SQLite.

mod backup;
mod file;
mod import;
mod search;
mod wipe;

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection},
    dsl::sql,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_types::Bool,
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use ensemble_domain::{Deleted, Folded, NewActor, NewMovie};

pub use self::{
    backup::{BackupError, back_up},
    file::File,
};

use crate::{
    actors::{ActorColumns, ActorRow, ChangedActorRow, NewActorRow, ReplaceActor, ReplacedActor},
    connection::Dialect,
    error::{Symptom, Trouble},
    history::{About, Entry, IS_TOLD, NewHistoryRow},
    import::Incoming,
    lists::{Counted, Counting, Matches, Numbered, Searched, Statement},
    movies::{ChangedMovieRow, MovieColumns, MovieRow, NewMovieRow, ReplaceMovie},
    schema::{actors, history, movies},
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

    fn read_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>> {
        actors::table.find(id).select(ActorRow::columns()).first(self).optional()
    }

    fn read_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        movies::table.find(id).select(MovieRow::columns()).first(self).optional()
    }

    // BEGIN IMMEDIATE holds the whole file: what is read stays as it is.
    fn lock_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>> {
        self.read_actor(id)
    }

    fn lock_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        self.read_movie(id)
    }

    fn lock_movies(&mut self) -> QueryResult<()> {
        Ok(())
    }

    fn list_actors(&mut self, statement: &Statement<ActorColumns>) -> QueryResult<Vec<Counted<ActorRow>>> {
        statement.load(self)
    }

    fn list_movies(&mut self, statement: &Statement<MovieColumns>) -> QueryResult<Vec<Counted<MovieRow>>> {
        statement.load(self)
    }

    fn count(&mut self, statement: &Statement<()>) -> QueryResult<i64> {
        Counting(statement).get_result(self)
    }

    fn search(&mut self, searched: &Searched, words: &[Folded], deleted: Deleted) -> QueryResult<Matches> {
        match deleted {
            Deleted::No => search::among_live(self, searched, words),
            Deleted::Only | Deleted::With => Ok(Matches { conditions: search::holding(searched, words), ids: None }),
        }
    }

    fn searches_are_indexed(&mut self) -> QueryResult<bool> {
        Ok(true)
    }

    fn index_searches(&mut self) -> QueryResult<()> {
        // They came with the tables.
        Ok(())
    }

    fn has_to_be_led(&self) -> bool {
        // Without statistics it takes any filter for a rare one, and sorts what passes. Of (key, id) > (?, ?) it looks up the key only.
        true
    }

    fn share_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>> {
        actors::table.filter(actors::id.eq_any(ids)).order(actors::id.asc()).select(ActorRow::columns()).load(self)
    }

    fn try_lock_key(&mut self, _key: &[u8; 32]) -> QueryResult<bool> {
        // Whoever holds the file is alone with all keys.
        Ok(true)
    }

    fn insert_actor(&mut self, row: &NewActorRow<'_>, entry: &Entry<'_>) -> QueryResult<ActorRow> {
        let insert = diesel::insert_into(actors::table).values(row).returning(ActorRow::columns());
        let written: ActorRow = insert.get_result(self)?;
        record(self, entry, About::actor(Some(written.id)))?;
        Ok(written)
    }

    fn insert_actors(&mut self, rows: &[(NewActorRow<'_>, Entry<'_>)]) -> QueryResult<Vec<ActorRow>> {
        rows.iter().map(|(row, entry)| self.insert_actor(row, entry)).collect()
    }

    fn read_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>> {
        ids.iter().filter_map(|id| self.read_actor(*id).transpose()).collect()
    }

    fn insert_movie(&mut self, row: &NewMovieRow<'_>, entry: &Entry<'_>) -> QueryResult<MovieRow> {
        let insert = diesel::insert_into(movies::table).values(row).returning(MovieRow::columns());
        let written: MovieRow = insert.get_result(self)?;
        record(self, entry, About::movie(Some(written.id)))?;
        Ok(written)
    }

    fn replace_actor(
        &mut self,
        key: (i64, i64),
        row: &ChangedActorRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<ActorRow>> {
        let written = ReplaceActor::new(key, row).get_result(self).optional()?;
        if written.is_some() {
            record(self, entry, About::actor(Some(key.0)))?;
        }
        Ok(written)
    }

    fn replace_actors(&mut self, rows: &[ReplacedActor<'_>]) -> QueryResult<Vec<ActorRow>> {
        rows.iter().filter_map(|(key, row, entry)| self.replace_actor(*key, row, entry).transpose()).collect()
    }

    fn replace_movie(
        &mut self,
        key: (i64, i64),
        row: &ChangedMovieRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<MovieRow>> {
        let written = ReplaceMovie::new(key, row).get_result(self).optional()?;
        if written.is_some() {
            record(self, entry, About::movie(Some(key.0)))?;
        }
        Ok(written)
    }

    fn breaks_index(&self, error: &QueryError, index: &str) -> bool {
        let QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, details) = error else { return false };
        // An index over an expression is named; of one over columns, only the columns are.
        let Some(broken) = details.message().strip_prefix("UNIQUE constraint failed: ") else { return false };
        broken == format!("index '{index}'") || columns_of(index) == Some(broken)
    }

    fn optimistic_attempts(&self) -> u32 {
        0
    }

    fn import_actors(&mut self, incoming: Incoming<'_, NewActor>) -> Result<u64, Trouble> {
        import::actors(self, incoming)
    }

    fn import_movies(&mut self, incoming: Incoming<'_, NewMovie>) -> Result<u64, Trouble> {
        import::movies(self, incoming)
    }

    fn insert_entries(&mut self, rows: &[NewHistoryRow<'_>]) -> QueryResult<usize> {
        diesel::insert_into(history::table).values(rows).execute(self)
    }

    fn forget_removed_keys(&mut self) -> QueryResult<()> {
        // Until its parts are merged into one, the index keeps what was removed, and that it was.
        self.batch_execute("INSERT INTO actors_search (actors_search) VALUES ('optimize')")
    }

    fn wipe(&mut self) -> Result<(), Trouble> {
        wipe::wipe(self, wipe::PATIENCE)
    }

    fn is_usable(&mut self) -> bool {
        diesel::sql_query("SELECT 1").execute(self).is_ok()
    }

    fn symptom(&self, error: &QueryError) -> Symptom {
        symptom_of(error)
    }

    fn has_migrations(&mut self) -> QueryResult<bool> {
        const THERE: &str = "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')";
        diesel::select(sql::<Bool>(THERE)).get_result(self)
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }
}

impl Numbered for Sqlite {
    const NUMBERS: (&'static str, &'static str) = ("(SELECT value FROM json_each('[' || ", " || ']'))");
}

fn record(connection: &mut SqliteConnection, entry: &Entry<'_>, about: About) -> QueryResult<()> {
    if !IS_TOLD {
        return Ok(());
    }
    diesel::insert_into(history::table).values(entry.about(about)).execute(connection).map(drop)
}

/// How SQLite speaks of a unique index over plain columns.
fn columns_of(index: &str) -> Option<&'static str> {
    (index == "castings_billing").then_some("castings.movie_id, castings.billing")
}

/// Diesel hands on no result codes, so the text decides; SQLite's texts are fixed and never translated.
fn symptom_of(error: &QueryError) -> Symptom {
    match error {
        QueryError::BrokenTransactionManager => Symptom::ConnectionLost,
        QueryError::DatabaseError(_, details) => match details.message() {
            "database is locked" | "database table is locked" | "database schema is locked" => Symptom::Conflict,
            // What was opened while it could not be written stays so, though the file may be writable by now.
            "attempt to write a readonly database" => Symptom::WrongServer,
            "database or disk is full" | "disk I/O error" | "unable to open database file" => Symptom::Unavailable,
            _ => Symptom::Defect,
        },
        _ => Symptom::Defect,
    }
}

#[cfg(test)]
mod tests {
    use diesel::Connection;
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
    fn a_connection_that_takes_no_writes_is_the_wrong_one() {
        let (_folder, mut one, _) = two_connections();
        one.batch_execute("PRAGMA query_only = ON").unwrap();
        assert_eq!(symptom_on(&mut one, "INSERT INTO things VALUES ('x')"), Symptom::WrongServer);
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
