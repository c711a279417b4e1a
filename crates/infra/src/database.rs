//! A database that is open for use.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use ensemble_domain::{
    ActorRepository, CastingRepository, ErasureRepository, HistoryRepository, MovieRepository, StoreError,
};

use crate::{
    DatabaseUrl, NotReady, OpenError,
    actors::Actors,
    castings::Castings,
    connection::{AnyConnector, Purpose},
    erasure::Erasures,
    history::History,
    idempotency, migrations,
    movies::Movies,
    pool::Pool,
    store::Store,
};

/// Which database to use, and how patiently.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Where it is.
    pub url: DatabaseUrl,
    /// How many connections are kept; unless given, 8 on PostgreSQL and 4 on SQLite, where they only read and one more writes.
    pub pool_size: Option<u32>,
    /// How long a call waits for a connection.
    pub checkout_timeout: Duration,
    /// How long PostgreSQL works on one statement; SQLite knows no such limit.
    pub statement_timeout: Duration,
}

impl DatabaseSettings {
    /// The usual settings for that database: 2 s for a connection, 5 s for a statement.
    #[must_use]
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            pool_size: None,
            checkout_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
        }
    }
}

/// A database that is open for use. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    store: Store,
    connector: AnyConnector,
    connections: u32,
    has_sole_writer: bool,
}

impl Database {
    /// Opens the database. A server is not asked yet: the calls answer [`StoreError::Unavailable`] until it can be reached.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when these settings can never work.
    pub fn open(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        let connector = settings.url.connector(settings.statement_timeout);
        let size = settings.pool_size.unwrap_or_else(|| connector.default_pool_size());
        if size == 0 {
            return Err(OpenError::PoolSize);
        }
        if settings.checkout_timeout.is_zero() {
            return Err(OpenError::CheckoutTimeout);
        }
        connector.check()?;
        let pool = |purpose, size| Pool::new(Arc::clone(&connector), purpose, size, settings.checkout_timeout);
        let everyday = pool(Purpose::Everyday, size);
        let has_sole_writer = connector.has_sole_writer();
        let (writers, connections) = if has_sole_writer {
            (pool(Purpose::SoleWriter, 1), size.saturating_add(1))
        } else {
            (everyday.clone(), size)
        };
        Ok(Self { store: Store::new(everyday, writers), connector, connections, has_sole_writer })
    }

    /// How many calls can run at once; more than these wait for each other.
    #[must_use]
    pub const fn connections(&self) -> u32 {
        self.connections
    }

    /// Tells whether all writes go through one connection, so that more than one at a time only wait for each other.
    #[must_use]
    pub const fn has_sole_writer(&self) -> bool {
        self.has_sole_writer
    }

    /// The actors of this database.
    #[must_use]
    pub fn actors(&self) -> Arc<dyn ActorRepository> {
        Arc::new(Actors(self.store.clone()))
    }

    /// The movies of this database.
    #[must_use]
    pub fn movies(&self) -> Arc<dyn MovieRepository> {
        Arc::new(Movies(self.store.clone()))
    }

    /// The castings of this database.
    #[must_use]
    pub fn castings(&self) -> Arc<dyn CastingRepository> {
        Arc::new(Castings(self.store.clone()))
    }

    /// The history of this database.
    #[must_use]
    pub fn history(&self) -> Arc<dyn HistoryRepository> {
        Arc::new(History(self.store.clone()))
    }

    /// The people of this database, for whoever may erase them.
    #[must_use]
    pub fn erasures(&self) -> Arc<dyn ErasureRepository> {
        Arc::new(Erasures { store: self.store.clone(), connector: Arc::clone(&self.connector) })
    }

    /// Forgets some of the requests whose idempotency keys are older than
    /// [`Idempotency::HOURS`](ensemble_domain::Idempotency::HOURS), at most 500, and answers how many they were: 0 when all are
    /// forgotten. Others can write between two calls.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store is in trouble.
    pub fn purge_idempotency_keys(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        idempotency::purge(&self.store, now)
    }

    /// Tells whether searches have their indexes. Without them they are answered as well, only slower.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store is in trouble.
    pub fn searches_are_indexed(&self) -> Result<bool, StoreError> {
        self.store.read(|connection| Ok(connection.dialect().searches_are_indexed()?))
    }

    /// Tells the metrics how the pools of connections are at this moment.
    pub fn tell_pools(&self) {
        self.store.tell_pools();
    }

    /// Answers when the database can serve this version of the program.
    ///
    /// # Errors
    ///
    /// [`NotReady`], when it does not answer or migrations are pending.
    pub fn ready(&self) -> Result<(), NotReady> {
        let status = self.store.read(migrations::status)?;
        let pending: Vec<_> = status.into_iter().filter(|(_, applied)| !applied).map(|(name, _)| name).collect();
        if pending.is_empty() { Ok(()) } else { Err(NotReady::Pending(pending)) }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("connections", &self.connections).finish_non_exhaustive()
    }
}
