//! One type of connection for all databases, and what each database must bring to be one of them.

use std::{fmt, sync::Arc, time::Duration};

use diesel::{PgConnection, QueryResult, SqliteConnection};
use diesel_migrations::EmbeddedMigrations;
use ensemble_domain::{Deleted, Folded, NewActor, NewMovie};

use crate::{
    OpenError,
    actors::{ActorColumns, ActorRow, ChangedActorRow, NewActorRow, ReplacedActor},
    error::{ConnectError, Symptom, Trouble},
    history::{Entry, NewHistoryRow},
    import::Incoming,
    lists::{Counted, Matches, Searched, Statement},
    movies::{ChangedMovieRow, MovieColumns, MovieRow, NewMovieRow},
};

/// How long a call waits for a lock that somebody else holds. Longer than the second after which PostgreSQL looks for a deadlock,
/// and short enough that a call which first waits for its turn and its connection is still answered within three seconds.
pub const LOCK_WAIT: Duration = Duration::from_millis(1250);

/// A connection to whichever database the URL names.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl AnyConnection {
    /// What this connection does in its database's own way. The one place where the databases are told apart.
    pub fn dialect(&mut self) -> &mut dyn Dialect {
        match self {
            Self::Sqlite(connection) => connection,
            Self::Postgres(connection) => connection,
        }
    }
}

/// What the databases do in different ways, on an open connection.
pub trait Dialect {
    /// Begins a transaction that may write.
    fn begin_write(&mut self) -> QueryResult<()>;

    /// Begins the transaction of one migration; at most one runs at a time, whichever process began it.
    fn begin_migration(&mut self) -> QueryResult<()>;

    /// Lets the statements of the current transaction take as long as they need.
    fn lift_statement_timeout(&mut self) -> QueryResult<()>;

    /// Reads a row. Through [`AnyConnection`] it would be put together as text every time; here it is prepared once.
    fn read_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>>;

    /// The same for a movie.
    fn read_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>>;

    /// Reads a row and keeps others from writing it until the current transaction ends.
    fn lock_actor(&mut self, id: i64) -> QueryResult<Option<ActorRow>>;

    /// The same for a movie.
    fn lock_movie(&mut self, id: i64) -> QueryResult<Option<MovieRow>>;

    /// Keeps others from writing any movie, or any casting of one, until the current transaction ends.
    fn lock_movies(&mut self) -> QueryResult<()>;

    /// Reads the rows of a list.
    fn list_actors(&mut self, statement: &Statement<ActorColumns>) -> QueryResult<Vec<Counted<ActorRow>>>;

    /// The same for movies.
    fn list_movies(&mut self, statement: &Statement<MovieColumns>) -> QueryResult<Vec<Counted<MovieRow>>>;

    /// Answers the number that the statement counts.
    fn count(&mut self, statement: &Statement<()>) -> QueryResult<i64>;

    /// Which rows have keys that hold all of the words.
    fn search(&mut self, searched: &Searched, words: &[Folded], deleted: Deleted) -> QueryResult<Matches>;

    /// Tells whether searches have their indexes.
    fn searches_are_indexed(&mut self) -> QueryResult<bool>;

    /// Makes the indexes of searches that are missing, as far as the database lets the program.
    fn index_searches(&mut self) -> QueryResult<()>;

    /// Tells whether a walk along an order has to be led: told which index to take, and past what is level with its beginning.
    fn has_to_be_led(&self) -> bool;

    /// Reads rows, in the order of their ids, and keeps others from writing them until the current transaction ends, but not from
    /// keeping them in the same way.
    fn share_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>>;

    /// Keeps others from using the idempotency key until the current transaction ends; `false` when somebody else does.
    fn try_lock_key(&mut self, key: &[u8; 32]) -> QueryResult<bool>;

    /// Adds a row and its entry of the history, in one statement unless there is a transaction.
    fn insert_actor(&mut self, row: &NewActorRow<'_>, entry: &Entry<'_>) -> QueryResult<ActorRow>;

    /// The same for a movie.
    fn insert_movie(&mut self, row: &NewMovieRow<'_>, entry: &Entry<'_>) -> QueryResult<MovieRow>;

    /// Adds rows, each with its entry, in the order of their ids, and answers them so; in one statement unless there is a
    /// transaction.
    fn insert_actors(&mut self, rows: &[(NewActorRow<'_>, Entry<'_>)]) -> QueryResult<Vec<ActorRow>>;

