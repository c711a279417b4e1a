//! One actor: read, added, changed, deleted.

use ensemble_domain::{
    Actor, ActorChanges, ActorName, Born,
    CastingStatus::{Booked, Pinned, Released},
    Credit, Gender, NewActor, Outcome, Precondition, Role, StoreError,
};
use serde_json::json;

use super::{credits, with_credits};
use crate::{
    actors::a_server_changing,
    fixture::{
        ActorDraft, Server, a_server, an_actor, an_empty_server, day, delete, get, head, is_call_of, now, patch, post,
        token_with, version,
    },
};

/// A server that knows this actor 7, in these castings.
fn a_server_with(actor: ActorDraft, credits: Vec<Credit>) -> Server {
    let actor = actor.build();
    with_credits(a_server(), credits).actors(|actors| {
        actors.expect_find().withf(|id| id.get() == 7).returning(move |_| Ok(Some(actor.clone())));
    })
}

/// A server that adds just this actor, as actor 7.
fn a_server_expecting(new: NewActor) -> Server {
    a_server().actors(|actors| {
        actors
            .expect_insert()
            .withf(move |permit, given, at| {
                is_call_of(permit.caller(), Role::CastingDirector) && (given, *at) == (&new, now())
            })
            .once()
            .return_once(|_, given, _| {
                let NewActor { name, gender, born } = given.clone();
                Ok(Outcome::Done(Actor { name, gender, born, ..an_actor().build() }))
            });
    })
}

fn a_new_actor() -> NewActor {
    let name = ActorName::parse("James Junior J").unwrap();
    NewActor { name, gender: Gender::Male, born: Born::On(day("1990-02-02")) }
}

#[actix_web::test]
async fn an_actor_is_shown_with_the_movies_of_the_bookings_each_once() {
    let credits = credits(&[
        (9, "Badis", Booked),
        (3, "Adagio", Pinned),
        (2, "Aihaga", Booked),
        (9, "Badis", Booked),
        (4, "Low Tide", Released),
    ]);
    let server = a_server_with(an_actor().born("1990-02-02"), credits).start().await;

    let answer = server.answer(get("/api/v1/actors/7").by_an_assistant()).await;

    assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some("application/json")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actor":{"id":7,"name":"Nada Haddad","birth_date":"1990-02-02","gender":"F","age":36,"movie_ids":[9,2],"movie_crew":[{"movie":{"id":9,"title":"Badis"}},{"movie":{"id":2,"title":"Aihaga"}}]}}"#
    );
    let bare = server.answer(head("/api/v1/actors/7").by_an_assistant()).await;
    assert_eq!((bare.status.as_u16(), bare.header("ETag")), (200, answer.header("ETag")));
}

#[actix_web::test]
async fn no_birth_date_is_made_up_for_an_age() {
    let answer = a_server_with(an_actor().aged(20), Vec::new()).answer(get("/api/v1/actors/7").by_an_assistant()).await;
    let actor = answer.member("actor");
    assert_eq!((&actor["birth_date"], &actor["age"]), (&json!(null), &json!(20)));
    assert_eq!((&actor["movie_ids"], &actor["movie_crew"]), (&json!([]), &json!([])));
}

#[actix_web::test]
async fn a_gender_is_a_letter_where_the_seed_had_one() {
    for (gender, shown) in [("m", "M"), ("f", "F"), ("nb", "non-binary"), ("Two-Spirit", "Two-Spirit")] {
        let answer = a_server_with(an_actor().of_gender(gender), Vec::new())
            .answer(get("/api/v1/actors/7").by_an_assistant())
            .await;
        assert_eq!(answer.member("actor")["gender"], shown);
    }
}

