//! What lists show, in which order, and how much they say there is.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashSet},
    fmt::Debug,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use chrono::TimeDelta;
use ensemble_domain::{
    Actor, ActorFilter, ActorId, ActorName, ActorQuery, ActorSort, Born, CastingStatus, DayRange, Deleted, Folded,
    Gender, Limit, Movie, MovieFilter, MovieId, MovieQuery, MovieSort, NewActor, NewCasting, NewMovie, Page,
    PageRequest, Position, Precondition, Search, Sort, SortField, SortKey, Start, StoreError, Total,
};
use ensemble_infra::Database;
use proptest::{
    collection::btree_set, option::weighted, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner,
};

use crate::{
    fixture::Fixture,
    samples::{a_casting_of, a_movie_titled, a_release, a_shoot, an_actor_named, day, later, now, page, permit, rows},
};

const FIRST_NAMES: [&str; 6] = ["Nada", "Zo\u{eb}", "\u{c5}ngstr\u{f6}m", "OMAR", "al", "\u{5c71}\u{7530}"];
const LAST_NAMES: [&str; 7] =
    ["El-Hadd\u{e1}d", "al", "N\u{fa}\u{f1}ez", "100% _\\\"'", "Haddad", "Ad", "\u{82b1}\u{5b50}"];
const TITLES: [&str; 5] = ["Aihaga", "The \u{c9}tude", "the etude", "Adagio", "A"];
const SEARCHES: [&str; 16] = [
    "haddad",
    "HADD\u{c1}D nada",
    "a",
    "al",
    "da",
    "nad el",
    "l-h",
    "100%",
    "_",
    "%",
    "\\",
    "\"'",
    "\u{5c71}\u{7530}",
    "zoe nunez",
    "qx",
    "nothing",
];
const DAYS: [&str; 5] = ["1960-02-29", "1980-05-07", "1999-12-31", "2000-01-01", "2001-06-15"];
const RELEASES: [&str; 4] = ["1998-05-07", "2024-02-29", "2027-05-07", "2030-01-01"];

/// Everything of an agency, as it was put in.
struct Agency {
    actors: Vec<Actor>,
    movies: Vec<Movie>,
    /// Who has a casting in what, and whether it is a booking.
    cast: Vec<(ActorId, MovieId, bool)>,
}

impl Agency {
    /// An agency where much is alike, and some of it deleted.
    fn put_into(fixture: &Fixture) -> Self {
        let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
        for number in 0..70 {
            let name = [FIRST_NAMES[number % 6], LAST_NAMES[number * 3 % 7]].join(" ");
            let gender = Gender::parse(["f", "m", "nb", "agender"][number * 5 % 4]).unwrap();
            let born = Born::On(day(DAYS[number * 7 % 5]));
            let new = NewActor { name: ActorName::parse(name).unwrap(), gender, born };
            let at = now() + TimeDelta::seconds(i64::try_from(number * 11 % 13).unwrap());
            let actor = actors.insert(&permit(), &new, at).unwrap().into_inner();
            if number % 9 == 4 {
                fixture.delete_actor(actor.id);
            }
        }
        for number in 0..20 {
            let start = ["2026-01-01", "2026-02-01", "2026-03-01"][number % 3];
            let shoot = if number.is_multiple_of(4) { None } else { a_shoot(start, "2026-03-05") };
            let new = NewMovie {
                shoot,
                release_date: a_release(RELEASES[number * 3 % 4]),
                ..a_movie_titled(TITLES[number % 5])
            };
            let at = now() + TimeDelta::seconds(i64::try_from(number % 4).unwrap());
            movies.insert(&permit(), &new, at).unwrap();
        }
        let mut agency = Self { actors: all_actors(fixture), movies: all_movies(fixture), cast: Vec::new() };
        for (number, actor) in agency.actors.iter().enumerate().filter(|(_, actor)| actor.deleted_at.is_none()) {
            let movie = agency.movies[number * 7 % 20].id;
            let status = if number.is_multiple_of(2) { CastingStatus::Booked } else { CastingStatus::Pinned };
            fixture.add_casting(movie, &NewCasting { status, ..a_casting_of(actor.id) });
            agency.cast.push((actor.id, movie, number.is_multiple_of(2)));
        }
        for number in [3, 10] {
            fixture.delete_movie(agency.movies[number].id);
        }
        agency.movies = all_movies(fixture);
        agency
    }

