//! Tokens of an OpenID provider that is not of our making: `oidc-provider`, run by `tests/node/provider.mjs`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use ensemble_domain::{Permission, Role};
use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};

use crate::{
    database::Database,
    node,
    server::{PATIENCE, Server, answered, eventually},
};

/// The API that tokens are for.
const AUDIENCE: &str = "https://ensemble.test/api";

/// A running provider. Killed when dropped.
pub struct Provider {
    process: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
    pub issuer: String,
    client: Client,
}

impl Provider {
    /// Starts it, where it can be had.
    pub fn start() -> Option<Self> {
        let mut process =
            node::script("provider.mjs")?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
        let commands = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (answer, answers) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| answer.send(line)));
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        let mut provider = Self { process, commands, answers, issuer: String::new(), client };
        provider.issuer = provider.answer();
        Some(provider)
    }

    fn answer(&self) -> String {
        self.answers.recv_timeout(PATIENCE).expect("an answer of the provider")
    }

    /// Has it change something: `rotate`, `remove` or `console URL`.
    pub fn order(&mut self, command: &str) {
        writeln!(self.commands, "{command}").unwrap();
        let answer = self.answer();
        assert!(answer.starts_with(&format!("{command}: ")), "{answer}");
    }

    /// A token for these permissions, such as `get:actors+get:movies`.
    fn token(&self, permissions: &str) -> String {
        self.token_for(&format!("&resource={AUDIENCE}&scope={permissions}"))
    }

    fn token_for(&self, more: &str) -> String {
        let asked = self.client.post(format!("{}/token", self.issuer)).basic_auth("casting", Some("secret"));
        let asked = asked.header("content-type", "application/x-www-form-urlencoded");
        let (status, granted) = answered(asked.body(format!("grant_type=client_credentials{more}")).send().unwrap());
        assert_eq!(status, 200, "{granted}");
        granted["access_token"].as_str().unwrap().to_owned()
    }

    /// A server that trusts it and has its keys.
    pub fn trusted_on(&self, database: &Database, more: &[(&str, &str)]) -> Server {
        let base = [
            ("ENSEMBLE__AUTH__MODE", "oidc"),
            ("ENSEMBLE__AUTH__ISSUER", self.issuer.as_str()),
            ("ENSEMBLE__AUTH__AUDIENCE", AUDIENCE),
        ];
        let server = Server::with(database, &[base.as_slice(), more].concat());
        eventually("the keys are there", || {
            (server.request(Method::GET, "/readyz").send().unwrap().status() == 200).then_some(())
        });
        server
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn me(server: &Server, token: &str) -> (u16, Value) {
    answered(server.request(Method::GET, "/me").bearer_auth(token).send().unwrap())
}

fn header(token: &str) -> &str {
    token.split('.').next().unwrap()
}

#[test]
fn the_tokens_of_a_provider_are_accepted_with_their_permissions() {
    let Some(provider) = Provider::start() else { return };
    let keys = format!("{}/jwks", provider.issuer);
    for (way, more) in [
        ("as it comes", &[][..]),
        ("by the address of its keys", &[("ENSEMBLE__AUTH__JWKS_URL", keys.as_str())]),
        ("with tokens of RFC 9068 only", &[("ENSEMBLE__AUTH__TYP", "at+jwt")]),
        ("with permissions in the scope", &[("ENSEMBLE__AUTH__PERMISSIONS_CLAIM", "scope")]),
    ] {
        let database = Database::sqlite();
        let server = provider.trusted_on(&database, more);
        for role in Role::ALL {
            let permissions: Vec<_> = role.permissions().iter().map(Permission::as_str).collect();
            let expected =
                json!({"success": true, "subject": "casting", "permissions": permissions, "role": role.key()});
            assert_eq!(me(&server, &provider.token(&permissions.join("+"))), (200, expected), "{way}, {role}");
        }
    }
}

#[test]
fn a_token_of_a_provider_allows_what_it_says_and_nothing_else() {
    let Some(provider) = Provider::start() else { return };
    let database = Database::sqlite();
    let server = provider.trusted_on(&database, &[]);
    let other_audience = provider.token_for("&resource=https://elsewhere.test/api&scope=post:movies");
    for (token, status, problem) in [
        (provider.token("post:movies"), 201, None),
        (provider.token("get:movies+post:actors"), 403, Some("/problems/permission-denied")),
        (provider.token(""), 403, Some("/problems/permission-denied")),
        (other_audience, 401, Some("/problems/invalid-token")),
        // One that is for nobody in particular is not even a JWT.
        (provider.token_for(""), 401, Some("/problems/invalid-token")),
    ] {
        let movie = json!({"title": "Aihaga", "release_date": "2027-05-07"});
        let asked = server.request(Method::POST, "/movies").bearer_auth(&token).json(&movie);
        let (answer, body) = answered(asked.send().unwrap());
        assert_eq!((answer, body["type"].as_str()), (status, problem), "{token}");
    }
}

#[test]
fn a_token_of_a_new_key_is_accepted_without_a_restart() {
    let Some(mut provider) = Provider::start() else { return };
    let database = Database::sqlite();
    // Long before the keys are fetched anew of their own accord.
    let quick = [("ENSEMBLE__AUTH__JWKS_TTL", "3600"), ("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1")];
    let server = provider.trusted_on(&database, &quick);
    let old = provider.token("get:actors");
    assert_eq!(me(&server, &old).0, 200);

    provider.order("rotate");
    let new = provider.token("get:actors");
    assert_ne!(header(&old), header(&new), "they are of different keys");
    eventually("the new key is known", || {
        let (status, body) = me(&server, &new);
        assert!([200, 401].contains(&status), "{body}");
        (status == 200).then_some(())
    });
    assert_eq!(me(&server, &old).0, 200, "its key is still published");
}

#[test]
fn a_token_that_was_accepted_is_refused_soon_after_its_key_is_removed() {
    let Some(mut provider) = Provider::start() else { return };
    let database = Database::sqlite();
    let server = provider.trusted_on(&database, &[("ENSEMBLE__AUTH__JWKS_TTL", "1")]);
    let old = provider.token("get:actors");
    provider.order("rotate");
    let new = provider.token("get:actors");
    assert_ne!(header(&old), header(&new), "they are of different keys");
    eventually("both are accepted", || (me(&server, &old).0 == 200 && me(&server, &new).0 == 200).then_some(()));

    provider.order("remove");
    let refused =
        eventually("the old token is refused", || Some(me(&server, &old)).filter(|(status, _)| *status != 200));
    assert_eq!((refused.0, &refused.1["type"]), (401, &json!("/problems/invalid-token")));
    assert_eq!(me(&server, &new).0, 200);
}