#[actix_web::test]
async fn a_new_actor_is_answered_with_its_place_its_tag_and_a_message() {
    let body = json!({"actor": {"birth_date": "1990-02-02", "gender": "M", "name": "James Junior J"}});

    let answer = a_server_expecting(a_new_actor()).answer(post("/api/v1/actors").by_a_director().json(&body)).await;

    assert_eq!((answer.status.as_u16(), answer.header("Location")), (201, Some("/api/v1/actors/7")));
    assert!(answer.header("ETag").unwrap().starts_with("\"1-"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actor":{"id":7,"name":"James Junior J","birth_date":"1990-02-02","gender":"M","age":36,"movie_ids":[],"movie_crew":[]},"message":"Actor created Successfully"}"#
    );
}

#[actix_web::test]
async fn a_new_actor_may_come_with_an_age() {
    let new = NewActor { born: Born::About(day("2006-03-14")), ..a_new_actor() };
    let body = json!({"actor": {"name": "James Junior J", "age": "20", "gender": "male", "agent": "Badis & Sons"}});
    let answer = a_server_expecting(new).answer(post("/api/v1/actors").by_a_director().json(&body)).await;
    assert_eq!(answer.status, 201);
}

#[actix_web::test]
async fn a_changed_actor_is_answered_with_its_movies_and_a_message() {
    let changes = ActorChanges { name: Some(ActorName::parse("Gerald").unwrap()), ..ActorChanges::default() };
    let server = with_credits(a_server_changing(changes), credits(&[(9, "Badis", Booked)]));

    let call = patch("/api/v1/actors/7").by_a_director().json(&json!({"actor": {"name": "Gerald"}}));
    let answer = server.answer(call).await;

    assert_eq!(answer.status, 200);
    assert!(answer.header("ETag").unwrap().starts_with("\"2-"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actor":{"id":7,"name":"Nada Haddad","birth_date":null,"gender":"F","age":20,"movie_ids":[9],"movie_crew":[{"movie":{"id":9,"title":"Badis"}}]},"message":"Actor updated Successfully"}"#
    );
}

#[actix_web::test]
async fn a_change_of_nothing_is_answered_too() {
    for body in [json!({}), json!({"actor": {}})] {
        let server = with_credits(a_server_changing(ActorChanges::default()), Vec::new());
        assert_eq!(server.answer(patch("/api/v1/actors/7").by_a_director().json(&body)).await.status, 200, "{body}");
    }
}

#[actix_web::test]
async fn whoever_may_not_see_actors_is_not_told_their_movies_by_a_change() {
    let server = a_server_changing(ActorChanges::default());
    let call = patch("/api/v1/actors/7").bearing(&token_with(&["patch:actors"])).json(&json!({}));
    let actor = server.answer(call).await.member("actor");
    assert_eq!(actor, json!({"id": 7, "name": "Nada Haddad", "birth_date": null, "gender": "F", "age": 20}));
}

#[actix_web::test]
async fn what_was_changed_is_answered_though_the_movies_cannot_be_had() {
    let server = a_server_changing(ActorChanges::default()).castings(|castings| {
        castings.expect_filmography().once().return_once(|_| Err(StoreError::Unavailable("down".into())));
    });
    let answer = server.answer(patch("/api/v1/actors/7").by_a_director().json(&json!({}))).await;
    assert_eq!((answer.status.as_u16(), answer.member("message")), (200, json!("Actor updated Successfully")));
    assert_eq!(answer.member("actor").get("movie_ids"), None);
}

#[actix_web::test]
async fn a_deletion_answers_the_id_the_actor_and_a_message() {
    let server = a_server().actors(|actors| {
        actors
            .expect_delete()
            .withf(|permit, id, seen, at| {
                is_call_of(permit.caller(), Role::CastingDirector)
                    && (id.get(), seen, *at) == (7, &Precondition::VersionIn(vec![version(1)]), now())
            })
            .once()
            .return_once(|_, _, _, _| Ok(Some(an_actor().of_version(2).deleted().build())));
    });

    let answer = server.answer(delete("/api/v1/actors/7").by_a_director().header("If-Match", "\"1-20\"")).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actor":{"id":7,"name":"Nada Haddad","birth_date":null,"gender":"F","age":20},"deleted":7,"message":"Actor deleted Successfully"}"#
    );
}

#[actix_web::test]
async fn a_request_that_is_sent_again_is_answered_as_the_first_one() {
    let server = a_server().actors(|actors| {
        actors
            .expect_insert()
            .withf(|permit, _, _| permit.caller().idempotency().is_some())
            .once()
            .return_once(|_, _, _| Ok(Outcome::Replayed(an_actor().build())));
    });
    let body = json!({"actor": {"name": "Nada Haddad", "age": 20, "gender": "f"}});
    let answer =
        server.answer(post("/api/v1/actors").by_a_director().header("Idempotency-Key", "once").json(&body)).await;
    assert_eq!((answer.status.as_u16(), answer.header("Idempotency-Replayed")), (201, Some("true")));
}

#[actix_web::test]
async fn an_actor_that_is_not_there_is_not_found() {
    let server = an_empty_server().start().await;
    for call in [
        get("/api/v1/actors/7"),
        patch("/api/v1/actors/7").text("{}"),
        delete("/api/v1/actors/7"),
        get("/api/v1/actors/abc"),
    ] {
        assert_eq!(server.answer(call.by_a_director()).await.problem(), (404, "not-found".to_owned()));
    }
}
