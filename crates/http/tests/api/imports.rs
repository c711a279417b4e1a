//! Files of actors and movies that are added at once.

use std::sync::mpsc;

use ensemble_domain::{Idempotency, Imported, NewActor, NewMovie, Outcome, Rows, StoreError};
use serde_json::{Value, json};

use crate::fixture::{Answer, Call, Server, a_problem, a_server, get, patch, post, with};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const ACTORS: &str = "name,age,gender\nNada Haddad,20,f\n\"Ito, Ken\",31,m\n";

/// What every store does with rows.
fn counted<T>(rows: &mut dyn Rows<T>) -> Result<Outcome<Imported>, StoreError> {
    let mut count = 0;
    for row in rows {
        row.map_err(|_withdrawn| StoreError::Withdrawn)?;
        count += 1;
    }
    Ok(Outcome::Done(Imported { count }))
}

/// A server that adds what it is given.
fn a_server_that_adds() -> Server {
    let with_actors = a_server().actors(|actors| {
        actors.expect_import().returning(|_, rows, _| counted::<NewActor>(rows));
    });
    with_actors.movies(|movies| {
        movies.expect_import().returning(|_, rows, _| counted::<NewMovie>(rows));
    })
}

fn import(query: &str, csv: &str) -> Call {
    post(&format!("/actors/import{query}")).by_a_producer().csv(csv.to_owned())
}

async fn imported(call: Call) -> Answer {
    a_server_that_adds().answer(call).await
}

#[actix_web::test]
async fn every_row_of_a_file_is_added() {
    let server = a_server().actors(|actors| {
        actors.expect_import().once().return_once(|_, rows, _| {
            let names: Vec<_> = rows.map(|row| row.unwrap().name.as_str().to_owned()).collect();
            assert_eq!(names, ["Nada Haddad", "Ito, Ken"]);
            Ok(Outcome::Done(Imported { count: 2 }))
        });
    });
    let answer = server.answer(import("", ACTORS)).await;
    assert_eq!((answer.status.as_u16(), answer.header("Cache-Control")), (200, Some("private, no-cache")));
    assert_eq!(answer.json(), json!({"success": true, "imported": 2, "rows": 2, "dry_run": false}));
}

#[actix_web::test]
async fn movies_are_added_too() {
    let csv = "\u{feff}release_date,title,shoot_start,shoot_end\r\n2027-05-07,Aihaga,,\r\n2027-01-01,Badis,2026-05-01,2026-06-01\r\n";
    let answer = imported(post("/movies/import?dry_run=false").by_a_producer().csv(csv)).await;
    assert_eq!(answer.json(), json!({"success": true, "imported": 2, "rows": 2, "dry_run": false}));
}

#[actix_web::test]
async fn a_dry_run_checks_everything_and_asks_no_store() {
    let answer = a_server().answer(import("?dry_run=true", ACTORS)).await;
    assert_eq!(answer.json(), json!({"success": true, "imported": 0, "rows": 2, "dry_run": true}));
}

#[actix_web::test]
async fn rows_that_are_not_right_are_told_even_when_the_file_breaks_off() {
    let answer = imported(import("", "name,age,gender\n,500,F\nB,20,F\n\"C,20,F\n")).await;
    assert_eq!(answer.problem(), (400, "malformed-request".to_owned()));
    assert!(
        answer.member("detail").as_str().unwrap().starts_with("nothing was imported: line 4: "),
        "{}",
        answer.json()
    );
    assert_eq!((answer.member("errors")[0]["line"].clone(), answer.member("invalid_rows")), (json!(2), json!(1)));
}

#[actix_web::test]
async fn every_row_that_is_not_right_is_told_by_line_and_column() {
    let csv = "name,age,gender\nAda,36,f\n,121,f\n\nBob,30\nCy,x,m\n";
    for query in ["", "?dry_run=true"] {
        let answer = imported(import(query, csv)).await;
        let detail = "nothing was imported, since 3 rows are not right; line 3: name must not be empty";
        let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/actors/import", detail);
        let errors = json!([
            {"line": 3, "column": "name", "code": "length", "detail": "must not be empty"},
            {"line": 3, "column": "age", "code": "range", "detail": "must be between 0 and 120"},
            {"line": 5, "code": "format", "detail": "must have 3 columns, as the first line has, not 2"},
            {"line": 6, "column": "age", "code": "type", "detail": "must be a whole number"},
        ]);
        assert_eq!(answer.json(), with(problem, json!({"errors": errors, "invalid_rows": 3})), "{query}");
    }
    let one = imported(import("", "name,age,gender\nBob,121,m\n")).await;
    let detail = "nothing was imported, since 1 row is not right; line 2: age must be between 0 and 120";
    assert_eq!(one.member("detail"), detail);
}

