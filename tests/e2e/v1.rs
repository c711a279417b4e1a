//! The work of the older Ensemble's clients, in its format.

use ensemble_domain::Role;
use reqwest::{
    Method,
    header::{ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION},
};
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    an_actor_lives_through_all_operations,
    a_movie_is_made_with_its_actors_and_changes_them,
    lists_are_read_page_by_page,
    a_search_finds_names_but_for_those_who_are_there_already,
    a_tag_changes_with_who_is_booked,
    a_request_with_a_key_is_done_once,
    bad_fields_are_told_with_status_400_and_change_nothing,
    what_is_done_here_is_seen_at_the_root,
);

fn actors(server: &Server, method: Method, id: i64, body: &Value) -> (u16, Value) {
    server.json(method, &format!("/api/v1/actors/{id}"), body)
}

/// A new actor's id.
fn an_actor(server: &Server, name: &str) -> i64 {
    let body = json!({"actor": {"name": name, "birth_date": "1990-02-02", "gender": "F"}});
    let (status, created) = server.json(Method::POST, "/api/v1/actors", &body);
    assert_eq!(status, 201, "{created}");
    created["actor"]["id"].as_i64().unwrap()
}

/// A new movie's id.
fn a_movie(server: &Server, title: &str, actor_ids: &[i64]) -> i64 {
    let body = json!({"movie": {"title": title, "release_date": "2190-02-25"}, "actor_ids": actor_ids});
    let (status, created) = server.json(Method::POST, "/api/v1/movies", &body);
    assert_eq!((status, &created["movie"]["actor_ids"]), (201, &json!(actor_ids)), "{created}");
    created["movie"]["id"].as_i64().unwrap()
}

/// One member of each item of a list.
fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a Value> {
    list.as_array().unwrap().iter().map(|item| &item[member]).collect()
}

fn an_actor_lives_through_all_operations(database: &Database) {
    let server = Server::start(database);
    let body = json!({"actor": {"birth_date": "1990-02-02", "gender": "M", "name": "James Junior J"}});
    let response = server.request_as(Role::CastingDirector, Method::POST, "/api/v1/actors").json(&body).send().unwrap();
    let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
    let (status, created) = answered(response);
    assert_eq!((status, &created["message"]), (201, &json!("Actor created Successfully")));
    let (status, found) = server.get(&location);
    assert_eq!((status, &found["actor"]), (200, &created["actor"]));
    assert_eq!((&found["actor"]["gender"], &found["actor"]["birth_date"]), (&json!("M"), &json!("1990-02-02")));

    let id = found["actor"]["id"].as_i64().unwrap();
    let change = json!({"actor": {"birth_date": "1991-03-03", "gender": "non-binary", "name": "Gerald"}});
    let (status, changed) = actors(&server, Method::PATCH, id, &change);
    assert_eq!((status, &changed["message"]), (200, &json!("Actor updated Successfully")));
    assert_eq!((&changed["actor"]["name"], &changed["actor"]["gender"]), (&json!("Gerald"), &json!("non-binary")));
    let (_, by_age) = actors(&server, Method::PATCH, id, &json!({"actor": {"birth_date": null, "age": 33}}));
    assert_eq!((&by_age["actor"]["birth_date"], &by_age["actor"]["age"]), (&json!(null), &json!(33)));

    // A form sends back what it was shown.
    let (status, same) = actors(&server, Method::PATCH, id, &json!({"actor": by_age["actor"]}));
    assert_eq!((status, &same["actor"]), (200, &by_age["actor"]));

    let (status, deleted) = actors(&server, Method::DELETE, id, &Value::Null);
    assert_eq!(
        (status, &deleted["message"], &deleted["deleted"]),
        (200, &json!("Actor deleted Successfully"), &json!(id))
    );
    assert_eq!((&deleted["actor"]["name"], server.get(&location).0), (&json!("Gerald"), 404));
}

