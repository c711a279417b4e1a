//! `/movies`.

use std::collections::BTreeSet;

use ensemble_domain::{
    ActorId, Change, Deleted, Fault, FaultCode, InvalidFields, Movie, MovieChanges, NewMovie, Outcome, Precondition,
    ReleaseDate, Role, ShootWindow, StoreError, Title,
};
use serde_json::{Value, json};

use crate::fixture::{
    Answer, Server, a_double_booking, a_movie, a_page, a_problem, a_server, an_empty_server, day, delete,
    double_booking_json, fault, faults, get, head, is_call_of, movie_json, now, number_of, patch, post, version, with,
};

fn a_server_with(movie: Movie) -> Server {
    a_server().movies(|movies| {
        movies.expect_find().withf(|id| id.get() == 2).once().return_once(|_| Ok(Some(movie)));
    })
}

/// A server that adds just this movie.
fn a_server_expecting(new: NewMovie) -> Server {
    a_server().movies(|movies| {
        movies.expect_insert().withf(move |_, given, _| *given == new).once().return_once(|_, given, _| {
            let NewMovie { title, release_date, shoot, .. } = given.clone();
            Ok(Outcome::Done(Movie { title, release_date, shoot, ..a_movie().build() }))
        });
    })
}

/// A server that makes just these changes.
pub fn a_server_changing(changes: MovieChanges) -> Server {
    a_server().movies(|movies| {
        movies
            .expect_update()
            .withf(move |_, id, _, given, _| (id.get(), given) == (2, &changes))
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(a_movie().of_version(2).build())));
    })
}

fn a_new_movie() -> NewMovie {
    NewMovie { title: title("Aihaga"), release_date: release("1998-05-07"), shoot: None, actors: BTreeSet::new() }
}

fn actors(ids: &[i64]) -> BTreeSet<ActorId> {
    ids.iter().copied().filter_map(ActorId::new).collect()
}

fn a_shoot() -> Option<ShootWindow> {
    ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-06-30"))).unwrap()
}

fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

fn release(text: &str) -> ReleaseDate {
    ReleaseDate::new(day(text)).unwrap()
}

async fn created(new: NewMovie, body: Value) -> Answer {
    a_server_expecting(new).answer(post("/movies").by_a_producer().json(&body)).await
}

async fn changed(changes: MovieChanges, body: Value) -> Answer {
    a_server_changing(changes).answer(patch("/movies/2").by_a_director().json(&body)).await
}

#[actix_web::test]
async fn a_page_of_movies_has_its_items_its_place_and_the_way_to_the_others() {
    let server = a_server().movies(|movies| {
        let wanted = |query: &ensemble_domain::MovieQuery, page: &ensemble_domain::PageRequest| {
            (query.deleted(), page.limit.get(), number_of(page)) == (Deleted::No, 20, Some(1))
        };
        let second = a_movie().numbered(3).titled("Badis").shot("2026-05-01", "2026-06-30").build();
        let items = vec![a_movie().build(), second];
        movies.expect_list().withf(wanted).once().return_once(|_, _| Ok(a_page(items, 2)));
    });

    let answer = server.answer(get("/movies").by_an_assistant()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("X-Total-Count"), Some("2"));
    let link = "</movies?limit=20&page=1>; rel=\"first\", </movies?limit=20&page=1>; rel=\"last\"";
    assert_eq!(answer.header("Link"), Some(link));
    let badis = json!({"id": 3, "title": "Badis", "shoot_start": "2026-05-01", "shoot_end": "2026-06-30"});
    assert_eq!(
        answer.json(),
        json!({
            "success": true, "movies": [movie_json(), with(movie_json(), badis)], "total": 2, "limit": 20, "page": 1,
            "pages": 1, "next": null, "prev": null, "next_cursor": null,
        })
    );
}

