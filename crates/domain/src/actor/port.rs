//! What the use-cases of actors need of a store.

use chrono::{DateTime, Utc};

use super::{Actor, ActorChanges, ActorId, NewActor};
use crate::{DeleteActors, Deleted, Page, PageRequest, PatchActors, Permit, PostActors, Precondition, StoreError};

/// Which actors a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActorQuery {
    deleted: Deleted,
}

impl ActorQuery {
    /// Shows deleted actors too, or only them; whoever may delete may see what was deleted.
    #[must_use]
    pub const fn showing_deleted(self, _permit: &Permit<DeleteActors>, deleted: Deleted) -> Self {
        Self { deleted }
    }

    /// Whether deleted actors are shown.
    #[must_use]
    pub const fn deleted(&self) -> Deleted {
        self.deleted
    }
}

/// Keeps actors.
///
/// Every call that writes is one transaction: it happens whole or not at all, and has happened once it answers. It takes the
/// permit for it, whose caller the adapter may record. All calls answer [`StoreError::Unavailable`] when the store cannot be
/// reached or is too busy, and [`StoreError::Failed`] when it answers what it never should.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are the same for every call and stand above")]
pub trait ActorRepository: Send + Sync {
    /// Answers one page of the actors that the query shows, by ascending id, with the number of all it shows. The total of a page
    /// may be a moment younger than its items.
    fn list(&self, query: &ActorQuery, page: PageRequest) -> Result<Page<Actor>, StoreError>;

    /// Answers the actor, or `None` when there is none or it is deleted.
    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError>;

    /// Adds an actor of version 1, created at `now`, and answers it with its id.
    fn insert(&self, permit: &Permit<PostActors>, new: &NewActor, now: DateTime<Utc>) -> Result<Actor, StoreError>;

    /// Adds all these actors or none, and answers how many they were.
    fn insert_all(
        &self,
        permit: &Permit<PostActors>,
        new: &[NewActor],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError>;

    /// Writes what [`Actor::amended`] makes of the stored actor, one version up, and answers it. Answers the actor as it is when
    /// that is `None`, and `None` when there is no actor or it is deleted.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version, at the moment of writing, breaks the precondition.
    fn update(
        &self,
        permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError>;

    /// Deletes the actor, one version up, and answers it; `None` when there is none or it is deleted already.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version, at the moment of writing, breaks the precondition.
    fn delete(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError>;

    /// Undoes the deletion, one version up, and answers the actor; as it is when it was not deleted, `None` when there is none.
    fn restore(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError>;
}
