//! `/livez` and `/readyz`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Instant,
};

use ensemble_domain::StoreError;
use ensemble_http::Readiness;
use serde_json::{Value, json};

use crate::fixture::{a_problem, a_server, get, logged};

/// A store that counts how often it is asked whether it is ready.
fn a_counted_readiness() -> (Readiness, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let readiness = move || {
        counter.fetch_add(1, Ordering::AcqRel);
        Ok(())
    };
    (Arc::new(readiness), asked)
}

fn not_ready(detail: &str) -> Value {
    a_problem(503, "unavailable", "The service cannot answer right now", "/readyz", detail)
}

#[actix_web::test]
async fn a_process_that_runs_is_live_and_asks_for_nothing() {
    let (readiness, asked) = a_counted_readiness();
    let server = a_server().readiness(readiness).without_keys().queueing(0).start().await;
    server.app.drain();

    let answer = server.answer(get("/livez")).await;

    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"success": true, "status": "live"})));
    assert_eq!(asked.load(Ordering::Acquire), 0);
}

#[actix_web::test]
async fn a_server_with_keys_and_a_store_is_ready() {
    let (readiness, asked) = a_counted_readiness();

    let answer = a_server().readiness(readiness).answer(get("/readyz")).await;

    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"success": true, "status": "ready"})));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(asked.load(Ordering::Acquire), 1);
}

#[test]
fn a_server_all_of_whose_threads_are_busy_is_ready() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let (end, may_end) = mpsc::channel::<()>();
        let (began, has_begun) = tokio::sync::oneshot::channel();
        let busy = runtime.spawn_blocking(move || (began.send(()), may_end.recv()));
        has_begun.await.unwrap();
        assert_eq!(a_server().answer(get("/readyz")).await.status, 200);
        drop(end);
        busy.await.unwrap().0.unwrap();
    });
}

#[actix_web::test]
async fn a_store_that_is_not_ready_is_told_without_its_cause() {
    let server = a_server().readiness(Arc::new(|| Err("migration 7 is missing".into())));
    let answer = server.answer(get("/readyz")).await;
    assert_eq!(answer.json(), not_ready("the database does not answer, or its schema is not current"));
    assert_eq!(answer.header("Retry-After"), Some("1"));
}

#[actix_web::test]
async fn the_log_tells_the_whole_cause_of_a_store_that_is_not_ready() {
    assert!(logged("host db-7").is_empty());
    let server = a_server().readiness(Arc::new(|| Err(StoreError::Unavailable("host db-7 refused".into()).into())));

    assert_eq!(server.answer(get("/readyz")).await.status, 503);

    let told = logged("host db-7");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.iter().all(|line| line.contains("the database is not ready")), "{told:?}");
    assert!(told.iter().all(|line| line.contains("the store is unavailable: host db-7 refused")), "{told:?}");
}

#[actix_web::test]
async fn a_store_that_panics_is_not_ready() {
    let server = a_server().readiness(Arc::new(|| panic!("the store is upset")));
    let answer = server.answer(get("/readyz")).await;
    assert_eq!(answer.json(), not_ready("the database does not answer, or its schema is not current"));
}

#[actix_web::test]
async fn a_store_that_does_not_answer_in_time_is_not_ready() {
    let (answers, waits) = mpsc::channel::<()>();
    let waits = Mutex::new(waits);
    let server = a_server().readiness(Arc::new(move || Ok(waits.lock().unwrap().recv()?)));

    let answer = server.answer(get("/readyz")).await;
    drop(answers);

    assert_eq!(answer.json(), not_ready("the database does not answer, or its schema is not current"));
}

#[actix_web::test]
async fn a_server_without_keys_is_not_ready() {
    let answer = a_server().without_keys().answer(get("/readyz")).await;
    assert_eq!(answer.json(), not_ready("the keys that tokens are checked with are not there yet"));
    assert_eq!(answer.header("Retry-After"), Some("5"));
}

#[actix_web::test]
async fn a_server_that_is_about_to_stop_is_not_ready() {
    let server = a_server().start().await;
    server.app.drain();
    let answer = server.answer(get("/readyz")).await;
    assert_eq!(answer.json(), not_ready("the server is about to stop"));
    assert_eq!(answer.header("Retry-After"), Some("1"));
}

#[actix_web::test]
async fn many_probes_cost_one_question_a_second() {
    let (readiness, asked) = a_counted_readiness();
    let server = a_server().readiness(readiness).start().await;
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(server.answer(get("/readyz")).await.status, 200);
    }
    let seconds = usize::try_from(started.elapsed().as_secs()).unwrap();
    assert!(asked.load(Ordering::Acquire) <= 1 + seconds);
}

#[actix_web::test]
async fn probes_need_no_token_and_mind_none() {
    let server = a_server().start().await;
    for path in ["/livez", "/readyz"] {
        for call in [get(path), get(path).bearing("broken"), get(path).header("Authorization", "Basic YTpi")] {
            assert_eq!(server.answer(call).await.status, 200, "{path}");
        }
    }
}
