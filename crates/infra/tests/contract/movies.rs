//! What the port of movies promises.

use std::sync::Arc;

use ensemble_domain::{
    Change, Deleted, Movie, MovieChanges, MovieId, MovieQuery, MovieRepository, NewMovie, Outcome, Precondition,
    ReleaseDate, StoreError, Title, Version,
};

use crate::{
    fixture::Fixture,
    samples::{NAMES, a_movie_titled, a_shoot, day, later, now, page, permit, rows, seen, version},
};

type Movies = Arc<dyn MovieRepository>;

fn add(movies: &Movies, title: &str) -> Movie {
    movies.insert(&permit(), &a_movie_titled(title), now()).unwrap().into_inner()
}

fn add_shot(movies: &Movies, start: &str, end: &str) -> Movie {
    let new = NewMovie { shoot: a_shoot(start, end), ..a_movie_titled("Aihaga") };
    movies.insert(&permit(), &new, now()).unwrap().into_inner()
}

fn delete(movies: &Movies, id: MovieId) -> Option<Movie> {
    movies.delete(&permit(), id, &Precondition::None, later()).unwrap()
}

fn alter(
    movies: &Movies,
    id: MovieId,
    condition: &Precondition,
    changes: &MovieChanges,
) -> Result<Option<Movie>, StoreError> {
    movies.update(&permit(), id, condition, changes, later())
}

fn titled(title: &str) -> MovieChanges {
    MovieChanges { title: Some(Title::parse(title).unwrap()), ..MovieChanges::default() }
}

fn nothing() -> MovieId {
    MovieId::new(i64::MAX).unwrap()
}

fn titles(movies: &[Movie]) -> Vec<&str> {
    movies.iter().map(|movie| movie.title.as_str()).collect()
}

fn showing(deleted: Deleted) -> MovieQuery {
    MovieQuery::default().showing_deleted(&permit(), deleted)
}

pub fn a_page_is_ordered_by_id_and_counts_the_whole_list(fixture: &Fixture) {
    let movies = fixture.database.movies();
    for title in ["E", "D", "C", "B", "A"] {
        add(&movies, title);
    }
    let listed = |number| movies.list(&MovieQuery::default(), &page(number, 2)).unwrap();
    for (number, expected) in [(1, vec!["E", "D"]), (2, vec!["C", "B"]), (3, vec!["A"])] {
        let found = listed(number);
        assert_eq!((titles(&found.items), found.total.get()), (expected, 5));
        assert!(found.items.is_sorted_by_key(|movie| movie.id));
    }
}

pub fn a_page_past_the_end_is_empty_and_still_counts(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let listed = |number| movies.list(&MovieQuery::default(), &page(number, 100)).unwrap();
    assert_eq!((listed(1).items.len(), listed(1).total.get()), (0, 0));
    add(&movies, "Aihaga");
    for number in [2, u64::MAX] {
        assert_eq!((listed(number).items.len(), listed(number).total.get()), (0, 1), "{number}");
    }
}

pub fn a_list_shows_deleted_movies_only_when_asked(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let (_a, b, _c) = (add(&movies, "A"), add(&movies, "B"), add(&movies, "C"));
    delete(&movies, b.id).unwrap();
    for (deleted, expected) in
        [(Deleted::No, vec!["A", "C"]), (Deleted::Only, vec!["B"]), (Deleted::With, vec!["A", "B", "C"])]
    {
        let found = movies.list(&showing(deleted), &page(1, 20)).unwrap();
        assert_eq!(found.total.get(), u64::try_from(expected.len()).unwrap(), "{deleted:?}");
        assert_eq!(titles(&found.items), expected, "{deleted:?}");
    }
}

pub fn a_found_movie_is_the_one_that_was_added(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let (plain, shot) = (add(&movies, "A"), add_shot(&movies, "2026-05-01", "2026-06-01"));
    assert_eq!(movies.find(shot.id).unwrap(), Some(shot));
    assert_eq!(movies.find(plain.id).unwrap(), Some(plain));
}

pub fn an_absent_or_deleted_movie_is_not_found(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    delete(&movies, movie.id).unwrap();
    assert_eq!(movies.find(movie.id).unwrap(), None);
    assert_eq!(movies.find(nothing()).unwrap(), None);
}

pub fn a_new_movie_has_version_1_and_the_time_it_was_added(fixture: &Fixture) {
    let new = NewMovie { shoot: a_shoot("2026-05-01", "2026-05-01"), ..a_movie_titled("Aihaga") };
    let movie = fixture.database.movies().insert(&permit(), &new, now()).unwrap().into_inner();
    let written = (movie.version, movie.created_at, movie.updated_at, movie.deleted_at);
    assert_eq!(written, (Version::FIRST, now(), now(), None));
    assert_eq!((movie.title, movie.release_date, movie.shoot), (new.title, new.release_date, new.shoot));
}

