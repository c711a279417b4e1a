//! Requests that take too long, and handlers that panic.

use std::{
    sync::{Mutex, mpsc},
    time::Duration,
};

use ensemble_domain::{MockClock, StoreError};
use ensemble_http::{CorsOrigins, current_request};
use serde_json::Value;

use crate::fixture::{
    Call, REQUEST_ID, a_problem, a_server, a_server_in_trouble, an_actor, delete, get, logged, now, patch, post,
};

const PAGE: &str = "https://casting.example.org";

#[actix_web::test]
async fn a_store_that_panics_is_an_internal_error() {
    // A mock panics when it is asked what it does not expect.
    let server = a_server().start().await;
    for call in [get("/actors/7"), get("/movies"), delete("/movies/2")] {
        let path = call.path().to_owned();
        let answer = server.answer(call.by_a_producer()).await;
        assert_eq!(answer.json(), an_internal_error(&path));
    }
}

#[actix_web::test]
async fn a_handler_that_panics_is_an_internal_error() {
    let server = a_server().clock(MockClock::new()).start().await;

    let answer = server.answer(get("/actors/7").by_a_producer()).await;

    assert_eq!(answer.json(), an_internal_error("/actors/7"));
    assert_eq!(server.answer(get("/livez")).await.status, 200);
}

#[actix_web::test]
async fn whoever_logs_a_panic_knows_the_request_that_it_ends() {
    assert_eq!(current_request(), None);
    let is_known = || assert_eq!(current_request().unwrap().as_str(), REQUEST_ID);
    let mut clock = MockClock::new();
    clock.expect_today().returning(|| now().date_naive());
    clock.expect_now().times(1..).returning(move || {
        is_known();
        now()
    });
    let server = a_server().clock(clock).actors(|actors| {
        actors.expect_find().once().returning(move |_| {
            is_known();
            Ok(Some(an_actor().build()))
        });
    });
    assert_eq!(server.answer(get("/actors/7").by_an_assistant()).await.status, 200);
}

#[actix_web::test]
async fn whoever_catches_a_panic_leaves_it_to_the_hook_to_log() {
    assert!(logged("request-to-the-").is_empty());
    let failing = a_server_in_trouble(|| StoreError::Failed("no such table".into()));
    // A clock that expects nothing panics in the handler, a store on its thread.
    let panicking = [("clock", a_server().clock(MockClock::new())), ("store", a_server())];
    for (id, server) in [("failing", failing)].into_iter().chain(panicking) {
        let id = format!("request-to-the-{id}");
        assert_eq!(server.answer(get("/actors/7").by_a_producer().under(&id)).await.status, 500, "{id}");
        let told = logged(&format!("request_id={id} "));
        let causes = told.iter().filter(|line| line.contains("the request failed")).count();
        let expected = if id.ends_with("failing") { (1, 2) } else { (0, 1) };
        assert_eq!((causes, told.len()), expected, "{told:?}");
    }
}

fn an_internal_error(path: &str) -> Value {
    let detail = "the request could not be completed; its request id finds the cause in the log";
    a_problem(500, "internal", "Something went wrong on our side", path, detail)
}

#[actix_web::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let (_until_the_end, end) = mpsc::channel::<()>();
    let end = Mutex::new(end);
    let server = a_server().actors(|actors| {
        actors.expect_find().returning(move |_| {
            end.lock().unwrap().recv().ok();
            Ok(None)
        });
    });
    let server = server.open_to(CorsOrigins::Listed(vec![PAGE.to_owned()])).start().await;
    tokio::time::pause();

    // A timer may be late by a millisecond.
    let deadline = Duration::from_millis(15_001);
    let call = get("/actors/7").by_a_producer().header("Origin", PAGE);
    let (answer, ()) = tokio::join!(server.answer(call), tokio::time::advance(deadline));

    let title = "The service cannot answer right now";
    let detail = "the request took too long and was given up; whether it had an effect is not known";
    assert_eq!(answer.json(), a_problem(503, "unavailable", title, "/actors/7", detail));
    assert_eq!(answer.header("Retry-After"), Some("1"));
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some(PAGE));
}

#[actix_web::test]
async fn the_answer_to_a_panic_can_be_read_by_a_page_of_a_listed_origin() {
    let server = a_server().clock(MockClock::new()).open_to(CorsOrigins::Listed(vec![PAGE.to_owned()]));
    let answer = server.answer(get("/actors/7").by_a_producer().header("Origin", PAGE)).await;
    assert_eq!((answer.status.as_u16(), answer.header("Access-Control-Allow-Origin")), (500, Some(PAGE)));
}

/// How long a body is waited for that never arrives, and what is said then.
async fn wait_for(call: Call, patience: Duration) -> String {
    let server = a_server().start().await;
    tokio::time::pause();
    let mut answering = Box::pin(server.answer(call));
    let early = tokio::time::timeout(patience.saturating_sub(Duration::from_secs(1)), &mut answering).await;
    assert!(early.is_err(), "it was not waited for");
    let answer = tokio::time::timeout(Duration::from_secs(2), answering).await.unwrap();
    assert_eq!(answer.problem(), (408, "request-timeout".to_owned()));
    answer.member("detail").as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_body_may_take_ten_seconds() {
    let call = patch("/actors/7").by_a_producer().never_sent();
    assert_eq!(wait_for(call, Duration::from_secs(10)).await, "the body did not arrive within 10 s");
}

#[actix_web::test]
async fn a_file_may_take_five_minutes() {
    let call = post("/actors/import").by_a_producer().never_sent().without("Content-Type");
    let call = call.header("Content-Type", "text/csv");
    assert_eq!(wait_for(call, Duration::from_mins(5)).await, "the body did not arrive within 300 s");
}
