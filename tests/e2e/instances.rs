//! Several servers on one PostgreSQL: each promise holds whichever of them is asked, and either can be restarted.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    balancer::{Balancer, behind_a_balancer, port_of},
    database::Database,
    server::{Raised, Server, answered, eventually, token},
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
                    serves(balancer, token, client);
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
        let response = balancer.request(Method::GET, "/actors").send().ok()?;
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        Some(answered(response))
    });
    assert_eq!((status, &problem["type"]), (503, &json!("/problems/unavailable")));
}

/// Waits until the server is sent requests.
fn takes_part(server: &Server) {
    let requests = || server.log().matches("\"route\":\"/actors\"").count();
    let before = requests();
    eventually("the server takes part", || (requests() > before + 20).then_some(()));
}

/// Has the balancer's servers add an actor, change it, list some, and delete it.
fn serves(balancer: &Balancer, token: &str, client: u32) {
    let ask = |method: Method, path: &str, body: &Value| {
        let request = balancer.request(method.clone(), path).bearer_auth(token);
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
