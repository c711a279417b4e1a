//! What the ports promise of requests that are sent again under an idempotency key.

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::{
    Actor, ActorId, ActorQuery, CastingStatus, Conflict, HistoryOf, Idempotency, Movie, MovieId, NewCasting, NewMovie,
    Outcome, Precondition, StoreError,
};

use crate::{
    castings::assert_conflict,
    concurrency::at_once,
    fixture::Fixture,
    samples::{
        a_casting_of, a_movie_titled, a_shoot, an_actor_named, because, later, moved, now, page, part, permit, place,
        repeatable, soon,
    },
};

fn add_ann(fixture: &Fixture, key: u8, fingerprint: u8, at: DateTime<Utc>) -> Result<Outcome<Actor>, StoreError> {
    fixture.database.actors().insert(&repeatable(key, fingerprint), &an_actor_named("Ann"), at)
}

fn actors(fixture: &Fixture) -> u64 {
    fixture.database.actors().list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get()
}

fn entries(fixture: &Fixture) -> usize {
    fixture.history(HistoryOf::All).len()
}

/// The moment at which a request that is made now is no longer remembered.
fn the_next_day() -> DateTime<Utc> {
    now() + TimeDelta::hours(Idempotency::HOURS)
}

pub fn the_same_request_again_answers_what_came_of_it_then(fixture: &Fixture) {
    let first = add_ann(fixture, 1, 1, now()).unwrap();
    assert!(!first.is_replayed());
    let ann = first.into_inner();
    assert_eq!(add_ann(fixture, 1, 1, soon()).unwrap(), Outcome::Replayed(ann.clone()));
    fixture.delete_actor(ann.id);
    let (count, told) = (actors(fixture), entries(fixture));
    assert_eq!(add_ann(fixture, 1, 1, soon()).unwrap(), Outcome::Replayed(ann));
    assert_eq!((actors(fixture), entries(fixture)), (count, told), "nothing is done again");
}

pub fn another_request_under_the_same_key_is_refused(fixture: &Fixture) {
    add_ann(fixture, 1, 1, now()).unwrap();
    assert_conflict(&add_ann(fixture, 1, 2, soon()), &Conflict::KeyReused);
    let movie = fixture.database.movies().insert(&repeatable(1, 3), &a_movie_titled("Aihaga"), soon());
    assert_conflict(&movie, &Conflict::KeyReused);
    assert_eq!((actors(fixture), entries(fixture)), (1, 1));
    assert!(add_ann(fixture, 1, 1, soon()).unwrap().is_replayed(), "the first request is still remembered");
}

pub fn the_same_request_under_another_key_is_done_again(fixture: &Fixture) {
    let first = add_ann(fixture, 1, 1, now()).unwrap();
    let second = add_ann(fixture, 2, 1, now()).unwrap();
    assert!(!second.is_replayed() && second.get().id != first.get().id, "{second:?}");
    for _ in 0..2 {
        assert!(!fixture.database.actors().insert(&permit(), &an_actor_named("Ann"), now()).unwrap().is_replayed());
    }
    assert_eq!((actors(fixture), entries(fixture)), (4, 4));
}

pub fn a_request_is_forgotten_after_a_day(fixture: &Fixture) {
    let first = add_ann(fixture, 1, 1, now()).unwrap();
    let last_moment = the_next_day() - TimeDelta::microseconds(1);
    assert!(add_ann(fixture, 1, 1, last_moment).unwrap().is_replayed());
    assert_conflict(&add_ann(fixture, 1, 2, last_moment), &Conflict::KeyReused);

    let second = add_ann(fixture, 1, 2, the_next_day()).unwrap();
    assert!(!second.is_replayed() && second.get().id != first.get().id, "{second:?}");
    assert_eq!(add_ann(fixture, 1, 2, the_next_day()).unwrap(), Outcome::Replayed(second.into_inner()));
    assert_eq!((actors(fixture), entries(fixture)), (2, 2));
}

