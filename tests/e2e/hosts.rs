//! An address of several hosts, of which the first one never answers.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl, dsl::sql, sql_types::BigInt};
use ensemble_domain::Role;
use reqwest::Method;
use socket2::{Domain, Socket, Type};

use crate::{
    database::Database,
    server::{Server, answered, eventually},
};

/// How long libpq tries a host; its least.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

#[test]
fn a_host_that_accepts_and_says_nothing_is_not_waited_for_again() {
    renews_connections_behind(&Silent::listening(128));
}

#[test]
fn a_host_that_drops_what_comes_is_not_waited_for_again() {
    let mut host = Silent::listening(0);
    let address = host.address();
    // Once its queue is full, a socket drops who else knocks, as the network in front of a machine that vanished does.
    while let Ok(knock) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        host.knocks.push(knock);
    }
    renews_connections_behind(&host);
}

/// A socket that listens and never accepts.
struct Silent {
    socket: Socket,
    knocks: Vec<TcpStream>,
}

impl Silent {
    fn listening(queue: i32) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        socket.listen(queue).unwrap();
        Self { socket, knocks: Vec::new() }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap().as_socket().unwrap()
    }
}

/// With that host before the real one, all connections are lost again and again, and requests are answered as if it were not there.
fn renews_connections_behind(host: &Silent) {
    let Some(database) = Database::postgres() else { return };
    let both = database.url.replace('@', &format!("@{},", host.address()));
    let both = Database::at(format!("{both}?connect_timeout={}", CONNECT_TIMEOUT.as_secs()));
    let started = Instant::now();
    // A request waits for a connection for a quarter of this.
    let server = Server::with(&both, &[("ENSEMBLE__DATABASE__CHECKOUT_TIMEOUT", "4")]);
    eventually("the server is ready", || {
        server.request(Method::GET, "/readyz").send().unwrap().error_for_status().ok()
    });
    assert!(started.elapsed() >= CONNECT_TIMEOUT, "the silent host was never tried");
    for _ in 0..5 {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let began = Instant::now();
                    let list = server.request_as(Role::CastingAssistant, Method::GET, "/actors").send().unwrap();
                    let (took, (status, answer)) = (began.elapsed(), answered(list));
                    assert!(status == 200 && took < CONNECT_TIMEOUT, "{status} after {took:?}: {answer}");
                });
            }
        });
        end_connections(&database);
    }
}

/// Ends every connection to the database, which has some.
fn end_connections(database: &Database) {
    const ENDED: &str = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut aside = PgConnection::establish(&database.url).unwrap();
    assert!(sql::<BigInt>(ENDED).get_result::<i64>(&mut aside).unwrap() > 0);
}
