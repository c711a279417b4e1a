//! Lists as clients ask for them: filters, orders, cursors and CSV, over the wire.

use ensemble_domain::Role;
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{database::Database, server::Server};

on_both_databases!(
    each_filter_finds_whom_it_names,
    each_filter_finds_what_it_names,
    lists_are_sorted_either_way,
    a_cursor_leads_through_the_list_and_belongs_to_it,
    every_list_is_there_as_csv,
    a_file_is_imported_whole_or_not_at_all,
);

/// Three actors and two movies; Nada is booked on the first movie while it is shot, Omar only considered for it.
fn an_agency(database: &Database) -> Server {
    let server = Server::start(database);
    for (name, age, gender) in
        [("Nada El-Hadd\u{e1}d", 20, "f"), ("Omar Haddad", 35, "m"), ("Zo\u{eb} N\u{fa}\u{f1}ez", 35, "nb")]
    {
        create(&server, "/actors", &json!({"name": name, "age": age, "gender": gender}));
    }
    create(
        &server,
        "/movies",
        &json!({"title": "Aihaga", "release_date": "2031-05-07", "shoot_start": "2030-01-01", "shoot_end": "2030-02-01"}),
    );
    create(&server, "/movies", &json!({"title": "The \u{c9}tude", "release_date": "2030-05-07"}));
    create(&server, "/movies/1/cast", &json!({"actor_id": 1, "status": "booked"}));
    create(&server, "/movies/1/cast", &json!({"actor_id": 2}));
    server
}

fn create(server: &Server, list: &str, body: &Value) {
    let (status, answer) = server.json(Method::POST, list, body);
    assert_eq!(status, 201, "{answer}");
}

/// The ids that a list shows, and its total.
fn shown(server: &Server, path: &str) -> (Vec<i64>, u64) {
    let (status, page) = server.get(path);
    assert_eq!(status, 200, "{path}: {page}");
    let items = page.get("actors").or(page.get("movies")).unwrap().as_array().unwrap();
    (items.iter().map(|item| item["id"].as_i64().unwrap()).collect(), page["total"].as_u64().unwrap())
}

fn assert_shows(server: &Server, table: &[(&str, &[i64])]) {
    for (path, expected) in table {
        assert_eq!(shown(server, path), (expected.to_vec(), u64::try_from(expected.len()).unwrap()), "{path}");
    }
}

fn each_filter_finds_whom_it_names(database: &Database) {
    assert_shows(
        &an_agency(database),
        &[
            ("/actors?q=HADDAD", &[1, 2]),
            ("/actors?q=haddad+nada", &[1]),
            ("/actors?q=l-h", &[1]),
            ("/actors?q=oe", &[3]),
            ("/actors?q=nobody", &[]),
            ("/actors?q=%25", &[]),
            ("/actors?name=zoe%20nunez", &[3]),
            ("/actors?name=zoe", &[]),
            ("/actors?gender=male", &[2]),
            ("/actors?gender=NB", &[3]),
            ("/actors?age_min=35", &[2, 3]),
            ("/actors?age_max=34", &[1]),
            ("/actors?age_min=20&age_max=20", &[1]),
            ("/actors?movie_id=1", &[1, 2]),
            ("/actors?movie_id=2", &[]),
            ("/actors?available_from=2030-02-01&available_to=2030-03-01", &[2, 3]),
            ("/actors?available_from=2030-02-02&available_to=2030-03-01", &[1, 2, 3]),
            ("/actors?q=haddad&gender=f&age_max=30&movie_id=1", &[1]),
        ],
    );
}

fn each_filter_finds_what_it_names(database: &Database) {
    assert_shows(
        &an_agency(database),
        &[
            ("/movies?q=etude", &[2]),
            ("/movies?q=a", &[1]),
            ("/movies?title=THE%20ETUDE", &[2]),
            ("/movies?released_after=2031-05-07", &[1]),
            ("/movies?released_before=2030-05-07", &[2]),
            ("/movies?released_after=2030-05-08&released_before=2031-05-06", &[]),
            ("/movies?actor_id=2", &[1]),
            ("/movies?actor_id=3", &[]),
        ],
    );
}

fn lists_are_sorted_either_way(database: &Database) {
    assert_shows(
        &an_agency(database),
        &[
            ("/actors?sort=id", &[1, 2, 3]),
            ("/actors?sort=-id", &[3, 2, 1]),
            ("/actors?sort=age", &[1, 2, 3]),
            ("/actors?sort=-age", &[3, 2, 1]),
            ("/actors?sort=-name", &[3, 2, 1]),
            ("/actors?sort=-created_at", &[3, 2, 1]),
            ("/movies?sort=title", &[1, 2]),
            ("/movies?sort=release_date", &[2, 1]),
            ("/movies?sort=-release_date", &[1, 2]),
        ],
    );
}