#[actix_web::test]
async fn deleted_movies_are_shown_to_whoever_may_delete() {
    for (wanted, name) in [(Deleted::Only, "only"), (Deleted::With, "with")] {
        let server = a_server().movies(|movies| {
            let page = a_page(vec![a_movie().of_version(2).deleted().build()], 1);
            movies.expect_list().withf(move |query, _| query.deleted() == wanted).once().return_once(|_, _| Ok(page));
        });
        let answer = server.answer(get(&format!("/movies?deleted={name}")).by_a_producer()).await;
        let deleted = json!({"version": 2, "deleted_at": "2026-03-14T09:00:00Z"});
        assert_eq!(answer.member("movies"), json!([with(movie_json(), deleted)]));
    }
}

#[actix_web::test]
async fn deleted_movies_are_not_shown_to_a_director() {
    for name in ["only", "with"] {
        let answer = a_server().answer(get(&format!("/movies?deleted={name}")).by_a_director()).await;
        assert_eq!(answer.problem(), (403, "permission-denied".to_owned()));
        assert_eq!(answer.member("needs"), "delete:movies");
    }
}

#[actix_web::test]
async fn a_new_movie_is_answered_with_its_place_and_its_tag() {
    let answer = created(a_new_movie(), json!({"title": " Aihaga ", "release_date": "1998-05-07"})).await;

    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("Location"), Some("/movies/2"));
    assert_eq!(answer.header("ETag"), Some("\"1\""));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"movie":{"id":2,"title":"Aihaga","release_date":"1998-05-07","shoot_start":null,"shoot_end":null,"version":1,"created_at":"2026-03-14T09:00:00Z","updated_at":"2026-03-14T09:00:00Z"},"warnings":[]}"#
    );
}

#[actix_web::test]
async fn the_store_learns_who_adds_a_movie_and_when() {
    let server = a_server().movies(|movies| {
        movies
            .expect_insert()
            .withf(|permit, _, at| is_call_of(permit.caller(), Role::ExecutiveProducer) && *at == now())
            .once()
            .return_once(|_, _, _| Ok(Outcome::Done(a_movie().build())));
    });
    let body = json!({"title": "Aihaga", "release_date": "1998-05-07"});
    assert_eq!(server.answer(post("/movies").by_a_producer().json(&body)).await.status, 201);
}

#[actix_web::test]
async fn a_new_movie_may_say_when_it_is_shot() {
    let shoot = a_shoot();
    let body = json!({
        "title": "Aihaga", "release_date": "1998-05-07T00:00:00Z", "shoot_start": "2026-05-01",
        "shoot_end": "2026-06-30",
    });
    let answer = created(NewMovie { shoot, ..a_new_movie() }, body).await;
    let expected = with(movie_json(), json!({"shoot_start": "2026-05-01", "shoot_end": "2026-06-30"}));
    assert_eq!(answer.member("movie"), expected);
}

#[actix_web::test]
async fn a_new_movie_may_name_its_actors_each_of_whom_counts_once() {
    let table = [
        (json!(null), actors(&[])),
        (json!([]), actors(&[])),
        (json!([4]), actors(&[4])),
        (json!([7, 4, 7.0, 4]), actors(&[4, 7])),
    ];
    for (actor_ids, actors) in table {
        let body = json!({"title": "Aihaga", "release_date": "1998-05-07", "actor_ids": actor_ids});
        assert_eq!(created(NewMovie { actors, ..a_new_movie() }, body).await.status, 201, "{actor_ids}");
    }
}

#[actix_web::test]
async fn a_new_movie_is_answered_with_the_double_bookings_that_it_makes() {
    let server = a_server_expecting(NewMovie { shoot: a_shoot(), actors: actors(&[7]), ..a_new_movie() });
    let server = server.castings(|castings| {
        castings
            .expect_double_bookings()
            .withf(|movie| movie.get() == 2)
            .once()
            .return_once(|_| Ok(vec![a_double_booking()]));
    });
    let body = json!({
        "title": "Aihaga", "release_date": "1998-05-07", "shoot_start": "2026-05-01", "shoot_end": "2026-06-30",
        "actor_ids": [7],
    });

    let answer = server.answer(post("/movies").by_a_producer().json(&body)).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (201, Some("\"1\"")));
    assert_eq!(answer.member("warnings"), json!([double_booking_json()]));
}

