//! `ensemble purge`.

use std::{
    fs,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::connection::SimpleConnection;
use ensemble_domain::Role;
use reqwest::{Method, header::IF_NONE_MATCH};
use serde_json::{Value, json};

use super::{Ran, answer, on, run};
use crate::{
    database::{Database, postgres_programs},
    server::{Server, answered},
};

on_both_databases!(whoever_is_purged_is_nowhere_though_a_server_runs, nobody_is_purged_by_a_command_that_is_not_right,);

/// The names that the purged actor had.
const NAMES: [&str; 2] = ["Markéta Zvýrazněná", "Markéta Přejmenovaná"];

/// Everything that the database has, as somebody sees it who has no use for the program.
fn bytes(database: &Database) -> Vec<u8> {
    if database.is_sqlite() {
        let path = database.url.trim_start_matches("sqlite://");
        let files = ["", "-wal", "-shm"].map(|suffix| format!("{path}{suffix}"));
        return files.iter().flat_map(|file| fs::read(file).unwrap_or_default()).collect();
    }
    let program = postgres_programs().map_or_else(|| "pg_dump".into(), |programs| programs.join("pg_dump"));
    let dumped = Command::new(program).arg(&database.url).output().unwrap();
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    dumped.stdout
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Creates what the body says, under an idempotency key, and answers its id.
fn created(server: &Server, path: &str, member: &str, body: &Value) -> i64 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let request = server.request_as(Role::ExecutiveProducer, Method::POST, path).json(body);
    let request = request.header("Idempotency-Key", NEXT.fetch_add(1, Ordering::Relaxed));
    let (status, answer) = answered(request.send().unwrap());
    assert_eq!(status, 201, "{answer}");
    answer[member]["id"].as_i64().unwrap()
}

fn whoever_is_purged_is_nowhere_though_a_server_runs(database: &Database) {
    let server = Server::start(database);
    let new = |name| json!({"name": name, "age": 20, "gender": "female"});
    let other = created(&server, "/actors", "actor", &new("Nada Haddad"));
    let actor = created(&server, "/actors", "actor", &new(NAMES[0]));
    let movie = created(&server, "/movies", "movie", &json!({"title": "Aihaga", "release_date": "2199-05-07"}));
    let cast = format!("/movies/{movie}/cast");
    for (id, billing) in [(actor, 1), (other, 2)] {
        let reason = format!("Reads better than {}", NAMES[0]);
        let casting = json!({"actor_id": id, "status": "booked", "billing": billing, "reason": reason});
        created(&server, &cast, "casting", &casting);
    }
    let path = format!("/actors/{actor}");
    assert_eq!(server.json(Method::PATCH, &path, &json!({"name": NAMES[1]})).0, 200);
    assert_eq!(server.json(Method::DELETE, &path, &json!(null)).0, 409, "a booking keeps from deleting");
    let before = bytes(database);
    assert!(NAMES.iter().all(|name| holds(&before, name)), "there is something to purge");

    let ran = run(&mut on(database, &["purge", "--actor", &actor.to_string(), "--yes"]));
    let told = format!(
        "erased actor {actor}: 1 casting, 3 entries of the history, 2 mentions in reasons of other castings; backups, logs, exports \
         and the write-ahead log of a server may still hold some of it\n"
    );
    assert_eq!((ran.code, ran.out), (0, told), "{}", ran.err);
    let line: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((&line["message"], &line["actor.id"]), (&json!("an actor was erased for good"), &json!(actor)));

    let again = run(&mut on(database, &["purge", "--actor", &actor.to_string(), "--yes"]));
    let told = format!("actor {actor} was erased before; what the database still kept of it is wiped now\n");
    assert_eq!((again.code, again.out), (0, told), "{}", again.err);

    let after = bytes(database);
    let left: Vec<_> = NAMES.iter().filter(|name| holds(&after, name)).collect();
    assert_eq!(left, Vec::<&&str>::new());
    for gone in [path.clone(), format!("{path}/history"), format!("{path}/filmography")] {
        let request = server.request_as(Role::ExecutiveProducer, Method::GET, &gone);
        assert_eq!(request.header(IF_NONE_MATCH, "*").send().unwrap().status(), 404, "{gone}");
    }
    assert_eq!(server.json(Method::POST, &format!("{path}/restore"), &json!({})).0, 404);
    assert_eq!(server.json(Method::POST, &cast, &json!({"actor_id": actor})).0, 422);
    let (_, listed) = server.get("/actors?deleted=with");
    assert_eq!((&listed["total"], &listed["actors"][0]["id"]), (&json!(1), &json!(other)));
    assert_eq!(server.get("/actors").1["total"], 1);
    let (_, shown) = server.get(&cast);
    assert_eq!((shown["cast"].as_array().unwrap().len(), &shown["cast"][0]["billing"]), (1, &json!(2)));
    assert_eq!(server.get(&format!("/movies/{movie}/history")).1["history"].as_array().unwrap().len(), 2);
    let newest = server.get("/history").1["history"][0].clone();
    assert_eq!(
        (&newest["action"], &newest["by"], &newest["entity_id"]),
        (&json!("deleted"), &json!("operator"), &json!(actor))
    );
    assert_eq!((&newest["before"], &newest["after"]), (&json!({}), &json!({})));
    assert!(created(&server, "/actors", "actor", &new("Ilja Brankovic")) > actor);
    database.assert_whole();
}

fn nobody_is_purged_by_a_command_that_is_not_right(database: &Database) {
    let refused = |arguments: &[&str]| {
        let ran = run(&mut on(database, arguments));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}: {}", ran.err);
        ran.err
    };
    assert!(refused(&["purge", "--actor", "1", "--yes"]).contains("run `ensemble migrate up` first"));
    assert_eq!(answer(database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(database, &["seed"]).0, 0);
    assert_eq!(
        refused(&["purge", "--actor", "1"]),
        "ensemble: nothing was erased: without a terminal nobody can be asked; run `ensemble purge --actor 1 --yes` to erase actor 1 \
         for good\n"
    );
    assert_eq!(refused(&["purge", "--actor", "41", "--yes"]), "ensemble: nothing was erased: there is no actor 41\n");
    for id in ["0", "-1", "Nada Haddad", "9223372036854775808"] {
        let ran = run(&mut on(database, &["purge", &format!("--actor={id}"), "--yes"]));
        assert!(ran.code == 2 && ran.err.contains("must be the number of an actor, from 1"), "{id}: {}", ran.err);
    }
    assert_eq!(answer(database, &["export", "actors"]).1.lines().count(), 41);
}

/// The command on a terminal, where that is typed.
fn typed(database: &Database, actor: &str, typed: &str) -> Ran {
    let shell = format!(
        "printf '%s\\n' '{typed}' | script --quiet --return --command '{} purge --actor {actor}' /dev/null",
        env!("CARGO_BIN_EXE_ensemble")
    );
    let mut command = Command::new("sh");
    run(command.args(["-c", &shell]).current_dir(database.folder.path()).env("DATABASE_URL", &database.url))
}

#[test]
fn a_terminal_is_shown_who_it_is_and_asked() {
    let database = Database::sqlite();
    assert_eq!(answer(&database, &["migrate", "up"]).0, 0);
    assert_eq!(answer(&database, &["seed"]).0, 0);
    for wrong in ["", "no", "Nada"] {
        let ran = typed(&database, "1", wrong);
        assert!(ran.code == 1 && ran.out.contains("Actor 1: Nada Haddad"), "{ran:?}");
        assert!(ran.out.contains("nothing was erased: neither the name nor yes was typed"), "{ran:?}");
    }
    // The words of a reason may be somebody else's name.
    let others = "(SELECT id FROM castings WHERE actor_id <> 25 ORDER BY id LIMIT 12)";
    let mentioned = format!("UPDATE castings SET reason = 'Noor AL-RASHWAN is the ' || id WHERE id IN {others}");
    database.file().batch_execute(&mentioned).unwrap();
    let shown = typed(&database, "25", "no").out;
    assert_eq!(shown.matches("A name is taken out of the reason: Noor AL-RASHWAN is the ").count(), 10, "{shown}");
    // Noor al-Rashwan is booked on a movie to come.
    let ran = typed(&database, "25", "Noor al-Rashwan");
    for told in [
        "Actor 25: Noor al-Rashwan",
        "1 casting, 1 entry of the history, 12 mentions in reasons of other castings",
        "Booked on movie 11, which needs somebody else then: An Inventory of Small Fires, released 2027-11-05",
        "Type the name, or yes, to erase all of this for good: ",
        "erased actor 25: ",
    ] {
        assert!(ran.code == 0 && ran.out.contains(told), "{told}: {ran:?}");
    }
    assert_eq!(typed(&database, "1", "yes").code, 0);
    assert_eq!(answer(&database, &["export", "actors"]).1.lines().count(), 39);
}
