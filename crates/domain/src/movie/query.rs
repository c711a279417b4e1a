//! Which movies a list shows, and in which order.

use super::Movie;
use crate::{ActorId, DayRange, DeleteMovies, Filter, Folded, Position, Query, Search, SortField, SortKey};

/// Which movies a list shows, and in which order.
pub type MovieQuery = Query<MovieFilter>;

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

impl Filter for MovieFilter {
    type Item = Movie;
    type Field = MovieSort;
    type Deleter = DeleteMovies;

    fn search(&self) -> Option<&Search> {
        self.search.as_ref()
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

    fn compares(self, key: &SortKey) -> bool {
        matches!(
            (self, key),
            (Self::Id, SortKey::Id)
                | (Self::Title, SortKey::Text(_))
                | (Self::ReleaseDate, SortKey::Day(_))
                | (Self::CreatedAt, SortKey::Instant(_))
        )
    }
}
