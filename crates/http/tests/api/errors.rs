//! Every kind of problem, provoked by a request and compared to the last member and header.

use std::collections::BTreeSet;

use actix_web::http::Method;
use ensemble_domain::{
    ActorId, BookedOn, CastingId, CastingStatus, Conflict, Fault, FaultCode, InvalidFields, MovieId, ReleaseDate, Role,
    StoreError, Title,
};
use ensemble_http::problem_names;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{
    Answer, BODY_LIMIT, Call, Server, a_problem, a_server, a_server_in_trouble, an_empty_server, an_expired_token,
    call, day, delete, get, patch, post, put, version, with,
};

/// The headers that say something about a refusal.
const TELLING: [&str; 4] = ["Allow", "Cache-Control", "Retry-After", "WWW-Authenticate"];

/// How one kind of problem comes about, and what it looks like.
struct Row {
    kind: &'static str,
    server: Server,
    call: Call,
    status: u16,
    title: &'static str,
    detail: &'static str,
    /// The members that only this kind has.
    members: Value,
    /// Which of the [`TELLING`] headers there are.
    headers: &'static [(&'static str, &'static str)],
}

/// What a store answers, made anew each time.
type Trouble = fn() -> StoreError;

fn unreachable_store() -> StoreError {
    StoreError::Unavailable("db-7.internal refused the connection".into())
}

fn failed_store() -> StoreError {
    StoreError::Failed("syntax error at or near \"SELEKT\"".into())
}

fn stale() -> StoreError {
    StoreError::Stale { current: version(4) }
}

fn invalid() -> StoreError {
    let fault = Fault::new(FaultCode::Range, "must not be before shoot_start, 2026-05-01");
    StoreError::Invalid(InvalidFields::one("shoot_end", fault))
}

fn booked() -> StoreError {
    let on = |id, title, release_date| BookedOn {
        id: MovieId::new(id).unwrap(),
        title: Title::parse(title).unwrap(),
        release_date: ReleaseDate::new(day(release_date)).unwrap(),
    };
    let movies = vec![on(3, "Badis", "2026-12-24"), on(9, "Aihaga", "2027-01-01")];
    Conflict::ActorBooked { actor: ActorId::new(7).unwrap(), movies }.into()
}

fn illegal_status() -> StoreError {
    let (from, to) = (CastingStatus::Booked, CastingStatus::Pinned);
    Conflict::IllegalStatus { from, to, allowed: from.moves().to_vec(), deleted: None }.into()
}

