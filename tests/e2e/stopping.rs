//! A server that is told to stop finishes what it has begun.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use ensemble_domain::Role;

use crate::{
    database::Database,
    server::{PATIENCE, Server, eventually},
};

on_both_databases!(requests_in_flight_are_answered);

/// How long an end may take that nothing stands in the way of; idle connections are otherwise kept for 15 s.
const SOON: Duration = Duration::from_secs(4);

fn requests_in_flight_are_answered(database: &Database) {
    // On a busy machine a hundred clients wait for one writer longer than the second and a quarter that anybody has to.
    let patient = [("ENSEMBLE__DATABASE__CHECKOUT_TIMEOUT", "10")];
    for (signal, total) in [("TERM", 100), ("INT", 200)] {
        let mut server = Server::with(database, &patient);
        let mut begun: Vec<_> = (0..100).map(|_| Begun::on(&server)).collect();
        let lock = database.lock_actors();
        begun.iter_mut().for_each(Begun::send_body);
        let stopped = Instant::now();
        server.signal(signal);
        eventually("nobody is let in any more", || (!lets_in(&server)).then_some(()));
        drop(lock);
        for request in begun {
            let answer = request.answer();
            assert!(answer.starts_with("HTTP/1.1 201 "), "{signal}: {answer}");
        }
        assert_eq!(server.ended().code(), Some(0), "{signal}");
        assert!(stopped.elapsed() < SOON, "{signal}: ended after {:?}", stopped.elapsed());

        assert_eq!(Server::start(database).get("/actors").1["total"], total, "{signal}");
    }
}

#[test]
fn a_draining_server_says_so_and_serves_on() {
    let database = Database::sqlite();
    let mut server = Server::with(&database, &[("ENSEMBLE__HTTP__DRAIN_DELAY", "2")]);
    assert_eq!(server.get("/readyz").0, 200);
    let told = Instant::now();
    server.signal("TERM");
    eventually("it is no longer ready", || (server.get("/readyz").0 == 503).then_some(()));
    assert!(told.elapsed() < Duration::from_secs(1), "told after {:?}", told.elapsed());
    let mut begun = Begun::on(&server);
    begun.send_body();
    assert!(begun.answer().starts_with("HTTP/1.1 201 "));
    assert_eq!(server.get("/livez").0, 200);
    assert_eq!(server.ended().code(), Some(0));
    assert!(told.elapsed() >= Duration::from_secs(2), "ended after {:?}", told.elapsed());
}

#[test]
fn idle_connections_do_not_delay_the_end() {
    let database = Database::sqlite();
    let mut server = Server::start(&database);
    let mut kept: Vec<_> = (0..10).map(|_| TcpStream::connect(address(&server)).unwrap()).collect();
    for connection in &mut kept[5..] {
        connection.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(head(connection).starts_with("HTTP/1.1 200 "));
    }
    let told = Instant::now();
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
    assert!(told.elapsed() < SOON, "ended after {:?}", told.elapsed());
}

#[test]
fn a_client_that_dawdles_is_left_after_the_shutdown_timeout() {
    let database = Database::sqlite();
    let mut server = Server::with(&database, &[("ENSEMBLE__HTTP__SHUTDOWN_TIMEOUT", "1")]);
    let _dawdling = Begun::on(&server);
    let told = Instant::now();
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
    assert!(told.elapsed() < SOON, "ended after {:?}", told.elapsed());
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    let database = Database::sqlite();
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let mut server = Server::start(&database);
        let _unfinished = Begun::on(&server);
        server.signal(first);
        eventually("nobody is let in any more", || (!lets_in(&server)).then_some(()));
        let told = Instant::now();
        server.signal(second);
        assert_eq!(server.ended().code(), Some(1), "{first}, {second}");
        assert!(told.elapsed() < Duration::from_secs(1), "{first}, {second}: ended after {:?}", told.elapsed());
    }
}

/// A request to add an actor that the server has begun to serve, and whose body it still waits for.
struct Begun(TcpStream);

impl Begun {
    const BODY: &[u8] = br#"{"name":"Nada Haddad","age":20,"gender":"female"}"#;

    fn on(server: &Server) -> Self {
        let mut stream = TcpStream::connect(address(server)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (token, length) = (server.token(Role::ExecutiveProducer), Self::BODY.len());
        write!(
            stream,
            "POST /actors HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        )
        .unwrap();
        // The server asks for the body only once it has the request in hand.
        assert!(head(&stream).starts_with("HTTP/1.1 100 "));
        Self(stream)
    }

    fn send_body(&mut self) {
        self.0.write_all(Self::BODY).unwrap();
    }

    fn answer(self) -> String {
        head(&self.0)
    }
}

/// Reads the head of a response; what follows it may be lost.
fn head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Tells whether a new client gets a connection at once.
fn lets_in(server: &Server) -> bool {
    TcpStream::connect_timeout(&address(server), Duration::from_millis(100)).is_ok()
}

fn address(server: &Server) -> SocketAddr {
    server.base.trim_start_matches("http://").parse().unwrap()
}
