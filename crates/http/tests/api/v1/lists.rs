//! Lists by pages, and the search for actors.

use std::collections::BTreeSet;

use ensemble_domain::{
    ActorFilter, ActorId, ActorQuery, CastingStatus::Booked, Deleted, MovieQuery, Page, Search, Sort, Total,
};
use serde_json::{Value, json};

use super::{cast, with_cast};
use crate::fixture::{
    Call, Server, a_movie, a_page, a_page_before_others, a_server, an_actor, an_empty_server, get, number_of, post,
};

/// A server that answers the list of this query with this page, when it is asked for the page of that number.
fn a_server_expecting(query: ActorQuery, number: u64, page: Page<ensemble_domain::Actor>) -> Server {
    a_server().actors(|actors| {
        actors
            .expect_list()
            .withf(move |given, wanted| (given, wanted.limit.get(), number_of(wanted)) == (&query, 6, Some(number)))
            .once()
            .return_once(|_, _| Ok(page));
    })
}

fn filtered(filter: ActorFilter) -> ActorQuery {
    ActorQuery::new(filter, Sort::default())
}

fn a_search(body: &Value) -> Call {
    post("/api/v1/actors/search").by_an_assistant().json(body)
}

#[actix_web::test]
async fn a_page_of_actors_says_which_pages_are_around_it() {
    let items = vec![an_actor().build(), an_actor().numbered(8).named("Omar Said").of_gender("m").build()];
    let server = a_server_expecting(ActorQuery::default(), 2, a_page_before_others(items, 14));

    let answer = server.answer(get("/api/v1/actors?page=2").by_an_assistant()).await;

    assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some("application/json")));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(
        answer.text(),
        r#"{"success":true,"actors":[{"id":7,"name":"Nada Haddad","birth_date":null,"gender":"F","age":20},{"id":8,"name":"Omar Said","birth_date":null,"gender":"M","age":20}],"total":14,"current_page":2,"per_page":6,"next_num":3,"prev_num":1,"has_prev":true,"has_next":true,"pages":3}"#
    );
}

#[actix_web::test]
async fn a_page_of_movies_has_10() {
    let server = a_server().movies(|movies| {
        movies
            .expect_list()
            .withf(|query, page| (query, page.limit.get(), number_of(page)) == (&MovieQuery::default(), 10, Some(1)))
            .once()
            .return_once(|_, _| Ok(a_page(vec![a_movie().build()], 1)));
    });

    let answer = server.answer(get("/api/v1/movies").by_an_assistant()).await;

    assert_eq!(
        answer.text(),
        r#"{"success":true,"movies":[{"id":2,"title":"Aihaga","release_date":"1998-05-07"}],"total":1,"current_page":1,"per_page":10,"next_num":null,"prev_num":null,"has_prev":false,"has_next":false,"pages":1}"#
    );
}

#[actix_web::test]
async fn a_page_of_the_actors_of_a_movie_has_5() {
    let names = ["Ann", "Ben", "Cleo", "Dora", "Eli", "Finn"];
    let castings: Vec<_> = (1..).zip(names).map(|(id, name)| (id, name, Booked)).collect();
    let server = with_cast(a_server(), cast(&castings)).start().await;
    let ask = async |page: &str| server.answer(get(&format!("/api/v1/movies/2/actors{page}")).by_an_assistant()).await;

    let first = ask("").await.json();
    assert_eq!(first["actors"].as_array().unwrap().len(), 5);
    assert_eq!(first["actors"][0], json!({"actor": {"id": 1, "name": "Ann"}}));
    assert_eq!((&first["total"], &first["per_page"], &first["next_num"]), (&json!(6), &json!(5), &json!(2)));
    assert_eq!(
        ask("?page=2").await.text(),
        r#"{"success":true,"actors":[{"actor":{"id":6,"name":"Finn"}}],"total":6,"current_page":2,"per_page":5,"next_num":null,"prev_num":1,"has_prev":true,"has_next":false,"pages":2}"#
    );
}