#[actix_web::test]
async fn a_changed_movie_is_answered_with_the_double_bookings_that_it_has() {
    let server = a_server().movies(|movies| {
        let moved = a_movie().shot("2026-05-01", "2026-06-30").build();
        movies.expect_update().once().return_once(|_, _, _, _, _| Ok(Some(moved)));
    });
    let server = server.castings(|castings| {
        castings.expect_double_bookings().once().return_once(|_| Ok(vec![a_double_booking()]));
    });

    let answer = server.answer(patch("/movies/2").by_a_director().json(&json!({"shoot_start": "2026-05-01"}))).await;

    assert_eq!((answer.status.as_u16(), answer.member("warnings")), (200, json!([double_booking_json()])));
}

#[actix_web::test]
async fn an_actor_who_is_not_there_is_told_at_the_actors() {
    let fault = || InvalidFields::one("actor_ids", Fault::new(FaultCode::Unknown, "names actor 9, who is not there"));
    let server = a_server().movies(|movies| {
        movies.expect_insert().once().return_once(move |_, _, _| Err(fault().into()));
    });
    let body = json!({"title": "Aihaga", "release_date": "1998-05-07", "actor_ids": [9]});
    let answer = server.answer(post("/movies").by_a_producer().json(&body)).await;
    let errors = json!([{"pointer": "#/actor_ids", "code": "unknown", "detail": "names actor 9, who is not there"}]);
    assert_eq!((answer.status.as_u16(), answer.member("errors")), (422, errors));
}

#[actix_web::test]
async fn members_that_a_client_may_not_set_are_ignored() {
    let body = json!({"title": "Aihaga", "release_date": "1998-05-07", "id": 99, "version": 99, "genre": "drama"});
    assert_eq!(created(a_new_movie(), body).await.member("movie"), movie_json());
}

#[actix_web::test]
async fn every_bad_member_of_a_new_movie_is_named_at_once() {
    let body = json!({"title": "", "release_date": "soon", "shoot_start": "2026-05-01"});
    let answer = a_server().answer(post("/movies").by_a_producer().json(&body)).await;

    let detail = "title must not be empty; release_date must be a day such as \"2026-03-14\"; shoot_end must be given \
                  together with shoot_start";
    let errors = json!({"errors": [
        {"pointer": "#/title", "code": "length", "detail": "must not be empty"},
        {"pointer": "#/release_date", "code": "format", "detail": "must be a day such as \"2026-03-14\""},
        {"pointer": "#/shoot_end", "code": "required", "detail": "must be given together with shoot_start"},
    ]});
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/movies", detail);
    assert_eq!(answer.json(), with(problem, errors));
}

