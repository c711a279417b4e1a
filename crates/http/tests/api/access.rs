//! Who may do what: every operation against every permission.

use actix_web::http::Method;
use ensemble_domain::StoreError;
use ensemble_http::{local_operation, operations};
use serde_json::json;

use crate::fixture::{Call, a_server_in_trouble, call, token_with, with};

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Anybody,
    SignedIn,
    /// The permissions, with a blank between them.
    Holder(&'static str),
}

use Access::{Anybody, Holder, SignedIn};

const ACCESS: [(&str, &str, Access); 47] = [
    ("GET", "/", Anybody),
    ("GET", "/livez", Anybody),
    ("GET", "/readyz", Anybody),
    ("GET", "/openapi.json", Anybody),
    ("GET", "/docs", Anybody),
    ("GET", "/docs/{file}", Anybody),
    ("GET", "/problems/{name}", Anybody),
    ("GET", "/me", SignedIn),
    ("GET", "/actors", Holder("get:actors")),
    ("POST", "/actors", Holder("post:actors")),
    ("POST", "/actors/import", Holder("post:actors")),
    ("GET", "/actors/{id}", Holder("get:actors")),
    ("PATCH", "/actors/{id}", Holder("patch:actors")),
    ("DELETE", "/actors/{id}", Holder("delete:actors")),
    ("POST", "/actors/{id}/restore", Holder("delete:actors")),
    ("GET", "/actors/{id}/filmography", Holder("get:actors")),
    ("GET", "/actors/{id}/movies", Holder("get:actors")),
    ("GET", "/actors/{id}/history", Holder("get:actors")),
    ("GET", "/movies", Holder("get:movies")),
    ("POST", "/movies", Holder("post:movies")),
    ("POST", "/movies/import", Holder("post:movies")),
    ("GET", "/movies/{id}", Holder("get:movies")),
    ("PATCH", "/movies/{id}", Holder("patch:movies")),
    ("DELETE", "/movies/{id}", Holder("delete:movies")),
    ("POST", "/movies/{id}/restore", Holder("delete:movies")),
    ("GET", "/movies/{id}/cast", Holder("get:movies")),
    ("POST", "/movies/{id}/cast", Holder("patch:movies")),
    ("GET", "/movies/{id}/cast/{casting_id}", Holder("get:movies")),
    ("PATCH", "/movies/{id}/cast/{casting_id}", Holder("patch:movies")),
    ("DELETE", "/movies/{id}/cast/{casting_id}", Holder("patch:movies")),
    ("GET", "/movies/{id}/actors", Holder("get:movies")),
    ("PUT", "/movies/{id}/billing", Holder("patch:movies")),
    ("GET", "/movies/{id}/history", Holder("get:movies")),
    ("GET", "/history", Holder("get:actors get:movies")),
    ("GET", "/api/v1/actors", Holder("get:actors")),
    ("POST", "/api/v1/actors", Holder("post:actors")),
    ("POST", "/api/v1/actors/search", Holder("get:actors")),
    ("GET", "/api/v1/actors/{id}", Holder("get:actors")),
    ("PATCH", "/api/v1/actors/{id}", Holder("patch:actors")),
    ("DELETE", "/api/v1/actors/{id}", Holder("delete:actors")),
    ("GET", "/api/v1/movies", Holder("get:movies")),
    ("POST", "/api/v1/movies", Holder("post:movies")),
    ("GET", "/api/v1/movies/{id}", Holder("get:movies")),
    ("PATCH", "/api/v1/movies/{id}", Holder("patch:movies")),
    ("DELETE", "/api/v1/movies/{id}", Holder("delete:movies")),
    ("GET", "/api/v1/movies/{id}/actors", Holder("get:movies")),
    ("POST", "/local/token", Anybody),
];

const PERMISSIONS: [&str; 8] = [
    "get:actors",
    "post:actors",
    "patch:actors",
    "delete:actors",
    "get:movies",
    "post:movies",
    "patch:movies",
    "delete:movies",
];

