//! The server, and how connections to it are set up.

use std::time::Duration;

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::Dsn;
use crate::{
    OpenError,
    connection::{AnyConnection, Connector, LOCK_WAIT, Purpose},
    error::ConnectError,
};

/// A database on a server, or on several that stand in for each other.
#[derive(Debug)]
pub struct Server {
    dsn: Dsn,
    statement_timeout: Duration,
}

impl Server {
    pub fn new(dsn: &Dsn, statement_timeout: Duration) -> Self {
        Self { dsn: dsn.completed(), statement_timeout }
    }
}

impl Connector for Server {
    fn connect(&self, purpose: Purpose) -> Result<AnyConnection, ConnectError> {
        let mut connection = PgConnection::establish(self.dsn.as_str())?;
        let (statement, lock) = match purpose {
            Purpose::Everyday | Purpose::SoleWriter => (self.statement_timeout, LOCK_WAIT),
            // Whoever comes second waits for the first, however long its migrations take.
            Purpose::Migration => (Duration::ZERO, Duration::ZERO),
        };
        connection.batch_execute(&format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 10000",
            statement.as_millis(),
            lock.as_millis(),
        ))?;
        Ok(AnyConnection::Postgres(connection))
    }

    fn check(&self) -> Result<(), OpenError> {
        if let Some(mode) = self.dsn.weak_sslmode() {
            tracing::warn!(
                database.sslmode = mode,
                "the connection to the database server is not verified; leave sslmode out of the URL to have it verified"
            );
        }
        Ok(())
    }

    fn default_pool_size(&self) -> u32 {
        8
    }

    fn has_sole_writer(&self) -> bool {
        false
    }
}
