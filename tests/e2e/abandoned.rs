//! A client that breaks its connection before the answer: its request is counted and logged like any other.

use std::{io::Write, net::TcpStream, time::Duration};

use ensemble_domain::Role;
use serde_json::Value;
use socket2::SockRef;

use crate::{
    database::Database,
    metrics::{METRICS, Scrape},
    server::{Server, eventually},
    wire::connect,
};

on_both_databases!(a_request_whose_client_breaks_off_is_counted_and_logged_once_and_has_its_effect);

const REQUEST_ID: &str = "broken-off";

fn a_request_whose_client_breaks_off_is_counted_and_logged_once_and_has_its_effect(database: &Database) {
    let server = Server::with(database, &[METRICS]);
    let before = Scrape::of(&server);
    let lock = database.lock_actors();
    let client = asks_for_an_actor(&server);
    let pool = if database.is_sqlite() { "writer" } else { "main" };
    let in_use = format!(r#"database_pool_connections{{pool="{pool}",state="in_use"}}"#);
    eventually("the write has begun", || (Scrape::of(&server).count(&in_use) == 1).then_some(()));
    break_off(client);
    eventually("it is logged", || (!lines(&server).is_empty()).then_some(()));
    drop(lock);
    // The history tells whether a request that was abandoned had an effect.
    eventually("what was begun is done", || {
        let history = server.get("/history").1;
        history["history"].as_array().unwrap().iter().any(|entry| entry["request_id"] == REQUEST_ID).then_some(())
    });
    assert_eq!(server.get("/actors").1["total"], 1);

    server.log_so_far();
    let told = lines(&server);
    let [line] = told.as_slice() else { panic!("not one line: {told:?}") };
    for (member, expected) in
        [("message", "abandoned"), ("method", "POST"), ("route", "/actors"), ("peer", "127.0.0.1")]
    {
        assert_eq!(line[member], expected, "{line}");
    }
    assert_eq!(line["status"], 499, "{line}");
    assert!(line["sub"].is_string() && line["duration_us"].is_u64(), "{line}");

    let after = Scrape::of(&server);
    let posts = after.grown_since(&before, "http_requests_total").into_iter();
    assert_eq!(
        posts.filter(|(series, _)| series.contains("POST")).collect::<Vec<_>>(),
        [(r#"{method="POST",route="/actors",status="499"}"#.to_owned(), 1)]
    );
    assert_eq!(after.count(r#"http_request_duration_seconds_count{method="POST",route="/actors"}"#), 1);
    assert_eq!(after.count("http_requests_in_flight"), 0);
}

fn asks_for_an_actor(server: &Server) -> TcpStream {
    let body = r#"{"name":"Nada Haddad","age":20,"gender":"female"}"#;
    let (mut client, token) = (connect(server), server.token(Role::ExecutiveProducer));
    write!(
        client,
        "POST /actors HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nX-Request-Id: {REQUEST_ID}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    client
}

/// Resets the connection, as a client does that crashes or runs out of patience.
fn break_off(client: TcpStream) {
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
}

/// The lines of the log about the request.
fn lines(server: &Server) -> Vec<Value> {
    let log = server.log();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["request_id"] == REQUEST_ID).collect()
}
