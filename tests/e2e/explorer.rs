//! The explorer at `/docs`, used in a browser as a person would: by `tests/node/explorer.mjs`.

use std::{fs, path::Path};

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{database::Database, node, server::Server};

/// What a person sees who lists actors without a token, authorizes by that of an assistant, and lists them again. Pictures of it
/// stay among what was built.
fn seen(server: &Server) -> Option<Value> {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explorer");
    fs::create_dir_all(&pictures).unwrap();
    let mut script = node::browser_script("explorer.mjs")?;
    Some(node::told(script.args([&server.base, server.token(Role::CastingAssistant)]).arg(pictures)))
}

#[test]
fn a_person_with_the_token_of_a_role_lists_actors_on_the_page() {
    let server = Server::start(&Database::sqlite());
    let actor = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    assert_eq!(server.json(Method::POST, "/actors", &actor).0, 201);

    let Some(seen) = seen(&server) else { return };

    let operations = ensemble_http::operations().len() + 1;
    assert_eq!(seen["opened"]["operations"], operations, "{}", seen["opened"]);
    let tokens = seen["opened"]["tokens"].as_str().unwrap();
    assert!(tokens.contains("ensemble token --role assistant"), "{tokens}");

    let (refused, listed) = (&seen["refused"], &seen["listed"]);
    assert_eq!((&refused["status"], &refused["body"]["type"]), (&json!(401), &json!("/problems/unauthenticated")));
    assert_eq!((&listed["status"], &listed["body"]["total"]), (&json!(200), &json!(1)), "{listed}");
    assert_eq!(listed["body"]["actors"][0]["name"], "Nada Haddad", "{listed}");
    assert_eq!(seen["more"]["example"], actor, "the example is a body that is taken");
    assert_eq!(seen["reloaded"]["isAuthorized"], false, "the token is kept nowhere");

    for (step, told) in seen.as_object().unwrap() {
        // The browser itself tells of a refusal.
        let refusal = format!("{}/actors?deleted=no&sort=id", server.base);
        let expected = if step == "refused" {
            let told =
                "console error: Failed to load resource: the server responded with a status of 401 (Unauthorized)";
            json!([format!("{told} {refusal}")])
        } else {
            json!([])
        };
        assert_eq!(told["found"], expected, "{step}");
        assert!(told["tooNarrow"].is_null() || told["tooNarrow"] == json!([]), "{step}: {}", told["tooNarrow"]);
    }
}
