//! Who may do what: every operation, asked by every kind of caller.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering},
};

use ensemble_domain::{Permission, Role};
use reqwest::{
    Method,
    blocking::{RequestBuilder, Response},
};
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::Server,
    tokens::{broken, expired, with_permissions},
};

on_both_databases!(
    the_document_has_every_row_with_the_permission_that_it_needs,
    every_caller_is_answered_as_the_table_says,
    a_caller_who_may_not_act_learns_nothing_else,
    a_single_permission_allows_what_needs_only_that,
    all_permissions_but_one_allow_what_does_not_need_that
);

const TABLE: &str = include_str!("matrix.txt");

/// One operation of the table.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub needs: &'static str,
    /// The caller and the status it is answered, by column.
    pub answers: Vec<(&'static str, u16)>,
}

impl Row {
    pub fn all() -> Vec<Self> {
        let mut lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let callers: Vec<_> = lines.next().unwrap().split_whitespace().skip(3).collect();
        let rows = lines.map(|line| {
            let cells: Vec<_> = line.split_whitespace().collect();
            let [method, path, needs, statuses @ ..] = cells.as_slice() else { panic!("no row: {line}") };
            assert_eq!(statuses.len(), callers.len(), "{line}");
            let statuses = statuses.iter().map(|status| status.parse().unwrap());
            let answers = callers.iter().copied().zip(statuses).collect();
            Self { method: method.parse().unwrap(), path, needs, answers }
        });
        rows.collect()
    }

    pub fn is_open(&self) -> bool {
        self.needs == "-"
    }

    /// The permissions that the operation needs.
    fn permissions(&self) -> BTreeSet<&'static str> {
        self.needs.split(',').filter(|need| need.contains(':')).collect()
    }

    /// A request that is right in everything but, perhaps, its caller. The ids are those of the first actor, movie and casting.
    pub fn ask(&self, server: &Server, method: &Method, token: Option<&str>) -> Response {
        let path = self.path.replace("{id}", "1").replace("{name}", "not-found").replace("{file}", "explorer.js");
        let path = if path.contains("{casting_id}") { path.replace("{casting_id}", &casting(server)) } else { path };
        let request = token.into_iter().fold(server.request(method.clone(), &path), RequestBuilder::bearer_auth);
        match self.path {
            "/actors/import" => csv(request, "name,age,gender\nMona Adler,41,female\n"),
            "/movies/import" => csv(request, "title,release_date\nThe Pale Harbour,2031-04-18\n"),
            _ => self.body().iter().fold(request, RequestBuilder::json),
        }
        .send()
        .unwrap()
    }

    fn body(&self) -> Option<Value> {
        match (self.method.as_str(), self.path) {
            ("POST", "/actors") => Some(json!({"name": "Mona Adler", "age": 41, "gender": "female"})),
            ("POST", "/movies") => Some(json!({"title": "The Pale Harbour", "release_date": "2031-04-18"})),
            ("POST", "/local/token") => Some(json!({"role": "assistant"})),
            ("PATCH", "/actors/{id}") => Some(json!({"name": "Mona Adler-Brandt"})),
            ("PATCH", "/movies/{id}") => Some(json!({"title": "The Pale Harbours"})),
            // Each for another part, since nobody is cast for one twice.
            ("POST", "/movies/{id}/cast") => Some(json!({"actor_id": 1, "character": new_part()})),
            ("PATCH", "/movies/{id}/cast/{casting_id}") => Some(json!({"character": new_part()})),
            ("PUT", "/movies/{id}/billing") => Some(json!({"order": []})),
            ("POST", "/api/v1/actors") => {
                Some(json!({"actor": {"name": "Mona Adler", "birth_date": "1985-04-18", "gender": "F"}}))
            }
            ("POST", "/api/v1/actors/search") => Some(json!({"search_term": "mona", "actor_ids": [1]})),
            ("PATCH", "/api/v1/actors/{id}") => Some(json!({"actor": {"name": "Mona Adler-Brandt"}})),
            ("POST", "/api/v1/movies") => {
                Some(json!({"movie": {"title": "The Pale Harbour", "release_date": "2031-04-18"}}))
            }
            ("PATCH", "/api/v1/movies/{id}") => Some(json!({"movie": {"title": "The Pale Harbours"}})),
            _ => None,
        }
    }
}

