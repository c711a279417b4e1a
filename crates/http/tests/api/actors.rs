//! `/actors`.

use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use ensemble_domain::{
    Actor, ActorChanges, ActorName, Addition, Age, Amendment, BirthDate, Born, BornChange, Deleted, Gender, NewActor,
    Outcome, Precondition, Role,
};
use serde_json::{Value, json};

use crate::fixture::{
    Answer, Server, a_page, a_page_before_others, a_problem, a_server, a_server_that_writes_together, actor_json,
    an_actor, an_empty_server, day, delete, fault, faults, get, head, is_call_of, now, number_of, patch, post, version,
    with,
};

/// A server that knows this one actor.
fn a_server_with(actor: Actor) -> Server {
    a_server().actors(|actors| {
        actors.expect_find().withf(|id| id.get() == 7).once().return_once(|_| Ok(Some(actor)));
    })
}

/// A server that adds just this actor.
fn a_server_expecting(new: NewActor) -> Server {
    a_server().actors(|actors| {
        actors.expect_insert().withf(move |_, given, _| *given == new).once().return_once(|_, given, _| {
            let (name, gender) = (given.name.clone(), given.gender.clone());
            Ok(Outcome::Done(Actor { name, gender, born: given.born, ..an_actor().build() }))
        });
    })
}

/// A server that makes just these changes.
pub fn a_server_changing(changes: ActorChanges) -> Server {
    a_server().actors(|actors| {
        actors
            .expect_update()
            .withf(move |_, id, _, given, _| (id.get(), given) == (7, &changes))
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(an_actor().of_version(2).build())));
    })
}

fn a_new_actor() -> NewActor {
    NewActor {
        name: ActorName::parse("Nada Haddad").unwrap(),
        gender: Gender::Female,
        born: Born::About(day("2006-03-14")),
    }
}

fn age(years: i64) -> Age {
    Age::new(years).unwrap()
}

fn birth_date(text: &str) -> BirthDate {
    BirthDate::new(day(text), now().date_naive()).unwrap()
}

async fn created(new: NewActor, body: Value) -> Answer {
    a_server_expecting(new).answer(post("/actors").by_a_director().json(&body)).await
}

async fn changed(changes: ActorChanges, body: Value) -> Answer {
    a_server_changing(changes).answer(patch("/actors/7").by_a_director().json(&body)).await
}

#[actix_web::test]
async fn a_page_of_actors_has_its_items_its_place_and_the_way_to_the_others() {
    let server = a_server().actors(|actors| {
        let wanted = |query: &ensemble_domain::ActorQuery, page: &ensemble_domain::PageRequest| {
            (query.deleted(), page.limit.get(), number_of(page)) == (Deleted::No, 2, Some(2))
        };
        let items = vec![an_actor().build(), an_actor().numbered(8).named("Omar Said").born("1990-12-31").build()];
        actors.expect_list().withf(wanted).once().return_once(|_, _| Ok(a_page_before_others(items, 5)));
    });

    let answer = server.answer(get("/actors?limit=2&page=2").by_an_assistant()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("X-Total-Count"), Some("5"));
    assert_eq!(
        answer.header("Link"),
        Some(
            "</actors?limit=2&page=1>; rel=\"first\", </actors?limit=2&page=1>; rel=\"prev\", \
             </actors?limit=2&page=3>; rel=\"next\", </actors?limit=2&page=3>; rel=\"last\""
        )
    );
    assert_eq!(answer.header("X-Request-Id"), Some("request-1"));
    let omar = json!({"id": 8, "name": "Omar Said", "age": 35, "birth_date": "1990-12-31"});
    assert_eq!(
        answer.json(),
        json!({
            "success": true, "actors": [actor_json(), with(actor_json(), omar)], "total": 5, "limit": 2, "page": 2,
            "pages": 3, "next": "/actors?limit=2&page=3", "prev": "/actors?limit=2&page=1",
            "next_cursor": answer.member("next_cursor"),
        })
    );
}

#[actix_web::test]
async fn a_page_has_20_items_unless_asked_otherwise_and_never_more_than_100() {
    for (path, limit, number) in [("/actors", 20, 1), ("/actors?limit=1000", 100, 1), ("/actors?page=7", 20, 7)] {
        let server = a_server().actors(|actors| {
            let wanted = move |_: &_, page: &ensemble_domain::PageRequest| {
                (page.limit.get(), number_of(page)) == (limit, Some(number))
            };
            actors.expect_list().withf(wanted).once().return_once(|_, _| Ok(a_page(Vec::new(), 0)));
        });
        let answer = server.answer(get(path).by_an_assistant()).await;
        assert_eq!((answer.status.as_u16(), answer.member("limit")), (200, json!(limit)), "{path}");
    }
}

