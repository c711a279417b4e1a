//! Requests that are sent again under an idempotency key.

use std::sync::mpsc;

use ensemble_domain::{Actor, Caller, Casting, Idempotency, Movie, Outcome, Role};
use serde_json::json;

use crate::fixture::{Call, Server, a_casting, a_movie, a_problem, a_server, an_actor, get, patch, post};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

/// A server that does whatever it is asked to do.
fn a_server_that_does() -> (Server, mpsc::Receiver<Option<Idempotency>>) {
    a_server_that_answers(Outcome::Done, Outcome::Done, Outcome::Done)
}

/// A server that does or did whatever it is asked to do, and what its stores are told about each request.
fn a_server_that_answers(
    actor: fn(Actor) -> Outcome<Actor>,
    movie: fn(Movie) -> Outcome<Movie>,
    casting: fn(Casting) -> Outcome<Casting>,
) -> (Server, mpsc::Receiver<Option<Idempotency>>) {
    let (teller, told) = mpsc::channel();
    let tell = move |caller: &Caller| teller.send(caller.idempotency().copied()).unwrap();
    let with_actors = a_server().actors(|actors| {
        let (insert, restore) = (tell.clone(), tell.clone());
        actors.expect_insert().returning(move |permit, _, _| {
            insert(permit.caller());
            Ok(actor(an_actor().build()))
        });
        actors.expect_restore().returning(move |permit, _, _| {
            restore(permit.caller());
            Ok(Some(actor(an_actor().build())))
        });
    });
    let with_movies = with_actors.movies(|movies| {
        let (insert, restore) = (tell.clone(), tell.clone());
        movies.expect_insert().returning(move |permit, _, _| {
            insert(permit.caller());
            Ok(movie(a_movie().build()))
        });
        movies.expect_restore().returning(move |permit, _, _| {
            restore(permit.caller());
            Ok(Some(movie(a_movie().build())))
        });
    });
    let server = with_movies.castings(|castings| {
        castings.expect_insert().returning(move |permit, _, _, _| {
            tell(permit.caller());
            Ok(Some(casting(a_casting().build())))
        });
        castings.expect_warnings().returning(|_| Ok(Vec::new()));
    });
    (server, told)
}

fn a_new_actor() -> Call {
    post("/actors").json(&json!({"name": "Nada Haddad", "age": 20, "gender": "female"}))
}

/// Every kind of request that may be sent again, and what it is answered.
fn repeatable_calls() -> [(Call, u16); 5] {
    let movie = json!({"title": "Aihaga", "release_date": "1998-05-07"});
    [
        (a_new_actor(), 201),
        (post("/actors/7/restore"), 200),
        (post("/movies").json(&movie), 201),
        (post("/movies/2/restore"), 200),
        (post("/movies/2/cast").json(&json!({"actor_id": 7})), 201),
    ]
    .map(|(call, status)| (call.by_a_producer(), status))
}

/// What a store is told about each of these requests, under [`KEY`].
async fn told_about<const N: usize>(calls: [Call; N]) -> [Idempotency; N] {
    let (server, told) = a_server_that_does();
    let server = server.start().await;
    let mut requests = Vec::new();
    for call in calls {
        let answer = server.answer(call.header("Idempotency-Key", KEY)).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        requests.push(told.recv().unwrap().unwrap());
    }
    requests.try_into().unwrap()
}

#[actix_web::test]
async fn the_store_learns_of_a_key_and_of_none() {
    let (server, told) = a_server_that_does();
    let server = server.start().await;
    for (call, status) in repeatable_calls() {
        let path = call.path().to_owned();
        assert_eq!(server.answer(call.clone()).await.status, status, "{path}");
        assert_eq!(told.recv().unwrap(), None, "{path}");
        assert_eq!(server.answer(call.header("Idempotency-Key", KEY)).await.status, status, "{path}");
        assert!(told.recv().unwrap().is_some(), "{path}");
    }
}

#[actix_web::test]
async fn a_request_is_the_same_again_however_it_is_written() {
    let again = r#"{ "gender": "female", "\u0061ge": 20, "name": "Nada Haddad" }"#;
    let [first, second, third] = told_about([
        a_new_actor().by_a_director(),
        a_new_actor().by_a_director().without("X-Request-Id"),
        post("/actors").by_a_director().text(again),
    ])
    .await;
    assert_eq!((second, third), (first, first));
}

