//! What the port of castings promises of the order in the credits.

use std::collections::BTreeSet;

use ensemble_domain::{
    Action, Billing, BillingOrder, Casting, CastingId, FaultCode, HistoryOf, MovieId, NewCasting, StoreError,
};

use crate::{
    fixture::Fixture,
    samples::{a_casting_of, an_actor_named, later, now, permit, place, rows, version},
};

/// A movie whose castings have the places 1 to 3, and one more that has none.
fn a_billed_movie(fixture: &Fixture) -> (MovieId, [CastingId; 4]) {
    let movie = fixture.add_movie("Aihaga").id;
    let ids = [Some(place(1)), Some(place(2)), Some(place(3)), None].map(|billing| {
        fixture.add_casting(movie, &NewCasting { billing, ..a_casting_of(fixture.add_actor("Ann").id) }).id
    });
    (movie, ids)
}

fn bill(fixture: &Fixture, movie: MovieId, order: &[CastingId]) -> Result<Option<Vec<Casting>>, StoreError> {
    let order = BillingOrder::new(order.to_vec()).unwrap();
    let answer = fixture.database.castings().bill(&permit(), movie, &order, later())?;
    Ok(answer.map(|cast| cast.into_iter().map(|member| member.casting).collect()))
}

/// The castings of a cast with their places and versions.
fn places(cast: &[Casting]) -> Vec<(CastingId, Option<i64>, i64)> {
    cast.iter().map(|casting| (casting.id, casting.billing.map(Billing::get), casting.version.get())).collect()
}

pub fn an_order_gives_places_from_1_and_takes_the_others(fixture: &Fixture) {
    let (movie, [first, second, third, fourth]) = a_billed_movie(fixture);
    let cast = bill(fixture, movie, &[fourth, second, first]).unwrap().unwrap();
    let expected = [(fourth, Some(1), 2), (second, Some(2), 1), (first, Some(3), 2), (third, None, 2)];
    assert_eq!(places(&cast), expected);
    assert_eq!(fixture.cast(movie), cast);
    assert!(cast.iter().all(|casting| (casting.version == version(2)) == (casting.updated_at == later())), "{cast:?}");
}

pub fn places_are_swapped(fixture: &Fixture) {
    let (movie, [first, second, third, fourth]) = a_billed_movie(fixture);
    let expected = [(second, Some(1), 2), (first, Some(2), 2), (third, Some(3), 1), (fourth, None, 1)];
    assert_eq!(places(&bill(fixture, movie, &[second, first, third]).unwrap().unwrap()), expected);
    let expected = [(third, Some(1), 2), (second, Some(2), 3), (first, Some(3), 3), (fourth, None, 1)];
    assert_eq!(places(&bill(fixture, movie, &[third, second, first]).unwrap().unwrap()), expected);
}

pub fn an_order_that_stands_changes_nothing(fixture: &Fixture) {
    let (movie, [first, second, third, _]) = a_billed_movie(fixture);
    let before = fixture.cast(movie);
    assert_eq!(bill(fixture, movie, &[first, second, third]).unwrap(), Some(before.clone()));
    assert_eq!(fixture.cast(movie), before);
}

pub fn an_empty_order_takes_every_place(fixture: &Fixture) {
    let (movie, [first, second, third, fourth]) = a_billed_movie(fixture);
    let expected = [(first, None, 2), (second, None, 2), (third, None, 2), (fourth, None, 1)];
    assert_eq!(places(&bill(fixture, movie, &[]).unwrap().unwrap()), expected);
}

pub fn an_order_with_gaps_is_closed(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga").id;
    let [one, two] = [Some(place(500)), Some(place(9999))].map(|billing| {
        fixture.add_casting(movie, &NewCasting { billing, ..a_casting_of(fixture.add_actor("Ann").id) }).id
    });
    assert_eq!(places(&bill(fixture, movie, &[one, two]).unwrap().unwrap()), [(one, Some(1), 2), (two, Some(2), 2)]);
}

pub fn a_long_cast_is_put_in_order_at_once(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga").id;
    let extras: Vec<_> = (0..1100).map(|number| an_actor_named(&format!("Extra {number}"))).collect();
    fixture.database.actors().import(&permit(), &mut rows(&extras), now()).unwrap();
    fixture.aside().execute(&format!(
        "INSERT INTO castings (movie_id, actor_id, status, version, created_at, updated_at)
         SELECT {movie}, id, 'booked', 1, '2026-03-14 09:00:00', '2026-03-14 09:00:00' FROM actors",
    ));
    let mut order: Vec<_> = fixture.cast(movie).iter().map(|casting| casting.id).collect();
    order.reverse();
    let cast = bill(fixture, movie, &order).unwrap().unwrap();
    assert_eq!(cast.iter().map(|casting| casting.id).collect::<Vec<_>>(), order);
    assert!(
        places(&cast).into_iter().zip(1..).all(|((_, place, version), number)| (place, version) == (Some(number), 2))
    );
    let told = fixture.history(HistoryOf::Movie(movie));
    let billed: BTreeSet<_> =
        told.iter().filter(|it| it.record.action == Action::Billed).map(|it| it.entity_id).collect();
    assert_eq!((told.len(), billed.len()), (1101, 1100), "each is told of once, after the creation");
}

pub fn an_order_of_one_movie_leaves_the_others(fixture: &Fixture) {
    let ((movie, _), (other, _)) = (a_billed_movie(fixture), a_billed_movie(fixture));
    let before = fixture.cast(other);
    bill(fixture, movie, &[]).unwrap().unwrap();
    assert_eq!(fixture.cast(other), before);
}

pub fn an_order_that_names_a_stranger_is_refused(fixture: &Fixture) {
    let ((movie, [first, second, ..]), (_, [stranger, ..])) = (a_billed_movie(fixture), a_billed_movie(fixture));
    let before = fixture.cast(movie);
    for stranger in [stranger, CastingId::new(i64::MAX).unwrap()] {
        let refused = bill(fixture, movie, &[second, stranger, first]);
        let Err(StoreError::Invalid(faults)) = refused else { panic!("{refused:?}") };
        let [fault] = faults.faults() else { panic!("{faults}") };
        assert_eq!((fault.field, fault.fault.code), ("order", FaultCode::Unknown));
    }
    assert_eq!(fixture.cast(movie), before);
}

pub fn the_order_of_an_absent_or_deleted_movie_answers_none(fixture: &Fixture) {
    let (movie, [first, ..]) = a_billed_movie(fixture);
    fixture.delete_movie(movie);
    for movie in [movie, MovieId::new(i64::MAX).unwrap()] {
        for order in [&[][..], &[first]] {
            assert_eq!(bill(fixture, movie, order).unwrap(), None);
        }
    }
}
