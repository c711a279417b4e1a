//! What the use-cases of movies need of a store.

use chrono::{DateTime, Utc};

use super::{Movie, MovieChanges, MovieId, MovieQuery, NewMovie};
use crate::{
    DeleteMovies, Imported, Outcome, Page, PageRequest, PatchMovies, Permit, Position, PostMovies, Precondition, Rows,
    StoreError,
};

/// Keeps movies.
///
/// What [`ActorRepository`](crate::ActorRepository) says of transactions, history, repeated requests, permits and errors holds here
/// too.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are the same for every call and stand above")]
pub trait MovieRepository: Send + Sync {
    /// Answers one page of the movies that the query shows, in its order, with the number of all it shows: exact when it shows
    /// all, else up to [`Total::CAP`](crate::Total::CAP).
    fn list(&self, query: &MovieQuery, page: &PageRequest) -> Result<Page<Movie>, StoreError>;

    /// Answers up to `size` of the movies that the query shows, in its order: those behind that place, or the first.
    fn batch(&self, query: &MovieQuery, after: Option<Position>, size: u32) -> Result<Vec<Movie>, StoreError>;

    /// Answers the movie, or `None` when there is none or it is deleted.
    fn find(&self, id: MovieId) -> Result<Option<Movie>, StoreError>;

    /// Adds a movie of version 1, created at `now`, books its actors, and answers it with its id.
    ///
    /// MUST answer [`StoreError::Invalid`] for `actor_ids` when one of the actors is absent or deleted.
    fn insert(
        &self,
        permit: &Permit<PostMovies>,
        new: &NewMovie,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Movie>, StoreError>;

    /// Adds the movies of all rows or none, taking one row at a time, and answers how many they were, with one entry of the history
    /// for all of them.
    ///
    /// MUST do nothing, and answer [`StoreError::Withdrawn`], when a row is [`Withdrawn`](crate::Withdrawn).
    fn import(
        &self,
        permit: &Permit<PostMovies>,
        rows: &mut dyn Rows<NewMovie>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError>;

    /// Writes what [`Movie::amended`] makes of the stored movie, one version up, and answers it. Answers the movie as it is when
    /// that is `None`, and `None` when there is no movie or it is deleted. When the changes name actors, it also does what
    /// [`Assignment::of`](crate::Assignment::of) asks for, which leaves the version of the movie as it is.
    ///
    /// MUST answer [`StoreError::Invalid`] when the changes do not go with what is stored, or for `actor_ids` when an actor that is
    /// to be booked is absent or deleted, and [`StoreError::Stale`] when the stored version, at the moment of writing, breaks the
    /// precondition.
    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        id: MovieId,
        precondition: &Precondition,
        changes: &MovieChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError>;

    /// Writes what [`Movie::deleted`] makes of the stored movie, one version up, and answers it; `None` when there is none or it is
    /// deleted already. Its castings hide with it.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version, at the moment of writing, breaks the precondition.
    fn delete(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError>;

    /// Writes what [`Movie::restored`] makes of the stored movie, one version up, and answers it. Answers the movie as it is when that
    /// is `None`, and `None` when there is no movie.
    fn restore(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Movie>>, StoreError>;
}
