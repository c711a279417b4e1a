//! `/movies/{id}/cast/{casting_id}`, and what is true of all that has to do with castings.

use ensemble_domain::{
    ActorId, Billing, CastMember, Casting, CastingChanges, CastingStatus, Change, Character, Conflict, Fault,
    FaultCode, InvalidFields, NewCasting, Outcome, Precondition, Reason, Role, StoreError, Warning,
};
use serde_json::{Value, json};

use crate::fixture::{
    Answer, Server, a_casting, a_double_booking, a_movie, a_problem, a_server, actor_json, an_actor, an_empty_server,
    casting_json, delete, double_booking_json, fault, faults, get, head, is_call_of, logged, now, patch, post, put,
    version, with,
};

/// A server that knows this one casting.
fn a_server_with(member: CastMember) -> Server {
    a_server().castings(|castings| {
        castings
            .expect_find()
            .withf(|movie, id| (movie.get(), id.get()) == (2, 5))
            .returning(move |_, _| Ok(Some(member.clone())));
    })
}

/// A server that makes just this casting, and warns so.
fn a_server_expecting(new: NewCasting, warnings: Vec<Warning>) -> Server {
    a_server().castings(|castings| {
        castings.expect_insert().withf(move |_, movie, given, _| (movie.get(), given) == (2, &new)).once().return_once(
            |_, movie, given, _| {
                let NewCasting { actor, character, status, reason, billing } = given.clone();
                let casting = Casting { movie, actor, character, status, reason, billing, ..a_casting().build() };
                Ok(Some(Outcome::Done(casting)))
            },
        );
        castings.expect_warnings().once().return_once(|_| Ok(warnings));
    })
}

/// A server that makes just these changes, and warns so.
fn a_server_changing(changes: CastingChanges, warnings: Vec<Warning>) -> Server {
    a_server().castings(|castings| {
        castings
            .expect_update()
            .withf(move |_, movie, id, _, given, _| (movie.get(), id.get(), given) == (2, 5, &changes))
            .once()
            .return_once(|_, _, _, _, _, _| Ok(Some(a_casting().of_version(2).build())));
        castings.expect_warnings().once().return_once(|_| Ok(warnings));
    })
}

fn a_new_casting() -> NewCasting {
    NewCasting {
        actor: ActorId::new(7).unwrap(),
        character: None,
        status: CastingStatus::Considering,
        reason: None,
        billing: None,
    }
}

fn character(text: &str) -> Character {
    Character::parse(text).unwrap()
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

async fn created(new: NewCasting, body: Value) -> Answer {
    a_server_expecting(new, Vec::new()).answer(post("/movies/2/cast").by_a_director().json(&body)).await
}

async fn changed(changes: CastingChanges, body: Value) -> Answer {
    a_server_changing(changes, Vec::new()).answer(patch("/movies/2/cast/5").by_a_director().json(&body)).await
}

#[actix_web::test]
async fn parameters_that_are_not_known_are_refused() {
    let server = a_server().start().await;
    for call in [
        get("/movies/2/cast?stauts=booked"),
        get("/actors/7/filmography?page=2"),
        get("/movies/2/cast/5?status=booked"),
        post("/movies/2/cast?status=booked"),
        patch("/movies/2/cast/5?status=booked"),
        delete("/movies/2/cast/5?force=true"),
        put("/movies/2/billing?order=5"),
    ] {
        let path = call.path().to_owned();
        let answer = server.answer(call.by_a_director()).await;
        assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn a_new_casting_is_answered_with_its_place_and_its_tag() {
    let answer = created(a_new_casting(), json!({"actor_id": 7})).await;

    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("Location"), Some("/movies/2/cast/5"));
    assert_eq!(answer.header("ETag"), Some("\"1\""));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"casting":{"id":5,"movie_id":2,"actor_id":7,"character":null,"status":"considering","reason":null,"billing":null,"version":1,"created_at":"2026-03-14T09:00:00Z","updated_at":"2026-03-14T09:00:00Z"},"warnings":[]}"#
    );
}

