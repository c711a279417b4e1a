//! Casting: who is considered for, and cast in, which movie, from the first thought to the credits.

mod concurrency;
mod history;
mod idempotency;
mod moves;

use ensemble_domain::Role;
use reqwest::{
    Method,
    header::{ETAG, LOCATION},
};
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(
    a_cast_is_made_from_the_first_thought_to_the_credits,
    the_actors_of_a_movie_are_named_at_once,
    a_casting_hides_with_its_movie_and_returns_with_it,
    an_actor_who_is_booked_cannot_be_deleted,
    bookings_that_collide_are_told_and_stand,
    a_director_does_all_of_it_and_an_assistant_sees_all_of_it,
);

/// A new actor's id.
pub fn an_actor(server: &Server, name: &str) -> i64 {
    let (status, created) = server.json(Method::POST, "/actors", &json!({"name": name, "age": 30, "gender": "female"}));
    assert_eq!(status, 201, "{created}");
    created["actor"]["id"].as_i64().unwrap()
}

/// A new movie's id.
pub fn a_movie(server: &Server, title: &str) -> i64 {
    a_movie_with(server, &json!({"title": title, "release_date": "2190-01-31"})).0
}

/// A new movie's id, and what else was answered.
fn a_movie_with(server: &Server, body: &Value) -> (i64, Value) {
    let (status, created) = server.json(Method::POST, "/movies", body);
    assert_eq!(status, 201, "{created}");
    (created["movie"]["id"].as_i64().unwrap(), created)
}

/// A new casting's path.
pub fn a_casting(server: &Server, movie: i64, body: &Value) -> String {
    let (status, created) = server.json(Method::POST, &format!("/movies/{movie}/cast"), body);
    assert_eq!(status, 201, "{created}");
    format!("/movies/{movie}/cast/{}", created["casting"]["id"])
}

fn patch(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    server.json(Method::PATCH, path, body)
}

/// The characters of a list, in its order.
fn characters(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|casting| casting["character"].as_str().unwrap_or("-")).collect()
}

fn a_cast_is_made_from_the_first_thought_to_the_credits(database: &Database) {
    let server = Server::start(database);
    let (ada, ben) = (an_actor(&server, "Ada"), an_actor(&server, "Ben"));
    let movie = a_movie(&server, "Low Tide");
    let cast = format!("/movies/{movie}/cast");

    let director = server.request_as(Role::CastingDirector, Method::POST, &cast);
    let response = director.json(&json!({"actor_id": ada, "character": "The Pilot"})).send().unwrap();
    let (location, tag) = (response.headers()[LOCATION].clone(), response.headers()[ETAG].clone());
    let (status, created) = answered(response);
    assert_eq!((status, &created["warnings"]), (201, &json!([])));
    assert_eq!((created["casting"]["status"].as_str(), tag.to_str().unwrap()), (Some("considering"), "\"1\""));
    let path = location.to_str().unwrap();
    let (status, found) = server.get(path);
    assert_eq!((status, &found["casting"]["actor"]["name"]), (200, &json!("Ada")));

    for status in ["auditioning", "pinned", "offered", "booked"] {
        let (code, moved) = patch(&server, path, &json!({"status": status, "reason": "so it goes"}));
        assert_eq!((code, moved["casting"]["status"].as_str()), (200, Some(status)));
        assert_eq!(moved["casting"]["reason"], "so it goes");
    }
    let second = a_casting(&server, movie, &json!({"actor_id": ben, "character": "The Cook", "status": "booked"}));
    let id = |path: &str| path.rsplit('/').next().unwrap().parse::<i64>().unwrap();
    let (status, billed) =
        server.json(Method::PUT, &format!("/movies/{movie}/billing"), &json!({"order": [id(&second), id(path)]}));
    assert_eq!((status, characters(&billed["cast"])), (200, vec!["The Cook", "The Pilot"]));
    for (list, name) in [("cast", "cast"), ("actors", "actors")] {
        let (status, listed) = server.get(&format!("/movies/{movie}/{list}"));
        assert_eq!((status, characters(&listed[name])), (200, vec!["The Cook", "The Pilot"]));
        assert_eq!(listed[name][0]["billing"], 1);
    }
    assert_eq!(server.get(&format!("{cast}?status=pinned,offered")).1["cast"], json!([]));
    for (list, name) in [("filmography", "filmography"), ("movies", "movies")] {
        let (status, listed) = server.get(&format!("/actors/{ada}/{list}"));
        assert_eq!((status, &listed[name][0]["movie"]["title"]), (200, &json!("Low Tide")));
    }

    let (status, refused) = server.json(Method::DELETE, path, &Value::Null);
    assert_eq!((status, &refused["type"]), (409, &json!("/problems/requires-release")));
    assert_eq!(patch(&server, path, &json!({"status": "released", "reason": "Dates"})).0, 200);
    assert_eq!(server.json(Method::DELETE, path, &Value::Null), (200, json!({"success": true, "deleted": id(path)})));
    assert_eq!(server.get(path).0, 404);
}

