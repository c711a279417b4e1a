//! How old an actor is. An age moves by itself, so what is kept is the day it is counted from.

use chrono::{Months, NaiveDate};

use crate::{Change, DayRange, Fault, FaultCode};

/// An age as it is given: 0 to 120 whole years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(u32);

impl Age {
    /// The highest age that can be given.
    pub const MAX: u32 = 120;

    /// An age of that many years.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] outside 0 to 120.
    pub fn new(years: i64) -> Result<Self, Fault> {
        u32::try_from(years)
            .ok()
            .filter(|years| *years <= Self::MAX)
            .map(Self)
            .ok_or_else(|| Fault::new(FaultCode::Range, "must be between 0 and 120"))
    }

    /// The day that many years before `today`; 28 February where that year has no 29th.
    fn before(self, today: NaiveDate) -> NaiveDate {
        today.checked_sub_months(Months::new(self.0 * 12)).unwrap_or(today)
    }
}

/// A day of birth: from 1880-01-01 to today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BirthDate(NaiveDate);

impl BirthDate {
    /// The first year that a birth date may lie in.
    pub const FIRST_YEAR: i32 = 1880;

    /// The day of birth, seen from `today`.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] before 1880 or after `today`.
    pub fn new(day: NaiveDate, today: NaiveDate) -> Result<Self, Fault> {
        use chrono::Datelike;
        if day.year() < Self::FIRST_YEAR {
            Err(Fault::new(FaultCode::Range, "must not be before 1880-01-01"))
        } else if day > today {
            Err(Fault::new(FaultCode::Range, "must not be in the future"))
        } else {
            Ok(Self(day))
        }
    }

    /// The day.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        self.0
    }
}

/// The day an actor's age is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Born {
    /// The day of birth.
    On(NaiveDate),
    /// An estimate: an age was given on some day, and this is that day so many years before.
    About(NaiveDate),
}

impl Born {
    /// What follows from an age, a birth date or both, given on `today`.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Required`] when neither is given, [`FaultCode::Disagrees`] when they contradict each other.
    pub fn given(age: Option<Age>, birth_date: Option<BirthDate>, today: NaiveDate) -> Result<Self, Fault> {
        match (age, birth_date) {
            (None, None) => Err(Fault::new(FaultCode::Required, "is required, or birth_date instead")),
            (Some(age), None) => Ok(Self::About(age.before(today))),
            (None, Some(BirthDate(day))) => Ok(Self::On(day)),
            (Some(age), Some(date)) => agreeing(age, date, today).map(Self::On),
        }
    }

    /// The days from which an age between the two, these included, is counted on `today`.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Disagrees`] when the highest age is below the lowest.
    pub fn days_of_ages(lowest: Option<Age>, highest: Option<Age>, today: NaiveDate) -> Result<DayRange, Fault> {
        if let (Some(lowest), Some(highest)) = (lowest, highest)
            && highest.0 < lowest.0
        {
            return Err(Fault::new(FaultCode::Disagrees, format!("must not be below {}", lowest.0)));
        }
        let first = highest.and_then(|age| Age(age.0 + 1).before(today).succ_opt());
        DayRange::new(first, lowest.map(|age| age.before(today)))
    }

    /// The day that the age is counted from, exact or estimated.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        match self {
            Self::On(day) | Self::About(day) => day,
        }
    }

    /// The day of birth, if it is known.
    #[must_use]
    pub const fn birth_date(self) -> Option<NaiveDate> {
        match self {
            Self::On(day) => Some(day),
            Self::About(_) => None,
        }
    }

    /// The age in whole years on `today`. Who was born on 29 February turns a year older on 1 March of a common year.
    #[must_use]
    pub fn age(self, today: NaiveDate) -> u32 {
        today.years_since(self.day()).unwrap_or(0)
    }
}

