//! What the ports promise where nothing is told: that nothing happened.

use ensemble_domain::{
    ActorChanges, ActorId, ActorName, ActorQuery, BillingOrder, Casting, CastingChanges, CastingStatus, Change,
    Deleted, HistoryOf, MovieChanges, MovieId, MovieQuery, NewCasting, NewMovie, Permit, Precondition, Requirement,
    StoreError, Title,
};

use crate::{
    fixture::Fixture,
    samples::{
        a_casting_of, a_movie_titled, an_actor_named, caller, later, moved, now, page, permit, place, repeatable, rows,
        seen, soon,
    },
};

fn called(name: &str) -> ActorChanges {
    ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() }
}

fn titled(title: &str) -> MovieChanges {
    MovieChanges { title: Some(Title::parse(title).unwrap()), ..MovieChanges::default() }
}

fn naming(actors: &[ActorId]) -> MovieChanges {
    MovieChanges { actors: Some(actors.iter().copied().collect()), ..MovieChanges::default() }
}

fn billed(number: i64) -> CastingChanges {
    CastingChanges { billing: Change::To(place(number)), ..CastingChanges::default() }
}

fn nobody() -> ActorId {
    ActorId::new(i64::MAX).unwrap()
}

fn nothing() -> MovieId {
    MovieId::new(i64::MAX).unwrap()
}

/// Everything that the ports show.
fn everything(fixture: &Fixture) -> String {
    let actors = ActorQuery::default().showing_deleted(&permit(), Deleted::With);
    let movies = MovieQuery::default().showing_deleted(&permit(), Deleted::With);
    let movies = fixture.database.movies().list(&movies, &page(1, 100)).unwrap().items;
    let castings = fixture.database.castings();
    let casts: Vec<_> = movies.iter().map(|movie| castings.cast(movie.id).unwrap()).collect();
    let actors = fixture.database.actors().list(&actors, &page(1, 100)).unwrap();
    format!("{actors:?} {movies:?} {casts:?} {:?}", fixture.history(HistoryOf::All))
}

pub fn a_call_that_changes_nothing_is_not_told(fixture: &Fixture) {
    let (actors, movies, castings) =
        (fixture.database.actors(), fixture.database.movies(), fixture.database.castings());
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let new = NewCasting { billing: Some(place(1)), ..NewCasting::booking(ann) };
    let casting = fixture.add_casting(movie, &new);
    let before = everything(fixture);

    actors.update(&permit(), ann, &Precondition::None, &called("Ann"), later()).unwrap().unwrap();
    actors.restore(&permit(), ann, later()).unwrap().unwrap();
    movies.update(&permit(), movie, &Precondition::None, &titled("Aihaga"), later()).unwrap().unwrap();
    movies.update(&permit(), movie, &Precondition::None, &naming(&[ann]), later()).unwrap().unwrap();
    movies.restore(&permit(), movie, later()).unwrap().unwrap();
    fixture.change_casting(&casting, &billed(1));
    fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    let order = BillingOrder::new(vec![casting.id]).unwrap();
    castings.bill(&permit(), movie, &order, later()).unwrap().unwrap();
    assert_eq!(everything(fixture), before);
}

pub fn a_call_that_is_refused_or_finds_nothing_is_not_told(fixture: &Fixture) {
    let (actors, movies, castings) =
        (fixture.database.actors(), fixture.database.movies(), fixture.database.castings());
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let Casting { id, .. } = fixture.add_casting(movie, &NewCasting::booking(ann));
    let (none, stale, half) = (
        Precondition::None,
        seen(&[7]),
        MovieChanges { shoot_start: Change::To(now().date_naive()), ..titled("Half a shoot") },
    );
    actors.insert(&repeatable(1, 1), &an_actor_named("Bo"), now()).unwrap();
    let before = everything(fixture);

    let refused = [
        actors.update(&permit(), ann, &stale, &called("Anna"), later()).map(drop),
        actors.delete(&permit(), ann, &none, later()).map(drop),
        actors.insert(&repeatable(1, 2), &an_actor_named("Bo"), now()).map(drop),
        movies.update(&permit(), movie, &stale, &titled("B"), later()).map(drop),
        movies.update(&permit(), movie, &none, &half, later()).map(drop),
        movies.delete(&permit(), movie, &stale, later()).map(drop),
        castings.insert(&permit(), movie, &NewCasting::booking(ann), later()).map(drop),
        castings.insert(&permit(), movie, &NewCasting::booking(nobody()), later()).map(drop),
        castings.update(&permit(), movie, id, &none, &moved(CastingStatus::Offered), later()).map(drop),
        castings.delete(&permit(), movie, id, &none, later()).map(drop),
    ];
    for (number, answer) in refused.into_iter().enumerate() {
        assert!(answer.is_err(), "{number}");
    }
    actors.insert(&repeatable(1, 1), &an_actor_named("Bo"), soon()).unwrap();
    assert_eq!(actors.update(&permit(), nobody(), &none, &called("B"), later()).unwrap(), None);
    assert_eq!(actors.restore(&permit(), nobody(), later()).unwrap(), None);
    assert_eq!(movies.delete(&permit(), nothing(), &none, later()).unwrap(), None);
    assert_eq!(castings.insert(&permit(), nothing(), &a_casting_of(ann), later()).unwrap(), None);
    assert_eq!(everything(fixture), before);
}

