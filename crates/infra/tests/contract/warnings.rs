//! What the port of castings promises of warnings: bookings that collide, and parts that are shared.

use ensemble_domain::{
    Actor, Casting, CastingId, CastingStatus, Character, Movie, MovieId, NewCasting, NewMovie, ShootWindow, Warning,
};

use crate::{
    fixture::Fixture,
    samples::{a_casting_of, a_movie_titled, a_shoot, moved, part},
};

fn a_movie_shot(fixture: &Fixture, start: &str, end: &str) -> Movie {
    fixture.add_new_movie(&NewMovie { shoot: a_shoot(start, end), ..a_movie_titled("Aihaga") })
}

fn book(fixture: &Fixture, actor: &Actor, movie: &Movie) -> Casting {
    fixture.add_casting(movie.id, &NewCasting::booking(actor.id))
}

fn book_as(fixture: &Fixture, actor: &Actor, movie: &Movie, character: &str) -> Casting {
    let new = NewCasting { character: Some(part(character)), ..NewCasting::booking(actor.id) };
    fixture.add_casting(movie.id, &new)
}

fn warnings(fixture: &Fixture, casting: &Casting) -> Vec<Warning> {
    fixture.database.castings().warnings(casting).unwrap()
}

fn double_bookings(fixture: &Fixture, movie: MovieId) -> Vec<Warning> {
    fixture.database.castings().double_bookings(movie).unwrap()
}

fn double(actor: &Actor, movie: &Movie, shoot: Option<ShootWindow>, casting: CastingId) -> Warning {
    let (name, title) = (actor.name.clone(), movie.title.clone());
    Warning::DoubleBooking { actor: actor.id, name, movie: movie.id, title, shoot: shoot.unwrap(), casting }
}

fn shared(character: &str, actor: &Actor, casting: &Casting) -> Warning {
    let (character, name) = (Character::parse(character).unwrap(), actor.name.clone());
    Warning::SharedCharacter { character, actor: actor.id, name, movie: casting.movie, casting: casting.id }
}

pub fn a_casting_that_meets_nobody_warns_of_nothing(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann"), fixture.add_actor("Bo"));
    let movie = a_movie_shot(fixture, "2026-05-01", "2026-06-01");
    let casting = book_as(fixture, &ann, &movie, "The Baker");
    book_as(fixture, &bo, &movie, "The Smith");
    assert_eq!(warnings(fixture, &casting), []);
    assert_eq!(double_bookings(fixture, movie.id), []);
}

pub fn bookings_whose_shoots_share_a_day_collide(fixture: &Fixture) {
    let movie = a_movie_shot(fixture, "2026-05-10", "2026-05-20");
    for (start, end, collides) in [
        ("2026-05-01", "2026-05-09", false),
        ("2026-05-01", "2026-05-10", true),
        ("2026-05-10", "2026-05-10", true),
        ("2026-05-12", "2026-05-13", true),
        ("2026-04-01", "2026-07-01", true),
        ("2026-05-20", "2026-06-01", true),
        ("2026-05-21", "2026-06-01", false),
    ] {
        let ann = fixture.add_actor("Ann");
        let (here, there) = (book(fixture, &ann, &movie), a_movie_shot(fixture, start, end));
        let booked = book(fixture, &ann, &there);
        let expected: Vec<_> =
            collides.then(|| double(&ann, &there, a_shoot(start, end), booked.id)).into_iter().collect();
        assert_eq!(warnings(fixture, &here), expected, "{start} {end}");
        // It is the same from the other side.
        assert_eq!(warnings(fixture, &booked).len(), expected.len(), "{start} {end}");
    }
}

pub fn a_movie_that_is_not_shot_collides_with_none(fixture: &Fixture) {
    let ann = fixture.add_actor("Ann");
    let movies = [a_movie_shot(fixture, "2026-05-01", "2026-06-01"), fixture.add_movie("B"), fixture.add_movie("C")];
    for casting in movies.each_ref().map(|movie| book(fixture, &ann, movie)) {
        assert_eq!(warnings(fixture, &casting), []);
    }
    for movie in movies {
        assert_eq!(double_bookings(fixture, movie.id), []);
    }
}

pub fn only_bookings_are_collided_with(fixture: &Fixture) {
    let (here, there) =
        (a_movie_shot(fixture, "2026-05-01", "2026-06-01"), a_movie_shot(fixture, "2026-05-01", "2026-06-01"));
    for status in CastingStatus::ALL {
        let ann = fixture.add_actor("Ann");
        fixture.add_casting(there.id, &NewCasting { status, ..NewCasting::booking(ann.id) });
        let considered = fixture.add_casting(here.id, &a_casting_of(ann.id));
        assert_eq!(warnings(fixture, &considered).len(), usize::from(status == CastingStatus::Booked), "{status}");
    }
}

pub fn only_bookings_of_the_same_actor_collide(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann"), fixture.add_actor("Bo"));
    let (here, there) =
        (a_movie_shot(fixture, "2026-05-01", "2026-06-01"), a_movie_shot(fixture, "2026-05-01", "2026-06-01"));
    let casting = book(fixture, &ann, &here);
    book(fixture, &bo, &there);
    assert_eq!(warnings(fixture, &casting), []);
    // Two parts in one movie are no collision either.
    book_as(fixture, &ann, &here, "The Baker");
    assert_eq!(warnings(fixture, &casting), []);
}

