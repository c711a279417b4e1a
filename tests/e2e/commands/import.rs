//! `ensemble import`.

use std::fs::{self, File};

use serde_json::Value;

use super::{Ran, answer, on, run, run_with_input};
use crate::{database::Database, server::Server};

on_both_databases!(actors_are_imported_from_a_file, one_bad_row_keeps_all_others_out);

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