#[actix_web::test]
async fn each_rule_of_a_movie_is_told_by_member_and_code() {
    let table = [
        (r#"{"release_date":"1998-05-07"}"#, "#/title", "required"),
        (r#"{"title":7,"release_date":"1998-05-07"}"#, "#/title", "type"),
        (r#"{"title":"A\nB","release_date":"1998-05-07"}"#, "#/title", "characters"),
        (r#"{"title":"Aihaga"}"#, "#/release_date", "required"),
        (r#"{"title":"Aihaga","release_date":19980507}"#, "#/release_date", "type"),
        (r#"{"title":"Aihaga","release_date":"1998-02-30"}"#, "#/release_date", "format"),
        (r#"{"title":"Aihaga","release_date":"1887-12-31"}"#, "#/release_date", "range"),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","shoot_end":"2026-05-01"}"#, "#/shoot_start", "required"),
        (
            r#"{"title":"Aihaga","release_date":"1998-05-07","shoot_start":"2026-05-02","shoot_end":"2026-05-01"}"#,
            "#/shoot_end",
            "range",
        ),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","actor_ids":7}"#, "#/actor_ids", "type"),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","actor_ids":{}}"#, "#/actor_ids", "type"),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","actor_ids":[4,null]}"#, "#/actor_ids", "type"),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","actor_ids":["x"]}"#, "#/actor_ids", "type"),
        (r#"{"title":"Aihaga","release_date":"1998-05-07","actor_ids":[0]}"#, "#/actor_ids", "range"),
        (r#""Aihaga""#, "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(post("/movies").by_a_producer(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn a_movie_is_answered_with_its_tag() {
    let answer = a_server_with(a_movie().of_version(3).build()).answer(get("/movies/2").by_an_assistant()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"3\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.json(), json!({"success": true, "movie": with(movie_json(), json!({"version": 3}))}));
}

#[actix_web::test]
async fn a_movie_that_the_client_has_is_not_sent_again() {
    for call in [get("/movies/2"), head("/movies/2")] {
        let server = a_server_with(a_movie().of_version(3).build());
        let answer = server.answer(call.by_an_assistant().header("If-None-Match", "\"3\"")).await;
        assert_eq!((answer.status.as_u16(), answer.header("ETag")), (304, Some("\"3\"")));
        assert!(answer.body.is_empty());
    }
}

#[actix_web::test]
async fn a_movie_of_another_version_is_sent_again() {
    let server = a_server_with(a_movie().of_version(3).build());
    let answer = server.answer(get("/movies/2").by_an_assistant().header("If-None-Match", "\"2\"")).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn a_changed_movie_is_answered_with_its_new_tag() {
    let changes = MovieChanges {
        title: Some(title("Badis")),
        release_date: Some(release("1999-01-01")),
        shoot_start: Change::To(day("2026-05-01")),
        shoot_end: Change::To(day("2026-06-30")),
        actors: None,
    };
    let body = json!({
        "title": "Badis", "release_date": "1999-01-01", "shoot_start": "2026-05-01", "shoot_end": "2026-06-30",
    });
    let answer = changed(changes, body).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"2\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    let movie = with(movie_json(), json!({"version": 2}));
    assert_eq!(answer.json(), json!({"success": true, "movie": movie, "warnings": []}));
}

#[actix_web::test]
async fn a_change_says_what_it_names_and_nothing_else() {
    let none = MovieChanges::default;
    let table = [
        (json!({}), none()),
        (json!({"title": "Badis"}), MovieChanges { title: Some(title("Badis")), ..none() }),
        (json!({"shoot_end": "2026-05-01"}), MovieChanges { shoot_end: Change::To(day("2026-05-01")), ..none() }),
        (
            json!({"shoot_start": null, "shoot_end": null}),
            MovieChanges { shoot_start: Change::Clear, shoot_end: Change::Clear, ..none() },
        ),
        (json!({"actor_ids": null}), none()),
        (json!({"actor_ids": []}), MovieChanges { actors: Some(actors(&[])), ..none() }),
        (json!({"actor_ids": [7, 4]}), MovieChanges { actors: Some(actors(&[4, 7])), ..none() }),
        (json!({"title": "Badis", "version": 9}), MovieChanges { title: Some(title("Badis")), ..none() }),
    ];
    for (body, changes) in table {
        assert_eq!(changed(changes, body.clone()).await.status, 200, "{body}");
    }
}

#[actix_web::test]
async fn a_change_that_breaks_a_rule_is_refused_by_member_and_code() {
    let table = [
        (r#"{"title":null}"#, "#/title", "required"),
        (r#"{"release_date":null}"#, "#/release_date", "required"),
        (r#"{"release_date":"2201-01-01"}"#, "#/release_date", "range"),
        (r#"{"shoot_start":"May"}"#, "#/shoot_start", "format"),
        (r#"{"shoot_end":7}"#, "#/shoot_end", "type"),
        (r#"{"actor_ids":"4,7"}"#, "#/actor_ids", "type"),
        (r#"{"name":"Badis"}"#, "#", "unknown"),
        ("7", "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(patch("/movies/2").by_a_producer(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn a_change_that_does_not_go_with_what_is_stored_is_invalid() {
    let server = a_server().movies(|movies| {
        let fault = Fault::new(FaultCode::Range, "must not be before shoot_start, 2026-05-01");
        movies
            .expect_update()
            .once()
            .return_once(|_, _, _, _, _| Err(StoreError::Invalid(InvalidFields::one("shoot_end", fault))));
    });

    let answer = server.answer(patch("/movies/2").by_a_director().json(&json!({"shoot_end": "2026-04-01"}))).await;

    let detail = "shoot_end must not be before shoot_start, 2026-05-01";
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/movies/2", detail);
    let errors = json!({"errors": [
        {"pointer": "#/shoot_end", "code": "range", "detail": "must not be before shoot_start, 2026-05-01"},
    ]});
    assert_eq!(answer.json(), with(problem, errors));
}

#[actix_web::test]
async fn a_change_is_made_to_the_versions_that_it_was_meant_for() {
    let table = [
        (None, Precondition::None),
        (Some("*"), Precondition::None),
        (Some("\"3\", \"4\""), Precondition::VersionIn(vec![version(3), version(4)])),
        (Some("W/\"3\""), Precondition::VersionIn(Vec::new())),
    ];
    for (if_match, expected) in table {
        let server = a_server().movies(|movies| {
            let (change, deletion) = (expected.clone(), expected.clone());
            movies
                .expect_update()
                .withf(move |_, _, seen, _, _| *seen == change)
                .once()
                .return_once(|_, _, _, _, _| Ok(Some(a_movie().build())));
            movies
                .expect_delete()
                .withf(move |_, _, seen, _| *seen == deletion)
                .once()
                .return_once(|_, _, _, _| Ok(Some(a_movie().deleted().build())));
        });
        let server = server.start().await;
        for call in [patch("/movies/2").text("{}"), delete("/movies/2")] {
            let call = if_match.into_iter().fold(call.by_a_producer(), |call, tag| call.header("If-Match", tag));
            assert_eq!(server.answer(call).await.status, 200, "{if_match:?}");
        }
    }
}

#[actix_web::test]
async fn a_deletion_answers_the_id_and_the_tag() {
    let server = a_server().movies(|movies| {
        movies
            .expect_delete()
            .withf(|permit, id, _, at| {
                is_call_of(permit.caller(), Role::ExecutiveProducer) && id.get() == 2 && *at == now()
            })
            .once()
            .return_once(|_, _, _, _| Ok(Some(a_movie().of_version(2).deleted().build())));
    });

    let answer = server.answer(delete("/movies/2").by_a_producer()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"2\"")));
    assert_eq!(answer.text(), r#"{"success":true,"deleted":2}"#);
}

#[actix_web::test]
async fn a_restored_movie_is_answered_with_its_tag() {
    let server = a_server().movies(|movies| {
        movies
            .expect_restore()
            .withf(|permit, id, at| {
                is_call_of(permit.caller(), Role::ExecutiveProducer) && id.get() == 2 && *at == now()
            })
            .once()
            .return_once(|_, _, _| Ok(Some(Outcome::Done(a_movie().of_version(3).build()))));
    });

    let answer = server.answer(post("/movies/2/restore").by_a_producer()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"3\"")));
    assert_eq!(answer.json(), json!({"success": true, "movie": with(movie_json(), json!({"version": 3}))}));
}

#[actix_web::test]
async fn a_movie_that_is_not_there_is_not_found() {
    let server = an_empty_server().start().await;
    let calls = [get("/movies/2"), head("/movies/2"), patch("/movies/2").text("{}"), delete("/movies/2")]
        .map(|call| (call, ""));
    for (call, rest) in calls.into_iter().chain([(post("/movies/2/restore"), "/restore")]) {
        let answer = server.answer(call.by_a_producer()).await;
        let path = format!("/movies/2{rest}");
        let expected = a_problem(404, "not-found", "There is nothing here", &path, "there is no movie 2");
        assert_eq!(answer.json(), expected);
    }
}
