//! The commands, as a shell sees them.

mod backup;
mod export;
mod import;
mod purge;
mod serve;
mod token;

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use diesel::connection::SimpleConnection;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    database::Database,
    server::{PATIENCE, Server, ensemble},
};

/// What a command that has ended leaves.
#[derive(Debug, PartialEq)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What it printed on standard output.
    pub out: String,
    /// What it printed on standard error.
    pub err: String,
}

/// Runs a command to its end, for at most [`PATIENCE`]; unless it is told otherwise, its standard input is empty.
pub fn run(command: &mut Command) -> Ran {
    run_with_input(command, Stdio::null())
}

fn run_with_input(command: &mut Command, input: Stdio) -> Ran {
    let process = command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (pid, (done, ended)) = (process.id(), mpsc::channel());
    thread::spawn(move || done.send(process.wait_with_output()));
    let output = ended.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
        panic!("does not end: {command:?}");
    });
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The binary on that database.
pub fn on(database: &Database, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = ensemble(database.folder.path());
    command.args(arguments).env("DATABASE_URL", &database.url);
    command
}

/// Exit code and standard output of a command on that database.
fn answer(database: &Database, arguments: &[&str]) -> (i32, String) {
    let ran = run(&mut on(database, arguments));
    (ran.code, ran.out)
}

const MIGRATIONS: [&str; 4] = [
    "2026-11-20-000000_actors_and_movies",
    "2026-11-21-000000_castings_and_history",
    "2026-11-22-000000_lists",
    "2026-11-23-000000_ids_for_good",
];

/// One line for each migration.
fn each(state: &str) -> String {
    MIGRATIONS.map(|migration| format!("{state} {migration}\n")).concat()
}

on_both_databases!(
    migrations_are_applied_and_taken_back,
    an_agency_is_added_to_an_empty_database_only,
    nothing_is_added_without_a_schema,
    a_server_tells_whether_it_is_ready,
);

fn migrations_are_applied_and_taken_back(database: &Database) {
    let [first, second, third, last] = MIGRATIONS;
    for (command, printed) in [
        ("status", each("pending")),
        ("down", "nothing to take back\n".to_owned()),
        ("up", each("applied")),
        ("status", each("applied")),
        ("up", "nothing to apply\n".to_owned()),
        ("down", format!("took back {last}\n")),
        ("status", format!("applied {first}\napplied {second}\napplied {third}\npending {last}\n")),
        ("down", format!("took back {third}\n")),
        ("down", format!("took back {second}\n")),
        ("down", format!("took back {first}\n")),
        ("status", each("pending")),
        ("up", each("applied")),
    ] {
        assert_eq!(answer(database, &["migrate", command]), (0, printed), "migrate {command}");
    }
}

#[test]
fn asking_for_the_migrations_of_a_file_does_not_make_it() {
    let folder = TempDir::new().unwrap();
    let ran = run(ensemble(folder.path()).args(["migrate", "status"]).env("DATABASE_URL", "sqlite://ensemble.db"));
    assert_eq!(ran, Ran { code: 0, out: each("pending"), err: String::new() });
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_cannot_be_made_is_told_with_what_would_be_right() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("taken.db")).unwrap();
    for command in [&["serve", "--port", "0"][..], &["migrate", "up"], &["migrate", "down"], &["migrate", "status"]] {
        let ran = run(ensemble(folder.path()).args(command).env("DATABASE_URL", "sqlite://nope/x.db"));
        let told =
            "ensemble: database.url: the folder of the SQLite file, nope, does not exist; make it, or name another\n";
        assert_eq!((ran.code, ran.err.as_str()), (1, told), "{command:?}");
    }
    for command in [&["serve", "--port", "0"][..], &["migrate", "up"], &["migrate", "down"]] {
        let ran = run(ensemble(folder.path()).args(command).env("DATABASE_URL", "sqlite://taken.db"));
        let told = "ensemble: database.url: the SQLite file taken.db cannot be opened for writing; it and its folder must be \
                    writable: ";
        assert_eq!(ran.code, 1, "{command:?}");
        assert!(ran.err.starts_with(told), "{command:?}: {}", ran.err);
    }
}

