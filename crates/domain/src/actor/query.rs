//! Which actors a list shows, and in which order.

use std::collections::BTreeSet;

use super::{Actor, ActorId, Gender};
use crate::{
    DayRange, DeleteActors, Filter, Folded, MovieId, Position, Query, Search, ShootWindow, SortField, SortKey,
};

/// Which actors a list shows, and in which order.
pub type ActorQuery = Query<ActorFilter>;

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
    /// The actor is none of these.
    pub without: BTreeSet<ActorId>,
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

impl Filter for ActorFilter {
    type Item = Actor;
    type Field = ActorSort;
    type Deleter = DeleteActors;

    fn search(&self) -> Option<&Search> {
        self.search.as_ref()
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

    fn compares(self, key: &SortKey) -> bool {
        matches!(
            (self, key),
            (Self::Id, SortKey::Id)
                | (Self::Name, SortKey::Text(_))
                | (Self::Age, SortKey::Day(_))
                | (Self::CreatedAt, SortKey::Instant(_))
        )
    }
}
