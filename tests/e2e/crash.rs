//! A killed server loses nothing that it acknowledged, and one that is told to stop nothing that it was asked.

mod client;

use std::{
    env,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState},
    iter,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl, dsl::sql, select, sql_types::BigInt};

use self::client::{Client, Known, everything};
use crate::{
    database::Database,
    server::{Server, eventually, serve},
};

on_both_databases!(
    every_acknowledged_write_survives_a_kill,
    every_request_is_answered_though_the_server_stops,
    a_kill_while_starting_is_no_obstacle_to_the_next_start,
);

/// How soon a server must be ready again.
const RECOVERY: Duration = Duration::from_secs(5);

fn every_acknowledged_write_survives_a_kill(database: &Database) {
    // Whoever waits for an answer when the server is killed gets none.
    every_acknowledged_write_survives("KILL", |_error| true, database);
}

fn every_request_is_answered_though_the_server_stops(database: &Database) {
    every_acknowledged_write_survives("TERM", reqwest::Error::is_connect, database);
}

/// Has clients write until the server is sent that signal, twenty times, each with an error that is expected.
fn every_acknowledged_write_survives(signal: &str, is_expected: fn(&reqwest::Error) -> bool, database: &Database) {
    let seed = seed();
    let mut server = Server::start(database);
    let mut clients: Vec<_> = (1..=4).map(Client::new).collect();
    for round in 1..=20 {
        thread::scope(|scope| {
            for client in &mut clients {
                scope.spawn(|| {
                    let error = iter::repeat_with(|| client.write(&server)).find_map(Result::err).unwrap();
                    assert!(is_expected(&error), "round {round}: {error:?}");
                });
            }
            thread::sleep(Duration::from_micros(random(seed, round) % 300_000));
            server.signal(signal);
        });
        server.ended();
        forgotten(database);
        let start = Instant::now();
        server.restart(database);
        eventually("the server is ready again", || (server.get("/readyz").0 == 200).then_some(()));
        assert!(start.elapsed() < RECOVERY, "round {round}: ready after {:?}", start.elapsed());

        for client in &mut clients {
            client.repeat(&server);
        }
        let mut stored = everything(&server, clients.iter().filter_map(Client::cast));
        for client in &mut clients {
            client.compare(&mut stored, &format!("seed {seed}, round {round}"));
        }
        assert_eq!(stored, Known::new(), "nobody asked for these; seed {seed}, round {round}");
        assert_whole(database);
    }
    let known = |kind| clients.iter().map(|client| client.of_kind(kind).len()).sum::<usize>();
    let known = ["name", "title", "status"].map(known);
    assert!(known.into_iter().all(|number| number > 4), "too little was written to tell anything: {known:?}");
}

fn a_kill_while_starting_is_no_obstacle_to_the_next_start(database: &Database) {
    let start = Instant::now();
    drop(Server::start(database));
    let usual = start.elapsed();
    for tenth in 0..10 {
        let fresh = if database.is_sqlite() { Some(Database::sqlite()) } else { Database::postgres() };
        let fresh = fresh.unwrap();
        let mut killed = serve(&fresh).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(usual * tenth / 10);
        killed.kill().unwrap();
        killed.wait().unwrap();

        let start = Instant::now();
        let server = Server::start(&fresh);
        assert_eq!(server.get("/readyz").0, 200, "killed after {tenth} tenths of the usual start");
        assert!(start.elapsed() < RECOVERY, "killed after {tenth} tenths, ready after {:?}", start.elapsed());
        Client::new(0).write(&server).unwrap();
        assert_whole(&fresh);
    }
}

/// Waits until PostgreSQL has noticed that its client is gone: until then it may still finish what it was asked for.
fn forgotten(database: &Database) {
    if !database.is_sqlite() {
        let mut connection = PgConnection::establish(&database.url).unwrap();
        let others = "(SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ensemble/%' \
                      AND datname = current_database())";
        eventually("PostgreSQL forgets the killed server", || {
            (select(sql::<BigInt>(others)).get_result(&mut connection) == Ok(0)).then_some(())
        });
    }
}

/// Each version of whatever is stored has its entry in the history, and SQLite finds nothing wrong with its file; PostgreSQL was not killed.
fn assert_whole(database: &Database) {
    database.assert_whole();
    let torn = "(SELECT coalesce(sum(version), 0) FROM (SELECT version FROM actors UNION ALL SELECT version FROM movies \
                UNION ALL SELECT version FROM castings) AS every) - (SELECT count(*) FROM history)";
    let torn = if database.is_sqlite() {
        select(sql::<BigInt>(torn)).get_result(&mut database.file())
    } else {
        let mut connection = PgConnection::establish(&database.url).unwrap();
        select(sql::<BigInt>(&format!("({torn})::bigint"))).get_result(&mut connection)
    };
    assert_eq!(torn, Ok(0));
}

/// Decides when the kills come; printed, and taken from `CRASH_SEED` where that is set.
fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "repeats the moments of an earlier run")]
    let given = env::var("CRASH_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(()));
    eprintln!("CRASH_SEED={seed}");
    seed
}

fn random(seed: u64, round: u64) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, round))
}
