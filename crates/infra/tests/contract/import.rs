//! What the ports promise of imports.

use diesel::{RunQueryDsl, dsl::sql, sql_types::Text};
use ensemble_domain::{
    ActorFilter, ActorQuery, Born, Conflict, Gender, HistoryOf, NewActor, NewMovie, Outcome, Search, Sort, StoreError,
    Withdrawn,
};

use crate::{
    castings::assert_conflict,
    concurrency::at_once,
    fixture::{Aside, Fixture},
    samples::{a_movie_titled, a_release, a_shoot, an_actor_named, day, now, page, permit, repeatable, rows, soon},
};

/// Fewer than the stores take trouble for, and more.
const SIZES: [usize; 2] = [7, 1500];

fn ask(fixture: &Fixture, query: &str) -> Vec<String> {
    match &mut fixture.aside() {
        Aside::Sqlite(connection) => sql::<Text>(query).load(connection).unwrap(),
        Aside::Postgres(connection) => sql::<Text>(query).load(connection).unwrap(),
    }
}

/// The indexes and triggers of both tables.
fn catalog(fixture: &Fixture) -> Vec<String> {
    let query = match fixture.aside() {
        Aside::Sqlite(_) => {
            "SELECT type || name || coalesce(sql, '') FROM sqlite_schema WHERE tbl_name IN ('actors', 'movies') ORDER BY 1"
        }
        Aside::Postgres(_) => {
            "SELECT indexdef FROM pg_indexes WHERE tablename IN ('actors', 'movies')
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        }
    };
    ask(fixture, query)
}

/// How many of each there are, by the table of totals and by counting.
fn totals(fixture: &Fixture) -> [Vec<String>; 2] {
    let kept = "SELECT CAST(sum(live) AS text) FROM totals GROUP BY entity ORDER BY entity";
    let counted = "SELECT CAST((SELECT count(*) FROM actors WHERE deleted_at IS NULL) AS text)
                   UNION ALL SELECT CAST((SELECT count(*) FROM movies WHERE deleted_at IS NULL) AS text)";
    [ask(fixture, kept), ask(fixture, counted)]
}

/// All that an import can touch.
fn state(fixture: &Fixture) -> (Vec<String>, [Vec<String>; 2], usize) {
    (catalog(fixture), totals(fixture), fixture.history(HistoryOf::All).len())
}

fn people(count: usize) -> Vec<NewActor> {
    let births = [Born::About(day("1990-03-14")), Born::On(day("1880-01-01")), Born::On(day("2026-03-14"))];
    let names = ["Zo\u{eb} O'Neill", "\u{4f0a}\u{85e4} \"Ken\"", "\\N", "Ann\u{a0}Lee", "'; --", "Nada  Haddad"];
    let person = |number: usize| NewActor {
        gender: Gender::parse(["female", "male", "x\u{1f3ad}"][number % 3]).unwrap(),
        born: births[number % 3],
        ..an_actor_named(&format!("{} {number}", names[number % names.len()]))
    };
    (0..count).map(person).collect()
}

fn productions(count: usize) -> Vec<NewMovie> {
    let production = |number: usize| NewMovie {
        release_date: a_release(["1888-01-01", "2200-12-31"][number % 2]),
        shoot: if number.is_multiple_of(3) { None } else { a_shoot("1999-12-31", "2000-01-01") },
        ..a_movie_titled(&format!("\u{c9}t\u{e9} {number}"))
    };
    (0..count).map(production).collect()
}

pub fn imported_rows_are_stored_like_single_ones(fixture: &Fixture) {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    for count in SIZES {
        let (people, productions) = (people(count), productions(count));
        actors.import(&permit(), &mut rows(&people), now()).unwrap();
        movies.import(&permit(), &mut rows(&productions), now()).unwrap();
        for (person, production) in people.iter().zip(&productions).take(7) {
            actors.insert(&permit(), person, now()).unwrap();
            movies.insert(&permit(), production, now()).unwrap();
        }
    }
    let sorts = "SELECT CAST(count(*) AS text) FROM (SELECT DISTINCT name, name_key, gender, born, born_exact, version,
                 created_at, updated_at, deleted_at FROM actors) AS sorts
                 UNION ALL SELECT CAST(count(*) AS text) FROM (SELECT DISTINCT title, title_key, release_date, shoot_start,
                 shoot_end, version, created_at, updated_at, deleted_at FROM movies) AS sorts";
    assert_eq!(ask(fixture, sorts), ["1500", "1500"]);
    let ken = actors.list(&ActorQuery::default(), &page(1, 2)).unwrap().items.remove(1);
    let wanted = &people(2)[1];
    assert_eq!((&ken.name, &ken.gender, ken.born), (&wanted.name, &wanted.gender, wanted.born));
    assert_eq!((ken.created_at, ken.updated_at, ken.deleted_at), (now(), now(), None));
}

