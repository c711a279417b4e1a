//! Who is let in: the `Authorization` header, the token in it, and what each refusal says.

use ensemble_domain::Role;

use crate::fixture::{
    Answer, Call, a_server, a_token_for_another_audience, an_actor, an_expired_token, get, post, token_of, token_with,
};

const NO_TOKEN: &str = r#"Bearer realm="ensemble""#;
const TWO_HEADERS: &str =
    r#"Bearer realm="ensemble", error="invalid_request", error_description="Send exactly one Authorization header""#;
const NOT_ONE_TOKEN: &str = r#"Bearer realm="ensemble", error="invalid_request", error_description="The Authorization header must be Bearer, one space and the access token""#;
const INVALID_TOKEN: &str =
    r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token is invalid""#;
const EXPIRED_TOKEN: &str =
    r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token expired""#;

/// The values of a header, line by line.
type Lines = Vec<Vec<u8>>;

/// A request with these lines of `Authorization`.
fn call_with(lines: Lines) -> Call {
    lines.into_iter().fold(get("/actors/7"), |call, line| call.header("Authorization", line))
}

fn good() -> String {
    token_of(Role::CastingAssistant)
}

/// A good token with its last character of the signature but one changed.
fn damaged() -> String {
    let mut token = good();
    let last = token.pop().unwrap();
    let before = token.pop().unwrap();
    token.push(if before == 'A' { 'B' } else { 'A' });
    token.push(last);
    token
}

/// The permissions of one good token under the signature of another.
fn recombined() -> String {
    let (assistant, producer) = (good(), token_of(Role::ExecutiveProducer));
    let (signed, _) = producer.rsplit_once('.').unwrap();
    let (_, signature) = assistant.rsplit_once('.').unwrap();
    format!("{signed}.{signature}")
}

fn line(text: impl AsRef<[u8]>) -> Vec<u8> {
    text.as_ref().to_vec()
}

fn bearer(token: &str) -> Vec<u8> {
    line(format!("Bearer {token}"))
}

fn outcome(answer: &Answer) -> (u16, String, Option<&str>) {
    let (status, kind) = answer.problem();
    (status, kind, answer.header("WWW-Authenticate"))
}

#[actix_web::test]
async fn each_wrong_credential_is_refused_with_its_challenge() {
    let good = good();
    let table: Vec<(&str, Lines, u16, &str, &str)> = vec![
        ("no header", vec![], 401, "unauthenticated", NO_TOKEN),
        ("an empty header", vec![line("")], 401, "unauthenticated", NO_TOKEN),
        ("another scheme", vec![line("Basic YTpi")], 401, "unauthenticated", NO_TOKEN),
        ("a scheme that only begins alike", vec![line(format!("Bearerx {good}"))], 401, "unauthenticated", NO_TOKEN),
        ("the bare token", vec![line(&good)], 401, "unauthenticated", NO_TOKEN),
        ("nothing after Bearer", vec![line("Bearer")], 401, "unauthenticated", NO_TOKEN),
        ("a blank after Bearer", vec![line("Bearer ")], 401, "unauthenticated", NO_TOKEN),
        ("two lines", vec![bearer(&good), bearer(&good)], 400, "invalid-request", TWO_HEADERS),
        ("two schemes", vec![line("Basic YTpi"), bearer(&good)], 400, "invalid-request", TWO_HEADERS),
        ("two tokens", vec![line(format!("Bearer {good} {good}"))], 400, "invalid-request", NOT_ONE_TOKEN),
        ("a list", vec![line(format!("Bearer {good}, Bearer {good}"))], 400, "invalid-request", NOT_ONE_TOKEN),
        ("a quoted token", vec![line(format!("Bearer \"{good}\""))], 400, "invalid-request", NOT_ONE_TOKEN),
        ("a tab before the token", vec![line(format!("Bearer\t{good}"))], 400, "invalid-request", NOT_ONE_TOKEN),
        ("a parameter", vec![line(format!("Bearer token={good}"))], 400, "invalid-request", NOT_ONE_TOKEN),
        ("bytes beyond ASCII", vec![line(b"Bearer \xff\xfe")], 400, "invalid-request", NOT_ONE_TOKEN),
        ("no token at all", vec![bearer("abc")], 401, "invalid-token", INVALID_TOKEN),
        ("three letters", vec![bearer("a.b.c")], 401, "invalid-token", INVALID_TOKEN),
        ("a long token", vec![bearer(&"a".repeat(9000))], 401, "invalid-token", INVALID_TOKEN),
        ("a damaged signature", vec![bearer(&damaged())], 401, "invalid-token", INVALID_TOKEN),
        ("another's signature", vec![bearer(&recombined())], 401, "invalid-token", INVALID_TOKEN),
        ("no signature", vec![bearer(good.rsplit_once('.').unwrap().0)], 401, "invalid-token", INVALID_TOKEN),
        ("another audience", vec![bearer(&a_token_for_another_audience())], 401, "invalid-token", INVALID_TOKEN),
        ("an expired token", vec![bearer(&an_expired_token())], 401, "token-expired", EXPIRED_TOKEN),
    ];
    let server = a_server().start().await;
    for (name, lines, status, kind, challenge) in table {
        let answer = server.answer(call_with(lines)).await;
        assert_eq!(outcome(&answer), (status, kind.to_owned(), Some(challenge)), "{name}");
    }
}

