//! What the ports of movies and of actors promise of bookings.

use ensemble_domain::{
    Actor, ActorId, BookedOn, Casting, CastingStatus, Change, Conflict, FaultCode, HistoryOf, Movie, MovieChanges,
    MovieId, MovieQuery, NewCasting, NewMovie, Precondition, ReleaseDate, StoreError, Title, Version,
};

use crate::{
    fixture::Fixture,
    samples::{
        a_casting_of, a_movie_titled, a_release, day, instant, later, moved, now, page, part, permit, place, seen,
        version,
    },
};

fn naming(actors: &[ActorId]) -> MovieChanges {
    MovieChanges { actors: Some(actors.iter().copied().collect()), ..MovieChanges::default() }
}

fn alter(fixture: &Fixture, movie: MovieId, changes: &MovieChanges) -> Result<Option<Movie>, StoreError> {
    fixture.database.movies().update(&permit(), movie, &Precondition::None, changes, later())
}

fn delete(fixture: &Fixture, actor: ActorId) -> Result<Option<Actor>, StoreError> {
    fixture.database.actors().delete(&permit(), actor, &Precondition::None, later())
}

fn nobody() -> ActorId {
    ActorId::new(i64::MAX).unwrap()
}

fn three_actors(fixture: &Fixture) -> [ActorId; 3] {
    ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name).id)
}

fn standing(cast: &[Casting]) -> Vec<(ActorId, CastingStatus, i64)> {
    cast.iter().map(|casting| (casting.actor, casting.status, casting.version.get())).collect()
}

fn assert_absent<T: std::fmt::Debug>(refused: &Result<T, StoreError>, absent: &[ActorId]) {
    let Err(StoreError::Invalid(faults)) = refused else { panic!("{refused:?}") };
    let [fault] = faults.faults() else { panic!("{faults}") };
    assert_eq!((fault.field, fault.fault.code), ("actor_ids", FaultCode::Unknown));
    for actor in absent {
        assert!(fault.fault.detail.contains(&actor.to_string()), "{fault}");
    }
}

fn assert_booked_on(refused: &Result<Option<Actor>, StoreError>, actor: ActorId, movies: &[&Movie]) {
    let of = |movie: &&Movie| BookedOn { id: movie.id, title: movie.title.clone(), release_date: movie.release_date };
    let expected = Conflict::ActorBooked { actor, movies: movies.iter().map(of).collect() };
    assert!(matches!(refused, Err(StoreError::Conflict(conflict)) if *conflict == expected), "{refused:?}");
}

pub fn a_new_movie_books_its_actors(fixture: &Fixture) {
    let [ann, bo, _] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [bo, ann].into(), ..a_movie_titled("Aihaga") });
    assert_eq!(movie.version, Version::FIRST);
    let cast = fixture.cast(movie.id);
    assert_eq!(standing(&cast), [(ann, CastingStatus::Booked, 1), (bo, CastingStatus::Booked, 1)]);
    for casting in cast {
        let Casting { character, reason, billing, created_at, updated_at, .. } = casting;
        assert_eq!((character, reason, billing), (None, None, None));
        assert_eq!((created_at, updated_at), (now(), now()));
    }
}

pub fn a_new_movie_with_actors_who_are_not_there_is_not_added(fixture: &Fixture) {
    let [ann, bo, _] = three_actors(fixture);
    fixture.delete_actor(bo);
    let entries = fixture.history(HistoryOf::All).len();
    let new = NewMovie { actors: [nobody(), ann, bo].into(), ..a_movie_titled("Aihaga") };
    let refused = fixture.database.movies().insert(&permit(), &new, now());
    assert_absent(&refused, &[bo, nobody()]);
    assert!(!refused.unwrap_err().to_string().contains(&format!("{ann},")), "who is there is not named");
    assert_eq!(fixture.database.movies().list(&MovieQuery::default(), &page(1, 1)).unwrap().total.get(), 0);
    assert_eq!(fixture.history(HistoryOf::All).len(), entries);
}

