//! The guide to backups is followed to the letter, on both databases.

use std::{fs, os::unix::fs::symlink, process::Command};

use reqwest::Method;
use serde_json::json;

use super::read;
use crate::{
    commands::run,
    database::{Database, postgres_programs},
    server::Server,
};

/// What is to be typed below that heading.
fn commands(heading: &str) -> String {
    let guide = read("docs/guides/backup.md");
    let (_, section) = guide.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let (_, block) = section.split_once("\n```sh\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// A shell in the folder of the database, in which `ensemble` is the binary and `systemctl` does nothing.
fn typed(database: &Database, commands: &str) -> Command {
    let programs = database.folder.path().join("programs");
    if !programs.exists() {
        fs::create_dir(&programs).unwrap();
        symlink(env!("CARGO_BIN_EXE_ensemble"), programs.join("ensemble")).unwrap();
        symlink("/bin/true", programs.join("systemctl")).unwrap();
    }
    let path: Vec<_> =
        [programs].into_iter().chain(postgres_programs()).map(|path| path.display().to_string()).collect();
    let mut shell = Command::new("sh");
    shell.args(["-euc", commands]).current_dir(database.folder.path()).env_clear();
    shell.env("PATH", format!("{}:/usr/bin:/bin", path.join(":"))).env("DATABASE_URL", &database.url);
    shell
}

fn succeeds(command: &mut Command) -> String {
    let ran = run(command);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.out
}

/// A server with some of everything.
fn server_with_an_agency(database: &Database) -> Server {
    let server = Server::start(database);
    succeeds(&mut typed(database, "ensemble seed"));
    let (status, _) = server.json(Method::PATCH, "/actors/1", &json!({"name": "Nada Haddad-Linde"}));
    assert_eq!(status, 200);
    server
}

/// The restored server shows what there was, and goes on from there.
fn assert_restored(server: &Server, before: &[serde_json::Value]) {
    assert_eq!(server.contents(), before);
    let new = json!({"name": "Signe Thorvaldsdal", "age": 20, "gender": "female"});
    assert_eq!(server.json(Method::POST, "/actors", &new).1["actor"]["id"], 41);
    assert_eq!(server.get("/actors?q=haddad").1["total"], 1);
}

#[test]
fn a_file_is_restored_as_the_guide_tells() {
    let database = Database::sqlite();
    let mut server = server_with_an_agency(&database);
    let before = server.contents();
    succeeds(&mut typed(&database, &commands("## SQLite")));
    server.json(Method::PATCH, "/actors/1", &json!({"name": "A change that will be lost"}));
    // Killed, it leaves the log beside the file.
    server.kill();
    let newest = fs::read_dir(database.folder.path().join("backups")).unwrap().next().unwrap().unwrap().file_name();
    let restoring = commands("### Restoring");
    // Whether the server is healthy is asked below.
    let (restoring, last) = restoring.trim().rsplit_once('\n').unwrap();
    assert_eq!(last, "ensemble healthcheck");
    succeeds(&mut typed(&database, &restoring.replace("ensemble-2026-11-20.db", newest.to_str().unwrap())));
    server.restart(&database);
    assert_restored(&server, &before);
    assert!(database.folder.path().join("before/ensemble.db-wal").exists());
}

#[test]
fn a_dump_is_restored_as_the_guide_tells() {
    let Some(database) = Database::postgres() else { return };
    let server = server_with_an_agency(&database);
    let before = server.contents();
    let listed = succeeds(&mut typed(&database, &commands("## PostgreSQL")));
    assert!(listed.contains("TABLE DATA public actors"), "{listed}");
    server.json(Method::PATCH, "/actors/1", &json!({"name": "A change that will be lost"}));
    drop(server);

    // The tests have one role on their server, and many databases.
    let restored = database.sibling("restored");
    let (_, name) = restored.url.rsplit_once('/').unwrap();
    let restoring = commands("### Restoring a dump").replace("--owner=ensemble restored", name);
    let told =
        succeeds(typed(&database, &restoring).env("ADMIN_URL", &database.url).env("RESTORED_URL", &restored.url));
    assert!(told.starts_with("nothing to apply\n"), "{told}");
    assert_restored(&Server::start(&restored), &before);
}
