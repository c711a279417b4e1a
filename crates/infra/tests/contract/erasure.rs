//! What the port of erasures promises: of whoever is erased nothing is left, and of the others everything.

use std::{fs, sync::Barrier, thread};

use ensemble_domain::{
    Action, Actor, ActorChanges, ActorFilter, ActorId, ActorName, ActorQuery, CastingChanges, CastingStatus, Change,
    Deleted, Entity, HistoryEntry, HistoryOf, Holdings, Limit, Members, Movie, MovieQuery, NewCasting, NewMovie,
    Outcome, Precondition, Record, Search, Sort, StoreError,
};
use ensemble_infra::Migrator;

use crate::{
    fixture::{Fixture, postgres, sqlite},
    samples::{
        a_casting_of, a_movie_titled, a_release, an_actor_named, because, caller, day, later, moved, now, page, permit,
        place, repeatable, soon, version,
    },
};

impl Fixture {
    fn erase(&self, actor: ActorId) -> Option<Holdings> {
        self.database.erasures().erase(&permit(), actor, later()).unwrap()
    }

    fn rename(&self, actor: ActorId, name: &str) {
        let changes = ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() };
        self.database.actors().update(&permit(), actor, &Precondition::None, &changes, soon()).unwrap().unwrap();
    }

    fn actors(&self, query: &ActorQuery) -> Vec<ActorId> {
        let listed = self.database.actors().list(query, &page(1, 100)).unwrap();
        assert_eq!(listed.total.get(), u64::try_from(listed.items.len()).unwrap());
        listed.items.iter().map(|actor| actor.id).collect()
    }
}

/// Ann, who had another name and was in two movies, Bo, who is in one of them, and that one.
fn an_agency(fixture: &Fixture) -> (Actor, Actor, Movie) {
    let [ann, bo] = ["Ann Lee", "Bo"].map(|name| fixture.add_actor(name));
    let [movie, other] = ["Aihaga", "Second Snow"].map(|title| fixture.add_movie(title));
    fixture.rename(ann.id, "Ann Linde");
    fixture.add_casting(movie.id, &NewCasting { billing: Some(place(1)), ..NewCasting::booking(ann.id) });
    fixture.add_casting(movie.id, &NewCasting { billing: Some(place(2)), ..NewCasting::booking(bo.id) });
    let casting = fixture.add_casting(other.id, &a_casting_of(ann.id));
    fixture.change_casting(&casting, &moved(CastingStatus::Declined));
    (ann, bo, movie)
}

pub fn a_dossier_tells_what_there_is(fixture: &Fixture) {
    let (ann, bo, movie) = an_agency(fixture);
    let released = NewMovie { release_date: a_release("2020-01-01"), ..a_movie_titled("Long ago") };
    let released = fixture.add_new_movie(&released).id;
    fixture.add_casting(released, &NewCasting::booking(ann.id));
    let erasures = fixture.database.erasures();
    let dossier = erasures.dossier(ann.id, day("2026-03-14")).unwrap().unwrap();
    assert_eq!(dossier.actor.name.as_str(), "Ann Linde");
    assert_eq!(dossier.bookings.iter().map(|movie| movie.id).collect::<Vec<_>>(), [movie.id]);
    assert_eq!(dossier.holdings, Holdings { castings: 3, entries: 6, mentions: 0 });
    assert_eq!(fixture.erase(ann.id), Some(dossier.holdings), "what is told is what goes");

    fixture.delete_movie(movie.id);
    fixture.delete_actor(bo.id);
    let dossier = erasures.dossier(bo.id, day("2026-03-14")).unwrap().unwrap();
    assert!(dossier.actor.deleted_at.is_some() && dossier.bookings.is_empty());
    assert_eq!(erasures.dossier(ann.id, day("2026-03-14")).unwrap(), None);
}

pub fn whoever_is_erased_is_nowhere(fixture: &Fixture) {
    let (ann, bo, movie) = an_agency(fixture);
    let (actors, castings) = (fixture.database.actors(), fixture.database.castings());
    assert!(fixture.erase(ann.id).is_some());
    let everybody = ActorQuery::default().showing_deleted(&permit(), Deleted::With);
    let in_movie = ActorFilter { movie: Some(movie.id), ..ActorFilter::default() };
    let called = ActorFilter { search: Some(Search::parse("linde").unwrap()), ..ActorFilter::default() };
    assert_eq!(fixture.actors(&ActorQuery::default()), [bo.id]);
    assert_eq!(fixture.actors(&everybody), [bo.id]);
    assert_eq!(fixture.actors(&ActorQuery::new(in_movie, Sort::default())), [bo.id]);
    assert_eq!(fixture.actors(&ActorQuery::new(called, Sort::default())), []);
    assert_eq!(actors.find(ann.id).unwrap(), None);
    assert_eq!(actors.restore(&permit(), ann.id, later()).unwrap(), None);
    assert_eq!(castings.filmography(ann.id).unwrap(), None);
    assert_eq!(fixture.database.history().list(HistoryOf::Actor(ann.id), None, Limit::DEFAULT).unwrap(), None);
    assert_eq!(fixture.erase(ann.id), None, "nobody is erased twice");
    let erased =
        [ann.id, bo.id, ActorId::new(99).unwrap()].map(|id| fixture.database.erasures().is_erased(id).unwrap());
    assert_eq!(erased, [true, false, false]);
}

