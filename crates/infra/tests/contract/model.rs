//! Any sequence of calls answers and leaves behind what it does in the simplest agency there can be.

mod agency;
mod call;
mod ports;

use std::{cell::RefCell, sync::Arc};

use chrono::TimeDelta;
use ensemble_domain::{
    ActorId, ActorQuery, ActorRepository, Caller, CastingId, CastingRepository, Deleted, HistoryEntry, HistoryId,
    HistoryOf, HistoryRepository, Idempotency, Limit, MovieId, MovieQuery, MovieRepository, StoreError,
};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};

use self::{
    agency::Agency,
    call::{Call, Ids, a_beginning, calls, text},
};
use crate::{
    fixture::Fixture,
    samples::{caller, now, page, permit},
};

/// The four ports over one agency.
struct Ports {
    actors: Arc<dyn ActorRepository>,
    movies: Arc<dyn MovieRepository>,
    castings: Arc<dyn CastingRepository>,
    history: Arc<dyn HistoryRepository>,
}

impl Ports {
    fn of_database(fixture: &Fixture) -> Self {
        let database = &fixture.database;
        Self {
            actors: database.actors(),
            movies: database.movies(),
            castings: database.castings(),
            history: database.history(),
        }
    }

    fn of_model(agency: &Arc<Agency>) -> Self {
        Self { actors: agency.clone(), movies: agency.clone(), castings: agency.clone(), history: agency.clone() }
    }

    /// The ids of everybody and everything that is not among these, in the order in which they were given.
    fn new_ids(&self, known: &Ids) -> Vec<i64> {
        let actors = ActorQuery::default().showing_deleted(&permit(), Deleted::With);
        let movies = MovieQuery::default().showing_deleted(&permit(), Deleted::With);
        let actors = self.actors.list(&actors, &page(1, 100)).unwrap().items.into_iter().map(|actor| actor.id);
        let movies: Vec<_> = self.movies.list(&movies, &page(1, 100)).unwrap().items;
        let movies = movies.into_iter().map(|movie| movie.id);
        let casts = movies.clone().filter_map(|movie| self.castings.cast(movie).unwrap()).flatten();
        let mut castings: Vec<_> = casts.map(|member| member.casting.id).collect();
        castings.sort();
        // A call that adds several adds either actors, or movies, or one movie and then its castings.
        let actors = actors.filter(|id| !known.actors.contains(id)).map(ActorId::get);
        let movies = movies.filter(|id| !known.movies.contains(id)).map(MovieId::get);
        castings.retain(|id| !known.castings.iter().any(|casting| casting.id == *id));
        actors.chain(movies).chain(castings.into_iter().map(CastingId::get)).collect()
    }

    /// Everything that the ports show, but for the ids of the entries of the history.
    fn everything(&self, ids: &Ids) -> Vec<String> {
        let mut shown = Vec::new();
        for deleted in [Deleted::No, Deleted::Only, Deleted::With] {
            let actors = ActorQuery::default().showing_deleted(&permit(), deleted);
            let movies = MovieQuery::default().showing_deleted(&permit(), deleted);
            for number in 1..=3 {
                shown.push(text(&self.actors.list(&actors, &page(number, 5))));
                shown.push(text(&self.movies.list(&movies, &page(number, 5))));
            }
        }
        for actor in &ids.actors {
            shown.push(text(&self.actors.find(*actor)));
            shown.push(text(&self.castings.filmography(*actor)));
            shown.push(self.told(HistoryOf::Actor(*actor)));
        }
        for movie in &ids.movies {
            shown.push(text(&self.movies.find(*movie)));
            shown.push(text(&self.castings.cast(*movie)));
            shown.push(text(&self.castings.double_bookings(*movie)));
            shown.push(self.told(HistoryOf::Movie(*movie)));
        }
        for casting in &ids.castings {
            shown.push(text(&self.castings.find(casting.movie, casting.id)));
            shown.push(text(&self.castings.warnings(casting)));
        }
        shown.push(self.told(HistoryOf::All));
        shown
    }

    /// The whole history, page by page.
    fn told(&self, of: HistoryOf) -> String {
        let (mut entries, mut before) = (Vec::new(), None);
        loop {
            let page = self.history.list(of, before, Limit::new(7).unwrap()).unwrap().unwrap();
            entries
                .extend(page.entries.into_iter().map(|entry| HistoryEntry { id: HistoryId::new(1).unwrap(), ..entry }));
            before = page.next;
            if before.is_none() {
                return text(&entries);
            }
        }
    }
}

fn follow(fixture: &Fixture, calls: &[(Option<u8>, Call)]) -> Result<(), TestCaseError> {
    let agency = Arc::new(Agency::default());
    let (store, model) = (Ports::of_database(fixture), Ports::of_model(&agency));
    let calls = a_beginning().map(|call| (None, call)).chain(calls.iter().cloned());
    for (step, (key, call)) in calls.enumerate() {
        let now = now() + TimeDelta::hours(2 * i64::try_from(step).unwrap());
        let caller = caller(["auth0|ann", "auth0|bo"][step % 2], &format!("request-{step}"));
        let request = key.map(|key| Idempotency { key: [key; 32], fingerprint: call.fingerprint() });
        let caller = request.into_iter().fold(caller, Caller::repeatable);
        let ids = Ids::of(&agency);
        let answer = call.make(&store, &ids, &caller, now);
        agency.expect_ids(store.new_ids(&ids));
        let expected = call.make(&model, &ids, &caller, now);
        let also = agency.also_against().map(|conflict| text(&Err::<(), _>(StoreError::from(conflict))));
        if also.as_ref() != Some(&answer) {
            prop_assert_eq!(answer, expected, "{:?}", call);
        }
    }
    let ids = Ids::of(&agency);
    for (shown, expected) in store.everything(&ids).into_iter().zip(model.everything(&ids)) {
        prop_assert_eq!(shown, expected);
    }
    Ok(())
}

pub fn any_calls_do_what_they_do_in_the_simplest_agency(fixture: &Fixture) {
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    let aside = RefCell::new(fixture.aside());
    let outcome = TestRunner::new(config).run(&calls(), |calls| {
        for table in ["castings", "history", "idempotency_keys", "movies", "actors"] {
            aside.borrow_mut().execute(&format!("DELETE FROM {table}"));
        }
        follow(fixture, &calls)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
