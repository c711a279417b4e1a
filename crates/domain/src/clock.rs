//! The port to the time of day.

use chrono::{DateTime, NaiveDate, Utc};

/// Tells the time.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Clock: Send + Sync {
    /// Answers the current instant, to the microsecond: finer parts would not survive storage.
    fn now(&self) -> DateTime<Utc>;

    /// Answers the current day, in UTC.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}
