//! Casts, in lists and in order, and filmographies.

use ensemble_domain::{
    BillingOrder, CastMember, CastingId, CastingStatus, Credit, Fault, FaultCode, InvalidFields, Role,
};
use serde_json::json;

use crate::fixture::{
    Answer, Server, a_casting, a_movie, a_problem, a_server, actor_json, an_actor, casting_json, fault, faults, get,
    is_call_of, movie_json, now, put, with,
};

/// A server whose movie 2 has this cast.
fn a_server_with_cast(cast: Vec<CastMember>) -> Server {
    a_server().castings(|castings| {
        castings.expect_cast().withf(|movie| movie.get() == 2).returning(move |_| Ok(Some(cast.clone())));
    })
}

/// A server whose actor 7 has these credits.
fn a_server_with_credits(credits: Vec<Credit>) -> Server {
    a_server().castings(|castings| {
        castings.expect_filmography().withf(|actor| actor.get() == 7).returning(move |_| Ok(Some(credits.clone())));
    })
}

/// The ids of the castings that are listed under this name.
fn ids(answer: &Answer, name: &str) -> Vec<i64> {
    answer.member(name).as_array().unwrap().iter().map(|casting| casting["id"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn a_cast_is_its_castings_in_the_order_of_the_store_with_their_actors() {
    let lead = a_casting().numbered(9).playing("Baker").being(CastingStatus::Booked).billed(1).with(an_actor().build());
    let gone = a_casting().numbered(5).of_actor(8).with(an_actor().numbered(8).of_version(2).deleted().build());
    let server = a_server_with_cast(vec![lead, gone]).start().await;

    for (path, name) in [("/movies/2/cast", "cast"), ("/movies/2/actors", "actors")] {
        let answer = server.answer(get(path).by_an_assistant()).await;

        assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some("application/json")), "{path}");
        assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"), "{path}");
        let booked = json!({"id": 9, "character": "Baker", "status": "booked", "billing": 1, "actor": actor_json()});
        let deleted = json!({"id": 8, "version": 2, "deleted_at": "2026-03-14T09:00:00Z"});
        let considered = json!({"actor_id": 8, "actor": with(actor_json(), deleted)});
        assert_eq!(
            answer.json(),
            json!({"success": true, name: [with(casting_json(), booked), with(casting_json(), considered)]}),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_filmography_is_the_castings_of_an_actor_with_their_movies() {
    let credit = a_casting().being(CastingStatus::Booked).in_movie(a_movie().build());
    let server = a_server_with_credits(vec![credit]).start().await;

    for (path, name) in [("/actors/7/filmography", "filmography"), ("/actors/7/movies", "movies")] {
        let answer = server.answer(get(path).by_an_assistant()).await;

        assert_eq!(
            (answer.status.as_u16(), answer.header("Cache-Control")),
            (200, Some("private, no-cache")),
            "{path}"
        );
        let booked = with(casting_json(), json!({"status": "booked", "movie": movie_json()}));
        assert_eq!(answer.json(), json!({"success": true, name: [booked]}), "{path}");
    }
}

#[actix_web::test]
async fn a_cast_and_a_filmography_show_the_statuses_asked_for() {
    let all: Vec<_> = (1..).zip(CastingStatus::ALL).collect();
    let member = |&(id, status): &(i64, _)| a_casting().numbered(id).being(status).with(an_actor().build());
    let credit = |&(id, status): &(i64, _)| a_casting().numbered(id).being(status).in_movie(a_movie().build());
    let cast = a_server_with_cast(all.iter().map(member).collect()).start().await;
    let credits = a_server_with_credits(all.iter().map(credit).collect()).start().await;
    let table: [(&str, &[i64]); 5] = [
        ("", &[1, 2, 3, 4, 5, 6, 7]),
        ("?status=pinned,offered", &[3, 4]),
        ("?status=offered%2Cpinned", &[3, 4]),
        ("?status=booked", &[5]),
        ("?status=booked,booked", &[5]),
    ];
    for (query, shown) in table {
        for (path, name) in [("/movies/2/cast", "cast"), ("/movies/2/actors", "actors")] {
            let answer = cast.answer(get(&format!("{path}{query}")).by_an_assistant()).await;
            assert_eq!(ids(&answer, name), shown, "{path}{query}");
        }
        for (path, name) in [("/actors/7/filmography", "filmography"), ("/actors/7/movies", "movies")] {
            let answer = credits.answer(get(&format!("{path}{query}")).by_an_assistant()).await;
            assert_eq!(ids(&answer, name), shown, "{path}{query}");
        }
    }
}

#[actix_web::test]
async fn an_unknown_status_is_refused_with_those_that_are_known() {
    let server = a_server().start().await;
    for path in ["/movies/2/cast", "/movies/2/actors", "/actors/7/filmography", "/actors/7/movies"] {
        for statuses in ["hired", "booked,", "", "Booked", "booked,%20pinned"] {
            let answer = server.answer(get(&format!("{path}?status={statuses}")).by_an_assistant()).await;
            let rule = "must be one of considering, auditioning, pinned, offered, booked, declined, released";
            let detail = format!("query parameter status {rule}");
            let problem = a_problem(400, "invalid-request", "The request is not valid", path, &detail);
            let errors = json!({"errors": [{"parameter": "status", "code": "unknown", "detail": rule}]});
            assert_eq!(answer.json(), with(problem, errors), "{path}?status={statuses}");
        }
    }
}

#[actix_web::test]
async fn a_billing_puts_the_cast_in_order_and_answers_it() {
    let server = a_server().castings(|castings| {
        let cast = vec![a_casting().numbered(9).billed(1).with(an_actor().build())];
        castings
            .expect_bill()
            .withf(|permit, movie, order, at| {
                let wanted = BillingOrder::new([9, 5].into_iter().filter_map(CastingId::new).collect());
                is_call_of(permit.caller(), Role::CastingDirector)
                    && (movie.get(), Ok(order), *at) == (2, wanted.as_ref(), now())
            })
            .once()
            .return_once(|_, _, _, _| Ok(Some(cast)));
    });

    let answer = server.answer(put("/movies/2/billing").by_a_director().json(&json!({"order": [9, 5]}))).await;

    assert_eq!((answer.status.as_u16(), answer.header("Cache-Control")), (200, Some("private, no-cache")));
    let lead = with(casting_json(), json!({"id": 9, "billing": 1, "actor": actor_json()}));
    assert_eq!(answer.json(), json!({"success": true, "cast": [lead]}));
}

#[actix_web::test]
async fn an_order_that_is_no_list_of_castings_is_refused() {
    let table = [
        ("{}", "#/order", "required"),
        (r#"{"order":null}"#, "#/order", "required"),
        (r#"{"order":5}"#, "#/order", "type"),
        (r#"{"order":{"5":1}}"#, "#/order", "type"),
        (r#"{"order":[5,null]}"#, "#/order", "type"),
        (r#"{"order":["5"]}"#, "#/order", "type"),
        (r#"{"order":[5,"six"]}"#, "#/order", "type"),
        (r#"{"order":[5,[6]]}"#, "#/order", "type"),
        (r#"{"order":[0]}"#, "#/order", "range"),
        (r#"{"order":[5,6,5]}"#, "#/order", "disagrees"),
        ("[5]", "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(put("/movies/2/billing").by_a_director(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn a_stranger_in_the_order_is_told_at_the_order() {
    let server = a_server().castings(|castings| {
        let fault = Fault::new(FaultCode::Unknown, "names casting 9, which is not in this cast");
        castings.expect_bill().once().return_once(|_, _, _, _| Err(InvalidFields::one("order", fault).into()));
    });
    let answer = server.answer(put("/movies/2/billing").by_a_director().json(&json!({"order": [9]}))).await;
    let errors =
        json!([{"pointer": "#/order", "code": "unknown", "detail": "names casting 9, which is not in this cast"}]);
    assert_eq!((answer.status.as_u16(), answer.member("errors")), (422, errors));
}

#[actix_web::test]
async fn an_order_comes_as_json_and_not_as_a_merge_patch() {
    let call = put("/movies/2/billing").by_a_director().header("Content-Type", "application/merge-patch+json");
    let answer = a_server().answer(call.bytes(r#"{"order":[5]}"#)).await;
    assert_eq!(answer.problem(), (415, "unsupported-media-type".to_owned()));
}
