//! What only a server can do: vanish, hang, and change its mind.

use std::{
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::{ActorChanges, ActorName, ActorQuery, Conflict, Outcome, Precondition, StoreError};
use ensemble_infra::{Database, DatabaseSettings, DatabaseUrl, Migrator, NotReady};

use crate::{
    fixture::{Fixture, SLACK, postgres},
    lists,
    samples::{a_movie_titled, an_actor_named, later, now, page, permit, repeatable, rows, version},
    several::{add, addition, change, renaming},
};

fn called(name: &str) -> ActorChanges {
    ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() }
}

fn assert_unavailable<T: std::fmt::Debug>(answer: &Result<T, StoreError>, text: &str) {
    assert!(matches!(answer, Err(StoreError::Unavailable(cause)) if cause.to_string().contains(text)), "{answer:?}");
}

/// How many connections to this database wait for a lock.
const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Ends every other connection to the database, and waits until they are gone.
fn end_connections(fixture: &Fixture) {
    const OTHERS: &str = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut aside = fixture.aside();
    aside.count(&format!("SELECT count(pg_terminate_backend(pid)) {OTHERS}"));
    while aside.count(&format!("SELECT count(*) {OTHERS}")) > 0 {
        thread::yield_now();
    }
}

/// Makes as many connections as the pool holds: that many calls wait at once until all have one.
fn fill_pool(fixture: &Fixture, database: &Database) {
    let (held, mut watch) = (fixture.writes_held_up(), fixture.aside());
    thread::scope(|scope| {
        for _ in 0..database.connections() {
            scope.spawn(|| database.actors().list(&ActorQuery::default(), &page(1, 1)).unwrap());
        }
        while watch.count(WAITING) < i64::from(database.connections()) {
            thread::yield_now();
        }
        drop(held);
    });
}

#[test]
fn a_server_that_is_away_does_not_keep_a_database_from_opening() {
    let url = DatabaseUrl::parse("postgres://me:hunter2@127.0.0.1:1/ensemble").unwrap();
    let settings = DatabaseSettings { checkout_timeout: Duration::from_millis(300), ..DatabaseSettings::new(url) };
    let database = Database::open(&settings).unwrap();
    let start = Instant::now();
    let refused = database.actors().list(&ActorQuery::default(), &page(1, 1));
    assert!(start.elapsed() < settings.checkout_timeout + SLACK, "{:?}", start.elapsed());
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
    assert_unavailable(&refused, "300 ms");
    assert!(matches!(database.ready(), Err(NotReady::Store(StoreError::Unavailable(_)))));
}

#[test]
fn lost_connections_are_replaced_before_a_reader_notices() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    let ann = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().into_inner();
    for _ in 0..3 {
        fill_pool(&fixture, &fixture.database);
        end_connections(&fixture);
        for _ in 0..20 {
            assert_eq!(actors.find(ann.id).unwrap().as_ref(), Some(&ann));
        }
    }
}

#[test]
fn a_change_that_finds_its_connection_lost_is_made_on_another() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    let ann = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().into_inner();
    fill_pool(&fixture, &fixture.database);
    end_connections(&fixture);
    let changed = actors.update(&permit(), ann.id, &Precondition::None, &called("Anna"), later()).unwrap().unwrap();
    assert_eq!(changed.version, version(2));
}

#[test]
fn an_actor_that_somebody_else_is_writing_is_left_out_of_a_group() {
    let Some(fixture) = postgres() else { return };
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let mut held = fixture.aside();
    held.execute(&format!("BEGIN; UPDATE actors SET born_exact = true WHERE id = {ann}"));
    let start = Instant::now();
    let changed = change(&fixture, &[ann, bo].map(|id| renaming(id, Precondition::None, "Dan")));
    assert!(matches!(&changed[..], [None, Some(_)]), "{changed:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "nobody waited for the row: {:?}", start.elapsed());
}

#[test]
fn an_addition_whose_connection_is_lost_is_not_made_twice() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    fill_pool(&fixture, &fixture.database);
    end_connections(&fixture);
    let refused = actors.insert(&permit(), &an_actor_named("Ann"), now());
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap();
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get(), 1);
}

#[test]
fn an_addition_under_a_key_is_made_once_though_its_connection_is_lost() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    let insert = || actors.insert(&repeatable(1, 1), &an_actor_named("Ann"), now());
    fill_pool(&fixture, &fixture.database);
    end_connections(&fixture);
    let first = insert().unwrap();
    assert_eq!(insert().unwrap(), Outcome::Replayed(first.into_inner()));
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get(), 1);
}

#[test]
fn an_answer_that_is_lost_at_the_end_of_a_transaction_can_be_asked_for_again() {
    let Some(fixture) = postgres() else { return };
    // The first attempt loses its connection as its transaction ends, and nobody can tell whether it took effect.
    fixture.aside().execute(
        "CREATE SEQUENCE rounds;
         CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF nextval(''rounds'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER cut_off AFTER INSERT ON actors INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut_off()",
    );
    let actors = fixture.database.actors();
    let insert = || actors.insert(&repeatable(1, 1), &an_actor_named("Ann"), now());
    let refused = insert();
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let answer = insert().unwrap();
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().items, [answer.into_inner()]);
    assert!(insert().unwrap().is_replayed());
}