fn an_agency_is_added_to_an_empty_database_only(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(database, &["seed"]), (0, "added 40 actors, 12 movies, 30 castings\n".to_owned()));
    assert_eq!(answer(database, &["seed"]), (0, "the database is not empty; nothing was added\n".to_owned()));
    let server = Server::start(database);
    assert_eq!((&server.get("/actors").1["total"], &server.get("/movies").1["total"]), (&40.into(), &12.into()));
}

#[test]
fn an_interrupted_seed_is_completed_by_the_next() {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    let mut file = database.file();
    let interruption = "CREATE TRIGGER interruption BEFORE INSERT ON movies WHEN new.title = 'Tomorrow, the Mountain'
                        BEGIN SELECT RAISE(ABORT, 'interrupted'); END";
    file.batch_execute(interruption).unwrap();
    assert_eq!(answer(&database, &["seed"]), (1, String::new()));
    file.batch_execute("DROP TRIGGER interruption").unwrap();
    assert_eq!(answer(&database, &["seed"]), (0, "added 12 movies\n".to_owned()), "all of a kind is added or none");
    let server = Server::start(&database);
    assert_eq!((&server.get("/actors").1["total"], &server.get("/movies").1["total"]), (&40.into(), &12.into()));
}

#[test]
fn what_is_deleted_is_not_added_again() {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(&database, &["seed"]).0, 0);
    let deletion = "UPDATE actors SET deleted_at = updated_at; UPDATE movies SET deleted_at = updated_at";
    database.file().batch_execute(deletion).unwrap();
    assert_eq!(answer(&database, &["seed"]).1, "the database is not empty; nothing was added\n");
}

fn nothing_is_added_without_a_schema(database: &Database) {
    fs::write(database.folder.path().join("actors.csv"), "name,age,gender\nNada Haddad,20,f\n").unwrap();
    for command in [&["seed"][..], &["import", "actors", "actors.csv"], &["export", "actors"]] {
        let ran = run(&mut on(database, command));
        let told = if let Some(file) = database.url.strip_prefix("sqlite://") {
            format!(
                "ensemble: the SQLite file {file} does not exist; name the right one by database.url, or run `ensemble migrate \
                 up` first\n"
            )
        } else {
            format!(
                "ensemble: the schema is not up to date, so run `ensemble migrate up` first: migrations are pending: {}\n",
                MIGRATIONS.join(", ")
            )
        };
        assert_eq!(ran, Ran { code: 1, out: String::new(), err: told }, "{command:?}");
    }
    if database.is_sqlite() {
        assert_eq!(answer(database, &["migrate", "down"]), (0, "nothing to take back\n".to_owned()));
        let made = fs::read_dir(database.folder.path()).unwrap().map(|file| file.unwrap().file_name());
        assert_eq!(made.collect::<Vec<_>>(), ["actors.csv"], "no command makes a file by the way");
    }
}

fn a_server_tells_whether_it_is_ready(database: &Database) {
    let port = |server: &Server| format!("http.port={}", server.base.rsplit(':').next().unwrap());
    let ask = |server: &Server| run(&mut on(database, &["healthcheck", "--set", &port(server)]));
    let mut server = Server::with(database, &[("ENSEMBLE__DATABASE__MIGRATE_ON_START", "false")]);
    let refused = ask(&server);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let told = format!("ensemble: not ready: {}/readyz answered 503 Service Unavailable\n", server.base);
    assert_eq!(refused.err, told);

    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    crate::server::eventually("the server is ready", || (ask(&server).code == 0).then_some(()));
    assert_eq!(ask(&server), Ran { code: 0, out: "ready\n".to_owned(), err: String::new() });
    let mut where_no_roots_are = on(database, &["healthcheck", "--set", &port(&server)]);
    assert_eq!(run(where_no_roots_are.env("SSL_CERT_FILE", "/dev/null")).code, 0);

    server.kill();
    let absent = ask(&server);
    assert_eq!((absent.code, absent.out.as_str()), (1, ""));
    assert!(absent.err.starts_with("ensemble: not ready: ") && absent.err.contains("refused"), "{}", absent.err);
}

