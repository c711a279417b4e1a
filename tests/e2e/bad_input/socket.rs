//! Requests that no HTTP library would send, byte by byte.

use std::{
    io::{Read, Write},
    net::Shutdown,
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use serde_json::json;

use crate::{
    database::Database,
    server::{PATIENCE, Server},
    wire::{answer, connect, everything},
};

/// How long the server waits for a body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// The head of a new actor by the Executive Producer, whose connection ends with the answer; more lines may follow.
fn head(server: &Server) -> String {
    let token = server.token(Role::ExecutiveProducer);
    format!(
        "POST /actors HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n"
    )
}

#[test]
fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let good = head(&server);
    let body = r#"{"name": "N", "age": 1, "gender": "x"}"#;
    let length = format!("Content-Length: {}\r\n", body.len());
    let many_lines = "X-Line: x\r\n".repeat(200);
    let table: [(&str, u16, Vec<u8>); 16] = [
        ("nothing wrong", 201, format!("{good}{length}\r\n{body}").into()),
        ("two lengths", 400, format!("{good}{length}Content-Length: 2\r\n\r\n{body}").into()),
        ("one length twice", 400, format!("{good}{length}{length}\r\n{body}").into()),
        ("a length and chunks", 400, format!("{good}{length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").into()),
        ("chunks and something else", 400, format!("{good}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n").into()),
        ("a length with a sign", 400, format!("{good}Content-Length: +2\r\n\r\n{{}}").into()),
        ("a length below zero", 400, format!("{good}Content-Length: -2\r\n\r\n{{}}").into()),
        ("a length in words", 400, format!("{good}Content-Length: two\r\n\r\n{{}}").into()),
        ("chunks in HTTP/1.0", 400, {
            format!("{}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", good.replace("HTTP/1.1", "HTTP/1.0")).into()
        }),
        ("no host", 400, format!("{}{length}\r\n{body}", good.replace("Host: 127.0.0.1\r\n", "")).into()),
        ("two hosts", 400, format!("{good}Host: ensemble.test\r\n{length}\r\n{body}").into()),
        ("a name with a blank", 400, format!("{good}X Line: x\r\n{length}\r\n{body}").into()),
        ("no HTTP", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
        ("a path that is no text", 400, b"GET /actors/\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
        ("too many lines", 431, format!("{good}{many_lines}{length}\r\n{body}").into()),
        ("a line too long", 431, format!("{good}X-Line: {}\r\n{length}\r\n{body}", "x".repeat(200_000)).into()),
    ];
    for (name, expected, request) in table {
        let mut stream = connect(&server);
        // A server that has refused the head may close before it has taken all of the rest.
        stream.write_all(&request).ok();
        assert_eq!(answer(stream).0, expected, "{name}");
    }
    assert_eq!(server.get("/actors").1["total"], 1, "only the first of them was taken");
}

#[test]
fn a_body_that_breaks_off_is_refused() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let good = head(&server);
    let broken_off = "the body broke off before it was complete";
    let table = [
        ("half a body", 400, broken_off, format!("{good}Content-Length: 100\r\n\r\n{{\"name\": ")),
        ("half a chunk", 400, broken_off, format!("{good}Transfer-Encoding: chunked\r\n\r\n20\r\n{{\"name\"")),
        ("no chunk", 400, broken_off, format!("{good}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n")),
        ("64 KiB and a byte in chunks", 413, "the body may have at most 65536 bytes", {
            format!("{good}Transfer-Encoding: chunked\r\n\r\n10001\r\n{}\r\n0\r\n\r\n", " ".repeat(65537))
        }),
    ];
    for (name, expected, detail, request) in table {
        let mut stream = connect(&server);
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let (status, problem) = answer(stream);
        assert_eq!((status, &problem["detail"]), (expected, &json!(detail)), "{name}");
    }
    assert_eq!(server.get("/actors").1["total"], 0);
}

#[test]
fn a_large_body_is_not_waited_for_to_tell_who_may_not_send_it() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let good = head(&server);
    let assistant = good.replace(server.token(Role::ExecutiveProducer), server.token(Role::CastingAssistant));
    let nobody = good.replace("Authorization", "X-Authorization");
    for (name, expected, head) in
        [("nobody", 401, nobody), ("the assistant", 403, assistant), ("the producer", 413, good)]
    {
        let mut stream = connect(&server);
        let begun = format!("{head}Content-Length: 10000000\r\n\r\n{}", " ".repeat(1000));
        stream.write_all(begun.as_bytes()).unwrap();
        let started = Instant::now();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, format!("HTTP/1.1 {expected}").as_bytes(), "{name}");
        // What is still to come is not waited for either, though the client does not close its end.
        everything(stream);
        assert!(started.elapsed() < BODY_DEADLINE / 2, "{name} was let go after {:?}", started.elapsed());
    }
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let mut stream = connect(&server);
    stream.write_all(format!("{}Content-Length: 1000\r\n\r\n", head(&server)).as_bytes()).unwrap();
    let started = Instant::now();
    let mut writer = stream.try_clone().unwrap();
    thread::spawn(move || {
        while writer.write_all(b" ").is_ok() && started.elapsed() < PATIENCE {
            thread::sleep(BODY_DEADLINE / 50);
        }
    });
    let (status, problem) = answer(stream);
    let waited = started.elapsed();
    assert_eq!((status, &problem["type"]), (408, &json!("/problems/request-timeout")));
    assert_eq!(problem["detail"], "the body did not arrive within 10 s");
    assert!((BODY_DEADLINE..BODY_DEADLINE + BODY_DEADLINE / 2).contains(&waited), "after {waited:?}");
}