fn the_actors_of_a_movie_are_named_at_once(database: &Database) {
    let server = Server::start(database);
    let (ada, ben, cleo) = (an_actor(&server, "Ada"), an_actor(&server, "Ben"), an_actor(&server, "Cleo"));
    let named = json!({"title": "Low Tide", "release_date": "2190-01-31", "actor_ids": [ada, ben, ada]});
    let (movie, _) = a_movie_with(&server, &named);
    let path = format!("/movies/{movie}");
    let booked = || {
        let (_, listed) = server.get(&format!("{path}/cast?status=booked"));
        listed["cast"]
            .as_array()
            .unwrap()
            .iter()
            .map(|casting| casting["actor_id"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(booked(), [ada, ben]);

    assert_eq!(patch(&server, &path, &json!({"actor_ids": [cleo, ben]})).0, 200);
    assert_eq!(booked(), [ben, cleo]);
    let (_, released) = server.get(&format!("{path}/cast?status=released"));
    assert_eq!(released["cast"][0]["actor_id"], ada);
    assert!(released["cast"][0]["reason"].is_string(), "{released}");

    let (status, refused) = patch(&server, &path, &json!({"title": "High Tide", "actor_ids": [99, ben]}));
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("#/actor_ids")));
    assert_eq!((server.get(&path).1["movie"]["title"].as_str(), booked()), (Some("Low Tide"), vec![ben, cleo]));
}

fn a_casting_hides_with_its_movie_and_returns_with_it(database: &Database) {
    let server = Server::start(database);
    let (ada, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let path = a_casting(&server, movie, &json!({"actor_id": ada}));
    let seen = || {
        (
            server.get(&path).0,
            server.get(&format!("/actors/{ada}/filmography")).1["filmography"].as_array().unwrap().len(),
        )
    };
    assert_eq!(seen(), (200, 1));
    assert_eq!(server.json(Method::DELETE, &format!("/movies/{movie}"), &Value::Null).0, 200);
    assert_eq!(seen(), (404, 0));
    assert_eq!(server.get(&format!("/movies/{movie}/cast")).0, 404);
    assert_eq!(server.json(Method::POST, &format!("/movies/{movie}/restore"), &Value::Null).0, 200);
    assert_eq!(seen(), (200, 1));
}

fn an_actor_who_is_booked_cannot_be_deleted(database: &Database) {
    let server = Server::start(database);
    let (ada, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let casting = a_casting(&server, movie, &json!({"actor_id": ada, "status": "booked"}));
    let delete = || server.json(Method::DELETE, &format!("/actors/{ada}"), &Value::Null);

    let (status, refused) = delete();
    assert_eq!((status, &refused["type"]), (409, &json!("/problems/actor-booked")));
    let movies =
        json!([{"id": movie, "title": "Low Tide", "release_date": "2190-01-31", "href": format!("/movies/{movie}")}]);
    assert_eq!(refused["movies"], movies);
    assert_eq!(server.get(&format!("/actors/{ada}")).0, 200);

    let released = patch(&server, &format!("/movies/{movie}"), &json!({"release_date": "1998-05-07"}));
    assert_eq!(released.0, 200);
    assert_eq!(delete().0, 200, "the movie is released now");
    let (_, cast) = server.get(&format!("/movies/{movie}/cast"));
    assert!(cast["cast"][0]["actor"]["deleted_at"].is_string(), "the credits stay: {cast}");
    let (status, _) = patch(&server, &casting, &json!({"status": "released", "reason": "Gone"}));
    assert_eq!(status, 200);
    assert_eq!(patch(&server, &casting, &json!({"status": "considering"})).0, 200);
    let (status, refused) = patch(&server, &casting, &json!({"status": "booked"}));
    assert_eq!((status, &refused["type"]), (409, &json!("/problems/illegal-status")), "nobody books who is deleted");
    assert!(!refused["allowed"].as_array().unwrap().contains(&json!("booked")), "{refused}");
}

fn bookings_that_collide_are_told_and_stand(database: &Database) {
    let server = Server::start(database);
    let (ada, ben) = (an_actor(&server, "Ada"), an_actor(&server, "Ben"));
    let shot = |title: &str, start: &str, end: &str| json!({"title": title, "release_date": "2190-01-31", "shoot_start": start, "shoot_end": end});
    let (first, _) = a_movie_with(&server, &shot("Low Tide", "2189-03-01", "2189-04-30"));
    let (second, _) = a_movie_with(&server, &shot("High Tide", "2189-05-01", "2189-06-30"));
    a_casting(&server, first, &json!({"actor_id": ada, "character": "The Pilot", "status": "booked"}));
    let codes = |answer: &Value| {
        let warnings = answer["warnings"].as_array().unwrap().iter();
        warnings.map(|warning| warning["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    let part = json!({"actor_id": ada, "character": "The Cook", "status": "booked"});
    let (status, created) = server.json(Method::POST, &format!("/movies/{second}/cast"), &part);
    assert_eq!((status, codes(&created)), (201, vec![]), "the one ends before the other begins");
    let (status, moved) = patch(&server, &format!("/movies/{second}"), &json!({"shoot_start": "2189-04-30"}));
    assert_eq!((status, codes(&moved)), (200, vec!["double-booking".to_owned()]));
    assert!(moved["warnings"][0]["links"].to_string().contains(&format!("/movies/{first}")), "{moved}");

    let shared = json!({"actor_id": ben, "character": "the  PILOT"});
    let (status, created) = server.json(Method::POST, &format!("/movies/{first}/cast"), &shared);
    assert_eq!((status, codes(&created)), (201, vec!["shared-character".to_owned()]));
}

fn a_director_does_all_of_it_and_an_assistant_sees_all_of_it(database: &Database) {
    let server = Server::start(database);
    let (ada, movie) = (an_actor(&server, "Ada"), a_movie(&server, "Low Tide"));
    let ask = |role, method: Method, path: &str, body: &Value| {
        answered(server.request_as(role, method, path).json(body).send().unwrap())
    };
    let (cast, role) = (format!("/movies/{movie}/cast"), Role::CastingDirector);
    let (status, created) = ask(role, Method::POST, &cast, &json!({"actor_id": ada}));
    assert_eq!(status, 201);
    let id = &created["casting"]["id"];
    let path = format!("{cast}/{id}");
    let writes = [
        (Method::PATCH, path.clone(), json!({"status": "booked"})),
        (Method::PUT, format!("/movies/{movie}/billing"), json!({"order": [id]})),
        (Method::PATCH, format!("/movies/{movie}"), json!({"actor_ids": []})),
        (Method::DELETE, path.clone(), Value::Null),
    ];
    let reads = [cast, format!("/actors/{ada}/filmography"), format!("/movies/{movie}/history"), "/history".to_owned()];
    for (method, path, body) in &writes {
        let before = server.get("/history").1;
        let (status, refused) = ask(Role::CastingAssistant, method.clone(), path, body);
        assert_eq!((status, &refused["needs"]), (403, &json!("patch:movies")), "{method} {path}");
        assert_eq!(server.get("/history").1, before);
        assert_eq!(ask(role, method.clone(), path, body).0, 200, "{method} {path}");
    }
    for path in reads {
        assert_eq!(ask(Role::CastingAssistant, Method::GET, &path, &Value::Null).0, 200, "{path}");
    }
    for (method, path) in
        [(Method::POST, "/movies"), (Method::DELETE, "/movies/1"), (Method::POST, "/movies/1/restore")]
    {
        assert_eq!(ask(role, method, path, &Value::Null).0, 403, "{path}");
    }
}