/// What a partial change says about an actor's age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BornChange {
    /// Nothing.
    #[default]
    Keep,
    /// The day of birth.
    Date(BirthDate),
    /// An age. One that the actor has anyway changes nothing, so that a known birth date is not lost to it.
    Age(Age),
    /// The day of birth is not known (any more); the age is this one, or stays what it is.
    Undated(Option<Age>),
}

impl BornChange {
    /// What follows from an age and a birth date, each of which may be absent, on `today`.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Disagrees`] when they contradict each other.
    pub fn given(age: Option<Age>, birth_date: Change<BirthDate>, today: NaiveDate) -> Result<Self, Fault> {
        match (age, birth_date) {
            (None, Change::Keep) => Ok(Self::Keep),
            (Some(age), Change::Keep) => Ok(Self::Age(age)),
            (age, Change::Clear) => Ok(Self::Undated(age)),
            (None, Change::To(date)) => Ok(Self::Date(date)),
            (Some(age), Change::To(date)) => agreeing(age, date, today).map(|_| Self::Date(date)),
        }
    }

    /// What is known after the change, made on `today`, where `stored` was known before.
    pub(super) fn applied_to(self, stored: Born, today: NaiveDate) -> Born {
        match self {
            Self::Keep => stored,
            Self::Date(BirthDate(day)) => Born::On(day),
            Self::Age(age) if age.0 == stored.age(today) => stored,
            Self::Age(age) => Born::About(age.before(today)),
            Self::Undated(Some(age)) if age.0 != stored.age(today) => Born::About(age.before(today)),
            Self::Undated(_) => Born::About(stored.day()),
        }
    }
}