fn a_movie_is_made_with_its_actors_and_changes_them(database: &Database) {
    let server = Server::start(database);
    let [ada, ben, cleo] = ["Ada", "Ben", "Cleo"].map(|name| an_actor(&server, name));
    let movie = a_movie(&server, "Low Tide", &[ada, ben]);
    let path = format!("/api/v1/movies/{movie}");
    let (_, shown) = server.get(&path);
    assert_eq!(
        shown["movie"],
        json!({
            "id": movie, "title": "Low Tide", "release_date": "2190-02-25", "actor_ids": [ada, ben],
            "movie_crew": [{"actor": {"id": ada, "name": "Ada"}}, {"actor": {"id": ben, "name": "Ben"}}],
        })
    );

    // A client sends back what it was shown, with another choice of actors.
    let (status, changed) =
        server.json(Method::PATCH, &path, &json!({"movie": shown["movie"], "actor_ids": [ben, cleo]}));
    assert_eq!((status, &changed["message"]), (200, &json!("Movie updated Successfully")));
    assert_eq!(changed["movie"]["actor_ids"], json!([ben, cleo]));
    let (_, renamed) = server.json(Method::PATCH, &path, &json!({"movie": {"title": "High Tide"}}));
    assert_eq!(
        (&renamed["movie"]["title"], &renamed["movie"]["actor_ids"]),
        (&json!("High Tide"), &json!([ben, cleo]))
    );
    let crew = |actor| server.get(&format!("/api/v1/actors/{actor}")).1["actor"]["movie_crew"].clone();
    assert_eq!((crew(ada), crew(cleo)), (json!([]), json!([{"movie": {"id": movie, "title": "High Tide"}}])));

    let (status, kept) = actors(&server, Method::DELETE, cleo, &Value::Null);
    assert_eq!((status, &kept["type"]), (409, &json!("/problems/actor-booked")));
    let (status, deleted) = server.json(Method::DELETE, &path, &Value::Null);
    assert_eq!(
        (status, &deleted["message"], &deleted["deleted"]),
        (200, &json!("Movie deleted Successfully"), &json!(movie))
    );
    assert_eq!((server.get(&path).0, server.get(&format!("{path}/actors")).0), (404, 404));
    assert_eq!(crew(cleo), json!([]));
}

/// Where a page says it is: number, size, before, behind, items in all, pages in all.
fn place(page: &Value) -> Value {
    assert_eq!(page["has_prev"], !page["prev_num"].is_null(), "{page}");
    assert_eq!(page["has_next"], !page["next_num"].is_null(), "{page}");
    json!(["current_page", "per_page", "prev_num", "next_num", "total", "pages"].map(|name| &page[name]))
}

fn lists_are_read_page_by_page(database: &Database) {
    let server = Server::start(database);
    let ids: Vec<_> = (1..=13).map(|number| an_actor(&server, &format!("Actor {number}"))).collect();
    let movie = a_movie(&server, "Low Tide", &ids[..6]);
    for number in 2..=11 {
        a_movie(&server, &format!("Tide {number}"), &[]);
    }
    let of_movie = format!("/api/v1/movies/{movie}/actors");
    let table = [
        ("/api/v1/actors", "actors", 6, json!([1, 6, null, 2, 13, 3])),
        ("/api/v1/actors?page=2", "actors", 6, json!([2, 6, 1, 3, 13, 3])),
        ("/api/v1/actors?page=3", "actors", 1, json!([3, 6, 2, null, 13, 3])),
        ("/api/v1/actors?page=9", "actors", 0, json!([9, 6, 3, null, 13, 3])),
        ("/api/v1/movies", "movies", 10, json!([1, 10, null, 2, 11, 2])),
        ("/api/v1/movies?page=2", "movies", 1, json!([2, 10, 1, null, 11, 2])),
        (&of_movie, "actors", 5, json!([1, 5, null, 2, 6, 2])),
        (&format!("{of_movie}?page=2"), "actors", 1, json!([2, 5, 1, null, 6, 2])),
    ];
    for (path, name, items, expected) in table {
        let (status, page) = server.get(path);
        assert_eq!((status, page[name].as_array().unwrap().len()), (200, items), "{path}");
        assert_eq!(place(&page), expected, "{path}");
    }
    let mut next = json!(1);
    let mut met = Vec::new();
    while !next.is_null() {
        let (_, page) = server.get(&format!("/api/v1/actors?page={next}"));
        met.extend(each(&page["actors"], "id").into_iter().map(|id| id.as_i64().unwrap()));
        next = page["next_num"].clone();
    }
    assert_eq!(met, ids);
}

