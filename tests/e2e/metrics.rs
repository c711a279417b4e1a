//! What the server tells of itself, on an address of its own.

mod scrape;

use std::{net::TcpListener, thread};

use ensemble_domain::Role;
use reqwest::{Method, StatusCode, header::ALLOW};
use serde_json::{Value, json};

pub use self::scrape::Scrape;
use crate::{
    authentication::{
        issuer::{Conduct, Issuer},
        oidc::{get, server_trusting, until_ready},
    },
    commands::run,
    database::Database,
    matrix::{Row, with_rows},
    server::{Server, eventually, serve},
};

on_both_databases!(what_is_asked_is_counted_exactly, a_held_up_database_is_seen);

/// Has metrics served on a free port.
pub const METRICS: (&str, &str) = ("ENSEMBLE__METRICS__ADDRESS", "127.0.0.1:0");

fn observed(database: &Database) -> Server {
    Server::with(database, &[METRICS])
}

#[test]
fn every_line_of_a_scrape_is_as_prometheus_reads_it() {
    let server = with_rows(observed(&Database::sqlite()));
    for row in Row::all() {
        row.ask(&server, &row.method, Some(server.token(Role::ExecutiveProducer)));
        row.ask(&server, &row.method, None);
    }
    let scrape = Scrape::of(&server);
    scrape.assert_sound();
    assert!(scrape.families.len() > 20, "{:?}", scrape.families.keys());
    let routes = scrape.labels("http_requests_total", "route");
    let known = Row::all().into_iter().map(|row| row.path.split('?').next().unwrap().to_owned());
    assert_eq!(routes, known.collect());
}