#[test]
fn an_import_whose_connection_is_lost_is_made_again() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    fill_pool(&fixture, &fixture.database);
    end_connections(&fixture);
    assert_eq!(actors.import(&permit(), &mut rows(&[an_actor_named("Ann")]), now()).unwrap().into_inner().count, 1);
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get(), 1);
}

#[test]
fn an_import_that_is_cut_off_half_way_leaves_nothing() {
    let Some(fixture) = postgres() else { return };
    fixture.aside().execute(
        "CREATE SEQUENCE rounds;
         CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF nextval(''rounds'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END';
         CREATE TRIGGER cut_off AFTER INSERT ON actors FOR EACH STATEMENT EXECUTE FUNCTION cut_off()",
    );
    let actors = fixture.database.actors();
    let many: Vec<_> = (0..1500).map(|number| an_actor_named(&format!("Actor {number}"))).collect();
    // The rows were taken and cannot be taken again.
    assert_unavailable(&actors.import(&permit(), &mut rows(&many), now()), "terminating connection");
    assert_eq!(actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total.get(), 0);
    assert_eq!(actors.import(&permit(), &mut rows(&many), now()).unwrap().into_inner().count, 1500);
}

#[test]
fn a_statement_that_takes_too_long_is_given_up() {
    let Some(fixture) = postgres() else { return };
    let database = fixture.reopened(|settings| settings.statement_timeout = Duration::from_millis(100));
    let held = fixture.writes_held_up();
    assert_unavailable(&database.actors().list(&ActorQuery::default(), &page(1, 1)), "statement timeout");
    assert_unavailable(&database.actors().insert(&permit(), &an_actor_named("Ann"), now()), "statement timeout");
    drop(held);
    database.actors().insert(&permit(), &an_actor_named("Ann"), now()).unwrap();
}

#[test]
fn a_lock_that_is_held_too_long_is_not_waited_for() {
    let Some(fixture) = postgres() else { return };
    let _held = fixture.writes_held_up();
    let start = Instant::now();
    assert_unavailable(&fixture.database.actors().list(&ActorQuery::default(), &page(1, 1)), "lock timeout");
    assert!(start.elapsed() < Duration::from_secs(2) + SLACK, "{:?}", start.elapsed());
}

#[test]
fn an_import_takes_as_long_as_it_needs() {
    let Some(fixture) = postgres() else { return };
    fixture.aside().execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
         CREATE TRIGGER slow AFTER INSERT ON actors FOR EACH STATEMENT EXECUTE FUNCTION slow()",
    );
    let database = fixture.reopened(|settings| {
        settings.statement_timeout = Duration::from_millis(100);
        settings.pool_size = Some(1);
    });
    let actors = database.actors();
    assert_eq!(actors.import(&permit(), &mut rows(&[an_actor_named("Ann")]), now()).unwrap().into_inner().count, 1);
    assert_unavailable(&actors.insert(&permit(), &an_actor_named("Bo"), now()), "statement timeout");
}

#[test]
fn a_change_that_meets_a_deadlock_is_made_again() {
    let Some(fixture) = postgres() else { return };
    // A change takes the row first and the other lock second; somebody else does it the other way round.
    fixture.aside().execute(
        "CREATE FUNCTION lock() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';
         CREATE TRIGGER lock BEFORE UPDATE ON actors FOR EACH ROW EXECUTE FUNCTION lock()",
    );
    let actors = fixture.database.actors();
    let ann = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().into_inner();

    let mut other = fixture.aside();
    other.execute("SET deadlock_timeout = '1min'; BEGIN; SELECT pg_advisory_xact_lock(1)");
    let changed = thread::scope(|scope| {
        let change = scope.spawn(|| actors.update(&permit(), ann.id, &Precondition::None, &called("Anna"), later()));
        let mut watch = fixture.aside();
        while watch.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0 {
            thread::yield_now();
        }
        other.execute(&format!("UPDATE actors SET gender = 'x', version = version + 1 WHERE id = {}; COMMIT", ann.id));
        change.join().unwrap()
    });
    let changed = changed.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.gender.as_str()), ("Anna", "non-binary"));
    assert_eq!(changed.version, version(3));
}

#[test]
fn a_server_that_no_longer_takes_writes_is_left() {
    let Some(fixture) = postgres() else { return };
    let url = DatabaseUrl::parse(&format!("{}&target_session_attrs=any", fixture.text)).unwrap();
    let database = Database::open(&DatabaseSettings::new(url)).unwrap();
    let actors = database.actors();

    fixture.aside().execute("DO 'BEGIN EXECUTE format($$ALTER DATABASE %I SET default_transaction_read_only = on$$, current_database()); END'");
    fill_pool(&fixture, &database);
    assert_unavailable(&actors.insert(&permit(), &an_actor_named("Ann"), now()), "read-only");
    actors.list(&ActorQuery::default(), &page(1, 1)).unwrap();

    let mut aside = fixture.aside();
    aside.execute("SET default_transaction_read_only = off");
    aside.execute(
        "DO 'BEGIN EXECUTE format($$ALTER DATABASE %I RESET default_transaction_read_only$$, current_database()); END'",
    );
    actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap();
}

