//! The use-cases of actors.

use std::sync::Arc;

use super::{Actor, ActorChanges, ActorId, ActorQuery, ActorRepository, Addition, Amendment, NewActor};
use crate::{
    Clock, DeleteActors, Error, GetActors, Imported, Outcome, Page, PageRequest, PatchActors, Permit, Position,
    PostActors, Precondition, Rows,
};

/// What can be done with actors, each with proof that the caller may. Cheap to clone.
#[derive(Clone)]
pub struct ActorService {
    actors: Arc<dyn ActorRepository>,
    clock: Arc<dyn Clock>,
}

impl ActorService {
    /// The use-cases over that store and clock.
    pub fn new(actors: Arc<dyn ActorRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { actors, clock }
    }

    /// Answers one page of actors.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn list(
        &self,
        _permit: &Permit<GetActors>,
        query: &ActorQuery,
        page: &PageRequest,
    ) -> Result<Page<Actor>, Error> {
        Ok(self.actors.list(query, page)?)
    }

    /// Answers up to `size` actors of a list that is to be read whole: those behind that place, or the first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn batch(
        &self,
        _permit: &Permit<GetActors>,
        query: &ActorQuery,
        after: Option<Position>,
        size: u32,
    ) -> Result<Vec<Actor>, Error> {
        Ok(self.actors.batch(query, after, size)?)
    }

    /// Answers one actor.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the store is in trouble.
    pub fn get(&self, _permit: &Permit<GetActors>, id: ActorId) -> Result<Actor, Error> {
        self.actors.find(id)?.ok_or_else(|| Error::no_actor(id))
    }

    /// Adds an actor.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn create(&self, permit: &Permit<PostActors>, new: &NewActor) -> Result<Outcome<Actor>, Error> {
        Ok(self.actors.insert(permit, new, self.clock.now())?)
    }

    /// Adds actors for several callers at once, and answers them in order; `None` for one that is to be added by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble, for all of them.
    pub fn create_several(&self, wanted: &[&Addition]) -> Result<Vec<Option<Outcome<Actor>>>, Error> {
        let added = self.actors.insert_several(wanted, self.clock.now())?;
        Ok(added.into_iter().map(|actor| actor.map(Outcome::Done)).collect())
    }

    /// Adds the actors of all rows or none, and answers how many they were.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the rows were withdrawn or the store is in trouble.
    pub fn import(
        &self,
        permit: &Permit<PostActors>,
        rows: &mut dyn Rows<NewActor>,
    ) -> Result<Outcome<Imported>, Error> {
        Ok(self.actors.import(permit, rows, self.clock.now())?)
    }

    /// Changes an actor, and answers it as it is then. Changes that change nothing leave the version as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the precondition does not hold or the
    /// store is in trouble.
    pub fn change(
        &self,
        permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
    ) -> Result<Actor, Error> {
        self.actors.update(permit, id, precondition, changes, self.clock.now())?.ok_or_else(|| Error::no_actor(id))
    }

    /// Changes actors for several callers at once, and answers those that were changed, in order; `None` for one that is to be changed
    /// by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble, for all of them.
    pub fn change_several(&self, wanted: &[&Amendment]) -> Result<Vec<Option<Actor>>, Error> {
        Ok(self.actors.update_several(wanted, self.clock.now())?)
    }

    /// Deletes an actor, which hides it until it is restored, and answers it as it is then.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the precondition does not hold, the actor is
    /// booked on a movie that is not released yet, or the store is in trouble.
    pub fn delete(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
    ) -> Result<Actor, Error> {
        self.actors.delete(permit, id, precondition, self.clock.now())?.ok_or_else(|| Error::no_actor(id))
    }

    /// Undoes a deletion, and answers the actor; one that is not deleted stays as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there never was one; [`Error::Store`] when the store is in trouble.
    pub fn restore(&self, permit: &Permit<DeleteActors>, id: ActorId) -> Result<Outcome<Actor>, Error> {
        self.actors.restore(permit, id, self.clock.now())?.ok_or_else(|| Error::no_actor(id))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::{
        Entity, MockActorRepository, Permissions,
        testing::{a_caller_with, a_clock, a_new_actor, an_actor, now},
    };

    fn service(actors: MockActorRepository) -> ActorService {
        ActorService::new(Arc::new(actors), Arc::new(a_clock()))
    }

    fn permit<R: crate::Requirement>() -> Permit<R> {
        a_caller_with(Permissions::ALL).permit().unwrap()
    }

    fn id() -> ActorId {
        an_actor().id
    }

    #[test]
    fn a_new_actor_is_stored_with_the_time_of_the_clock_and_the_caller() {
        let mut store = MockActorRepository::new();
        store
            .expect_insert()
            .withf(|permit, new, at| {
                permit.caller().request_id().as_str() == "request-1" && *new == a_new_actor() && *at == now()
            })
            .once()
            .return_once(|_, _, _| Ok(Outcome::Done(an_actor())));

        assert_eq!(service(store).create(&permit(), &a_new_actor()).unwrap(), Outcome::Done(an_actor()));
    }

    #[test]
    fn what_several_want_is_handed_to_the_store_with_the_time_of_the_clock() {
        let none = Precondition::None;
        let addition = Addition { permit: permit(), new: a_new_actor() };
        let amendment = Amendment { permit: permit(), id: id(), precondition: none, changes: ActorChanges::default() };
        let mut store = MockActorRepository::new();
        let added = |wanted: &[&Addition], at: &DateTime<Utc>| wanted.len() == 2 && *at == now();
        store.expect_insert_several().withf(added).once().return_once(|_, _| Ok(vec![Some(an_actor()), None]));
        let changed = |wanted: &[&Amendment], at: &DateTime<Utc>| wanted.len() == 2 && *at == now();
        store.expect_update_several().withf(changed).once().return_once(|_, _| Ok(vec![None, Some(an_actor())]));

        let service = service(store);
        let added = service.create_several(&[&addition, &addition]).unwrap();
        assert_eq!(added, [Some(Outcome::Done(an_actor())), None]);
        assert_eq!(service.change_several(&[&amendment, &amendment]).unwrap(), [None, Some(an_actor())]);
    }

    #[test]
    fn an_absent_actor_is_not_found() {
        let mut store = MockActorRepository::new();
        store.expect_find().returning(|_| Ok(None));
        store.expect_update().returning(|_, _, _, _, _| Ok(None));
        store.expect_delete().returning(|_, _, _, _| Ok(None));
        store.expect_restore().returning(|_, _, _| Ok(None));
        let service = service(store);
        let none = Precondition::None;

        let refused = [
            service.get(&permit(), id()),
            service.change(&permit(), id(), &none, &ActorChanges::default()),
            service.delete(&permit(), id(), &none),
            service.restore(&permit(), id()).map(Outcome::into_inner),
        ];
        for answer in refused {
            assert!(matches!(answer, Err(Error::NotFound { entity: Entity::Actor, id: 7 })), "{answer:?}");
        }
    }
}
