//! Request bodies: media type, size, and whether they arrive.

use ensemble_domain::Outcome;
use serde_json::json;

use crate::fixture::{BODY_LIMIT, Call, Server, a_problem, a_server, an_actor, get, patch, post};

const NEW_ACTOR: &str = r#"{"name":"Nada Haddad","age":20,"gender":"female"}"#;

/// A server that adds one actor.
fn a_server_that_adds() -> Server {
    a_server().actors(|actors| {
        actors.expect_insert().once().return_once(|_, _, _| Ok(Outcome::Done(an_actor().build())));
    })
}

fn typed(call: Call, media_type: &str) -> Call {
    call.by_a_director().header("Content-Type", media_type).bytes(NEW_ACTOR)
}

#[actix_web::test]
async fn json_is_taken_however_its_media_type_is_written() {
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json; profile=x",
    ] {
        let answer = a_server_that_adds().answer(typed(post("/actors"), media_type)).await;
        assert_eq!(answer.status, 201, "{media_type}");
    }
}

#[actix_web::test]
async fn a_body_that_says_it_is_not_encoded_is_taken() {
    let call = typed(post("/actors"), "application/json").header("Content-Encoding", "identity");
    assert_eq!(a_server_that_adds().answer(call).await.status, 201);
}

#[actix_web::test]
async fn a_body_of_another_type_is_refused() {
    let server = a_server().start().await;
    let new = || post("/actors");
    let table = [
        ("none", new().by_a_director().bytes(NEW_ACTOR)),
        ("text", typed(new(), "text/plain")),
        ("a form", typed(new(), "application/x-www-form-urlencoded")),
        ("a type that only begins alike", typed(new(), "application/jsonp")),
        ("another type of JSON", typed(new(), "application/vnd.api+json")),
        ("a merge patch, which is for changes", typed(new(), "application/merge-patch+json")),
        ("another character set", typed(new(), "application/json; charset=iso-8859-1")),
        ("an unknown character set", typed(new(), "application/json; charset=klingon")),
        ("no media type", typed(new(), "json")),
        ("compressed", typed(new(), "application/json").header("Content-Encoding", "gzip")),
        ("a JSON patch", typed(patch("/actors/7"), "application/json-patch+json")),
    ];
    for (name, call) in table {
        let answer = server.answer(call).await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type".to_owned()), "{name}");
    }
}

#[actix_web::test]
async fn only_a_change_is_told_of_merge_patches() {
    let server = a_server().start().await;
    let title = "The media type is not supported";
    for (call, path, types) in [
        (post("/actors"), "/actors", "application/json"),
        (patch("/actors/7"), "/actors/7", "application/json or application/merge-patch+json"),
    ] {
        let detail = format!("send the body as {types}, in UTF-8 and not compressed");
        let expected = a_problem(415, "unsupported-media-type", title, path, &detail);
        assert_eq!(server.answer(typed(call, "text/plain")).await.json(), expected);
    }
}

#[actix_web::test]
async fn what_is_no_json_object_is_malformed() {
    let server = a_server().start().await;
    let table: [(&str, &[u8]); 9] = [
        ("nothing", b""),
        ("blanks", b" \n "),
        ("a form", b"name=Nada"),
        ("an object that does not end", b"{\"name\":\"Nada\""),
        ("an object and more", b"{} {}"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("another character set", b"{\"name\":\"Ren\xe9e\"}"),
        ("a member named twice", b"{\"name\":\"Nada\",\"name\":\"Omar\"}"),
        ("a member named twice, once escaped", b"{\"age\":20,\"\\u0061ge\":30}"),
    ];
    for (name, body) in table {
        let call = post("/actors").by_a_director().header("Content-Type", "application/json").bytes(body);
        assert_eq!(server.answer(call).await.problem(), (400, "malformed-request".to_owned()), "{name}");
    }
}

#[actix_web::test]
async fn a_body_of_just_the_limit_is_taken() {
    let body = format!("{}{NEW_ACTOR}", " ".repeat(BODY_LIMIT - NEW_ACTOR.len()));
    let answer = a_server_that_adds().answer(post("/actors").by_a_director().text(body)).await;
    assert_eq!(answer.status, 201);
}

#[actix_web::test]
async fn a_body_of_one_byte_more_is_refused() {
    let body = format!("{}{NEW_ACTOR}", " ".repeat(BODY_LIMIT + 1 - NEW_ACTOR.len()));
    let answer = a_server().answer(post("/actors").by_a_director().text(body)).await;
    assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
}

#[actix_web::test]
async fn a_body_that_is_announced_as_too_large_is_not_waited_for() {
    let server = a_server().start().await;
    for length in [(BODY_LIMIT + 1).to_string(), u64::MAX.to_string()] {
        let call = post("/actors").by_a_director().header("Content-Length", &length).never_sent();
        assert_eq!(server.answer(call).await.problem(), (413, "body-too-large".to_owned()), "{length}");
    }
}

#[actix_web::test]
async fn a_body_that_breaks_off_is_malformed() {
    let answer = a_server().answer(post("/actors").by_a_director().breaking_off()).await;
    let detail = "the body broke off before it was complete";
    let title = "The request body is not well-formed";
    assert_eq!(answer.json(), a_problem(400, "malformed-request", title, "/actors", detail));
}

#[actix_web::test]
async fn a_body_where_none_is_asked_for_is_not_read() {
    let server = a_server().actors(|actors| {
        actors.expect_find().once().return_once(|_| Ok(Some(an_actor().build())));
        actors.expect_restore().once().return_once(|_, _, _| Ok(Some(Outcome::Done(an_actor().build()))));
    });
    let server = server.start().await;
    for call in [get("/actors/7"), post("/actors/7/restore")] {
        assert_eq!(server.answer(call.by_a_director().never_sent()).await.status, 200);
    }
}

#[actix_web::test]
async fn a_json_body_that_is_no_object_is_invalid_as_a_whole() {
    let server = a_server().start().await;
    for body in ["null", "true", "7", "\"text\"", "[]", "[{\"name\":\"Nada\"}]"] {
        let answer = server.answer(post("/actors").by_a_director().text(body)).await;
        let errors = json!([{"pointer": "#", "code": "type", "detail": "must be a JSON object"}]);
        assert_eq!((answer.status.as_u16(), answer.member("errors")), (422, errors), "{body}");
    }
}
