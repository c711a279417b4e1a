//! The metrics of this crate, through the facade `metrics`: without a recorder they cost next to nothing.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};

pub const REQUESTS: &str = "http_requests_total";
/// The name of the histogram of how long requests take.
pub const REQUEST_DURATION: &str = "http_request_duration_seconds";
pub const IN_FLIGHT: &str = "http_requests_in_flight";
const PANICS: &str = "panics_total";
const RATE_LIMITED: &str = "rate_limited_total";
const SUPPRESSED: &str = "log_lines_suppressed_total";
const WAITING: &str = "database_queue_waiting";
const LIMIT: &str = "database_queue_limit";
const REFUSED: &str = "database_queue_refused_total";

/// The rule that a client went beyond, by its name in logs and metrics.
pub const CALLER_RATE: &str = "caller_rate";
pub const REFUSAL_RATE: &str = "refusal_rate";

/// Why a call of the database was not begun.
#[derive(Clone, Copy)]
pub enum NotBegun {
    /// As many calls as may wait did so already.
    QueueFull,
    /// Its turn to write did not come in time.
    NoTurn,
    /// No thread was free in time.
    NoThread,
}

impl NotBegun {
    const ALL: [Self; 3] = [Self::QueueFull, Self::NoTurn, Self::NoThread];

    const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::NoTurn => "no_turn",
            Self::NoThread => "no_thread",
        }
    }
}

/// The upper ends of the buckets, in seconds, that the duration of requests is to be counted in: from what a probe takes to what a
/// request may take at all.
pub const REQUEST_DURATION_BUCKETS: [f64; 17] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0];

/// Tells the recorder what the metrics of this crate mean, and begins to count at 0.
pub fn describe_metrics() {
    describe_counter!(REQUESTS, "Requests that ended, by route, method and status; 499 is one that was abandoned.");
    describe_histogram!(
        REQUEST_DURATION,
        "Seconds from a request's head to the beginning of its answer, or until it was abandoned, by route and method."
    );
    describe_gauge!(IN_FLIGHT, "Requests whose answer has not begun.");
    describe_counter!(PANICS, "Panics that were answered with status 500.");
    describe_counter!(RATE_LIMITED, "Requests that were answered with status 429, by the reason that the log has too.");
    describe_counter!(SUPPRESSED, "Lines about refused callers that were not logged one by one.");
    describe_gauge!(WAITING, "Calls that wait for a thread, or for their turn to write.");
    describe_gauge!(LIMIT, "Calls that may wait at once: the setting `database.queue`.");
    describe_counter!(REFUSED, "Calls of the database that were given up before they began, by the reason.");
    gauge!(IN_FLIGHT).set(0);
    counter!(PANICS).increment(0);
    counter!(SUPPRESSED).increment(0);
    for reason in [CALLER_RATE, REFUSAL_RATE] {
        counter!(RATE_LIMITED, "reason" => reason).increment(0);
    }
    for reason in NotBegun::ALL {
        counter!(REFUSED, "reason" => reason.as_str()).increment(0);
    }
}

/// Counts a panic.
pub fn count_panic() {
    counter!(PANICS).increment(1);
}

/// Counts a request beyond that limit.
pub fn count_limited(reason: &'static str) {
    counter!(RATE_LIMITED, "reason" => reason).increment(1);
}

/// Counts a line that was not logged.
pub fn count_suppressed() {
    counter!(SUPPRESSED).increment(1);
}

/// Counts a call of the database that never began.
pub fn count_not_begun(reason: NotBegun) {
    counter!(REFUSED, "reason" => reason.as_str()).increment(1);
}

/// Tells how many calls wait for the database, and how many may.
pub fn tell_queue(waiting: usize, limit: usize) {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    gauge!(WAITING).set(number(waiting));
    gauge!(LIMIT).set(number(limit));
}
