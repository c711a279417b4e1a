//! The pools of connections, and how one is lent for a call.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, connection::TransactionManager, r2d2::R2D2Connection, result::Error as QueryError};
use r2d2::{HandleError, ManageConnection, PooledConnection};

use crate::{
    connection::{AnyConnection, AnyConnector, Purpose},
    error::{ConnectError, NoConnection, Symptom},
    observe::{CONNECT, NO_CONNECTION, PoolStatus, count_error},
};

const MAX_LIFETIME: Duration = Duration::from_mins(10);
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);

/// How long a failure is not logged again.
const SILENCE: Duration = Duration::from_secs(10);

/// A pool of connections with one purpose. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    connections: r2d2::Pool<Factory>,
    purpose: Purpose,
    /// How many calls wait for a connection.
    waiting: Arc<AtomicU32>,
    /// How many times a connection was lost. A connection that was made or tested before the last time may be lost as well.
    losses: Arc<AtomicU64>,
}

/// Makes connections and knows the broken ones.
#[derive(Debug)]
pub struct Factory {
    connector: AnyConnector,
    purpose: Purpose,
    losses: Arc<AtomicU64>,
}

/// A connection, lent for one call at a time.
pub struct Session {
    connection: AnyConnection,
    broken: bool,
    /// The number of losses when the connection was made or last tested.
    tested_at: u64,
}

/// A connection that returns to its pool when it is dropped.
pub type Lent = PooledConnection<Factory>;

impl Pool {
    /// A pool that makes its connections when they are needed, so that it can be built while the database is away.
    pub fn new(connector: AnyConnector, purpose: Purpose, size: u32, checkout_timeout: Duration) -> Self {
        let losses = Arc::new(AtomicU64::new(0));
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .max_lifetime(Some(MAX_LIFETIME))
            .idle_timeout(Some(IDLE_TIMEOUT))
            .connection_timeout(checkout_timeout)
            // A round trip for every call; losses are noticed when they happen instead.
            .test_on_check_out(false)
            .error_handler(Box::<LogFailures>::default())
            .build_unchecked(Factory { connector, purpose, losses: Arc::clone(&losses) });
        Self { connections, purpose, waiting: Arc::default(), losses }
    }

    /// How long a call waits for its connections, if it needs more than one after the other.
    pub fn patience(&self) -> Duration {
        self.connections.connection_timeout()
    }

    /// How it is at this moment.
    pub fn status(&self) -> PoolStatus {
        let state = self.connections.state();
        PoolStatus {
            name: self.purpose.pool(),
            limit: self.connections.max_size(),
            connections: state.connections,
            idle: state.idle_connections,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Lends a connection that is not known to be lost. Past the deadline only one that is idle.
    pub fn lend(&self, deadline: Instant) -> Result<Lent, NoConnection> {
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let lent = self.connections.get_timeout(rest);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let mut lent = lent.map_err(|source| {
                count_error(NO_CONNECTION);
                NoConnection { patience: self.patience(), source }
            })?;
            let losses = self.losses.load(Ordering::Acquire);
            if lent.tested_at == losses {
                return Ok(lent);
            }
            if lent.connection.dialect().is_usable() {
                lent.tested_at = losses;
                return Ok(lent);
            }
            lent.broken = true;
        }
    }

    /// Tells what the error means, and gives up the connection when it is lost; all others are then tested before they are lent.
    pub fn examine(&self, session: &mut Session, error: &QueryError) -> Symptom {
        let symptom = session.connection.dialect().symptom(error);
        count_error(symptom.as_str());
        if matches!(symptom, Symptom::ConnectionLost | Symptom::WrongServer) {
            session.broken = true;
            // Several calls may notice the same loss; that only costs a test more.
            self.losses.fetch_add(1, Ordering::AcqRel);
        }
        symptom
    }
}

impl Session {
    /// The connection, outside of any transaction.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Ends the transaction that was begun, keeping what it did.
    pub fn commit(&mut self) -> diesel::QueryResult<()> {
        <AnyConnection as Connection>::TransactionManager::commit_transaction(&mut self.connection)
    }

    /// Ends the transaction that was begun, undoing what it did. A connection that cannot even do that is given up.
    pub fn roll_back(&mut self) {
        if <AnyConnection as Connection>::TransactionManager::rollback_transaction(&mut self.connection).is_err() {
            self.broken = true;
        }
    }
}

impl ManageConnection for Factory {
    type Connection = Session;
    type Error = ConnectError;

    fn connect(&self) -> Result<Session, ConnectError> {
        // Read first: a loss while the connection is made may concern it.
        let tested_at = self.losses.load(Ordering::Acquire);
        Ok(Session { connection: self.connector.connect(self.purpose)?, broken: false, tested_at })
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), ConnectError> {
        Ok(session.connection.ping()?)
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.broken || thread::panicking() || session.connection.is_broken()
    }
}

/// Logs why connections cannot be made; neither Diesel nor libpq repeats the address with its password. The pool tries several times a
/// second, also when nobody waits any more, so the same is logged again only after a while. The metrics have every attempt.
#[derive(Debug, Default)]
struct LogFailures {
    logged: Mutex<Vec<(String, Instant)>>,
}

impl LogFailures {
    /// Tells whether a failure of that text is to be logged now.
    fn admits(&self, text: &str, now: Instant) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        logged.retain(|(_, at)| now.duration_since(*at) < SILENCE);
        let is_new = logged.iter().all(|(known, _)| known != text);
        if is_new {
            logged.push((text.to_owned(), now));
        }
        is_new
    }
}

impl HandleError<ConnectError> for LogFailures {
    fn handle_error(&self, error: ConnectError) {
        count_error(CONNECT);
        let error = error.to_string();
        if self.admits(&error, Instant::now()) {
            tracing::warn!(error, "no connection to the database");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_failure_is_logged_every_ten_seconds_and_another_at_once() {
        let (log, start) = (LogFailures::default(), Instant::now());
        let admitted = |millis| {
            let now = start + Duration::from_millis(millis);
            ["refused", "no such host"].into_iter().filter(|text| log.admits(text, now)).collect::<Vec<_>>()
        };
        assert!(log.admits("refused", start));
        assert_eq!(admitted(250), ["no such host"], "another one is news, though the first is still the case");
        for millis in (500..10_000).step_by(250) {
            assert_eq!(admitted(millis), <[&str; 0]>::default(), "after {millis} ms");
        }
        assert_eq!(admitted(10_000), ["refused"]);
        assert_eq!(admitted(10_250), ["no such host"]);
    }
}
