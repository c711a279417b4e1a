//! The server while its database is away, held up, or full.

use std::{
    fs,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::{Method, blocking::RequestBuilder, header::RETRY_AFTER};
use serde_json::json;

use crate::{
    cluster::Cluster,
    commands::{Ran, on, run},
    database::Database,
    server::{PATIENCE, Server, after, answered, eventually, serve},
};

on_both_databases!(a_held_up_database_holds_nobody_up_for_long);

/// How long any answer may take, whatever the database does.
const LIMIT: Duration = Duration::from_secs(3);
/// How soon everything works again once the database is back, and once it is no longer held up.
const RECOVERY: Duration = Duration::from_secs(5);
const RELIEF: Duration = Duration::from_secs(2);
/// How many ask at once.
const CROWD: usize = 500;

/// What clients ask for, reads before writes.
const KINDS: [&str; 4] = ["list", "read", "create", "change"];
const READS: [&str; 2] = ["list", "read"];

#[test]
fn a_stopped_postgres_is_told_and_its_return_is_noticed() {
    let Some(cluster) = Cluster::create() else { return };
    let server = with_an_actor(&cluster.database);
    let (answers, is_over) = (KINDS.map(|_| Mutex::new(Vec::new())), AtomicBool::new(false));
    let last_were = |number: usize, wanted: fn(&Answer) -> bool| {
        answers.iter().all(|of_kind| {
            let of_kind: &Vec<Answer> = &of_kind.lock().unwrap();
            of_kind.len() >= number && of_kind.iter().rev().take(number).all(wanted)
        })
    };
    let back = thread::scope(|scope| {
        for (kind, answers) in KINDS.iter().zip(&answers) {
            let (server, is_over, end) = (&server, &is_over, Instant::now() + 3 * PATIENCE);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) && Instant::now() < end {
                    let answer = answer(server, kind);
                    answers.lock().unwrap().push(answer);
                    // The load is light: clients think before they ask again.
                    thread::sleep(Duration::from_millis(5));
                }
            });
        }
        eventually("all kinds are served", || last_were(20, Answer::is_served).then_some(()));
        cluster.stop();
        eventually("all kinds are put off", || last_were(2, Answer::is_put_off).then_some(()));
        assert!(answer(&server, "/livez").is_served());
        assert!(answer(&server, "/readyz").is_put_off());
        cluster.start();
        let back = Instant::now();
        eventually("all kinds are served again", || last_were(20, Answer::is_served).then_some(()));
        eventually("the server is ready again", || answer(&server, "/readyz").is_served().then_some(()));
        is_over.store(true, Ordering::Relaxed);
        assert!(back.elapsed() < RECOVERY, "recovered after {:?}", back.elapsed());
        back
    });
    for answer in answers.into_iter().flat_map(|of_kind| of_kind.into_inner().unwrap()) {
        assert!(answer.is_served() || answer.at < back + RECOVERY, "{answer:?} long after the return");
    }
}

#[test]
fn a_server_that_starts_before_its_postgres_serves_once_it_is_there() {
    let Some(cluster) = Cluster::create() else { return };
    drop(with_an_actor(&cluster.database));
    cluster.stop();
    let server = Server::with(&cluster.database, &[("ENSEMBLE__DATABASE__MIGRATE_ON_START", "false")]);
    assert!(answer(&server, "/livez").is_served());
    let all = || KINDS.into_iter().chain(["/readyz"]);
    for kind in all() {
        assert!(answer(&server, kind).is_put_off(), "{kind}");
    }
    cluster.start();
    let back = Instant::now();
    for kind in all() {
        eventually("it is served", || answer(&server, kind).is_served().then_some(()));
    }
    assert!(back.elapsed() < RECOVERY, "recovered after {:?}", back.elapsed());
}