pub fn naming_the_actors_of_a_movie_books_moves_and_releases(fixture: &Fixture) {
    let [ann, bo, cleo] = three_actors(fixture);
    let [dan, eve] = ["Dan", "Eve"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_movie("Aihaga");
    fixture.add_casting(movie.id, &NewCasting { billing: Some(place(1)), ..NewCasting::booking(ann) });
    fixture.add_casting(movie.id, &NewCasting { billing: Some(place(2)), ..NewCasting::booking(bo) });
    let oldest = NewCasting { status: CastingStatus::Pinned, character: Some(part("The Baker")), ..a_casting_of(cleo) };
    fixture.add_casting(movie.id, &oldest);
    fixture.add_casting(movie.id, &NewCasting { status: CastingStatus::Offered, ..a_casting_of(cleo) });
    fixture.add_casting(movie.id, &NewCasting { status: CastingStatus::Declined, ..a_casting_of(dan) });
    fixture.add_casting(movie.id, &a_casting_of(eve));

    let answer = alter(fixture, movie.id, &naming(&[bo, cleo, dan])).unwrap();
    assert_eq!(answer, Some(movie.clone()), "the movie itself stays as it is");
    let cast = fixture.cast(movie.id);
    let expected = [
        (ann, CastingStatus::Released, 2),
        (bo, CastingStatus::Booked, 1),
        (cleo, CastingStatus::Booked, 2),
        (cleo, CastingStatus::Offered, 1),
        (dan, CastingStatus::Declined, 1),
        (eve, CastingStatus::Considering, 1),
        (dan, CastingStatus::Booked, 1),
    ];
    assert_eq!(standing(&cast), expected);
    assert!(
        cast[0].reason.is_some() && cast[0].billing == Some(place(1)) && cast[0].updated_at == later(),
        "{:?}",
        cast[0]
    );
    assert_eq!(cast[2].character, Some(part("The Baker")));
    assert_eq!((cast[6].created_at, &cast[6].character), (later(), &None));
}

pub fn naming_the_same_actors_again_changes_nothing(fixture: &Fixture) {
    let [ann, bo, _] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann, bo].into(), ..a_movie_titled("Aihaga") });
    let (cast, entries) = (fixture.cast(movie.id), fixture.history(HistoryOf::All));
    assert_eq!(alter(fixture, movie.id, &naming(&[bo, ann])).unwrap(), Some(movie.clone()));
    assert_eq!((fixture.cast(movie.id), fixture.history(HistoryOf::All)), (cast, entries));
}

pub fn naming_nobody_releases_everybody(fixture: &Fixture) {
    let [ann, bo, cleo] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann, bo].into(), ..a_movie_titled("Aihaga") }).id;
    fixture.add_casting(movie, &a_casting_of(cleo));
    alter(fixture, movie, &naming(&[])).unwrap().unwrap();
    let expected =
        [(ann, CastingStatus::Released, 2), (bo, CastingStatus::Released, 2), (cleo, CastingStatus::Considering, 1)];
    assert_eq!(standing(&fixture.cast(movie)), expected);
}

pub fn a_change_that_names_no_actors_leaves_the_cast(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann].into(), ..a_movie_titled("Aihaga") }).id;
    let title = Title::parse("Aihaga II").unwrap();
    alter(fixture, movie, &MovieChanges { title: Some(title), ..MovieChanges::default() }).unwrap().unwrap();
    assert_eq!(standing(&fixture.cast(movie)), [(ann, CastingStatus::Booked, 1)]);
}

pub fn a_change_names_actors_and_facts_at_once(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    let movie = fixture.add_movie("Aihaga").id;
    let title = Title::parse("Aihaga II").unwrap();
    let changed = alter(fixture, movie, &MovieChanges { title: Some(title), ..naming(&[ann]) }).unwrap().unwrap();
    assert_eq!((changed.title.as_str(), changed.version), ("Aihaga II", version(2)));
    assert_eq!(standing(&fixture.cast(movie)), [(ann, CastingStatus::Booked, 1)]);
}

pub fn a_change_that_names_actors_who_are_not_there_changes_nothing(fixture: &Fixture) {
    let [ann, bo, cleo] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann].into(), ..a_movie_titled("Aihaga") });
    fixture.add_casting(movie.id, &a_casting_of(bo));
    fixture.delete_actor(bo);
    let (cast, entries) = (fixture.cast(movie.id), fixture.history(HistoryOf::All));

    let title = Some(Title::parse("Aihaga II").unwrap());
    let refused = alter(fixture, movie.id, &MovieChanges { title, ..naming(&[bo, cleo, nobody()]) });
    assert_absent(&refused, &[bo, nobody()]);
    assert_eq!(fixture.database.movies().find(movie.id).unwrap(), Some(movie.clone()));
    assert_eq!((fixture.cast(movie.id), fixture.history(HistoryOf::All)), (cast, entries));
}

