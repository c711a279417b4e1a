//! What happened to whom.

use ensemble_domain::{
    Action, ActorId, Entity, HistoryEntry, HistoryId, HistoryOf, HistoryPage, Imported, Limit, Members, MovieId,
    Record, RequestId, Subject, Value,
};
use serde_json::json;

use crate::fixture::{Answer, Server, a_problem, a_server, an_empty_server, get, head, now, token_with, with};

/// The three histories, by their paths.
fn histories() -> [(&'static str, HistoryOf); 3] {
    let (actor, movie) = (ActorId::new(7).unwrap(), MovieId::new(2).unwrap());
    [
        ("/history", HistoryOf::All),
        ("/actors/7/history", HistoryOf::Actor(actor)),
        ("/movies/2/history", HistoryOf::Movie(movie)),
    ]
}

fn id(number: i64) -> HistoryId {
    HistoryId::new(number).unwrap()
}

fn members(members: &[(&'static str, Value)]) -> Members {
    members.iter().cloned().collect()
}

/// That casting 5 was offered.
fn an_entry() -> HistoryEntry {
    HistoryEntry {
        id: id(41),
        at: now(),
        by: Subject::parse("auth0|somebody").unwrap(),
        request_id: RequestId::parse("request-9").unwrap(),
        entity: Entity::Casting,
        entity_id: Some(5),
        record: Record {
            action: Action::StatusChanged,
            before: members(&[("status", "pinned".into()), ("billing", Value::Null)]),
            after: members(&[("status", "offered".into()), ("billing", 2.into())]),
        },
    }
}

fn a_page() -> HistoryPage {
    HistoryPage { entries: vec![an_entry()], next: Some(id(41)) }
}

/// A server that is asked for just this part of a history.
fn a_server_expecting(of: HistoryOf, before: Option<HistoryId>, limit: u64, page: HistoryPage) -> Server {
    let limit = Limit::new(limit).unwrap();
    a_server().history(|history| {
        history
            .expect_list()
            .withf(move |wanted, cursor, most| (*wanted, *cursor, *most) == (of, before, limit))
            .once()
            .return_once(|_, _, _| Ok(Some(page)));
    })
}

/// The cursor of the page after [`a_page`] of that history.
async fn cursor_of((path, of): (&str, HistoryOf)) -> String {
    let answer = a_server_expecting(of, None, 20, a_page()).answer(get(path).by_an_assistant()).await;
    answer.member("next_cursor").as_str().unwrap().to_owned()
}

async fn asked(path: &str, query: &str) -> Answer {
    a_server().answer(get(&format!("{path}?{query}")).by_an_assistant()).await
}

#[actix_web::test]
async fn a_history_is_its_entries_and_the_way_to_the_older_ones() {
    for (path, of) in histories() {
        let answer = a_server_expecting(of, None, 20, a_page()).answer(get(path).by_an_assistant()).await;

        assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some("application/json")), "{path}");
        assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"), "{path}");
        let cursor = answer.member("next_cursor").as_str().unwrap().to_owned();
        let next = format!("{path}?cursor={cursor}&limit=20");
        let links = format!("<{path}?limit=20>; rel=\"first\", <{next}>; rel=\"next\"");
        assert_eq!(answer.header("Link"), Some(&*links), "{path}");
        let entry = json!({
            "id": 41, "at": "2026-03-14T09:00:00Z", "by": "auth0|somebody", "request_id": "request-9",
            "action": "status changed", "entity": "casting", "entity_id": 5,
            "before": {"status": "pinned", "billing": null}, "after": {"status": "offered", "billing": 2},
        });
        assert_eq!(
            answer.json(),
            json!({"success": true, "history": [entry], "limit": 20, "next": next, "next_cursor": cursor}),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn the_last_page_of_a_history_leads_to_the_first_only() {
    for (path, of) in histories() {
        let page = HistoryPage { entries: Vec::new(), next: None };
        let answer = a_server_expecting(of, None, 20, page).answer(get(path).by_an_assistant()).await;
        let links = format!("<{path}?limit=20>; rel=\"first\"");
        assert_eq!((answer.status.as_u16(), answer.header("Link")), (200, Some(&*links)), "{path}");
        assert_eq!(
            answer.json(),
            json!({"success": true, "history": [], "limit": 20, "next": null, "next_cursor": null}),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn the_members_of_an_entry_keep_their_order() {
    let answer = a_server_expecting(HistoryOf::All, None, 20, a_page()).answer(get("/history").by_an_assistant()).await;
    let entry = r#"{"id":41,"at":"2026-03-14T09:00:00Z","by":"auth0|somebody","request_id":"request-9","action":"status changed","entity":"casting","entity_id":5,"before":{"status":"pinned","billing":null},"after":{"status":"offered","billing":2}}"#;
    assert!(answer.text().starts_with(&format!(r#"{{"success":true,"history":[{entry}],"limit":20,"next":"#)));
}

#[actix_web::test]
async fn an_import_is_an_entry_of_no_single_entity() {
    let record = Record::imported(Imported { count: 213 });
    let entry = HistoryEntry { entity: Entity::Actor, entity_id: None, record, ..an_entry() };
    let page = HistoryPage { entries: vec![entry], next: None };
    let answer = a_server_expecting(HistoryOf::All, None, 20, page).answer(get("/history").by_an_assistant()).await;
    let entry = answer.member("history")[0].clone();
    assert_eq!((&entry["action"], &entry["entity_id"]), (&json!("imported"), &json!(null)));
    assert_eq!((&entry["before"], &entry["after"]), (&json!({}), &json!({"count": 213})));
}

#[actix_web::test]
async fn the_next_page_is_asked_for_as_the_page_before_says() {
    for (path, of) in histories() {
        let first = a_server_expecting(of, None, 7, a_page());
        let first = first.answer(get(&format!("{path}?limit=7")).by_an_assistant()).await;
        let next = first.member("next").as_str().unwrap().to_owned();

        let second = a_server_expecting(of, Some(id(41)), 7, HistoryPage { entries: Vec::new(), next: None });
        let second = second.answer(get(&next).by_an_assistant()).await;

        assert_eq!((second.status.as_u16(), second.member("limit")), (200, json!(7)), "{path}");
    }
}

#[actix_web::test]
async fn a_page_never_has_more_than_100_entries() {
    let server = a_server_expecting(HistoryOf::All, None, 100, a_page());
    let answer = server.answer(get("/history?limit=1000").by_an_assistant()).await;
    assert_eq!((answer.status.as_u16(), answer.member("limit")), (200, json!(100)));
}

#[actix_web::test]
async fn a_history_can_be_asked_for_by_head() {
    let answer =
        a_server_expecting(HistoryOf::All, None, 20, a_page()).answer(head("/history").by_an_assistant()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("Link").is_some());
}

#[actix_web::test]
async fn a_cursor_is_taken_by_the_list_that_gave_it_and_by_no_other() {
    for (from, of) in histories() {
        let cursor = cursor_of((from, of)).await;
        let others = histories().map(|(path, _)| path).into_iter().chain(["/actors/8/history", "/movies/7/history"]);
        for path in others.filter(|path| *path != from) {
            let answer = asked(path, &format!("cursor={cursor}")).await;
            let detail = "query parameter cursor is none that this list gave out; begin again without one";
            let problem = a_problem(400, "invalid-cursor", "The cursor is not one of this list", path, detail);
            let errors = json!([{
                "parameter": "cursor", "code": "format",
                "detail": "is none that this list gave out; begin again without one",
            }]);
            assert_eq!(answer.json(), with(problem, json!({"errors": errors})), "{from} to {path}");
        }
    }
}

#[actix_web::test]
async fn a_cursor_that_was_changed_is_refused() {
    let cursor = cursor_of(("/history", HistoryOf::All)).await;
    let turned = cursor.chars().rev().collect::<String>();
    let changed = [
        String::new(),
        "41".to_owned(),
        cursor[1..].to_owned(),
        format!("{cursor}A"),
        format!("{cursor}%3D%3D"),
        format!("%20{cursor}"),
        cursor.to_ascii_uppercase(),
        turned,
        "x".repeat(10_000),
    ];
    for changed in changed {
        let answer = asked("/history", &format!("cursor={changed}")).await;
        assert_eq!(answer.problem(), (400, "invalid-cursor".to_owned()), "{changed}");
    }
}

#[actix_web::test]
async fn parameters_of_another_form_are_refused() {
    let table = [
        ("limit=0", "invalid-request"),
        ("limit=ten", "invalid-request"),
        ("limit=5&limit=5", "invalid-request"),
        ("cursor=a&cursor=b", "invalid-request"),
        ("page=2", "unknown-parameter"),
        ("corsur=a", "unknown-parameter"),
    ];
    for (path, _) in histories() {
        for (query, kind) in table {
            assert_eq!(asked(path, query).await.problem(), (400, kind.to_owned()), "{path}?{query}");
        }
    }
}

#[actix_web::test]
async fn who_never_was_there_has_no_history() {
    let server = an_empty_server().start().await;
    for (path, entity) in [("/actors/7", "actor 7"), ("/movies/2", "movie 2")] {
        let path = format!("{path}/history");
        let answer = server.answer(get(&path).by_an_assistant()).await;
        let detail = format!("there is no {entity}");
        assert_eq!(answer.json(), a_problem(404, "not-found", "There is nothing here", &path, &detail));
    }
}

#[actix_web::test]
async fn whoever_may_not_see_a_history_learns_nothing_about_it() {
    let server = a_server().start().await;
    let (actors, movies) = (token_with(&["get:actors"]), token_with(&["get:movies"]));
    let table = [
        ("/history?cursor=7", &actors, "get:movies"),
        ("/history?page=2", &movies, "get:actors"),
        ("/actors/abc/history", &movies, "get:actors"),
        ("/movies/abc/history?limit=0", &actors, "get:movies"),
    ];
    for (path, token, missing) in table {
        let answer = server.answer(get(path).bearing(token)).await;
        assert_eq!(answer.problem(), (403, "permission-denied".to_owned()), "{path}");
        assert_eq!(answer.member("needs"), missing, "{path}");
    }
}
