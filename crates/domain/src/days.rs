//! Ranges of days.

use chrono::NaiveDate;

use crate::{Fault, FaultCode};

/// The days between two days, these included; open where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRange {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl DayRange {
    /// The days between the two.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Disagrees`] when the end comes before the beginning: "must not be before 2026-03-14".
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self, Fault> {
        match (from, to) {
            (Some(from), Some(to)) if to < from => {
                Err(Fault::new(FaultCode::Disagrees, format!("must not be before {from}")))
            }
            _ => Ok(Self { from, to }),
        }
    }

    /// The first day, `None` when there is no first.
    #[must_use]
    pub const fn from(&self) -> Option<NaiveDate> {
        self.from
    }

    /// The last day, `None` when there is no last.
    #[must_use]
    pub const fn to(&self) -> Option<NaiveDate> {
        self.to
    }

    /// Answers whether the day is among them.
    #[must_use]
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn both_ends_are_included_and_may_be_open() {
        let (one, two) = (day("2026-03-14"), day("2026-03-15"));
        assert!(DayRange::new(Some(one), Some(one)).unwrap().holds(one));
        assert!(!DayRange::new(Some(one), Some(one)).unwrap().holds(two));
        assert!(DayRange::new(None, Some(one)).unwrap().holds(day("1900-01-01")));
        assert!(!DayRange::new(Some(two), None).unwrap().holds(one));
        assert!(DayRange::default().holds(one));
        let refused = DayRange::new(Some(two), Some(one)).unwrap_err();
        assert_eq!((refused.code, &*refused.detail), (FaultCode::Disagrees, "must not be before 2026-03-15"));
    }
}