fn a_search_finds_names_but_for_those_who_are_there_already(database: &Database) {
    let server = Server::start(database);
    let names = ["Nada El-Hadd\u{e1}d", "Omar Haddad", "Zo\u{eb} N\u{fa}\u{f1}ez", "Rana Haddad"];
    let [nada, omar, zoe, rana] = names.map(|name| an_actor(&server, name));
    let found = |path: &str, body: &Value| {
        let (status, page) = server.json(Method::POST, path, body);
        assert_eq!(status, 200, "{page}");
        (json!(each(&page["actors"], "id")), page["total"].clone())
    };
    let search = "/api/v1/actors/search";
    let strangers: Vec<_> = (1000..9000).chain([omar]).collect();
    let table = [
        (json!({"search_term": "HADDAD"}), json!([nada, omar, rana])),
        (json!({"search_term": "haddad", "actor_ids": [omar, rana]}), json!([nada])),
        (json!({"search_term": "nunez", "actor_ids": []}), json!([zoe])),
        (json!({"search_term": "", "actor_ids": [zoe, nada]}), json!([omar, rana])),
        (json!({"search_term": ""}), json!([nada, omar, zoe, rana])),
        (json!({"search_term": "da", "actor_ids": strangers}), json!([nada, rana])),
        (json!({"search_term": "nobody"}), json!([])),
    ];
    for (body, expected) in table {
        let total = json!(expected.as_array().unwrap().len());
        assert_eq!(found(search, &body), (expected, total), "{}", body["search_term"]);
    }
    for number in 1..=4 {
        an_actor(&server, &format!("Haddad {number}"));
    }
    let (ids, total) = found(&format!("{search}?page=2"), &json!({"search_term": "haddad", "actor_ids": [nada]}));
    assert_eq!((ids.as_array().unwrap().len(), total), (0, json!(6)));
    let (ids, total) = found(&format!("{search}?page=2"), &json!({"search_term": "haddad"}));
    assert_eq!((ids.as_array().unwrap().len(), total), (1, json!(7)));
}

fn a_tag_changes_with_who_is_booked(database: &Database) {
    let server = Server::start(database);
    let (ada, ben) = (an_actor(&server, "Ada"), an_actor(&server, "Ben"));
    let path = format!("/api/v1/movies/{}", a_movie(&server, "Low Tide", &[ada]));
    let get = |known: &str| {
        let request = server.request_as(Role::CastingAssistant, Method::GET, &path).header(IF_NONE_MATCH, known);
        let response = request.send().unwrap();
        (response.status().as_u16(), response.headers()[ETAG].to_str().unwrap().to_owned())
    };
    let (status, first) = get("\"1\"");
    assert_eq!((status, get(&first)), (200, (304, first.clone())));
    assert_eq!(server.json(Method::PATCH, &path, &json!({"actor_ids": [ada, ben]})).0, 200);
    let (status, second) = get(&first);
    assert!(status == 200 && second != first, "{first} {second}");

    let change = |tag: &str, title: &str| {
        let request = server.request_as(Role::CastingDirector, Method::PATCH, &path).header(IF_MATCH, tag);
        request.json(&json!({"movie": {"title": title}})).send().unwrap().status().as_u16()
    };
    assert_eq!((change(&second, "High Tide"), change(&second, "Ebb")), (200, 412));
    assert_eq!(server.get(&path).1["movie"]["title"], "High Tide");
}

