//! `ensemble import`.

use std::{
    fs::{self, File},
    io::{Read, Write},
    process::{Child, ChildStdin, Stdio},
};

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, dsl::sql, sql_types::Text};
use serde_json::Value;

use super::{Ran, answer, on, run, run_with_input};
use crate::{
    database::Database,
    server::{Server, eventually},
};

on_both_databases!(
    actors_are_imported_from_a_file,
    one_bad_row_keeps_all_others_out,
    bad_rows_are_passed_over_when_told_to,
    an_import_that_is_killed_leaves_nothing,
);

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
  line 4: name must not be empty
  line 4: age must be a whole number
  line 4: gender must not be empty
  line 5: must have 3 columns, as the first line has, not 2
  line 6: name must be text in UTF-8
";
    assert_eq!(ran, Ran { code: 1, out: String::new(), err: told.to_owned() });
    // An agency is added to an empty database only.
    assert_eq!(answer(database, &["seed"]).1, "added 40 actors, 12 movies, 30 castings\n");
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
    assert_eq!(ran, Ran { code: 0, out: "imported 1 actor\n".to_owned(), err: String::new() });
}

#[test]
fn a_file_that_holds_no_actors_is_refused() {
    let database = migrated();
    let columns = "must name the columns name, gender, and age or birth_date, but";
    let commas = "; there must be commas between them";
    for (csv, told) in [
        (&b""[..], format!("{columns} is empty")),
        (b"\n", format!("{columns} is empty")),
        (b"name,gender\nAda,f\n", format!("{columns} does not name age or birth_date")),
        (b"Ada,36,f\n", format!("{columns} does not name name, gender, age or birth_date")),
        (b"name;age;gender\nAda;36;f\n", format!("{columns} does not name name, gender, age or birth_date{commas}")),
        (b"name,age,gender\n", "names the columns, but no row follows".to_owned()),
        (b"\x7fELF\0\0\n", "begins a row with a NUL byte, so this is no text file".to_owned()),
    ] {
        let line = if csv == b"\n" { "" } else { "ensemble: nothing was imported: line 1: " };
        let ran = import(&database, csv);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{csv:?}");
        assert!(ran.err.starts_with(line) && ran.err.ends_with(&format!("{told}\n")), "{csv:?}: {}", ran.err);
    }
    for (file, told) in [("missing.csv", "No such file"), (".", "Is a directory")] {
        let ran = run(&mut on(&database, &["import", "actors", file]));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{file}");
        assert!(ran.err.starts_with(&format!("ensemble: {file} cannot be read: {told}")), "{}", ran.err);
    }
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
fn many_bad_rows_are_counted_and_the_first_thousand_told() {
    let csv = format!("name,age,gender\n{}", "Bob,121,m\n".repeat(1003));
    let told = import(&migrated(), csv.as_bytes()).err;
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 1002, "{told}");
    assert_eq!(lines[0], "ensemble: nothing was imported, since 1003 rows are not right:");
    assert_eq!((lines[1000], lines[1001]), ("  line 1001: age must be between 0 and 120", "  and 3 more"));
}

#[test]
fn a_file_that_is_no_csv_is_told_with_the_line_and_leaves_nothing() {
    let database = migrated();
    let rows = "Ada,36,f\n".repeat(1500);
    let long = "x".repeat(10_000_000);
    for (rest, told) in [
        (
            &b"Jos\xe9,41,m\n"[..],
            "nothing was imported, since 1 row is not right:\n  line 1502: name must be text in UTF-8",
        ),
        (b"Bob,36,\"m\nCy,30,m\n", "nothing was imported: line 1502: begins a row with a quote that is never closed"),
        (b"B\0b,36,m\n", "nothing was imported: line 1502: begins a row with a NUL byte, so this is no text file"),
        (
            long.as_bytes(),
            "nothing was imported: line 1502: begins a row of more than 65536 bytes, as a quote does that is never closed",
        ),
        (
            b"Bob,121,m\nCy,30,\"m",
            "nothing was imported, since 1 row is not right:\n  line 1502: age must be between 0 and 120\n  and then the \
             file ends in trouble: line 1503: begins a row with a quote that is never closed",
        ),
    ] {
        let ran = import(&database, &[b"name,age,gender\n", rows.as_bytes(), rest].concat());
        assert_eq!(ran, Ran { code: 1, out: String::new(), err: format!("ensemble: {told}\n") });
    }
    assert_eq!(answer(&database, &["seed"]).1, "added 40 actors, 12 movies, 30 castings\n");
}

