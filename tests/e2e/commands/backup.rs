//! `ensemble backup`.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use diesel::{RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql, sql_types::BigInt};
use reqwest::Method;
use serde_json::{Value, json};

use super::{answer, on, run};
use crate::{
    database::Database,
    server::{Server, after, eventually},
};

/// A database with the made-up agency.
fn seeded() -> Database {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(&database, &["seed"]).0, 0);
    database
}

/// The database in another file of the same folder.
fn beside(database: &Database, name: &str) -> Database {
    Database::at(format!("sqlite://{}", database.folder.path().join(name).display()))
}

/// The names in the folder of the database, but for those of SQLite itself.
fn left(database: &Database) -> Vec<String> {
    let names = fs::read_dir(database.folder.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    names.sort();
    names
}

fn count(connection: &mut SqliteConnection, query: &str) -> i64 {
    sql::<BigInt>(&format!("SELECT count(*) FROM {query}")).get_result(connection).unwrap()
}

/// What was acknowledged: the version of each row, by its table and id.
type Acknowledged = BTreeMap<(&'static str, i64), i64>;

/// A client that adds an actor and a movie, books the one for the other, and changes all three, over and over.
fn write(server: &Server, acknowledged: &Mutex<Acknowledged>, is_over: &AtomicBool) {
    let make = |method: Method, path: &str, body: &Value| {
        let (status, answer) = server.json(method, path, body);
        assert!(matches!(status, 200 | 201), "{path}: {status} {answer}");
        for (table, member) in [("actors", "actor"), ("movies", "movie"), ("castings", "casting")] {
            if let (Some(id), Some(version)) = (answer[member]["id"].as_i64(), answer[member]["version"].as_i64()) {
                acknowledged.lock().unwrap().insert((table, id), version);
                return id;
            }
        }
        panic!("{answer} tells of nothing");
    };
    while !is_over.load(Ordering::Relaxed) {
        let actor = make(Method::POST, "/actors", &json!({"name": "Nada Haddad", "age": 20, "gender": "female"}));
        let movie = make(Method::POST, "/movies", &json!({"title": "Aihaga", "release_date": "1998-05-07"}));
        let casting = make(Method::POST, &format!("/movies/{movie}/cast"), &json!({"actor_id": actor}));
        make(Method::PATCH, &format!("/movies/{movie}/cast/{casting}"), &json!({"status": "booked"}));
        make(Method::PATCH, &format!("/actors/{actor}"), &json!({"name": "Ilja Brankovic"}));
        make(Method::PATCH, &format!("/movies/{movie}"), &json!({"title": "Second Snow"}));
    }
}

#[test]
fn a_backup_while_a_server_writes_is_whole_and_holds_all_that_was_acknowledged() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let (acknowledged, is_over) = (Mutex::new(Acknowledged::new()), AtomicBool::new(false));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..3).map(|_| scope.spawn(|| write(&server, &acknowledged, &is_over))).collect();
        for name in ["first.db", "second.db", "third.db"] {
            let before = acknowledged.lock().unwrap().len();
            eventually("more is written", || (acknowledged.lock().unwrap().len() > before + 20).then_some(()));
            let known = acknowledged.lock().unwrap().clone();
            let ran = run(&mut on(&database, &["backup", name]));
            assert_eq!((ran.code, ran.err.as_str()), (0, ""));
            let told = format!("backed up {} to {name}, ", database.url);
            assert!(ran.out.starts_with(&told) && ran.out.ends_with(" KiB\n"), "{}", ran.out);
            assert_holds(&beside(&database, name), &known);
            assert!(writers.iter().all(|writer| !writer.is_finished()), "a write failed meanwhile");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    drop(server);
    let copy = beside(&database, "third.db");
    let total = count(&mut copy.file(), "actors");
    let server = Server::start(&copy);
    assert_eq!(server.get("/actors").1["total"], total);
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    assert_eq!(server.json(Method::POST, "/actors", &new).1["actor"]["id"], total + 1);
}

/// Whatever was acknowledged is there, and all that is there goes together.
fn assert_holds(copy: &Database, known: &Acknowledged) {
    let mut connection = copy.file();
    for ((table, id), version) in known {
        let there = count(&mut connection, &format!("{table} WHERE id = {id} AND version >= {version}"));
        assert_eq!(there, 1, "{table} {id} is lost");
    }
    copy.assert_whole();
    assert_eq!(count(&mut connection, "pragma_foreign_key_check"), 0);
    for (table, entity) in [("actors", "actor"), ("movies", "movie"), ("castings", "casting")] {
        let untold = format!(
            "{table} AS t WHERE version <> (SELECT count(*) FROM history WHERE entity = '{entity}' AND entity_id = t.id)"
        );
        assert_eq!(count(&mut connection, &untold), 0, "of {table}");
    }
    for table in ["actors", "movies"] {
        let wrong = format!(
            "totals WHERE entity = '{table}' AND live <> (SELECT count(*) FROM {table} WHERE deleted_at IS NULL)"
        );
        assert_eq!(count(&mut connection, &wrong), 0, "of {table}");
    }
}

#[test]
fn a_backup_is_its_owners_alone_and_leaves_nothing_beside_it() {
    let database = seeded();
    let path = database.folder.path().join("copy.db");
    assert_eq!(answer(&database, &["backup", path.to_str().unwrap()]).0, 0);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(left(&database), ["copy.db", "ensemble.db"]);
}

#[test]
fn a_backup_that_is_interrupted_leaves_nothing() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let database = seeded();
        // Whoever holds the file alone has the backup wait, after its draft was made.
        let mut holder = database.file();
        holder.batch_execute("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE").unwrap();
        let mut backup = on(&database, &["backup", "copy.db"]).spawn().unwrap();
        eventually("a draft is there", || {
            left(&database).into_iter().find(|name| name.starts_with(".ensemble-draft-"))
        });
        Command::new("kill").args([signal, &backup.id().to_string()]).status().unwrap();
        assert_eq!(backup.wait().unwrap().code(), Some(code), "{signal}");
        drop(holder);
        assert_eq!(left(&database), ["ensemble.db"], "{signal}");
    }
}

