//! How much one client may ask for.

use std::{
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
};
use serde_json::Value;

use crate::{
    database::Database,
    server::{Server, eventually},
    tokens::{broken, expired},
};

/// A server with limits; `variables` change them.
fn limited(database: &Database, variables: &[(&str, &str)]) -> Server {
    let on = [("ENSEMBLE__RATE_LIMIT__ENABLED", "true")];
    Server::with(database, &[&on[..], variables].concat())
}

/// A request with that token, which says that it was sent on for `client`.
fn from(server: &Server, token: &str, client: &str) -> RequestBuilder {
    server.request(Method::GET, "/actors").bearer_auth(token).header("X-Forwarded-For", client)
}

fn status(request: RequestBuilder) -> u16 {
    request.send().unwrap().status().as_u16()
}

/// The wait that a refusal for too many requests names.
fn retry_after(response: Response) -> Duration {
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(!response.headers().contains_key("www-authenticate"));
    let problem: Value = response.json().unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&"/problems/rate-limited".into(), &429.into()));
    assert!(problem["detail"].as_str().unwrap().ends_with(&format!("try again in {seconds} s")), "{problem}");
    Duration::from_secs(seconds)
}

#[test]
fn a_caller_gets_the_burst_and_whoever_waits_as_told_is_served_again() {
    let database = Database::sqlite();
    let rates = [("ENSEMBLE__RATE_LIMIT__PER_CALLER", "1"), ("ENSEMBLE__RATE_LIMIT__PER_CALLER_BURST", "3")];
    let server = limited(&database, &rates);
    let ask = |role| server.request_as(role, Method::GET, "/actors").send().unwrap();
    let refused = (0..20).map(|_| ask(Role::CastingAssistant)).find(|response| response.status() != StatusCode::OK);
    let (refused, told) = (retry_after(refused.unwrap()), Instant::now());

    assert_eq!(ask(Role::CastingDirector).status(), StatusCode::OK, "another caller has a limit of its own");
    assert_eq!(status(server.request(Method::GET, "/livez")), 200, "probes are not limited");
    thread::sleep(refused.saturating_sub(told.elapsed()));
    assert_eq!(ask(Role::CastingAssistant).status(), StatusCode::OK);
}

#[test]
fn who_lacks_the_permission_is_counted_as_well() {
    let database = Database::sqlite();
    let rates = [("ENSEMBLE__RATE_LIMIT__PER_CALLER", "1"), ("ENSEMBLE__RATE_LIMIT__PER_CALLER_BURST", "2")];
    let server = limited(&database, &rates);
    let mut answers = (0..50).map(|_| status(server.request_as(Role::CastingAssistant, Method::POST, "/movies")));
    assert_eq!(answers.find(|status| *status != 403), Some(429));
}

#[test]
fn an_address_that_tries_credentials_is_told_to_wait_and_those_with_good_ones_are_served() {
    let database = Database::sqlite();
    let rates = [("ENSEMBLE__RATE_LIMIT__REFUSED", "1"), ("ENSEMBLE__RATE_LIMIT__REFUSED_BURST", "4")];
    let server = limited(&database, &rates);
    let good = server.token(Role::CastingAssistant);
    let bad = [broken(good), expired(database.folder.path(), good), "?".to_owned(), "a.b.c".to_owned()];
    let answers: Vec<_> = bad.iter().map(|token| status(from(&server, token, "198.51.100.1"))).collect();
    assert_eq!(answers, [401, 401, 400, 401]);

    // Another address every time, as whoever wants to get around the limit would say.
    let mut spoofed = (2..30).map(|host| from(&server, &bad[0], &format!("198.51.100.{host}")).send().unwrap());
    retry_after(spoofed.find(|response| response.status() != StatusCode::UNAUTHORIZED).unwrap());
    assert_eq!(status(from(&server, good, "198.51.100.1")), 200);
    assert_eq!(status(server.request(Method::GET, "/actors")), 401, "no credentials are no attempt");
}

#[test]
fn behind_a_trusted_proxy_each_client_has_a_limit_of_its_own() {
    let database = Database::sqlite();
    let variables = [
        ("ENSEMBLE__RATE_LIMIT__REFUSED", "1"),
        ("ENSEMBLE__RATE_LIMIT__REFUSED_BURST", "2"),
        ("ENSEMBLE__HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let server = limited(&database, &variables);
    let bad = broken(server.token(Role::CastingAssistant));
    // Whether one of many requests, each sent on for the next of these clients, is one too many.
    let is_limited = |client: &dyn Fn(u8) -> String| {
        let mut answers = (10..40).map(|host| status(from(&server, &bad, &client(host))));
        answers.any(|status| status == 429)
    };
    assert!(is_limited(&|_| "198.51.100.1".to_owned()));
    assert!(!is_limited(&|host| format!("198.51.100.{host}")), "each has a limit of its own");
    assert!(
        is_limited(&|host| format!("203.0.113.{host}, 198.51.100.1")),
        "what stands left of the last hop is hearsay"
    );
    assert!(!is_limited(&|host| format!("192.0.2.{host}, 127.0.0.2")), "the second proxy is trusted too");
    let told = r#""peer":"127.0.0.1","client":"198.51.100.1""#;
    eventually("the log has the client beside the proxy", || server.log().contains(told).then_some(()));
}

#[test]
fn ten_thousand_requests_beyond_the_limit_and_ten_thousand_addresses_cost_next_to_no_memory() {
    let database = Database::sqlite();
    let variables = [
        ("ENSEMBLE__RATE_LIMIT__PER_CALLER", "1"),
        ("ENSEMBLE__RATE_LIMIT__PER_CALLER_BURST", "1"),
        ("ENSEMBLE__HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let server = limited(&database, &variables);
    let ask_many = |requests: usize| {
        let refused = (0..requests).filter(|_| {
            let response = server.request_as(Role::CastingAssistant, Method::GET, "/actors").send().unwrap();
            let is_refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
            assert!(!is_refused || response.headers()["retry-after"] == "1");
            is_refused
        });
        refused.count()
    };
    ask_many(1000);
    let before = server.resident_kib();
    let refused = ask_many(10_000);
    for host in 0..10_000_u32 {
        let [_, _, third, fourth] = host.to_be_bytes();
        assert_eq!(status(from(&server, "a.b.c", &format!("198.18.{third}.{fourth}"))), 401);
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(refused > 5000, "only {refused} were refused");
    assert!(grown < 8192, "{grown} KiB more");
}

#[test]
fn a_flood_of_refusals_does_not_fill_the_log_and_all_of_them_are_counted() {
    // Whether or not clients are limited: here they are not.
    let server = Server::start(&Database::sqlite());
    let mut sent = 0;
    eventually("some are counted, and each is either logged or counted", || {
        assert_eq!(status(server.request(Method::GET, "/actors").bearer_auth("a.b.c")), 401);
        sent += 1;
        let log = server.log_so_far();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of_reason: Vec<_> = lines.filter(|line| line["reason"] == "shape").collect();
        let counted: u64 = of_reason.iter().filter_map(|line| line["suppressed"].as_u64()).sum();
        let logged = of_reason.iter().filter(|line| line["suppressed"].is_null()).count();
        (counted > 0 && counted + u64::try_from(logged).unwrap() == sent).then_some(())
    });
}