#[test]
fn a_command_line_that_is_not_right_is_refused_with_what_would_be() {
    let folder = TempDir::new().unwrap();
    for (arguments, told) in [
        (&["serv"][..], "a similar subcommand exists: 'serve'"),
        (&["migrate", "upp"], "a similar subcommand exists: 'up'"),
        (&["serve", "--prot", "1"], "a similar argument exists: '--port'"),
        (&["seed", "--profil", "production"], "a similar argument exists: '--profile'"),
        (&["seed", "now"], "unexpected argument 'now' found"),
        (&["token"], "--role <ROLE>|--all"),
        (&["token", "--all", "--role", "director"], "cannot be used with"),
        (&["token", "--role", "boss"], "must be one of assistant, director, producer"),
        (&["token", "--role", "director", "--ttl", "soon"], "must be a time from 1s to 30d, such as 30m, 12h or 7d"),
        (&["token", "--role", "director", "--ttl", "31d"], "must be a time from 1s to 30d, such as 30m, 12h or 7d"),
        (&["token", "--all", "--ttl", "0s"], "must be a time from 1s to 30d, such as 30m, 12h or 7d"),
        (&["import", "actors"], "<FILE>"),
        (&["import", "people", "x.csv"], "[possible values: actors, movies]"),
        (&["export", "castings"], "[possible values: actors, movies]"),
        (&["config", "check", "--set", "http.port"], "must be KEY=VALUE, such as http.port=8080"),
    ] {
        let ran = run(ensemble(folder.path()).args(arguments));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a refused command leaves nothing behind");
}

/// The log of `migrate up`, with standard error on a terminal or not.
fn log_of(format: &str, on_terminal: bool) -> String {
    let database = Database::sqlite();
    let mut direct = on(&database, &["migrate", "up", "--set", &format!("log.format={format}")]);
    if !on_terminal {
        return run(&mut direct).err;
    }
    let words = direct.get_args().map(|word| word.to_str().unwrap());
    let words: Vec<_> = [direct.get_program().to_str().unwrap()].into_iter().chain(words).collect();
    // script(1) gives the command a terminal; only what is not the result is the log.
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    let ran = run(script.current_dir(database.folder.path()).env("DATABASE_URL", &database.url));
    assert_eq!(ran.code, 0, "{}", ran.out);
    ran.out.lines().filter(|line| !line.starts_with("applied ")).collect()
}

#[test]
fn logs_are_text_on_a_terminal_and_json_otherwise() {
    for (format, on_terminal, is_json) in [
        ("auto", true, false),
        ("auto", false, true),
        ("text", true, false),
        ("text", false, false),
        ("json", true, true),
        ("json", false, true),
    ] {
        let log = log_of(format, on_terminal);
        assert!(log.contains("migration applied"), "{format} {on_terminal}: {log:?}");
        let mut entries = serde_json::Deserializer::from_str(&log).into_iter::<Value>();
        let entry = entries.next().and_then(Result::ok);
        assert_eq!(entry.is_some_and(|entry| entry["level"] == "INFO"), is_json, "{format} {on_terminal}: {log:?}");
    }
}

#[test]
fn results_go_to_standard_output_and_logs_to_standard_error() {
    let ran = run(&mut on(&Database::sqlite(), &["migrate", "up"]));
    assert_eq!(ran.out, each("applied"));
    for line in ran.err.lines() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["message"], "migration applied");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let database = Database::sqlite();
    let mut process =
        on(&database, &["config", "check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let mut told = String::new();
    process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((process.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}
