//! `ensemble serve` at a shell.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use serde_json::Value;

use super::{on, run};
use crate::{
    database::Database,
    server::{PATIENCE, Server, after, serve},
};

#[test]
fn a_port_in_use_is_refused_with_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = run(&mut on(&Database::sqlite(), &["serve", "--port", &port]));
    let told = format!("ensemble: http.port {port} is taken by another program; choose another, such as --port 0");
    assert_eq!((ran.code, ran.err.lines().last()), (78, Some(told.as_str())));
}

#[test]
fn as_many_files_may_be_open_as_the_system_allows() {
    let server = Server::run(after("ulimit -S -n 256", &serve(&Database::sqlite())));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).unwrap();
    let limits = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let limits: Vec<_> = limits.split_whitespace().collect();
    assert_eq!(limits[0], limits[1], "the soft limit is the hard one");
    assert_ne!(limits[0], "256");
}

#[test]
fn too_few_open_files_are_told_once() {
    let server = Server::run(after("ulimit -n 256", &serve(&Database::sqlite())));
    assert_eq!(server.log().matches("too few open files are allowed").count(), 1, "{}", server.log());
}

#[test]
fn a_server_at_rest_takes_less_than_40_mib() {
    let database = Database::sqlite();
    drop(Server::start(&database));
    // Each worker takes some, of which there is one a core unless told otherwise.
    let server = Server::with(&database, &[("ENSEMBLE__HTTP__WORKERS", "2")]);
    assert_eq!(server.get("/readyz").0, 200);
    let taken = server.resident_kib();
    println!("{taken} KiB at rest");
    assert!(taken < 40 * 1024, "{taken} KiB");
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
