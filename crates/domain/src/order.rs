//! The orders that a list can have. Every order is total: items with the same key stand by their ids.

use chrono::{DateTime, NaiveDate, Utc};

use crate::Folded;

/// A field to sort by, and the direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort<F> {
    /// The field.
    pub by: F,
    /// Whether the whole order is turned round, ids included.
    pub descending: bool,
}

/// What an order compares first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Nothing but the id.
    Id,
    /// A text without case and accents.
    Text(Folded),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

/// The place of an item in an order. The item need not be there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// What the order compares first, of the order's own kind.
    pub key: SortKey,
    /// The id of the item.
    pub id: i64,
}

/// A field that a list of `T` can be sorted by.
pub trait SortField<T>: Copy {
    /// Answers where the item stands in the ascending order by this field.
    fn position(self, item: &T) -> Position;

    /// Answers whether the order by this field compares such a key.
    fn compares(self, key: &SortKey) -> bool;
}