fn what_is_asked_is_counted_exactly(database: &Database) {
    let server = observed(database);
    let before = Scrape::of(&server);
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    for _ in 0..5 {
        assert_eq!(server.json(Method::POST, "/actors", &new).0, 201);
    }
    for id in [1, 2, 3, 77] {
        server.get(&format!("/actors/{id}"));
    }
    server.request(Method::GET, "/actors/1").send().unwrap();
    server.request(Method::GET, "/actors/1").bearer_auth("a.b.c").send().unwrap();
    server.request_as(Role::CastingAssistant, Method::DELETE, "/actors/1").send().unwrap();
    server.request(Method::from_bytes(b"BREW").unwrap(), "/actors").send().unwrap();

    let after = Scrape::of(&server);
    assert_eq!(
        after.grown_since(&before, "http_requests_total"),
        [
            (r#"{method="DELETE",route="/actors/{id}",status="403"}"#.to_owned(), 1),
            (r#"{method="GET",route="/actors/{id}",status="200"}"#.to_owned(), 3),
            (r#"{method="GET",route="/actors/{id}",status="401"}"#.to_owned(), 2),
            (r#"{method="GET",route="/actors/{id}",status="404"}"#.to_owned(), 1),
            (r#"{method="POST",route="/actors",status="201"}"#.to_owned(), 5),
            (r#"{method="other",route="/actors",status="405"}"#.to_owned(), 1),
        ]
    );
    assert_eq!(
        after.grown_since(&before, "auth_reject_total"),
        ["permission_missing", "shape", "unauthenticated"].map(|reason| (format!(r#"{{reason="{reason}"}}"#), 1))
    );
    assert_eq!(after.count(r#"http_request_duration_seconds_count{method="GET",route="/actors/{id}"}"#), 6);
    for quiet in ["database_errors_total", "database_queue_refused_total", "rate_limited_total", "panics_total"] {
        assert_eq!(after.grown_since(&before, quiet), [], "{quiet}");
    }
}

#[test]
fn paths_and_methods_that_do_not_exist_add_no_series() {
    let server = observed(&Database::sqlite());
    let ask = |word: &str| {
        let requests =
            [(Method::GET, format!("/{word}")), (Method::from_bytes(word.as_bytes()).unwrap(), "/me".into())];
        for (method, path) in requests {
            server.request(method, &path).header("x-request-id", word).header("traceparent", word).send().unwrap();
        }
    };
    ask("FIRST");
    let names = |scrape: Scrape| scrape.samples.into_keys().collect::<Vec<_>>();
    let before = names(Scrape::of(&server));
    for number in 0..50 {
        ask(&format!("WORD{number}"));
    }
    let after = Scrape::of(&server);
    assert_eq!(after.count(r#"http_requests_total{method="GET",route="none",status="404"}"#), 51);
    assert_eq!(names(after), before);
}

#[test]
fn metrics_have_an_address_of_their_own_and_nothing_else_is_there() {
    let mut server = observed(&Database::sqlite());
    assert_eq!(server.request(Method::GET, "/metrics").send().unwrap().status(), StatusCode::NOT_FOUND);
    let scraped = server.metrics(Method::GET, "/metrics").send().unwrap();
    assert_eq!(scraped.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(server.metrics(Method::HEAD, "/metrics").send().unwrap().status(), StatusCode::OK);
    for path in ["/", "/livez", "/actors", "/metrics/", "/metrics/x", "/docs"] {
        assert_eq!(server.metrics(Method::GET, path).send().unwrap().status(), StatusCode::NOT_FOUND, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let refused = server.metrics(method.clone(), "/metrics").send().unwrap();
        assert_eq!(
            (refused.status(), &refused.headers()[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().unwrap())
        );
    }
    server.signal("TERM");
    assert!(server.ended().success(), "whoever listens there does not keep the process");
}

#[test]
fn an_address_that_is_taken_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = Database::sqlite();
    let ran = run(serve(&database).env(METRICS.0, &address));
    let told = format!("ensemble: metrics.address {address} is taken; choose another port, such as 0 for any");
    assert_eq!((ran.code, ran.err.lines().last()), (78, Some(told.as_str())));
    // One that is kept for documents.
    let production = [
        ("ENSEMBLE_PROFILE", "production"),
        ("AUTH0_DOMAIN", "agency.eu.auth0.com"),
        ("API_AUDIENCE", "casting"),
        (METRICS.0, "192.0.2.1:9100"),
    ];
    let ran = run(serve(&database).envs(production));
    let told = "ensemble: metrics.address 192.0.2.1:9100 is no address of this machine";
    assert_eq!((ran.code, ran.err.lines().last()), (78, Some(told)));
}

fn a_held_up_database_is_seen(database: &Database) {
    let server = observed(database);
    let before = Scrape::of(&server);
    let (waiting, in_flight) = ("database_queue_waiting", "http_requests_in_flight");
    let lock = database.lock_actors();
    let new = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let under_way = if database.is_sqlite() { 1 } else { 2 };
    thread::scope(|scope| {
        let write = || {
            let (server, new) = (&server, &new);
            scope.spawn(move || assert_eq!(server.json(Method::POST, "/actors", new).0, 503));
        };
        // The store is kept busy first, and more come than are made as one: some of them have no turn in time.
        for begun in 1..=under_way {
            write();
            eventually("a call has begun", || {
                let scrape = Scrape::of(&server);
                (scrape.count(waiting) == 0 && scrape.count(in_flight) == begun).then_some(())
            });
        }
        for _ in under_way..100 {
            write();
        }
        eventually("calls wait", || {
            let scrape = Scrape::of(&server);
            (scrape.count(waiting) > 0 && scrape.count(in_flight) > 20).then_some(())
        });
    });
    drop(lock);
    let after = eventually("nobody waits any more", || {
        Some(Scrape::of(&server)).filter(|scrape| scrape.count(waiting) == 0 && scrape.count(in_flight) == 0)
    });
    after.assert_sound();
    let put_off = r#"{method="POST",route="/actors",status="503"}"#.to_owned();
    assert_eq!(after.grown_since(&before, "http_requests_total"), [(put_off, 100)]);
    let kinds: Vec<_> = after.grown_since(&before, "database_errors_total");
    let expected = if database.is_sqlite() { "conflict" } else { "timeout" };
    assert!(kinds.iter().any(|(kind, _)| kind.contains(expected)), "{kinds:?}");
    assert!(!after.grown_since(&before, "database_queue_refused_total").is_empty());
    let pools = after.labels("database_pool_connections", "pool");
    assert_eq!(pools.len(), if database.is_sqlite() { 2 } else { 1 }, "{pools:?}");
}

/// A server whose PostgreSQL is not there.
fn without_a_database(folder: &Database) -> Server {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = serve(folder);
    command.env("DATABASE_URL", format!("postgres://nobody@{nowhere}/nothing")).envs([METRICS]);
    command.env("ENSEMBLE__DATABASE__MIGRATE_ON_START", "false");
    let mut server = Server::run(command);
    server.make_tokens(folder);
    server
}

#[test]
fn a_database_that_is_not_there_is_seen() {
    let folder = Database::sqlite();
    let server = without_a_database(&folder);
    assert_eq!(server.get("/actors").0, 503);
    let scrape = Scrape::of(&server);
    scrape.assert_sound();
    assert!(scrape.count(r#"database_errors_total{kind="connect"}"#) >= 1);
    assert!(scrape.count(r#"database_errors_total{kind="no_connection"}"#) >= 1);
    assert_eq!(scrape.count(r#"database_pool_connections{pool="main",state="idle"}"#), 0);
    assert_eq!(scrape.count(r#"http_requests_total{method="GET",route="/actors",status="503"}"#), 1);
}

#[test]
fn the_keys_of_an_issuer_are_seen() {
    let issuer = Issuer::start(&["first", "second"]);
    let quick = [METRICS, ("ENSEMBLE__AUTH__JWKS_TTL", "1"), ("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")];
    let database = Database::sqlite();
    let server = server_trusting(&issuer, &database, &quick);
    until_ready(&server);
    let scrape = Scrape::of(&server);
    assert_eq!(scrape.count("jwks_keys"), 2);
    assert!(scrape.count(r#"jwks_fetch_total{result="success"}"#) >= 1);
    assert!((0.0..60.0).contains(&scrape.value("jwks_age_seconds")));

    issuer.becomes(Conduct::out_of_order());
    let failed = r#"jwks_fetch_total{result="failure"}"#;
    eventually("a fetch fails", || (Scrape::of(&server).count(failed) > 0).then_some(()));
    get(&server, "/me", Some(&issuer.draft("third").signed(&issuer.key)));
    let refused = |scrape: &Scrape| scrape.count(r#"auth_reject_total{reason="keys_unavailable"}"#);
    assert_eq!(refused(&Scrape::of(&server)), 1);
}

/// The lines of the log about the request of that id.
fn lines_about(server: &Server, request_id: &str) -> Vec<Value> {
    let about = |log: String| {
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["request_id"] == request_id).collect::<Vec<_>>()
    };
    eventually("the request is logged", || {
        Some(about(server.log())).filter(|lines| lines.iter().any(|line| line["message"] == "answered"))
    })
}

#[test]
fn every_line_about_a_request_bears_the_trace_of_its_caller() {
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let folder = Database::sqlite();
    let server = without_a_database(&folder);
    let ask = |request_id: &str, traceparent: &str| {
        let request =
            server.request_as(Role::CastingAssistant, Method::GET, "/actors").header("x-request-id", request_id);
        let request = request.header("tracestate", "vendor=marked").header("traceparent", traceparent);
        assert_eq!(request.send().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        lines_about(&server, request_id)
    };
    let traced = ask("traced", &format!("00-{trace}-{parent}-01"));
    assert_eq!(traced.len(), 2, "why it was not served, and the line of the request: {traced:?}");
    assert!(traced.iter().all(|line| line["trace_id"] == trace && line["parent_id"] == parent), "{traced:?}");
    let untraced = ask("untraced", &format!("00-{trace}-{parent}"));
    assert!(
        untraced.iter().all(|line| line.get("trace_id").is_none() && line.get("parent_id").is_none()),
        "{untraced:?}"
    );
    assert!(!server.log().contains("marked"));
}