fn csv(request: RequestBuilder, file: &'static str) -> RequestBuilder {
    request.header("Content-Type", "text/csv").body(file)
}

fn new_part() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("Part {}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The id of the first casting.
fn casting(server: &Server) -> String {
    server.get("/movies/1/cast").1["cast"][0]["id"].to_string()
}

fn server_with_rows(database: &Database) -> Server {
    with_rows(Server::start(database))
}

/// The server with one actor, one movie and one casting, none of them deleted.
pub fn with_rows(server: Server) -> Server {
    let actor = server.json(Method::POST, "/actors", &json!({"name": "Ilse Marten", "age": 30, "gender": "F"}));
    let movie = server.json(Method::POST, "/movies", &json!({"title": "Low Tide", "release_date": "2030-01-31"}));
    assert_eq!((&actor.1["actor"]["id"], &movie.1["movie"]["id"]), (&json!(1), &json!(1)));
    restore(&server);
    server
}

/// Undoes what an allowed deletion did, so that the next request finds all rows again.
pub fn restore(server: &Server) {
    for path in ["/actors/1/restore", "/movies/1/restore"] {
        assert_eq!(server.json(Method::POST, path, &json!(null)).0, 200);
    }
    if server.get("/movies/1/cast").1["cast"] == json!([]) {
        let part = json!({"actor_id": 1, "character": new_part()});
        assert_eq!(server.json(Method::POST, "/movies/1/cast", &part).0, 201);
    }
}

fn token_of(caller: &str, server: &Server, database: &Database) -> Option<String> {
    let (folder, good) = (database.folder.path(), server.token(Role::ExecutiveProducer));
    match caller {
        "nobody" => None,
        "broken" => Some(broken(good)),
        "expired" => Some(expired(folder, good)),
        "powerless" => Some(with_permissions(folder, good, &[])),
        role => Some(server.token(Role::parse(role).unwrap()).to_owned()),
    }
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let mut operations = ensemble_http::operations();
    operations.push(ensemble_http::local_operation());
    let served: BTreeSet<_> = operations
        .iter()
        .map(|operation| {
            let needs = operation.needs.map(|needs| needs.to_string().replace(' ', ","));
            let needs = needs.map_or("-".to_owned(), |needs| if needs.is_empty() { "token".to_owned() } else { needs });
            format!("{} {} {needs}", operation.method, operation.path)
        })
        .collect();
    let rows = Row::all().into_iter().filter(|row| !row.path.contains('?'));
    let listed = rows.map(|row| format!("{} {} {}", row.method, row.path, row.needs)).collect();
    assert_eq!(served, listed);
}

fn the_document_has_every_row_with_the_permission_that_it_needs(database: &Database) {
    let server = Server::start(database);
    let (status, document) = server.get("/openapi.json");
    assert_eq!(status, 200);
    let paths = document["paths"].as_object().unwrap().iter();
    let told: BTreeSet<_> = paths
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, object)| (path, method, object))
        })
        .map(|(path, method, object)| {
            let needs = object["x-required-permission"].as_str().map(|needs| needs.replace(' ', ","));
            let is_open = object["security"].as_array().unwrap().is_empty();
            let needs = needs.unwrap_or_else(|| if is_open { "-" } else { "token" }.to_owned());
            format!("{} {path} {needs}", method.to_uppercase())
        })
        .collect();
    let rows = Row::all().into_iter().filter(|row| !row.path.contains('?'));
    assert_eq!(told, rows.map(|row| format!("{} {} {}", row.method, row.path, row.needs)).collect());
}

