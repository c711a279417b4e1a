//! What goes wrong between a port and its database.

use std::{path::PathBuf, time::Duration};

use diesel::result::Error as QueryError;
use ensemble_domain::StoreError;
use thiserror::Error;

/// Why a database cannot be used with these settings.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A pool without connections serves nobody.
    #[error("database.pool_size must be at least 1")]
    PoolSize,
    /// Without a wait no connection could ever be made.
    #[error("database.checkout_timeout must be longer than nothing")]
    CheckoutTimeout,
    /// The file's folder is missing.
    #[error("the folder of the SQLite file, {}, does not exist; make it, or name another", .0.display())]
    NoFolder(PathBuf),
    /// The file cannot be opened, or not be written.
    #[error("the SQLite file {} cannot be opened for writing; it and its folder must be writable", .path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: ConnectError,
    },
}

/// Why a connection could not be made. The text tells the cause, which is no source beside it, since the pool keeps the text alone.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The database did not answer, or refused.
    #[error("cannot connect to the database: {}", .0.to_string().trim_end())]
    Refused(diesel::ConnectionError),
    /// The connection was made but could not be set up.
    #[error("cannot set up the connection: {0}")]
    SetUp(QueryError),
    /// SQLite did not take a setting that the promises of this crate rest on.
    #[error("SQLite keeps {pragma} at {found} instead of {wanted}")]
    Pragma {
        /// The setting.
        pragma: &'static str,
        /// What was asked for.
        wanted: String,
        /// What SQLite answers.
        found: String,
    },
}

impl From<diesel::ConnectionError> for ConnectError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Refused(error)
    }
}

impl From<QueryError> for ConnectError {
    fn from(error: QueryError) -> Self {
        Self::SetUp(error)
    }
}

/// Why the database is not ready to serve.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotReady {
    /// It does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It lacks tables or columns that this version needs.
    #[error("migrations are pending: {}", .0.join(", "))]
    Pending(Vec<String>),
}

/// Why no connection could be lent.
#[derive(Debug, Error)]
#[error("no connection within {} ms", .patience.as_millis())]
pub struct NoConnection {
    /// How long a call waits for its connections at most.
    pub patience: Duration,
    /// What the pool says.
    #[source]
    pub source: r2d2::Error,
}

/// What an error means for the call that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// Another transaction was in the way and this one did nothing: the whole call may be made again.
    Conflict,
    /// The connection is gone, and with it the knowledge of what the last statement did.
    ConnectionLost,
    /// The connection takes no writes; the statement did nothing, and another connection may find the right server, or a file that can be
    /// written again.
    WrongServer,
    /// The statement, or its wait for a lock, took too long and was given up; it did nothing.
    TimedOut,
    /// The database is too busy or out of resources; the statement did nothing.
    Unavailable,
    /// Something that never should happen.
    Defect,
}

impl Symptom {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Conflict, Self::ConnectionLost, Self::WrongServer, Self::TimedOut, Self::Unavailable, Self::Defect];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::ConnectionLost => "connection_lost",
            Self::WrongServer => "wrong_server",
            Self::TimedOut => "timeout",
            Self::Unavailable => "unavailable",
            Self::Defect => "defect",
        }
    }

    /// What the port answers to an error that means this.
    pub fn answer(self, error: QueryError) -> StoreError {
        match self {
            Self::Defect => StoreError::Failed(Box::new(error)),
            Self::Conflict | Self::ConnectionLost | Self::WrongServer | Self::TimedOut | Self::Unavailable => {
                StoreError::Unavailable(Box::new(error))
            }
        }
    }
}

/// Why a call has no answer yet.
#[derive(Debug, Error)]
pub enum Trouble {
    /// The database answered with an error.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The port answers with this error.
    #[error(transparent)]
    Answer(#[from] StoreError),
}

/// A row that breaks a rule of the domain.
#[derive(Debug, Error)]
#[error("row {id} of the table {table} makes no sense: {reason}")]
pub struct Corrupt {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub id: i64,
    /// The rule.
    pub reason: String,
}

impl From<Corrupt> for Trouble {
    fn from(error: Corrupt) -> Self {
        Self::Answer(error.into())
    }
}

impl From<Corrupt> for StoreError {
    fn from(error: Corrupt) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl Trouble {
    /// What the port answers. `examine` tells what an error of the database means.
    pub fn into_answer(self, examine: impl FnOnce(&QueryError) -> Symptom) -> StoreError {
        match self {
            Self::Answer(answer) => answer,
            Self::Query(error) => examine(&error).answer(error),
        }
    }
}
