//! The commands other than serve.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ensemble_domain::Role;
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
fn on(database: &Database, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = ensemble(database.folder.path());
    command.args(arguments).env("DATABASE_URL", &database.url);
    command
}

/// Exit code and standard output of a command on that database.
fn answer(database: &Database, arguments: &[&str]) -> (i32, String) {
    let ran = run(&mut on(database, arguments));
    (ran.code, ran.out)
}

const MIGRATION: &str = "2026-11-20-000000_actors_and_movies";

on_both_databases!(
    migrations_are_applied_and_taken_back,
    an_agency_is_added_to_an_empty_database_only,
    nothing_is_added_without_a_schema,
    actors_are_imported_from_a_file,
    one_bad_row_keeps_all_others_out,
    a_server_tells_whether_it_is_ready,
);

fn migrations_are_applied_and_taken_back(database: &Database) {
    for (command, printed) in [
        ("status", format!("pending {MIGRATION}\n")),
        ("down", "nothing to take back\n".to_owned()),
        ("up", format!("applied {MIGRATION}\n")),
        ("status", format!("applied {MIGRATION}\n")),
        ("up", "nothing to apply\n".to_owned()),
        ("down", format!("took back {MIGRATION}\n")),
        ("status", format!("pending {MIGRATION}\n")),
        ("up", format!("applied {MIGRATION}\n")),
    ] {
        assert_eq!(answer(database, &["migrate", command]), (0, printed), "migrate {command}");
    }
}

fn an_agency_is_added_to_an_empty_database_only(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(database, &["seed"]), (0, "added 40 actors and 12 movies\n".to_owned()));
    assert_eq!(answer(database, &["seed"]), (0, "the database is not empty; nothing was added\n".to_owned()));
    let server = Server::start(database);
    assert_eq!((&server.get("/actors").1["total"], &server.get("/movies").1["total"]), (&40.into(), &12.into()));
}

fn nothing_is_added_without_a_schema(database: &Database) {
    fs::write(database.folder.path().join("actors.csv"), "name,age,gender\nNada Haddad,20,f\n").unwrap();
    for command in [&["seed"][..], &["import", "actors", "actors.csv"]] {
        let ran = run(&mut on(database, command));
        let told = format!(
            "ensemble: the schema is not up to date, so run `ensemble migrate up` first: migrations are pending: {MIGRATION}\n"
        );
        assert_eq!(ran, Ran { code: 1, out: String::new(), err: told }, "{command:?}");
    }
}

/// Imports those bytes from a file.
fn import(database: &Database, csv: &[u8]) -> Ran {
    fs::write(database.folder.path().join("actors.csv"), csv).unwrap();
    run(&mut on(database, &["import", "actors", "actors.csv"]))
}