#[actix_web::test]
async fn another_body_or_another_id_is_another_request_under_the_same_key() {
    let older = json!({"name": "Nada Haddad", "age": 21, "gender": "female"});
    let more = json!({"name": "Nada Haddad", "age": 20, "gender": "female", "note": "sent twice"});
    let [first, second, third] =
        told_about([a_new_actor(), post("/actors").json(&older), post("/actors").json(&more)].map(Call::by_a_director))
            .await;
    assert_eq!((second.key, third.key), (first.key, first.key));
    assert!(second.fingerprint != first.fingerprint && third.fingerprint != first.fingerprint);

    let [seventh, eighth] =
        told_about([post("/actors/7/restore"), post("/actors/8/restore")].map(Call::by_a_director)).await;
    assert_eq!(seventh.key, eighth.key);
    assert_ne!(seventh.fingerprint, eighth.fingerprint);
}

#[actix_web::test]
async fn a_key_counts_for_one_caller_and_one_route() {
    let told = told_about([
        a_new_actor().by(Role::CastingDirector),
        a_new_actor().by(Role::ExecutiveProducer),
        post("/actors/7/restore").by(Role::CastingDirector),
        post("/movies/7/restore").by(Role::ExecutiveProducer),
    ])
    .await;
    for (position, request) in told.iter().enumerate() {
        assert!(told.iter().skip(position + 1).all(|other| other.key != request.key), "{position}");
    }
}

#[actix_web::test]
async fn a_body_that_nobody_reads_makes_no_other_request() {
    let restore = || post("/actors/7/restore").by_a_director();
    let [first, second] = told_about([restore(), restore().text(r#"{"reason":"a slip"}"#)]).await;
    assert_eq!(first, second);
}

#[actix_web::test]
async fn an_answer_that_was_given_before_is_given_again_and_says_so() {
    let (now, _told) = a_server_that_does();
    let (before, _told_before) = a_server_that_answers(Outcome::Replayed, Outcome::Replayed, Outcome::Replayed);
    let (now, before) = (now.start().await, before.start().await);
    for (call, status) in repeatable_calls() {
        let (path, call) = (call.path().to_owned(), call.header("Idempotency-Key", KEY));
        let (first, second) = (now.answer(call.clone()).await, before.answer(call).await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (status, status), "{path}");
        assert_eq!(first.text(), second.text(), "{path}");
        for header in ["ETag", "Location", "Cache-Control"] {
            assert_eq!(first.header(header), second.header(header), "{path}: {header}");
        }
        let replayed = [first, second].map(|answer| answer.header("Idempotency-Replayed").map(str::to_owned));
        assert_eq!(replayed, [None, Some("true".to_owned())], "{path}");
    }
}

#[actix_web::test]
async fn a_key_of_another_form_is_refused() {
    let server = a_server().start().await;
    let long = "k".repeat(256);
    for key in ["", "two words", "one, two", "caf\u{e9}", &long] {
        let answer = server.answer(a_new_actor().by_a_director().header("Idempotency-Key", key)).await;
        let detail = "the header Idempotency-Key must be there once, with 1 to 255 visible ASCII characters";
        assert_eq!(answer.json(), a_problem(400, "invalid-request", "The request is not valid", "/actors", detail));
    }
    let twice = a_new_actor().by_a_director().header("Idempotency-Key", KEY).header("Idempotency-Key", KEY);
    assert_eq!(server.answer(twice).await.problem(), (400, "invalid-request".to_owned()));
}

#[actix_web::test]
async fn a_bad_key_is_told_after_permission_and_query_and_before_the_body() {
    let server = a_server().start().await;
    let with_a_bad_key = |call: Call| call.header("Idempotency-Key", "two words");
    let table = [
        (with_a_bad_key(a_new_actor()), 401, "unauthenticated"),
        (with_a_bad_key(a_new_actor().by_an_assistant()), 403, "permission-denied"),
        (with_a_bad_key(post("/actors?page=1").by_a_director().text("{")), 400, "unknown-parameter"),
        (with_a_bad_key(post("/actors").by_a_director().header("Content-Type", "text/plain")), 400, "invalid-request"),
        (with_a_bad_key(post("/actors").by_a_director().never_sent()), 400, "invalid-request"),
    ];
    for (call, status, kind) in table {
        assert_eq!(server.answer(call).await.problem(), (status, kind.to_owned()));
    }
}

#[actix_web::test]
async fn a_key_is_ignored_where_nothing_is_posted() {
    let server = a_server().actors(|actors| {
        actors.expect_find().once().return_once(|_| Ok(Some(an_actor().build())));
        actors
            .expect_update()
            .withf(|permit, _, _, _, _| permit.caller().idempotency().is_none())
            .times(2)
            .returning(|_, _, _, _, _| Ok(Some(an_actor().build())));
    });
    let server = server.start().await;
    for (call, key) in
        [(get("/actors/7"), KEY), (patch("/actors/7").text("{}"), KEY), (patch("/actors/7").text("{}"), "two words")]
    {
        let answer = server.answer(call.by_a_director().header("Idempotency-Key", key)).await;
        assert_eq!((answer.status.as_u16(), answer.header("Idempotency-Replayed")), (200, None));
    }
}