fn bad_rows_are_passed_over_when_told_to(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    let csv = format!(
        "title,release_date\nA,2027-05-07\n,soon\nB,2027-05-07\n{}x,2027-02-30\n",
        "C,2030-01-01\n".repeat(1500)
    );
    fs::write(database.folder.path().join("movies.csv"), csv).unwrap();
    let ran = run(&mut on(database, &["import", "movies", "movies.csv", "--skip-invalid"]));
    let told = "\
passed over:
  line 3: title must not be empty
  line 3: release_date must be a day such as \"2026-03-14\"
  line 1505: release_date must be a day such as \"2026-03-14\"
";
    let out = "imported 1502 movies, passed over 2 rows\n".to_owned();
    assert_eq!(ran, Ran { code: 0, out, err: told.to_owned() });

    let trouble = import_skipping(database, b"name,age,gender\nAda,36,f\n\"Bob");
    assert_eq!(trouble.code, 1, "what is no CSV cannot be passed over");
    let none = import_skipping(database, b"name,age,gender\nAda,360,f\n");
    assert_eq!((none.code, none.out.as_str()), (0, "imported 0 actors, passed over 1 row\n"));
}

fn import_skipping(database: &Database, csv: &[u8]) -> Ran {
    fs::write(database.folder.path().join("actors.csv"), csv).unwrap();
    run(&mut on(database, &["import", "actors", "actors.csv", "--skip-invalid"]))
}

/// An import that waits for more of its input.
struct Waiting {
    process: Child,
    input: ChildStdin,
}

impl Waiting {
    fn begun(database: &Database) -> Self {
        let mut command = on(database, &["import", "actors", "-"]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take().unwrap();
        Self { process, input }
    }
}

fn an_import_that_is_killed_leaves_nothing(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    let before = indexes_of_actors(database);
    let mut waiting = Waiting::begun(database);
    waiting.input.write_all(b"name,age,gender\n").unwrap();
    waiting.input.write_all("Nada Haddad,20,f\n".repeat(3000).as_bytes()).unwrap();
    waiting.input.flush().unwrap();
    eventually("the import holds its table", || is_locked(database).then_some(()));
    waiting.process.kill().unwrap();
    waiting.process.wait().unwrap();
    eventually("the database lets go", || (!is_locked(database)).then_some(()));
    assert_eq!(indexes_of_actors(database), before);
    assert_eq!(answer(database, &["seed"]).1, "added 40 actors, 12 movies, 30 castings\n", "nothing was there");
}

/// Whether somebody keeps others from writing actors.
fn is_locked(database: &Database) -> bool {
    if database.is_sqlite() {
        database.file().batch_execute("BEGIN IMMEDIATE; ROLLBACK").is_err()
    } else {
        let lock = "BEGIN; LOCK TABLE actors IN ACCESS SHARE MODE NOWAIT; ROLLBACK";
        PgConnection::establish(&database.url).unwrap().batch_execute(lock).is_err()
    }
}

fn indexes_of_actors(database: &Database) -> Vec<String> {
    if database.is_sqlite() {
        let query = "SELECT name || sql FROM sqlite_schema WHERE tbl_name = 'actors' ORDER BY name";
        sql::<Text>(query).load(&mut database.file()).unwrap()
    } else {
        let query = "SELECT CAST(indexdef AS text) FROM pg_indexes WHERE tablename = 'actors' ORDER BY 1";
        sql::<Text>(query).load(&mut PgConnection::establish(&database.url).unwrap()).unwrap()
    }
}

#[test]
fn a_large_file_takes_little_memory_and_every_bad_row_of_it_is_told() {
    let database = migrated();
    let row = |name: &str, age| format!("{name},{age},f,{}\n", "x".repeat(2000));
    let mut csv = "name,age,gender,note\n".to_owned();
    for number in 0..10_000 {
        csv.push_str(&row(&format!("Actor {number}"), if number % 4000 == 1000 { 200 } else { 20 }));
    }
    assert!(csv.len() > 20_000_000);
    let Waiting { mut process, mut input } = Waiting::begun(&database);
    input.write_all(csv.as_bytes()).unwrap();
    if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", process.id())) {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
        assert!(kilobytes < 100 * 1024, "{kilobytes} KiB");
    }
    drop(input);
    let mut told = String::new();
    process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(1));
    let lines = [1002, 5002, 9002].map(|line| format!("\n  line {line}: age must be between 0 and 120"));
    assert_eq!(told, format!("ensemble: nothing was imported, since 3 rows are not right:{}\n", lines.concat()));
    assert_eq!(answer(&database, &["seed"]).1, "added 40 actors, 12 movies, 30 castings\n");
}