#[actix_web::test]
async fn a_page_past_the_end_is_empty() {
    let server = a_server().actors(|actors| {
        actors.expect_list().once().return_once(|_, _| Ok(a_page(Vec::new(), 25)));
    });

    let answer = server.answer(get("/actors?page=9").by_an_assistant()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "success": true, "actors": [], "total": 25, "limit": 20, "page": 9, "pages": 2, "next": null,
            "prev": "/actors?limit=20&page=2", "next_cursor": null,
        })
    );
}

#[actix_web::test]
async fn deleted_actors_are_shown_to_whoever_may_delete() {
    for (wanted, name) in [(Deleted::Only, "only"), (Deleted::With, "with")] {
        let server = a_server().actors(|actors| {
            let page = a_page_before_others(vec![an_actor().of_version(2).deleted().build()], 30);
            actors.expect_list().withf(move |query, _| query.deleted() == wanted).once().return_once(|_, _| Ok(page));
        });
        let answer = server.answer(get(&format!("/actors?deleted={name}")).by_a_director()).await;
        let deleted = json!({"version": 2, "deleted_at": "2026-03-14T09:00:00Z"});
        assert_eq!(answer.member("actors"), json!([with(actor_json(), deleted)]));
        assert_eq!(answer.member("next"), format!("/actors?limit=20&deleted={name}&page=2"));
    }
}

#[actix_web::test]
async fn deleted_actors_are_not_shown_to_an_assistant() {
    for name in ["only", "with"] {
        let answer = a_server().answer(get(&format!("/actors?deleted={name}")).by_an_assistant()).await;
        let detail = "this needs the permission delete:actors, which the token does not hold";
        let problem = a_problem(403, "permission-denied", "A permission is missing", "/actors", detail);
        assert_eq!(answer.json(), with(problem, json!({"needs": "delete:actors"})));
    }
}

#[actix_web::test]
async fn anybody_who_sees_actors_may_ask_for_those_that_are_not_deleted() {
    let server = a_server().actors(|actors| {
        let page = a_page(Vec::new(), 0);
        actors.expect_list().withf(|query, _| query.deleted() == Deleted::No).once().return_once(|_, _| Ok(page));
    });
    assert_eq!(server.answer(get("/actors?deleted=no").by_an_assistant()).await.status, 200);
}

#[actix_web::test]
async fn a_new_actor_is_answered_with_its_place_and_its_tag() {
    let body = json!({"name": " Nada Haddad ", "age": 20, "gender": "F"});
    let answer = created(a_new_actor(), body).await;

    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("Location"), Some("/actors/7"));
    assert_eq!(answer.header("ETag"), Some("\"1-20\""));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actor":{"id":7,"name":"Nada Haddad","age":20,"birth_date":null,"gender":"female","version":1,"created_at":"2026-03-14T09:00:00Z","updated_at":"2026-03-14T09:00:00Z"}}"#
    );
}

#[actix_web::test]
async fn the_store_learns_who_adds_an_actor_and_when() {
    let server = a_server().actors(|actors| {
        actors
            .expect_insert()
            .withf(|permit, _, at| is_call_of(permit.caller(), Role::CastingDirector) && *at == now())
            .once()
            .return_once(|_, _, _| Ok(Outcome::Done(an_actor().build())));
    });
    let body = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    assert_eq!(server.answer(post("/actors").by_a_director().json(&body)).await.status, 201);
}

#[actix_web::test]
async fn what_is_written_with_others_is_answered_like_what_is_written_alone() {
    let wanted = |given: &[&Addition], at: &DateTime<Utc>| {
        let [one] = given else { return false };
        is_call_of(one.permit.caller(), Role::CastingDirector) && one.new == a_new_actor() && *at == now()
    };
    let server = a_server_that_writes_together().actors(|actors| {
        actors.expect_insert_several().withf(wanted).once().return_once(|_, _| Ok(vec![Some(an_actor().build())]));
    });
    let body = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    let answer = server.answer(post("/actors").by_a_director().json(&body)).await;
    assert_eq!((answer.status, answer.header("Location")), (StatusCode::CREATED, Some("/actors/7")));
    assert_eq!(answer.member("actor"), actor_json());

    let wanted = |given: &[&Amendment], _: &DateTime<Utc>| {
        let [one] = given else { return false };
        (one.id.get(), one.precondition.allows(version(1)), one.precondition.allows(version(2))) == (7, true, false)
    };
    let server = a_server_that_writes_together().actors(|actors| {
        let changed = an_actor().of_version(2).build();
        actors.expect_update_several().withf(wanted).once().return_once(|_, _| Ok(vec![Some(changed)]));
    });
    let request = patch("/actors/7").by_a_director().header("If-Match", "\"1\"").json(&json!({"name": "Nada"}));
    let answer = server.answer(request).await;
    assert_eq!((answer.status, &answer.member("actor")["version"]), (StatusCode::OK, &json!(2)));
}