#[expect(clippy::too_many_lines, reason = "one row for each kind")]
fn table() -> Vec<Row> {
    vec![
        Row {
            kind: "malformed-request",
            server: a_server(),
            call: post("/actors").by_a_director().text("{\"name\":}"),
            status: 400,
            title: "The request body is not well-formed",
            detail: "the body is not a well-formed JSON object: expected value at line 1 column 9",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "invalid-request",
            server: a_server(),
            call: get("/actors?page=0").by_an_assistant(),
            status: 400,
            title: "The request is not valid",
            detail: "query parameter page must be at least 1",
            members: json!({"errors": [{"parameter": "page", "code": "range", "detail": "must be at least 1"}]}),
            headers: &[],
        },
        Row {
            kind: "unknown-parameter",
            server: a_server(),
            call: get("/actors?pgae=2").by_an_assistant(),
            status: 400,
            title: "A query parameter is not known",
            detail: "query parameter pgae is not known here; did you mean page?",
            members: json!({"errors": [
                {"parameter": "pgae", "code": "unknown", "detail": "is not known here; did you mean page?"},
            ]}),
            headers: &[],
        },
        Row {
            kind: "invalid-cursor",
            server: a_server(),
            call: get("/history?cursor=7").by_an_assistant(),
            status: 400,
            title: "The cursor is not one of this list",
            detail: "query parameter cursor is none that this list gave out; begin again without one",
            members: json!({"errors": [{
                "parameter": "cursor", "code": "format",
                "detail": "is none that this list gave out; begin again without one",
            }]}),
            headers: &[],
        },
        Row {
            kind: "unauthenticated",
            server: a_server(),
            call: get("/actors"),
            status: 401,
            title: "An access token is needed",
            detail: "send an access token as Authorization: Bearer",
            members: json!({}),
            headers: &[("Cache-Control", "no-store"), ("WWW-Authenticate", r#"Bearer realm="ensemble""#)],
        },
        Row {
            kind: "invalid-token",
            server: a_server(),
            call: get("/actors").bearing("a.b.c"),
            status: 401,
            title: "The access token is not valid",
            detail: "the access token is invalid",
            members: json!({}),
            headers: &[
                ("Cache-Control", "no-store"),
                (
                    "WWW-Authenticate",
                    r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token is invalid""#,
                ),
            ],
        },
        Row {
            kind: "token-expired",
            server: a_server(),
            call: get("/actors").bearing(&an_expired_token()),
            status: 401,
            title: "The access token has expired",
            detail: "the access token expired; sign in again",
            members: json!({}),
            headers: &[
                ("Cache-Control", "no-store"),
                (
                    "WWW-Authenticate",
                    r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token expired""#,
                ),
            ],
        },
        Row {
            kind: "permission-denied",
            server: a_server(),
            call: post("/movies").by_a_director(),
            status: 403,
            title: "A permission is missing",
            detail: "this needs the permission post:movies, which the token does not hold",
            members: json!({"needs": "post:movies"}),
            headers: &[
                ("Cache-Control", "no-store"),
                (
                    "WWW-Authenticate",
                    r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="post:movies""#,
                ),
            ],
        },
        Row {
            kind: "local-only",
            server: a_server().with_local_tokens(),
            call: post("/local/token").header("Host", "casting.example.org").json(&json!({"role": "producer"})),
            status: 403,
            title: "Only this machine may ask",
            detail: "local tokens are only for clients on this machine and for its own pages",
            members: json!({}),
            headers: &[("Cache-Control", "no-store")],
        },
        Row {
            kind: "not-found",
            server: an_empty_server(),
            call: get("/actors/7").by_an_assistant(),
            status: 404,
            title: "There is nothing here",
            detail: "there is no actor 7",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "method-not-allowed",
            server: a_server(),
            call: call(Method::PUT, "/actors/7"),
            status: 405,
            title: "The method is not allowed here",
            detail: "PUT is not allowed here; there are GET, PATCH, DELETE, HEAD, OPTIONS",
            members: json!({}),
            headers: &[("Allow", "GET, PATCH, DELETE, HEAD, OPTIONS")],
        },
        Row {
            kind: "request-timeout",
            server: a_server(),
            call: post("/actors").by_a_director().never_sent(),
            status: 408,
            title: "The request took too long",
            detail: "the body did not arrive within 10 s",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "already-cast",
            server: a_server_in_trouble(|| Conflict::AlreadyCast.into()),
            call: post("/movies/2/cast").by_a_director().text("{\"actor_id\":7}"),
            status: 409,
            title: "The actor is cast already",
            detail: "this actor is cast for that part of the movie already",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "actor-booked",
            server: a_server_in_trouble(booked),
            call: delete("/actors/7").by_a_director(),
            status: 409,
            title: "The actor is booked",
            detail: "actor 7 is booked on movies that are not released yet: Badis (3), Aihaga (9)",
            members: json!({"movies": [
                {"id": 3, "title": "Badis", "release_date": "2026-12-24", "href": "/movies/3"},
                {"id": 9, "title": "Aihaga", "release_date": "2027-01-01", "href": "/movies/9"},
            ]}),
            headers: &[],
        },
        Row {
            kind: "illegal-status",
            server: a_server_in_trouble(illegal_status),
            call: patch("/movies/2/cast/5").by_a_director().text("{\"status\":\"pinned\"}"),
            status: 409,
            title: "The casting cannot go there",
            detail: "a casting cannot go from booked to pinned; it can go to declined, released",
            members: json!({"from": "booked", "to": "pinned", "allowed": ["declined", "released"]}),
            headers: &[],
        },
        Row {
            kind: "requires-release",
            server: a_server_in_trouble(|| Conflict::RequiresRelease { casting: CastingId::new(5).unwrap() }.into()),
            call: delete("/movies/2/cast/5").by_a_director(),
            status: 409,
            title: "The booking has to end first",
            detail: "casting 5 is booked; it has to be declined or released first",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "billing-taken",
            server: a_server_in_trouble(|| Conflict::BillingTaken.into()),
            call: patch("/movies/2/cast/5").by_a_director().text("{\"billing\":1}"),
            status: 409,
            title: "The place in the credits is taken",
            detail: "another casting of the movie has that billing",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "request-in-progress",
            server: a_server_in_trouble(|| Conflict::RequestInProgress.into()),
            call: post("/movies/2/cast").by_a_director().text("{\"actor_id\":7}"),
            status: 409,
            title: "The same request is being worked on",
            detail: "the first request with this idempotency key is still being worked on",
            members: json!({}),
            headers: &[("Retry-After", "1")],
        },
        Row {
            kind: "stale-version",
            server: a_server_in_trouble(stale),
            call: patch("/movies/2").by_a_director().header("If-Match", "\"3\"").text("{}"),
            status: 412,
            title: "It was changed in the meantime",
            detail: "the stored version is 4; read it again before changing it",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "body-too-large",
            server: a_server(),
            call: post("/actors").by_a_director().text(" ".repeat(BODY_LIMIT + 1)),
            status: 413,
            title: "The request body is too large",
            detail: "the body may have at most 65536 bytes",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "unsupported-media-type",
            server: a_server(),
            call: patch("/actors/7").by_a_director().header("Content-Type", "text/plain").bytes("{}"),
            status: 415,
            title: "The media type is not supported",
            detail: "send the body as application/json or application/merge-patch+json, in UTF-8 and not compressed",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "invalid-fields",
            server: a_server_in_trouble(invalid),
            call: patch("/movies/2").by_a_director().json(&json!({"shoot_end": "2026-04-01"})),
            status: 422,
            title: "Some fields are not valid",
            detail: "shoot_end must not be before shoot_start, 2026-05-01",
            members: json!({"errors": [
                {"pointer": "#/shoot_end", "code": "range", "detail": "must not be before shoot_start, 2026-05-01"},
            ]}),
            headers: &[],
        },
        Row {
            kind: "idempotency-key-reused",
            server: a_server_in_trouble(|| Conflict::KeyReused.into()),
            call: post("/movies/2/cast").by_a_director().text("{\"actor_id\":7}"),
            status: 422,
            title: "The idempotency key was used before",
            detail: "this idempotency key was used for another request; take a new key for a new request",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "rate-limited",
            server: a_server().asked_once_a_second(),
            call: get("/me").by_an_assistant(),
            status: 429,
            title: "Too many requests",
            detail: "too many requests with this token's subject; try again in 1 s",
            members: json!({}),
            headers: &[("Cache-Control", "no-store"), ("Retry-After", "1")],
        },
        Row {
            kind: "internal",
            server: a_server_in_trouble(failed_store),
            call: get("/movies").by_an_assistant(),
            status: 500,
            title: "Something went wrong on our side",
            detail: "the request could not be completed; its request id finds the cause in the log",
            members: json!({}),
            headers: &[],
        },
        Row {
            kind: "unavailable",
            server: a_server_in_trouble(unreachable_store),
            call: get("/movies").by_an_assistant(),
            status: 503,
            title: "The service cannot answer right now",
            detail: "the database cannot answer right now; try again in a moment",
            members: json!({}),
            headers: &[("Retry-After", "1")],
        },
    ]
}

fn telling_headers(answer: &Answer) -> Vec<(&str, &str)> {
    TELLING.into_iter().filter_map(|name| Some((name, answer.header(name)?))).collect()
}

#[actix_web::test]
async fn each_kind_of_problem_is_answered_with_exactly_this_document() {
    let rows = table().into_iter().map(|row| async move {
        let path = row.call.path().to_owned();
        let server = row.server.start().await;
        if row.kind == "rate-limited" {
            server.answer(get("/me").by_an_assistant()).await;
        }
        let answer = server.answer(row.call).await;
        let document = with(a_problem(row.status, row.kind, row.title, &path, row.detail), row.members);
        assert_eq!(answer.status.as_u16(), row.status, "{}", row.kind);
        assert_eq!(answer.json(), document, "{}", row.kind);
        assert_eq!(telling_headers(&answer), row.headers, "{}", row.kind);
    });
    // All at once, since a body that never arrives takes its time.
    join_all(rows).await;
}

#[test]
fn every_kind_of_problem_has_a_row() {
    let rows: Vec<_> = table().into_iter().map(|row| row.kind).collect();
    assert_eq!(rows, problem_names().collect::<Vec<_>>());
}

/// Every problem with every name that the table of the reference with this heading tells of it.
fn told(heading: &str) -> BTreeSet<(String, String)> {
    let (_, table) = include_str!("../../../../docs/reference/problems.md").split_once(heading).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let code = |cell: &str| -> Vec<_> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let pairs = rows.flat_map(|row| {
        let mut cells = row.split('|').skip(1).map(code);
        let (kinds, names) = (cells.next().unwrap(), cells.next().unwrap());
        kinds.into_iter().flat_map(move |kind| names.clone().into_iter().map(move |name| (kind.clone(), name)))
    });
    pairs.collect()
}

#[test]
fn the_reference_tells_the_members_that_a_problem_has_of_its_own() {
    let members = |row: Row| {
        let members = row.members.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        members.into_iter().map(move |member| (row.kind.to_owned(), member))
    };
    let of_an_import = ("invalid-fields".to_owned(), "invalid_rows".to_owned());
    let known: BTreeSet<_> = table().into_iter().flat_map(members).chain([of_an_import]).collect();
    assert_eq!(told("| problem | member |"), known);
}

#[test]
fn the_reference_tells_the_headers_that_say_what_to_do_about_a_problem() {
    let headers = |row: Row| row.headers.iter().map(move |(name, _)| (row.kind.to_owned(), (*name).to_owned()));
    let known = table().into_iter().flat_map(headers).filter(|(_, name)| name != "Cache-Control");
    assert_eq!(told("| problem | header |"), known.collect());
}

/// One call of each use-case that asks a store.
fn calls_that_ask_a_store() -> [Call; 24] {
    let actor = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let movie = json!({"title": "Aihaga", "release_date": "1998-05-07"});
    [
        get("/actors"),
        post("/actors").json(&actor),
        get("/actors/7"),
        patch("/actors/7").text("{}"),
        delete("/actors/7"),
        post("/actors/7/restore"),
        get("/movies"),
        post("/movies").json(&movie),
        get("/movies/2"),
        patch("/movies/2").text("{}"),
        delete("/movies/2"),
        post("/movies/2/restore"),
        get("/movies/2/cast"),
        get("/movies/2/actors"),
        post("/movies/2/cast").text("{\"actor_id\":7}"),
        get("/movies/2/cast/5"),
        patch("/movies/2/cast/5").text("{}"),
        delete("/movies/2/cast/5"),
        put("/movies/2/billing").text("{\"order\":[5]}"),
        get("/actors/7/filmography"),
        get("/actors/7/movies"),
        get("/actors/7/history"),
        get("/movies/2/history"),
        get("/history"),
    ]
    .map(|call| call.by(Role::ExecutiveProducer))
}

#[actix_web::test]
async fn each_trouble_of_a_store_is_told_alike_by_every_use_case() {
    let table: [(Trouble, u16, &str, Option<&str>); 5] = [
        (illegal_status, 409, "illegal-status", None),
        (stale, 412, "stale-version", None),
        (invalid, 422, "invalid-fields", None),
        (unreachable_store, 503, "unavailable", Some("1")),
        (failed_store, 500, "internal", None),
    ];
    for (trouble, status, kind, retry_after) in table {
        let server = a_server_in_trouble(trouble).start().await;
        for call in calls_that_ask_a_store() {
            let path = call.path().to_owned();
            let answer = server.answer(call).await;
            assert_eq!(answer.problem(), (status, kind.to_owned()), "{path}");
            assert_eq!(answer.header("Retry-After"), retry_after, "{path}, {kind}");
        }
    }
}

#[actix_web::test]
async fn the_cause_of_trouble_stays_in_the_log() {
    let troubles: [(Trouble, &[&str]); 2] =
        [(unreachable_store, &["db-7", "refused"]), (failed_store, &["SELEKT", "syntax"])];
    for (trouble, secrets) in troubles {
        let answer = a_server_in_trouble(trouble).answer(get("/actors/7").by_an_assistant()).await;
        let headers = format!("{:?}", answer.headers);
        for secret in secrets {
            assert!(!answer.text().contains(secret) && !headers.contains(secret), "{secret}: {}", answer.text());
        }
    }
}
