//! One movie: read, added, changed, deleted, and its actors.

use std::collections::BTreeSet;

use ensemble_domain::{
    ActorId, CastMember,
    CastingStatus::{Booked, Offered, Released},
    MovieChanges, NewMovie, Outcome, ReleaseDate, Role, StoreError, Title,
};
use serde_json::{Value, json};

use super::{cast, with_cast};
use crate::{
    fixture::{
        Server, a_casting, a_movie, a_server, an_actor, an_empty_server, day, delete, get, is_call_of, logged, now,
        patch, post, token_with,
    },
    movies::a_server_changing,
};

/// A server that adds just this movie, as movie 2.
fn a_server_expecting(new: NewMovie) -> Server {
    a_server().movies(|movies| {
        movies
            .expect_insert()
            .withf(move |permit, given, at| {
                is_call_of(permit.caller(), Role::ExecutiveProducer) && (given, *at) == (&new, now())
            })
            .once()
            .return_once(|_, _, _| Ok(Outcome::Done(a_movie().build())));
    })
}

fn a_new_movie(actors: &[i64]) -> NewMovie {
    let release_date = ReleaseDate::new(day("1998-05-07")).unwrap();
    NewMovie { title: Title::parse("Aihaga").unwrap(), release_date, shoot: None, actors: ids(actors) }
}

fn ids(numbers: &[i64]) -> BTreeSet<ActorId> {
    numbers.iter().copied().filter_map(ActorId::new).collect()
}

/// Five castings, of which two are no bookings and two are of one actor.
fn a_cast() -> Vec<CastMember> {
    cast(&[
        (9, "Omar Said", Booked),
        (3, "Ilse Marten", Offered),
        (7, "Nada Haddad", Booked),
        (9, "Omar Said", Booked),
        (4, "Mona Adler", Released),
    ])
}

#[actix_web::test]
async fn a_movie_is_shown_with_the_actors_of_the_bookings_each_once() {
    let server = with_cast(a_server(), a_cast()).movies(|movies| {
        movies.expect_find().withf(|id| id.get() == 2).return_once(|_| Ok(Some(a_movie().build())));
    });

    let answer = server.answer(get("/api/v1/movies/2").by_an_assistant()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text(),
        r#"{"success":true,"movie":{"id":2,"title":"Aihaga","release_date":"1998-05-07","actor_ids":[9,7],"movie_crew":[{"actor":{"id":9,"name":"Omar Said"}},{"actor":{"id":7,"name":"Nada Haddad"}}]}}"#
    );
}

#[actix_web::test]
async fn an_actor_who_was_deleted_stays_among_the_actors() {
    let gone = a_casting().being(Booked).with(an_actor().deleted().build());
    let answer = with_cast(a_server(), vec![gone]).answer(get("/api/v1/movies/2/actors").by_an_assistant()).await;
    assert_eq!(answer.member("actors"), json!([{"actor": {"id": 7, "name": "Nada Haddad"}}]));
}

#[actix_web::test]
async fn a_new_movie_is_answered_with_its_actors_its_place_its_tag_and_a_message() {
    let server = with_cast(a_server_expecting(a_new_movie(&[7, 9])), a_cast());
    let body = json!({"movie": {"title": "Aihaga", "release_date": "1998-05-07"}, "actor_ids": [9, 7]});

    let answer = server.answer(post("/api/v1/movies").by_a_producer().json(&body)).await;

    assert_eq!((answer.status.as_u16(), answer.header("Location")), (201, Some("/api/v1/movies/2")));
    assert!(answer.header("ETag").unwrap().starts_with("\"1-"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"movie":{"id":2,"title":"Aihaga","release_date":"1998-05-07","actor_ids":[9,7],"movie_crew":[{"actor":{"id":9,"name":"Omar Said"}},{"actor":{"id":7,"name":"Nada Haddad"}}]},"message":"Movie created Successfully"}"#
    );
}

#[actix_web::test]
async fn a_movie_books_whom_the_body_names_beside_it_and_nobody_else() {
    let facts = json!({"title": "Aihaga", "release_date": "1998-05-07"});
    // What GET shows in a movie may be sent back in it, and says nothing there.
    let shown = json!({
        "id": 2, "title": "Aihaga", "release_date": "1998-05-07", "actor_ids": [3], "movie_crew": [],
        "shoot_start": "1997-01-01",
    });
    let table: [(Value, &[i64]); 4] = [
        (json!({"movie": facts}), &[]),
        (json!({"movie": facts, "actor_ids": null}), &[]),
        (json!({"movie": shown}), &[]),
        (json!({"movie": shown, "actor_ids": [7]}), &[7]),
    ];
    for (body, actors) in table {
        let server = with_cast(a_server_expecting(a_new_movie(actors)), Vec::new());
        assert_eq!(server.answer(post("/api/v1/movies").by_a_producer().json(&body)).await.status, 201, "{body}");
    }
}

