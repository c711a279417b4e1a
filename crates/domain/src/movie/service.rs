//! The use-cases of movies.

use std::sync::Arc;

use super::{Movie, MovieChanges, MovieId, MovieQuery, MovieRepository, NewMovie};
use crate::{
    CastingRepository, Clock, DeleteMovies, Error, GetMovies, Imported, Outcome, Page, PageRequest, PatchMovies,
    Permit, Position, PostMovies, Precondition, Rows, Warned,
};

/// What can be done with movies, each with proof that the caller may. Cheap to clone.
#[derive(Clone)]
pub struct MovieService {
    movies: Arc<dyn MovieRepository>,
    castings: Arc<dyn CastingRepository>,
    clock: Arc<dyn Clock>,
}

impl MovieService {
    /// The use-cases over those stores and that clock.
    pub fn new(movies: Arc<dyn MovieRepository>, castings: Arc<dyn CastingRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { movies, castings, clock }
    }

    /// Answers one page of movies.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn list(
        &self,
        _permit: &Permit<GetMovies>,
        query: &MovieQuery,
        page: &PageRequest,
    ) -> Result<Page<Movie>, Error> {
        Ok(self.movies.list(query, page)?)
    }

    /// Answers up to `size` movies of a list that is to be read whole: those behind that place, or the first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn batch(
        &self,
        _permit: &Permit<GetMovies>,
        query: &MovieQuery,
        after: Option<Position>,
        size: u32,
    ) -> Result<Vec<Movie>, Error> {
        Ok(self.movies.batch(query, after, size)?)
    }

    /// Answers one movie.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the store is in trouble.
    pub fn get(&self, _permit: &Permit<GetMovies>, id: MovieId) -> Result<Movie, Error> {
        self.movies.find(id)?.ok_or_else(|| Error::no_movie(id))
    }

    /// Adds a movie, books its actors, and answers what is worth a second look about these bookings.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when one of the actors is absent or deleted, or the store is in trouble.
    pub fn create(&self, permit: &Permit<PostMovies>, new: &NewMovie) -> Result<Warned<Outcome<Movie>>, Error> {
        let outcome = self.movies.insert(permit, new, self.clock.now())?;
        let may_collide = new.shoot.is_some() && !new.actors.is_empty();
        let warnings = if may_collide { self.castings.double_bookings(outcome.get().id) } else { Ok(Vec::new()) };
        Ok(Warned { value: outcome, warnings })
    }

    /// Adds the movies of all rows or none, and answers how many they were.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the rows were withdrawn or the store is in trouble.
    pub fn import(
        &self,
        permit: &Permit<PostMovies>,
        rows: &mut dyn Rows<NewMovie>,
    ) -> Result<Outcome<Imported>, Error> {
        Ok(self.movies.import(permit, rows, self.clock.now())?)
    }

    /// Changes a movie, and answers it as it is then, with what is worth a second look about its bookings when the changes concern
    /// them. Changes that change nothing leave the version as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the precondition does not hold, the changes
    /// do not go with what is stored, or the store is in trouble.
    pub fn change(
        &self,
        permit: &Permit<PatchMovies>,
        id: MovieId,
        precondition: &Precondition,
        changes: &MovieChanges,
    ) -> Result<Warned<Movie>, Error> {
        let stored = self.movies.update(permit, id, precondition, changes, self.clock.now())?;
        let value = stored.ok_or_else(|| Error::no_movie(id))?;
        let may_collide = value.shoot.is_some() && changes.concern_bookings();
        let warnings = if may_collide { self.castings.double_bookings(id) } else { Ok(Vec::new()) };
        Ok(Warned { value, warnings })
    }

    /// Deletes a movie, which hides it until it is restored, and answers it as it is then.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none or it is deleted; [`Error::Store`] when the precondition does not hold or the
    /// store is in trouble.
    pub fn delete(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        precondition: &Precondition,
    ) -> Result<Movie, Error> {
        self.movies.delete(permit, id, precondition, self.clock.now())?.ok_or_else(|| Error::no_movie(id))
    }

    /// Undoes a deletion, and answers the movie; one that is not deleted stays as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there never was one; [`Error::Store`] when the store is in trouble.
    pub fn restore(&self, permit: &Permit<DeleteMovies>, id: MovieId) -> Result<Outcome<Movie>, Error> {
        self.movies.restore(permit, id, self.clock.now())?.ok_or_else(|| Error::no_movie(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ActorName, Change, Entity, MockCastingRepository, MockMovieRepository, Permissions, ShootWindow, StoreError,
        Warning,
        testing::{a_caller_with, a_casting, a_clock, a_movie, a_new_movie, an_actor, day, now},
    };

    fn service(movies: MockMovieRepository) -> MovieService {
        service_beside(movies, MockCastingRepository::new())
    }

    fn service_beside(movies: MockMovieRepository, castings: MockCastingRepository) -> MovieService {
        MovieService::new(Arc::new(movies), Arc::new(castings), Arc::new(a_clock()))
    }

    /// What was done, without a warning.
    fn calm<T>(warned: Warned<T>) -> T {
        assert_eq!(warned.warnings.unwrap(), []);
        warned.value
    }

    fn a_shoot() -> ShootWindow {
        ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-06-01"))).unwrap().unwrap()
    }

    fn a_double_booking() -> Warning {
        Warning::DoubleBooking {
            actor: an_actor().id,
            name: ActorName::parse("Nada Haddad").unwrap(),
            movie: MovieId::new(9).unwrap(),
            title: a_movie().title,
            shoot: a_shoot(),
            casting: a_casting().id,
        }
    }

    fn permit<R: crate::Requirement>() -> Permit<R> {
        a_caller_with(Permissions::ALL).permit().unwrap()
    }

    fn id() -> MovieId {
        a_movie().id
    }

    #[test]
    fn a_new_movie_is_stored_with_the_time_of_the_clock_and_the_caller() {
        let mut store = MockMovieRepository::new();
        store
            .expect_insert()
            .withf(|permit, new, at| {
                permit.caller().request_id().as_str() == "request-1" && *new == a_new_movie() && *at == now()
            })
            .once()
            .return_once(|_, _, _| Ok(Outcome::Done(a_movie())));

        assert_eq!(calm(service(store).create(&permit(), &a_new_movie()).unwrap()), Outcome::Done(a_movie()));
    }

    #[test]
    fn a_new_movie_with_a_shoot_and_actors_warns_of_their_double_bookings() {
        let mut store = MockMovieRepository::new();
        store.expect_insert().return_once(|_, _, _| Ok(Outcome::Replayed(a_movie())));
        let mut castings = MockCastingRepository::new();
        castings.expect_double_bookings().withf(|movie| *movie == id()).return_once(|_| Ok(vec![a_double_booking()]));
        let new = NewMovie { shoot: Some(a_shoot()), actors: [an_actor().id].into(), ..a_new_movie() };

        let created = service_beside(store, castings).create(&permit(), &new).unwrap();

        assert_eq!(created.value, Outcome::Replayed(a_movie()));
        assert_eq!(created.warnings.unwrap(), [a_double_booking()]);
    }

    #[test]
    fn a_movie_is_answered_even_when_warnings_cannot_be_had() {
        let mut store = MockMovieRepository::new();
        store.expect_insert().return_once(|_, _, _| Ok(Outcome::Done(a_movie())));
        let mut castings = MockCastingRepository::new();
        castings.expect_double_bookings().return_once(|_| Err(StoreError::Unavailable("busy".into())));
        let new = NewMovie { shoot: Some(a_shoot()), actors: [an_actor().id].into(), ..a_new_movie() };

        let created = service_beside(store, castings).create(&permit(), &new).unwrap();

        assert_eq!(created.value, Outcome::Done(a_movie()));
        assert!(matches!(created.warnings, Err(StoreError::Unavailable(_))));
    }

    #[test]
    fn changes_that_concern_bookings_warn_of_double_ones() {
        let concerning = [
            MovieChanges { shoot_start: Change::To(day("2026-05-02")), ..MovieChanges::default() },
            MovieChanges { shoot_end: Change::To(day("2026-06-02")), ..MovieChanges::default() },
            MovieChanges { actors: Some([an_actor().id].into()), ..MovieChanges::default() },
        ];
        for changes in concerning {
            let mut store = MockMovieRepository::new();
            let shot = Movie { shoot: Some(a_shoot()), ..a_movie() };
            store.expect_update().return_once(move |_, _, _, _, _| Ok(Some(shot)));
            let mut castings = MockCastingRepository::new();
            castings.expect_double_bookings().return_once(|_| Ok(vec![a_double_booking()]));

            let changed = service_beside(store, castings).change(&permit(), id(), &Precondition::None, &changes);

            assert_eq!(changed.unwrap().warnings.unwrap(), [a_double_booking()]);
        }
    }

    #[test]
    fn a_change_that_concerns_no_booking_asks_for_no_warnings() {
        let mut store = MockMovieRepository::new();
        store.expect_update().return_once(|_, _, _, _, _| Ok(Some(Movie { shoot: Some(a_shoot()), ..a_movie() })));
        let changes = MovieChanges { title: Some(a_movie().title), ..MovieChanges::default() };

        let answer = service(store).change(&permit(), id(), &Precondition::None, &changes).unwrap();

        assert_eq!(answer.warnings.unwrap(), []);
    }

    #[test]
    fn an_absent_movie_is_not_found() {
        let mut store = MockMovieRepository::new();
        store.expect_find().returning(|_| Ok(None));
        store.expect_update().returning(|_, _, _, _, _| Ok(None));
        store.expect_delete().returning(|_, _, _, _| Ok(None));
        store.expect_restore().returning(|_, _, _| Ok(None));
        let service = service(store);
        let none = Precondition::None;

        let refused = [
            service.get(&permit(), id()),
            service.change(&permit(), id(), &none, &MovieChanges::default()).map(|changed| changed.value),
            service.delete(&permit(), id(), &none),
            service.restore(&permit(), id()).map(Outcome::into_inner),
        ];
        for answer in refused {
            assert!(matches!(answer, Err(Error::NotFound { entity: Entity::Movie, id: 2 })), "{answer:?}");
        }
    }
}
