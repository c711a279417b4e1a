//! Several servers on one PostgreSQL: each promise holds whichever of them is asked, and either can be restarted.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use ensemble_domain::Role;
use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};

use crate::{
    database::{Database, skip},
    server::{PATIENCE, Raised, Server, answered, eventually, serve_on, token},
};

/// Two servers on that database.
fn two_on(database: &Database) -> [Server; 2] {
    [Server::start(database), Server::start(database)]
}

fn actor(name: &str) -> Value {
    json!({"name": name, "age": 20, "gender": "female"})
}

#[test]
fn totals_and_versions_are_the_same_everywhere() {
    let Some(database) = Database::postgres() else { return };
    let servers = two_on(&database);
    thread::scope(|scope| {
        for server in &servers {
            for client in 0..4 {
                scope.spawn(move || {
                    for number in 0..10 {
                        let name = format!("Actor {client} {number}");
                        assert_eq!(server.json(Method::POST, "/actors", &actor(&name)).0, 201);
                    }
                });
            }
        }
    });
    let successes = AtomicU32::new(0);
    thread::scope(|scope| {
        for server in servers.iter().cycle().take(8) {
            let successes = &successes;
            scope.spawn(move || {
                for _ in 0..10 {
                    let seen = server.get("/actors/1").1["actor"]["version"].clone();
                    let change = server.request_as(Role::CastingDirector, Method::PATCH, "/actors/1");
                    let change = change
                        .header("If-Match", format!("\"{seen}\""))
                        .json(&json!({"age": 30 + seen.as_i64().unwrap() % 50}));
                    match answered(change.send().unwrap()).0 {
                        200 => _ = successes.fetch_add(1, Ordering::Relaxed),
                        412 => {}
                        status => panic!("{status}"),
                    }
                }
            });
        }
    });
    for server in &servers {
        assert_eq!(server.get("/actors").1["total"], 80);
        assert_eq!(server.get("/actors/1").1["actor"]["version"], 1 + successes.load(Ordering::Relaxed));
    }
}