pub fn a_new_movie_is_not_added_and_cast_twice(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let ann = fixture.add_actor("Ann").id;
    let shoot = a_shoot("2026-05-01", "2026-06-01");
    let new = NewMovie { shoot, actors: [ann].into(), ..a_movie_titled("Aihaga") };
    let insert = || movies.insert(&repeatable(1, 1), &new, now()).unwrap();
    let movie = insert().into_inner();
    let casting = fixture.cast(movie.id).remove(0);
    fixture.change_casting(&casting, &moved(CastingStatus::Released));
    fixture.delete_movie(movie.id);
    let told = entries(fixture);
    assert_eq!(insert(), Outcome::Replayed(movie.clone()));
    fixture.restore_movie(movie.id);
    assert_eq!((fixture.cast(movie.id).len(), entries(fixture)), (1, told + 1));
}

pub fn a_casting_is_not_added_twice(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let new = NewCasting {
        actor: ann,
        character: Some(part("L\u{e9}a March")),
        status: CastingStatus::Offered,
        reason: Some(because("The best reading")),
        billing: Some(place(3)),
    };
    let insert = || castings.insert(&repeatable(1, 1), movie, &new, now()).unwrap();
    let casting = insert().unwrap().into_inner();
    let replayed = Some(Outcome::Replayed(casting.clone()));
    fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    assert_eq!(insert(), replayed);
    fixture.change_casting(&casting, &moved(CastingStatus::Declined));
    castings.delete(&permit(), movie, casting.id, &Precondition::None, later()).unwrap().unwrap();
    assert_eq!(insert(), replayed, "though it is gone for good");
    assert_eq!(fixture.cast(movie), []);
    fixture.delete_movie(movie);
    assert_eq!(insert(), replayed, "though its movie is gone");
}

pub fn nothing_is_restored_twice(fixture: &Fixture) {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let restore_ann = || actors.restore(&repeatable(1, 1), ann, later()).unwrap().unwrap();
    let restore_movie = || movies.restore(&repeatable(2, 1), movie, later()).unwrap().unwrap();
    fixture.delete_actor(ann);
    fixture.delete_movie(movie);
    let (restored, shown): (Outcome<Actor>, Outcome<Movie>) = (restore_ann(), restore_movie());
    assert!(!restored.is_replayed() && !shown.is_replayed());

    fixture.delete_actor(ann);
    fixture.delete_movie(movie);
    assert_eq!(restore_ann(), Outcome::Replayed(restored.into_inner()));
    assert_eq!(restore_movie(), Outcome::Replayed(shown.into_inner()));
    assert_eq!((actors.find(ann).unwrap(), movies.find(movie).unwrap()), (None, None));
}

pub fn a_request_that_is_refused_is_not_remembered(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let first = fixture.add_casting(movie, &a_casting_of(ann));
    let insert = || castings.insert(&repeatable(1, 1), movie, &NewCasting::booking(ann), now());
    assert_conflict(&insert(), &Conflict::AlreadyCast);
    fixture.change_casting(&first, &moved(CastingStatus::Declined));
    assert!(matches!(insert(), Ok(Some(Outcome::Done(_)))));

    let movies = fixture.database.movies();
    let bo = fixture.add_actor("Bo").id;
    fixture.delete_actor(bo);
    let new = NewMovie { actors: [bo].into(), ..a_movie_titled("B") };
    let insert = || movies.insert(&repeatable(2, 1), &new, now());
    assert!(matches!(insert(), Err(StoreError::Invalid(_))));
    fixture.database.actors().restore(&permit(), bo, later()).unwrap();
    assert!(matches!(insert(), Ok(Outcome::Done(_))));
}