#[actix_web::test]
async fn no_answer_tells_which_check_a_token_failed() {
    let server = a_server().start().await;
    let mut documents = Vec::new();
    for token in ["abc".to_owned(), damaged(), recombined(), a_token_for_another_audience()] {
        let answer = server.answer(get("/actors/7").bearing(&token)).await;
        documents.push((answer.json(), answer.header("WWW-Authenticate").map(str::to_owned)));
    }
    documents.dedup();
    assert_eq!(documents.len(), 1, "{documents:?}");
}

#[actix_web::test]
async fn the_scheme_may_be_of_any_case_and_blanks_may_stand_around_the_token() {
    for before in ["Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer    ", "  Bearer ", "\tBearer "] {
        for after in ["", " ", " \t"] {
            let server = a_server().actors(|actors| {
                actors.expect_find().once().return_once(|_| Ok(Some(an_actor().build())));
            });
            let answer = server.answer(call_with(vec![line(format!("{before}{}{after}", good()))])).await;
            assert_eq!(answer.status, 200, "{before:?} {after:?}");
        }
    }
}

#[actix_web::test]
async fn a_token_is_read_from_the_authorization_header_alone() {
    let token = good();
    let server = a_server().start().await;
    let elsewhere = [
        get(&format!("/actors?access_token={token}")),
        get("/actors").header("Cookie", format!("access_token={token}; Authorization=Bearer {token}")),
        get("/actors").header("X-Authorization", format!("Bearer {token}")),
        get("/actors").header("X-Access-Token", &token),
        get("/actors").header("Proxy-Authorization", format!("Bearer {token}")),
        get("/actors").header("X-Forwarded-User", "local|producer"),
        post("/actors")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .bytes(format!("access_token={token}")),
    ];
    for (position, call) in elsewhere.into_iter().enumerate() {
        let answer = server.answer(call).await;
        assert_eq!(outcome(&answer), (401, "unauthenticated".to_owned(), Some(NO_TOKEN)), "call {position}");
    }
}

#[actix_web::test]
async fn without_keys_a_token_is_neither_good_nor_bad() {
    let server = a_server().without_keys().start().await;

    let answer = server.answer(get("/actors").bearing(&good())).await;

    assert_eq!(outcome(&answer), (503, "unavailable".to_owned(), None));
    assert_eq!(answer.header("Retry-After"), Some("5"));
    let detail = "the keys that tokens are checked with are not available; try again in a moment";
    assert_eq!(answer.member("detail"), detail);
}

#[actix_web::test]
async fn without_keys_whoever_sends_no_token_is_told_to_send_one() {
    let answer = a_server().without_keys().answer(get("/actors")).await;
    assert_eq!(outcome(&answer), (401, "unauthenticated".to_owned(), Some(NO_TOKEN)));
}

#[actix_web::test]
async fn a_missing_permission_is_named_in_the_challenge_and_in_the_body() {
    let challenge = |scope: &str| {
        format!(
            r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="{scope}""#
        )
    };
    let table = [
        (post("/actors").by_an_assistant(), "post:actors"),
        (post("/movies").by_a_director(), "post:movies"),
        (get("/actors").bearing(&token_with(&[])), "get:actors"),
        (get("/movies?deleted=only").by_a_director(), "delete:movies"),
    ];
    let server = a_server().start().await;
    for (call, permission) in table {
        let answer = server.answer(call).await;
        assert_eq!(outcome(&answer), (403, "permission-denied".to_owned(), Some(&*challenge(permission))));
        assert_eq!(answer.member("needs"), permission);
    }
}

#[actix_web::test]
async fn a_permission_counts_only_when_it_is_spelled_exactly() {
    let server = a_server().start().await;
    for permission in
        ["GET:ACTORS", "Get:actors", " get:actors", "get:actors ", "get:*", "*", "get:actor", "get:actors,get:movies"]
    {
        let answer = server.answer(get("/actors").bearing(&token_with(&[permission]))).await;
        assert_eq!(answer.problem(), (403, "permission-denied".to_owned()), "{permission:?}");
    }
}

#[actix_web::test]
async fn permissions_that_are_not_known_take_nothing_away() {
    let server = a_server().actors(|actors| {
        actors.expect_find().once().return_once(|_| Ok(Some(an_actor().build())));
    });
    let token = token_with(&["read:reports", "get:actors", "post:everything"]);
    assert_eq!(server.answer(call_with(vec![bearer(&token)])).await.status, 200);
}
