//! A killed server loses nothing that it acknowledged, and one that is told to stop nothing that it was asked.

use std::{
    collections::BTreeMap,
    env,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState},
    iter,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl, dsl::sql, select, sql_types::BigInt};
use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

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

        let mut stored = all_actors(&server);
        for client in &mut clients {
            client.compare(&mut stored, &format!("seed {seed}, round {round}"));
        }
        assert_eq!(stored, BTreeMap::new(), "nobody asked for these; seed {seed}, round {round}");
        assert_whole(database);
    }
    let known: usize = clients.iter().map(|client| client.known.len()).sum();
    assert!(known > 10, "too little was written to tell anything: {known} actors");
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

/// A client with actors of its own, which knows how each must be stored.
struct Client {
    number: usize,
    writes: usize,
    known: BTreeMap<i64, Value>,
    /// The write that no answer has come for, as the actor would be after it; without an id if it is new.
    pending: Option<(Option<i64>, Value)>,
}

impl Client {
    fn new(number: usize) -> Self {
        Self { number, writes: 0, known: BTreeMap::new(), pending: None }
    }

    /// Makes one more write.
    fn write(&mut self, server: &Server) -> reqwest::Result<()> {
        self.writes += 1;
        let name = format!("Client {} Write {}", self.number, self.writes);
        let living = self.known.iter().rev().find(|(_, actor)| actor["deleted"] == false);
        let (method, path, body, outcome) = match (self.writes % 5, living) {
            (1 | 2, Some((id, actor))) => {
                let outcome = after(actor, json!({"name": name}));
                (Method::PATCH, format!("/actors/{id}"), json!({"name": name}), (Some(*id), outcome))
            }
            (4, Some((id, actor))) => (
                Method::DELETE,
                format!("/actors/{id}"),
                json!(null),
                (Some(*id), after(actor, json!({"deleted": true}))),
            ),
            _ => {
                let new = json!({"name": name, "age": self.writes % 100, "gender": "other"});
                (
                    Method::POST,
                    "/actors".to_owned(),
                    new.clone(),
                    (None, merged(new, json!({"version": 1, "deleted": false}))),
                )
            }
        };
        self.pending = Some(outcome.clone());
        let answer = server.request_as(Role::ExecutiveProducer, method, &path).json(&body).send()?;
        let (status, text) = (answer.status(), answer.text()?);
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        let mut acknowledged: Value = serde_json::from_str(&text).unwrap();
        let actor = match acknowledged["actor"].take() {
            Value::Null => outcome.1,
            told => merged(outcome.1, told),
        };
        let id = outcome.0.or_else(|| actor["id"].as_i64());
        self.known.insert(id.unwrap(), actor);
        self.pending = None;
        Ok(())
    }

    /// Takes this client's actors out of what is stored: each is as it was acknowledged, and what was not acknowledged has
    /// happened as a whole or not at all.
    fn compare(&mut self, stored: &mut BTreeMap<i64, Value>, occasion: &str) {
        let pending = self.pending.take();
        if let Some((None, new)) = &pending
            && let Some(id) = stored.iter().find(|(_, actor)| actor["name"] == new["name"]).map(|(id, _)| *id)
        {
            self.known.insert(id, new.clone());
        }
        for (id, known) in &mut self.known {
            let found = stored.remove(id).unwrap_or_else(|| panic!("{known} is lost; {occasion}"));
            let unacknowledged = pending.as_ref().filter(|(of, _)| *of == Some(*id)).map(|(_, outcome)| outcome);
            let as_expected = agrees(&found, known) || unacknowledged.is_some_and(|outcome| agrees(&found, outcome));
            assert!(as_expected, "{found} is neither {known} nor {unacknowledged:?}; {occasion}");
            *known = found;
        }
    }
}

/// What is known of an actor one version later.
fn after(actor: &Value, changed: Value) -> Value {
    let mut later = merged(actor.clone(), changed);
    later["version"] = json!(actor["version"].as_i64().unwrap() + 1);
    for unknown in ["updated_at", "deleted_at"] {
        later.as_object_mut().unwrap().remove(unknown);
    }
    later
}

fn merged(mut actor: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    actor.as_object_mut().unwrap().extend(more);
    actor
}

/// Whether every known member is stored as it is known.
fn agrees(found: &Value, known: &Value) -> bool {
    known.as_object().unwrap().iter().all(|(name, value)| found[name] == *value)
}

/// Every actor by id, the deleted ones too, each with a member that says whether it is deleted.
fn all_actors(server: &Server) -> BTreeMap<i64, Value> {
    let mut all = BTreeMap::new();
    for page in 1.. {
        let (status, listed) = server.get(&format!("/actors?deleted=with&limit=100&page={page}"));
        assert_eq!(status, 200);
        for actor in listed["actors"].as_array().unwrap() {
            let deleted = json!({"deleted": actor["deleted_at"].is_string()});
            all.insert(actor["id"].as_i64().unwrap(), merged(actor.clone(), deleted));
        }
        if listed["next"].is_null() {
            assert_eq!(listed["total"], all.len());
            break;
        }
    }
    all
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

/// Each version of an actor has its entry in the history, and SQLite finds nothing wrong with its file; PostgreSQL was not killed.
fn assert_whole(database: &Database) {
    database.assert_whole();
    let torn = "(SELECT coalesce(sum(version), 0) FROM actors) - (SELECT count(*) FROM history)";
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