#[actix_web::test]
async fn no_more_than_a_thousand_bad_rows_are_told() {
    let answer = imported(import("", &format!("name,age,gender\n{}", "Bob,121,\n".repeat(1001)))).await;
    assert_eq!(answer.problem(), (422, "invalid-fields".to_owned()));
    assert_eq!(answer.member("errors").as_array().unwrap().len(), 2000);
    assert_eq!(answer.member("invalid_rows"), 1001);
}

#[actix_web::test]
async fn what_is_no_csv_of_that_kind_is_malformed() {
    let long = format!("name,age,gender\n{}", "x".repeat(100_000));
    let columns = "must name the columns name, gender, and age or birth_date";
    let table = [
        (String::new(), format!("line 1: {columns}, but is empty")),
        ("name,age\nAda,36\n".to_owned(), format!("line 1: {columns}, but does not name gender")),
        ("name,age,gender\n".to_owned(), "line 1: names the columns, but no row follows".to_owned()),
        ("name,age,gender,age\n".to_owned(), "line 1: must name the column age only once".to_owned()),
        (
            "name,age,gender\nAda,36,\"f\n".to_owned(),
            "line 2: begins a row with a quote that is never closed".to_owned(),
        ),
        (long, "line 2: begins a row of more than 65536 bytes, as a quote does that is never closed".to_owned()),
        (
            "name,age,gender\nA\0a,36,f\n".to_owned(),
            "line 2: begins a row with a NUL byte, so this is no text file".to_owned(),
        ),
    ];
    for (csv, detail) in table {
        for query in ["", "?dry_run=true"] {
            let answer = imported(import(query, &csv)).await;
            let detail = format!("nothing was imported: {detail}");
            let title = "The request body is not well-formed";
            assert_eq!(answer.json(), a_problem(400, "malformed-request", title, "/actors/import", &detail), "{query}");
        }
    }
    let answer = imported(post("/movies/import").by_a_producer().csv(&b"title,rel\xe9ase_date\n"[..])).await;
    assert_eq!(answer.problem(), (400, "malformed-request".to_owned()));
}

#[actix_web::test]
async fn a_body_of_another_type_is_refused() {
    for media_type in ["application/json", "text/plain", "text/csv; charset=iso-8859-1", "multipart/form-data"] {
        let call = post("/actors/import").by_a_producer().header("Content-Type", media_type).bytes(ACTORS);
        let answer = a_server().answer(call).await;
        let detail = "send the body as text/csv, in UTF-8 and not compressed";
        let title = "The media type is not supported";
        let problem = a_problem(415, "unsupported-media-type", title, "/actors/import", detail);
        assert_eq!(answer.json(), problem, "{media_type}");
    }
    for media_type in ["text/csv; charset=utf-8; header=present", "Text/CSV"] {
        let call = post("/actors/import").by_a_producer().header("Content-Type", media_type).bytes(ACTORS);
        assert_eq!(imported(call).await.status, 200, "{media_type}");
    }
}

#[actix_web::test]
async fn a_file_of_more_than_32_mib_is_refused_and_one_beyond_the_limit_of_other_bodies_is_not() {
    let limit = 32 * 1024 * 1024;
    let large = |size: usize| {
        let row = "Nada Haddad,20,female\n";
        format!("name,age,gender\n{}", row.repeat(size / row.len()))
    };
    assert_eq!(imported(import("", &large(3 * 1024 * 1024))).await.status, 200);
    let announced = import("", ACTORS).header("Content-Length", (limit + 1).to_string());
    for call in [import("", &large(limit + 100)), announced] {
        let answer = imported(call).await;
        let detail = "the body may have at most 33554432 bytes";
        let title = "The request body is too large";
        assert_eq!(answer.json(), a_problem(413, "body-too-large", title, "/actors/import", detail));
    }
}