#[actix_web::test]
async fn a_new_casting_may_have_come_some_way_already() {
    let new = NewCasting {
        character: Some(character("Baker")),
        status: CastingStatus::Booked,
        reason: Some(reason("She is perfect")),
        billing: Some(Billing::new(1).unwrap()),
        ..a_new_casting()
    };
    let body = json!({
        "actor_id": 7, "character": " Baker ", "status": "booked", "reason": "She is perfect", "billing": 1,
        "id": 99, "version": 99, "movie_id": 99,
    });
    let expected = json!({"character": "Baker", "status": "booked", "reason": "She is perfect", "billing": 1});
    assert_eq!(created(new, body).await.member("casting"), with(casting_json(), expected));
}

#[actix_web::test]
async fn null_says_no_more_than_absence_in_a_new_casting() {
    let body = json!({"actor_id": 7, "character": null, "status": null, "reason": null, "billing": null});
    assert_eq!(created(a_new_casting(), body).await.status, 201);
}

#[actix_web::test]
async fn the_store_learns_who_casts_and_when() {
    let server = a_server().castings(|castings| {
        castings
            .expect_insert()
            .withf(|permit, _, _, at| is_call_of(permit.caller(), Role::CastingDirector) && *at == now())
            .once()
            .return_once(|_, _, _, _| Ok(Some(Outcome::Done(a_casting().build()))));
        castings.expect_warnings().once().return_once(|_| Ok(Vec::new()));
    });
    let call = post("/movies/2/cast").by_a_director().json(&json!({"actor_id": 7}));
    assert_eq!(server.answer(call).await.status, 201);
}

#[actix_web::test]
async fn warnings_tell_what_is_worth_a_second_look_and_where() {
    let shared = Warning::SharedCharacter {
        character: character("Baker"),
        actor: ActorId::new(4).unwrap(),
        name: an_actor().named("Omar Said").build().name,
        movie: a_movie().build().id,
        casting: a_casting().numbered(6).build().id,
    };
    let expected = json!([double_booking_json(), {
        "code": "shared-character",
        "detail": "Omar Said is booked for Baker as well",
        "links": [
            {"rel": "actor", "href": "/actors/4", "title": "Omar Said"},
            {"rel": "casting", "href": "/movies/2/cast/6", "title": "Omar Said as Baker"},
        ],
    }]);
    let warnings = vec![a_double_booking(), shared];
    let cast = a_server_expecting(a_new_casting(), warnings.clone());
    let cast = cast.answer(post("/movies/2/cast").by_a_director().json(&json!({"actor_id": 7}))).await;
    assert_eq!((cast.status.as_u16(), cast.member("warnings")), (201, expected.clone()));

    let changed = a_server_changing(CastingChanges::default(), warnings);
    let changed = changed.answer(patch("/movies/2/cast/5").by_a_director().text("{}")).await;
    assert_eq!((changed.status.as_u16(), changed.member("warnings")), (200, expected));
}

#[actix_web::test]
async fn what_was_done_is_answered_though_its_warnings_cannot_be_had_and_the_log_says_why() {
    assert!(logged("casting-without-warnings").is_empty());
    let server = a_server().castings(|castings| {
        castings.expect_insert().return_once(|_, _, _, _| Ok(Some(Outcome::Done(a_casting().build()))));
        castings.expect_update().return_once(|_, _, _, _, _, _| Ok(Some(a_casting().build())));
        castings.expect_warnings().times(2).returning(|_| Err(StoreError::Unavailable("host db-8 is away".into())));
    });
    let server = server.start().await;
    let calls = [
        (post("/movies/2/cast").json(&json!({"actor_id": 7})), 201, "new-casting-without-warnings"),
        (patch("/movies/2/cast/5").text("{}"), 200, "changed-casting-without-warnings"),
    ];
    for (call, status, id) in calls {
        let answer = server.answer(call.by_a_director().under(id)).await;
        assert_eq!((answer.status.as_u16(), answer.member("warnings")), (status, json!([])));
        let told = logged(id).into_iter().filter(|line| line.contains("host db-8 is away"));
        assert_eq!(told.count(), 1, "{:?}", logged(id));
    }
}

