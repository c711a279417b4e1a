//! Which movies a list shows, and in which order.

use super::Movie;
use crate::{ActorId, DayRange, DeleteMovies, Deleted, Folded, Permit, Position, Search, Sort, SortField, SortKey};

/// Which movies a list shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovieQuery {
    /// What the movies have in common.
    pub filter: MovieFilter,
    /// The order.
    pub sort: Sort<MovieSort>,
    deleted: Deleted,
}

/// What the movies of a list have in common; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovieFilter {
    /// The title holds these words.
    pub search: Option<Search>,
    /// The title is this one, without regard to case and accents.
    pub title: Option<Folded>,
    /// The movie is released on one of these days.
    pub released: DayRange,
    /// The movie has a casting of this actor, whatever its status.
    pub actor: Option<ActorId>,
}

/// What movies can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MovieSort {
    /// The id.
    #[default]
    Id,
    /// The title, without regard to case and accents.
    Title,
    /// The day of the release.
    ReleaseDate,
    /// When the movie was added.
    CreatedAt,
}

impl MovieQuery {
    /// The movies that pass the filter and are not deleted, in that order.
    #[must_use]
    pub fn new(filter: MovieFilter, sort: Sort<MovieSort>) -> Self {
        Self { filter, sort, deleted: Deleted::No }
    }

    /// Shows deleted movies too, or only them; whoever may delete may see what was deleted.
    #[must_use]
    pub fn showing_deleted(self, _permit: &Permit<DeleteMovies>, deleted: Deleted) -> Self {
        Self { deleted, ..self }
    }

    /// Whether deleted movies are shown.
    #[must_use]
    pub const fn deleted(&self) -> Deleted {
        self.deleted
    }

    /// Whether the list has all movies that are not deleted.
    #[must_use]
    pub fn is_unfiltered(&self) -> bool {
        self.deleted == Deleted::No && self.filter == MovieFilter::default()
    }

    /// Whether the list has what is found by its words and not deleted, whatever else, by id.
    #[must_use]
    pub fn is_search_by_id(&self) -> bool {
        let others = MovieFilter { search: None, ..self.filter.clone() };
        self.deleted == Deleted::No && others == MovieFilter::default() && self.sort.by == MovieSort::Id
    }

    /// Answers where a movie stands in the order.
    #[must_use]
    pub fn position(&self, movie: &Movie) -> Position {
        self.sort.by.position(movie)
    }
}

impl SortField<Movie> for MovieSort {
    fn position(self, movie: &Movie) -> Position {
        let key = match self {
            Self::Id => SortKey::Id,
            Self::Title => SortKey::Text(Folded::of(movie.title.as_str())),
            Self::ReleaseDate => SortKey::Day(movie.release_date.day()),
            Self::CreatedAt => SortKey::Instant(movie.created_at),
        };
        Position { key, id: movie.id.get() }
    }
}