fn a_cursor_leads_through_the_list_and_belongs_to_it(database: &Database) {
    let server = an_agency(database);
    let (_, first) = server.get("/actors?sort=-age&limit=1");
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = server.get(&format!("/actors?sort=-age&limit=2&cursor={cursor}"));
    let ids: Vec<_> = second["actors"].as_array().unwrap().iter().map(|actor| &actor["id"]).collect();
    assert_eq!(ids, [&json!(2), &json!(1)]);
    let rest = ["total", "page", "pages", "prev", "next", "next_cursor"].map(|member| &second[member]);
    assert_eq!(rest, [&json!(3), &json!(null), &json!(null), &json!(null), &json!(null), &json!(null)]);
    for path in ["/actors?limit=2", "/actors?sort=age", "/actors?sort=-age&q=a", "/movies?sort=-title"] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (status, problem) = server.get(&format!("{path}{separator}cursor={cursor}"));
        assert_eq!((status, &problem["type"]), (400, &json!("/problems/invalid-cursor")), "{path}: {problem}");
    }
}

fn csv(server: &Server, path: &str) -> String {
    let response =
        server.request_as(Role::CastingAssistant, Method::GET, path).header("Accept", "text/csv").send().unwrap();
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()[CONTENT_TYPE], "text/csv; charset=utf-8; header=present", "{path}");
    response.text().unwrap()
}

fn every_list_is_there_as_csv(database: &Database) {
    let server = an_agency(database);
    create(&server, "/actors", &json!({"name": "=1+1", "birth_date": "2000-02-29", "gender": "-x"}));
    let rows = |path: &str| csv(&server, path).lines().count();
    assert_eq!(rows("/actors"), 5);
    assert_eq!(rows("/actors?q=haddad"), 3);
    assert_eq!(rows("/movies"), 3);
    assert_eq!(rows("/movies/1/cast"), 3);
    assert_eq!(rows("/movies/1/actors?status=booked"), 2);
    assert_eq!(rows("/actors/1/filmography"), 2);
    assert_eq!(rows("/actors/1/movies"), 2);
    assert_eq!(rows("/actors/1/history"), 3);
    assert_eq!(rows("/history"), 9);
    let guarded = csv(&server, "/actors?age_max=30&sort=-id&q=%3D1");
    let row = guarded.lines().nth(1).unwrap();
    assert!(row.starts_with("4,'=1+1,") && row.contains(",2000-02-29,'-x,1,"), "{guarded}");
    let (status, _) = server.get("/actors?format=json");
    assert_eq!(status, 200);
}

fn import(server: &Server, path: &str, file: &str) -> (u16, Value) {
    let request = server.request_as(Role::ExecutiveProducer, Method::POST, path).header(CONTENT_TYPE, "text/csv");
    let response = request.body(file.to_owned()).send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

fn a_file_is_imported_whole_or_not_at_all(database: &Database) {
    let server = Server::start(database);
    let good = "\u{feff}gender,agent,name,birth_date,age\r\nF,x,\"Haddad, Nada\",,20\r\nm,,'=Omar,2000-02-29,\r\n";
    let (status, tried) = import(&server, "/actors/import?dry_run=true", good);
    assert_eq!((status, &tried["rows"], &tried["imported"]), (200, &json!(2), &json!(0)), "{tried}");
    assert_eq!(shown(&server, "/actors"), (vec![], 0));

    let (status, done) = import(&server, "/actors/import", good);
    assert_eq!((status, &done["imported"], &done["success"]), (200, &json!(2), &json!(true)), "{done}");
    assert_eq!(server.get("/actors/2").1["actor"]["name"], "=Omar");
    assert_eq!(shown(&server, "/actors?q=nada"), (vec![1], 1));

    let bad = "name,age,gender\nAda,36,f\n,abc,f\nBob,121,m\n";
    for query in ["", "?dry_run=true"] {
        let (status, problem) = import(&server, &format!("/actors/import{query}"), bad);
        assert_eq!((status, &problem["type"]), (422, &json!("/problems/invalid-fields")), "{problem}");
        assert_eq!(
            problem["errors"],
            json!([
                {"line": 3, "column": "name", "code": "length", "detail": "must not be empty"},
                {"line": 3, "column": "age", "code": "type", "detail": "must be a whole number"},
                {"line": 4, "column": "age", "code": "range", "detail": "must be between 0 and 120"},
            ])
        );
    }
    let (_, page) = server.get("/actors");
    assert_eq!(page["total"], 2);
    let (_, history) = server.get("/history");
    let entries = history["history"].as_array().unwrap();
    assert_eq!(
        (entries.len(), &entries[0]["action"], &entries[0]["after"]),
        (1, &json!("imported"), &json!({"count": 2}))
    );

    let (status, _) = import(
        &server,
        "/movies/import",
        "title,release_date,shoot_start,shoot_end\nAihaga,2031-05-07,2030-01-01,2030-02-01\n",
    );
    assert_eq!((status, shown(&server, "/movies?q=aih")), (200, (vec![1], 1)));
}