fn a_held_up_database_holds_nobody_up_for_long(database: &Database) {
    let server = with_an_actor(database);
    let before = server.resident_kib();
    let lock = database.lock_actors();
    let (answers, mut signs_of_life) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CROWD)
            .map(|client| {
                let server = &server;
                scope.spawn(move || answer(server, KINDS[client % KINDS.len()]))
            })
            .collect();
        let mut signs_of_life = Vec::new();
        while !clients.iter().all(ScopedJoinHandle::is_finished) {
            signs_of_life.push(answer(&server, "/livez").took);
            // Those who wait to write stand in nobody else's way.
            assert!(!database.is_sqlite() || answer(&server, "/readyz").is_served());
            thread::sleep(Duration::from_millis(5));
        }
        (clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>(), signs_of_life)
    });
    for answer in &answers {
        // SQLite's readers do not wait for its writer.
        assert_eq!(answer.is_served(), database.is_sqlite() && READS.contains(&answer.kind), "{answer:?}");
    }
    signs_of_life.sort();
    let p99 = signs_of_life[signs_of_life.len() * 99 / 100];
    let (slowest, grown) = (answers.iter().map(|answer| answer.took).max(), server.resident_kib() - before);
    println!(
        "{CROWD} answered within {slowest:?}; {} times /livez, p99 {p99:?}; {grown} KiB more",
        signs_of_life.len()
    );
    assert!(p99 < Duration::from_millis(100), "p99 of /livez was {p99:?}");
    assert!(grown < 50 * 1024, "{grown} KiB more");
    drop(lock);
    let released = Instant::now();
    for kind in KINDS {
        eventually("it is served again", || answer(&server, kind).is_served().then_some(()));
    }
    assert!(released.elapsed() < RELIEF, "normal after {:?}", released.elapsed());
}

#[test]
fn a_frozen_postgres_is_given_up() {
    let Some(cluster) = Cluster::create() else { return };
    let server = with_an_actor(&cluster.database);
    cluster.signal("STOP");
    let began = Instant::now();
    let given_up = server.request_as(Role::CastingAssistant, Method::GET, "/actors").send().unwrap();
    assert!(began.elapsed() < Duration::from_secs(16), "answered after {:?}", began.elapsed());
    for name in ["retry-after", "x-request-id", "x-content-type-options", "content-security-policy"] {
        assert!(given_up.headers().contains_key(name), "{name}");
    }
    let (status, problem) = answered(given_up);
    assert_eq!((status, &problem["type"]), (503, &json!("/problems/unavailable")));
    assert!(answer(&server, "/livez").is_served());
    assert!(answer(&server, "/readyz").is_put_off());
    cluster.signal("CONT");
    for kind in KINDS.into_iter().chain(["/readyz"]) {
        eventually("it is served again", || answer(&server, kind).is_served().then_some(()));
    }
}

#[test]
fn a_file_that_cannot_be_written_refuses_the_start() {
    // Not even root writes here.
    let unwritable = Database::at("sqlite:///proc/ensemble.db".to_owned());
    for migrate in ["true", "false"] {
        let mut command = serve(&unwritable);
        command.env("ENSEMBLE__DATABASE__MIGRATE_ON_START", migrate);
        command.env("ENSEMBLE__AUTH__LOCAL_KEY", "key.pem");
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        eventually("the start is refused", || process.try_wait().unwrap());
        let refused = process.wait_with_output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("unable to open database file"), "{said}");
    }
}

#[test]
fn a_full_disk_puts_writes_off_and_serves_reads_until_there_is_room_again() {
    let database = Database::sqlite();
    let mut server = Server::run(with_small_files(&serve(&database)));
    server.make_tokens(&database);
    let end = Instant::now() + PATIENCE;
    for kind in ["create", "change"] {
        while answer(&server, kind).is_served() {
            assert!(Instant::now() < end, "the disk does not fill");
        }
    }
    for kind in KINDS.into_iter().chain(KINDS) {
        let answer = answer(&server, kind);
        assert_eq!(answer.is_served(), READS.contains(&kind), "{answer:?}");
    }
    let room = Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &server.pid().to_string()]).status();
    assert!(room.unwrap().success());
    for kind in KINDS {
        assert!(answer(&server, kind).is_served(), "{kind}");
    }
    database.assert_whole();
}