fn a_request_with_a_key_is_done_once(database: &Database) {
    let server = Server::start(database);
    let ada = an_actor(&server, "Ada");
    let send = |body: &Value| {
        let request = server.request_as(Role::ExecutiveProducer, Method::POST, "/api/v1/movies");
        answered(request.header("Idempotency-Key", "once").json(body).send().unwrap())
    };
    let movie = json!({"movie": {"title": "Low Tide", "release_date": "2190-02-25"}, "actor_ids": [ada]});
    let first = send(&movie);
    let path = format!("/api/v1/movies/{}", first.1["movie"]["id"]);
    let changed = json!({"movie": {"title": "High Tide"}, "actor_ids": [an_actor(&server, "Bea")]});
    assert_eq!(server.json(Method::PATCH, &path, &changed).0, 200);
    assert_eq!((first.0, send(&movie)), (201, first), "the first answer, whatever has become of the movie");
    let (status, refused) = send(&json!({"movie": {"title": "Low Tide", "release_date": "2190-02-25"}}));
    assert_eq!((status, &refused["type"]), (422, &json!("/problems/idempotency-key-reused")));
    assert_eq!(server.get("/api/v1/movies").1["total"], 1);
}

fn bad_fields_are_told_with_status_400_and_change_nothing(database: &Database) {
    let server = Server::start(database);
    let (ada, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide", &[]));
    let (actor, movie) = (format!("/api/v1/actors/{ada}"), format!("/api/v1/movies/{movie}"));
    let before = server.contents();
    let table = [
        (Method::POST, "/api/v1/actors", json!({"search_term": "arthur"}), "#/actor"),
        (Method::POST, "/api/v1/actors", json!({"actor": {"gender": "M", "age": 30}}), "#/actor/name"),
        (Method::PATCH, actor.as_str(), json!({"actor": {"birth_date": "02.02.1990"}}), "#/actor/birth_date"),
        (Method::PATCH, actor.as_str(), json!({"name": "Ada"}), "#"),
        (Method::POST, "/api/v1/movies", json!({"movie": {"title": "Ebb"}}), "#/movie/release_date"),
        (Method::PATCH, movie.as_str(), json!({"movie": {"title": "Ebb"}, "actor_ids": [99]}), "#/actor_ids"),
        (Method::POST, "/api/v1/actors/search", json!({"actor_ids": []}), "#/search_term"),
    ];
    for (method, path, body, pointer) in table {
        let (status, refused) = server.json(method.clone(), path, &body);
        assert_eq!((status, &refused["status"], &refused["error"]), (400, &json!(400), &json!(400)), "{refused}");
        assert_eq!((&refused["success"], &refused["message"]), (&json!(false), &refused["detail"]), "{refused}");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{method} {path} {body}");
    }
    assert_eq!(server.contents(), before);
}

fn what_is_done_here_is_seen_at_the_root(database: &Database) {
    let server = Server::start(database);
    let ada = an_actor(&server, "Ada");
    let movie = a_movie(&server, "Low Tide", &[ada]);
    let (_, actor) = server.get(&format!("/actors/{ada}"));
    assert_eq!((&actor["actor"]["name"], &actor["actor"]["gender"]), (&json!("Ada"), &json!("female")));
    let (_, cast) = server.get(&format!("/movies/{movie}/cast"));
    assert_eq!(
        (each(&cast["cast"], "actor_id"), each(&cast["cast"], "status")),
        (vec![&json!(ada)], vec![&json!("booked")])
    );
    let (_, history) = server.get("/history");
    let told: Vec<_> = each(&history["history"], "action");
    assert_eq!(told, ["cast", "created", "created"]);
}
