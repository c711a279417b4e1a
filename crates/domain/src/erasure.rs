//! Erasing a person for good, as the law has it: article 17 of the General Data Protection Regulation.

mod mention;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::mention::Names;
use crate::{Actor, ActorId, BookedOn, Clock, EraseActors, Error, Permit, Reason, StoreError};

/// What there is about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// The person, deleted or not.
    pub actor: Actor,
    /// The movies to come on which the person is booked, by ascending id.
    pub bookings: Vec<BookedOn>,
    /// How much more there is.
    pub holdings: Holdings,
    /// The first [few](Self::REASONS) of the reasons that mention the person, each once: it may be somebody else of that name, or a word.
    pub reasons: Vec<Reason>,
}

impl Dossier {
    /// How many reasons are shown at the most.
    pub const REASONS: usize = 10;
}

/// How much there is about a person, or was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The castings of the person.
    pub castings: u64,
    /// The entries of the history about the person and those castings.
    pub entries: u64,
    /// The reasons of other castings that mention the person, those kept in the history included.
    pub mentions: u64,
}

/// Forgets people. The errors are those of the other ports.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are those of the other ports and stand there")]
pub trait ErasureRepository: Send + Sync {
    /// Answers what there is about the actor, deleted or not; `None` when there is none. A movie is to come when it is not deleted and
    /// its release date is not before `today`.
    fn dossier(&self, actor: ActorId, today: NaiveDate) -> Result<Option<Dossier>, StoreError>;

    /// Erases the actor, deleted or not, and answers how much that was; `None` when there is none.
    ///
    /// One transaction removes the actor, its castings, and every entry of the history about these; what is kept for
    /// [idempotency keys](crate::Idempotency) about them; and its [names](Names), of now and of before, from the reasons of other
    /// castings and from those that the history keeps. It adds one entry to the whole history: somebody of that id was deleted, by
    /// whom and when, and nothing more. MUST NOT give the id to anybody else afterwards.
    fn erase(
        &self,
        permit: &Permit<EraseActors>,
        actor: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Holdings>, StoreError>;

    /// Tells whether there was an actor of that id, who was erased.
    fn is_erased(&self, actor: ActorId) -> Result<bool, StoreError>;

    /// Has the store overwrite or give up what it still keeps of what is no longer there, as far as it can.
    fn wipe(&self) -> Result<(), StoreError>;
}

/// What can be done to forget people, with proof that the caller may. Cheap to clone.
#[derive(Clone)]
pub struct ErasureService {
    erasures: Arc<dyn ErasureRepository>,
    clock: Arc<dyn Clock>,
}

impl ErasureService {
    /// The use-cases over that store and clock.
    pub fn new(erasures: Arc<dyn ErasureRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { erasures, clock }
    }

    /// Answers what erasing the actor would erase.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such actor; [`Error::Store`] when the store is in trouble.
    pub fn dossier(&self, _permit: &Permit<EraseActors>, actor: ActorId) -> Result<Dossier, Error> {
        self.erasures.dossier(actor, self.clock.now().date_naive())?.ok_or_else(|| Error::no_actor(actor))
    }

    /// Erases the actor and whatever is about it, and answers how much that was. Nothing keeps an actor from being erased, not even a
    /// booking.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such actor; [`Error::Store`] when the store is in trouble.
    pub fn erase(&self, permit: &Permit<EraseActors>, actor: ActorId) -> Result<Holdings, Error> {
        self.erasures.erase(permit, actor, self.clock.now())?.ok_or_else(|| Error::no_actor(actor))
    }

    /// Tells whether there was an actor of that id, who was erased: nothing but to [wipe](Self::wipe) may be left to do then.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn is_erased(&self, _permit: &Permit<EraseActors>, actor: ActorId) -> Result<bool, Error> {
        Ok(self.erasures.is_erased(actor)?)
    }

    /// Has the store overwrite what it still keeps of whoever was erased, as far as it can.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble; then nothing but that is left to do.
    pub fn wipe(&self, _permit: &Permit<EraseActors>) -> Result<(), Error> {
        Ok(self.erasures.wipe()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Denied, Entity, Permission, Permissions,
        testing::{a_caller_with, a_clock, an_actor, now},
    };

    fn service(erasures: MockErasureRepository) -> ErasureService {
        ErasureService::new(Arc::new(erasures), Arc::new(a_clock()))
    }

    fn permit() -> Permit<EraseActors> {
        a_caller_with(Permissions::ALL).permit().unwrap()
    }

    #[test]
    fn a_dossier_is_that_of_today() {
        let (bookings, reasons) = (Vec::new(), Vec::new());
        let dossier = Dossier { actor: an_actor(), bookings, holdings: Holdings::default(), reasons };
        let mut store = MockErasureRepository::new();
        let answer = dossier.clone();
        store
            .expect_dossier()
            .withf(|actor, today| (*actor, *today) == (an_actor().id, now().date_naive()))
            .once()
            .return_once(|_, _| Ok(Some(answer)));
        assert_eq!(service(store).dossier(&permit(), an_actor().id).unwrap(), dossier);
    }

    #[test]
    fn an_actor_is_erased_in_the_name_of_the_caller() {
        let holdings = Holdings { castings: 2, entries: 5, mentions: 1 };
        let mut store = MockErasureRepository::new();
        store
            .expect_erase()
            .withf(|permit, actor, at| {
                permit.caller().request_id().as_str() == "request-1" && (*actor, *at) == (an_actor().id, now())
            })
            .once()
            .return_once(move |_, _, _| Ok(Some(holdings)));
        assert_eq!(service(store).erase(&permit(), an_actor().id).unwrap(), holdings);
    }

    #[test]
    fn nobody_is_erased_who_is_not_there() {
        let mut store = MockErasureRepository::new();
        store.expect_dossier().returning(|_, _| Ok(None));
        store.expect_erase().returning(|_, _, _| Ok(None));
        let service = service(store);
        let id = an_actor().id.get();
        for refused in
            [service.dossier(&permit(), an_actor().id).map(drop), service.erase(&permit(), an_actor().id).map(drop)]
        {
            assert!(matches!(&refused, Err(Error::NotFound { entity: Entity::Actor, id: told }) if *told == id));
        }
    }

    #[test]
    fn erasing_needs_the_permissions_for_all_that_goes() {
        for only in [Permission::DeleteActors, Permission::PatchMovies] {
            let refused = a_caller_with(Permissions::of(&[only])).permit::<EraseActors>().err();
            assert!(matches!(refused, Some(Denied { .. })), "{only}");
        }
    }
}
