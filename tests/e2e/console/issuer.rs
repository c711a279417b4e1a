//! Sign-in at an issuer that is not of our making, by authorization code and PKCE.

use ensemble_domain::Role;
use serde_json::{Value, json};

use super::{fill, refusal, seen};
use crate::{database::Database, provider::Provider};

#[test]
fn each_role_signs_in_at_an_issuer_and_nobody_by_an_answer_that_was_not_asked_for() {
    let Some(mut provider) = Provider::start() else { return };
    let database = Database::sqlite();
    fill(&database);
    let server = provider.trusted_on(&database, &[("ENSEMBLE__CONSOLE__CLIENT_ID", "console")]);
    provider.order(&format!("console {}/console/", server.base));

    let Some(seen) = seen("issuer", &[&server.base, &provider.issuer]) else { return };

    // Nobody who signed out is signed in again unasked.
    let nothing_kept = json!(r#"[[{},{"ensemble.role":"nobody"},""],[]]"#);
    for role in Role::ALL {
        let told = &seen["roles"][role.key()];
        assert_eq!(told["found"], json!([]), "{role}");
        for moment in ["signedIn", "reloaded"] {
            assert_eq!(told[moment]["address"], "/console/#/actors?q=haddad", "{role}, {moment}");
            assert!(told[moment]["who"].as_str().unwrap().contains(&role.to_string()), "{role}, {moment}");
        }
        let (was_there, was_asked) = (&told["reloaded"]["wasAtIssuer"], &told["reloaded"]["wasAsked"]);
        assert_eq!((was_there, was_asked), (&json!(true), &json!(false)), "{role}: comes back unasked");
        assert_eq!(told["own"], json!({"role": role.key(), "isKept": false}), "{role}");
        assert_eq!(told["keptAfter"], nothing_kept, "{role}");
    }

    assert_eq!(seen["roleless"], json!({"screens": 0, "found": []}));
    let expired = &seen["expired"];
    let refused = refusal("401 (Unauthorized)", &format!("{}/actors?q=haddad&sort=age&page=1", server.base));
    assert_eq!(expired["found"], json!([refused]));
    assert_eq!(expired["place"], "#/actors?q=haddad&sort=age");
    assert_eq!(seen["back"], json!({"place": "#/actors?q=haddad", "found": []}));
    assert_eq!(seen["scopeless"], json!({"refusals": 1, "found": []}));
    assert_refused(&seen["tampered"], &provider);
}

/// None of the answers that were tampered with signed anybody in, or left anything behind.
fn assert_refused(seen: &Value, provider: &Provider) {
    let refused = refusal("400 (Bad Request)", &format!("{}/token", provider.issuer));
    assert_eq!(seen["found"], json!([refused, refused]));
    let stranger = "That sign-in was not begun here. Please sign in again.";
    let plain = "/console/";
    let said_no = "The sign-in service refused: grant request is invalid";
    for (what, told, address) in [
        // What was begun elsewhere stays for whoever began it.
        ("not begun here", stranger, "/console/?code=stolen&state=guessed"),
        ("another nonce", stranger, plain),
        ("another code", said_no, plain),
        ("another code_verifier", said_no, plain),
    ] {
        assert_eq!(seen["complaints"][what], json!({"told": told, "address": address, "keeps": ["nobody"]}), "{what}");
    }
    let another_state = &seen["complaints"]["another state"];
    assert_eq!(
        (&another_state["told"], &another_state["keeps"]),
        (&json!(stranger), &json!(["nobody"])),
        "{another_state}"
    );
}

#[test]
fn the_console_tells_when_nobody_has_said_which_client_it_is() {
    let Some(provider) = Provider::start() else { return };
    let server = provider.trusted_on(&Database::sqlite(), &[]);

    let Some(seen) = seen("issuer", &[&server.base]) else { return };

    assert_eq!((&seen["buttons"], &seen["found"]), (&json!(0), &json!([])));
    assert!(seen["text"].as_str().unwrap().contains("console.client_id"), "{seen}");
}
