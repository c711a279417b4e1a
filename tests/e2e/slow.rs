//! Clients that take their time, and clients that take all connections.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    ops::RangeInclusive,
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::Method;

use crate::{
    database::Database,
    server::{Server, eventually, open_files},
    wire::{answer, connect, everything},
};

/// How long the head of a request may take, give or take a second.
const HEAD_DEADLINES: RangeInclusive<Duration> = Duration::from_secs(4)..=Duration::from_secs(6);
/// The most connections of one worker.
const CONNECTIONS: usize = 2048;

/// A client that sends one byte of a head a second.
struct Slow {
    stream: TcpStream,
    started: Instant,
    /// What it has not sent yet.
    rest: &'static [u8],
    received: Vec<u8>,
    /// How long it took until the server closed the connection.
    closed: Option<Duration>,
}

impl Slow {
    const HEAD: &[u8] = b"GET /actors HTTP/1.1\r\nHost: ensemble.test\r\n\r\n";

    fn start(server: &Server) -> Self {
        let (stream, started) = (connect(server), Instant::now());
        stream.set_nonblocking(true).unwrap();
        Self { stream, started, rest: Self::HEAD, received: Vec::new(), closed: None }
    }

    /// Sends the next byte when its second has come, and looks whether the connection has ended.
    fn go_on(&mut self) {
        let sent = u64::try_from(Self::HEAD.len() - self.rest.len()).unwrap();
        if let [next, rest @ ..] = self.rest
            && self.started.elapsed() >= Duration::from_secs(sent)
        {
            // Whoever writes to a connection that has ended is told so when it reads.
            self.stream.write_all(&[*next]).ok();
            self.rest = rest;
        }
        let mut bytes = [0; 1024];
        match self.stream.read(&mut bytes) {
            Ok(read @ 1..) => self.received.extend_from_slice(&bytes[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => self.closed = Some(self.started.elapsed()),
        }
    }
}

/// Keeps five hundred slow clients busy for twenty seconds, each of which is followed by another, and answers how each ended.
fn five_hundred_at_a_time(server: &Server) -> Vec<Slow> {
    let end = Instant::now() + Duration::from_secs(20);
    let mut open: Vec<_> = (0..500).map(|_| Slow::start(server)).collect();
    let mut ended = Vec::new();
    while !open.is_empty() {
        open.iter_mut().for_each(Slow::go_on);
        let closed: Vec<_> = open.extract_if(.., |slow| slow.closed.is_some()).collect();
        open.extend(closed.iter().filter(|_| Instant::now() < end).map(|_| Slow::start(server)));
        ended.extend(closed);
        thread::sleep(Duration::from_millis(20));
    }
    ended
}

#[test]
fn five_hundred_slow_heads_hold_nobody_up_and_end_in_time() {
    rlimit::increase_nofile_limit(2000).unwrap();
    let database = Database::sqlite();
    let server = Server::start(&database);
    let mut waits = Vec::new();
    let slow = thread::scope(|scope| {
        let slow = scope.spawn(|| five_hundred_at_a_time(&server));
        while !slow.is_finished() {
            waits.push(of_a_kept_connection(&server));
            waits.push(of_a_new_connection(&server));
            thread::sleep(Duration::from_millis(5));
        }
        slow.join().unwrap()
    });

    waits.sort();
    let p99 = waits[waits.len() * 99 / 100];
    let ends: Vec<_> = slow.iter().filter_map(|slow| slow.closed).collect();
    let (first, last) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    println!("{} others, p99 {p99:?}; {} slow ones ended after {first:?} to {last:?}", waits.len(), slow.len());
    assert!(HEAD_DEADLINES.contains(first) && HEAD_DEADLINES.contains(last), "ended after {first:?} to {last:?}");
    assert!(slow.iter().all(|slow| slow.received.starts_with(b"HTTP/1.1 408 ")), "each is told why");
    assert!(p99 < Duration::from_millis(250), "p99 of {} others was {p99:?}", waits.len());
}

fn of_a_kept_connection(server: &Server) -> Duration {
    let started = Instant::now();
    assert_eq!(server.request_as(Role::CastingAssistant, Method::GET, "/actors").send().unwrap().status(), 200);
    started.elapsed()
}

fn of_a_new_connection(server: &Server) -> Duration {
    let started = Instant::now();
    let token = server.token(Role::CastingAssistant);
    let head = format!("GET /me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut stream = connect(server);
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer(stream).0, 200);
    started.elapsed()
}

#[test]
fn connections_beyond_the_limit_wait_for_those_that_end() {
    rlimit::increase_nofile_limit(u64::try_from(2 * CONNECTIONS).unwrap()).unwrap();
    let server = Server::with(&Database::sqlite(), &[("ENSEMBLE__HTTP__WORKERS", "1")]);
    let before = open_files(&server);
    let idle: Vec<_> = (0..CONNECTIONS + 200).map(|_| connect(&server)).collect();
    eventually("the limit is reached", || (open_files(&server) >= before + CONNECTIONS).then_some(()));

    // It was the last to come, and those before it say nothing until they are closed.
    let started = Instant::now();
    let waited = of_a_new_connection(&server);
    assert!(waited < 2 * *HEAD_DEADLINES.end(), "answered after {waited:?}");
    println!("{} connections; the next was answered after {:?}", idle.len(), started.elapsed());
    assert!(open_files(&server) <= before + CONNECTIONS);
}

/// A connection that was answered once and kept.
fn answered_once(server: &Server) -> TcpStream {
    let mut stream = connect(server);
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    stream
}

#[test]
fn what_comes_after_an_answer_has_to_become_a_request_in_time() {
    let (database, chunked) = (Database::sqlite(), "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam\r\n");
    let server = Server::start(&database);
    let director = server.token(Role::CastingDirector);
    // What is sent first and answered, what follows at once, and what then comes every second.
    let cases = [
        ("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "G", "E"),
        ("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "GET /livez HTTP/1.1\r\nHost: x\r\nA: ", ""),
        (format!("GET /livez HTTP/1.1\r\nHost: x\r\n{chunked}"), "", "1\r\na\r\n"),
        (format!("GET /nowhere HTTP/1.1\r\nHost: x\r\n{chunked}"), "", ""),
        (format!("POST /actors HTTP/1.1\r\nHost: x\r\n{chunked}"), "", "1\r\na\r\n"),
        (format!("POST /actors HTTP/1.1\r\nHost: x\r\n{chunked}"), "1", ""),
        (
            format!("POST /movies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {director}\r\n{chunked}"),
            "",
            "1\r\na\r\n",
        ),
        (
            format!("POST /actors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {director}\r\n{chunked}"),
            "",
            "1\r\na\r\n",
        ),
    ];
    thread::scope(|scope| {
        for (first, then, every_second) in &cases {
            let server = &server;
            scope.spawn(move || {
                let mut stream = connect(server);
                stream.write_all(first.as_bytes()).unwrap();
                let mut answer = [0; 9];
                stream.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"HTTP/1.1 ");
                let answered = Instant::now();
                stream.write_all(then.as_bytes()).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
                while !is_closed(&mut stream) {
                    let first = first.lines().next();
                    assert!(answered.elapsed() < KEPT, "{first:?}, {then:?}, {every_second:?}");
                    stream.write_all(every_second.as_bytes()).ok();
                }
            });
        }
    });
}

/// How long a connection may be kept that nothing sensible comes on: fifteen seconds of silence, and five of a head.
const KEPT: Duration = Duration::from_secs(21);

/// Reads for a second, or until the connection is closed.
fn is_closed(stream: &mut TcpStream) -> bool {
    let ended = stream.read_to_end(&mut Vec::new());
    ended.map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |_| true)
}

#[test]
fn an_idle_connection_is_kept_for_a_while_and_longer_for_a_proxy() {
    let proxied = Server::with(&Database::sqlite(), &[("ENSEMBLE__HTTP__TRUSTED_PROXIES", "127.0.0.0/8")]);
    let of_a_proxy = answered_once(&proxied);
    let direct = Server::start(&Database::sqlite());
    let (stream, started) = (answered_once(&direct), Instant::now());
    everything(stream);
    let kept = started.elapsed();
    assert!((Duration::from_secs(14)..Duration::from_secs(19)).contains(&kept), "kept for {kept:?}");
    of_a_proxy.set_nonblocking(true).unwrap();
    everything_yet(of_a_proxy);
}

/// Reads what has come, and sees that more may come.
fn everything_yet(mut stream: TcpStream) {
    let ended = stream.read_to_end(&mut Vec::new());
    assert_eq!(ended.map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
}
