//! What is true of every request: its id, its path, its method.

use std::collections::BTreeSet;

use actix_web::http::Method;
use ensemble_http::CorsOrigins;

use crate::fixture::{
    Answer, BODY_LIMIT, Server, a_problem, a_server, an_actor, call, delete, get, head, options, post,
};

/// A server that knows one actor.
fn a_server_with_an_actor() -> Server {
    a_server().actors(|actors| {
        actors.expect_find().returning(|_| Ok(Some(an_actor().build())));
    })
}

/// A UUID of version 7 (RFC 9562, section 5.7).
fn is_made(id: &str) -> bool {
    let groups: Vec<_> = id.split('-').map(str::len).collect();
    let digits = id.bytes().filter(|byte| *byte != b'-').all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    groups == [8, 4, 4, 4, 12] && digits && id.as_bytes().get(14) == Some(&b'7')
}

async fn id_given_for(id: &[u8]) -> String {
    let call = get("/livez").without("X-Request-Id").header("X-Request-Id", id);
    a_server().answer(call).await.header("X-Request-Id").unwrap().to_owned()
}

#[actix_web::test]
async fn a_request_id_is_taken_as_it_is() {
    for id in ["a", "0198.a_B-c", &"x".repeat(64)] {
        assert_eq!(id_given_for(id.as_bytes()).await, id);
    }
}

#[actix_web::test]
async fn a_request_id_is_made_where_none_is_given() {
    let server = a_server().start().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = server.answer(get("/livez").without("X-Request-Id")).await;
        made.push(answer.header("X-Request-Id").unwrap().to_owned());
    }
    assert!(made.iter().all(|id| is_made(id)), "{made:?}");
    made.dedup();
    assert_eq!(made.len(), 2);
}

#[actix_web::test]
async fn an_ill_formed_request_id_is_replaced() {
    for id in [&b""[..], b"a b", b"a/b", b"a\"b", b"<script>", b"\xc3\xa9", b"a,b", &[b'x'; 65]] {
        let given = id_given_for(id).await;
        assert!(is_made(&given), "{given} for {}", String::from_utf8_lossy(id));
    }
}

const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The page of the explorer runs scripts of this server.
const POLICY_OF_THE_EXPLORER: &str = "default-src 'none'; script-src 'self'";

