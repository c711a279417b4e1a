//! What is acknowledged is on the disk by then, as the kernel saw it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use reqwest::Method;
use serde_json::json;

use crate::{
    cluster::Cluster,
    database::{Database, skip},
    server::{Server, eventually, serve},
};

const CREATES: usize = 30;

#[test]
fn on_sqlite_no_write_is_acknowledged_before_it_is_on_the_disk() {
    every_create_is_synced_before_its_answer(&Database::sqlite(), &[]);
}

#[test]
fn on_postgres_no_write_is_acknowledged_before_it_is_on_the_disk() {
    let Some(cluster) = Cluster::create() else { return };
    // The clusters of the tests are faster without.
    cluster.run("ALTER SYSTEM SET fsync = on");
    cluster.run("SELECT pg_reload_conf()");
    eventually("fsync is on", || cluster.column("SELECT current_setting('fsync')").contains("on").then_some(()));
    every_create_is_synced_before_its_answer(&cluster.database, &["-p", &cluster.postmaster()]);
}

/// Has strace write down, in their order, the calls by which files reach the disk and answers the network: those of the server, and
/// of whatever the process that `more` names starts from then on, which on PostgreSQL are the sessions of the server and none of its
/// own processes in the background. Between a request and its answer a file must have been synced.
fn every_create_is_synced_before_its_answer(database: &Database, more: &[&str]) {
    if !can_trace(more) {
        return;
    }
    let trace = database.folder.path().join("trace");
    let mut server = Server::run(traced(database, more, &trace));
    server.make_tokens(database);
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    for _ in 0..CREATES {
        assert_eq!(server.json(Method::POST, "/actors", &new).0, 201);
    }
    let is_request = |line: &&str| line.contains("POST /actors");
    let is_answer = |line: &&str| line.contains("HTTP/1.1 201 ");
    let trace = eventually("all answers are traced", || {
        Some(fs::read_to_string(&trace).unwrap()).filter(|trace| trace.lines().filter(is_answer).count() == CREATES)
    });
    assert_eq!(trace.lines().filter(is_request).count(), CREATES, "each request is traced\n{trace}");
    let mut is_synced = false;
    for line in trace.lines() {
        if is_request(&line) {
            is_synced = false;
        } else if line.contains("sync") && line.ends_with("= 0") {
            is_synced = true;
        } else if is_answer(&line) {
            assert!(is_synced, "nothing was synced since it was asked for:\n{line}\n{trace}");
        }
    }
}

/// Tells whether strace is there, and may see that process.
fn can_trace(more: &[&str]) -> bool {
    let mut probe = Command::new("strace");
    probe.args(["-o", "/dev/null"]).args(more).args(["echo", "traced"]);
    let said = probe.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map(|mut probe| {
        let mut line = String::new();
        BufReader::new(probe.stdout.take().unwrap()).read_line(&mut line).unwrap();
        probe.kill().unwrap();
        probe.wait().unwrap();
        line
    });
    let can = said.is_ok_and(|line| line == "traced\n");
    if !can {
        skip("strace is not installed, or may not see other processes; `make test` installs it, and root may");
    }
    can
}

/// What serves that database, traced from the beginning: the tracer stands beside the server and not above it.
fn traced(database: &Database, more: &[&str], trace: &Path) -> Command {
    let serve = serve(database);
    let mut strace = Command::new("strace");
    strace.args([
        "-D",
        "-f",
        "-e",
        "trace=fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg",
        "-s",
        "16",
    ]);
    strace.arg("-o").arg(trace).args(more).arg(serve.get_program()).args(serve.get_args());
    strace.env_clear().envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(database.folder.path());
    strace
}