pub fn a_request_that_finds_nothing_is_not_remembered(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let insert = || fixture.database.castings().insert(&repeatable(1, 1), movie, &a_casting_of(ann), now()).unwrap();
    fixture.delete_movie(movie);
    assert_eq!(insert(), None);
    fixture.restore_movie(movie);
    assert!(matches!(insert(), Some(Outcome::Done(_))));

    let nobody = ActorId::new(i64::MAX).unwrap();
    let nothing = MovieId::new(i64::MAX).unwrap();
    assert_eq!(fixture.database.actors().restore(&repeatable(2, 1), nobody, now()).unwrap(), None);
    assert_eq!(fixture.database.movies().restore(&repeatable(2, 2), nothing, now()).unwrap(), None);
    assert!(matches!(add_ann(fixture, 2, 3, now()), Ok(Outcome::Done(_))));
}

pub fn what_cannot_be_remembered_does_not_happen(fixture: &Fixture) {
    let index = "CREATE UNIQUE INDEX for_this_test ON idempotency_keys (fingerprint)";
    fixture.aside().execute(index);
    add_ann(fixture, 1, 1, now()).unwrap();
    let refused = add_ann(fixture, 2, 1, now());
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!((actors(fixture), entries(fixture)), (1, 1));
}

pub fn only_forgotten_keys_are_purged(fixture: &Fixture) {
    add_ann(fixture, 1, 1, now()).unwrap();
    add_ann(fixture, 2, 1, now() + TimeDelta::microseconds(1)).unwrap();
    add_ann(fixture, 3, 1, later()).unwrap();
    // More than one statement removes.
    fixture.aside().execute(
        "INSERT INTO idempotency_keys (key, fingerprint, entity, entity_id, state, created_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         SELECT 'key ' || n, '', 'actor', 1, '{}', '2026-03-13 20:15:00' FROM numbers",
    );
    let purge = |at| {
        let batches = std::iter::repeat_with(|| fixture.database.purge_idempotency_keys(at).unwrap());
        let batches: Vec<_> = batches.take_while(|purged| *purged > 0).collect();
        assert!(batches.iter().all(|purged| *purged <= 500), "{batches:?}");
        batches.into_iter().sum::<usize>()
    };
    assert_eq!(purge(the_next_day() - TimeDelta::microseconds(1)), 1200);
    assert_eq!((purge(the_next_day()), purge(the_next_day())), (1, 0));
    let replayed = [1, 2, 3].map(|key| add_ann(fixture, key, 1, now()).unwrap().is_replayed());
    assert_eq!(replayed, [false, true, true]);
}

pub fn of_one_request_sent_many_times_at_once_one_is_done(fixture: &Fixture) {
    let answers = at_once(64, |_| add_ann(fixture, 1, 1, now()));
    let done: Vec<_> =
        answers.iter().filter_map(|answer| answer.as_ref().ok().filter(|outcome| !outcome.is_replayed())).collect();
    let [ann] = done[..] else { panic!("{done:?}") };
    for answer in &answers {
        match answer {
            Ok(outcome) => assert_eq!(outcome.get(), ann.get()),
            Err(error) => assert!(matches!(error, StoreError::Conflict(Conflict::RequestInProgress)), "{error:?}"),
        }
    }
    assert_eq!((actors(fixture), entries(fixture)), (1, 1));
    assert!(add_ann(fixture, 1, 1, soon()).unwrap().is_replayed());
}

pub fn of_one_casting_sent_many_times_at_once_one_is_added(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let answers = at_once(16, |_| castings.insert(&repeatable(1, 1), movie, &NewCasting::booking(ann), now()));
    let done = answers.iter().filter(|answer| matches!(answer, Ok(Some(Outcome::Done(_))))).count();
    assert_eq!((done, fixture.cast(movie).len(), entries(fixture)), (1, 1, 3));
    for answer in &answers {
        let expected = matches!(answer, Ok(Some(_)) | Err(StoreError::Conflict(Conflict::RequestInProgress)));
        assert!(expected, "{answer:?}");
    }
}
