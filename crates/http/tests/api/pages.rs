//! `GET /`, `GET /me` and `GET /problems/{name}`.

use ensemble_domain::Role;
use ensemble_http::problem_names;
use serde_json::{Value, json};

use crate::fixture::{a_problem, a_server, get, token_with};

#[actix_web::test]
async fn the_root_tells_name_version_and_where_to_begin() {
    let answer = a_server().answer(get("/")).await;

    assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some("application/json")));
    assert_eq!(
        answer.json(),
        json!({
            "success": true, "name": "Ensemble", "version": env!("CARGO_PKG_VERSION"),
            "links": {
                "actors": "/actors", "movies": "/movies", "history": "/history", "me": "/me", "openapi": "/openapi.json",
                "docs": "/docs", "live": "/livez", "ready": "/readyz",
            },
        })
    );
}

#[actix_web::test]
async fn every_link_of_the_root_leads_somewhere() {
    let server = a_server().start().await;
    let links = server.answer(get("/")).await.member("links");
    for (name, link) in links.as_object().unwrap() {
        let answer = server.answer(get(link.as_str().unwrap())).await;
        assert!([200, 401].contains(&answer.status.as_u16()), "{name}: {}", answer.status);
    }
}

#[actix_web::test]
async fn each_role_is_known_by_its_permissions() {
    let table: [(Role, &str, &[&str]); 3] = [
        (Role::CastingAssistant, "assistant", &["get:actors", "get:movies"]),
        (
            Role::CastingDirector,
            "director",
            &["get:actors", "post:actors", "patch:actors", "delete:actors", "get:movies", "patch:movies"],
        ),
        (
            Role::ExecutiveProducer,
            "producer",
            &[
                "get:actors",
                "post:actors",
                "patch:actors",
                "delete:actors",
                "get:movies",
                "post:movies",
                "patch:movies",
                "delete:movies",
            ],
        ),
    ];
    let server = a_server().start().await;
    for (role, name, permissions) in table {
        let answer = server.answer(get("/me").by(role)).await;
        assert_eq!((answer.status.as_u16(), answer.header("Cache-Control")), (200, Some("private, no-cache")));
        let subject = format!("local|{name}");
        let expected = json!({"success": true, "subject": subject, "permissions": permissions, "role": name});
        assert_eq!(answer.json(), expected);
    }
}

#[actix_web::test]
async fn permissions_that_are_no_role_s_are_listed_without_one() {
    let table: [(&[&str], &[&str]); 3] = [
        (&[], &[]),
        (&["post:movies", "get:actors", "get:actors"], &["get:actors", "post:movies"]),
        (&["get:actors", "read:reports"], &["get:actors"]),
    ];
    let server = a_server().start().await;
    for (held, listed) in table {
        let answer = server.answer(get("/me").bearing(&token_with(held))).await;
        let expected =
            json!({"success": true, "subject": "auth0|somebody", "permissions": listed, "role": Value::Null});
        assert_eq!(answer.json(), expected, "{held:?}");
    }
}

#[actix_web::test]
async fn each_kind_of_problem_has_a_page_that_explains_it() {
    let server = a_server().start().await;
    for name in problem_names() {
        let answer = server.answer(get(&format!("/problems/{name}"))).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"), "{name}");
        assert!(answer.text().starts_with("<!doctype html>"), "{name}");
        assert!(answer.text().contains(&format!("<code>{name}</code>, status ")), "{name}");
    }
}

#[actix_web::test]
async fn the_page_of_a_problem_says_what_the_problem_says() {
    let server = a_server().start().await;
    let problem = server.answer(get("/actors")).await;
    let page = server.answer(get(problem.member("type").as_str().unwrap())).await;
    assert!(page.text().contains(&format!("<h1>{}</h1>", problem.member("title").as_str().unwrap())));
    assert!(page.text().contains("status 401 Unauthorized"));
}

#[actix_web::test]
async fn there_is_no_page_of_an_unknown_problem() {
    let server = a_server().start().await;
    for name in ["nothing", "Not-Found", "not-found.html", "<script>"] {
        let path = format!("/problems/{}", name.replace('<', "&lt;").replace('>', "&gt;"));
        let answer = server.answer(get(&path)).await;
        let detail = "there is no such path; GET / lists where to begin";
        assert_eq!(answer.json(), a_problem(404, "not-found", "There is nothing here", &path, detail));
    }
}