fn agreeing(age: Age, BirthDate(day): BirthDate, today: NaiveDate) -> Result<NaiveDate, Fault> {
    let counted = Born::On(day).age(today);
    if counted == age.0 {
        Ok(day)
    } else {
        let detail = format!("disagrees with birth_date, which makes it {counted}; give one of the two");
        Err(Fault::new(FaultCode::Disagrees, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    fn age(years: i64) -> Age {
        Age::new(years).unwrap()
    }

    fn date(text: &str, today: &str) -> BirthDate {
        BirthDate::new(day(text), day(today)).unwrap()
    }

    #[test]
    fn an_age_is_between_0_and_120() {
        for years in [0, 1, 120] {
            assert!(Age::new(years).is_ok(), "{years}");
        }
        for years in [-1, 121, i64::MAX, i64::MIN] {
            assert_eq!(Age::new(years).unwrap_err().code, FaultCode::Range, "{years}");
        }
    }

    #[test]
    fn a_birth_date_is_from_1880_to_today() {
        let today = day("2026-03-14");
        assert!(BirthDate::new(day("1880-01-01"), today).is_ok());
        assert!(BirthDate::new(today, today).is_ok());
        assert_eq!(BirthDate::new(day("1879-12-31"), today).unwrap_err().detail, "must not be before 1880-01-01");
        assert_eq!(BirthDate::new(day("2026-03-15"), today).unwrap_err().detail, "must not be in the future");
    }

    #[test]
    fn an_actor_of_20_reads_20_today_and_21_in_a_year() {
        for (today, in_a_year) in
            [("2026-03-14", "2027-03-14"), ("2024-02-29", "2025-03-01"), ("2025-02-28", "2026-02-28")]
        {
            let born = Born::given(Some(age(20)), None, day(today)).unwrap();
            assert_eq!(born.birth_date(), None);
            assert_eq!(born.age(day(today)), 20, "{today}");
            assert_eq!(born.age(day(in_a_year)), 21, "{in_a_year}");
        }
    }

    #[test]
    fn every_age_given_on_any_day_reads_the_same_that_day() {
        let mut today = day("2023-12-25");
        while today < day("2025-03-05") {
            for years in 0..=120 {
                assert_eq!(
                    Born::given(Some(age(years)), None, today).unwrap().age(today),
                    u32::try_from(years).unwrap()
                );
            }
            today = today.succ_opt().unwrap();
        }
    }

    #[test]
    fn a_range_of_ages_is_a_range_of_days() {
        let (lowest, highest) = (age(20), age(29));
        for today in ["2024-02-29", "2025-02-28", "2025-03-01", "2026-11-21", "2026-12-31", "2027-01-01"] {
            let days = Born::days_of_ages(Some(lowest), Some(highest), day(today)).unwrap();
            let mut born = day("1990-01-01");
            while born <= day("2010-01-01") {
                let years = Born::On(born).age(day(today));
                assert_eq!(days.holds(born), (20..=29).contains(&years), "{born} on {today}");
                born = born.succ_opt().unwrap();
            }
        }
        assert_eq!(Born::days_of_ages(None, None, day("2026-03-14")), Ok(DayRange::default()));
        let refused = Born::days_of_ages(Some(highest), Some(lowest), day("2026-03-14")).unwrap_err();
        assert_eq!((refused.code, &*refused.detail), (FaultCode::Disagrees, "must not be below 29"));
    }

    #[test]
    fn an_age_turns_on_the_birthday() {
        let born = Born::On(day("1990-06-15"));
        assert_eq!(born.age(day("2026-06-14")), 35);
        assert_eq!(born.age(day("2026-06-15")), 36);
        assert_eq!(born.age(day("1990-06-15")), 0);
        assert_eq!(born.age(day("1990-06-14")), 0);
    }

    #[test]
    fn who_is_born_on_29_february_turns_older_on_1_march_of_a_common_year() {
        let born = Born::On(day("2004-02-29"));
        assert_eq!(born.age(day("2005-02-28")), 0);
        assert_eq!(born.age(day("2005-03-01")), 1);
        assert_eq!(born.age(day("2008-02-28")), 3);
        assert_eq!(born.age(day("2008-02-29")), 4);
    }

    #[test]
    fn an_age_and_a_birth_date_must_agree() {
        let today = day("2026-03-14");
        let born = date("2000-03-15", "2026-03-14");
        assert_eq!(Born::given(Some(age(25)), Some(born), today), Ok(Born::On(day("2000-03-15"))));
        let fault = Born::given(Some(age(26)), Some(born), today).unwrap_err();
        assert_eq!(fault.code, FaultCode::Disagrees);
        assert_eq!(fault.detail, "disagrees with birth_date, which makes it 25; give one of the two");
        assert_eq!(Born::given(None, None, today).unwrap_err().code, FaultCode::Required);
        assert_eq!(BornChange::given(Some(age(26)), Change::To(born), today).unwrap_err().code, FaultCode::Disagrees);
    }

    #[test]
    fn a_change_of_age_keeps_what_it_does_not_contradict() {
        let today = day("2026-03-14");
        let (on, about) = (Born::On(day("2000-01-01")), Born::About(day("2000-01-01")));
        let estimate = Born::About(day("1996-03-14"));
        let table = [
            (None, Change::Keep, on, on),
            (Some(age(26)), Change::Keep, on, on),
            (Some(age(26)), Change::Keep, about, about),
            (Some(age(30)), Change::Keep, on, estimate),
            (None, Change::Clear, on, about),
            (None, Change::Clear, about, about),
            (Some(age(26)), Change::Clear, on, about),
            (Some(age(30)), Change::Clear, on, estimate),
            (None, Change::To(date("2001-02-03", "2026-03-14")), about, Born::On(day("2001-02-03"))),
            (Some(age(25)), Change::To(date("2001-02-03", "2026-03-14")), on, Born::On(day("2001-02-03"))),
        ];
        for (age, birth_date, stored, expected) in table {
            let change = BornChange::given(age, birth_date, today).unwrap();
            assert_eq!(change.applied_to(stored, today), expected, "{age:?} {birth_date:?} on {stored:?}");
        }
    }
}
