//! What is particular to PostgreSQL.

mod binary;
mod dsn;
mod hosts;
mod import;
mod recorded;
mod server;
mod several;

use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryResult, RunQueryDsl,
    connection::{AnsiTransactionManager, SimpleConnection},
    dsl::sql,
    pg::Pg,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_types::{BigInt, Bool},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
pub use dsn::Dsn;
use ensemble_domain::{Deleted, Folded, NewActor, NewMovie};
use recorded::Recorded;
pub use server::Server;
use several::Several;

use crate::{
    actors::{ActorColumns, ActorRow, ChangedActorRow, NewActorRow, ReplaceActor, ReplacedActor},
    connection::Dialect,
    error::{Symptom, Trouble},
    history::{Entry, NewHistoryRow},
    import::Incoming,
    lists::{Counted, Counting, Matches, Numbered, Part, Searched, Statement},
    movies::{ChangedMovieRow, MovieColumns, MovieRow, NewMovieRow, ReplaceMovie},
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
        actors::table.find(id).select(ActorRow::columns()).first(self).optional()
    }

    fn read_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        movies::table.find(id).select(MovieRow::columns()).first(self).optional()
    }

    fn lock_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>> {
        actors::table.find(id).select(ActorRow::columns()).for_no_key_update().first(self).optional()
    }

    fn lock_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>> {
        movies::table.find(id).select(MovieRow::columns()).for_no_key_update().first(self).optional()
    }

    fn lock_movies(&mut self) -> QueryResult<()> {
        // Whoever writes a casting locks its movie first, before reading the casting: this waits for that lock as well.
        self.batch_execute("LOCK TABLE movies IN EXCLUSIVE MODE")
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

    fn search(&mut self, searched: &Searched, words: &[Folded], _deleted: Deleted) -> QueryResult<Matches> {
        let conditions = words.iter().flat_map(|word| containing(searched, word)).collect();
        Ok(Matches { conditions, ids: None })
    }

    fn searches_are_indexed(&mut self) -> QueryResult<bool> {
        const THERE: &str = "to_regclass('actors_search') IS NOT NULL AND to_regclass('movies_search') IS NOT NULL";
        diesel::select(sql::<Bool>(THERE)).get_result(self)
    }

    fn index_searches(&mut self) -> QueryResult<()> {
        // A long list of what is not in the index yet makes writes faster and searches slower.
        self.batch_execute(
            "CREATE EXTENSION IF NOT EXISTS pg_trgm; \
             CREATE INDEX IF NOT EXISTS actors_search ON actors USING gin (name_key gin_trgm_ops) \
                 WITH (gin_pending_list_limit = 1024); \
             CREATE INDEX IF NOT EXISTS movies_search ON movies USING gin (title_key gin_trgm_ops) \
                 WITH (gin_pending_list_limit = 1024)",
        )
    }

    fn has_to_be_led(&self) -> bool {
        false
    }

    fn share_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>> {
        actors::table
            .filter(actors::id.eq_any(ids))
            .order(actors::id.asc())
            .select(ActorRow::columns())
            .for_share()
            .load(self)
    }

    fn try_lock_key(&mut self, key: &[u8; 32]) -> QueryResult<bool> {
        // Two keys that begin alike would only make one of them come again.
        let start = key.first_chunk().map_or(0, |chunk| i64::from_be_bytes(*chunk));
        diesel::select(sql::<Bool>("pg_try_advisory_xact_lock(").bind::<BigInt, _>(start).sql(")")).get_result(self)
    }

    fn insert_actor(&mut self, row: &NewActorRow<'_>, entry: &Entry<'_>) -> QueryResult<ActorRow> {
        let statement = diesel::insert_into(actors::table).values(row).returning(ActorRow::columns());
        Recorded { statement, entry, about: recorded::ACTOR, counted: recorded::ONE_ACTOR }.get_result(self)
    }

    fn insert_actors(&mut self, rows: &[(NewActorRow<'_>, Entry<'_>)]) -> QueryResult<Vec<ActorRow>> {
        Several::added(rows).load(self)
    }

    fn read_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>> {
        actors::table.filter(actors::id.eq_any(ids)).select(ActorRow::columns()).load(self)
    }

    fn insert_movie(&mut self, row: &NewMovieRow<'_>, entry: &Entry<'_>) -> QueryResult<MovieRow> {
        let statement = diesel::insert_into(movies::table).values(row).returning(MovieRow::columns());
        Recorded { statement, entry, about: recorded::MOVIE, counted: recorded::ONE_MOVIE }.get_result(self)
    }

    fn replace_actor(
        &mut self,
        key: (i64, i64),
        row: &ChangedActorRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<ActorRow>> {
        let statement = ReplaceActor::new(key, row);
        Recorded { statement, entry, about: recorded::ACTOR, counted: "" }.get_result(self).optional()
    }

    fn replace_actors(&mut self, rows: &[ReplacedActor<'_>]) -> QueryResult<Vec<ActorRow>> {
        Several::replaced(rows).load(self)
    }

    fn replace_movie(
        &mut self,
        key: (i64, i64),
        row: &ChangedMovieRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<MovieRow>> {
        let statement = ReplaceMovie::new(key, row);
        Recorded { statement, entry, about: recorded::MOVIE, counted: "" }.get_result(self).optional()
    }

    fn breaks_index(&self, error: &QueryError, index: &str) -> bool {
        matches!(error, QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, details)
            if details.constraint_name() == Some(index))
    }

    fn optimistic_attempts(&self) -> u32 {
        3
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
        // They go with their rows.
        Ok(())
    }

    fn wipe(&mut self) -> Result<(), Trouble> {
        // The statistics of the planner hold values of the rows that they were made of.
        Ok(self.batch_execute("VACUUM (ANALYZE) actors, castings, history, idempotency_keys")?)
    }

    fn is_usable(&mut self) -> bool {
        let writable = sql::<Bool>("SELECT current_setting('transaction_read_only') = 'off'");
        writable.get_result(self).unwrap_or(false)
    }

    fn symptom(&self, error: &QueryError) -> Symptom {
        symptom_of(error)
    }

    fn has_migrations(&mut self) -> QueryResult<bool> {
        diesel::select(sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL")).get_result(self)
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }
}

impl Numbered for Pg {
    const NUMBERS: (&'static str, &'static str) = ("(SELECT unnest(CAST(string_to_array(", ", ',') AS bigint[])))");
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
    const TIMED_OUT: [&str; 1] = ["canceling statement due to"];
    const UNAVAILABLE: [&str; 6] = [
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
    } else if says(&TIMED_OUT) {
        Symptom::TimedOut
    } else if says(&UNAVAILABLE) {
        Symptom::Unavailable
    } else {
        Symptom::Defect
    }
}

/// The condition that the key holds the word. The index of trigrams finds one that has three letters or digits in a row. Of any other
/// it would answer all rows, so that one is put in a way that no index is thought of.
fn containing(searched: &Searched, word: &Folded) -> Vec<Part> {
    let (word, [and, dot]) = (word.as_str(), [" AND ", "."].map(Part::Sql));
    let key = [Part::Sql(searched.table), dot, Part::Sql(searched.key)].into_iter();
    if word.split(|character: char| !character.is_alphanumeric()).any(|run| run.chars().nth(2).is_some()) {
        let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = [Part::Sql(" LIKE "), Part::Text(format!("%{escaped}%"))];
        return [and].into_iter().chain(key).chain(like).collect();
    }
    let holds = [Part::Sql(", "), Part::Text(word.to_owned()), Part::Sql(") > 0")];
    [and, Part::Sql("strpos(")].into_iter().chain(key).chain(holds).collect()
}