fn doomed<R: Requirement>() -> Permit<R> {
    caller("auth0|somebody", "doomed").permit().unwrap()
}

/// Lets only one entry of the request that is called doomed be written.
fn doom(fixture: &Fixture) {
    let index = "CREATE UNIQUE INDEX for_this_test ON history (request_id) WHERE request_id = 'doomed'";
    fixture.aside().execute(index);
}

pub fn what_cannot_be_told_does_not_happen(fixture: &Fixture) {
    let (actors, movies, castings) =
        (fixture.database.actors(), fixture.database.movies(), fixture.database.castings());
    let [ann, bo, gone] = ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name).id);
    let [movie, lost] = ["One", "Two"].map(|title| fixture.add_movie(title).id);
    let Casting { id, .. } = fixture.add_casting(movie, &a_casting_of(ann));
    let order = BillingOrder::new(vec![id]).unwrap();
    fixture.delete_actor(gone);
    fixture.delete_movie(lost);
    doom(fixture);
    actors.insert(&doomed(), &an_actor_named("The one entry"), now()).unwrap();
    let (before, none) = (everything(fixture), Precondition::None);

    let failed = [
        actors.insert(&doomed(), &an_actor_named("Dan"), now()).map(drop),
        actors.import(&doomed(), &mut rows(&[an_actor_named("Dan")]), now()).map(drop),
        actors.update(&doomed(), ann, &none, &called("Anna"), later()).map(drop),
        actors.delete(&doomed(), ann, &none, later()).map(drop),
        actors.restore(&doomed(), gone, later()).map(drop),
        movies.insert(&doomed(), &a_movie_titled("Three"), now()).map(drop),
        movies.import(&doomed(), &mut rows(&[a_movie_titled("Three")]), now()).map(drop),
        movies.update(&doomed(), movie, &none, &titled("B"), later()).map(drop),
        movies.update(&doomed(), movie, &none, &naming(&[bo]), later()).map(drop),
        movies.delete(&doomed(), movie, &none, later()).map(drop),
        movies.restore(&doomed(), lost, later()).map(drop),
        castings.insert(&doomed(), movie, &a_casting_of(bo), later()).map(drop),
        castings.update(&doomed(), movie, id, &none, &moved(CastingStatus::Booked), later()).map(drop),
        castings.delete(&doomed(), movie, id, &none, later()).map(drop),
        castings.bill(&doomed(), movie, &order, later()).map(drop),
    ];
    for (number, answer) in failed.into_iter().enumerate() {
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{number} {answer:?}");
    }
    assert_eq!(everything(fixture), before);
}

pub fn what_can_be_told_only_in_part_does_not_happen_at_all(fixture: &Fixture) {
    let (movies, castings) = (fixture.database.movies(), fixture.database.castings());
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_movie("Aihaga").id;
    let ids = [ann, bo].map(|actor| fixture.add_casting(movie, &a_casting_of(actor)).id);
    let order = BillingOrder::new(ids.to_vec()).unwrap();
    doom(fixture);
    let before = everything(fixture);

    let new = NewMovie { actors: [ann].into(), ..a_movie_titled("New") };
    let both = MovieChanges { title: titled("B").title, ..naming(&[ann]) };
    let failed = [
        movies.insert(&doomed(), &new, now()).map(drop),
        movies.update(&doomed(), movie, &Precondition::None, &naming(&[ann, bo]), later()).map(drop),
        movies.update(&doomed(), movie, &Precondition::None, &both, later()).map(drop),
        castings.bill(&doomed(), movie, &order, later()).map(drop),
    ];
    for (number, answer) in failed.into_iter().enumerate() {
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{number} {answer:?}");
    }
    assert_eq!(everything(fixture), before);
}
