//! Which items a list shows, and in which order.

use crate::{Deleted, Permit, Position, Requirement, Search, Sort, SortField};

/// What the items of a list have in common; all that is given must hold.
pub trait Filter: Clone + Default + PartialEq {
    /// What is listed.
    type Item;
    /// What it can be sorted by.
    type Field: SortField<Self::Item> + Default + PartialEq;
    /// Whoever may do this may see what was deleted.
    type Deleter: Requirement;

    /// The words that are looked for.
    fn search(&self) -> Option<&Search>;
}

/// Which items a list shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query<F: Filter> {
    /// What the items have in common.
    pub filter: F,
    /// The order.
    pub sort: Sort<F::Field>,
    deleted: Deleted,
}

impl<F: Filter> Query<F> {
    /// The items that pass the filter and are not deleted, in that order.
    #[must_use]
    pub const fn new(filter: F, sort: Sort<F::Field>) -> Self {
        Self { filter, sort, deleted: Deleted::No }
    }

    /// Shows what is deleted too, or only that.
    #[must_use]
    pub fn showing_deleted(self, _permit: &Permit<F::Deleter>, deleted: Deleted) -> Self {
        Self { deleted, ..self }
    }

    /// Whether what is deleted is shown.
    #[must_use]
    pub const fn deleted(&self) -> Deleted {
        self.deleted
    }

    /// Whether the list has everything that is not deleted.
    #[must_use]
    pub fn is_unfiltered(&self) -> bool {
        self.deleted == Deleted::No && self.filter == F::default()
    }

    /// Answers where an item stands in the order.
    #[must_use]
    pub fn position(&self, item: &F::Item) -> Position {
        self.sort.by.position(item)
    }
}
