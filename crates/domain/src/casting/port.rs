//! What the use-cases of castings need of a store.

use chrono::{DateTime, Utc};

use super::{BillingOrder, Casting, CastingChanges, CastingId, NewCasting, Warning};
use crate::{Actor, ActorId, Movie, MovieId, Outcome, PatchMovies, Permit, Precondition, StoreError};

/// A casting as the cast list of its movie shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastMember {
    /// The casting.
    pub casting: Casting,
    /// The actor, who may be deleted since.
    pub actor: Actor,
}

/// A casting as the filmography of its actor shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The casting.
    pub casting: Casting,
    /// The movie.
    pub movie: Movie,
}

/// Keeps castings.
///
/// The castings of a movie that is deleted hide with it: for every call they, and the movie, are not there. What
/// [`ActorRepository`](crate::ActorRepository) says of transactions, permits and errors holds here too, and every change writes
/// its entry of the history.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are the same for every call and stand above")]
pub trait CastingRepository: Send + Sync {
    /// Answers the castings of the movie by billing, those without one last, then by ascending id; `None` when there is no movie.
    fn cast(&self, movie: MovieId) -> Result<Option<Vec<CastMember>>, StoreError>;

    /// Answers the castings of the actor by descending release date of the movie, then by ascending id; `None` when there is no
    /// actor or it is deleted.
    fn filmography(&self, actor: ActorId) -> Result<Option<Vec<Credit>>, StoreError>;

    /// Answers the casting, or `None` when there is none in that movie.
    fn find(&self, movie: MovieId, id: CastingId) -> Result<Option<CastMember>, StoreError>;

    /// Adds a casting of version 1, created at `now`, and answers it with its id; `None` when there is no movie.
    ///
    /// MUST answer [`StoreError::Invalid`] for `actor_id` when there is no actor or it is deleted,
    /// [`Conflict::AlreadyCast`](crate::Conflict::AlreadyCast) when the actor has an open casting for the same part and the new one
    /// is open too, and [`Conflict::BillingTaken`](crate::Conflict::BillingTaken) when another casting has the place.
    fn insert(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        new: &NewCasting,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Casting>>, StoreError>;

    /// Writes what [`Casting::amended`] makes of the stored casting, one version up, and answers it. Answers the casting as it is
    /// when that is `None`, and `None` when there is no casting in that movie.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version breaks the precondition, and the conflicts of
    /// [`CastingRepository::insert`].
    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        changes: &CastingChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError>;

    /// Takes the casting off the list for good, and answers it as it was; `None` when there is no casting in that movie.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version breaks the precondition, and whatever
    /// [`Casting::check_removable`] refuses.
    fn delete(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError>;

    /// Gives the castings the places of [`BillingOrder::changes`], each that changes one version up, and answers the cast then;
    /// `None` when there is no movie.
    fn bill(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        order: &BillingOrder,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<CastMember>>, StoreError>;

    /// Answers what is worth a second look about an open casting: the bookings of its actor on other movies whose shoot overlaps
    /// that of its movie, and the bookings of others for the same part. By ascending id of the other casting, double bookings first.
    fn warnings(&self, casting: &Casting) -> Result<Vec<Warning>, StoreError>;

    /// Answers the double bookings of everybody who is booked for the movie, by ascending id of the other casting.
    fn double_bookings(&self, movie: MovieId) -> Result<Vec<Warning>, StoreError>;
}