    fn movie(&self, id: MovieId) -> &Movie {
        self.movies.iter().find(|movie| movie.id == id).unwrap()
    }

    fn shows_actor(&self, query: &ActorQuery, actor: &Actor) -> bool {
        let ActorFilter { search, name, gender, born, movie, available, without } = &query.filter;
        let key = Folded::of(actor.name.as_str());
        let cast =
            || self.cast.iter().filter(|(who, movie, _)| *who == actor.id && self.movie(*movie).deleted_at.is_none());
        shown(query.deleted(), actor.deleted_at.is_some())
            && search.as_ref().is_none_or(|search| search.finds(&key))
            && name.as_ref().is_none_or(|name| *name == key)
            && gender.as_ref().is_none_or(|gender| *gender == actor.gender)
            && born.holds(actor.born.day())
            && !without.contains(&actor.id)
            && movie.is_none_or(|movie| cast().any(|(_, cast_in, _)| *cast_in == movie))
            && available.is_none_or(|days| {
                let shot = |movie| self.movie(movie).shoot;
                let overlaps = |movie| {
                    shot(movie).is_some_and(|shoot: ensemble_domain::ShootWindow| {
                        shoot.start() <= days.end() && shoot.end() >= days.start()
                    })
                };
                !cast().any(|(_, movie, booked)| *booked && overlaps(*movie))
            })
    }

    fn shows_movie(&self, query: &MovieQuery, movie: &Movie) -> bool {
        let MovieFilter { search, title, released, actor } = &query.filter;
        let key = Folded::of(movie.title.as_str());
        let is_cast = |actor| {
            let live = self.actors.iter().any(|known| known.id == actor && known.deleted_at.is_none());
            live && self.cast.iter().any(|(who, cast_in, _)| *who == actor && *cast_in == movie.id)
        };
        shown(query.deleted(), movie.deleted_at.is_some())
            && search.as_ref().is_none_or(|search| search.finds(&key))
            && title.as_ref().is_none_or(|title| *title == key)
            && released.holds(movie.release_date.day())
            && actor.is_none_or(is_cast)
    }
}

fn shown(deleted: Deleted, is_deleted: bool) -> bool {
    match deleted {
        Deleted::No => !is_deleted,
        Deleted::Only => is_deleted,
        Deleted::With => true,
    }
}

fn all_actors(fixture: &Fixture) -> Vec<Actor> {
    let all = ActorQuery::default().showing_deleted(&permit(), Deleted::With);
    fixture.database.actors().list(&all, &page(1, 100)).unwrap().items
}

fn all_movies(fixture: &Fixture) -> Vec<Movie> {
    let all = MovieQuery::default().showing_deleted(&permit(), Deleted::With);
    fixture.database.movies().list(&all, &page(1, 100)).unwrap().items
}

/// How two places stand to each other; `youngest_first` when a later day comes first.
fn compared(one: &Position, other: &Position, youngest_first: bool) -> Ordering {
    let by_key = match (&one.key, &other.key) {
        (SortKey::Id, SortKey::Id) => Ordering::Equal,
        (SortKey::Text(one), SortKey::Text(other)) => one.as_str().as_bytes().cmp(other.as_str().as_bytes()),
        (SortKey::Day(one), SortKey::Day(other)) if youngest_first => other.cmp(one),
        (SortKey::Day(one), SortKey::Day(other)) => one.cmp(other),
        (SortKey::Instant(one), SortKey::Instant(other)) => one.cmp(other),
        keys => panic!("{keys:?} are not of one order"),
    };
    by_key.then(one.id.cmp(&other.id))
}

/// What is the same about a list of actors and one of movies.
struct Shown<'a, T> {
    /// All items of the list, in its order.
    expected: Vec<T>,
    list: &'a dyn Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    batch: &'a dyn Fn(Option<Position>, u32) -> Result<Vec<T>, StoreError>,
    position: &'a dyn Fn(&T) -> Position,
}