#[actix_web::test]
async fn an_age_may_come_as_digits() {
    for age in [json!("20"), json!(20.0), json!("020")] {
        let body = json!({"name": "Nada Haddad", "age": age, "gender": "female"});
        assert_eq!(created(a_new_actor(), body).await.status, 201);
    }
}

#[actix_web::test]
async fn a_birth_date_gives_the_age_and_may_stand_beside_it() {
    let born = Born::On(day("2005-12-31"));
    for (age, birth_date) in
        [(Value::Null, "2005-12-31"), (json!(20), "2005-12-31"), (Value::Null, "2005-12-31T23:30:00-05:00")]
    {
        let body = json!({"name": "Nada Haddad", "age": age, "birth_date": birth_date, "gender": "female"});
        let answer = created(NewActor { born, ..a_new_actor() }, body).await;
        let expected = with(actor_json(), json!({"birth_date": "2005-12-31", "age": 20}));
        assert_eq!(answer.member("actor"), expected);
    }
}

#[actix_web::test]
async fn members_that_a_client_may_not_set_are_ignored() {
    let body = json!({
        "name": "Nada Haddad", "age": 20, "gender": "female", "id": 99, "version": 99, "created_at": "1999-01-01",
        "deleted_at": "1999-01-01", "movies": [1, 2], "__proto__": {}, "Name": "Somebody else",
    });
    assert_eq!(created(a_new_actor(), body).await.member("actor"), actor_json());
}

#[actix_web::test]
async fn every_bad_member_of_a_new_actor_is_named_at_once() {
    let answer = a_server().answer(post("/actors").by_a_director().json(&json!({"age": 121, "gender": 7}))).await;

    let detail = "name is required; age must be between 0 and 120; gender must be a text";
    let errors = json!({"errors": [
        {"pointer": "#/name", "code": "required", "detail": "is required"},
        {"pointer": "#/age", "code": "range", "detail": "must be between 0 and 120"},
        {"pointer": "#/gender", "code": "type", "detail": "must be a text"},
    ]});
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/actors", detail);
    assert_eq!(answer.json(), with(problem, errors));
}

