//! What is counted and measured of callers and keys, through the facade `metrics`: without a recorder it costs next to nothing.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::{Reason, Refusal};

const REJECTED: &str = "auth_reject_total";
const FETCHES: &str = "jwks_fetch_total";
const KEYS: &str = "jwks_keys";
const AGE: &str = "jwks_age_seconds";

/// The name, in logs and metrics, of why a caller is refused whose token is good but lacks a permission.
pub const PERMISSION_MISSING: &str = "permission_missing";

/// Tells the recorder what the metrics of this crate mean, and begins to count at 0.
pub fn describe_metrics() {
    describe_counter!(REJECTED, "Requests whose caller was refused, by the reason that the log has too.");
    describe_counter!(FETCHES, "Fetches of the issuer's signing keys, by result.");
    describe_gauge!(KEYS, "Signing keys that tokens are checked with; 0 means that every token is refused.");
    describe_gauge!(AGE, "How long ago the last good fetch of the issuer's signing keys began, to within 10 s.");
    let refusals = [Refusal::Unauthenticated, Refusal::InvalidRequest(""), Refusal::Expired, Refusal::KeysUnavailable];
    let names = refusals.map(Refusal::as_str).into_iter().chain(Reason::ALL.map(Reason::as_str));
    for reason in names.chain([PERMISSION_MISSING]) {
        counter!(REJECTED, "reason" => reason).increment(0);
    }
    for result in [true, false].map(result) {
        counter!(FETCHES, "result" => result).increment(0);
    }
    tell_keys(0);
}

/// Counts a caller whose token is good but lacks a permission.
pub fn count_denied() {
    counter!(REJECTED, "reason" => PERMISSION_MISSING).increment(1);
}

pub fn count_refused(refusal: Refusal) {
    counter!(REJECTED, "reason" => refusal.as_str()).increment(1);
}

pub fn count_fetch(is_good: bool) {
    counter!(FETCHES, "result" => result(is_good)).increment(1);
}

pub fn tell_keys(number: usize) {
    gauge!(KEYS).set(f64::from(u32::try_from(number).unwrap_or(u32::MAX)));
}

pub fn tell_age(age: std::time::Duration) {
    gauge!(AGE).set(age.as_secs_f64());
}

const fn result(is_good: bool) -> &'static str {
    if is_good { "success" } else { "failure" }
}
