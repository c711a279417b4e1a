//! Refusals, with the statuses of the older Ensemble.

use ensemble_domain::{Conflict, StoreError};
use serde_json::{Value, json};

use crate::fixture::{
    BODY_LIMIT, Call, a_problem, a_server, a_server_in_trouble, delete, get, patch, post, put, version, with,
};

#[actix_web::test]
async fn bad_fields_are_a_bad_request_here_and_keep_their_status_at_the_root() {
    let server = a_server().start().await;
    let flaw = |pointer: &str| json!([{"pointer": pointer, "code": "range", "detail": "must be between 0 and 120"}]);
    let told = "age must be between 0 and 120";
    let actor = json!({"name": "Nada Haddad", "age": 121, "gender": "f"});

    let here = server.answer(post("/api/v1/actors").by_a_director().json(&json!({"actor": actor}))).await;
    let problem = a_problem(400, "invalid-request", "The request is not valid", "/api/v1/actors", told);
    assert_eq!(here.json(), with(problem, json!({"errors": flaw("#/actor/age")})));

    let root = server.answer(post("/actors").by_a_director().json(&actor)).await;
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/actors", told);
    assert_eq!(root.json(), with(problem, json!({"errors": flaw("#/age")})));
}

#[actix_web::test]
async fn whatever_else_is_refused_is_refused_as_at_the_root() {
    let server = a_server_in_trouble(|| StoreError::Stale { current: version(4) }).start().await;
    let change = |call: Call| call.by_a_director().text(r#"{"actor":{"age":20}}"#);
    let table = [
        (get("/api/v1/actors"), 401, "unauthenticated"),
        (get("/api/v1/actors").bearing("nonsense"), 401, "invalid-token"),
        (delete("/api/v1/movies/2").by_a_director(), 403, "permission-denied"),
        (get("/api/v1").by_a_director(), 404, "not-found"),
        (get("/api/v1/actors/").by_a_director(), 404, "not-found"),
        (get("/api/v2/actors").by_a_director(), 404, "not-found"),
        (put("/api/v1/actors/7").by_a_director(), 405, "method-not-allowed"),
        (get("/api/v1/actors/search").by_a_director(), 405, "method-not-allowed"),
        (post("/api/v1/movies/2/actors").by_a_director(), 405, "method-not-allowed"),
        (change(patch("/api/v1/actors/7")).header("If-Match", "\"3-1\""), 412, "stale-version"),
        (patch("/api/v1/actors/7").by_a_director().text(" ".repeat(BODY_LIMIT + 1)), 413, "body-too-large"),
        (patch("/api/v1/actors/7").by_a_director().bytes("{}"), 415, "unsupported-media-type"),
        (patch("/api/v1/actors/7").by_a_director().text(""), 400, "malformed-request"),
    ];
    for (call, status, kind) in table {
        let path = call.path().to_owned();
        assert_eq!(server.answer(call).await.problem(), (status, kind.to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn a_conflict_is_a_conflict_and_a_key_for_another_request_is_no_bad_field() {
    for (conflict, status, kind) in [
        (Conflict::RequestInProgress, 409, "request-in-progress"),
        (Conflict::KeyReused, 422, "idempotency-key-reused"),
    ] {
        let server = a_server().actors(|actors| {
            actors.expect_insert().return_once(|_, _, _| Err(StoreError::Conflict(conflict)));
        });
        let body = json!({"actor": {"name": "Nada Haddad", "age": 20, "gender": "f"}});
        let call = post("/api/v1/actors").by_a_director().header("Idempotency-Key", "once").json(&body);
        assert_eq!(server.answer(call).await.problem(), (status, kind.to_owned()));
    }
}

#[actix_web::test]
async fn trouble_is_told_as_at_the_root() {
    let unavailable = a_server_in_trouble(|| StoreError::Unavailable("db-7 refused".into())).start().await;
    let failed = a_server_in_trouble(|| StoreError::Failed("syntax error".into())).start().await;
    let search = || post("/api/v1/actors/search").json(&json!({"search_term": ""}));
    for call in [get("/api/v1/actors"), get("/api/v1/movies"), get("/api/v1/movies/2/actors"), search()] {
        let answer = unavailable.answer(call.clone().by_an_assistant()).await;
        assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
        assert_eq!(answer.header("Retry-After"), Some("1"));
        assert_eq!(failed.answer(call.by_an_assistant()).await.problem(), (500, "internal".to_owned()));
    }
}

#[actix_web::test]
async fn the_methods_of_a_path_are_told() {
    let server = a_server().start().await;
    let answer = server.answer(put("/api/v1/actors/search").by_a_director()).await;
    assert_eq!((answer.header("Allow"), answer.member("needs")), (Some("POST, OPTIONS"), Value::Null));
}