fn actors_are_imported_from_a_file(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    let csv = "\u{feff}gender,agent,name,age\r\nF,x, Nada Haddad ,20\r\n\r\nm,,\"Ito, \"\"Ken\"\"\",31\r\nenby,,Zoë,0";
    let ran = import(database, csv.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (0, "imported 3 actors\n"), "{}", ran.err);
    let server = Server::start(database);
    let (_, page) = server.get("/actors");
    let told = |actor: &Value| format!("{} {} {}", actor["name"], actor["age"], actor["gender"]);
    let mut actors: Vec<_> = page["actors"].as_array().unwrap().iter().map(told).collect();
    actors.sort();
    assert_eq!(actors, [r#""Ito, \"Ken\"" 31 "male""#, r#""Nada Haddad" 20 "female""#, r#""Zoë" 0 "non-binary""#]);
}

fn one_bad_row_keeps_all_others_out(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    let ran = import(database, b"name,age,gender\nNada Haddad,20,f\nBob,121,m\n,abc,\nCy,30\nJos\xe9,41,m\nAda,36,f\n");
    let told = "\
ensemble: nothing was imported, since 4 rows are not right:
  line 3: age must be between 0 and 120
  line 4: name must not be empty; age must be a whole number; gender must not be empty
  line 5: must have 3 columns, as the first line has, not 2
  line 6: name must be text in UTF-8
";
    assert_eq!(ran, Ran { code: 1, out: String::new(), err: told.to_owned() });
    // An agency is added to an empty database only.
    assert_eq!(answer(database, &["seed"]).1, "added 40 actors and 12 movies\n");
}

fn a_server_tells_whether_it_is_ready(database: &Database) {
    let ask = |server: &Server| {
        let port = server.base.rsplit(':').next().unwrap().to_owned();
        run(&mut on(database, &["healthcheck", "--set", &format!("http.port={port}")]))
    };
    let mut server = Server::with(database, &[("ENSEMBLE__DATABASE__MIGRATE_ON_START", "false")]);
    let refused = ask(&server);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let told = format!("ensemble: not ready: {}/readyz answered 503 Service Unavailable\n", server.base);
    assert_eq!(refused.err, told);

    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    crate::server::eventually("the server is ready", || (ask(&server).code == 0).then_some(()));
    assert_eq!(ask(&server), Ran { code: 0, out: "ready\n".to_owned(), err: String::new() });

    server.kill();
    let absent = ask(&server);
    assert_eq!((absent.code, absent.out.as_str()), (1, ""));
    assert!(absent.err.starts_with("ensemble: not ready: ") && absent.err.contains("refused"), "{}", absent.err);
}

fn migrated() -> Database {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    database
}

#[test]
fn actors_are_imported_from_standard_input() {
    let database = migrated();
    let path = database.folder.path().join("actors.csv");
    fs::write(&path, "name,age,gender\nNada Haddad,20,f\n").unwrap();
    let ran = run_with_input(&mut on(&database, &["import", "actors", "-"]), File::open(path).unwrap().into());
    assert_eq!(ran, Ran { code: 0, out: "imported 1 actors\n".to_owned(), err: String::new() });
}

#[test]
fn a_file_that_holds_no_actors_is_refused() {
    let database = migrated();
    let columns = "ensemble: nothing was imported: the first line must name the columns name, age, gender\n";
    for csv in ["", "\n", "name,gender\nAda,f\n", "Ada,36,f\n", "name;age;gender\nAda;36;f\n"] {
        let ran = import(&database, csv.as_bytes());
        assert_eq!(ran, Ran { code: 1, out: String::new(), err: columns.to_owned() }, "{csv:?}");
    }
    for (file, told) in [("missing.csv", "No such file"), (".", "Is a directory")] {
        let ran = run(&mut on(&database, &["import", "actors", file]));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{file}");
        assert!(ran.err.starts_with(&format!("ensemble: {file} cannot be read: {told}")), "{}", ran.err);
    }
    let header = import(&database, b"name,age,gender\n");
    assert_eq!((header.code, header.out.as_str()), (0, "imported 0 actors\n"));
}

#[test]
fn a_bad_row_is_told_by_the_line_that_an_editor_shows() {
    let database = migrated();
    for (csv, line) in [
        ("name,age,gender\nBob,121,m\n", 2),
        ("name,age,gender\r\nAda,36,f\r\nBob,121,m\r\n", 3),
        ("\u{feff}\"name\",\"age\",\"gender\"\n\nAda,36,\"own\nwords\"\n\nBob,121,m", 6),
    ] {
        let told = import(&database, csv.as_bytes()).err;
        assert!(told.contains(&format!("\n  line {line}: age must be between 0 and 120")), "{csv:?}: {told}");
    }
}

#[test]
fn many_bad_rows_are_counted_and_the_first_twenty_told() {
    let csv = format!("name,age,gender\n{}", "Bob,121,m\n".repeat(23));
    let told = import(&migrated(), csv.as_bytes()).err;
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 22, "{told}");
    assert_eq!(lines[0], "ensemble: nothing was imported, since 23 rows are not right:");
    assert_eq!((lines[20], lines[21]), ("  line 21: age must be between 0 and 120", "  and 3 more"));
}

/// The claims of a token that stands alone on its line.
fn claims(token: &str) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token:?}");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[test]
fn a_token_is_printed_bare() {
    let database = Database::sqlite();
    for (role, ttl, seconds) in [
        ("assistant", None, 43_200),
        ("director", Some("30m"), 1800),
        ("producer", Some("30d"), 2_592_000),
        ("assistant", Some("1s"), 1),
    ] {
        let arguments: Vec<_> = ["token", "--role", role].into_iter().chain(ttl.map(|_| "--ttl")).chain(ttl).collect();
        let ran = run(&mut on(&database, &arguments));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        let claims = claims(ran.out.strip_suffix('\n').unwrap());
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!((claims["sub"].as_str(), lifetime), (Some(&*format!("local|{role}")), seconds), "{arguments:?}");
    }
}