#[actix_web::test]
async fn a_changed_movie_is_answered_with_its_actors_and_a_message() {
    let changes = MovieChanges { title: Some(Title::parse("New Movie title").unwrap()), ..MovieChanges::default() };
    let server = with_cast(a_server_changing(changes), a_cast());

    let call = patch("/api/v1/movies/2").by_a_director().json(&json!({"movie": {"title": "New Movie title"}}));
    let answer = server.answer(call).await;

    assert_eq!(answer.status, 200);
    assert!(answer.header("ETag").unwrap().starts_with("\"2-"));
    assert_eq!(answer.member("movie")["actor_ids"], json!([9, 7]));
    assert_eq!(answer.member("message"), "Movie updated Successfully");
    assert_eq!(answer.json().as_object().unwrap().len(), 3, "{}", answer.text());
}

#[actix_web::test]
async fn a_change_names_the_actors_of_a_movie() {
    let naming = |actors: &[i64]| MovieChanges { actors: Some(ids(actors)), ..MovieChanges::default() };
    let table = [
        (json!({}), MovieChanges::default()),
        (json!({"movie": {}}), MovieChanges::default()),
        (json!({"actor_ids": null}), MovieChanges::default()),
        (json!({"actor_ids": []}), naming(&[])),
        (json!({"actor_ids": [9, 7]}), naming(&[7, 9])),
        (json!({"movie": {"nonsense": 1, "title": "Aihaga"}, "actor_ids": [7]}), {
            MovieChanges { title: Some(Title::parse("Aihaga").unwrap()), ..naming(&[7]) }
        }),
    ];
    for (body, changes) in table {
        let server = with_cast(a_server_changing(changes), Vec::new());
        assert_eq!(server.answer(patch("/api/v1/movies/2").by_a_director().json(&body)).await.status, 200, "{body}");
    }
}

#[actix_web::test]
async fn whoever_may_not_see_movies_is_not_told_their_actors_by_a_change() {
    for (server, call, status) in [
        (a_server_changing(MovieChanges::default()), patch("/api/v1/movies/2").text("{}"), 200),
        (
            a_server().movies(|movies| {
                movies.expect_insert().return_once(|_, _, _| Ok(Outcome::Done(a_movie().build())));
            }),
            post("/api/v1/movies").text(r#"{"movie":{"title":"Aihaga","release_date":"1998-05-07"},"actor_ids":[7]}"#),
            201,
        ),
    ] {
        let answer = server.answer(call.bearing(&token_with(&["post:movies", "patch:movies"]))).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.member("movie"), json!({"id": 2, "title": "Aihaga", "release_date": "1998-05-07"}));
    }
}

#[actix_web::test]
async fn what_was_changed_is_answered_though_the_actors_cannot_be_had_and_the_log_says_why() {
    assert!(logged("movie-without-actors").is_empty());
    let server = a_server_changing(MovieChanges::default()).castings(|castings| {
        castings.expect_cast().once().return_once(|_| Err(StoreError::Unavailable("host db-9 is away".into())));
    });
    let call = patch("/api/v1/movies/2").by_a_director().text("{}").under("movie-without-actors");
    let answer = server.answer(call).await;
    assert_eq!((answer.status.as_u16(), answer.member("message")), (200, json!("Movie updated Successfully")));
    assert_eq!(answer.member("movie").get("actor_ids"), None);
    let told = logged("movie-without-actors").into_iter().filter(|line| line.contains("host db-9 is away"));
    assert_eq!(told.count(), 1, "{:?}", logged("movie-without-actors"));
}

#[actix_web::test]
async fn a_deletion_answers_the_id_the_movie_and_a_message() {
    let server = a_server().movies(|movies| {
        movies
            .expect_delete()
            .withf(|permit, id, _, at| {
                is_call_of(permit.caller(), Role::ExecutiveProducer) && (id.get(), *at) == (2, now())
            })
            .once()
            .return_once(|_, _, _, _| Ok(Some(a_movie().of_version(2).deleted().build())));
    });

    let answer = server.answer(delete("/api/v1/movies/2").by_a_producer()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text(),
        r#"{"success":true,"movie":{"id":2,"title":"Aihaga","release_date":"1998-05-07"},"deleted":2,"message":"Movie deleted Successfully"}"#
    );
}

#[actix_web::test]
async fn a_movie_that_is_not_there_is_not_found() {
    let server = an_empty_server().start().await;
    for call in [
        get("/api/v1/movies/2"),
        get("/api/v1/movies/2/actors"),
        patch("/api/v1/movies/2").text("{}"),
        delete("/api/v1/movies/2"),
        get("/api/v1/movies/0"),
    ] {
        assert_eq!(server.answer(call.by_a_producer()).await.problem(), (404, "not-found".to_owned()));
    }
}
