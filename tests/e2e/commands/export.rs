//! `ensemble export`.

use std::{
    fs::{self, File},
    io::Read,
    process::Stdio,
};

use diesel::connection::SimpleConnection;

use super::{Ran, answer, on, run};
use crate::database::Database;

on_both_databases!(what_is_exported_can_be_imported_again);

/// A database with the made-up agency.
fn seeded() -> Database {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(&database, &["seed"]).0, 0);
    database
}

fn exported(database: &Database, what: &str) -> String {
    let ran = run(&mut on(database, &["export", what]));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

/// The rows without the id and what comes after what they say.
fn said(csv: &str) -> Vec<String> {
    let said = |line: &str| line.split(',').skip(1).take(4).collect::<Vec<_>>().join(",");
    csv.lines().map(said).collect()
}

fn what_is_exported_can_be_imported_again(database: &Database) {
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(database, &["seed"]).0, 0);
    let odd = "name,birth_date,age,gender\n'=1+1,,30,f\n\"Ito \"\"Ken\"\"\",2000-02-29,,m\n";
    fs::write(database.folder.path().join("odd.csv"), odd).unwrap();
    assert_eq!(answer(database, &["import", "actors", "odd.csv"]).1, "imported 2 actors\n");
    let copy = if database.is_sqlite() { Database::sqlite() } else { Database::postgres().unwrap() };
    assert_eq!(answer(&copy, &["migrate", "up"]).0, 0);
    for (what, count) in [("actors", 42), ("movies", 12)] {
        let path = copy.folder.path().join("all.csv");
        let ran = run(&mut on(database, &["export", what, "--output", path.to_str().unwrap()]));
        let told = format!("exported {count} {what} to {}\n", path.display());
        assert_eq!(ran, Ran { code: 0, out: told, err: String::new() });
        assert_eq!(answer(&copy, &["import", what, "all.csv"]).1, format!("imported {count} {what}\n"));
        let (first, second) = (exported(database, what), exported(&copy, what));
        assert_eq!(first, fs::read_to_string(path).unwrap());
        assert_eq!(said(&first), said(&second));
        assert_eq!(said(&first).len(), count + 1);
    }
}

#[test]
fn an_empty_agency_is_exported_as_its_columns() {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    assert_eq!(exported(&database, "actors"), "id,name,age,birth_date,gender,version,created_at,updated_at\r\n");
}

#[test]
fn a_file_is_replaced_only_by_a_whole_one() {
    let database = seeded();
    let folder = database.folder.path();
    let (path, link) = (folder.join("actors.csv"), folder.join("link.csv"));
    fs::write(&path, "the one before").unwrap();
    std::os::unix::fs::symlink("actors.csv", &link).unwrap();
    database
        .file()
        .batch_execute("PRAGMA ignore_check_constraints = ON; UPDATE actors SET version = 0 WHERE id = 40")
        .unwrap();
    let ran = run(&mut on(&database, &["export", "actors", "--output", "link.csv"]));
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("ensemble: the export is not whole: "), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "the one before");

    database.file().batch_execute("UPDATE actors SET version = 1 WHERE id = 40").unwrap();
    let ran = run(&mut on(&database, &["export", "actors", "--output", "link.csv"]));
    assert_eq!((ran.code, ran.out.as_str()), (0, "exported 40 actors to link.csv\n"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), exported(&database, "actors"));
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_str().unwrap().contains("draft")), "{left:?}");
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let database = seeded();
    for (place, told) in [("none/actors.csv", "No such file"), (".", "Is a directory"), ("/dev/full", "No space left")]
    {
        let ran = run(&mut on(&database, &["export", "actors", "--output", place]));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{place}");
        assert!(ran.err.starts_with(&format!("ensemble: {place} cannot be written: {told}")), "{}", ran.err);
    }
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut process = on(&database, &["export", "actors"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(1));
    assert!(told.starts_with("ensemble: standard output cannot be written: No space left"), "{told}");
}