pub fn what_is_about_others_stays(fixture: &Fixture) {
    let (ann, bo, movie) = an_agency(fixture);
    let kept = |entry: &HistoryEntry| format!("{entry:?}");
    let of_bo: Vec<_> = fixture.history(HistoryOf::Actor(bo.id)).iter().map(kept).collect();
    let cast = fixture.cast(movie.id);
    fixture.erase(ann.id);
    assert_eq!(fixture.history(HistoryOf::Actor(bo.id)).iter().map(kept).collect::<Vec<_>>(), of_bo);
    assert_eq!(fixture.cast(movie.id), cast[1..], "with a gap in the credits");
    let of_movie = fixture.history(HistoryOf::Movie(movie.id));
    assert_eq!(of_movie.iter().map(|entry| entry.record.action).collect::<Vec<_>>(), [Action::Cast, Action::Created]);
    assert_eq!(fixture.database.movies().list(&MovieQuery::default(), &page(1, 10)).unwrap().total.get(), 2);
    assert_eq!(fixture.database.movies().find(movie.id).unwrap(), Some(movie));
}

pub fn who_is_deleted_or_booked_is_erased_as_well(fixture: &Fixture) {
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_movie("Aihaga").id;
    fixture.add_casting(movie, &NewCasting::booking(bo));
    fixture.delete_actor(ann);
    assert_eq!(fixture.erase(ann), Some(Holdings { castings: 0, entries: 2, mentions: 0 }));
    assert_eq!(fixture.erase(bo), Some(Holdings { castings: 1, entries: 2, mentions: 0 }));
    assert_eq!(fixture.cast(movie), []);
    assert_eq!(fixture.actors(&ActorQuery::default().showing_deleted(&permit(), Deleted::With)), []);
}

pub fn an_erasure_is_told_without_whom_it_was(fixture: &Fixture) {
    let (ann, ..) = an_agency(fixture);
    let permit = caller("operator", "ensemble-purge").permit().unwrap();
    fixture.database.erasures().erase(&permit, ann.id, later()).unwrap().unwrap();
    let newest = fixture.history(HistoryOf::All).remove(0);
    let nothing = Members::default();
    let told = Record { action: Action::Deleted, before: nothing.clone(), after: nothing };
    assert_eq!((newest.at, newest.by.as_str(), newest.request_id.as_str()), (later(), "operator", "ensemble-purge"));
    assert_eq!((newest.entity, newest.entity_id, newest.record), (Entity::Actor, Some(ann.id.get()), told));
}

pub fn nobody_who_is_not_there_is_erased(fixture: &Fixture) {
    let before = fixture.history(HistoryOf::All);
    assert_eq!(fixture.erase(ActorId::new(i64::MAX).unwrap()), None);
    assert_eq!(fixture.history(HistoryOf::All), before);
}

pub fn the_ids_of_what_was_erased_are_not_given_again(fixture: &Fixture) {
    let ann = fixture.add_actor("Ann").id;
    let newest = fixture.history(HistoryOf::All)[0].id;
    fixture.erase(ann);
    assert!(fixture.add_actor("Bo").id > ann);
    assert!(fixture.history(HistoryOf::All).iter().all(|entry| entry.id > newest));
}

pub fn the_ids_of_what_was_erased_outlast_a_migration_that_is_undone(fixture: &Fixture) {
    let ann = fixture.add_actor("Ann").id;
    fixture.erase(ann);
    let migrator = Migrator::new(&fixture.url);
    while !migrator.down().unwrap().unwrap().contains("ids_for_good") {}
    migrator.up().unwrap();
    assert!(fixture.add_actor("Bo").id > ann);
}

