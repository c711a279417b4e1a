//! Who may do what: every operation against every permission.

use std::collections::BTreeSet;

use actix_web::http::Method;
use ensemble_domain::{Permission, StoreError};
use serde_json::json;

use crate::fixture::{Call, a_server_in_trouble, call, token_with, with};

/// Method, path and needs of every operation: `-` for none, `token` for any good one, else permissions with commas between them.
fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = include_str!("../../../../tests/e2e/matrix.txt").lines();
    let rows = lines.skip_while(|line| !line.starts_with("method")).skip(1).map(|line| {
        let mut cells = line.split_whitespace();
        let mut cell = || cells.next().unwrap();
        (cell(), cell(), cell())
    });
    rows.filter(|(_, path, _)| !path.contains('?'))
}

#[test]
fn every_operation_stands_in_the_table() {
    let offered = ensemble_http::operations().into_iter().chain([ensemble_http::local_operation()]);
    let offered: BTreeSet<_> = offered.map(|operation| (operation.method.to_string(), operation.path)).collect();
    let table: BTreeSet<_> = operations().map(|(method, path, _)| (method.to_owned(), path)).collect();
    assert_eq!(offered, table);
}

/// The permissions that tokens are tried with: none, each alone, all but each, and all.
fn holdings() -> Vec<Vec<&'static str>> {
    let all = Permission::ALL.map(Permission::as_str);
    let all_but = |left_out: &str| all.into_iter().filter(|permission| *permission != left_out).collect();
    let alone = all.map(|permission| vec![permission]);
    let but_one = all.map(all_but);
    [Vec::new(), all.to_vec()].into_iter().chain(alone).chain(but_one).collect()
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

#[actix_web::test]
async fn an_operation_is_done_for_whoever_holds_its_permissions_and_for_nobody_else() {
    // A store in trouble answers 503 to whoever gets as far as to ask it.
    let server = a_server_in_trouble(|| StoreError::Unavailable("it was asked".into())).start().await;
    let tokens: Vec<_> = holdings().into_iter().map(|held| (token_with(&held), held)).collect();
    for (method, path, needs) in operations().filter(|(_, _, needs)| needs.contains(':')) {
        for call in calls(method, path) {
            for (token, held) in &tokens {
                let answer = server.answer(call.clone().bearing(token)).await;
                let case = format!("{method} {path} with {held:?}");
                let missing = needs.split(',').filter(|permission| !held.contains(permission)).collect::<Vec<_>>();
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
    for (method, path, _) in operations().filter(|(_, _, needs)| *needs != "-") {
        for call in calls(method, path) {
            let answer = server.answer(call).await;
            assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()), "{method} {path}");
        }
    }
}