#[test]
fn a_row_that_others_keep_writing_is_changed_all_the_same() {
    let Some(fixture) = postgres() else { return };
    // The first three writes find that somebody else was faster; what they ask for is not done.
    let mut aside = fixture.aside();
    aside.execute(
        "CREATE SEQUENCE rounds;
         CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF nextval(''rounds'') <= 3 THEN RETURN NULL; END IF; RETURN NEW; END';
         CREATE TRIGGER overtake BEFORE UPDATE ON actors FOR EACH ROW EXECUTE FUNCTION overtake()",
    );
    let actors = fixture.database.actors();
    let ann = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().into_inner();
    let changed = actors.update(&permit(), ann.id, &Precondition::None, &called("Anna"), later()).unwrap().unwrap();
    assert_eq!(changed.version, version(2));
    assert_eq!(aside.count("SELECT last_value FROM rounds"), 4);
}

#[test]
fn a_request_that_is_still_being_worked_on_is_not_begun_again() {
    let Some(fixture) = postgres() else { return };
    let actors = fixture.database.actors();
    let insert = |fingerprint| actors.insert(&repeatable(1, fingerprint), &an_actor_named("Ann"), now());
    let (held, mut watch) = (fixture.writes_held_up(), fixture.aside());
    let first = thread::scope(|scope| {
        let first = scope.spawn(|| insert(1));
        while watch.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 0 {
            thread::yield_now();
        }
        // What the other request asks for is not known yet, so it may be the same or not.
        for fingerprint in [1, 2] {
            let refused = insert(fingerprint);
            assert!(matches!(refused, Err(StoreError::Conflict(Conflict::RequestInProgress))), "{refused:?}");
        }
        drop(held);
        first.join().unwrap().unwrap()
    });
    assert_eq!(insert(1).unwrap(), Outcome::Replayed(first.into_inner()));
}

#[test]
fn no_list_reads_a_whole_table() {
    const SCANS: &str = "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_user_tables WHERE relname IN ('actors', 'movies', 'castings', 'totals')";
    let Some(fixture) = postgres() else { return };
    let many: Vec<_> = (0..30_000).map(|number| an_actor_named(&format!("Actor {number}"))).collect();
    fixture.database.actors().import(&permit(), &mut rows(&many), now()).unwrap();
    let many: Vec<_> = (0..30_000).map(|number| a_movie_titled(&format!("Movie {number}"))).collect();
    fixture.database.movies().import(&permit(), &mut rows(&many), now()).unwrap();
    // What a connection did is known once it is gone.
    let scans = || {
        end_connections(&fixture);
        fixture.aside().count(SCANS)
    };
    let before = scans();
    lists::every_kind_of_list(&fixture.database);
    assert_eq!(scans(), before);
    fixture.aside().count("SELECT count(*) FROM actors WHERE name LIKE '%9%'");
    assert!(scans() > before, "a scan is seen");
}

#[test]
fn searches_do_without_an_extension_that_is_not_allowed() {
    let Some(fixture) = postgres() else { return };
    let mut aside = fixture.aside();
    let role = format!("guest_{}", std::process::id());
    aside.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    aside.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'guest'; GRANT ALL ON SCHEMA public TO {role}"));
    let (scheme, rest) = fixture.text.split_once("://").unwrap();
    let (_, server) = rest.split_once('@').unwrap();
    let url = DatabaseUrl::parse(&format!("{scheme}://{role}:guest@{server}")).unwrap();
    Migrator::new(&url).up().unwrap();

    let database = Database::open(&DatabaseSettings::new(url.clone())).unwrap();
    assert!(!database.searches_are_indexed().unwrap());
    database.actors().insert(&permit(), &an_actor_named("Nada El-Hadd\u{e1}d"), now()).unwrap();
    assert_eq!(lists::found(&database, "haddad"), 1);
    lists::every_kind_of_list(&database);

    aside.execute("CREATE EXTENSION pg_trgm");
    Migrator::new(&url).up().unwrap();
    assert!(database.searches_are_indexed().unwrap());
    assert_eq!(lists::found(&database, "haddad"), 1);
    drop(database);
    aside.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_group_that_waited_for_the_totals_is_counted_once() {
    let Some(fixture) = postgres() else { return };
    let (mut held, mut watch) = (fixture.aside(), fixture.aside());
    held.execute("BEGIN; UPDATE totals SET live = live");
    thread::scope(|scope| {
        let added = scope.spawn(|| add(&fixture, &["Ann", "Bo", "Cleo"].map(|name| addition(permit(), name))));
        while watch.count(WAITING) == 0 {
            thread::yield_now();
        }
        held.execute("COMMIT");
        assert_eq!(added.join().unwrap().iter().flatten().count(), 3);
    });
    lists::assert_totals_are_true(&fixture);
}
