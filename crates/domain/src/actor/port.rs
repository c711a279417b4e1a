//! What the use-cases of actors need of a store.

use chrono::{DateTime, Utc};

use super::{Actor, ActorChanges, ActorId, ActorQuery, NewActor};
use crate::{
    DeleteActors, Imported, Outcome, Page, PageRequest, PatchActors, Permit, Position, PostActors, Precondition, Rows,
    StoreError,
};

/// An actor that somebody wants to add.
#[derive(Debug)]
pub struct Addition {
    /// Proof that its caller may.
    pub permit: Permit<PostActors>,
    /// The actor.
    pub new: NewActor,
}

/// A change that somebody wants to make of an actor.
#[derive(Debug)]
pub struct Amendment {
    /// Proof that its caller may.
    pub permit: Permit<PatchActors>,
    /// Which actor.
    pub id: ActorId,
    /// What must hold of the stored version.
    pub precondition: Precondition,
    /// What is to become of it.
    pub changes: ActorChanges,
}

/// Keeps actors.
///
/// Every call that writes is one transaction: it happens whole or not at all, and has happened once it answers. Whatever it changes
/// it also records in the history, in the same transaction and in the name of the permit's caller; a call that changes nothing
/// records nothing and leaves the version as it is. A call that answers an [`Outcome`] MUST, when the caller's request is
/// [repeatable](crate::Caller::repeatable), keep in the same transaction what came of it; made again within
/// [`Idempotency::HOURS`](crate::Idempotency::HOURS), it does nothing and answers that. It answers
/// [`Conflict::KeyReused`](crate::Conflict::KeyReused) when the fingerprint is another, and
/// [`Conflict::RequestInProgress`](crate::Conflict::RequestInProgress) while the first is still at it.
///
/// All calls answer [`StoreError::Unavailable`] when the store cannot be reached or is too busy, and [`StoreError::Failed`] when it
/// answers what it never should.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are the same for every call and stand above")]
#[allow(clippy::needless_lifetimes, reason = "mockall does not find them by itself")]
pub trait ActorRepository: Send + Sync {
    /// Answers one page of the actors that the query shows, in its order, with the number of all it shows: exact when it shows
    /// all, else up to [`Total::CAP`](crate::Total::CAP).
    fn list(&self, query: &ActorQuery, page: &PageRequest) -> Result<Page<Actor>, StoreError>;

    /// Answers up to `size` of the actors that the query shows, in its order: those behind that place, or the first.
    fn batch(&self, query: &ActorQuery, after: Option<Position>, size: u32) -> Result<Vec<Actor>, StoreError>;

    /// Answers the actor, or `None` when there is none or it is deleted.
    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError>;

    /// Adds an actor of version 1, created at `now`, and answers it with its id.
    fn insert(
        &self,
        permit: &Permit<PostActors>,
        new: &NewActor,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Actor>, StoreError>;

    /// Adds actors for several callers in one transaction, as [`insert`](Self::insert) would one after the other, and answers each of
    /// them in order; `None` for one that was left out and has to be added by itself. A store MAY leave out any of them, and MUST
    /// leave out those whose requests are repeatable.
    ///
    /// When it answers an error, [`insert`](Self::insert) would have answered it to each of them.
    fn insert_several<'a>(
        &self,
        wanted: &[&'a Addition],
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<Actor>>, StoreError> {
        let _ = now;
        Ok(wanted.iter().map(|_| None).collect())
    }

    /// Adds the actors of all rows or none, taking one row at a time, and answers how many they were, with one entry of the history
    /// for all of them.
    ///
    /// MUST do nothing, and answer [`StoreError::Withdrawn`], when a row is [`Withdrawn`](crate::Withdrawn).
    fn import(
        &self,
        permit: &Permit<PostActors>,
        rows: &mut dyn Rows<NewActor>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError>;

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

    /// Changes actors for several callers in one transaction, as [`update`](Self::update) would one after the other, and answers
    /// each of them in order; `None` for one that was left out and has to be changed by itself. A store MAY leave out any of them,
    /// such as one that somebody else is writing, and leaves out what has nothing or a refusal for its answer.
    ///
    /// When it answers an error, [`update`](Self::update) would have answered it to each of them.
    fn update_several<'a>(
        &self,
        wanted: &[&'a Amendment],
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<Actor>>, StoreError> {
        let _ = now;
        Ok(wanted.iter().map(|_| None).collect())
    }

    /// Writes what [`Actor::deleted`] makes of the stored actor, one version up, and answers it; `None` when there is none or it is
    /// deleted already. The castings stay.
    ///
    /// MUST answer [`StoreError::Stale`] when the stored version, at the moment of writing, breaks the precondition.
    fn delete(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError>;

    /// Writes what [`Actor::restored`] makes of the stored actor, one version up, and answers it. Answers the actor as it is when that
    /// is `None`, and `None` when there is no actor.
    fn restore(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Actor>>, StoreError>;
}