#[actix_web::test]
async fn the_security_headers_are_on_every_answer() {
    let origin = "https://casting.example.org";
    let server = a_server_with_an_actor().actors(|actors| {
        actors.expect_batch().returning(|_, _, _| Ok(Vec::new()));
    });
    let server = server.open_to(CorsOrigins::Listed(vec![origin.to_owned()])).start().await;
    let preflight = || options("/actors").header("Access-Control-Request-Method", "POST");
    let mut answers = Vec::new();
    for (name, call, status) in [
        ("an answer", get("/actors/7").by_an_assistant(), 200),
        ("nothing new", get("/actors/7").by_an_assistant().header("If-None-Match", "*"), 304),
        ("a list as CSV", get("/actors?format=csv").by_an_assistant(), 200),
        ("a page", get("/problems/not-found"), 200),
        ("a probe", get("/livez"), 200),
        ("the document", get("/openapi.json"), 200),
        ("the methods", options("/actors"), 204),
        ("a page that asks first", preflight().header("Origin", origin), 200),
        ("a foreign page that asks first", preflight().header("Origin", "https://another.example.org"), 400),
        ("an ill-formed credential", get("/actors").header("Authorization", "Bearer ?"), 400),
        ("an ill-formed host", get("/actors").header("Host", "a b"), 400),
        ("a refusal", get("/actors"), 401),
        ("a missing permission", post("/movies").by_an_assistant(), 403),
        ("an unknown path", get("/nothing"), 404),
        ("an escaped path", get("/%61ctors"), 404),
        ("another method", post("/actors/7"), 405),
        ("a large body", post("/actors").by_a_producer().text("1".repeat(BODY_LIMIT + 1)), 413),
        ("another type", post("/actors").by_a_producer().bytes("{}"), 415),
        ("no body", post("/actors").by_a_producer().text("{}"), 422),
        ("a store that panics", get("/movies/2").by_a_producer(), 500),
    ] {
        answers.push((name, server.answer(call).await, status));
    }
    let full = a_server().queueing(0).answer(get("/actors").by_a_producer()).await;
    answers.push(("a full queue", full, 503));
    let busy = a_server().asked_once_a_second().start().await;
    busy.answer(get("/me").by_a_producer()).await;
    answers.push(("one too many", busy.answer(get("/me").by_a_producer()).await, 429));
    tokio::time::pause();
    answers.push(("a late body", server.answer(post("/actors").by_a_producer().never_sent()).await, 408));

    for (name, answer, status) in &answers {
        assert_eq!(answer.status, *status, "{name}");
        assert_secure(name, answer, POLICY);
    }
    for (path, policy) in [("/docs", POLICY_OF_THE_EXPLORER), ("/docs/swagger-ui.css", POLICY)] {
        let answer = server.answer(get(path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_secure(path, &answer, policy);
    }
}

/// The headers are there, and the policy begins so.
fn assert_secure(name: &str, answer: &Answer, policy: &str) {
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{name}");
    assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"), "{name}");
    let told = answer.header("Content-Security-Policy").unwrap_or_default();
    assert!(told.starts_with(policy), "{name}: {told}");
}

#[actix_web::test]
async fn a_path_matches_exactly_or_not_at_all() {
    let server = a_server().start().await;
    for path in [
        "/nothing",
        "/actors/",
        "//actors",
        "/actors//7",
        "/actors//",
        "/Actors",
        "/ACTORS/7",
        "/actors/7/",
        "/actors/7/Restore",
        "/./actors",
        "/movies/../me",
        "/actors;v=1",
        "/%61ctors",
        "/actors%2f7",
        "/actors%2F7",
        "/actors/%37",
        "/%2e/actors",
        "/movies/%2e%2e/actors",
        "/actors/7%00",
        "/actors/7%2e",
        "/actors.json",
        "/api",
        "/me/",
        "/livez/",
        "/problems",
        "/problems/",
        "/problems/not-found/",
    ] {
        let answer = server.answer(get(path).by_a_producer()).await;
        let detail = "there is no such path; GET / lists where to begin";
        assert_eq!(answer.json(), a_problem(404, "not-found", "There is nothing here", path, detail));
    }
}

#[actix_web::test]
async fn an_id_that_is_no_number_from_1_is_not_found() {
    let server = a_server().start().await;
    for id in
        ["0", "-1", "+7", "07", "7.0", "7;x", "7,8", "abc", "1e3", "0x7", "9223372036854775808", "99999999999999999999"]
    {
        for (name, path) in [("actor", "/actors"), ("movie", "/movies")] {
            let answer = server.answer(get(&format!("{path}/{id}")).by_a_producer()).await;
            assert_eq!(answer.problem(), (404, "not-found".to_owned()), "{path}/{id}");
            let detail = format!("there is no such {name}: an id is a whole number from 1");
            assert_eq!(answer.member("detail"), detail, "{path}/{id}");
        }
    }
}

/// Every path with the methods it has.
const ALLOWED: [(&str, &str); 12] = [
    ("/", "GET, HEAD, OPTIONS"),
    ("/livez", "GET, HEAD, OPTIONS"),
    ("/readyz", "GET, HEAD, OPTIONS"),
    ("/problems/not-found", "GET, HEAD, OPTIONS"),
    ("/me", "GET, HEAD, OPTIONS"),
    ("/actors", "GET, POST, HEAD, OPTIONS"),
    ("/actors/7", "GET, PATCH, DELETE, HEAD, OPTIONS"),
    ("/actors/7/restore", "POST, OPTIONS"),
    ("/movies", "GET, POST, HEAD, OPTIONS"),
    ("/movies/2", "GET, PATCH, DELETE, HEAD, OPTIONS"),
    ("/movies/2/restore", "POST, OPTIONS"),
    ("/local/token", "POST, OPTIONS"),
];

#[actix_web::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    let server = a_server().with_local_tokens().start().await;
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PURGE", "get"];
    for (path, allow) in ALLOWED {
        for method in methods.into_iter().filter(|method| !allow.split(", ").any(|allowed| allowed == *method)) {
            let answer = server.answer(call(Method::try_from(method).unwrap(), path)).await;
            assert_eq!(answer.header("Allow"), Some(allow), "{method} {path}");
            let detail = format!("{method} is not allowed here; there are {allow}");
            let title = "The method is not allowed here";
            assert_eq!(answer.json(), a_problem(405, "method-not-allowed", title, path, &detail));
        }
    }
}

#[actix_web::test]
async fn whoever_asks_for_the_methods_of_a_path_needs_no_token() {
    let server = a_server().with_local_tokens().start().await;
    for (path, allow) in ALLOWED {
        let answer = server.answer(options(path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("Allow")), (204, Some(allow)), "{path}");
        assert!(answer.body.is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn head_is_answered_with_the_headers_of_get() {
    let server = a_server_with_an_actor().start().await;
    for path in ["/", "/livez", "/readyz", "/problems/not-found", "/me", "/actors/7", "/actors/0", "/nothing"] {
        let got = server.answer(get(path).by_an_assistant()).await;
        let asked = server.answer(head(path).by_an_assistant()).await;
        let headers = |answer: &Answer| {
            let lines = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}"));
            lines.collect::<BTreeSet<_>>()
        };
        assert_eq!((asked.status, headers(&asked)), (got.status, headers(&got)), "{path}");
    }
}

#[actix_web::test]
async fn a_header_cannot_change_the_method_or_the_path() {
    let server = a_server_with_an_actor().start().await;
    for (name, value) in [
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method", "DELETE"),
        ("X-Method-Override", "DELETE"),
        ("X-Original-URL", "/livez"),
        ("X-Rewrite-URL", "/livez"),
        ("X-Forwarded-Prefix", "/api"),
    ] {
        let answer = server.answer(get("/actors/7").by_a_producer().header(name, value)).await;
        assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"1-20\"")), "{name}");
        let anonymous = server.answer(get("/actors/7").header(name, value)).await;
        assert_eq!(anonymous.problem(), (401, "unauthenticated".to_owned()), "{name}");
    }
}

