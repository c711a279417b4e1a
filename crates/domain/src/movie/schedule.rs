//! When a movie is shot and released.

use chrono::{Datelike, NaiveDate};

use crate::{Fault, FaultCode, InvalidFields};

/// The day a movie is released: 1888-01-01, the year of the oldest film that survives, to 2200-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseDate(NaiveDate);

impl ReleaseDate {
    /// The release on that day.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] before 1888 or after 2200.
    pub fn new(day: NaiveDate) -> Result<Self, Fault> {
        if (1888..=2200).contains(&day.year()) {
            Ok(Self(day))
        } else {
            Err(Fault::new(FaultCode::Range, "must be between 1888-01-01 and 2200-12-31"))
        }
    }

    /// The day.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        self.0
    }
}

/// The days on which a movie is shot, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShootWindow {
    start: NaiveDate,
    end: NaiveDate,
}

impl ShootWindow {
    /// Answers the window between two days, or `None` when neither is given.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Required`] when only one is given, [`FaultCode::Range`] when the end comes before the start.
    pub fn between(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Result<Option<Self>, InvalidFields> {
        let missing = |other| Fault::new(FaultCode::Required, format!("must be given together with {other}"));
        match (start, end) {
            (None, None) => Ok(None),
            (Some(start), Some(end)) if start <= end => Ok(Some(Self { start, end })),
            (Some(start), Some(_)) => {
                let fault = Fault::new(FaultCode::Range, format!("must not be before shoot_start, {start}"));
                Err(InvalidFields::one("shoot_end", fault))
            }
            (None, Some(_)) => Err(InvalidFields::one("shoot_start", missing("shoot_end"))),
            (Some(_), None) => Err(InvalidFields::one("shoot_end", missing("shoot_start"))),
        }
    }

    /// The first day.
    #[must_use]
    pub const fn start(self) -> NaiveDate {
        self.start
    }

    /// The last day.
    #[must_use]
    pub const fn end(self) -> NaiveDate {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn a_release_lies_between_1888_and_2200() {
        for text in ["1888-01-01", "2200-12-31"] {
            assert_eq!(ReleaseDate::new(day(text)).unwrap().day(), day(text));
        }
        for text in ["1887-12-31", "2201-01-01"] {
            assert_eq!(ReleaseDate::new(day(text)).unwrap_err().code, FaultCode::Range, "{text}");
        }
    }

    #[test]
    fn a_shoot_has_both_ends_or_neither_and_they_are_in_order() {
        let (may, june) = (Some(day("2026-05-01")), Some(day("2026-06-01")));
        assert_eq!(ShootWindow::between(None, None), Ok(None));
        let window = ShootWindow::between(may, june).unwrap().unwrap();
        assert_eq!((Some(window.start()), Some(window.end())), (may, june));
        assert!(ShootWindow::between(may, may).is_ok());

        let refused = |start, end| ShootWindow::between(start, end).unwrap_err().to_string();
        assert_eq!(refused(june, may), "shoot_end must not be before shoot_start, 2026-06-01");
        assert_eq!(refused(may, None), "shoot_end must be given together with shoot_start");
        assert_eq!(refused(None, may), "shoot_start must be given together with shoot_end");
    }
}
