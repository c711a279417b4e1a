//! Which pages of other origins may read answers.

use std::collections::BTreeSet;

use ensemble_domain::StoreError;
use ensemble_http::CorsOrigins;

use crate::fixture::{Answer, Call, Server, a_page, a_server, a_server_in_trouble, get, options, post};

const LISTED: &str = "https://casting.example.org";

fn open_to_one(server: Server) -> Server {
    server.open_to(CorsOrigins::Listed(vec![LISTED.to_owned(), "http://127.0.0.1:3000".to_owned()]))
}

/// A server whose answers a page of [`LISTED`] may read.
fn a_server_open_to_one() -> Server {
    open_to_one(a_server().actors(|actors| {
        actors.expect_list().returning(|_, _| Ok(a_page(Vec::new(), 0)));
    }))
}

/// What a browser asks before a page changes an actor.
fn preflight(origin: &str, method: &str, headers: &str) -> Call {
    options("/actors/7")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

/// The names in a header that is a list, in lower case.
fn list(answer: &Answer, header: &str) -> BTreeSet<String> {
    answer.header(header).unwrap().split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[actix_web::test]
async fn a_page_of_a_listed_origin_may_read_the_answer_and_the_headers_that_matter() {
    let answer = a_server_open_to_one().answer(get("/actors").by_an_assistant().header("Origin", LISTED)).await;

    assert_eq!((answer.status.as_u16(), answer.header("Access-Control-Allow-Origin")), (200, Some(LISTED)));
    let exposed = [
        "etag",
        "idempotency-replayed",
        "link",
        "location",
        "retry-after",
        "www-authenticate",
        "x-request-id",
        "x-total-count",
    ];
    assert_eq!(list(&answer, "Access-Control-Expose-Headers"), names(&exposed));
    assert_eq!(answer.cors_headers(), names(&["access-control-allow-origin", "access-control-expose-headers"]));
    assert!(list(&answer, "Vary").contains("origin"));
}

#[actix_web::test]
async fn every_listed_origin_is_answered_with_its_own_name() {
    let server = a_server_open_to_one().start().await;
    for origin in [LISTED, "http://127.0.0.1:3000"] {
        let answer = server.answer(get("/actors").by_an_assistant().header("Origin", origin)).await;
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some(origin));
    }
}

#[actix_web::test]
async fn a_refusal_can_be_read_by_a_page_of_a_listed_origin() {
    let unreachable = || StoreError::Unavailable("no connection".into());
    let server = open_to_one(a_server_in_trouble(unreachable)).start().await;
    let table = [
        (get("/actors"), 401),
        (get("/actors").bearing("a.b.c"), 401),
        (post("/actors").by_an_assistant(), 403),
        (get("/nothing"), 404),
        (get("/%61ctors"), 404),
        (get("/actors").header("Host", "a b"), 400),
        (post("/actors/7").by_a_producer(), 405),
        (post("/actors").by_a_producer().bytes("{}"), 415),
        (post("/actors").by_a_producer().text("{}"), 422),
        (get("/actors").by_an_assistant(), 503),
    ];
    for (call, status) in table {
        let answer = server.answer(call.header("Origin", LISTED)).await;
        let allowed = answer.header("Access-Control-Allow-Origin");
        assert_eq!((answer.status.as_u16(), allowed), (status, Some(LISTED)));
        assert!(list(&answer, "Access-Control-Expose-Headers").contains("www-authenticate"), "{status}");
        assert!(list(&answer, "Vary").contains("origin"), "{status}");
    }
}

#[actix_web::test]
async fn a_page_of_a_listed_origin_can_be_told_to_wait() {
    let server = open_to_one(a_server().asked_once_a_second()).start().await;
    let ask = || server.answer(get("/me").by_an_assistant().header("Origin", LISTED));
    let (first, second) = (ask().await, ask().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 429));
    assert_eq!(second.header("Access-Control-Allow-Origin"), Some(LISTED));
    assert!(list(&second, "Access-Control-Expose-Headers").contains("retry-after"));
}

#[actix_web::test]
async fn a_failure_can_be_read_by_a_page_of_a_listed_origin() {
    let server = open_to_one(a_server_in_trouble(|| StoreError::Failed("no such table".into())));
    let answer = server.answer(get("/actors").by_an_assistant().header("Origin", LISTED)).await;
    assert_eq!((answer.status.as_u16(), answer.header("Access-Control-Allow-Origin")), (500, Some(LISTED)));
}

