//! What a request is told first when several things are wrong with it.

use actix_web::http::Method;
use ensemble_domain::{Precondition, Role, StoreError};

use crate::fixture::{BODY_LIMIT, Call, Server, a_server, an_actor, call, delete, get, patch, token_of, version};

/// What can be wrong with a change of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Route,
    Method,
    Token,
    Permission,
    Parameter,
    MediaType,
    Size,
    Form,
    Fields,
    Existence,
    Version,
}

/// In the order in which it is told.
const ORDER: [(Wrong, u16, &str); 11] = [
    (Wrong::Route, 404, "not-found"),
    (Wrong::Method, 405, "method-not-allowed"),
    (Wrong::Token, 401, "invalid-token"),
    (Wrong::Permission, 403, "permission-denied"),
    (Wrong::Parameter, 400, "unknown-parameter"),
    (Wrong::MediaType, 415, "unsupported-media-type"),
    (Wrong::Size, 413, "body-too-large"),
    (Wrong::Form, 400, "malformed-request"),
    (Wrong::Fields, 422, "invalid-fields"),
    (Wrong::Existence, 404, "not-found"),
    (Wrong::Version, 412, "stale-version"),
];

/// A server that knows actor 7, in another version than 9.
fn a_server_with_actor_7() -> Server {
    a_server().actors(|actors| {
        actors.expect_update().returning(|_, id, precondition, _, _| match precondition {
            _ if id.get() != 7 => Ok(None),
            Precondition::None => Ok(Some(an_actor().build())),
            Precondition::VersionIn(_) => Err(StoreError::Stale { current: version(1) }),
        });
    })
}

/// A change of an actor with which just this is wrong.
fn a_change_with(wrongs: &[Wrong]) -> Call {
    let is = |wrong| wrongs.contains(&wrong);
    let id = if is(Wrong::Existence) { 8 } else { 7 };
    let route = if is(Wrong::Route) { "/nothing" } else { "" };
    let query = if is(Wrong::Parameter) { "?page=1" } else { "" };
    let method = if is(Wrong::Method) { Method::PUT } else { Method::PATCH };
    let role = if is(Wrong::Permission) { Role::CastingAssistant } else { Role::CastingDirector };
    let damage = if is(Wrong::Token) { "x" } else { "" };
    let media_type = if is(Wrong::MediaType) { "text/plain" } else { "application/json" };
    let padding = if is(Wrong::Size) { BODY_LIMIT } else { 0 };
    let fields = if is(Wrong::Fields) { r#"{"age":121"# } else { r#"{"age":20"# };
    let end = if is(Wrong::Form) { "" } else { "}" };

    let call = call(method, &format!("/actors/{id}{route}{query}"))
        .bearing(&format!("{}{damage}", token_of(role)))
        .header("Content-Type", media_type)
        .bytes(format!("{}{fields}{end}", " ".repeat(padding)));
    if is(Wrong::Version) { call.header("If-Match", "\"9\"") } else { call }
}

#[actix_web::test]
async fn a_change_with_which_nothing_is_wrong_is_made() {
    assert_eq!(a_server_with_actor_7().answer(a_change_with(&[])).await.status, 200);
}

#[actix_web::test]
async fn each_wrong_thing_is_told_when_it_is_the_only_one() {
    let server = a_server_with_actor_7().start().await;
    for (wrong, status, kind) in ORDER {
        let answer = server.answer(a_change_with(&[wrong])).await;
        assert_eq!(answer.problem(), (status, kind.to_owned()), "{wrong:?}");
    }
}

#[actix_web::test]
async fn of_two_wrong_things_the_earlier_is_told() {
    let server = a_server_with_actor_7().start().await;
    for (position, (first, status, kind)) in ORDER.into_iter().enumerate() {
        for (second, ..) in ORDER.into_iter().skip(position + 1) {
            // Which of the two comes first is for the store to decide, in one statement.
            if (first, second) == (Wrong::Existence, Wrong::Version) {
                continue;
            }
            let answer = server.answer(a_change_with(&[first, second])).await;
            assert_eq!(answer.problem(), (status, kind.to_owned()), "{first:?} and {second:?}");
        }
    }
}

#[actix_web::test]
async fn whoever_may_not_act_learns_nothing_about_ids() {
    let server = a_server().start().await;
    for path in ["/actors/7", "/actors/0", "/actors/abc", "/actors/99999999999999999999"] {
        let anonymous = server.answer(delete(path)).await;
        assert_eq!(anonymous.problem(), (401, "unauthenticated".to_owned()), "{path}");
        let assistant = server.answer(delete(path).by_an_assistant()).await;
        assert_eq!(assistant.problem(), (403, "permission-denied".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn whoever_may_not_see_what_is_deleted_learns_nothing_else_about_the_query() {
    let server = a_server().start().await;
    for path in ["/actors", "/movies"] {
        for query in ["deleted=only&page=0", "limit=0&deleted=with", "deleted=only&pgae=2"] {
            let assistant = server.answer(get(&format!("{path}?{query}")).by_an_assistant()).await;
            assert_eq!(assistant.problem(), (403, "permission-denied".to_owned()), "{path}?{query}");
        }
    }
}

#[actix_web::test]
async fn nobody_waits_for_the_body_of_whoever_may_not_act() {
    let server = a_server().start().await;
    let anonymous = server.answer(patch("/actors/7").never_sent()).await;
    assert_eq!(anonymous.problem(), (401, "unauthenticated".to_owned()));
    let assistant = server.answer(patch("/actors/7").by_an_assistant().never_sent()).await;
    assert_eq!(assistant.problem(), (403, "permission-denied".to_owned()));
}