#[actix_web::test]
async fn a_page_past_the_end_is_empty_and_leads_back_to_the_last() {
    let server = a_server_expecting(ActorQuery::default(), 9, a_page(Vec::new(), 14));
    let page = server.answer(get("/api/v1/actors?page=9").by_an_assistant()).await.json();
    assert_eq!((&page["actors"], &page["prev_num"], &page["next_num"]), (&json!([]), &json!(3), &json!(null)));
    assert_eq!((&page["has_prev"], &page["has_next"], &page["pages"]), (&json!(true), &json!(false), &json!(3)));

    let server = a_server_expecting(ActorQuery::default(), 1, a_page(Vec::new(), 0));
    let page = server.answer(get("/api/v1/actors").by_an_assistant()).await.json();
    assert_eq!((&page["total"], &page["pages"], &page["has_prev"]), (&json!(0), &json!(0), &json!(false)));
}

#[actix_web::test]
async fn a_list_that_was_not_counted_to_its_end_says_so() {
    let page = Page { items: vec![an_actor().build()], total: Total::Capped, more: true };
    let search = Some(Search::parse("nada").unwrap());
    let server = a_server_expecting(filtered(ActorFilter { search, ..ActorFilter::default() }), 1, page);
    let page = server.answer(a_search(&json!({"search_term": "nada"}))).await.json();
    assert_eq!((&page["total"], &page["total_capped"], &page["next_num"]), (&json!(10_000), &json!(true), &json!(2)));
}

#[actix_web::test]
async fn a_search_names_words_and_whom_to_leave_out() {
    let search = |text| Some(Search::parse(text).unwrap());
    let without = |ids: &[i64]| ids.iter().copied().filter_map(ActorId::new).collect::<BTreeSet<_>>();
    let table = [
        (json!({"search_term": "arthur"}), search("arthur"), without(&[])),
        (json!({"search_term": " ARTHUR  dent", "actor_ids": []}), search("dent arthur"), without(&[])),
        (json!({"search_term": "a", "actor_ids": [7, 3, 7]}), search("a"), without(&[3, 7])),
        (json!({"search_term": "", "actor_ids": [7]}), None, without(&[7])),
        (json!({"search_term": " \u{3000}", "actor_ids": null, "page": 3}), None, without(&[])),
    ];
    for (body, search, without) in table {
        let query = filtered(ActorFilter { search, without, ..ActorFilter::default() });
        assert_eq!(query.deleted(), Deleted::No);
        let server = a_server_expecting(query, 1, a_page(vec![an_actor().build()], 1));
        let answer = server.answer(a_search(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.member("actors")[0]["id"].clone()), (200, json!(7)), "{body}");
    }
}

#[actix_web::test]
async fn a_search_has_pages_too() {
    let server = a_server_expecting(ActorQuery::default(), 2, a_page(vec![an_actor().build()], 7));
    let call = post("/api/v1/actors/search?page=2").by_an_assistant().json(&json!({"search_term": ""}));
    let page = server.answer(call).await.json();
    assert_eq!((&page["current_page"], &page["prev_num"], &page["pages"]), (&json!(2), &json!(1), &json!(2)));
}

#[actix_web::test]
async fn a_query_that_says_something_else_is_refused() {
    let server = an_empty_server().start().await;
    let of_page = "query parameter page";
    let table = [
        ("pgae=2", "unknown-parameter", "query parameter pgae is not known here; did you mean page?".to_owned()),
        ("limit=5", "unknown-parameter", "query parameter limit is not known here; there are page".to_owned()),
        ("page=0", "invalid-request", format!("{of_page} must be at least 1")),
        ("page=two", "invalid-request", format!("{of_page} must be a whole number from 1")),
        ("page=1&page=2", "invalid-request", format!("{of_page} is given more than once")),
    ];
    for (query, kind, detail) in table {
        for call in [
            get(&format!("/api/v1/actors?{query}")),
            get(&format!("/api/v1/movies?{query}")),
            get(&format!("/api/v1/movies/2/actors?{query}")),
            post(&format!("/api/v1/actors/search?{query}")).text("{"),
        ] {
            let answer = server.answer(call.by_an_assistant()).await;
            assert_eq!(answer.problem(), (400, kind.to_owned()), "{query}");
            assert_eq!(answer.member("detail"), detail);
        }
    }
}
