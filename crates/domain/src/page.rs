//! Pages of a list.

use crate::{Fault, FaultCode, Position};

/// How many items a page holds: 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The most items that one page holds.
    pub const MAX: u32 = 100;
    /// The limit when none is asked for.
    pub const DEFAULT: Self = Self(20);

    /// A limit that is known when the program is built; one that is none does not build.
    #[must_use]
    pub const fn of<const ITEMS: u32>() -> Self {
        const { assert!(ITEMS >= 1 && ITEMS <= Self::MAX, "a page holds 1 to 100 items") };
        Self(ITEMS)
    }

    /// A limit of that many items; more than [`Limit::MAX`] is taken as that.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] for 0.
    pub fn new(items: u64) -> Result<Self, Fault> {
        match u32::try_from(items).unwrap_or(Self::MAX).min(Self::MAX) {
            0 => Err(Fault::new(FaultCode::Range, "must be at least 1")),
            items => Ok(Self(items)),
        }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The number of a page, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber(u64);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(1);

    /// The page of that number.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] for 0.
    pub fn new(number: u64) -> Result<Self, Fault> {
        if number == 0 { Err(Fault::new(FaultCode::Range, "must be at least 1")) } else { Ok(Self(number)) }
    }

    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the page of that number; what comes before is counted off, so that a late page costs more than an early one.
    Page(PageNumber),
    /// Behind that place, which costs the same anywhere in the list.
    After(Position),
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items at the most.
    pub limit: Limit,
    /// Where the page begins.
    pub start: Start,
}

impl PageRequest {
    /// How many items are passed over before the page; a number beyond any list is held at `i64::MAX`.
    #[must_use]
    pub fn offset(&self) -> i64 {
        match &self.start {
            Start::After(_) => 0,
            Start::Page(page) => {
                let before = (page.0 - 1).saturating_mul(u64::from(self.limit.0));
                i64::try_from(before).unwrap_or(i64::MAX)
            }
        }
    }

    /// The place behind which the page begins, if it is asked for by its place.
    #[must_use]
    pub const fn after(&self) -> Option<&Position> {
        match &self.start {
            Start::After(position) => Some(position),
            Start::Page(_) => None,
        }
    }
}

/// How many items a whole list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Exactly so many.
    Exact(u64),
    /// More than [`Total::CAP`]; how many was not counted.
    Capped,
}

impl Total {
    /// Up to where a filtered list is counted.
    pub const CAP: u64 = 10_000;

    /// The total of a list that was counted up to one beyond [`Total::CAP`].
    #[must_use]
    pub const fn counted(items: u64) -> Self {
        if items > Self::CAP { Self::Capped } else { Self::Exact(items) }
    }

    /// The number of items, or [`Total::CAP`] when there are more.
    #[must_use]
    pub const fn get(self) -> u64 {
        match self {
            Self::Exact(items) => items,
            Self::Capped => Self::CAP,
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order; none past the end.
    pub items: Vec<T>,
    /// How many items the whole list has.
    pub total: Total,
    /// Whether others follow.
    pub more: bool,
}

/// Which rows a list shows, as far as deletion goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// Those that are not deleted.
    #[default]
    No,
    /// Only those that are deleted.
    Only,
    /// Both.
    With,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SortKey;

    #[test]
    fn a_limit_is_held_at_its_maximum_and_never_zero() {
        assert_eq!(Limit::new(1).unwrap().get(), 1);
        assert_eq!(Limit::new(100).unwrap().get(), 100);
        assert_eq!(Limit::new(101).unwrap().get(), 100);
        assert_eq!(Limit::new(u64::MAX).unwrap().get(), 100);
        assert_eq!(Limit::new(0).unwrap_err().code, FaultCode::Range);
        assert_eq!(Limit::of::<6>(), Limit::new(6).unwrap());
    }

    #[test]
    fn an_offset_counts_what_comes_before_the_page_and_never_overflows() {
        let start = |number| Start::Page(PageNumber::new(number).unwrap());
        let page = |number| PageRequest { limit: Limit::DEFAULT, start: start(number) };
        assert_eq!(page(1).offset(), 0);
        assert_eq!(page(3).offset(), 40);
        assert_eq!(page(u64::MAX).offset(), i64::MAX);
        assert_eq!(PageNumber::new(0).unwrap_err().code, FaultCode::Range);
        let after = Position { key: SortKey::Id, id: 40 };
        assert_eq!(PageRequest { limit: Limit::DEFAULT, start: Start::After(after) }.offset(), 0);
    }

    #[test]
    fn a_total_is_exact_up_to_its_cap() {
        assert_eq!((Total::counted(10_000), Total::counted(10_000).get()), (Total::Exact(10_000), 10_000));
        assert_eq!((Total::counted(10_001), Total::counted(10_001).get()), (Total::Capped, 10_000));
    }
}
