//! The ports of the domain on SQLite and PostgreSQL, with Diesel.
//!
//! [`Database::open`] picks the database by its URL; [`Database::actors`], [`Database::movies`], [`Database::castings`],
//! [`Database::history`] and [`Database::erasures`] are the ports over it, and [`Migrator`] makes its tables. What the two databases do in different ways
//! lives in the folders `sqlite` and `postgres`, and nowhere else.

mod actors;
mod castings;
mod clock;
mod connection;
mod database;
mod erasure;
mod error;
mod history;
mod idempotency;
mod import;
mod keys;
mod lists;
mod migrations;
mod movies;
mod observe;
mod pool;
mod postgres;
mod schema;
mod sqlite;
mod store;
mod url;

pub use clock::SystemClock;
pub use database::{Database, DatabaseSettings};
pub use error::{ConnectError, NotReady, OpenError};
pub use migrations::{MigrateError, Migrator};
pub use observe::describe_metrics;
pub use sqlite::{BackupError, back_up};
pub use url::{BadDatabaseUrl, DatabaseUrl};

// Named so that their features reach the crates that Diesel and libpq build on: both drivers are linked statically.
use libsqlite3_sys as _;
use openssl_sys as _;
use pq_sys as _;
