//! Which actors a list shows, and in which order.

use super::{Actor, Gender};
use crate::{
    DayRange, DeleteActors, Deleted, Folded, MovieId, Permit, Position, Search, ShootWindow, Sort, SortField, SortKey,
};

/// Which actors a list shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActorQuery {
    /// What the actors have in common.
    pub filter: ActorFilter,
    /// The order.
    pub sort: Sort<ActorSort>,
    deleted: Deleted,
}

/// What the actors of a list have in common; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActorFilter {
    /// The name holds these words.
    pub search: Option<Search>,
    /// The name is this one, without regard to case and accents.
    pub name: Option<Folded>,
    /// The gender is this one.
    pub gender: Option<Gender>,
    /// The age is counted from one of these days; see [`Born::days_of_ages`](crate::Born::days_of_ages).
    pub born: DayRange,
    /// The actor has a casting in this movie, whatever its status.
    pub movie: Option<MovieId>,
    /// The actor is not booked on a movie that is shot on one of these days.
    pub available: Option<ShootWindow>,
}

/// What actors can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActorSort {
    /// The id.
    #[default]
    Id,
    /// The name, without regard to case and accents.
    Name,
    /// The age, the youngest first; among those of one age the day decides.
    Age,
    /// When the actor was added.
    CreatedAt,
}

impl ActorQuery {
    /// The actors that pass the filter and are not deleted, in that order.
    #[must_use]
    pub fn new(filter: ActorFilter, sort: Sort<ActorSort>) -> Self {
        Self { filter, sort, deleted: Deleted::No }
    }

    /// Shows deleted actors too, or only them; whoever may delete may see what was deleted.
    #[must_use]
    pub fn showing_deleted(self, _permit: &Permit<DeleteActors>, deleted: Deleted) -> Self {
        Self { deleted, ..self }
    }

    /// Whether deleted actors are shown.
    #[must_use]
    pub const fn deleted(&self) -> Deleted {
        self.deleted
    }

    /// Whether the list has all actors that are not deleted.
    #[must_use]
    pub fn is_unfiltered(&self) -> bool {
        self.deleted == Deleted::No && self.filter == ActorFilter::default()
    }

    /// Whether the list has what is found by its words and not deleted, whatever else, by id.
    #[must_use]
    pub fn is_search_by_id(&self) -> bool {
        let others = ActorFilter { search: None, ..self.filter.clone() };
        self.deleted == Deleted::No && others == ActorFilter::default() && self.sort.by == ActorSort::Id
    }

    /// Answers where an actor stands in the order.
    #[must_use]
    pub fn position(&self, actor: &Actor) -> Position {
        self.sort.by.position(actor)
    }
}

impl SortField<Actor> for ActorSort {
    fn position(self, actor: &Actor) -> Position {
        let key = match self {
            Self::Id => SortKey::Id,
            Self::Name => SortKey::Text(Folded::of(actor.name.as_str())),
            Self::Age => SortKey::Day(actor.born.day()),
            Self::CreatedAt => SortKey::Instant(actor.created_at),
        };
        Position { key, id: actor.id.get() }
    }
}
