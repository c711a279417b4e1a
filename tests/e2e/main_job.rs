//! The main job: actors and movies are listed, read, created, changed, deleted and restored.

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
    a_list_is_read_page_by_page,
    a_known_representation_is_not_sent_again,
    a_change_is_made_only_to_the_version_it_was_meant_for,
    a_deletion_is_made_only_to_the_version_it_was_meant_for,
    deleted_rows_are_listed_only_when_asked_for,
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

    /// The names or titles on the page of that query.
    fn listed(&self, server: &Server, query: &str) -> Vec<String> {
        let (status, page) = server.get(&format!("{}?{query}", self.list));
        assert_eq!(status, 200, "{page}");
        let texts = page[self.many()].as_array().unwrap().iter();
        texts.map(|entity| entity[self.text].as_str().unwrap().to_owned()).collect()
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
        assert_eq!(server.get(&path), (200, changed));

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
        let (_, created) = answered(response);
        let found = producer(&server, Method::GET, &location).send().unwrap();
        assert_eq!((header(&found, "etag"), answered(found)), (tag, (200, created)), "{location}");
    }
}

fn a_list_is_read_page_by_page(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let texts = ["Ewa", "Dita", "Cleo", "Bela", "Anik"];
        for text in texts {
            kind.created(&server, text);
        }
        let list = kind.list;
        let target = |page: u32| format!("{list}?limit=2&page={page}");
        let link = |relations: &[(&str, u32)]| {
            let links = relations.iter().map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", target(*page)));
            links.collect::<Vec<_>>().join(", ")
        };
        let pages = [
            (1, &texts[..2], json!(null), json!(target(2)), link(&[("first", 1), ("next", 2), ("last", 3)])),
            (2, &texts[2..4], json!(target(1)), json!(target(3)), {
                link(&[("first", 1), ("prev", 1), ("next", 3), ("last", 3)])
            }),
            (3, &texts[4..], json!(target(2)), json!(null), link(&[("first", 1), ("prev", 2), ("last", 3)])),
            (9, &[], json!(target(3)), json!(null), link(&[("first", 1), ("prev", 3), ("last", 3)])),
        ];
        for (number, expected, prev, next, links) in pages {
            let response = producer(&server, Method::GET, &target(number)).send().unwrap();
            assert_eq!(header(&response, "link"), links, "{list}, page {number}");
            assert_eq!(header(&response, "x-total-count"), "5");
            let (status, mut page) = answered(response);
            let items = page[kind.many()].take();
            let items: Vec<_> =
                items.as_array().unwrap().iter().map(|item| item[kind.text].as_str().unwrap()).collect();
            assert_eq!((status, items.as_slice()), (200, expected), "{list}, page {number}");
            let facts = json!({
                "success": true, kind.many(): null, "total": 5, "limit": 2, "page": number, "pages": 3,
                "next": next, "prev": prev,
            });
            assert_eq!(page, facts, "{list}, page {number}");
        }
        let (_, all) = server.get(list);
        assert_eq!((&all["limit"], &all["pages"], &all["next"]), (&json!(20), &json!(1), &json!(null)));
    }
}

fn a_known_representation_is_not_sent_again(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "Ada Brandt");
        let tag = header(&producer(&server, Method::GET, &path).send().unwrap(), "etag");
        assert_eq!(tag, if kind.one == "actor" { "\"1-20\"" } else { "\"1\"" });
        for (known, expected) in
            [(tag.clone(), 304), (format!("W/{tag}"), 304), ("*".to_owned(), 304), ("\"7\"".to_owned(), 200)]
        {
            let response = producer(&server, Method::GET, &path).header("If-None-Match", &known).send().unwrap();
            assert_eq!(response.status(), expected, "{path} with {known}");
            assert_eq!(header(&response, "etag"), tag);
            assert_eq!(header(&response, "cache-control"), "private, no-cache");
            assert_eq!(response.text().unwrap().is_empty(), expected == 304, "{path} with {known}");
        }
        server.json(Method::PATCH, &path, &json!({kind.text: "Ada B."}));
        let changed = producer(&server, Method::GET, &path).header("If-None-Match", &tag).send().unwrap();
        assert_eq!(changed.status(), 200);
    }
}

fn a_change_is_made_only_to_the_version_it_was_meant_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "first");
        let change = |text: &str, tag: &str| {
            let request = producer(&server, Method::PATCH, &path).header("If-Match", tag);
            request.json(&json!({kind.text: text})).send().unwrap()
        };
        let tag = header(&change("second", "\"1\""), "etag");
        let before = server.get(&path);
        for stale in ["\"1\"", "\"1-20\"", "\"3\"", "W/\"2\"", "\"1\", \"3\""] {
            let (status, problem) = answered(change("third", stale));
            let detail = "the stored version is 2; read it again before changing it";
            assert_eq!((status, &problem["detail"]), (412, &json!(detail)), "{path} with {stale}");
            assert_eq!(server.get(&path), before, "{path} with {stale}: nothing changes");
        }
        for (text, current) in [("third", tag.as_str()), ("fourth", "\"1\", \"3\""), ("fifth", "*")] {
            let (status, changed) = answered(change(text, current));
            assert_eq!((status, &changed[kind.one][kind.text]), (200, &json!(text)), "{path} with {current}");
        }
    }
}

fn a_deletion_is_made_only_to_the_version_it_was_meant_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let (path, _) = kind.created(&server, "Ada Brandt");
        let delete = |tag| producer(&server, Method::DELETE, &path).header("If-Match", tag).send().unwrap().status();
        assert_eq!(delete("\"2\""), 412);
        assert_eq!(server.get(&path).0, 200, "{path}: nothing changes");
        assert_eq!(delete("\"1\""), 200);
        assert_eq!(server.get(&path).0, 404);
    }
}

fn deleted_rows_are_listed_only_when_asked_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        kind.created(&server, "kept");
        let (path, _) = kind.created(&server, "gone");
        server.json(Method::DELETE, &path, &json!(null));
        for (query, expected) in [
            ("", vec!["kept"]),
            ("deleted=no", vec!["kept"]),
            ("deleted=only", vec!["gone"]),
            ("deleted=with", vec!["kept", "gone"]),
        ] {
            assert_eq!(kind.listed(&server, query), expected, "{}?{query}", kind.list);
        }
        let (_, page) = server.get(&format!("{}?deleted=only&limit=1", kind.list));
        assert!(page[kind.many()][0]["deleted_at"].is_string(), "{page}");
        server.json(Method::POST, &format!("{path}/restore"), &json!(null));
        assert_eq!(kind.listed(&server, "deleted=only"), Vec::<String>::new());
        assert_eq!(kind.listed(&server, ""), ["kept", "gone"]);
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
