//! The use-cases of castings.

use std::sync::Arc;

use super::{
    BillingOrder, CastMember, Casting, CastingChanges, CastingId, CastingRepository, CastingStatus, Credit, NewCasting,
    Warned,
};
use crate::{ActorId, Clock, Error, GetActors, GetMovies, MovieId, Outcome, PatchMovies, Permit, Precondition};

/// What can be done with castings, each with proof that the caller may. Cheap to clone.
#[derive(Clone)]
pub struct CastingService {
    castings: Arc<dyn CastingRepository>,
    clock: Arc<dyn Clock>,
}

impl CastingService {
    /// The use-cases over that store and clock.
    pub fn new(castings: Arc<dyn CastingRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { castings, clock }
    }

    /// Answers the cast of a movie by billing, those without one last; with `statuses`, only castings of these.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no movie or it is deleted; [`Error::Store`] when the store is in trouble.
    pub fn cast(
        &self,
        _permit: &Permit<GetMovies>,
        movie: MovieId,
        statuses: Option<&[CastingStatus]>,
    ) -> Result<Vec<CastMember>, Error> {
        let mut cast = self.castings.cast(movie)?.ok_or_else(|| Error::no_movie(movie))?;
        cast.retain(|member| statuses.is_none_or(|statuses| statuses.contains(&member.casting.status)));
        Ok(cast)
    }

    /// Answers the filmography of an actor, the latest movie first; with `statuses`, only castings of these.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no actor or it is deleted; [`Error::Store`] when the store is in trouble.
    pub fn filmography(
        &self,
        _permit: &Permit<GetActors>,
        actor: ActorId,
        statuses: Option<&[CastingStatus]>,
    ) -> Result<Vec<Credit>, Error> {
        let mut credits = self.castings.filmography(actor)?.ok_or_else(|| Error::no_actor(actor))?;
        credits.retain(|credit| statuses.is_none_or(|statuses| statuses.contains(&credit.casting.status)));
        Ok(credits)
    }

    /// Answers one casting of a movie.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none in that movie; [`Error::Store`] when the store is in trouble.
    pub fn get(&self, _permit: &Permit<GetMovies>, movie: MovieId, id: CastingId) -> Result<CastMember, Error> {
        self.castings.find(movie, id)?.ok_or_else(|| Error::no_casting(id))
    }

    /// Casts an actor, and answers what is worth a second look about it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no movie or it is deleted; [`Error::Store`] when there is no such actor, a rule stands
    /// against it, or the store is in trouble.
    pub fn create(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        new: &NewCasting,
    ) -> Result<Warned<Outcome<Casting>>, Error> {
        let outcome =
            self.castings.insert(permit, movie, new, self.clock.now())?.ok_or_else(|| Error::no_movie(movie))?;
        let warnings = self.castings.warnings(outcome.get());
        Ok(Warned { value: outcome, warnings })
    }

    /// Changes a casting, and answers it as it is then with what is worth a second look about it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none in that movie; [`Error::Store`] when the precondition does not hold, a rule stands
    /// against the change, or the store is in trouble.
    pub fn change(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        changes: &CastingChanges,
    ) -> Result<Warned<Casting>, Error> {
        let stored = self.castings.update(permit, movie, id, precondition, changes, self.clock.now())?;
        let value = stored.ok_or_else(|| Error::no_casting(id))?;
        let warnings = self.castings.warnings(&value);
        Ok(Warned { value, warnings })
    }

    /// Takes a casting off the list for good, and answers it as it was.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none in that movie; [`Error::Store`] when the precondition does not hold, the casting is
    /// booked, or the store is in trouble.
    pub fn delete(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
    ) -> Result<Casting, Error> {
        self.castings.delete(permit, movie, id, precondition, self.clock.now())?.ok_or_else(|| Error::no_casting(id))
    }

    /// Puts the credits of a movie in order, and answers the cast then.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no movie or it is deleted; [`Error::Store`] when the order names a casting of another
    /// movie, or the store is in trouble.
    pub fn bill(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        order: &BillingOrder,
    ) -> Result<Vec<CastMember>, Error> {
        self.castings.bill(permit, movie, order, self.clock.now())?.ok_or_else(|| Error::no_movie(movie))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Entity, MockCastingRepository, Permissions, StoreError, Version, Warning,
        testing::{a_caller_with, a_casting, a_clock, a_movie, an_actor, now},
    };

    fn service(castings: MockCastingRepository) -> CastingService {
        CastingService::new(Arc::new(castings), Arc::new(a_clock()))
    }

    fn permit<R: crate::Requirement>() -> Permit<R> {
        a_caller_with(Permissions::ALL).permit().unwrap()
    }

    fn movie() -> MovieId {
        a_casting().movie
    }

    fn id() -> CastingId {
        a_casting().id
    }

    fn member(status: CastingStatus) -> CastMember {
        CastMember { casting: Casting { status, ..a_casting() }, actor: an_actor() }
    }

    fn credit(status: CastingStatus) -> Credit {
        Credit { casting: Casting { status, ..a_casting() }, movie: a_movie() }
    }

    fn a_warning() -> Warning {
        Warning::SharedCharacter {
            character: crate::Character::parse("The Baker").unwrap(),
            actor: an_actor().id,
            name: an_actor().name,
            movie: movie(),
            casting: CastingId::new(6).unwrap(),
        }
    }