#[test]
fn a_token_of_every_role_is_printed_on_a_line_of_its_own() {
    let (code, printed) = answer(&Database::sqlite(), &["token", "--all"]);
    let subjects: Vec<_> = printed
        .lines()
        .map(|line| line.split_once("_token=").unwrap())
        .map(|(role, token)| (role, claims(token)["sub"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(code, 0);
    assert_eq!(subjects, Role::ALL.map(|role| (role.key(), format!("local|{}", role.key()))));
}

#[test]
fn no_token_is_printed_for_an_issuer_elsewhere() {
    let database = Database::sqlite();
    let mut command = on(&database, &["token", "--all"]);
    let ran = run(command.env("AUTH0_DOMAIN", "agency.eu.auth0.com").env("API_AUDIENCE", "casting"));
    let told = "ensemble: auth.mode must be local: only the development issuer signs tokens here\n";
    assert_eq!(ran, Ran { code: 78, out: String::new(), err: told.to_owned() });
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
        (&["import", "people", "x.csv"], "unrecognized subcommand 'people'"),
        (&["config", "check", "--set", "http.port"], "must be KEY=VALUE, such as http.port=8080"),
    ] {
        let ran = run(ensemble(folder.path()).args(arguments));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a refused command leaves nothing behind");
}

#[test]
fn a_port_in_use_is_refused_with_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = run(&mut on(&Database::sqlite(), &["serve", "--port", &port]));
    let told = format!("ensemble: http.port {port} is taken by another program; choose another, such as --port 0");
    assert_eq!((ran.code, ran.err.lines().last()), (78, Some(told.as_str())));
}

/// A process that is killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn the_printed_examples_work_as_they_are() {
    let database = Database::sqlite();
    let mut serve = on(&database, &["serve", "--port", "0", "--examples"]);
    let mut server = Killed(serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let (found, lines) = mpsc::channel();
    let printed = BufReader::new(server.0.stdout.take().unwrap());
    thread::spawn(move || {
        printed.lines().map_while(Result::ok).filter(|line| line.starts_with("curl ")).for_each(|line| {
            found.send(line).ok();
        });
    });
    let answers: Vec<Value> = (0..3)
        .map(|_| {
            let line = lines.recv_timeout(PATIENCE).expect("a line that begins with curl");
            let ran = run(Command::new("sh").args(["-c", &line]).env("NO_PROXY", "*"));
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
            serde_json::from_str(&ran.out).unwrap()
        })
        .collect();
    assert_eq!(answers[0]["total"], 0, "{}", answers[0]);
    assert_eq!(answers[1]["actor"]["id"], 1, "{}", answers[1]);
    assert_eq!(answers[2]["movie"]["id"], 1, "{}", answers[2]);

    drop(server);
    assert!(lines.recv_timeout(PATIENCE).is_err(), "no fourth line");
}

#[test]
fn examples_need_the_development_issuer() {
    let database = Database::sqlite();
    let mut command = on(&database, &["serve", "--port", "0", "--examples"]);
    let ran = run(command.env("AUTH0_DOMAIN", "agency.eu.auth0.com").env("API_AUDIENCE", "casting"));
    assert_eq!((ran.code, ran.out.as_str()), (78, ""));
    assert!(ran.err.starts_with("ensemble: auth.mode must be local"), "{}", ran.err);
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
        let entry: Option<Value> = serde_json::from_str(log.trim()).ok();
        assert_eq!(entry.is_some_and(|entry| entry["level"] == "INFO"), is_json, "{format} {on_terminal}: {log:?}");
    }
}

#[test]
fn results_go_to_standard_output_and_logs_to_standard_error() {
    let ran = run(&mut on(&Database::sqlite(), &["migrate", "up"]));
    assert_eq!(ran.out, format!("applied {MIGRATION}\n"));
    assert_eq!(serde_json::from_str::<Value>(&ran.err).unwrap()["message"], "migration applied");
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