#[actix_web::test]
async fn a_parameter_cannot_change_the_method() {
    let answer = a_server().answer(post("/actors/7/restore?_method=DELETE").by_a_producer()).await;
    assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()));
}

#[actix_web::test]
async fn a_full_queue_refuses_at_once_whatever_asks_the_store() {
    let server = a_server().queueing(0).start().await;
    for call in [get("/actors"), get("/actors/7"), delete("/movies/2")] {
        let path = call.path().to_owned();
        let answer = server.answer(call.by_a_producer()).await;
        let detail = "the database cannot answer right now; try again in a moment";
        let title = "The service cannot answer right now";
        assert_eq!(answer.json(), a_problem(503, "unavailable", title, &path, detail));
        assert_eq!(answer.header("Retry-After"), Some("1"), "{path}");
    }
}

#[actix_web::test]
async fn a_full_queue_leaves_alone_what_asks_no_store() {
    let server = a_server().queueing(0).start().await;
    for path in ["/", "/livez", "/readyz", "/me", "/problems/unavailable"] {
        assert_eq!(server.answer(get(path).by_an_assistant()).await.status, 200, "{path}");
    }
}

#[actix_web::test]
async fn paths_that_anybody_may_read_have_no_query_parameters() {
    let server = a_server().start().await;
    for path in ["/", "/livez", "/readyz", "/problems/not-found"] {
        let answer = server.answer(get(&format!("{path}?page=1"))).await;
        assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()), "{path}");
    }
}
