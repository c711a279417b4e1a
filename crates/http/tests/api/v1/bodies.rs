//! What is wrong with a body, and where.

use ensemble_domain::{Fault, FaultCode, InvalidFields, StoreError};
use serde_json::{Value, json};

use crate::fixture::{Call, a_server, patch, post};

/// The faults of a body, by JSON pointer and code.
async fn faults(call: Call, body: &Value) -> Vec<(String, String)> {
    let answer = a_server().answer(call.by_a_producer().json(body)).await;
    assert_eq!(answer.problem(), (400, "invalid-request".to_owned()), "{body}");
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let errors = answer.member("errors");
    errors.as_array().unwrap().iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
}

async fn assert_faults(call: &Call, table: &[(Value, &[(&str, &str)])]) {
    for (body, expected) in table {
        let expected: Vec<_> =
            expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect();
        assert_eq!(faults(call.clone(), body).await, expected, "{body}");
    }
}

#[actix_web::test]
async fn a_new_actor_that_is_not_right_is_refused_where_it_is_not() {
    assert_faults(
        &post("/api/v1/actors"),
        &[
            (json!({}), &[("#/actor", "required")]),
            (json!({"actor": null}), &[("#/actor", "required")]),
            (json!({"actor": [1]}), &[("#/actor", "type")]),
            (json!({"name": "Nada Haddad", "age": 20, "gender": "f"}), &[("#/actor", "required")]),
            (json!({"search_term": "arthur"}), &[("#/actor", "required")]),
            (
                json!({"actor": {"birth_date": "02/02/1990"}}),
                &[("#/actor/name", "required"), ("#/actor/birth_date", "format"), ("#/actor/gender", "required")],
            ),
            (json!({"actor": {"name": "Nada", "gender": "F", "age": 121}}), &[("#/actor/age", "range")]),
            (json!([{"actor": {}}]), &[("#", "type")]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_change_of_an_actor_that_is_not_right_is_refused_where_it_is_not() {
    assert_faults(
        &patch("/api/v1/actors/7"),
        &[
            (json!({"name": "Nada"}), &[("#", "unknown")]),
            (json!({"actor": {"nmae": "Nada"}}), &[("#/actor", "unknown")]),
            (json!({"actor": null}), &[("#/actor", "required")]),
            (json!({"actor": "Nada"}), &[("#/actor", "type")]),
            (
                json!({"actor": {"name": null, "gender": 7}}),
                &[("#/actor/name", "required"), ("#/actor/gender", "type")],
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_new_movie_that_is_not_right_is_refused_where_it_is_not() {
    assert_faults(
        &post("/api/v1/movies"),
        &[
            (json!({"actor_ids": [7]}), &[("#/movie", "required")]),
            (
                json!({"movie": {"title": " "}, "actor_ids": 7}),
                &[("#/movie/title", "length"), ("#/movie/release_date", "required"), ("#/actor_ids", "type")],
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_change_of_a_movie_that_is_not_right_is_refused_where_it_is_not() {
    assert_faults(
        &patch("/api/v1/movies/2"),
        &[
            (json!({"title": "Aihaga"}), &[("#", "unknown")]),
            (json!({"movie": {"actor_ids": [7]}}), &[("#/movie", "unknown")]),
            (json!({"movie": {"titel": "Aihaga"}, "actor_ids": [7]}), &[("#/movie", "unknown")]),
            (
                json!({"movie": {"release_date": "soon"}, "actor_ids": [0]}),
                &[("#/movie/release_date", "format"), ("#/actor_ids", "range")],
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_change_says_which_members_can_be_changed_and_where() {
    let table = [
        (json!({"title": "Aihaga"}), "has no member that can be changed; those are movie, actor_ids"),
        (json!({"movie": {"titel": "x"}}), "has no member that can be changed; those are title, release_date"),
    ];
    for (body, detail) in table {
        let answer = a_server().answer(patch("/api/v1/movies/2").by_a_director().json(&body)).await;
        assert_eq!(answer.member("detail"), detail, "{body}");
    }
}

#[actix_web::test]
async fn a_search_that_is_not_right_is_refused_where_it_is_not() {
    assert_faults(
        &post("/api/v1/actors/search"),
        &[
            (json!({}), &[("#/search_term", "required")]),
            (json!({"search_term": null}), &[("#/search_term", "required")]),
            (json!({"search_term": 7, "actor_ids": {}}), &[("#/search_term", "type"), ("#/actor_ids", "type")]),
            (json!({"search_term": "n".repeat(201)}), &[("#/search_term", "length")]),
            (json!({"search_term": "", "actor_ids": ["seven"]}), &[("#/actor_ids", "type")]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_member_that_stands_twice_in_an_object_is_malformed() {
    let body = r#"{"actor":{"name":"Nada","name":"Omar","age":20,"gender":"f"}}"#;
    let answer = a_server().answer(post("/api/v1/actors").by_a_director().text(body)).await;
    assert_eq!(answer.problem(), (400, "malformed-request".to_owned()));
}

#[actix_web::test]
async fn what_the_store_finds_wrong_is_pointed_to_in_the_body_of_this_format() {
    for (field, pointer) in [("actor_ids", "#/actor_ids"), ("release_date", "#/movie/release_date")] {
        let invalid = move || {
            let fault = Fault::new(FaultCode::Unknown, "names no actor: 99");
            StoreError::Invalid(InvalidFields::one(field, fault))
        };
        let server = a_server().movies(|movies| {
            movies.expect_insert().returning(move |_, _, _| Err(invalid()));
            movies.expect_update().returning(move |_, _, _, _, _| Err(invalid()));
        });
        let server = server.start().await;
        let body = json!({"movie": {"title": "Aihaga", "release_date": "1998-05-07"}, "actor_ids": [99]});
        for call in [post("/api/v1/movies"), patch("/api/v1/movies/2")] {
            let answer = server.answer(call.by_a_producer().json(&body)).await;
            assert_eq!(answer.problem(), (400, "invalid-request".to_owned()));
            assert_eq!(answer.member("errors")[0]["pointer"], pointer);
            assert_eq!(answer.member("detail"), format!("{field} names no actor: 99"));
        }
    }
}