impl<T: Clone + Debug + PartialEq> Shown<'_, T> {
    fn check(&self, limit: u64) -> Result<(), TestCaseError> {
        let expected = &self.expected;
        let (total, size) = (Total::Exact(u64::try_from(expected.len()).unwrap()), usize::try_from(limit).unwrap());
        let pages = expected.len() / size + 2;
        for number in 1..=pages {
            let items: Vec<_> = expected.iter().skip((number - 1) * size).take(size).cloned().collect();
            let more = expected.len() > number * size;
            let found = (self.list)(&page(u64::try_from(number).unwrap(), limit)).unwrap();
            prop_assert_eq!(found, Page { items, total, more }, "page {}", number);
        }
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let start = after.map_or(Start::Page(ensemble_domain::PageNumber::FIRST), Start::After);
            let found = (self.list)(&PageRequest { limit: Limit::new(limit).unwrap(), start }).unwrap();
            prop_assert_eq!(found.total, total);
            walked.extend(found.items);
            after = found.more.then(|| (self.position)(walked.last().unwrap()));
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(&walked, expected);
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let batch = (self.batch)(after, u32::try_from(limit).unwrap()).unwrap();
            let Some(last) = batch.last() else { break };
            after = Some((self.position)(last));
            walked.extend(batch);
        }
        prop_assert_eq!(&walked, expected);
        Ok(())
    }
}

fn searches() -> impl Strategy<Value = Search> {
    select(&SEARCHES[..]).prop_map(|text| Search::parse(text).unwrap())
}

fn days(from: &'static [&'static str]) -> impl Strategy<Value = DayRange> {
    (weighted(0.3, select(from)), weighted(0.3, select(from))).prop_map(|(from, to)| {
        let (from, to) = (from.map(day), to.map(day));
        DayRange::new(from.min(to.or(from)), to.max(from.and(to))).unwrap_or_default()
    })
}

fn deleted() -> impl Strategy<Value = Deleted> {
    prop_oneof![3 => Just(Deleted::No), 1 => Just(Deleted::Only), 1 => Just(Deleted::With)]
}

fn actor_queries() -> impl Strategy<Value = ActorQuery> {
    let name = (select(&FIRST_NAMES[..]), select(&LAST_NAMES[..]));
    let name = name.prop_map(|(first, last)| {
        Folded::of(&format!("{last} {first}")[..]).min(Folded::of(&format!("{first} {last}")))
    });
    let gender =
        select(vec!["female", "male", "non-binary", "agender", "other"]).prop_map(|text| Gender::parse(text).unwrap());
    let movie = (1_i64..25).prop_map(|id| MovieId::new(id).unwrap());
    let available =
        select(vec![("2026-01-01", "2026-01-31"), ("2026-03-05", "2026-03-05"), ("2027-01-01", "2027-12-31")]);
    let available = available.prop_map(|(from, to)| a_shoot(from, to).unwrap());
    let filter = (
        weighted(0.4, searches()),
        weighted(0.1, name),
        weighted(0.3, gender),
        days(&DAYS),
        weighted(0.2, movie),
        weighted(0.2, available),
        weighted(0.2, btree_set((1_i64..75).prop_map(|id| ActorId::new(id).unwrap()), 0..40)),
    );
    let by = select(vec![ActorSort::Id, ActorSort::Name, ActorSort::Age, ActorSort::CreatedAt]);
    (filter, by, any::<bool>(), deleted()).prop_map(
        |((search, name, gender, born, movie, available, without), by, descending, deleted)| {
            let without = without.unwrap_or_default();
            let filter = ActorFilter { search, name, gender, born, movie, available, without };
            ActorQuery::new(filter, Sort { by, descending }).showing_deleted(&permit(), deleted)
        },
    )
}

