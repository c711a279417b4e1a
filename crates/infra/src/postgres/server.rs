//! The server, and how connections to it are set up.

use std::time::Duration;

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::{Dsn, hosts::Hosts};
use crate::{
    OpenError,
    connection::{AnyConnection, Connector, LOCK_WAIT, Purpose},
    error::ConnectError,
};

/// A database on a server, or on several that stand in for each other.
#[derive(Debug)]
pub struct Server {
    dsn: Dsn,
    hosts: Hosts,
    statement_timeout: Duration,
}

impl Server {
    pub fn new(dsn: &Dsn, statement_timeout: Duration) -> Self {
        let dsn = dsn.completed();
        Self { hosts: Hosts::of(&dsn), dsn, statement_timeout }
    }
}

impl Connector for Server {
    fn connect(&self, purpose: Purpose) -> Result<AnyConnection, ConnectError> {
        let mut connection = self.hosts.connect(|dsn| PgConnection::establish(dsn.as_str()))?;
        let (statement, lock) = match purpose {
            Purpose::Everyday | Purpose::SoleWriter => (self.statement_timeout, LOCK_WAIT),
            // Whoever comes second waits for the first, however long its migrations take.
            Purpose::Migration => (Duration::ZERO, Duration::ZERO),
        };
        if purpose == Purpose::Migration {
            // What is there already is no news.
            connection.batch_execute("SET client_min_messages = warning")?;
        }
        // Statements that add rows add them up themselves (`recorded.rs`), and not where this does not hold.
        let counts_itself = if purpose == Purpose::Migration { "" } else { "; SET ensemble.counts_itself = 'yes'" };
        // Every list has an index to go by, and statistics that are not up to date must not lead away from it. What the planner then
        // writes on the bill of a table without one would have it compile the statement as well.
        connection.batch_execute(&format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 10000; \
             SET enable_seqscan = off; SET jit = off{counts_itself}",
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
