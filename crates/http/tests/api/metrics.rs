//! What is counted of requests, and by what.

use std::collections::BTreeSet;

use actix_web::http::Method;
use ensemble_domain::MockClock;
use ensemble_http::{CorsOrigins, operations};
use futures_util::FutureExt;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use crate::fixture::{a_server, an_empty_server, call, delete, get, head, options, patch, post};

fn a_recorder() -> PrometheusRecorder {
    PrometheusBuilder::new().build_recorder()
}

/// The series of that name with their values, in order.
fn series(recorder: &PrometheusRecorder, name: &str) -> Vec<String> {
    let text = recorder.handle().render();
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    let lines: BTreeSet<_> = lines.filter(|rest| rest.starts_with(['{', ' '])).map(str::to_owned).collect();
    lines.into_iter().collect()
}

#[actix_web::test]
async fn an_answer_is_counted_by_its_route_its_method_and_its_status() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = an_empty_server().counting().open_to(CorsOrigins::Any).start().await;
    for id in 1..=3 {
        server.answer(get(&format!("/actors/{id}")).by_an_assistant()).await;
    }
    server.answer(head("/actors/7").by_an_assistant()).await;
    server.answer(get("/actors/7")).await;
    server.answer(delete("/movies/7").by_an_assistant()).await;
    server.answer(patch("/livez")).await;
    server.answer(get("/livez")).await;
    server.answer(options("/movies")).await;
    server
        .answer(options("/actors").header("Origin", "https://a.test").header("Access-Control-Request-Method", "POST"))
        .await;
    assert_eq!(
        series(&recorder, "http_requests_total"),
        [
            r#"{method="DELETE",route="/movies/{id}",status="403"} 1"#,
            r#"{method="GET",route="/actors/{id}",status="401"} 1"#,
            r#"{method="GET",route="/actors/{id}",status="404"} 3"#,
            r#"{method="GET",route="/livez",status="200"} 1"#,
            r#"{method="HEAD",route="/actors/{id}",status="404"} 1"#,
            r#"{method="OPTIONS",route="/actors",status="200"} 1"#,
            r#"{method="OPTIONS",route="/movies",status="204"} 1"#,
            r#"{method="PATCH",route="/livez",status="405"} 1"#,
        ]
    );
    let measured = series(&recorder, "http_request_duration_seconds_count");
    assert!(measured.contains(&r#"{method="GET",route="/actors/{id}"} 4"#.to_owned()), "{measured:?}");
    assert_eq!(measured.len(), 7, "one for each route and method: {measured:?}");
    assert_eq!(series(&recorder, "http_requests_in_flight"), [" 0"]);
}

#[actix_web::test]
async fn nothing_that_a_client_writes_makes_a_series() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = an_empty_server().counting().start().await;
    for mark in ["marked-one", "marked-two", "marked-three"] {
        for path in [format!("/{mark}"), format!("/actors/7/{mark}"), format!("/actors/%2e/{mark}")] {
            server.answer(get(&path)).await;
        }
        let calls = [
            get(&format!("/actors/{mark}")).by_an_assistant(),
            get(&format!("/actors?{mark}={mark}")).by_an_assistant(),
            get("/actors").bearing(mark),
            get("/livez").without("X-Request-Id").header("X-Request-Id", mark).header("traceparent", mark),
            get("/livez").header("Host", format!("{mark}.test")),
            call(Method::from_bytes(mark.to_uppercase().as_bytes()).unwrap(), "/actors"),
        ];
        for call in calls {
            server.answer(call).await;
        }
    }
    assert_eq!(
        series(&recorder, "http_requests_total"),
        [
            r#"{method="GET",route="/actors",status="400"} 3"#,
            r#"{method="GET",route="/actors",status="401"} 3"#,
            r#"{method="GET",route="/actors/{id}",status="404"} 3"#,
            r#"{method="GET",route="/livez",status="200"} 6"#,
            r#"{method="GET",route="none",status="404"} 9"#,
            r#"{method="other",route="/actors",status="405"} 3"#,
        ]
    );
    assert!(!recorder.handle().render().to_lowercase().contains("marked"));
}

#[actix_web::test]
async fn every_route_is_counted_under_its_own_path() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = an_empty_server().counting().start().await;
    let paths: BTreeSet<_> = operations().iter().map(|operation| operation.path).collect();
    for path in &paths {
        let asked =
            path.replace("{id}", "7").replace("{casting_id}", "7").replace("{name}", "x").replace("{file}", "x");
        server.answer(options(&asked)).await;
    }
    let counted = paths.iter().map(|path| format!(r#"{{method="OPTIONS",route="{path}",status="204"}} 1"#));
    assert_eq!(series(&recorder, "http_requests_total"), counted.collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_request_is_in_flight_until_it_is_answered_or_given_up() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = a_server().counting().start().await;
    let mut waiting = Box::pin(server.answer(post("/actors").by_a_producer().never_sent()));
    assert!((&mut waiting).now_or_never().is_none());
    assert_eq!(series(&recorder, "http_requests_in_flight"), [" 1"]);
    drop(waiting);
    assert_eq!(series(&recorder, "http_requests_in_flight"), [" 0"]);
    let abandoned = r#"{method="POST",route="/actors",status="499"} 1"#;
    assert_eq!(series(&recorder, "http_requests_total"), [abandoned]);
}

#[actix_web::test]
async fn a_server_that_is_not_to_count_requests_does_not() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    a_server().answer(get("/livez")).await;
    assert!(!recorder.handle().render().contains("http_request"));
}

#[actix_web::test]
async fn a_missing_permission_is_counted_among_the_refusals() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = a_server().start().await;
    for call in [delete("/actors/7"), post("/movies"), get("/actors?deleted=only"), delete("/api/v1/actors/7")] {
        assert_eq!(server.answer(call.by_an_assistant()).await.status, 403);
    }
    assert_eq!(server.answer(get("/actors")).await.status, 401);
    assert_eq!(
        series(&recorder, "auth_reject_total"),
        [r#"{reason="permission_missing"} 4"#, r#"{reason="unauthenticated"} 1"#]
    );
}

#[actix_web::test]
async fn too_many_requests_are_counted_by_the_limit() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = a_server().asked_once_a_second().start().await;
    for _ in 0..4 {
        server.answer(get("/me").by_an_assistant()).await;
    }
    assert_eq!(series(&recorder, "rate_limited_total"), [r#"{reason="caller_rate"} 3"#]);
}

#[actix_web::test]
async fn panics_are_counted_wherever_they_happen() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    // A mock panics when it is asked what it does not expect: the clock in the handler, the store on a thread of its own.
    a_server().clock(MockClock::new()).answer(get("/actors/7").by_a_producer()).await;
    assert_eq!(series(&recorder, "panics_total"), [" 1"]);
    a_server().answer(get("/actors/7").by_a_producer()).await;
    assert_eq!(series(&recorder, "panics_total"), [" 2"]);
}

#[actix_web::test]
async fn calls_that_find_the_queue_full_are_counted() {
    let recorder = a_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let server = a_server().queueing(0).start().await;
    for _ in 0..2 {
        assert_eq!(server.answer(get("/actors/7").by_an_assistant()).await.status, 503);
    }
    server.app.tell_queue();
    assert_eq!(series(&recorder, "database_queue_refused_total"), [r#"{reason="queue_full"} 2"#]);
    assert_eq!(series(&recorder, "database_queue_waiting"), [" 0"]);
    assert_eq!(series(&recorder, "database_queue_limit"), [" 0"]);
}
