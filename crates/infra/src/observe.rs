//! What is counted and measured of the database, through the facade `metrics`: without a recorder it costs next to nothing.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::error::Symptom;

const ERRORS: &str = "database_errors_total";
const CONNECTIONS: &str = "database_pool_connections";
const LIMIT: &str = "database_pool_limit";
const WAITING: &str = "database_pool_waiting";

/// What is counted beside the symptoms: no connection was free in time, and none could be made.
pub const NO_CONNECTION: &str = "no_connection";
pub const CONNECT: &str = "connect";

/// How a pool is at one moment.
pub struct PoolStatus {
    /// Its name in metrics.
    pub name: &'static str,
    /// How many connections it may have.
    pub limit: u32,
    /// How many it has.
    pub connections: u32,
    /// How many of these nobody uses.
    pub idle: u32,
    /// How many calls wait for one.
    pub waiting: u32,
}

/// Tells the recorder what the metrics of this crate mean, and begins to count at 0.
pub fn describe_metrics() {
    describe_counter!(
        ERRORS,
        "Errors of the database by their kind, those included after which a call was made again."
    );
    describe_gauge!(CONNECTIONS, "Connections to the database that are open, by pool and state.");
    describe_gauge!(LIMIT, "Connections to the database that a pool may open.");
    describe_gauge!(WAITING, "Calls that have a thread and wait for a connection to the database.");
    for kind in Symptom::ALL.into_iter().map(Symptom::as_str).chain([NO_CONNECTION, CONNECT]) {
        counter!(ERRORS, "kind" => kind).increment(0);
    }
}

/// Counts an error of that kind.
pub fn count_error(kind: &'static str) {
    counter!(ERRORS, "kind" => kind).increment(1);
}

/// Tells how a pool is.
pub fn tell_pool(&PoolStatus { name, limit, connections, idle, waiting }: &PoolStatus) {
    gauge!(LIMIT, "pool" => name).set(limit);
    gauge!(CONNECTIONS, "pool" => name, "state" => "idle").set(idle);
    gauge!(CONNECTIONS, "pool" => name, "state" => "in_use").set(connections.saturating_sub(idle));
    gauge!(WAITING, "pool" => name).set(waiting);
}