#[actix_web::test]
async fn each_rule_of_an_actor_is_told_by_member_and_code() {
    let table = [
        (r#"{"name":"","age":20,"gender":"f"}"#, "#/name", "length"),
        (r#"{"name":"a\u0000b","age":20,"gender":"f"}"#, "#/name", "characters"),
        (r#"{"name":null,"age":20,"gender":"f"}"#, "#/name", "required"),
        (r#"{"name":["Ada"],"age":20,"gender":"f"}"#, "#/name", "type"),
        (r#"{"name":"Ada","gender":"f"}"#, "#/age", "required"),
        (r#"{"name":"Ada","age":null,"gender":"f"}"#, "#/age", "required"),
        (r#"{"name":"Ada","age":-1,"gender":"f"}"#, "#/age", "range"),
        (r#"{"name":"Ada","age":1e300,"gender":"f"}"#, "#/age", "range"),
        (r#"{"name":"Ada","age":"99999999999999999999","gender":"f"}"#, "#/age", "range"),
        (r#"{"name":"Ada","age":20.5,"gender":"f"}"#, "#/age", "type"),
        (r#"{"name":"Ada","age":"-20","gender":"f"}"#, "#/age", "type"),
        (r#"{"name":"Ada","age":true,"gender":"f"}"#, "#/age", "type"),
        (r#"{"name":"Ada","age":20,"birth_date":"1990-01-01","gender":"f"}"#, "#/age", "disagrees"),
        (r#"{"name":"Ada","birth_date":"14.03.2006","gender":"f"}"#, "#/birth_date", "format"),
        (r#"{"name":"Ada","birth_date":"2026-03-15","gender":"f"}"#, "#/birth_date", "range"),
        (r#"{"name":"Ada","birth_date":20060314,"gender":"f"}"#, "#/birth_date", "type"),
        (r#"{"name":"Ada","age":20}"#, "#/gender", "required"),
        (r#"{"name":"Ada","age":20,"gender":""}"#, "#/gender", "length"),
        (r#"[{"name":"Ada"}]"#, "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(post("/actors").by_a_director(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn an_actor_is_answered_with_its_tag() {
    let answer = a_server_with(an_actor().of_version(3).build()).answer(get("/actors/7").by_an_assistant()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ETag"), Some("\"3-20\""));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("X-Request-Id"), Some("request-1"));
    assert_eq!(answer.json(), json!({"success": true, "actor": with(actor_json(), json!({"version": 3}))}));
}

#[actix_web::test]
async fn an_actor_that_the_client_has_is_not_sent_again() {
    for known in ["\"3-20\"", "W/\"3-20\"", "\"2-20\", \"3-20\"", "*"] {
        let server = a_server_with(an_actor().of_version(3).build());
        let answer = server.answer(get("/actors/7").by_an_assistant().header("If-None-Match", known)).await;
        assert_eq!(answer.status, 304, "{known}");
        assert_eq!(answer.header("ETag"), Some("\"3-20\""));
        assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
        assert_eq!(answer.header("Content-Type"), None);
        assert!(answer.body.is_empty());
    }
}

#[actix_web::test]
async fn an_actor_that_has_become_older_is_sent_again() {
    for known in ["\"3-20\"", "\"2-21\"", "\"3\""] {
        let server = a_server_with(an_actor().of_version(3).aged(21).build());
        let answer = server.answer(get("/actors/7").by_an_assistant().header("If-None-Match", known)).await;
        assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"3-21\"")), "{known}");
    }
}

#[actix_web::test]
async fn a_head_request_is_answered_like_a_get_request() {
    let answer = a_server_with(an_actor().build()).answer(head("/actors/7").by_an_assistant()).await;
    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"1-20\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
}

#[actix_web::test]
async fn a_changed_actor_is_answered_with_its_new_tag() {
    let changes = ActorChanges {
        name: Some(ActorName::parse("Nada H.").unwrap()),
        gender: Some(Gender::NonBinary),
        born: BornChange::Age(age(21)),
    };
    let answer = changed(changes, json!({"name": "Nada H.", "gender": "enby", "age": 21})).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ETag"), Some("\"2-20\""));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.json(), json!({"success": true, "actor": with(actor_json(), json!({"version": 2}))}));
}

#[actix_web::test]
async fn the_store_learns_who_changes_an_actor_and_when() {
    let server = a_server().actors(|actors| {
        actors
            .expect_update()
            .withf(|permit, _, _, _, at| is_call_of(permit.caller(), Role::CastingDirector) && *at == now())
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(an_actor().build())));
    });
    assert_eq!(server.answer(patch("/actors/7").by_a_director().text("{}")).await.status, 200);
}

#[actix_web::test]
async fn a_change_says_what_it_names_and_nothing_else() {
    let born = |born| ActorChanges { born, ..ActorChanges::default() };
    let table = [
        (json!({}), ActorChanges::default()),
        (json!({"age": 30}), born(BornChange::Age(age(30)))),
        (json!({"age": "30"}), born(BornChange::Age(age(30)))),
        (json!({"birth_date": "1996-01-01"}), born(BornChange::Date(birth_date("1996-01-01")))),
        (json!({"birth_date": "1996-01-01", "age": 30}), born(BornChange::Date(birth_date("1996-01-01")))),
        (json!({"birth_date": "1996-01-01", "age": null}), born(BornChange::Date(birth_date("1996-01-01")))),
        (json!({"birth_date": null}), born(BornChange::Undated(None))),
        (json!({"birth_date": null, "age": 30}), born(BornChange::Undated(Some(age(30))))),
        (json!({"age": 30, "id": 99, "version": 1, "nickname": "N"}), born(BornChange::Age(age(30)))),
    ];
    for (body, changes) in table {
        assert_eq!(changed(changes, body.clone()).await.status, 200, "{body}");
    }
}

#[actix_web::test]
async fn a_change_may_come_as_a_merge_patch() {
    for media_type in ["application/merge-patch+json", "Application/Merge-Patch+JSON; charset=utf-8"] {
        let call = patch("/actors/7").by_a_director().header("Content-Type", media_type).bytes("{}");
        assert_eq!(a_server_changing(ActorChanges::default()).answer(call).await.status, 200, "{media_type}");
    }
}

#[actix_web::test]
async fn a_change_of_unknown_members_only_is_refused() {
    let answer = a_server().answer(patch("/actors/7").by_a_director().json(&json!({"nmae": "Nada"}))).await;

    let detail = "has no member that can be changed; those are name, age, birth_date, gender";
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/actors/7", detail);
    let errors = json!({"errors": [{"pointer": "#", "code": "unknown", "detail": detail}]});
    assert_eq!(answer.json(), with(problem, errors));
}

#[actix_web::test]
async fn a_change_that_breaks_a_rule_is_refused_by_member_and_code() {
    let table = [
        (r#"{"name":null}"#, "#/name", "required"),
        (r#"{"gender":null}"#, "#/gender", "required"),
        (r#"{"age":null}"#, "#/age", "required"),
        (r#"{"age":null,"birth_date":null}"#, "#/age", "required"),
        (r#"{"age":121}"#, "#/age", "range"),
        (r#"{"age":20,"birth_date":"1996-01-01"}"#, "#/age", "disagrees"),
        (r#"{"birth_date":"1879-12-31"}"#, "#/birth_date", "range"),
        (r#"{"name":" "}"#, "#/name", "length"),
        ("[]", "#", "type"),
        ("null", "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(patch("/actors/7").by_a_director(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn a_change_is_made_to_the_versions_that_it_was_meant_for() {
    let table = [
        (None, Precondition::None),
        (Some("*"), Precondition::None),
        (Some("\"3\""), Precondition::VersionIn(vec![version(3)])),
        (Some("\"3-20\""), Precondition::VersionIn(vec![version(3)])),
        (Some("\"3-20\", \"4\""), Precondition::VersionIn(vec![version(3), version(4)])),
        (Some("W/\"3\""), Precondition::VersionIn(Vec::new())),
        (Some("\"another\""), Precondition::VersionIn(Vec::new())),
    ];
    for (if_match, expected) in table {
        let server = a_server().actors(|actors| {
            let (change, deletion) = (expected.clone(), expected.clone());
            actors
                .expect_update()
                .withf(move |_, _, seen, _, _| *seen == change)
                .once()
                .return_once(|_, _, _, _, _| Ok(Some(an_actor().build())));
            actors
                .expect_delete()
                .withf(move |_, _, seen, _| *seen == deletion)
                .once()
                .return_once(|_, _, _, _| Ok(Some(an_actor().deleted().build())));
        });
        let server = server.start().await;
        for call in [patch("/actors/7").text("{}"), delete("/actors/7")] {
            let call = if_match.into_iter().fold(call.by_a_director(), |call, tag| call.header("If-Match", tag));
            assert_eq!(server.answer(call).await.status, 200, "{if_match:?}");
        }
    }
}

#[actix_web::test]
async fn a_deletion_answers_the_id_and_the_tag() {
    let server = a_server().actors(|actors| {
        actors
            .expect_delete()
            .withf(|permit, id, _, at| {
                is_call_of(permit.caller(), Role::CastingDirector) && id.get() == 7 && *at == now()
            })
            .once()
            .return_once(|_, _, _, _| Ok(Some(an_actor().of_version(2).deleted().build())));
    });

    let answer = server.answer(delete("/actors/7").by_a_director()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"2-20\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.text(), r#"{"success":true,"deleted":7}"#);
}

#[actix_web::test]
async fn a_restored_actor_is_answered_with_its_tag() {
    let server = a_server().actors(|actors| {
        actors
            .expect_restore()
            .withf(|permit, id, at| is_call_of(permit.caller(), Role::CastingDirector) && id.get() == 7 && *at == now())
            .once()
            .return_once(|_, _, _| Ok(Some(Outcome::Done(an_actor().of_version(3).build()))));
    });

    let answer = server.answer(post("/actors/7/restore").by_a_director()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"3-20\"")));
    assert_eq!(answer.json(), json!({"success": true, "actor": with(actor_json(), json!({"version": 3}))}));
}

#[actix_web::test]
async fn an_actor_that_is_not_there_is_not_found() {
    let server = an_empty_server().start().await;
    let calls = [get("/actors/7"), head("/actors/7"), patch("/actors/7").text("{}"), delete("/actors/7")]
        .map(|call| (call, ""));
    for (call, rest) in calls.into_iter().chain([(post("/actors/7/restore"), "/restore")]) {
        let answer = server.answer(call.by_a_director()).await;
        let path = format!("/actors/7{rest}");
        let expected = a_problem(404, "not-found", "There is nothing here", &path, "there is no actor 7");
        assert_eq!(answer.json(), expected);
    }
}