    #[test]
    fn a_cast_shows_the_statuses_asked_for() {
        let statuses = [CastingStatus::Booked, CastingStatus::Pinned, CastingStatus::Released];
        let mut store = MockCastingRepository::new();
        store
            .expect_cast()
            .withf(|wanted| *wanted == movie())
            .returning(move |_| Ok(Some(statuses.into_iter().map(member).collect())));
        let service = service(store);

        assert_eq!(service.cast(&permit(), movie(), None).unwrap().len(), 3);
        let shown = service.cast(&permit(), movie(), Some(&[CastingStatus::Pinned, CastingStatus::Offered])).unwrap();
        assert_eq!(shown, [member(CastingStatus::Pinned)]);
        assert_eq!(service.cast(&permit(), movie(), Some(&[])).unwrap(), []);
    }

    #[test]
    fn a_filmography_shows_the_statuses_asked_for() {
        let statuses = [CastingStatus::Booked, CastingStatus::Pinned];
        let mut store = MockCastingRepository::new();
        store
            .expect_filmography()
            .withf(|wanted| *wanted == an_actor().id)
            .returning(move |_| Ok(Some(statuses.into_iter().map(credit).collect())));
        let service = service(store);

        assert_eq!(service.filmography(&permit(), an_actor().id, None).unwrap().len(), 2);
        let shown = service.filmography(&permit(), an_actor().id, Some(&[CastingStatus::Booked])).unwrap();
        assert_eq!(shown, [credit(CastingStatus::Booked)]);
    }

    #[test]
    fn a_new_casting_is_stored_and_answered_with_its_warnings() {
        let new = NewCasting::booking(an_actor().id);
        let mut store = MockCastingRepository::new();
        let expected = new.clone();
        store
            .expect_insert()
            .withf(move |permit, of, new, at| {
                permit.caller().request_id().as_str() == "request-1" && (*of, new, *at) == (movie(), &expected, now())
            })
            .return_once(|_, _, _, _| Ok(Some(Outcome::Replayed(a_casting()))));
        store.expect_warnings().withf(|casting| *casting == a_casting()).return_once(|_| Ok(vec![a_warning()]));

        let created = service(store).create(&permit(), movie(), &new).unwrap();

        assert_eq!(created.value, Outcome::Replayed(a_casting()));
        assert_eq!(created.warnings.unwrap(), [a_warning()]);
    }

    #[test]
    fn a_change_hands_the_precondition_to_the_store_and_answers_warnings() {
        let mut store = MockCastingRepository::new();
        store
            .expect_update()
            .withf(|_, of, wanted, seen, changes, at| {
                (*of, *wanted, *at) == (movie(), id(), now())
                    && *seen == Precondition::VersionIn(vec![Version::FIRST])
                    && *changes == CastingChanges::default()
            })
            .return_once(|_, _, _, _, _, _| Ok(Some(a_casting())));
        store.expect_warnings().return_once(|_| Ok(vec![a_warning()]));

        let seen = Precondition::VersionIn(vec![Version::FIRST]);
        let changed = service(store).change(&permit(), movie(), id(), &seen, &CastingChanges::default()).unwrap();

        assert_eq!((changed.value, changed.warnings.unwrap()), (a_casting(), vec![a_warning()]));
    }

    #[test]
    fn what_was_done_is_answered_even_when_warnings_cannot_be_had() {
        let mut store = MockCastingRepository::new();
        store.expect_insert().return_once(|_, _, _, _| Ok(Some(Outcome::Done(a_casting()))));
        store.expect_update().return_once(|_, _, _, _, _, _| Ok(Some(a_casting())));
        store.expect_warnings().returning(|_| Err(StoreError::Unavailable("busy".into())));
        let service = service(store);

        let created = service.create(&permit(), movie(), &NewCasting::booking(an_actor().id)).unwrap();
        assert_eq!(created.value, Outcome::Done(a_casting()));
        assert!(matches!(created.warnings, Err(StoreError::Unavailable(_))));
        let changed =
            service.change(&permit(), movie(), id(), &Precondition::None, &CastingChanges::default()).unwrap();
        assert_eq!(changed.value, a_casting());
        assert!(matches!(changed.warnings, Err(StoreError::Unavailable(_))));
    }

    #[test]
    fn what_is_absent_is_not_found() {
        let mut store = MockCastingRepository::new();
        store.expect_cast().returning(|_| Ok(None));
        store.expect_filmography().returning(|_| Ok(None));
        store.expect_find().returning(|_, _| Ok(None));
        store.expect_insert().returning(|_, _, _, _| Ok(None));
        store.expect_update().returning(|_, _, _, _, _, _| Ok(None));
        store.expect_delete().returning(|_, _, _, _, _| Ok(None));
        store.expect_bill().returning(|_, _, _, _| Ok(None));
        let service = service(store);
        let (none, new) = (Precondition::None, NewCasting::booking(an_actor().id));

        let refused = [
            (Entity::Movie, 2, service.cast(&permit(), movie(), None).map(drop)),
            (Entity::Actor, 7, service.filmography(&permit(), an_actor().id, None).map(drop)),
            (Entity::Casting, 5, service.get(&permit(), movie(), id()).map(drop)),
            (Entity::Movie, 2, service.create(&permit(), movie(), &new).map(drop)),
            (Entity::Casting, 5, service.change(&permit(), movie(), id(), &none, &CastingChanges::default()).map(drop)),
            (Entity::Casting, 5, service.delete(&permit(), movie(), id(), &none).map(drop)),
            (Entity::Movie, 2, service.bill(&permit(), movie(), &BillingOrder::default()).map(drop)),
        ];
        for (expected, number, answer) in refused {
            let Err(Error::NotFound { entity, id }) = answer else { panic!("{expected}: {answer:?}") };
            assert_eq!((entity, id), (expected, number));
        }
    }
}