pub fn who_is_booked_may_be_named_again_though_deleted_since(fixture: &Fixture) {
    let [ann, bo, _] = three_actors(fixture);
    let past = NewMovie { release_date: a_release("2020-01-01"), actors: [ann].into(), ..a_movie_titled("Aihaga") };
    let movie = fixture.add_new_movie(&past).id;
    fixture.delete_actor(ann);
    alter(fixture, movie, &naming(&[ann, bo])).unwrap().unwrap();
    assert_eq!(standing(&fixture.cast(movie)), [(ann, CastingStatus::Booked, 1), (bo, CastingStatus::Booked, 1)]);
}

pub fn a_change_that_is_stale_or_invalid_books_nobody(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    let movie = fixture.add_movie("Aihaga").id;
    let movies = fixture.database.movies();
    let half_a_shoot = MovieChanges { shoot_start: Change::To(day("2026-05-01")), ..naming(&[ann]) };
    let refused = movies.update(&permit(), movie, &seen(&[2]), &naming(&[ann]), later());
    assert!(matches!(refused, Err(StoreError::Stale { current: Version::FIRST })), "{refused:?}");
    let refused = alter(fixture, movie, &half_a_shoot);
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert_eq!(fixture.cast(movie), []);
    fixture.delete_movie(movie);
    assert_eq!(alter(fixture, movie, &naming(&[nobody()])).unwrap(), None);
}

pub fn an_actor_who_is_booked_on_movies_to_come_is_not_deleted(fixture: &Fixture) {
    let [ann, bo, _] = three_actors(fixture);
    let [one, two, other] = ["One", "Two", "Other"].map(|title| fixture.add_movie(title));
    fixture.add_casting(two.id, &NewCasting::booking(ann));
    fixture.add_casting(one.id, &NewCasting::booking(ann));
    fixture.add_casting(one.id, &NewCasting { character: Some(part("The Baker")), ..NewCasting::booking(ann) });
    fixture.add_casting(other.id, &NewCasting::booking(bo));
    let entries = fixture.history(HistoryOf::All).len();
    assert_booked_on(&delete(fixture, ann), ann, &[&one, &two]);
    assert_eq!(fixture.database.actors().find(ann).unwrap().unwrap().version, Version::FIRST);
    assert_eq!(fixture.history(HistoryOf::All).len(), entries);
}

pub fn a_movie_is_to_come_until_the_day_after_its_release(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    let today = ReleaseDate::new(later().date_naive()).unwrap();
    let movie = fixture.add_new_movie(&NewMovie { release_date: today, actors: [ann].into(), ..a_movie_titled("A") });
    assert_booked_on(&delete(fixture, ann), ann, &[&movie]);
    let actors = fixture.database.actors();
    let midnight = instant("2026-03-16T00:00:00Z");
    let deleted = actors.delete(&permit(), ann, &Precondition::None, midnight).unwrap().unwrap();
    assert_eq!(deleted.deleted_at, Some(midnight));
    assert_eq!(standing(&fixture.cast(movie.id)), [(ann, CastingStatus::Booked, 1)], "the casting stays");
}

pub fn a_deleted_movie_keeps_nobody(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann].into(), ..a_movie_titled("Aihaga") });
    fixture.delete_movie(movie.id);
    assert!(delete(fixture, ann).unwrap().is_some());
    fixture.restore_movie(movie.id);
    assert_eq!(standing(&fixture.cast(movie.id)), [(ann, CastingStatus::Booked, 1)]);
}

pub fn only_a_booking_keeps_an_actor(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga");
    for status in CastingStatus::ALL {
        let ann = fixture.add_actor("Ann").id;
        let casting = fixture.add_casting(movie.id, &NewCasting { status, ..NewCasting::booking(ann) });
        if status == CastingStatus::Booked {
            assert_booked_on(&delete(fixture, ann), ann, &[&movie]);
            fixture.change_casting(&casting, &moved(CastingStatus::Released));
        }
        assert!(delete(fixture, ann).unwrap().is_some(), "{status}");
    }
}

pub fn a_stale_deletion_is_stale_even_when_the_actor_is_booked(fixture: &Fixture) {
    let [ann, ..] = three_actors(fixture);
    fixture.add_new_movie(&NewMovie { actors: [ann].into(), ..a_movie_titled("Aihaga") });
    let refused = fixture.database.actors().delete(&permit(), ann, &seen(&[2]), later());
    assert!(matches!(refused, Err(StoreError::Stale { current: Version::FIRST })), "{refused:?}");
}