pub fn many_movies_are_added_at_once_and_counted(fixture: &Fixture) {
    let movies = fixture.database.movies();
    assert_eq!(movies.import(&permit(), &mut rows(&[]), now()).unwrap().into_inner().count, 0);
    let shoot = a_shoot("2026-05-11", "2026-07-31");
    let many: Vec<_> =
        (0..1201).map(|number| NewMovie { shoot, ..a_movie_titled(&format!("Movie {number}")) }).collect();
    assert_eq!(movies.import(&permit(), &mut rows(&many), now()).unwrap().into_inner().count, 1201);

    let last = movies.list(&MovieQuery::default(), &page(13, 100)).unwrap();
    assert_eq!((titles(&last.items), last.total.get()), (vec!["Movie 1200"], 1201));
    assert!(last.items.iter().all(|movie| movie.version == Version::FIRST && movie.created_at == now()));
    assert!(last.items.iter().all(|movie| movie.shoot == shoot));
}

pub fn of_many_movies_all_are_added_or_none(fixture: &Fixture) {
    let movies = fixture.database.movies();
    fixture.aside().execute("CREATE UNIQUE INDEX for_this_test ON movies (title)");
    let mut many: Vec<_> = (0..1200).map(|number| a_movie_titled(&format!("Movie {number}"))).collect();
    many.push(a_movie_titled("Movie 0"));

    let refused = movies.import(&permit(), &mut rows(&many), now());
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!(movies.list(&showing(Deleted::With), &page(1, 1)).unwrap().total.get(), 0);

    many.pop();
    assert_eq!(movies.import(&permit(), &mut rows(&many), now()).unwrap().into_inner().count, 1200);
}

pub fn a_change_raises_the_version_and_keeps_the_creation(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let (movie, other) = (add(&movies, "Aihaga"), add(&movies, "B"));
    let changed = alter(&movies, movie.id, &Precondition::None, &titled("Aihaga II")).unwrap().unwrap();
    let title = Title::parse("Aihaga II").unwrap();
    let expected = Movie { title, version: version(2), updated_at: later(), ..movie.clone() };
    assert_eq!(changed, expected);
    assert_eq!(movies.find(movie.id).unwrap(), Some(expected));
    assert_eq!(movies.find(other.id).unwrap(), Some(other), "no other movie changes");
}

pub fn a_change_that_changes_nothing_leaves_the_movie_as_it_is(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add_shot(&movies, "2026-05-01", "2026-06-01");
    let same = MovieChanges {
        release_date: Some(movie.release_date),
        shoot_start: Change::To(day("2026-05-01")),
        ..titled("Aihaga")
    };
    for changes in [MovieChanges::default(), same] {
        assert_eq!(alter(&movies, movie.id, &Precondition::None, &changes).unwrap().as_ref(), Some(&movie));
        assert_eq!(movies.find(movie.id).unwrap().as_ref(), Some(&movie));
    }
}

pub fn a_change_of_an_absent_or_deleted_movie_answers_none(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    delete(&movies, movie.id).unwrap();
    let half_a_shoot = MovieChanges { shoot_start: Change::To(day("2026-05-01")), ..MovieChanges::default() };
    for id in [movie.id, nothing()] {
        for condition in [Precondition::None, seen(&[2]), seen(&[])] {
            for changes in [titled("B"), half_a_shoot.clone()] {
                assert_eq!(alter(&movies, id, &condition, &changes).unwrap(), None, "{id} {condition:?}");
            }
        }
    }
}

pub fn a_change_of_another_version_is_stale(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    alter(&movies, movie.id, &seen(&[1]), &titled("Aihaga II")).unwrap().unwrap();
    for versions in [&[1][..], &[3], &[]] {
        let refused = alter(&movies, movie.id, &seen(versions), &titled("Aihaga III"));
        assert!(matches!(refused, Err(StoreError::Stale { current }) if current == version(2)), "{refused:?}");
    }
    assert_eq!(movies.find(movie.id).unwrap().unwrap().title.as_str(), "Aihaga II");
}

pub fn a_shoot_is_planned_moved_and_called_off(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let id = add(&movies, "Aihaga").id;
    let plan = MovieChanges {
        shoot_start: Change::To(day("2026-05-01")),
        shoot_end: Change::To(day("2026-06-01")),
        ..MovieChanges::default()
    };
    let extend = MovieChanges { shoot_end: Change::To(day("2026-07-01")), ..MovieChanges::default() };
    let call_off = MovieChanges { shoot_start: Change::Clear, shoot_end: Change::Clear, ..MovieChanges::default() };
    for (changes, expected) in
        [(plan, a_shoot("2026-05-01", "2026-06-01")), (extend, a_shoot("2026-05-01", "2026-07-01")), (call_off, None)]
    {
        assert_eq!(alter(&movies, id, &Precondition::None, &changes).unwrap().unwrap().shoot, expected);
        assert_eq!(movies.find(id).unwrap().unwrap().shoot, expected);
    }
}