pub fn requests_about_whoever_is_erased_are_forgotten(fixture: &Fixture) {
    let (actors, castings) = (fixture.database.actors(), fixture.database.castings());
    let ann = actors.insert(&repeatable(1, 1), &an_actor_named("Ann"), now()).unwrap().into_inner().id;
    let bo = actors.insert(&repeatable(2, 1), &an_actor_named("Bo"), now()).unwrap().into_inner();
    let movie = fixture.add_movie("Aihaga").id;
    for (key, actor) in [(3, ann), (4, bo.id)] {
        castings.insert(&repeatable(key, 1), movie, &a_casting_of(actor), now()).unwrap().unwrap();
    }
    fixture.erase(ann);
    let again = actors.insert(&repeatable(1, 1), &an_actor_named("Ann"), soon()).unwrap();
    assert!(!again.is_replayed() && again.get().id != ann, "{again:?}");
    assert_eq!(actors.insert(&repeatable(2, 1), &an_actor_named("Bo"), soon()).unwrap(), Outcome::Replayed(bo.clone()));
    let refused = castings.insert(&repeatable(3, 1), movie, &a_casting_of(ann), soon());
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert!(castings.insert(&repeatable(4, 1), movie, &a_casting_of(bo.id), soon()).unwrap().unwrap().is_replayed());
}

pub fn names_are_taken_out_of_the_reasons_of_others(fixture: &Fixture) {
    let [ann, bo] = ["Ann Lee", "Bo"].map(|name| fixture.add_actor(name).id);
    fixture.rename(ann, "Ann Linde");
    let movie = fixture.add_movie("Ann Lee").id;
    let new = NewCasting { reason: Some(because("Plays with Ann Lee")), ..a_casting_of(bo) };
    let insert = || fixture.database.castings().insert(&repeatable(1, 1), movie, &new, now()).unwrap().unwrap();
    let casting = insert().into_inner();
    let because_of = |reason| CastingChanges { reason: Change::To(because(reason)), ..moved(CastingStatus::Offered) };
    let changed = fixture.change_casting(&casting, &because_of("Instead of ANN LINDE"));
    let dossier = fixture.database.erasures().dossier(ann, day("2026-03-14")).unwrap().unwrap();
    assert_eq!(dossier.reasons, ["Instead of ANN LINDE", "Plays with Ann Lee"].map(because), "each once");
    assert_eq!(fixture.erase(ann).unwrap().mentions, 3, "one casting, and two entries of the history");

    let cast = fixture.cast(movie).remove(0);
    assert_eq!(cast.reason, Some(because("Instead of \u{2026}")));
    assert_eq!((cast.version, cast.updated_at), (version(changed.version.get() + 1), later()));
    let history = format!("{:?}", fixture.history(HistoryOf::All));
    assert!(history.contains("Plays with \u{2026}") && history.contains("Instead of \u{2026}"), "{history}");
    assert!(!history.to_lowercase().contains("ann linde"), "{history}");
    assert!(history.contains("title\", Text(\"Ann Lee\""), "the title of a movie is another matter: {history}");
    assert_eq!(insert().into_inner().reason, Some(because("Plays with \u{2026}")));
}

pub fn nothing_is_left_of_an_actor_who_is_cast_while_erased(fixture: &Fixture) {
    let movies: Vec<_> = (0..4).map(|number| fixture.add_movie(&format!("Movie {number}")).id).collect();
    for _ in 0..5 {
        let ann = fixture.add_actor("Ann").id;
        let start = Barrier::new(movies.len() + 1);
        thread::scope(|scope| {
            for movie in &movies {
                let (start, castings) = (&start, fixture.database.castings());
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..3 {
                        let cast = castings.insert(&permit(), *movie, &NewCasting::booking(ann), now());
                        let Ok(Some(casting)) = cast.map(|cast| cast.map(Outcome::into_inner)) else { continue };
                        let (id, changes) = (casting.id, moved(CastingStatus::Released));
                        castings.update(&permit(), *movie, id, &Precondition::None, &changes, soon()).ok();
                    }
                });
            }
            start.wait();
            fixture.erase(ann).unwrap();
        });
        let about_ann = |entry: &&HistoryEntry| {
            let told = format!("{:?}", entry.record);
            told.contains(&format!("\"actor_id\", Number({ann})")) || told.contains("Ann")
        };
        assert_eq!(fixture.history(HistoryOf::All).iter().find(about_ann), None);
        assert!(movies.iter().all(|movie| fixture.cast(*movie).is_empty()));
    }
}

