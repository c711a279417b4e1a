//! What the port of castings promises of a change of one casting, and of taking it off the list.

use std::{slice::from_ref, sync::Arc};

use ensemble_domain::{
    Billing, Casting, CastingChanges, CastingId, CastingRepository, CastingStatus, Change, Conflict, Entity, MovieId,
    NewCasting, Outcome, Precondition, StoreError,
};

use crate::{
    castings::{a_movie_with_a_casting, assert_conflict},
    fixture::Fixture,
    samples::{a_casting_of, because, later, moved, now, part, permit, place, seen, version},
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

fn playing(text: &str) -> CastingChanges {
    CastingChanges { character: Change::To(part(text)), ..CastingChanges::default() }
}

fn billed(number: i64) -> CastingChanges {
    CastingChanges { billing: Change::To(place(number)), ..CastingChanges::default() }
}

fn nothing() -> MovieId {
    MovieId::new(i64::MAX).unwrap()
}

fn no_casting() -> CastingId {
    CastingId::new(i64::MAX).unwrap()
}

fn ids(castings: &[Casting]) -> Vec<CastingId> {
    castings.iter().map(|casting| casting.id).collect()
}

pub fn a_change_raises_the_version_and_keeps_the_creation(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let other = fixture.add_casting(movie.id, &a_casting_of(casting.actor));
    let changes = CastingChanges { billing: billed(3).billing, ..moved(CastingStatus::Booked) };
    let after = change(&castings, &casting, &changes).unwrap().unwrap();
    let expected = Casting {
        status: CastingStatus::Booked,
        reason: Some(because("The dates moved")),
        billing: Some(place(3)),
        version: version(2),
        updated_at: later(),
        ..casting
    };
    assert_eq!(after, expected);
    assert_eq!(fixture.cast(movie.id), [expected, other], "no other casting changes");
}

pub fn a_change_takes_away_what_it_clears(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let new = NewCasting {
        character: Some(part("The Baker")),
        reason: Some(because("The best reading")),
        billing: Some(place(2)),
        ..a_casting_of(ann)
    };
    let casting = fixture.add_casting(movie, &new);
    let cleared =
        CastingChanges { character: Change::Clear, status: None, reason: Change::Clear, billing: Change::Clear };
    let changed = change(&castings, &casting, &cleared).unwrap().unwrap();
    let expected =
        Casting { character: None, reason: None, billing: None, version: version(2), updated_at: later(), ..casting };
    assert_eq!(changed, expected);
    assert_eq!(fixture.cast(movie), [expected]);
    // The part is forgotten for the rule as well.
    assert_conflict(&insert(&castings, movie, &a_casting_of(ann)), &Conflict::AlreadyCast);
    fixture.add_casting(movie, &new);
}

pub fn a_change_that_changes_nothing_leaves_the_casting_as_it_is(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let same = CastingChanges { billing: Change::Clear, ..playing("The Baker") };
    for changes in [CastingChanges::default(), same, moved(CastingStatus::Considering)] {
        assert_eq!(change(&castings, &casting, &changes).unwrap().as_ref(), Some(&casting));
        assert_eq!(fixture.cast(movie.id), from_ref(&casting));
    }
}

pub fn a_change_of_an_absent_casting_or_in_another_movie_answers_none(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let other = fixture.add_movie("Other").id;
    for (movie, id) in [(other, casting.id), (nothing(), casting.id), (movie.id, no_casting())] {
        for condition in [Precondition::None, seen(&[1]), seen(&[])] {
            for changes in [billed(1), moved(CastingStatus::Considering)] {
                let answer = castings.update(&permit(), movie, id, &condition, &changes, later()).unwrap();
                assert_eq!(answer, None, "{movie} {id} {condition:?}");
            }
        }
    }
    assert_eq!(fixture.cast(movie.id), [casting]);
}

pub fn a_change_of_another_version_is_stale(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let second = change_of(&castings, &casting, &seen(&[7, 1]), &billed(1)).unwrap().unwrap();
    for versions in [&[1][..], &[3], &[1, 3], &[]] {
        // A change that would change nothing or be refused is stale all the same.
        for changes in [billed(2), CastingChanges::default(), moved(CastingStatus::Booked)] {
            let refused = change_of(&castings, &casting, &seen(versions), &changes);
            assert!(matches!(refused, Err(StoreError::Stale { current }) if current == version(2)), "{refused:?}");
        }
    }
    assert_eq!(fixture.cast(movie.id), [second]);
}

pub fn a_stale_change_is_stale_even_when_it_is_refused(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (_, casting) = a_movie_with_a_casting(fixture);
    let booked = fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    for changes in
        [moved(CastingStatus::Pinned), CastingChanges { reason: Change::Keep, ..moved(CastingStatus::Released) }]
    {
        let refused = change_of(&castings, &booked, &seen(&[1]), &changes);
        assert!(matches!(refused, Err(StoreError::Stale { current }) if current == version(2)), "{refused:?}");
    }
}

pub fn a_move_that_is_not_in_the_table_is_refused(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let booked = fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    let changes = CastingChanges { billing: billed(1).billing, ..moved(CastingStatus::Offered) };
    let expected = Conflict::IllegalStatus {
        from: CastingStatus::Booked,
        to: CastingStatus::Offered,
        allowed: vec![CastingStatus::Declined, CastingStatus::Released],
        deleted: None,
    };
    assert_conflict(&change(&castings, &booked, &changes), &expected);
    assert_eq!(fixture.cast(movie.id), [booked], "nothing is written");
}

pub fn a_booking_that_ends_without_a_reason_is_refused(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let booked = fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    let changes = CastingChanges { reason: Change::Keep, ..moved(CastingStatus::Released) };
    let refused = change(&castings, &booked, &changes);
    let Err(StoreError::Invalid(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults.faults().iter().map(|fault| fault.field).collect::<Vec<_>>(), ["reason"]);
    assert_eq!(fixture.cast(movie.id), [booked]);
}

pub fn a_change_to_a_part_that_the_actor_has_is_refused(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, baker) = a_movie_with_a_casting(fixture);
    let unnamed = fixture.add_casting(movie.id, &a_casting_of(baker.actor));
    let to_unnamed = CastingChanges { character: Change::Clear, ..billed(1) };
    for (casting, changes) in [(&unnamed, playing("the BAKER")), (&baker, to_unnamed)] {
        assert_conflict(&change(&castings, casting, &changes), &Conflict::AlreadyCast);
    }
    assert_eq!(fixture.cast(movie.id), [baker, unnamed]);
}

pub fn a_casting_that_is_opened_again_meets_the_open_one(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, first) = a_movie_with_a_casting(fixture);
    let first = fixture.change_casting(&first, &moved(CastingStatus::Declined));
    let again = NewCasting { character: Some(part("the baker")), ..a_casting_of(first.actor) };
    let second = fixture.add_casting(movie.id, &again);
    assert_conflict(&change(&castings, &first, &moved(CastingStatus::Considering)), &Conflict::AlreadyCast);

    fixture.change_casting(&second, &moved(CastingStatus::Released));
    let opened = fixture.change_casting(&first, &moved(CastingStatus::Considering));
    assert_eq!((opened.status, opened.version), (CastingStatus::Considering, version(3)));
}