#[test]
fn a_full_disk_is_told_by_every_command_that_writes() {
    let database = Database::sqlite();
    let limited = |arguments: &[&str]| run(&mut with_small_files(&on(&database, arguments)));
    let rows = "Nada Haddad,20,female\n".repeat(9_000);
    fs::write(database.folder.path().join("many.csv"), format!("name,age,gender\n{rows}")).unwrap();
    let few = after("trap '' XFSZ && ulimit -f 100", &on(&database, &["migrate", "up"]));
    assert_full(&run(&mut { few }), "the schema of sqlite://");
    assert_eq!(run(&mut on(&database, &["migrate", "up"])).code, 0);
    assert_full(&limited(&["import", "actors", "many.csv"]), "nothing was imported: ");
    assert_eq!(run(&mut on(&database, &["seed"])).out, "added 40 actors, 12 movies, 30 castings\n", "nothing is left");

    assert_eq!(run(&mut on(&database, &["import", "actors", "many.csv"])).code, 0);
    assert_full(&limited(&["backup", "copy.db"]), "no backup of sqlite://");
    assert!(!database.folder.path().join("copy.db").exists());
    assert_full(&limited(&["purge", "--actor", "1", "--yes"]), "nothing was erased: ");
    database.assert_whole();
    assert_eq!(run(&mut on(&database, &["purge", "--actor", "1", "--yes"])).code, 0);
}

/// It was refused on one line that says why.
fn assert_full(ran: &Ran, told: &str) {
    let last = ran.err.lines().last().unwrap_or_default();
    assert!(ran.code == 1 && ran.out.is_empty() && last.starts_with(&format!("ensemble: {told}")), "{ran:?}");
    assert!(last.ends_with("disk I/O error") || last.ends_with("database or disk is full"), "{ran:?}");
}

/// The same command with a limit on the size of files, which to SQLite is a full disk. It can be lifted again.
fn with_small_files(command: &Command) -> Command {
    after("trap '' XFSZ && ulimit -S -f 600", command)
}

fn with_an_actor(database: &Database) -> Server {
    let server = Server::start(database);
    assert!(answer(&server, "create").is_served());
    server
}

/// Asks for something of that kind.
fn answer(server: &Server, kind: &'static str) -> Answer {
    static CHANGES: AtomicU32 = AtomicU32::new(1);
    let body = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let change = json!({"gender": format!("other {}", CHANGES.fetch_add(1, Ordering::Relaxed))});
    let director = |method, path| server.request_as(Role::CastingDirector, method, path);
    Answer::to(
        kind,
        match kind {
            "list" => director(Method::GET, "/actors"),
            "read" => director(Method::GET, "/actors/1"),
            "create" => director(Method::POST, "/actors").json(&body),
            "change" => director(Method::PATCH, "/actors/1").json(&change),
            probe => server.request(Method::GET, probe),
        },
    )
}

/// What a client notices of an answer.
#[derive(Debug)]
struct Answer {
    kind: &'static str,
    at: Instant,
    took: Duration,
    status: u16,
}

impl Answer {
    /// Sends the request. Whatever the database does, it is served, or put off as it should be, and soon in any case.
    fn to(kind: &'static str, request: RequestBuilder) -> Self {
        let start = Instant::now();
        let response = request.send().unwrap_or_else(|error| panic!("{kind} is not answered: {error}"));
        let (status, may_try_again) = (response.status().as_u16(), response.headers().contains_key(RETRY_AFTER));
        response.bytes().unwrap_or_else(|error| panic!("{kind} is not answered as a whole: {error}"));
        let answer = Self { kind, at: Instant::now(), took: start.elapsed(), status };
        assert!(
            answer.is_served() || (answer.is_put_off() && may_try_again),
            "{answer:?}, Retry-After: {may_try_again}"
        );
        assert!(answer.took < LIMIT, "{answer:?}");
        answer
    }

    fn is_served(&self) -> bool {
        matches!(self.status, 200 | 201)
    }

    fn is_put_off(&self) -> bool {
        self.status == 503
    }
}