/// The permissions that tokens are tried with: none, each alone, all but each, and all.
fn holdings() -> Vec<Vec<&'static str>> {
    let all_but = |left_out: &str| PERMISSIONS.into_iter().filter(|permission| *permission != left_out).collect();
    let alone = PERMISSIONS.map(|permission| vec![permission]);
    let but_one = PERMISSIONS.map(all_but);
    [Vec::new(), PERMISSIONS.to_vec()].into_iter().chain(alone).chain(but_one).collect()
}

/// A call that has everything but perhaps the permission. HEAD is asked where GET is.
fn calls(method: &str, path: &str) -> Vec<Call> {
    let (actor, movie) = (
        json!({"name": "Nada Haddad", "age": 20, "gender": "female"}),
        json!({"title": "Aihaga", "release_date": "1998-05-07"}),
    );
    let rest = json!({
        "actor_id": 7, "status": "offered", "order": [5], "actor": actor, "movie": movie, "search_term": "nada",
    });
    let body = with(with(actor, movie), rest);
    let csv = "name,age,gender,title,release_date\nNada Haddad,20,female,Aihaga,1998-05-07\n";
    let methods: &[Method] = match method {
        "GET" => &[Method::GET, Method::HEAD],
        "POST" => &[Method::POST],
        "PUT" => &[Method::PUT],
        "PATCH" => &[Method::PATCH],
        _ => &[Method::DELETE],
    };
    let path = path.replace("{id}", "7").replace("{casting_id}", "5");
    let filled = |call: Call| if path.ends_with("/import") { call.csv(csv) } else { call.json(&body) };
    methods.iter().map(|method| filled(call(method.clone(), &path))).collect()
}

#[test]
fn every_operation_stands_in_the_table_with_what_it_needs() {
    let needs = |access| match access {
        Anybody => None,
        SignedIn => Some(String::new()),
        Holder(needed) => Some(needed.to_owned()),
    };
    let offered = operations().into_iter().chain([local_operation()]).map(|operation| {
        let needs = operation.needs.map(|needs| needs.to_string());
        (operation.method.to_string(), operation.path, needs)
    });
    let offered: Vec<_> = offered.collect();
    let table = ACCESS.map(|(method, path, access)| (method.to_owned(), path, needs(access)));
    assert_eq!(offered, table);
}

#[actix_web::test]
async fn an_operation_is_done_for_whoever_holds_its_permissions_and_for_nobody_else() {
    // A store in trouble answers 503 to whoever gets as far as to ask it.
    let server = a_server_in_trouble(|| StoreError::Unavailable("it was asked".into())).start().await;
    let tokens: Vec<_> = holdings().into_iter().map(|held| (token_with(&held), held)).collect();
    for (method, path, access) in ACCESS {
        let Holder(needed) = access else { continue };
        for call in calls(method, path) {
            for (token, held) in &tokens {
                let answer = server.answer(call.clone().bearing(token)).await;
                let case = format!("{method} {path} with {held:?}");
                let missing = needed.split(' ').filter(|permission| !held.contains(permission)).collect::<Vec<_>>();
                if missing.is_empty() {
                    assert_eq!(answer.problem(), (503, "unavailable".to_owned()), "{case}");
                } else {
                    assert_eq!(answer.problem(), (403, "permission-denied".to_owned()), "{case}");
                    assert_eq!(answer.member("needs"), missing.join(" "), "{case}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn whoever_is_signed_in_may_ask_who_they_are() {
    let server = a_server_in_trouble(|| StoreError::Unavailable("it was asked".into())).start().await;
    for held in holdings() {
        let answer = server.answer(call(Method::GET, "/me").bearing(&token_with(&held))).await;
        assert_eq!((answer.status.as_u16(), answer.member("permissions")), (200, json!(held)), "{held:?}");
    }
}

#[actix_web::test]
async fn nobody_without_a_token_gets_as_far_as_a_store() {
    let server = a_server_in_trouble(|| StoreError::Unavailable("it was asked".into())).start().await;
    for (method, path, access) in ACCESS {
        if access == Anybody {
            continue;
        }
        for call in calls(method, path) {
            let answer = server.answer(call).await;
            assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()), "{method} {path}");
        }
    }
}