pub fn a_change_to_a_place_that_is_taken_is_refused(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, ann) = a_movie_with_a_casting(fixture);
    let ann = fixture.change_casting(&ann, &billed(1));
    let bo = NewCasting { billing: Some(place(2)), ..a_casting_of(fixture.add_actor("Bo").id) };
    let bo = fixture.add_casting(movie.id, &bo);
    for (casting, number) in [(&ann, 2), (&bo, 1)] {
        let changes = CastingChanges { billing: billed(number).billing, ..moved(CastingStatus::Booked) };
        assert_conflict(&change(&castings, casting, &changes), &Conflict::BillingTaken);
    }
    assert_eq!(fixture.cast(movie.id), [ann, bo]);
}

pub fn an_actor_who_was_deleted_is_not_booked(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    fixture.delete_actor(casting.actor);
    let refused = change(&castings, &casting, &moved(CastingStatus::Booked));
    let Err(StoreError::Conflict(Conflict::IllegalStatus { from, to, allowed, deleted })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((from, to, deleted), (CastingStatus::Considering, CastingStatus::Booked, Some(Entity::Actor)));
    assert!(!allowed.contains(&CastingStatus::Booked) && allowed.len() == 5, "{allowed:?}");
    assert_eq!(fixture.cast(movie.id), from_ref(&casting));

    for status in [CastingStatus::Offered, CastingStatus::Declined, CastingStatus::Considering] {
        assert_eq!(fixture.change_casting(&casting, &moved(status)).status, status);
    }
}

pub fn a_casting_is_taken_off_and_answered_as_it_was(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let other = fixture.add_casting(movie.id, &a_casting_of(casting.actor));
    assert_eq!(delete(&castings, &casting, &seen(&[1])).unwrap().as_ref(), Some(&casting));
    assert_eq!(castings.find(movie.id, casting.id).unwrap(), None);
    assert_eq!(ids(&fixture.cast(movie.id)), [other.id]);
    for condition in [Precondition::None, seen(&[1]), seen(&[])] {
        assert_eq!(delete(&castings, &casting, &condition).unwrap(), None, "{condition:?}");
    }
}

pub fn a_casting_is_taken_off_its_own_movie_only(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let other = fixture.add_movie("Other").id;
    for (movie, id) in [(other, casting.id), (nothing(), casting.id), (movie.id, no_casting())] {
        assert_eq!(castings.delete(&permit(), movie, id, &Precondition::None, later()).unwrap(), None);
    }
    assert_eq!(fixture.cast(movie.id), [casting]);
}

pub fn a_booking_has_to_end_before_it_is_taken_off(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let booked = fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    let refused = delete(&castings, &booked, &seen(&[2]));
    assert_conflict(&refused, &Conflict::RequiresRelease { casting: booked.id });
    assert_eq!(fixture.cast(movie.id), from_ref(&booked));

    let released = fixture.change_casting(&booked, &moved(CastingStatus::Released));
    assert_eq!(delete(&castings, &booked, &Precondition::None).unwrap(), Some(released));
}

pub fn to_take_off_another_version_is_stale(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let booked = fixture.change_casting(&casting, &moved(CastingStatus::Booked));
    for versions in [&[][..], &[1], &[1, 3]] {
        let refused = delete(&castings, &booked, &seen(versions));
        assert!(matches!(refused, Err(StoreError::Stale { current }) if current == version(2)), "{refused:?}");
    }
    assert_eq!(fixture.cast(movie.id), [booked]);
}

pub fn the_last_place_in_the_credits_survives(fixture: &Fixture) {
    let (movie, casting) = a_movie_with_a_casting(fixture);
    let last = i64::from(Billing::MAX);
    assert_eq!(fixture.change_casting(&casting, &billed(last)).billing, Some(place(last)));
    assert_eq!(fixture.cast(movie.id)[0].billing, Some(place(last)));
}
