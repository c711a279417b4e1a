//! What the port of castings promises of lists, and of putting somebody on one.

use std::{slice::from_ref, sync::Arc};

use ensemble_domain::{
    ActorId, BillingOrder, Casting, CastingChanges, CastingId, CastingRepository, CastingStatus, Change, Character,
    Conflict, Credit, FaultCode, Movie, MovieId, NewCasting, NewMovie, Outcome, Precondition, Reason, StoreError,
    Version,
};

use crate::{
    fixture::Fixture,
    samples::{NAMES, a_casting_of, a_movie_titled, a_release, because, later, moved, now, part, permit, place, seen},
};

type Castings = Arc<dyn CastingRepository>;

fn insert(castings: &Castings, movie: MovieId, new: &NewCasting) -> Result<Option<Outcome<Casting>>, StoreError> {
    castings.insert(&permit(), movie, new, now())
}

fn change(castings: &Castings, casting: &Casting, changes: &CastingChanges) -> Result<Option<Casting>, StoreError> {
    change_of(castings, casting, &Precondition::None, changes)
}

fn change_of(
    castings: &Castings,
    casting: &Casting,
    condition: &Precondition,
    changes: &CastingChanges,
) -> Result<Option<Casting>, StoreError> {
    castings.update(&permit(), casting.movie, casting.id, condition, changes, later())
}