pub fn imported_rows_are_found_and_counted(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let before = catalog(fixture);
    let mut expected = 0;
    for count in SIZES.into_iter().rev().chain(SIZES) {
        actors.import(&permit(), &mut rows(&people(count)), now()).unwrap();
        expected += count.div_ceil(6);
        let search = Some(Search::parse("o'neill zoe").unwrap());
        let query = ActorQuery::new(ActorFilter { search, ..ActorFilter::default() }, Sort::default());
        let found = actors.list(&query, &page(1, 1)).unwrap().total.get();
        assert_eq!(found, u64::try_from(expected).unwrap());
        let [kept, counted] = totals(fixture);
        assert_eq!(kept, counted);
    }
    assert_eq!(catalog(fixture), before, "what was set aside is back");
}

pub fn rows_that_are_withdrawn_leave_nothing(fixture: &Fixture) {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    for _ in 0..2 {
        let before = state(fixture);
        for count in [0, 7, 999, 1000, 1500] {
            let mut rows = people(count).into_iter().map(Ok).chain([Err(Withdrawn)]);
            let withdrawn = actors.import(&permit(), &mut rows, now());
            assert!(matches!(withdrawn, Err(StoreError::Withdrawn)), "{withdrawn:?}");
            let mut rows = productions(count).into_iter().map(Ok).chain([Err(Withdrawn)]);
            let withdrawn = movies.import(&permit(), &mut rows, now());
            assert!(matches!(withdrawn, Err(StoreError::Withdrawn)), "{withdrawn:?}");
            assert_eq!(state(fixture), before);
        }
        actors.import(&permit(), &mut rows(&people(1500)), now()).unwrap();
        movies.import(&permit(), &mut rows(&productions(1500)), now()).unwrap();
    }
    assert_eq!(totals(fixture), [["3000", "3000"].map(str::to_owned), ["3000", "3000"].map(str::to_owned)]);
}

pub fn a_row_that_the_store_refuses_leaves_nothing(fixture: &Fixture) {
    let actors = fixture.database.actors();
    fixture.aside().execute("CREATE UNIQUE INDEX for_this_test ON actors (name)");
    let before = state(fixture);
    let twice: Vec<_> = people(1500).into_iter().chain(people(1)).collect();
    let refused = actors.import(&permit(), &mut rows(&twice), now());
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!(state(fixture), before);
    actors.import(&permit(), &mut rows(&people(1500)), now()).unwrap();
}

pub fn the_totals_are_right_when_many_import_and_add(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let before = catalog(fixture);
    let unavailable = at_once(6, |thread| {
        let mut unavailable = 0;
        for _ in 0..3 {
            let done = match thread {
                0 | 1 => actors.import(&permit(), &mut rows(&people(1200)), now()).map(drop),
                2 => actors.import(&permit(), &mut rows(&people(3)), now()).map(drop),
                _ => actors.insert(&permit(), &an_actor_named("Ann"), now()).map(drop),
            };
            match done {
                Ok(()) => {}
                // Whoever waits too long for its turn is told so.
                Err(StoreError::Unavailable(_)) => unavailable += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        unavailable
    });
    let [kept, counted] = totals(fixture);
    assert_eq!(kept, counted);
    assert_eq!(catalog(fixture), before);
    assert!(unavailable.iter().sum::<usize>() < 18, "nobody got through");
}

pub fn an_import_of_nothing_leaves_no_trace(fixture: &Fixture) {
    let before = state(fixture);
    let imported = fixture.database.actors().import(&permit(), &mut rows(&[]), now()).unwrap();
    assert_eq!(imported.into_inner().count, 0);
    assert_eq!(state(fixture), before);
}

pub fn an_import_that_is_sent_again_is_made_once(fixture: &Fixture) {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    for (number, count) in SIZES.into_iter().enumerate() {
        let key = u8::try_from(number).unwrap();
        let mut bad = people(count).into_iter().map(Ok).chain([Err(Withdrawn)]);
        let withdrawn = actors.import(&repeatable(key, 1), &mut bad, now());
        assert!(matches!(withdrawn, Err(StoreError::Withdrawn)), "{withdrawn:?}");

        let import = |fingerprint| actors.import(&repeatable(key, fingerprint), &mut rows(&people(count)), soon());
        let first = import(1).unwrap();
        assert!(!first.is_replayed(), "what was withdrawn is not remembered");
        let before = state(fixture);
        assert_eq!(import(1).unwrap(), Outcome::Replayed(first.into_inner()));
        assert_conflict(&import(2), &Conflict::KeyReused);
        let movies = movies.import(&repeatable(key, 3), &mut rows(&productions(count)), soon());
        assert_conflict(&movies, &Conflict::KeyReused);
        assert_eq!(state(fixture), before);
    }
}
