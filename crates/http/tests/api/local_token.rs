//! `POST /local/token`.

use ensemble_domain::Role;
use ensemble_http::CorsOrigins;
use serde_json::{Value, json};

use crate::fixture::{Answer, Call, a_problem, a_server, get, options, post, with};

const HOST: &str = "localhost:5000";
const ORIGIN: &str = "http://localhost:5000";

/// A request of a client on the same machine.
fn ask(role: &str) -> Call {
    post("/local/token").header("Host", HOST).json(&json!({"role": role}))
}

async fn answer(call: Call) -> Answer {
    a_server().with_local_tokens().open_to(CorsOrigins::Any).answer(call).await
}

fn a_stranger_s_refusal() -> Value {
    let detail = "local tokens are only for clients on this machine and for its own pages";
    a_problem(403, "local-only", "Only this machine may ask", "/local/token", detail)
}

#[actix_web::test]
async fn each_role_gets_a_token_that_the_server_trusts() {
    for role in Role::ALL {
        let server = a_server().with_local_tokens().start().await;
        let issued = server.answer(ask(role.key())).await;

        assert_eq!((issued.status.as_u16(), issued.header("Cache-Control")), (200, Some("no-store")));
        let token = issued.member("access_token");
        let expected = json!({
            "success": true, "access_token": token, "token_type": "Bearer", "expires_in": 3600, "role": role.key(),
        });
        assert_eq!(issued.json(), expected);

        let me = server.answer(get("/me").bearing(token.as_str().unwrap())).await;
        assert_eq!((me.status.as_u16(), me.member("role")), (200, json!(role.key())));
    }
}

#[actix_web::test]
async fn only_names_of_this_machine_are_hosts() {
    for host in ["localhost", "localhost:5000", "LOCALHOST:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000", "[::1]"]
    {
        let issued = answer(ask("director").without("Host").header("Host", host)).await;
        assert_eq!(issued.status, 200, "{host}");
    }
    for host in [
        "casting.example.org",
        "casting.example.org:5000",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "10.0.0.1:5000",
        "0.0.0.0:5000",
        "[::2]",
        "",
    ] {
        let refused = answer(ask("director").without("Host").header("Host", host)).await;
        assert_eq!((refused.status.as_u16(), refused.json()), (403, a_stranger_s_refusal()), "{host:?}");
    }
}

#[actix_web::test]
async fn a_host_that_is_none_is_refused_whatever_it_asks_for() {
    for host in ["someone@localhost", "localhost/", "localhost, localhost"] {
        let refused = answer(ask("director").without("Host").header("Host", host)).await;
        assert_eq!(refused.problem(), (400, "invalid-request".to_owned()), "{host:?}");
    }
}

#[actix_web::test]
async fn the_host_in_the_target_counts_before_the_header() {
    for (target, status) in [
        ("http://casting.example.org/local/token", 403),
        ("http://casting.example.org:5000/local/token", 403),
        ("http://localhost:5000/local/token", 200),
    ] {
        let call = post(target).header("Host", HOST).json(&json!({"role": "director"}));
        let answer = a_server().with_local_tokens().start().await.respond(call).await;
        assert_eq!(answer.status(), status, "{target}");
    }
}

#[actix_web::test]
async fn a_request_without_a_host_is_refused() {
    assert_eq!(answer(ask("director").without("Host")).await.json(), a_stranger_s_refusal());
}

#[actix_web::test]
async fn a_name_of_this_machine_is_not_taken_from_a_proxy() {
    let call = ask("director").without("Host").header("Host", "casting.example.org");
    let call = call.header("X-Forwarded-Host", HOST).header("Forwarded", format!("host={HOST}"));
    assert_eq!(answer(call).await.json(), a_stranger_s_refusal());
}

#[actix_web::test]
async fn the_server_s_own_page_may_ask() {
    for origin in [ORIGIN, "http://LOCALHOST:5000"] {
        assert_eq!(answer(ask("director").header("Origin", origin)).await.status, 200, "{origin}");
    }
}

#[actix_web::test]
async fn a_page_of_another_origin_may_not_ask() {
    for origin in [
        "https://casting.example.org",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:5000",
        "http://127.0.0.1:5000",
        "http://localhost:5000/",
        "http://localhost:5000.example.org",
        "localhost:5000",
        "null",
        "",
    ] {
        let refused = answer(ask("director").header("Origin", origin)).await;
        assert_eq!((refused.status.as_u16(), refused.json()), (403, a_stranger_s_refusal()), "{origin:?}");
    }
}

#[actix_web::test]
async fn no_page_of_another_origin_may_read_an_answer() {
    let asks_first = options("/local/token").header("Host", HOST).header("Access-Control-Request-Method", "POST");
    for (call, status) in [(ask("director"), 200), (ask("nobody"), 422), (asks_first, 204)] {
        let answer = answer(call.header("Origin", ORIGIN)).await;
        assert_eq!(answer.status, status);
        assert!(answer.cors_headers().is_empty(), "{status}: {:?}", answer.cors_headers());
    }
    let refused = answer(ask("director").header("Origin", "https://casting.example.org")).await;
    assert!(refused.cors_headers().is_empty(), "{:?}", refused.cors_headers());
}

#[actix_web::test]
async fn a_role_that_is_none_of_the_three_is_refused() {
    let unknown = "must be one of assistant, director, producer";
    let table = [
        (json!({"role": "admin"}), "unknown", unknown),
        (json!({"role": "Director"}), "unknown", unknown),
        (json!({"role": ""}), "unknown", unknown),
        (json!({"role": 7}), "type", "must be a text"),
        (json!({"role": ["director"]}), "type", "must be a text"),
        (json!({"role": null}), "required", "is required"),
        (json!({}), "required", "is required"),
    ];
    for (body, code, detail) in table {
        let refused = answer(post("/local/token").header("Host", HOST).json(&body)).await;
        let errors = json!({"errors": [{"pointer": "#/role", "code": code, "detail": detail}]});
        let sentence = format!("role {detail}");
        let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/local/token", &sentence);
        assert_eq!(refused.json(), with(problem, errors), "{body}");
    }
}

#[actix_web::test]
async fn what_a_page_can_send_without_asking_first_is_refused() {
    let body = r#"{"role":"producer"}"#;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let call = post("/local/token").header("Host", HOST).header("Content-Type", media_type).bytes(body);
        assert_eq!(answer(call).await.problem(), (415, "unsupported-media-type".to_owned()), "{media_type}");
    }
}

#[actix_web::test]
async fn a_parameter_is_refused() {
    let call = post("/local/token?role=producer").header("Host", HOST).json(&json!({"role": "producer"}));
    assert_eq!(answer(call).await.problem(), (400, "unknown-parameter".to_owned()));
}

#[actix_web::test]
async fn a_stranger_s_body_is_not_looked_at() {
    let call = post("/local/token").header("Host", "casting.example.org").never_sent();
    assert_eq!(answer(call).await.json(), a_stranger_s_refusal());
}

#[actix_web::test]
async fn outside_local_mode_there_is_no_such_path() {
    let server = a_server().start().await;
    let detail = "there is no such path; GET / lists where to begin";
    for call in [ask("director"), get("/local/token"), options("/local/token"), post("/local/token").never_sent()] {
        let expected = a_problem(404, "not-found", "There is nothing here", "/local/token", detail);
        assert_eq!(server.answer(call).await.json(), expected);
    }
}