    /// Reads those rows that are there, in any order.
    fn read_actors(&mut self, ids: &[i64]) -> QueryResult<Vec<ActorRow>>;

    /// Replaces different rows, each as [`replace_actor`](Self::replace_actor) would, and answers those that were written, in any
    /// order; in one statement unless there is a transaction. Waits for no row that somebody else is writing.
    fn replace_actors(&mut self, rows: &[ReplacedActor<'_>]) -> QueryResult<Vec<ActorRow>>;

    /// Writes a row of that version one version up, and adds the entry, in one statement unless there is a transaction; `None`
    /// when there is no such row of that version.
    fn replace_actor(
        &mut self,
        key: (i64, i64),
        row: &ChangedActorRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<ActorRow>>;

    /// The same for a movie.
    fn replace_movie(
        &mut self,
        key: (i64, i64),
        row: &ChangedMovieRow<'_>,
        entry: &Entry<'_>,
    ) -> QueryResult<Option<MovieRow>>;

    /// How often a step of one write is tried as a plain statement, before a transaction holds the row for it; never where a write
    /// and its entry are several statements.
    fn optimistic_attempts(&self) -> u32;

    /// Adds all rows and answers how many they were, or [`StoreError::Withdrawn`](ensemble_domain::StoreError::Withdrawn), which
    /// leaves the transaction around it good for nothing but rolling back.
    fn import_actors(&mut self, incoming: Incoming<'_, NewActor>) -> Result<u64, Trouble>;

    /// The same for movies.
    fn import_movies(&mut self, incoming: Incoming<'_, NewMovie>) -> Result<u64, Trouble>;

    /// Adds entries of the history with as few statements as the database allows, and answers how many they were.
    fn insert_entries(&mut self, rows: &[NewHistoryRow<'_>]) -> QueryResult<usize>;

    /// Has the index of searches forget the keys of rows that are no longer there, as far as that is done within a transaction.
    fn forget_removed_keys(&mut self) -> QueryResult<()>;

    /// Has the database overwrite or give up what it keeps of rows that are no longer there, outside of any transaction.
    fn wipe(&mut self) -> Result<(), Trouble>;

    /// Tells whether the connection still leads to a database that takes reads and writes.
    fn is_usable(&mut self) -> bool;

    /// What an error of this connection means for the call.
    fn symptom(&self, error: &diesel::result::Error) -> Symptom;

    /// Tells whether an error of this connection says that a row would break that unique index.
    fn breaks_index(&self, error: &diesel::result::Error, index: &str) -> bool;

    /// Tells whether there is the table of migrations that were applied; it is made with the first.
    fn has_migrations(&mut self) -> QueryResult<bool>;

    /// The migrations of this database.
    fn migrations(&self) -> EmbeddedMigrations;
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reads, and writes too where the database takes many writers.
    Everyday,
    /// Writes, where there is only one writer.
    SoleWriter,
    /// Changes of the tables, which may take long.
    Migration,
}

impl Purpose {
    /// The name, in metrics, of a pool of such connections.
    pub const fn pool(self) -> &'static str {
        match self {
            Self::Everyday => "main",
            Self::SoleWriter => "writer",
            Self::Migration => "migration",
        }
    }
}

/// What opens connections to one database.
pub trait Connector: Send + Sync + fmt::Debug {
    /// A new connection, set up for its purpose.
    fn connect(&self, purpose: Purpose) -> Result<AnyConnection, ConnectError>;

    /// Tells at start whether the settings can work at all, as far as that is known without the database.
    fn check(&self) -> Result<(), OpenError>;

    /// Tells whether a file can be opened, or made, where the settings want it. A server is not asked.
    fn check_place(&self) -> Result<(), OpenError> {
        Ok(())
    }

    /// The migrations of a database that is not there yet; `None` when it is there, or when only a connection could tell.
    fn migrations_if_absent(&self) -> Result<Option<EmbeddedMigrations>, OpenError> {
        Ok(None)
    }

    /// How many everyday connections are kept unless the settings say so.
    fn default_pool_size(&self) -> u32;

    /// Whether all writes go through one connection.
    fn has_sole_writer(&self) -> bool;
}

/// A shared connector.
pub type AnyConnector = Arc<dyn Connector>;