#[test]
fn a_key_is_good_for_one_effect_whichever_server_is_asked() {
    let Some(database) = Database::postgres() else { return };
    let servers = two_on(&database);
    let (made, replayed) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for server in servers.iter().cycle().take(32) {
            let (made, replayed) = (&made, &replayed);
            scope.spawn(move || {
                let request = server.request_as(Role::CastingDirector, Method::POST, "/actors");
                let request = request.header("Idempotency-Key", "one-for-all").json(&actor("Nada Haddad"));
                let response = request.send().unwrap();
                let counted = match response.status().as_u16() {
                    201 if response.headers().contains_key("Idempotency-Replayed") => replayed,
                    201 => made,
                    409 => return,
                    status => panic!("{status}"),
                };
                counted.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(made.load(Ordering::Relaxed), 1);
    for server in &servers {
        assert_eq!(server.get("/actors").1["total"], 1);
        let request = server.request_as(Role::CastingDirector, Method::POST, "/actors");
        let again = request.header("Idempotency-Key", "one-for-all").json(&actor("Nada Haddad")).send().unwrap();
        assert_eq!(
            (again.status().as_u16(), &again.headers()["Idempotency-Replayed"]),
            (201, &"true".parse().unwrap())
        );
    }
}

#[test]
fn each_server_limits_its_callers_for_itself() {
    let Some(database) = Database::postgres() else { return };
    let limits = [
        ("ENSEMBLE__RATE_LIMIT__ENABLED", "true"),
        ("ENSEMBLE__RATE_LIMIT__PER_CALLER", "1"),
        ("ENSEMBLE__RATE_LIMIT__PER_CALLER_BURST", "5"),
    ];
    let [first, second] = [(); 2].map(|()| Server::with(&database, &limits));
    let statuses = |server: &Server| (0..8).map(|_| server.get("/me").0).collect::<Vec<_>>();
    for server in [&first, &second] {
        let statuses = statuses(server);
        assert_eq!(statuses[..5], [200; 5]);
        assert!(statuses.contains(&429), "{statuses:?}");
    }
}

#[test]
fn servers_are_restarted_one_by_one_without_a_failed_request() {
    let Some(database) = Database::postgres() else { return };
    let mut servers = [0, 0].map(|port| behind_a_balancer(&database, port));
    let (token, ports) = (token(&database, Role::ExecutiveProducer), servers.each_ref().map(port_of));
    let Some(balancer) = Balancer::start(ports) else { return };
    balancer.lets_through();
    let (served, is_over) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for client in 0..8 {
            let (balancer, token, served, is_over) = (&balancer, &token, &served, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    balancer.serves(token, client);
                    served.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let over = Raised(&is_over);
        for (server, port) in servers.iter_mut().zip(ports) {
            takes_part(server);
            server.signal("TERM");
            assert_eq!(server.ended().code(), Some(0));
            *server = behind_a_balancer(&database, port);
            takes_part(server);
        }
        drop(over);
    });
    let served = served.into_inner();
    println!("{} requests while both servers were restarted", 4 * served);
    assert!(served > 100, "{served} rounds of requests tell too little");
}

#[test]
fn a_balancer_without_a_server_tells_clients_to_come_again() {
    // Nobody listens on these.
    let Some(balancer) = Balancer::start([1, 2]) else { return };
    let (status, problem) = eventually("both servers are found missing", || {
        let response = balancer.client.get(format!("{}/actors", balancer.base)).send().ok()?;
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        Some(answered(response))
    });
    assert_eq!((status, &problem["type"]), (503, &json!("/problems/unavailable")));
}

fn port_of(server: &Server) -> u16 {
    server.base.rsplit(':').next().unwrap().parse().unwrap()
}

/// A server that leaves a balancer time to notice that it is about to stop.
fn behind_a_balancer(database: &Database, port: u16) -> Server {
    let mut command = serve_on(port, database);
    command.env("ENSEMBLE__HTTP__DRAIN_DELAY", "3");
    command.env("ENSEMBLE__HTTP__TRUSTED_PROXIES", "127.0.0.1/32");
    Server::run(command)
}

/// Waits until the server is sent requests.
fn takes_part(server: &Server) {
    let requests = || server.log().matches("\"route\":\"/actors\"").count();
    let before = requests();
    eventually("the server takes part", || (requests() > before + 20).then_some(()));
}

/// `HAProxy`, by the configuration that the guide recommends. Stopped when dropped.
struct Balancer {
    process: Child,
    base: String,
    client: Client,
}

impl Balancer {
    fn start([a, b]: [u16; 2]) -> Option<Self> {
        let configuration = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/haproxy.cfg");
        // Free until somebody else takes it, which would be told.
        let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let started = ["haproxy", "/usr/sbin/haproxy"].into_iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["-db", "-f", configuration]).env("ENSEMBLE_BIND", place.to_string());
            command.env("ENSEMBLE_A", format!("127.0.0.1:{a}")).env("ENSEMBLE_B", format!("127.0.0.1:{b}"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        });
        let Some(process) = started else {
            skip("HAProxy is not installed; `make test` sees to it");
            return None;
        };
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Some(Self { process, base: format!("http://{place}"), client })
    }

    /// Waits until a server behind it is ready.
    fn lets_through(&self) {
        eventually("the balancer lets requests through", || {
            self.client.get(format!("{}/readyz", self.base)).send().ok()?.error_for_status().ok()
        });
    }

    /// Adds an actor, changes it, lists some, and deletes it.
    fn serves(&self, token: &str, client: u32) {
        let ask = |method: Method, path: &str, body: &Value| {
            let request = self.client.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(token);
            let request = if *body == Value::Null { request } else { request.json(body) };
            let response = request.send().unwrap_or_else(|error| panic!("{method} {path}: {error}"));
            let (status, answer) = answered(response);
            assert!(matches!(status, 200 | 201), "{method} {path}: {status} {answer}");
            answer
        };
        let added = ask(Method::POST, "/actors", &actor(&format!("Actor of {client}")));
        let path = format!("/actors/{}", added["actor"]["id"]);
        ask(Method::PATCH, &path, &json!({"age": 30}));
        ask(Method::GET, "/actors?limit=5", &Value::Null);
        ask(Method::DELETE, &path, &Value::Null);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