#[actix_web::test]
async fn a_file_that_breaks_off_is_not_imported() {
    let call = post("/actors/import")
        .by_a_producer()
        .breaking_off()
        .without("Content-Type")
        .header("Content-Type", "text/csv");
    assert_eq!(a_server().answer(call).await.problem(), (400, "malformed-request".to_owned()));
}

#[actix_web::test]
async fn a_dry_run_is_true_or_false() {
    for query in ["?dry_run=", "?dry_run=yes", "?dry_run=1", "?dry_run"] {
        let answer = a_server().answer(import(query, ACTORS)).await;
        assert_eq!(answer.problem(), (400, "invalid-request".to_owned()), "{query}");
        let errors = json!([{"parameter": "dry_run", "code": "format", "detail": "must be one of true, false"}]);
        assert_eq!(answer.member("errors"), errors, "{query}");
    }
    let answer = a_server().answer(import("?dryrun=true", ACTORS)).await;
    assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()));
}

#[actix_web::test]
async fn trouble_in_the_store_is_told_as_ever() {
    let server = a_server().actors(|actors| {
        actors.expect_import().returning(|_, _, _| Err(StoreError::Unavailable("down".into())));
    });
    assert_eq!(server.answer(import("", ACTORS)).await.problem(), (503, "unavailable".to_owned()));
}

#[actix_web::test]
async fn a_file_can_be_sent_again_under_its_key() {
    let (teller, told) = mpsc::channel();
    let server = a_server().actors(|actors| {
        actors.expect_import().returning(move |permit, _, _| {
            teller.send(permit.caller().idempotency().copied()).unwrap();
            Ok(Outcome::Replayed(Imported { count: 2 }))
        });
    });
    let server = server.start().await;
    let mut requests: Vec<Option<Idempotency>> = Vec::new();
    let other = ACTORS.replace("20", "21");
    for call in [import("", ACTORS), import("?dry_run=false", ACTORS), import("", &other)] {
        let answer = server.answer(call.header("Idempotency-Key", KEY)).await;
        assert_eq!(answer.header("Idempotency-Replayed"), Some("true"));
        assert_eq!(answer.json(), json!({"success": true, "imported": 2, "rows": 2, "dry_run": false}));
        requests.push(told.recv().unwrap());
    }
    assert_eq!(requests[0], requests[1]);
    assert_eq!(requests[0].unwrap().key, requests[2].unwrap().key);
    assert_ne!(requests[0].unwrap().fingerprint, requests[2].unwrap().fingerprint);
    let dry = server.answer(import("?dry_run=true", ACTORS).header("Idempotency-Key", KEY)).await;
    assert_eq!((dry.header("Idempotency-Replayed"), dry.member("imported")), (None, json!(0)));
}

#[actix_web::test]
async fn whoever_may_not_add_learns_nothing_about_the_file() {
    let server = a_server().start().await;
    for (path, call) in [("/actors/import", post("/actors/import")), ("/movies/import", post("/movies/import"))] {
        let call = call.text("{").header("Idempotency-Key", "two words");
        assert_eq!(server.answer(call.clone()).await.problem(), (401, "unauthenticated".to_owned()), "{path}");
        let denied = server.answer(call.by_an_assistant()).await;
        assert_eq!(denied.problem(), (403, "permission-denied".to_owned()), "{path}");
    }
    let director = server.answer(post("/movies/import").by_a_director().csv(ACTORS)).await;
    assert_eq!(director.member("needs"), "post:movies");
}

#[actix_web::test]
async fn nothing_but_a_post_is_an_import() {
    let server = a_server().start().await;
    for call in [get("/actors/import"), patch("/movies/import")] {
        let answer = server.answer(call.by_a_producer()).await;
        assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()));
        assert_eq!(answer.header("Allow"), Some("POST, OPTIONS"));
    }
    let twice = server.answer(get("/actors/import/").by_a_producer()).await;
    assert_eq!((twice.problem().0, twice.member("errors")), (404, Value::Null));
}