fn delete(castings: &Castings, casting: &Casting, condition: &Precondition) -> Result<Option<Casting>, StoreError> {
    castings.delete(&permit(), casting.movie, casting.id, condition, later())
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

fn no_casting() -> CastingId {
    CastingId::new(i64::MAX).unwrap()
}

pub fn assert_conflict<T: std::fmt::Debug>(answer: &Result<T, StoreError>, expected: &Conflict) {
    assert!(matches!(answer, Err(StoreError::Conflict(conflict)) if conflict == expected), "{answer:?}");
}

/// A movie with an actor who is considered for a part.
pub fn a_movie_with_a_casting(fixture: &Fixture) -> (Movie, Casting) {
    let (ann, movie) = (fixture.add_actor("Ann"), fixture.add_movie("Aihaga"));
    let new = NewCasting { character: Some(part("The Baker")), ..a_casting_of(ann.id) };
    let casting = fixture.add_casting(movie.id, &new);
    (movie, casting)
}

pub fn a_cast_is_ordered_by_billing_with_those_without_one_last(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga").id;
    let places = [None, Some(place(7)), None, Some(place(2)), Some(place(9999)), Some(place(1))];
    let added = places.map(|billing| {
        fixture.add_casting(movie, &NewCasting { billing, ..a_casting_of(fixture.add_actor("Ann").id) })
    });
    let cast = fixture.database.castings().cast(movie).unwrap().unwrap();
    let expected = [5, 3, 1, 4, 0, 2].map(|number: usize| added[number].clone());
    assert_eq!(cast.iter().map(|member| member.casting.clone()).collect::<Vec<_>>(), expected);
    assert!(cast.iter().all(|member| member.actor.id == member.casting.actor), "{cast:?}");
}

pub fn a_cast_shows_its_own_movie_only(fixture: &Fixture) {
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let empty = fixture.add_movie("Empty").id;
    let shown = fixture.database.castings().cast(movie.id).unwrap().unwrap();
    assert_eq!(shown.iter().map(|member| &member.casting).collect::<Vec<_>>(), [&casting]);
    assert_eq!(shown[0].actor.name.as_str(), "Ann");
    assert_eq!(fixture.database.castings().cast(empty).unwrap(), Some(vec![]));
}

pub fn the_cast_of_an_absent_or_deleted_movie_is_none(fixture: &Fixture) {
    let (movie, _) = a_movie_with_a_casting(fixture);
    fixture.delete_movie(movie.id);
    for id in [movie.id, nothing()] {
        assert_eq!(fixture.database.castings().cast(id).unwrap(), None);
    }
}

pub fn a_filmography_is_ordered_by_release_with_the_latest_first(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann").id, fixture.add_actor("Bo").id);
    let movies = ["1999-12-31", "2027-05-07", "1999-12-31", "2000-01-01"]
        .map(|day| fixture.add_new_movie(&NewMovie { release_date: a_release(day), ..a_movie_titled(day) }));
    // The later one of the same day is cast first.
    let castings = [2, 0, 1, 3].map(|number: usize| fixture.add_casting(movies[number].id, &a_casting_of(ann)));
    fixture.add_casting(movies[0].id, &a_casting_of(bo));

    let credits = fixture.database.castings().filmography(ann).unwrap().unwrap();
    let expected = [(2, 1), (3, 3), (0, 2), (1, 0)].map(|(casting, movie): (usize, usize)| Credit {
        casting: castings[casting].clone(),
        movie: movies[movie].clone(),
    });
    assert_eq!(credits, expected);
}

pub fn the_filmography_of_an_absent_or_deleted_actor_is_none(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let ann = fixture.add_actor("Ann").id;
    assert_eq!(castings.filmography(ann).unwrap(), Some(vec![]));
    fixture.delete_actor(ann);
    for id in [ann, nobody()] {
        assert_eq!(castings.filmography(id).unwrap(), None);
    }
}

pub fn castings_hide_with_their_movie(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let order = BillingOrder::new(vec![casting.id]).unwrap();
    fixture.delete_movie(movie.id);

    assert_eq!(castings.cast(movie.id).unwrap(), None);
    assert_eq!(castings.find(movie.id, casting.id).unwrap(), None);
    assert_eq!(castings.filmography(casting.actor).unwrap(), Some(vec![]));
    assert_eq!(insert(&castings, movie.id, &NewCasting::booking(casting.actor)).unwrap(), None);
    for condition in [Precondition::None, seen(&[1]), seen(&[])] {
        assert_eq!(change_of(&castings, &casting, &condition, &billed(1)).unwrap(), None, "{condition:?}");
        assert_eq!(delete(&castings, &casting, &condition).unwrap(), None, "{condition:?}");
    }
    assert_eq!(castings.bill(&permit(), movie.id, &order, later()).unwrap(), None);
}

pub fn castings_come_back_with_their_movie_as_they_were(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    fixture.delete_movie(movie.id);
    fixture.restore_movie(movie.id);
    assert_eq!(fixture.cast(movie.id), from_ref(&casting));
    assert_eq!(castings.find(movie.id, casting.id).unwrap().unwrap().casting, casting);
    assert_eq!(castings.filmography(casting.actor).unwrap().unwrap().len(), 1);
}

pub fn a_deleted_actor_stays_in_the_cast(fixture: &Fixture) {
    let (movie, casting) = a_movie_with_a_casting(fixture);
    fixture.delete_actor(casting.actor);
    let cast = fixture.database.castings().cast(movie.id).unwrap().unwrap();
    assert_eq!((&cast[0].casting, cast[0].actor.deleted_at), (&casting, Some(later())));
    let found = fixture.database.castings().find(movie.id, casting.id).unwrap();
    assert_eq!(found.as_ref(), Some(&cast[0]));
}

pub fn a_casting_is_found_in_its_own_movie_only(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let other = fixture.add_movie("Other").id;
    let found = castings.find(movie.id, casting.id).unwrap().unwrap();
    assert_eq!((found.casting.clone(), found.actor.id), (casting.clone(), casting.actor));
    for (movie, id) in [(other, casting.id), (nothing(), casting.id), (movie.id, no_casting())] {
        assert_eq!(castings.find(movie, id).unwrap(), None, "{movie} {id}");
    }
}

pub fn a_new_casting_has_version_1_and_the_time_it_was_added(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let new = NewCasting {
        actor: ann,
        character: Some(part("The Baker")),
        status: CastingStatus::Offered,
        reason: Some(because("The best reading")),
        billing: Some(place(2)),
    };
    let casting = fixture.add_casting(movie, &new);
    assert_eq!((casting.version, casting.created_at, casting.updated_at), (Version::FIRST, now(), now()));
    assert_eq!((casting.movie, casting.actor, casting.status), (movie, ann, CastingStatus::Offered));
    assert_eq!((&casting.character, &casting.reason, casting.billing), (&new.character, &new.reason, new.billing));
    assert_eq!(fixture.cast(movie), [casting]);
}

pub fn every_status_can_be_a_first_one(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga").id;
    for status in CastingStatus::ALL {
        let new = NewCasting { status, ..a_casting_of(fixture.add_actor("Ann").id) };
        assert_eq!(fixture.add_casting(movie, &new).status, status);
    }
    let kept: Vec<_> = fixture.cast(movie).into_iter().map(|casting| casting.status).collect();
    assert_eq!(kept, CastingStatus::ALL);
}

pub fn nobody_is_cast_in_an_absent_movie(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let ann = fixture.add_actor("Ann").id;
    for actor in [ann, nobody()] {
        assert_eq!(insert(&castings, nothing(), &a_casting_of(actor)).unwrap(), None);
    }
}

pub fn an_absent_or_deleted_actor_is_not_cast(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    fixture.delete_actor(ann);
    for actor in [ann, nobody()] {
        for new in [a_casting_of(actor), NewCasting::booking(actor)] {
            let refused = insert(&castings, movie, &new);
            let Err(StoreError::Invalid(faults)) = refused else { panic!("{refused:?}") };
            let [fault] = faults.faults() else { panic!("{faults}") };
            assert_eq!((fault.field, fault.fault.code), ("actor_id", FaultCode::Unknown));
            assert!(fault.fault.detail.contains(&actor.to_string()), "{fault}");
        }
    }
    assert_eq!(fixture.cast(movie), []);
}

pub fn nobody_is_cast_twice_for_one_part(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    fixture.add_casting(movie, &NewCasting { character: Some(part("L\u{e9}a March")), ..a_casting_of(ann) });
    for spelling in ["L\u{e9}a March", "LEA  march", "lea ma\u{301}rch"] {
        for status in [CastingStatus::Considering, CastingStatus::Booked] {
            let again = NewCasting { character: Some(part(spelling)), status, ..a_casting_of(ann) };
            assert_conflict(&insert(&castings, movie, &again), &Conflict::AlreadyCast);
        }
    }
    assert_eq!(fixture.cast(movie).len(), 1);
}

pub fn a_part_without_a_name_counts_as_one(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    fixture.add_casting(movie, &a_casting_of(ann));
    assert_conflict(&insert(&castings, movie, &NewCasting::booking(ann)), &Conflict::AlreadyCast);
    fixture.add_casting(movie, &NewCasting { character: Some(part("The Baker")), ..a_casting_of(ann) });
    assert_eq!(fixture.cast(movie).len(), 2);
}

pub fn parts_are_shared_and_actors_have_several(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann").id, fixture.add_actor("Bo").id);
    let (movie, other) = (fixture.add_movie("A").id, fixture.add_movie("B").id);
    for (movie, actor, text) in
        [(movie, ann, "The Baker"), (movie, bo, "The Baker"), (movie, ann, "The Smith"), (other, ann, "The Baker")]
    {
        fixture.add_casting(movie, &NewCasting { character: Some(part(text)), ..NewCasting::booking(actor) });
    }
    assert_eq!((fixture.cast(movie).len(), fixture.cast(other).len()), (3, 1));
}

pub fn a_closed_casting_leaves_its_part_free(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    for status in [CastingStatus::Declined, CastingStatus::Released] {
        let first = fixture.add_casting(movie, &NewCasting::booking(ann));
        fixture.change_casting(&first, &moved(status));
    }
    fixture.add_casting(movie, &a_casting_of(ann));
    // A closed one does not mind the open one beside it either.
    fixture.add_casting(movie, &NewCasting { status: CastingStatus::Declined, ..a_casting_of(ann) });
    assert_eq!(fixture.cast(movie).len(), 4);
}

pub fn a_place_in_the_credits_is_given_once_in_a_movie(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let (movie, other) = (fixture.add_movie("A").id, fixture.add_movie("B").id);
    let second = |actor| NewCasting { billing: Some(place(2)), ..a_casting_of(actor) };
    let first = fixture.add_casting(movie, &second(ann));
    assert_conflict(&insert(&castings, movie, &second(bo)), &Conflict::BillingTaken);
    fixture.add_casting(other, &second(bo));

    // Who left keeps the place until somebody takes it away.
    let left = fixture.change_casting(&first, &moved(CastingStatus::Released));
    assert_conflict(&insert(&castings, movie, &second(bo)), &Conflict::BillingTaken);
    fixture.change_casting(&left, &CastingChanges { billing: Change::Clear, ..CastingChanges::default() });
    fixture.add_casting(movie, &second(bo));
}

pub fn ids_are_given_in_order_and_never_twice(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let given: Vec<_> = (0..5)
        .map(|_| {
            let casting = fixture.add_casting(movie, &a_casting_of(ann));
            delete(&castings, &casting, &Precondition::None).unwrap().unwrap();
            casting.id
        })
        .collect();
    assert!(given.is_sorted_by(|one, next| one < next), "{given:?}");
}

pub fn text_of_any_script_survives(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let (longest_part, longest_reason) = ("\u{1f3ad}".repeat(200), "\u{1f3ac}".repeat(500));
    let texts = NAMES.into_iter().map(|name| (name, name)).chain([(longest_part.as_str(), longest_reason.as_str())]);
    for (character, reason) in texts {
        let new = NewCasting { character: Some(part(character)), reason: Some(because(reason)), ..a_casting_of(ann) };
        let id = fixture.add_casting(movie, &new).id;
        let found = fixture.database.castings().find(movie, id).unwrap().unwrap().casting;
        assert_eq!(found.character.as_ref().map(Character::as_str), Some(character));
        assert_eq!(found.reason.as_ref().map(Reason::as_str), Some(reason));
    }
}

pub fn a_row_that_makes_no_sense_is_a_failure(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    fixture.aside().execute(&format!("UPDATE castings SET reason = ' ' WHERE id = {}", casting.id));
    let answers = [
        castings.cast(movie.id).map(drop),
        castings.find(movie.id, casting.id).map(drop),
        castings.filmography(casting.actor).map(drop),
        change(&castings, &casting, &billed(1)).map(drop),
    ];
    for answer in answers {
        let Err(StoreError::Failed(cause)) = answer else { panic!("{answer:?}") };
        let text = cause.to_string();
        assert!(text.contains("castings") && text.contains(&casting.id.to_string()), "{text}");
    }
}
