//! Lists as CSV.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc,
};

use actix_web::body::MessageBody;
use ensemble_domain::{
    Action, Actor, Entity, HistoryEntry, HistoryId, HistoryPage, Members, Position, Record, RequestId, SortKey,
    StoreError, Subject,
};
use futures_util::future::poll_fn;

use crate::fixture::{
    Answer, Call, Server, a_casting, a_movie, a_page, a_server, an_actor, an_empty_server, get, head, now,
};

const ACTORS: &str = "id,name,age,birth_date,gender,version,created_at,updated_at\r\n";
/// How many items are read at once.
const BATCH: i64 = 2000;

/// A server with so many actors, and the places that it is asked for.
fn a_server_with(count: i64) -> (Server, mpsc::Receiver<Option<Position>>) {
    let (teller, told) = mpsc::channel();
    let server = a_server().actors(|actors| {
        actors.expect_batch().returning(move |_, after, size| {
            let first = after.as_ref().map_or(0, |place| place.id) + 1;
            teller.send(after).unwrap();
            Ok((first..=count).take(usize::try_from(size).unwrap()).map(numbered).collect())
        });
    });
    (server, told)
}

fn numbered(id: i64) -> Actor {
    an_actor().numbered(id).build()
}

fn as_csv(path: &str) -> Call {
    get(path).by_an_assistant().header("Accept", "text/csv")
}

fn check_headers(answer: &Answer, name: &str) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("text/csv; charset=utf-8; header=present"));
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    assert_eq!(answer.header("Content-Disposition"), Some(&*disposition));
    assert!(answer.varies_by("Accept"));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Link"), None);
}

#[actix_web::test]
async fn a_list_is_answered_whole_as_csv() {
    for (path, accept) in [("/actors", "text/csv"), ("/actors?format=csv", "application/json")] {
        let server = a_server().actors(|actors| {
            let omar = an_actor().numbered(8).named("=Omar, \"O\"").born("1990-12-31").build();
            actors
                .expect_batch()
                .withf(|_, after, size| after.is_none() && *size == 2000)
                .once()
                .return_once(|_, _, _| Ok(vec![an_actor().build(), omar]));
        });
        let answer = server.answer(get(path).by_an_assistant().header("Accept", accept)).await;
        check_headers(&answer, "actors");
        let rows = "7,Nada Haddad,20,,female,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n\
                    8,\"'=Omar, \"\"O\"\"\",35,1990-12-31,female,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n";
        assert_eq!(answer.text(), format!("{ACTORS}{rows}"));
    }
}

#[actix_web::test]
async fn movies_are_answered_as_csv() {
    let server = a_server().movies(|movies| {
        let shot = a_movie().shot("2026-05-01", "2026-06-01").build();
        movies.expect_batch().once().return_once(|_, _, _| Ok(vec![a_movie().build(), shot]));
    });
    let answer = server.answer(as_csv("/movies?sort=-title&q=aihaga")).await;
    check_headers(&answer, "movies");
    assert_eq!(
        answer.text(),
        "id,title,release_date,shoot_start,shoot_end,version,created_at,updated_at\r\n\
         2,Aihaga,1998-05-07,,,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n\
         2,Aihaga,1998-05-07,2026-05-01,2026-06-01,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n"
    );
}

#[actix_web::test]
async fn a_long_list_is_read_batch_by_batch() {
    for count in [0, BATCH - 1, BATCH, 2 * BATCH + 1] {
        let (server, told) = a_server_with(count);
        let answer = server.answer(as_csv("/actors")).await;
        let ids: Vec<i64> =
            answer.text().lines().skip(1).map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
        assert_eq!(ids, (1..=count).collect::<Vec<_>>());
        let places: Vec<_> = told.try_iter().map(|place| place.map(|place| (place.key, place.id))).collect();
        let expected = (0..=count / BATCH).map(|batch| (batch > 0).then_some((SortKey::Id, batch * BATCH)));
        assert_eq!(places, expected.collect::<Vec<_>>(), "{count}");
    }
}