#[actix_web::test]
async fn a_foreign_origin_is_answered_without_any_cors_header() {
    let server = a_server_open_to_one().start().await;
    for origin in [
        "https://another.example.org",
        "https://casting.example.org.another.example.org",
        "https://another.example.org/https://casting.example.org",
        "http://casting.example.org",
        "https://casting.example.org:8443",
        "https://CASTING.example.org",
        "https://casting.example.org/",
        "null",
        "",
        "*",
    ] {
        let calls = [(get("/actors").by_an_assistant(), 200), (get("/actors"), 401), (get("/nothing"), 404)];
        for (call, status) in calls {
            let answer = server.answer(call.header("Origin", origin)).await;
            assert_eq!((answer.status.as_u16(), answer.cors_headers()), (status, names(&[])), "{origin:?}");
        }
    }
}

#[actix_web::test]
async fn a_call_of_no_page_is_answered_without_any_cors_header() {
    for origins in [CorsOrigins::Any, CorsOrigins::Listed(vec![LISTED.to_owned()])] {
        let server = a_server_open_to_one().open_to(origins).start().await;
        for (call, status) in [(get("/actors").by_an_assistant(), 200), (get("/actors"), 401), (get("/livez"), 200)] {
            let answer = server.answer(call).await;
            assert_eq!((answer.status.as_u16(), answer.cors_headers()), (status, names(&[])));
        }
    }
}

#[actix_web::test]
async fn without_a_list_every_origin_is_foreign() {
    let server = a_server_open_to_one().open_to(CorsOrigins::Listed(Vec::new()));
    let answer = server.answer(get("/actors").by_an_assistant().header("Origin", LISTED)).await;
    assert_eq!((answer.status.as_u16(), answer.cors_headers()), (200, names(&[])));
}

#[actix_web::test]
async fn a_page_of_a_listed_origin_may_ask_first() {
    let headers = "authorization, content-type, if-match, x-request-id";
    let answer = a_server_open_to_one().answer(preflight(LISTED, "PATCH", headers)).await;

    assert_eq!((answer.status.as_u16(), answer.header("Access-Control-Allow-Origin")), (200, Some(LISTED)));
    assert_eq!(answer.header("Access-Control-Max-Age"), Some("600"));
    let methods = ["delete", "get", "head", "patch", "post", "put"];
    assert_eq!(list(&answer, "Access-Control-Allow-Methods"), names(&methods));
    let headers =
        ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"];
    assert_eq!(list(&answer, "Access-Control-Allow-Headers"), names(&headers));
    assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
    assert!(answer.body.is_empty());
}

#[actix_web::test]
async fn whoever_asks_first_for_what_is_not_allowed_is_refused_without_any_cors_header() {
    let server = a_server_open_to_one().start().await;
    let table = [
        ("a foreign origin", preflight("https://another.example.org", "PATCH", "authorization")),
        ("no page's origin", preflight("null", "GET", "authorization")),
        ("another method", preflight(LISTED, "TRACE", "authorization")),
        ("another header", preflight(LISTED, "PATCH", "authorization, x-http-method-override")),
        ("a header that cannot be", preflight(LISTED, "PATCH", "a b")),
    ];
    for (name, call) in table {
        let answer = server.answer(call).await;
        assert_eq!(answer.problem(), (400, "invalid-request".to_owned()), "{name}");
        let told = "pages of that origin may not send requests with that method and those headers";
        assert_eq!(answer.member("detail"), told, "{name}");
        assert_eq!(answer.cors_headers(), names(&[]), "{name}");
    }
}

#[actix_web::test]
async fn open_to_any_origin_the_answer_names_none() {
    let server = a_server_open_to_one().open_to(CorsOrigins::Any).start().await;
    for origin in [LISTED, "https://another.example.org", "null"] {
        for call in [
            get("/actors").by_an_assistant().header("Origin", origin),
            get("/actors").header("Origin", origin),
            preflight(origin, "DELETE", "authorization"),
        ] {
            let answer = server.answer(call).await;
            assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"), "{origin}");
            assert_eq!(answer.header("Access-Control-Allow-Credentials"), None, "{origin}");
        }
    }
}