#[test]
fn a_casting_that_is_changed_while_somebody_is_erased_keeps_the_change_without_the_name() {
    const WAITING: &str =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let Some(fixture) = postgres() else { return };
    let [ann, bo] = ["Ann Lee", "Bo"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_movie("Aihaga").id;
    let reason = Some(because("Plays with Ann Lee"));
    let casting = fixture.add_casting(movie, &NewCasting { reason, ..a_casting_of(bo) }).id;
    // A change of the casting as far as it has read it, and then to its end.
    let (mut change, mut watch) = (fixture.aside(), fixture.aside());
    change.execute(&format!("BEGIN; SELECT FROM movies WHERE id = {movie} FOR NO KEY UPDATE"));
    thread::scope(|scope| {
        let erasing = scope.spawn(|| fixture.erase(ann).unwrap());
        while watch.count(WAITING) == 0 && !erasing.is_finished() {
            thread::yield_now();
        }
        change.execute(&format!(
            "UPDATE castings SET reason = 'Comes after Ann Lee', version = version + 1 WHERE id = {casting}; \
             INSERT INTO history (at, subject, request_id, action, entity, entity_id, actor_id, movie_id, before, after) \
             SELECT at, subject, request_id, 'updated', entity, entity_id, actor_id, movie_id, after, \
                 '{{\"reason\":\"Comes after Ann Lee\"}}' \
             FROM history WHERE entity = 'casting' AND entity_id = {casting}; \
             COMMIT"
        ));
        assert_eq!(erasing.join().unwrap().mentions, 3);
    });
    assert_eq!(fixture.cast(movie).remove(0).reason, Some(because("Comes after \u{2026}")));
    let history = format!("{:?}", fixture.history(HistoryOf::All));
    assert!(history.contains("Comes after \u{2026}") && !history.contains("Ann Lee"), "{history}");
}

#[test]
fn the_statistics_of_a_server_name_nobody_who_was_erased() {
    const NAMING: &str = "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' \
         AND lower(concat(most_common_vals, histogram_bounds)) LIKE '%linde%'";
    let Some(fixture) = postgres() else { return };
    let [ann, bo] = ["Ann Linde", "Bo"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_movie("Aihaga").id;
    for number in 0..3 {
        fixture.add_actor(&format!("Somebody {number}"));
        let new = NewCasting { reason: Some(because(&format!("Take {number} with Ann Linde"))), ..a_casting_of(bo) };
        let movie = fixture.add_movie(&format!("Movie {number}")).id;
        fixture.database.castings().insert(&repeatable(number, 1), movie, &new, now()).unwrap().unwrap();
    }
    fixture.add_casting(movie, &a_casting_of(ann));
    let mut aside = fixture.aside();
    aside.execute("ANALYZE");
    assert!(aside.count(NAMING) >= 4, "there is something to erase");
    fixture.erase(ann).unwrap();
    fixture.database.erasures().wipe().unwrap();
    assert_eq!(aside.count(NAMING), 0);
}

/// The bytes of the file and of what SQLite keeps beside it.
fn bytes(fixture: &Fixture) -> Vec<u8> {
    let path = fixture.url.sqlite_path().unwrap();
    let beside = ["-wal", "-shm"].map(|suffix| format!("{}{suffix}", path.display()));
    let mut all = fs::read(path).unwrap();
    all.extend(beside.iter().flat_map(|path| fs::read(path).unwrap_or_default()));
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_wiped_sqlite_file_holds_no_byte_of_a_name_nor_a_part_of_it() {
    // Letters without a case, and of three bytes: no two of them stand in the file by chance.
    const NAMES: [&str; 3] = ["ⵣⵥⵯⵇⵍ ⵏⴻⵡ", "ⴲⴸⵁⵂⵄ", "ⵖⵞⵟⵒⵕ"];
    let fixture = sqlite();
    for number in 0..200 {
        fixture.add_actor(&format!("Somebody {number}"));
    }
    let parts: Vec<String> = NAMES
        .iter()
        .flat_map(|name| {
            let letters: Vec<_> = name.chars().collect();
            letters.windows(2).map(|two| two.iter().collect()).collect::<Vec<String>>()
        })
        .collect();
    let [first, second, third] = NAMES;
    let ann = fixture.add_actor(first).id;
    let bo = fixture.add_actor("Bo").id;
    let movie = fixture.add_movie("Aihaga").id;
    let castings = fixture.database.castings();
    castings.insert(&repeatable(1, 1), movie, &a_casting_of(ann), now()).unwrap().unwrap();
    let casting = fixture.add_casting(movie, &NewCasting { reason: Some(because(first)), ..a_casting_of(bo) });
    fixture.change_casting(&casting, &moved(CastingStatus::Declined));
    for number in 0..50 {
        // Rows grow and shrink, and leave something behind in their pages.
        fixture.rename(ann, if number % 2 == 0 { second } else { third });
        fixture.add_actor(&format!("Somebody else {number}"));
    }
    fixture.delete_actor(ann);
    let before = bytes(&fixture);
    assert!(NAMES.iter().all(|name| holds(&before, name)), "there is something to erase");

    fixture.erase(ann).unwrap();
    fixture.database.erasures().wipe().unwrap();
    let after = bytes(&fixture);
    let left: Vec<_> =
        NAMES.iter().map(|name| (*name).to_owned()).chain(parts).filter(|part| holds(&after, part)).collect();
    assert_eq!(left, Vec::<String>::new());
    let others = fixture.database.actors().list(&ActorQuery::default(), &page(1, 1)).unwrap();
    assert_eq!(others.total.get(), 251);
}