#[actix_web::test]
async fn a_batch_is_read_when_the_one_before_was_taken() {
    let (server, told) = a_server_with(3 * BATCH);
    let server = server.start().await;
    let response = server.respond(as_csv("/actors")).await;
    assert_eq!(told.try_iter().count(), 1);
    let mut body = Box::pin(response.into_body());
    for read in [0, 1, 1] {
        assert!(poll_fn(|context| body.as_mut().poll_next(context)).await.unwrap().is_ok());
        assert_eq!(told.try_iter().count(), read);
    }
}

#[actix_web::test]
async fn trouble_before_the_first_row_is_a_problem_like_any_other() {
    let server = a_server().actors(|actors| {
        actors.expect_batch().once().return_once(|_, _, _| Err(StoreError::Unavailable("down".into())));
    });
    assert_eq!(server.answer(as_csv("/actors")).await.problem(), (503, "unavailable".to_owned()));
}

#[actix_web::test]
async fn trouble_that_passes_in_the_middle_is_waited_for() {
    let tried = Arc::new(AtomicU32::new(0));
    let (server, times) = (a_server(), Arc::clone(&tried));
    let server = server.actors(|actors| {
        actors.expect_batch().returning(move |_, after, _| match after {
            None => Ok((1..=BATCH).map(numbered).collect()),
            Some(_) if times.fetch_add(1, Ordering::Relaxed) < 1 => Err(StoreError::Unavailable("busy".into())),
            Some(_) => Ok(vec![numbered(BATCH + 1)]),
        });
    });
    assert_eq!(server.answer(as_csv("/actors")).await.text().lines().count(), usize::try_from(BATCH).unwrap() + 2);
    assert_eq!(tried.load(Ordering::Relaxed), 2);
}

#[actix_web::test]
async fn trouble_in_the_middle_that_lasts_breaks_the_answer_off() {
    let server = a_server().actors(|actors| {
        actors.expect_batch().returning(|_, after, _| match after {
            None => Ok((1..=BATCH).map(numbered).collect()),
            Some(_) => Err(StoreError::Failed("broken".into())),
        });
    });
    let response = server.start().await.respond(as_csv("/actors")).await;
    let mut body = Box::pin(response.into_body());
    assert!(poll_fn(|context| body.as_mut().poll_next(context)).await.unwrap().is_ok());
    assert!(poll_fn(|context| body.as_mut().poll_next(context)).await.unwrap().is_err());
}

#[actix_web::test]
async fn head_reads_no_more_than_the_first_batch() {
    let (server, told) = a_server_with(3 * BATCH);
    let answer = server.answer(head("/actors?format=csv").by_an_assistant()).await;
    check_headers(&answer, "actors");
    assert_eq!(told.try_iter().count(), 1);
}

#[actix_web::test]
async fn what_asks_for_a_page_is_refused_beside_format_csv_and_passed_over_beside_accept() {
    for (parameter, query) in [("page", "page=2"), ("limit", "limit=5"), ("cursor", "cursor=x")] {
        for path in ["/actors", "/movies", "/history"] {
            if (parameter, path) == ("page", "/history") {
                continue;
            }
            let answer = a_server().answer(get(&format!("{path}?{query}&format=csv")).by_an_assistant()).await;
            assert_eq!(answer.problem(), (400, "invalid-request".to_owned()), "{path}?{query}");
            let detail =
                format!("query parameter {parameter} must not be given beside format=csv, which is the whole list");
            assert_eq!(answer.member("detail"), detail);
        }
        let (server, _told) = a_server_with(3);
        assert_eq!(server.answer(as_csv(&format!("/actors?{query}"))).await.text().lines().count(), 4, "{query}");
    }
}

#[actix_web::test]
async fn json_is_answered_unless_csv_is_liked_better() {
    for (path, accept) in [("/actors", "*/*"), ("/actors", "text/csv;q=0.9, */*"), ("/actors?format=json", "text/csv")]
    {
        let server = a_server().actors(|actors| {
            actors.expect_list().once().return_once(|_, _| Ok(a_page(Vec::new(), 0)));
        });
        let answer = server.answer(get(path).by_an_assistant().header("Accept", accept)).await;
        assert_eq!(answer.header("Content-Type"), Some("application/json"), "{path} {accept}");
        assert!(answer.varies_by("Accept"));
    }
}