#[actix_web::test]
async fn every_bad_member_of_a_new_casting_is_named_at_once() {
    let body = json!({"character": "", "status": "hired", "reason": 7, "billing": 0});
    let answer = a_server().answer(post("/movies/2/cast").by_a_director().json(&body)).await;

    let statuses = "must be one of considering, auditioning, pinned, offered, booked, declined, released";
    let detail = format!(
        "actor_id is required; character must not be empty; status {statuses}; reason must be a text; billing must be \
         between 1 and 9999"
    );
    let errors = json!({"errors": [
        {"pointer": "#/actor_id", "code": "required", "detail": "is required"},
        {"pointer": "#/character", "code": "length", "detail": "must not be empty"},
        {"pointer": "#/status", "code": "unknown", "detail": statuses},
        {"pointer": "#/reason", "code": "type", "detail": "must be a text"},
        {"pointer": "#/billing", "code": "range", "detail": "must be between 1 and 9999"},
    ]});
    let problem = a_problem(422, "invalid-fields", "Some fields are not valid", "/movies/2/cast", &detail);
    assert_eq!(answer.json(), with(problem, errors));
}

#[actix_web::test]
async fn each_rule_of_a_new_casting_is_told_by_member_and_code() {
    let table = [
        ("{}", "#/actor_id", "required"),
        (r#"{"actor_id":null}"#, "#/actor_id", "required"),
        (r#"{"actor_id":0}"#, "#/actor_id", "range"),
        (r#"{"actor_id":-7}"#, "#/actor_id", "range"),
        (r#"{"actor_id":7.5}"#, "#/actor_id", "type"),
        (r#"{"actor_id":"seven"}"#, "#/actor_id", "type"),
        (r#"{"actor_id":[7]}"#, "#/actor_id", "type"),
        (r#"{"actor_id":7,"character":"a\nb"}"#, "#/character", "characters"),
        (r#"{"actor_id":7,"character":7}"#, "#/character", "type"),
        (r#"{"actor_id":7,"status":"Booked"}"#, "#/status", "unknown"),
        (r#"{"actor_id":7,"status":1}"#, "#/status", "type"),
        (r#"{"actor_id":7,"reason":" "}"#, "#/reason", "length"),
        (r#"{"actor_id":7,"billing":10000}"#, "#/billing", "range"),
        (r#"{"actor_id":7,"billing":"first"}"#, "#/billing", "type"),
        ("[]", "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(post("/movies/2/cast").by_a_director(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn an_actor_who_is_not_there_is_told_at_the_actor() {
    let server = a_server().castings(|castings| {
        let fault = InvalidFields::one("actor_id", Fault::new(FaultCode::Unknown, "names no actor"));
        castings.expect_insert().once().return_once(|_, _, _, _| Err(fault.into()));
    });
    let answer = server.answer(post("/movies/2/cast").by_a_director().json(&json!({"actor_id": 9}))).await;
    let errors = json!([{"pointer": "#/actor_id", "code": "unknown", "detail": "names no actor"}]);
    assert_eq!((answer.status.as_u16(), answer.member("errors")), (422, errors));
}

#[actix_web::test]
async fn a_casting_is_answered_with_its_actor_and_a_tag_of_both() {
    let member = a_casting().of_version(3).with(an_actor().of_version(4).build());
    let server = a_server_with(member).start().await;
    let tag = "\"3-4-20\"";

    let answer = server.answer(get("/movies/2/cast/5").by_an_assistant()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some(tag)));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    let actor = with(actor_json(), json!({"version": 4}));
    let casting = with(casting_json(), json!({"version": 3, "actor": actor}));
    assert_eq!(answer.json(), json!({"success": true, "casting": casting}));

    for call in [get("/movies/2/cast/5"), head("/movies/2/cast/5")] {
        let answer = server.answer(call.by_an_assistant().header("If-None-Match", tag)).await;
        assert_eq!((answer.status.as_u16(), answer.header("ETag")), (304, Some(tag)));
        assert!(answer.body.is_empty());
    }
    for known in ["\"2-4-20\"", "\"3-3-20\"", "\"3-4-19\"", "\"3\""] {
        let answer = server.answer(get("/movies/2/cast/5").by_an_assistant().header("If-None-Match", known)).await;
        assert_eq!(answer.status, 200, "{known}");
    }
}

#[actix_web::test]
async fn a_changed_casting_is_answered_with_its_new_tag() {
    let changes = CastingChanges {
        character: Change::To(character("Baker")),
        status: Some(CastingStatus::Booked),
        reason: Change::To(reason("She is perfect")),
        billing: Change::To(Billing::new(1).unwrap()),
    };
    let body = json!({"character": "Baker", "status": "booked", "reason": "She is perfect", "billing": 1});
    let answer = changed(changes, body).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"2\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    let casting = with(casting_json(), json!({"version": 2}));
    assert_eq!(answer.json(), json!({"success": true, "casting": casting, "warnings": []}));
}

#[actix_web::test]
async fn a_change_says_what_it_names_and_nothing_else() {
    let none = CastingChanges::default;
    let table = [
        (json!({}), none()),
        (json!({"status": "offered"}), CastingChanges { status: Some(CastingStatus::Offered), ..none() }),
        (json!({"character": null}), CastingChanges { character: Change::Clear, ..none() }),
        (json!({"reason": null}), CastingChanges { reason: Change::Clear, ..none() }),
        (json!({"billing": null}), CastingChanges { billing: Change::Clear, ..none() }),
        (json!({"billing": 2}), CastingChanges { billing: Change::To(Billing::new(2).unwrap()), ..none() }),
        (json!({"billing": null, "actor_id": 8, "version": 9}), CastingChanges { billing: Change::Clear, ..none() }),
    ];
    for (body, changes) in table {
        assert_eq!(changed(changes, body.clone()).await.status, 200, "{body}");
    }
}

#[actix_web::test]
async fn a_change_may_come_as_a_merge_patch() {
    let call = patch("/movies/2/cast/5").by_a_director().header("Content-Type", "application/merge-patch+json");
    let answer = a_server_changing(CastingChanges::default(), Vec::new()).answer(call.bytes("{}")).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn a_change_that_breaks_a_rule_is_refused_by_member_and_code() {
    let table = [
        (r#"{"status":null}"#, "#/status", "required"),
        (r#"{"billing":"2"}"#, "#/billing", "type"),
        (r#"{"status":"hired"}"#, "#/status", "unknown"),
        (r#"{"character":""}"#, "#/character", "length"),
        (r#"{"reason":{}}"#, "#/reason", "type"),
        (r#"{"billing":0}"#, "#/billing", "range"),
        (r#"{"actor_id":8}"#, "#", "unknown"),
        ("7", "#", "type"),
    ];
    for (body, pointer, code) in table {
        assert_eq!(faults(patch("/movies/2/cast/5").by_a_director(), body).await, fault(pointer, code), "{body}");
    }
}

#[actix_web::test]
async fn a_move_that_is_not_allowed_is_refused_with_those_that_are() {
    let server = a_server().castings(|castings| {
        let released = Casting { status: CastingStatus::Released, ..a_casting().build() };
        castings
            .expect_update()
            .returning(move |_, _, _, _, changes, at| Ok(Some(released.amended(changes, None, at)?.unwrap())));
        castings.expect_warnings().returning(|_| Ok(Vec::new()));
    });
    let server = server.start().await;
    let to = |status: &str| patch("/movies/2/cast/5").by_a_director().json(&json!({"status": status}));

    let refused = server.answer(to("booked")).await;
    let detail = "a casting cannot go from released to booked; it can go to considering";
    let problem = a_problem(409, "illegal-status", "The casting cannot go there", "/movies/2/cast/5", detail);
    let members = json!({"from": "released", "to": "booked", "allowed": ["considering"]});
    assert_eq!(refused.json(), with(problem, members));

    let allowed = server.answer(to("considering")).await;
    assert_eq!((allowed.status.as_u16(), &allowed.member("casting")["status"]), (200, &json!("considering")));
}

#[actix_web::test]
async fn a_booking_that_ends_without_a_reason_is_told_at_the_reason() {
    let server = a_server().castings(|castings| {
        let booked = a_casting().being(CastingStatus::Booked).build();
        castings.expect_update().returning(move |_, _, _, _, changes, at| booked.amended(changes, None, at));
    });
    let answer = server.answer(patch("/movies/2/cast/5").by_a_director().text(r#"{"status":"released"}"#)).await;
    let errors = json!([{"pointer": "#/reason", "code": "required", "detail": "is required when a booking ends"}]);
    assert_eq!((answer.status.as_u16(), answer.member("errors")), (422, errors));
}

#[actix_web::test]
async fn a_casting_shows_its_reason() {
    let member = a_casting().being(CastingStatus::Released).because("The shoot moved").with(an_actor().build());
    let answer = a_server_with(member).answer(get("/movies/2/cast/5").by_an_assistant()).await;
    assert_eq!(answer.member("casting")["reason"], "The shoot moved");
}

#[actix_web::test]
async fn a_change_is_made_to_the_versions_that_it_was_meant_for() {
    let table = [
        (None, Precondition::None),
        (Some("*"), Precondition::None),
        (Some("\"3\", \"4-1-20\""), Precondition::VersionIn(vec![version(3), version(4)])),
        (Some("W/\"3\""), Precondition::VersionIn(Vec::new())),
    ];
    for (if_match, expected) in table {
        let server = a_server().castings(|castings| {
            let (change, deletion) = (expected.clone(), expected.clone());
            castings
                .expect_update()
                .withf(move |_, _, _, seen, _, _| *seen == change)
                .once()
                .return_once(|_, _, _, _, _, _| Ok(Some(a_casting().build())));
            castings
                .expect_delete()
                .withf(move |_, _, _, seen, _| *seen == deletion)
                .once()
                .return_once(|_, _, _, _, _| Ok(Some(a_casting().build())));
            castings.expect_warnings().returning(|_| Ok(Vec::new()));
        });
        let server = server.start().await;
        for call in [patch("/movies/2/cast/5").text("{}"), delete("/movies/2/cast/5")] {
            let call = if_match.into_iter().fold(call.by_a_director(), |call, tag| call.header("If-Match", tag));
            assert_eq!(server.answer(call).await.status, 200, "{if_match:?}");
        }
    }
}

#[actix_web::test]
async fn a_deletion_answers_the_id_and_the_tag_of_what_was_there() {
    let server = a_server().castings(|castings| {
        castings
            .expect_delete()
            .withf(|permit, movie, id, _, at| {
                is_call_of(permit.caller(), Role::CastingDirector) && (movie.get(), id.get()) == (2, 5) && *at == now()
            })
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(a_casting().build())));
    });

    let answer = server.answer(delete("/movies/2/cast/5").by_a_director()).await;

    assert_eq!((answer.status.as_u16(), answer.header("ETag")), (200, Some("\"1\"")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.text(), r#"{"success":true,"deleted":5}"#);
}

#[actix_web::test]
async fn a_booked_casting_is_not_deleted() {
    let server = a_server().castings(|castings| {
        let conflict = Conflict::RequiresRelease { casting: a_casting().build().id };
        castings.expect_delete().once().return_once(|_, _, _, _, _| Err(StoreError::Conflict(conflict)));
    });
    let answer = server.answer(delete("/movies/2/cast/5").by_a_director()).await;
    assert_eq!(answer.problem(), (409, "requires-release".to_owned()));
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    let server = an_empty_server().start().await;
    let table = [
        (get("/movies/2/cast"), "there is no movie 2"),
        (get("/movies/2/actors"), "there is no movie 2"),
        (post("/movies/2/cast").text(r#"{"actor_id":7}"#), "there is no movie 2"),
        (put("/movies/2/billing").text(r#"{"order":[]}"#), "there is no movie 2"),
        (get("/movies/2/cast/5"), "there is no casting 5"),
        (patch("/movies/2/cast/5").text("{}"), "there is no casting 5"),
        (delete("/movies/2/cast/5"), "there is no casting 5"),
        (get("/actors/7/filmography"), "there is no actor 7"),
        (get("/actors/7/movies"), "there is no actor 7"),
    ];
    for (call, detail) in table {
        let path = call.path().to_owned();
        let answer = server.answer(call.by_a_director()).await;
        assert_eq!(answer.json(), a_problem(404, "not-found", "There is nothing here", &path, detail));
    }
}

#[actix_web::test]
async fn an_id_that_is_no_number_is_not_found() {
    let server = a_server().start().await;
    for id in ["0", "05", "abc", "-5", "5.0", "..", "99999999999999999999"] {
        let table = [
            (get(&format!("/movies/{id}/cast")), "movie"),
            (get(&format!("/movies/{id}/actors")), "movie"),
            (post(&format!("/movies/{id}/cast")).text("{}"), "movie"),
            (get(&format!("/movies/{id}/cast/5")), "movie"),
            (get(&format!("/movies/2/cast/{id}")), "casting"),
            (patch(&format!("/movies/2/cast/{id}")).text("{}"), "casting"),
            (delete(&format!("/movies/2/cast/{id}")), "casting"),
            (put(&format!("/movies/{id}/billing")).text("{}"), "movie"),
            (get(&format!("/actors/{id}/filmography")), "actor"),
            (get(&format!("/actors/{id}/movies")), "actor"),
            (get(&format!("/actors/{id}/history")), "actor"),
            (get(&format!("/movies/{id}/history")), "movie"),
        ];
        for (call, entity) in table {
            let path = call.path().to_owned();
            let answer = server.answer(call.by_a_director()).await;
            let detail = format!("there is no such {entity}: an id is a whole number from 1");
            assert_eq!(answer.json(), a_problem(404, "not-found", "There is nothing here", &path, &detail));
        }
    }
}

#[actix_web::test]
async fn whoever_may_not_cast_learns_nothing_about_ids_or_bodies() {
    let server = a_server().start().await;
    for call in [
        post("/movies/abc/cast").text("{}"),
        post("/movies/2/cast").bytes("actor_id=7"),
        patch("/movies/2/cast/abc").text("{"),
        delete("/movies/2/cast/0"),
        put("/movies/2/billing").text(r#"{"order":7}"#),
        put("/movies/2/billing").never_sent(),
    ] {
        let path = call.path().to_owned();
        let answer = server.answer(call.clone()).await;
        assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()), "{path}");
        let answer = server.answer(call.by_an_assistant()).await;
        assert_eq!(answer.problem(), (403, "permission-denied".to_owned()), "{path}");
        assert_eq!(answer.member("needs"), "patch:movies", "{path}");
    }
}

#[actix_web::test]
async fn other_methods_are_told_which_there_are() {
    let server = a_server().start().await;
    let table = [
        (put("/movies/2/cast"), "GET, POST, HEAD, OPTIONS"),
        (put("/movies/2/cast/5"), "GET, PATCH, DELETE, HEAD, OPTIONS"),
        (get("/movies/2/billing"), "PUT, OPTIONS"),
        (post("/movies/2/actors"), "GET, HEAD, OPTIONS"),
        (post("/actors/7/filmography"), "GET, HEAD, OPTIONS"),
        (delete("/actors/7/movies"), "GET, HEAD, OPTIONS"),
    ];
    for (call, allow) in table {
        let path = call.path().to_owned();
        let answer = server.answer(call.by_a_producer()).await;
        assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()), "{path}");
        assert_eq!(answer.header("Allow"), Some(allow), "{path}");
    }
}