fn movie_queries() -> impl Strategy<Value = MovieQuery> {
    let title = select(&TITLES[..]).prop_map(Folded::of);
    let actor = (1_i64..75).prop_map(|id| ActorId::new(id).unwrap());
    let filter = (weighted(0.4, searches()), weighted(0.2, title), days(&RELEASES), weighted(0.3, actor));
    let by = select(vec![MovieSort::Id, MovieSort::Title, MovieSort::ReleaseDate, MovieSort::CreatedAt]);
    (filter, by, any::<bool>(), deleted()).prop_map(|((search, title, released, actor), by, descending, deleted)| {
        let filter = MovieFilter { search, title, released, actor };
        MovieQuery::new(filter, Sort { by, descending }).showing_deleted(&permit(), deleted)
    })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

pub fn any_list_of_actors_shows_what_a_plain_filter_shows(fixture: &Fixture) {
    let (agency, actors) = (Agency::put_into(fixture), fixture.database.actors());
    let outcome = TestRunner::new(config(300)).run(&(actor_queries(), 1_u64..40), |(query, limit)| {
        let mut expected: Vec<_> =
            agency.actors.iter().filter(|actor| agency.shows_actor(&query, actor)).cloned().collect();
        expected.sort_by(|one, other| {
            let order = compared(&query.position(one), &query.position(other), true);
            if query.sort.descending { order.reverse() } else { order }
        });
        let list = |page: &PageRequest| actors.list(&query, page);
        let batch = |after, size| actors.batch(&query, after, size);
        Shown { expected, list: &list, batch: &batch, position: &|actor| query.position(actor) }.check(limit)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

pub fn any_list_of_movies_shows_what_a_plain_filter_shows(fixture: &Fixture) {
    let (agency, movies) = (Agency::put_into(fixture), fixture.database.movies());
    let outcome = TestRunner::new(config(200)).run(&(movie_queries(), 1_u64..15), |(query, limit)| {
        let mut expected: Vec<_> =
            agency.movies.iter().filter(|movie| agency.shows_movie(&query, movie)).cloned().collect();
        expected.sort_by(|one, other| {
            let order = compared(&query.position(one), &query.position(other), false);
            if query.sort.descending { order.reverse() } else { order }
        });
        let list = |page: &PageRequest| movies.list(&query, page);
        let batch = |after, size| movies.batch(&query, after, size);
        Shown { expected, list: &list, batch: &batch, position: &|movie| query.position(movie) }.check(limit)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Walks a list by its cursors, page by page.
fn walk(fixture: &Fixture, query: &ActorQuery, limit: u64) -> Vec<ActorId> {
    let (mut walked, mut start) = (Vec::new(), Start::Page(ensemble_domain::PageNumber::FIRST));
    loop {
        let page = PageRequest { limit: Limit::new(limit).unwrap(), start };
        let found = fixture.database.actors().list(query, &page).unwrap();
        walked.extend(found.items.iter().map(|actor| actor.id));
        match found.items.last().filter(|_| found.more) {
            Some(last) => start = Start::After(query.position(last)),
            None => return walked,
        }
    }
}

pub fn a_walk_meets_everybody_once_while_others_come_and_go(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let many: Vec<_> = (0..300).map(|number| an_actor_named(&format!("Steady {}", number * 37 % 300))).collect();
    actors.import(&permit(), &mut rows(&many), now()).unwrap();
    let steady: HashSet<_> = walk(fixture, &ActorQuery::default(), 100).into_iter().collect();
    assert_eq!(steady.len(), 300);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for worker in 0..2 {
            let (actors, is_over) = (fixture.database.actors(), &is_over);
            scope.spawn(move || {
                let mut number = 0_usize;
                while !is_over.load(Relaxed) {
                    let name = format!("{} {number}", ["Aaron", "Steady 150", "Zed"][(number + worker) % 3]);
                    let passing = actors.insert(&permit(), &an_actor_named(&name), now()).unwrap().into_inner().id;
                    actors.delete(&permit(), passing, &Precondition::None, later()).unwrap();
                    if number.is_multiple_of(2) {
                        actors.restore(&permit(), passing, later()).unwrap();
                    }
                    number += 1;
                }
            });
        }
        let search = Some(Search::parse("steady").unwrap());
        let filters = [ActorFilter::default(), ActorFilter { search, ..ActorFilter::default() }];
        let sorts = [ActorSort::Id, ActorSort::Name, ActorSort::Age, ActorSort::CreatedAt];
        for (by, descending, filter) in sorts
            .into_iter()
            .flat_map(|by| filters.iter().flat_map(move |filter| [(by, false, filter), (by, true, filter)]))
        {
            let query = ActorQuery::new(filter.clone(), Sort { by, descending });
            let walked = walk(fixture, &query, 23);
            let met: HashSet<_> = walked.iter().copied().collect();
            assert_eq!(met.len(), walked.len(), "nobody is met twice by {query:?}");
            assert!(met.is_superset(&steady), "everybody who is there all the time is met by {query:?}");
        }
        is_over.store(true, Relaxed);
    });
}

/// What a list of everything says there is, and what there is.
fn totals(fixture: &Fixture) -> [(u64, usize); 2] {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    let actors_kept = actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get();
    let movies_kept = movies.list(&MovieQuery::default(), &page(1, 1)).unwrap().total.get();
    let actors = actors.batch(&ActorQuery::default(), None, u32::MAX).unwrap().len();
    let movies = movies.batch(&MovieQuery::default(), None, u32::MAX).unwrap().len();
    [(actors_kept, actors), (movies_kept, movies)]
}

pub fn assert_totals_are_true(fixture: &Fixture) {
    for (kept, counted) in totals(fixture) {
        assert_eq!(kept, u64::try_from(counted).unwrap());
    }
}

pub fn the_total_of_everything_stays_true_while_many_write(fixture: &Fixture) {
    thread::scope(|scope| {
        for worker in 0..8_usize {
            let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
            scope.spawn(move || {
                for number in 0..25_usize {
                    let name = format!("Worker {worker} {number}");
                    let actor = actors.insert(&permit(), &an_actor_named(&name), now()).unwrap().into_inner().id;
                    let movie = movies.insert(&permit(), &a_movie_titled(&name), now()).unwrap().into_inner().id;
                    if number.is_multiple_of(3) {
                        actors.delete(&permit(), actor, &Precondition::None, later()).unwrap();
                        actors.delete(&permit(), actor, &Precondition::None, later()).unwrap();
                        movies.delete(&permit(), movie, &Precondition::None, later()).unwrap();
                    }
                    if number.is_multiple_of(6) {
                        actors.restore(&permit(), actor, later()).unwrap();
                        actors.restore(&permit(), actor, later()).unwrap();
                    }
                    if number % 10 == worker {
                        let many = vec![an_actor_named("Many"); 30];
                        actors.import(&permit(), &mut rows(&many), now()).unwrap();
                    }
                }
            });
        }
    });
    assert_totals_are_true(fixture);
    assert!(totals(fixture)[0].0 > 400, "{:?}", totals(fixture));
}

pub fn the_total_follows_rows_that_are_written_by_hand(fixture: &Fixture) {
    fixture.add_actor("Ann");
    fixture.add_movie("Aihaga");
    let mut aside = fixture.aside();
    aside.execute("UPDATE actors SET deleted_at = created_at");
    assert_totals_are_true(fixture);
    aside.execute("UPDATE actors SET deleted_at = NULL");
    assert_totals_are_true(fixture);
    aside.execute("DELETE FROM actors");
    aside.execute("UPDATE movies SET deleted_at = created_at");
    aside.execute("DELETE FROM movies");
    assert_eq!(totals(fixture), [(0, 0), (0, 0)]);
}

pub fn a_filtered_list_is_counted_up_to_ten_thousand(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let import = |name: &str, count| {
        let many = vec![an_actor_named(name); count];
        actors.import(&permit(), &mut rows(&many), now()).unwrap();
    };
    import("Nada Haddad", 9_999);
    fixture.add_actor("Bob Haddad");
    let of = |text: &str| {
        let search = Some(Search::parse(text).unwrap());
        let sort = Sort { by: ActorSort::Name, descending: false };
        ActorQuery::new(ActorFilter { search, ..ActorFilter::default() }, sort)
    };
    let found = actors.list(&of("haddad"), &page(1, 2)).unwrap();
    assert_eq!((found.total, found.items[0].name.as_str(), found.more), (Total::Exact(10_000), "Bob Haddad", true));
    fixture.add_actor("Al Haddad");
    let found = actors.list(&of("haddad"), &page(1, 2)).unwrap();
    assert_eq!((found.total, found.items[0].name.as_str(), found.more), (Total::Capped, "Al Haddad", true));
    let last = actors.list(&of("haddad"), &page(5_001, 2)).unwrap();
    assert_eq!((last.total, last.items.len(), last.more), (Total::Capped, 1, false));
    let beyond = actors.list(&of("haddad"), &page(5_002, 2)).unwrap();
    assert_eq!((beyond.total, beyond.items.len(), beyond.more), (Total::Capped, 0, false));
    assert_eq!(actors.list(&of("al"), &page(1, 2)).unwrap().total, Total::Exact(1));
    assert_eq!(actors.list(&of("ha"), &page(1, 2)).unwrap().total, Total::Capped);
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 2)).unwrap().total, Total::Exact(10_001));
    assert_eq!(walk(fixture, &of("haddad"), 100).into_iter().collect::<BTreeSet<_>>().len(), 10_001);
    let all_but = |id| {
        let without = ActorId::new(id).into_iter().collect();
        ActorQuery::new(ActorFilter { without, ..ActorFilter::default() }, Sort::default())
    };
    assert_eq!(actors.list(&all_but(3), &page(1, 2)).unwrap().total, Total::Exact(10_000));
    let last = actors.list(&all_but(99_999), &page(5_001, 2)).unwrap();
    assert_eq!((last.total, last.items.len(), last.more), (Total::Capped, 1, false));
}

pub fn a_list_beyond_the_cap_is_in_order_from_any_place(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let born = |number: u32| Born::On(day("1980-01-01") + TimeDelta::days(i64::from(number % 90)));
    let new = |number: u32| NewActor { born: born(number), ..an_actor_named(&format!("Ann {}", number * 37 % 500)) };
    actors.import(&permit(), &mut (0..10_030).map(new).map(Ok), now()).unwrap();
    let gender = ActorFilter { gender: Some(Gender::Female), ..ActorFilter::default() };
    let search = ActorFilter { search: Some(Search::parse("ann").unwrap()), ..ActorFilter::default() };
    let sorts = [ActorSort::Id, ActorSort::Name, ActorSort::Age, ActorSort::CreatedAt];
    let all = actors.batch(&ActorQuery::default(), None, u32::MAX).unwrap();
    for (by, descending) in sorts.into_iter().flat_map(|by| [(by, false), (by, true)]) {
        let mut expected = all.clone();
        expected.sort_by(|one, other| {
            let order = compared(&by.position(one), &by.position(other), true);
            if descending { order.reverse() } else { order }
        });
        for filter in [&gender, &search] {
            let query = ActorQuery::new(filter.clone(), Sort { by, descending });
            for place in [0, 41, 5_000, 10_010] {
                let start = Start::After(query.position(&expected[place]));
                let found = actors.list(&query, &PageRequest { limit: Limit::DEFAULT, start }).unwrap();
                let items: Vec<_> = expected.iter().skip(place + 1).take(20).cloned().collect();
                let more = place + 21 < expected.len();
                assert_eq!(found, Page { items, total: Total::Capped, more }, "{query:?} behind {place}");
            }
        }
    }
}

/// How many actors a search finds.
pub fn found(database: &Database, text: &str) -> u64 {
    let filter = ActorFilter { search: Some(Search::parse(text).unwrap()), ..ActorFilter::default() };
    database.actors().list(&ActorQuery::new(filter, Sort::default()), &page(1, 20)).unwrap().total.get()
}

/// Asks for lists with every filter by itself and in every order, by page and by cursor.
pub fn every_kind_of_list(database: &Database) {
    let mut runner = TestRunner::deterministic();
    let searches = SEARCHES.iter().map(|text| Search::parse(text).unwrap());
    let by_search = searches.map(|search| ActorFilter { search: Some(search), ..ActorFilter::default() });
    let others = (0..60).map(|_| actor_queries().new_tree(&mut runner).unwrap().current().filter);
    let filters: Vec<_> = [ActorFilter::default()].into_iter().chain(by_search).chain(others).collect();
    for (number, filter) in filters.into_iter().enumerate() {
        let by = [ActorSort::Id, ActorSort::Name, ActorSort::Age, ActorSort::CreatedAt][number % 4];
        for (descending, deleted) in [(false, Deleted::No), (true, Deleted::With), (true, Deleted::Only)] {
            let query = ActorQuery::new(filter.clone(), Sort { by, descending }).showing_deleted(&permit(), deleted);
            let first = database.actors().list(&query, &page(1, 2)).unwrap();
            if let Some(last) = first.items.last() {
                let start = Start::After(query.position(last));
                database.actors().list(&query, &PageRequest { limit: Limit::DEFAULT, start }).unwrap();
                database.actors().batch(&query, Some(query.position(last)), 50).unwrap();
            }
        }
    }
    for number in 0..80 {
        let query = movie_queries().new_tree(&mut runner).unwrap().current();
        database.movies().list(&query, &page(number % 3 + 1, 2)).unwrap();
    }
}

pub fn any_number_of_actors_can_be_left_out(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let many: Vec<_> = (0..40).map(|number| an_actor_named(&format!("Ann {number}"))).collect();
    actors.import(&permit(), &mut rows(&many), now()).unwrap();
    // More than either database binds as single values.
    let strangers = (1_i64 << 40..).take(70_000).chain([3, 5, i64::MAX]);
    let without: BTreeSet<_> = strangers.map(|id| ActorId::new(id).unwrap()).collect();
    for search in [None, Some(Search::parse("ann").unwrap())] {
        let filter = ActorFilter { search, without: without.clone(), ..ActorFilter::default() };
        for by in [ActorSort::Id, ActorSort::Name] {
            let query = ActorQuery::new(filter.clone(), Sort { by, descending: false });
            let found = actors.list(&query, &page(1, 100)).unwrap();
            let ids: BTreeSet<_> = found.items.iter().map(|actor| actor.id.get()).collect();
            assert_eq!((found.total, found.more), (Total::Exact(38), false));
            assert_eq!(ids, (1..=40).filter(|id| ![3, 5].contains(id)).collect());
        }
    }
}

pub fn a_changed_name_is_found_by_its_new_words_only(fixture: &Fixture) {
    let (actors, ann) = (fixture.database.actors(), fixture.add_actor("Ann Haddad"));
    let changes = ensemble_domain::ActorChanges {
        name: Some(ActorName::parse("Ann N\u{fa}\u{f1}ez").unwrap()),
        ..Default::default()
    };
    actors.update(&permit(), ann.id, &Precondition::None, &changes, later()).unwrap().unwrap();
    let found = |text| found(&fixture.database, text);
    assert_eq!((found("haddad"), found("nunez"), found("ann nunez")), (0, 1, 1));
}

pub fn rows_that_are_older_than_the_keys_get_them(fixture: &Fixture) {
    fixture.add_actor("Nada El-Hadd\u{e1}d");
    fixture.add_movie("\u{c9}tude");
    let mut aside = fixture.aside();
    aside.execute("UPDATE actors SET name_key = ''");
    aside.execute("UPDATE movies SET title_key = ''");
    ensemble_infra::Migrator::new(&fixture.url).up().unwrap();
    let filter = ActorFilter { search: Some(Search::parse("haddad").unwrap()), ..ActorFilter::default() };
    let query = ActorQuery::new(filter, Sort::default());
    assert_eq!(fixture.database.actors().list(&query, &page(1, 20)).unwrap().items.len(), 1);
    let filter = MovieFilter { title: Some(Folded::of("etude")), ..MovieFilter::default() };
    let query = MovieQuery::new(filter, Sort::default());
    assert_eq!(fixture.database.movies().list(&query, &page(1, 20)).unwrap().items.len(), 1);
}
