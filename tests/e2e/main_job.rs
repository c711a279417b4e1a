//! The main job: actors and movies are listed, read, created, changed, deleted and restored.

mod conditions;
mod lists;

use chrono::{Days, Months};
use ensemble_domain::{Permission, Role};
use reqwest::{
    Method,
    blocking::{RequestBuilder, Response},
};
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::{Server, answered},
    tokens::today,
};

on_both_databases!(
    an_entry_lives_through_all_operations,
    what_was_created_is_found_where_its_location_says,
    head_answers_what_get_answers_without_the_body,
    an_age_follows_from_what_is_known_about_the_birth,
    a_local_token_does_what_its_role_may,
);

/// Actors or movies: what both are put to here is the same.
struct Kind {
    list: &'static str,
    one: &'static str,
    text: &'static str,
    rest: fn() -> Value,
}

const KINDS: [Kind; 2] = [
    Kind { list: "/actors", one: "actor", text: "name", rest: || json!({"age": "20", "gender": "F"}) },
    Kind { list: "/movies", one: "movie", text: "title", rest: || json!({"release_date": "2031-04-18"}) },
];

impl Kind {
    fn many(&self) -> &str {
        self.list.trim_start_matches('/')
    }

    fn create(&self, server: &Server, text: &str) -> Response {
        let mut body = (self.rest)();
        body[self.text] = json!(text);
        producer(server, Method::POST, self.list).json(&body).send().unwrap()
    }

    /// Creates one and answers its path and the entity itself.
    fn created(&self, server: &Server, text: &str) -> (String, Value) {
        let (status, body) = answered(self.create(server, text));
        assert_eq!((status, &body["success"]), (201, &json!(true)), "{body}");
        let entity = body[self.one].clone();
        (format!("{}/{}", self.list, entity["id"]), entity)
    }
}

fn producer(server: &Server, method: Method, path: &str) -> RequestBuilder {
    server.request_as(Role::ExecutiveProducer, method, path)
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

fn an_entry_lives_through_all_operations(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, created) = kind.created(&server, "Nada Haddad");
        assert_eq!((&created["version"], &created[kind.text]), (&json!(1), &json!("Nada Haddad")));
        for (member, given) in (kind.rest)().as_object().unwrap() {
            let expected = match member.as_str() {
                "age" => json!(20),
                "gender" => json!("female"),
                _ => given.clone(),
            };
            assert_eq!(created[member], expected, "{member}");
        }
        assert_eq!(server.get(&path), (200, json!({"success": true, kind.one: created})));

        let (status, changed) = server.json(Method::PATCH, &path, &json!({kind.text: "Nada El-Haddad"}));
        let mut expected = created.clone();
        expected[kind.text] = json!("Nada El-Haddad");
        expected["version"] = json!(2);
        expected["updated_at"] = changed[kind.one]["updated_at"].clone();
        assert_eq!((status, &changed[kind.one]), (200, &expected));
        assert!(changed[kind.one]["updated_at"].as_str() > created["updated_at"].as_str(), "{changed}");
        assert_eq!(server.get(&path), (200, json!({"success": true, kind.one: expected})));

        let deleted = server.json(Method::DELETE, &path, &json!(null));
        assert_eq!(deleted, (200, json!({"success": true, "deleted": created["id"]})));
        assert_eq!(server.get(&path).0, 404);
        assert_eq!(server.json(Method::DELETE, &path, &json!(null)).0, 404);
        assert_eq!(server.json(Method::PATCH, &path, &json!({kind.text: "Nobody"})).0, 404);
        assert_eq!(server.get(kind.list).1["total"], 0);

        let (status, restored) = server.json(Method::POST, &format!("{path}/restore"), &json!(null));
        assert_eq!((status, &restored[kind.one]["version"]), (200, &json!(4)));
        assert_eq!(server.get(&path), (200, restored));
        assert_eq!(server.get(kind.list).1["total"], 1);
    }
}

fn what_was_created_is_found_where_its_location_says(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let response = kind.create(&server, "Ada Brandt");
        let (location, tag) = (header(&response, "location"), header(&response, "etag"));
        let (_, mut created) = answered(response);
        // They belong to the change, not to what was created.
        created.as_object_mut().unwrap().remove("warnings");
        let found = producer(&server, Method::GET, &location).send().unwrap();
        assert_eq!((header(&found, "etag"), answered(found)), (tag, (200, created)), "{location}");
    }
}

fn head_answers_what_get_answers_without_the_body(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "Ada Brandt");
        for path in [path.as_str(), kind.list, "/me", "/livez", "/", "/actors/999", "/nowhere"] {
            let [head, get] = [Method::HEAD, Method::GET].map(|method| producer(&server, method, path).send().unwrap());
            assert_eq!(head.status(), get.status(), "{path}");
            for name in ["etag", "link", "x-total-count", "cache-control", "content-type"] {
                assert_eq!(header(&head, name), header(&get, name), "{name} of {path}");
            }
            assert_eq!(head.text().unwrap(), "", "{path}");
            assert_ne!(get.text().unwrap(), "", "{path}");
        }
    }
}

fn an_age_follows_from_what_is_known_about_the_birth(database: &Database) {
    let server = Server::start(database);
    let thirty_years_ago = today() - Months::new(12 * 30);
    let table = [
        ("an age", json!({"age": 20}), 20, None),
        ("the lowest age", json!({"age": 0}), 0, None),
        ("the highest age", json!({"age": "120"}), 120, None),
        ("born today", json!({"birth_date": today()}), 0, Some(today())),
        ("turned thirty today", json!({"birth_date": thirty_years_ago}), 30, Some(thirty_years_ago)),
        (
            "turns thirty tomorrow",
            json!({"birth_date": thirty_years_ago + Days::new(1)}),
            29,
            Some(thirty_years_ago + Days::new(1)),
        ),
        ("both, agreeing", json!({"age": 30, "birth_date": thirty_years_ago}), 30, Some(thirty_years_ago)),
    ];
    for (name, mut body, age, birth_date) in table {
        body["name"] = json!(name);
        body["gender"] = json!("x");
        let (status, created) = server.json(Method::POST, "/actors", &body);
        assert_eq!(status, 201, "{name}: {created}");
        let (_, read) = server.get(&format!("/actors/{}", created["actor"]["id"]));
        assert_eq!((&read["actor"]["age"], &read["actor"]["birth_date"]), (&json!(age), &json!(birth_date)), "{name}");
    }
}

fn a_local_token_does_what_its_role_may(database: &Database) {
    let server = Server::start(database);
    for role in Role::ALL {
        let request = server.request(Method::POST, "/local/token").json(&json!({"role": role.key()}));
        let response = request.send().unwrap();
        assert_eq!(header(&response, "cache-control"), "no-store");
        let (status, issued) = answered(response);
        assert_eq!((status, &issued["token_type"], &issued["role"]), (200, &json!("Bearer"), &json!(role.key())));

        let token = issued["access_token"].as_str().unwrap();
        let me = answered(server.request(Method::GET, "/me").bearer_auth(token).send().unwrap());
        let permissions: Vec<_> = role.permissions().iter().map(Permission::as_str).collect();
        let subject = format!("local|{}", role.key());
        let expected = json!({"success": true, "subject": subject, "permissions": permissions, "role": role.key()});
        assert_eq!(me, (200, expected));
    }
}