#[test]
fn what_was_deleted_from_the_file_is_not_in_its_backup() {
    let database = seeded();
    database.file().batch_execute("DELETE FROM history; DELETE FROM castings; DELETE FROM actors").unwrap();
    assert_eq!(answer(&database, &["backup", "copy.db"]).0, 0);
    let copy = fs::read(database.folder.path().join("copy.db")).unwrap();
    assert!(!copy.windows(11).any(|window| window == b"Nada Haddad"));
}

#[test]
fn nothing_is_overwritten() {
    let database = seeded();
    let folder = database.folder.path();
    fs::write(folder.join("taken.db"), "the one before").unwrap();
    symlink("nowhere", folder.join("link.db")).unwrap();
    fs::write(folder.join("log.db-wal"), "of another database").unwrap();
    fs::write(folder.join("journal.db-journal"), "of another database").unwrap();
    for (file, taken) in [
        ("taken.db", "taken.db"),
        ("ensemble.db", "ensemble.db"),
        (".", "."),
        ("link.db", "link.db"),
        ("log.db", "log.db-wal"),
        ("journal.db", "journal.db-journal"),
    ] {
        let ran = run(&mut on(&database, &["backup", file]));
        let told = format!("ensemble: {taken} is there already, and nothing is overwritten; name a new file\n");
        assert_eq!((ran.code, ran.out.as_str(), ran.err), (1, "", told), "{file}");
    }
    assert_eq!(fs::read_to_string(folder.join("taken.db")).unwrap(), "the one before");
    assert_eq!(left(&database), ["ensemble.db", "journal.db-journal", "link.db", "taken.db"]);
}

#[test]
fn a_backup_that_cannot_be_made_is_told_and_leaves_nothing() {
    let database = seeded();
    fs::write(database.folder.path().join("text.db"), "a text that is longer than a header ".repeat(10)).unwrap();
    fs::write(database.folder.path().join("empty.db"), "").unwrap();
    for (source, file, told) in [
        ("ensemble.db", "none/copy.db", "none/copy.db cannot be written: No such file or directory"),
        (
            "none.db",
            "copy.db",
            "no backup of sqlite://none.db was made in copy.db: the SQLite file none.db does not exist\n",
        ),
        (
            "none/none.db",
            "copy.db",
            "no backup of sqlite://none/none.db was made in copy.db: the SQLite file none/none.db does not",
        ),
        ("text.db", "copy.db", "no backup of sqlite://text.db was made in copy.db: "),
        (
            "empty.db",
            "copy.db",
            "no backup of sqlite://empty.db was made in copy.db: the database holds no agency; run `ensemble migrate up` first",
        ),
    ] {
        let ran = run(on(&database, &["backup", file]).env("DATABASE_URL", format!("sqlite://{source}")));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{source}");
        assert!(ran.err.starts_with(&format!("ensemble: {told}")), "{source}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
    let ran = run(&mut after("trap '' XFSZ && ulimit -f 100", &on(&database, &["backup", "copy.db"])));
    let told = format!("ensemble: no backup of {} was made in copy.db: ", database.url);
    assert!(ran.code == 1 && ran.err.starts_with(&told), "{ran:?}");
    assert_eq!(left(&database), ["empty.db", "ensemble.db", "text.db"]);
}

#[test]
fn a_damaged_database_is_not_taken_for_a_backup() {
    let database = seeded();
    // An index that lacks a row is copied as it is.
    database
        .file()
        .batch_execute(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'WHERE deleted_at IS NOT NULL', 'WHERE deleted_at IS NULL')
             WHERE name = 'actors_deleted'",
        )
        .unwrap();
    let ran = run(&mut on(&database, &["backup", "copy.db"]));
    assert!(ran.code == 1 && ran.err.contains("SQLite finds the copy damaged: "), "{ran:?}");
    assert_eq!(left(&database), ["ensemble.db"]);
}

#[test]
fn a_server_has_its_own_tools() {
    let database = Database::at("postgres://ensemble:hunter2@127.0.0.1:1/ensemble".to_owned());
    let ran = run(&mut on(&database, &["backup", "copy.db"]));
    let told = "ensemble: `ensemble backup` copies SQLite files only; of PostgreSQL make a backup by `pg_dump --format=custom` or \
                `pg_basebackup`, as docs/guides/backup.md tells\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", told));
    assert_eq!(left(&database), Vec::<String>::new());
}
