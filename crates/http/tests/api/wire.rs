//! What only shows on a connection.

use std::{net::TcpListener, time::Duration};

use ensemble_domain::{MockClock, Role, StoreError};
use ensemble_http::{CorsOrigins, ServerSettings, start};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::fixture::{Server, a_server, an_actor, get, token_of};

/// How the servers of these tests run.
fn settings() -> ServerSettings {
    ServerSettings {
        workers: 1,
        connections: 1,
        keep_alive: Duration::from_mins(1),
        shutdown_timeout: Duration::ZERO,
        origins: CorsOrigins::Listed(Vec::new()),
    }
}

/// Everything that comes back on one connection until the server closes it.
async fn exchange(server: Server, sent: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (running, handle) = start(&server.app(), &settings(), vec![listener]).unwrap();
    let running = actix_web::rt::spawn(running);

    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(sent.as_bytes()).await.unwrap();
    let mut received = String::new();
    let reading = connection.read_to_string(&mut received);
    tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap().unwrap();

    handle.stop(false).await;
    running.await.unwrap().unwrap();
    received
}

#[actix_web::test]
async fn a_client_that_has_gone_is_forgotten_within_a_minute() {
    let server = a_server().asked_as_often_as_can_be().start().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_running, _handle) = start(&server.app, &settings(), vec![listener]).unwrap();
    server.answer(get("/me").by_an_assistant()).await;
    assert_eq!(server.app.remembered_clients(), 1);
    tokio::time::pause();
    tokio::time::sleep(Duration::from_mins(1) + Duration::from_millis(1)).await;
    assert_eq!(server.app.remembered_clients(), 0);
}

#[actix_web::test]
async fn head_is_answered_without_a_body() {
    let received = exchange(a_server(), "HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-length: 32"), "{head}");
    assert_eq!(body, "");
}

#[actix_web::test]
async fn a_handler_that_panics_closes_its_connection_after_the_problem() {
    let token = token_of(Role::CastingAssistant);
    // A clock that expects nothing panics in the handler, a store on its thread.
    for server in [a_server().clock(MockClock::new()), a_server()] {
        let sent = format!("GET /actors/7 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        let received = exchange(server, &sent).await;
        let (head, body) = received.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{head}");
        assert!(head.to_ascii_lowercase().contains("connection: close"), "{head}");
        assert!(body.starts_with(r#"{"type":"/problems/internal""#), "{body}");
    }
}

/// A request for all actors as CSV.
fn an_export(method: &str) -> String {
    let token = token_of(Role::CastingAssistant);
    format!(
        "{method} /actors?format=csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
}

/// A server with so many batches of actors, and trouble behind them.
fn a_server_with_batches(batches: i64) -> Server {
    a_server().actors(|actors| {
        actors.expect_batch().returning(move |_, after, size| {
            let first = after.map_or(0, |place| place.id) + 1;
            if first > batches * 2000 {
                return Err(StoreError::Unavailable("down".into()));
            }
            Ok((first..).take(usize::try_from(size).unwrap()).map(|id| an_actor().numbered(id).build()).collect())
        });
    })
}

#[actix_web::test]
async fn an_export_that_breaks_off_does_not_end() {
    let received = exchange(a_server_with_batches(2), &an_export("GET")).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("transfer-encoding: chunked"), "{head}");
    assert!(body.contains("\r\n4000,Nada Haddad,"), "the batches before the trouble are there");
    assert!(!body.ends_with("\r\n0\r\n\r\n"), "nothing says that this was all");
}

#[actix_web::test]
async fn the_head_of_an_export_comes_without_a_body() {
    let received = exchange(a_server_with_batches(2), &an_export("HEAD")).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains("content-type: text/csv; charset=utf-8; header=present"), "{head}");
    assert_eq!(body, "");
}