pub fn a_shoot_that_loses_an_end_is_refused(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let (plain, shot) = (add(&movies, "A"), add_shot(&movies, "2026-05-01", "2026-06-01"));
    let start_only = MovieChanges { shoot_start: Change::To(day("2026-05-01")), ..MovieChanges::default() };
    let no_end = MovieChanges { shoot_end: Change::Clear, ..titled("B") };
    for (movie, changes) in [(plain, start_only), (shot, no_end)] {
        let refused = alter(&movies, movie.id, &Precondition::None, &changes);
        let Err(StoreError::Invalid(faults)) = refused else { panic!("{refused:?}") };
        assert_eq!(faults.faults().iter().map(|fault| fault.field).collect::<Vec<_>>(), ["shoot_end"]);
        assert_eq!(movies.find(movie.id).unwrap(), Some(movie), "nothing is written");
    }
}

pub fn a_shoot_that_ends_before_it_starts_is_refused(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let shot = add_shot(&movies, "2026-05-01", "2026-06-01");
    let changes = MovieChanges { shoot_end: Change::To(day("2026-04-30")), ..MovieChanges::default() };
    let refused = alter(&movies, shot.id, &Precondition::None, &changes);
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert_eq!(movies.find(shot.id).unwrap(), Some(shot));
}

pub fn a_stale_change_is_stale_even_when_it_is_invalid(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    let changes = MovieChanges { shoot_start: Change::To(day("2026-05-01")), ..MovieChanges::default() };
    let refused = alter(&movies, movie.id, &seen(&[2]), &changes);
    assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
}

pub fn a_deletion_hides_the_movie_one_version_up(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add_shot(&movies, "2026-05-01", "2026-06-01");
    let expected = Movie { version: version(2), updated_at: later(), deleted_at: Some(later()), ..movie.clone() };
    assert_eq!(delete(&movies, movie.id).as_ref(), Some(&expected));
    assert_eq!(movies.find(movie.id).unwrap(), None);
    assert_eq!(movies.list(&showing(Deleted::Only), &page(1, 20)).unwrap().items, [expected]);
}

pub fn a_second_deletion_answers_none(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    delete(&movies, movie.id).unwrap();
    for condition in [Precondition::None, seen(&[1]), seen(&[2])] {
        assert_eq!(movies.delete(&permit(), movie.id, &condition, later()).unwrap(), None, "{condition:?}");
    }
    assert_eq!(movies.delete(&permit(), nothing(), &Precondition::None, later()).unwrap(), None);
}

pub fn a_deletion_of_another_version_is_stale(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    for versions in [&[][..], &[2, 3]] {
        let refused = movies.delete(&permit(), movie.id, &seen(versions), later());
        assert!(matches!(refused, Err(StoreError::Stale { current: Version::FIRST })), "{refused:?}");
    }
    assert_eq!(movies.find(movie.id).unwrap(), Some(movie));
}

pub fn a_restored_movie_is_back_one_version_up(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add_shot(&movies, "2026-05-01", "2026-06-01");
    delete(&movies, movie.id).unwrap();
    let expected = Movie { version: version(3), updated_at: later(), ..movie.clone() };
    assert_eq!(movies.restore(&permit(), movie.id, later()).unwrap(), Some(Outcome::Done(expected.clone())));
    assert_eq!(movies.find(movie.id).unwrap(), Some(expected));
}

pub fn restoring_a_live_movie_leaves_it_as_it_is(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let movie = add(&movies, "Aihaga");
    assert_eq!(movies.restore(&permit(), movie.id, later()).unwrap(), Some(Outcome::Done(movie.clone())));
    assert_eq!(movies.find(movie.id).unwrap(), Some(movie));
}

pub fn restoring_an_absent_movie_answers_none(fixture: &Fixture) {
    assert_eq!(fixture.database.movies().restore(&permit(), nothing(), later()).unwrap(), None);
}

pub fn text_of_any_script_survives(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let longest = "\u{1f3ac}".repeat(300);
    for title in NAMES.into_iter().chain([longest.as_str()]) {
        let id = add(&movies, title).id;
        assert_eq!(movies.find(id).unwrap().unwrap().title.as_str(), title);
    }
}

pub fn the_first_and_the_last_day_of_release_survive(fixture: &Fixture) {
    let movies = fixture.database.movies();
    for text in ["1888-01-01", "2200-12-31"] {
        let release_date = ReleaseDate::new(day(text)).unwrap();
        let new = NewMovie { release_date, ..a_movie_titled("Aihaga") };
        let id = movies.insert(&permit(), &new, now()).unwrap().get().id;
        assert_eq!(movies.find(id).unwrap().unwrap().release_date, release_date);
    }
}