#[actix_web::test]
async fn casts_and_filmographies_are_answered_as_csv() {
    let server = a_server().castings(|castings| {
        let member = a_casting().playing("-Zo\u{eb}").billed(1).with(an_actor().build());
        castings.expect_cast().returning(move |_| Ok(Some(vec![member.clone()])));
        let credit = a_casting().because("@ home").in_movie(a_movie().build());
        castings.expect_filmography().returning(move |_| Ok(Some(vec![credit.clone()])));
    });
    let server = server.start().await;
    for path in ["/movies/2/cast", "/movies/2/actors?status=considering"] {
        let answer = server.answer(as_csv(path)).await;
        check_headers(&answer, "cast");
        assert_eq!(
            answer.text(),
            "id,movie_id,actor_id,actor_name,character,status,reason,billing,version,created_at,updated_at\r\n\
             5,2,7,Nada Haddad,'-Zo\u{eb},considering,,1,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n",
            "{path}"
        );
    }
    for path in ["/actors/7/filmography", "/actors/7/movies"] {
        let answer = server.answer(get(&format!("{path}?format=csv")).by_an_assistant()).await;
        check_headers(&answer, "filmography");
        assert_eq!(
            answer.text(),
            "id,movie_id,actor_id,movie_title,movie_release_date,character,status,reason,billing,version,created_at,\
             updated_at\r\n\
             5,2,7,Aihaga,1998-05-07,,considering,'@ home,,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n",
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_history_is_answered_whole_as_csv() {
    let entry = |id| HistoryEntry {
        id: HistoryId::new(id).unwrap(),
        at: now(),
        by: Subject::parse("auth0|somebody").unwrap(),
        request_id: RequestId::parse("-9").unwrap(),
        entity: Entity::Casting,
        entity_id: (id > 1).then_some(5),
        record: Record {
            action: Action::StatusChanged,
            before: [("status", "pinned".into())].into_iter().collect(),
            after: Members::default(),
        },
    };
    let server = a_server().history(|history| {
        history.expect_list().times(3).returning(move |_, before, limit| {
            assert_eq!(limit.get(), 100);
            let entries = before.map_or(2, |before| before.get() - 1);
            let next = (before.is_none()).then(|| HistoryId::new(2).unwrap());
            Ok(Some(HistoryPage { entries: vec![entry(entries)], next }))
        });
    });
    let server = server.start().await;
    let answer = server.answer(as_csv("/history")).await;
    check_headers(&answer, "history");
    let row = "2026-03-14T09:00:00Z,auth0|somebody,'-9,status changed,casting";
    assert_eq!(
        answer.text(),
        format!(
            "id,at,by,request_id,action,entity,entity_id,before,after\r\n\
             2,{row},5,\"{{\"\"status\"\":\"\"pinned\"\"}}\",{{}}\r\n\
             1,{row},,\"{{\"\"status\"\":\"\"pinned\"\"}}\",{{}}\r\n"
        )
    );
    let answer = server.answer(head("/actors/7/history?format=csv").by_an_assistant()).await;
    check_headers(&answer, "history");
    let absent = an_empty_server().answer(as_csv("/movies/2/history")).await;
    assert_eq!(absent.problem(), (404, "not-found".to_owned()));
}

#[actix_web::test]
async fn deleted_actors_are_exported_for_whoever_may_delete() {
    let (server, _told) = a_server_with(1);
    let server = server.start().await;
    let path = "/actors?deleted=with&format=csv";
    assert_eq!(server.answer(get(path).by_an_assistant()).await.problem(), (403, "permission-denied".to_owned()));
    assert_eq!(server.answer(get(path).by_a_director()).await.status, 200);
    assert_eq!(server.answer(get("/actors?format=csv")).await.problem(), (401, "unauthenticated".to_owned()));
}