pub fn a_closed_casting_warns_of_nothing(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann"), fixture.add_actor("Bo"));
    let (here, there) =
        (a_movie_shot(fixture, "2026-05-01", "2026-06-01"), a_movie_shot(fixture, "2026-05-01", "2026-06-01"));
    book(fixture, &ann, &there);
    book_as(fixture, &bo, &here, "The Baker");
    let casting = book_as(fixture, &ann, &here, "The Baker");
    assert_eq!(warnings(fixture, &casting).len(), 2);
    for status in [CastingStatus::Released, CastingStatus::Considering, CastingStatus::Declined] {
        let casting = fixture.change_casting(&casting, &moved(status));
        assert_eq!(warnings(fixture, &casting).len(), if status.is_open() { 2 } else { 0 }, "{status}");
    }
}

pub fn a_deleted_movie_is_not_collided_with(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann"), fixture.add_actor("Bo"));
    let (here, there) =
        (a_movie_shot(fixture, "2026-05-01", "2026-06-01"), a_movie_shot(fixture, "2026-05-01", "2026-06-01"));
    let casting = book_as(fixture, &ann, &here, "The Baker");
    book(fixture, &ann, &there);
    book_as(fixture, &bo, &here, "The Baker");
    assert_eq!((warnings(fixture, &casting).len(), double_bookings(fixture, here.id).len()), (2, 1));

    fixture.delete_movie(there.id);
    assert_eq!((warnings(fixture, &casting).len(), double_bookings(fixture, here.id).len()), (1, 0));
    fixture.restore_movie(there.id);
    fixture.delete_movie(here.id);
    assert_eq!((warnings(fixture, &casting), double_bookings(fixture, here.id)), (vec![], vec![]));
}

pub fn a_part_that_somebody_else_is_booked_for_is_shared(fixture: &Fixture) {
    let (ann, bo) = (fixture.add_actor("Ann"), fixture.add_actor("Bo"));
    let (movie, other) = (fixture.add_movie("A"), fixture.add_movie("B"));
    let first = book_as(fixture, &ann, &movie, "L\u{e9}a March");
    let second =
        fixture.add_casting(movie.id, &NewCasting { character: Some(part("LEA  march")), ..a_casting_of(bo.id) });
    book_as(fixture, &bo, &other, "L\u{e9}a March");
    assert_eq!(warnings(fixture, &second), [shared("L\u{e9}a March", &ann, &first)]);
    assert_eq!(warnings(fixture, &first), [], "the other one is not booked yet");

    let second = fixture.change_casting(&second, &moved(CastingStatus::Booked));
    assert_eq!(warnings(fixture, &first), [shared("LEA  march", &bo, &second)]);
    fixture.change_casting(&second, &moved(CastingStatus::Released));
    assert_eq!(warnings(fixture, &first), []);
}

pub fn a_part_without_a_name_is_not_shared(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga");
    let [first, second] = ["Ann", "Bo"].map(|name| book(fixture, &fixture.add_actor(name), &movie));
    assert_eq!((warnings(fixture, &first), warnings(fixture, &second)), (vec![], vec![]));
}

pub fn double_bookings_come_first_each_kind_by_ascending_id(fixture: &Fixture) {
    let [ann, bo, cleo] = ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name));
    let movies = ["2026-05-01", "2026-05-02", "2026-05-03"].map(|start| a_movie_shot(fixture, start, "2026-06-01"));
    let shoots = ["2026-05-01", "2026-05-02", "2026-05-03"].map(|start| a_shoot(start, "2026-06-01"));
    let cleo_here = book_as(fixture, &cleo, &movies[0], "The Baker");
    let third = book(fixture, &ann, &movies[2]);
    let second = book(fixture, &ann, &movies[1]);
    let bo_here = book_as(fixture, &bo, &movies[0], "The Baker");
    let ann_here = book_as(fixture, &ann, &movies[0], "The Baker");
    let expected = [
        double(&ann, &movies[2], shoots[2], third.id),
        double(&ann, &movies[1], shoots[1], second.id),
        shared("The Baker", &cleo, &cleo_here),
        shared("The Baker", &bo, &bo_here),
    ];
    assert_eq!(warnings(fixture, &ann_here), expected);
}

pub fn the_double_bookings_of_a_movie_are_those_of_everybody_booked_for_it(fixture: &Fixture) {
    let [ann, bo, cleo] = ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name));
    let (start, end) = ("2026-05-01", "2026-06-01");
    let [here, one, two] = [(); 3].map(|()| a_movie_shot(fixture, start, end));
    let bo_there = book(fixture, &bo, &two);
    let ann_there = book(fixture, &ann, &one);
    let bo_there_too = book(fixture, &bo, &one);
    book(fixture, &cleo, &one);
    book(fixture, &ann, &here);
    book(fixture, &bo, &here);
    // Two bookings of one actor make no second warning, and who is only considered is no booking.
    book_as(fixture, &ann, &here, "The Baker");
    fixture.add_casting(here.id, &a_casting_of(cleo.id));
    let expected = [
        double(&bo, &two, a_shoot(start, end), bo_there.id),
        double(&ann, &one, a_shoot(start, end), ann_there.id),
        double(&bo, &one, a_shoot(start, end), bo_there_too.id),
    ];
    assert_eq!(double_bookings(fixture, here.id), expected);
    assert_eq!(double_bookings(fixture, MovieId::new(i64::MAX).unwrap()), []);
}