fn every_caller_is_answered_as_the_table_says(database: &Database) {
    let server = server_with_rows(database);
    for row in Row::all() {
        for (caller, expected) in &row.answers {
            let asked = format!("{} {} by {caller}", row.method, row.path);
            let token = token_of(caller, &server, database);
            let before = server.contents();

            let response = row.ask(&server, &row.method, token.as_deref());

            assert_eq!(response.status().as_u16(), *expected, "{asked}");
            if *expected >= 400 {
                let kind = match *caller {
                    "nobody" => "unauthenticated",
                    "broken" => "invalid-token",
                    "expired" => "token-expired",
                    _ => "permission-denied",
                };
                assert_is_refused(response, kind, &row, &asked);
                assert_eq!(server.contents(), before, "{asked}: a refused request leaves no trace");
            }
            restore(&server);
            if row.method == Method::GET {
                let head = row.ask(&server, &Method::HEAD, token.as_deref());
                assert_eq!(head.status().as_u16(), *expected, "HEAD {} by {caller}", row.path);
            }
        }
    }
}

/// The problem names the missing permission, in its body and in its challenge.
fn assert_is_refused(response: Response, kind: &str, row: &Row, asked: &str) {
    assert_eq!(response.headers()["cache-control"], "no-store", "{asked}");
    let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let problem: Value = response.json().unwrap();
    assert_eq!(problem["type"], format!("/problems/{kind}"), "{asked}");
    if kind == "permission-denied" {
        let needs = problem["needs"].as_str().unwrap();
        assert!(needs.split(' ').all(|need| row.permissions().contains(need)), "{asked} needs {needs}");
        assert!(challenge.ends_with(&format!("scope=\"{needs}\"")), "{asked}: {challenge}");
    } else {
        assert!(!challenge.contains("scope"), "{asked}: {challenge}");
    }
}

/// Neither whether there is such an id, nor what is wrong with a body or a query.
fn a_caller_who_may_not_act_learns_nothing_else(database: &Database) {
    let server = server_with_rows(database);
    for row in Row::all().iter().filter(|row| !row.path.contains('?')) {
        for (caller, expected) in row.answers.iter().filter(|(_, status)| *status >= 400) {
            let token = token_of(caller, &server, database);
            let path =
                format!("{}?nonsense=1", row.path.replace("{id}", "nonsense").replace("{casting_id}", "nonsense"));
            let request = server.request(row.method.clone(), &path).header("If-Match", "nonsense").body("{nonsense");
            let response = token.into_iter().fold(request, RequestBuilder::bearer_auth).send().unwrap();
            assert_eq!(response.status().as_u16(), *expected, "{} {path} by {caller}", row.method);
        }
    }
}

fn a_single_permission_allows_what_needs_only_that(database: &Database) {
    let server = server_with_rows(database);
    for permission in Permission::ALL {
        assert_allows_exactly(&server, database, &[permission.as_str()]);
    }
}

fn all_permissions_but_one_allow_what_does_not_need_that(database: &Database) {
    let server = server_with_rows(database);
    for missing in Permission::ALL {
        let held: Vec<_> =
            Permission::ALL.into_iter().filter(|held| *held != missing).map(Permission::as_str).collect();
        assert_allows_exactly(&server, database, &held);
    }
}

fn assert_allows_exactly(server: &Server, database: &Database, held: &[&str]) {
    let token = with_permissions(database.folder.path(), server.token(Role::ExecutiveProducer), held);
    for row in Row::all().into_iter().filter(|row| !row.is_open()) {
        let status = row.ask(server, &row.method, Some(&token)).status().as_u16();
        let allowed = row.permissions().iter().all(|need| held.contains(need));
        let expected = if allowed { [200, 201].as_slice() } else { [403].as_slice() };
        assert!(expected.contains(&status), "{} {} with {held:?}: {status}", row.method, row.path);
        restore(server);
    }
}
