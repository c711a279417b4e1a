//! What nobody may ever read in an answer or in the log: a token, a part of one, or what an unverified one says.

mod marked;
mod places;

use std::{collections::HashSet, fmt::Write};

use ensemble_domain::Role;
use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
};
use serde_json::{Value, json};

use crate::{
    authentication::{
        issuer::{Conduct, Issuer},
        oidc::{get, server_trusting},
    },
    database::Database,
    matrix::{Row, restore, with_rows},
    metrics::{METRICS, Scrape},
    secrets::marked::{MARK, bad_tokens, good_tokens},
    server::{Server, after, answered, eventually, serve},
    tokens::{claims_but, signed},
    wire::everything,
};

/// How much of a token is a part of it.
const PART: usize = 16;

/// As much as can be asked of the log. What is said of one module counts more than what is said of its crate.
const LOUD: &str = "trace,actix_http=trace,actix_http::h1::decoder=trace,actix_http::h1::dispatcher=trace,actix_web=trace,\
                    diesel=trace,hyper_util=trace,hyper_util::client=trace,reqwest=trace,reqwest::connect=trace,\
                    rustls=trace,rustls::client=trace";

/// All that a server has answered, beside what it has written.
struct Heard<'a> {
    server: &'a Server,
    answers: String,
}

impl<'a> Heard<'a> {
    fn of(server: &'a Server) -> Self {
        Self { server, answers: String::new() }
    }

    fn ask(&mut self, request: RequestBuilder) -> Value {
        self.note(request.send().unwrap())
    }

    /// Notes an answer, and hands back its body.
    fn note(&mut self, response: Response) -> Value {
        // A token that was asked for is the one thing that is told on purpose.
        let on_purpose = response.url().path() == "/local/token" && response.status() == StatusCode::OK;
        writeln!(self.answers, "{} {:?}", response.status(), response.headers()).unwrap();
        let body = response.text().unwrap();
        if !on_purpose {
            self.answers += &body;
        }
        serde_json::from_str(&body).unwrap_or_default()
    }

    fn assert_silent_about(&self, secrets: &[String]) {
        assert_keeps(&self.answers, secrets, "an answer");
        assert_keeps(&self.server.log_so_far(), secrets, "the log");
        let scrape = Scrape::of(self.server);
        assert!(scrape.text.contains("http_requests_total{"), "{}", scrape.text);
        assert_keeps(&scrape.text, secrets, "the metrics");
    }
}

/// No part of any of the secrets stands in the text, nor does the mark.
fn assert_keeps(text: &str, secrets: &[String], what: &str) {
    let parts: HashSet<_> = secrets.iter().flat_map(|secret| secret.as_bytes().windows(PART)).collect();
    let told = text.as_bytes().windows(PART).position(|part| parts.contains(part)).or_else(|| text.find(MARK));
    let told =
        told.map(|at| String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..(at + 100).min(text.len())]));
    assert!(told.is_none(), "{what} holds a secret: {}", told.unwrap());
}

/// A server that says all it can, on both of its outputs.
fn talkative(database: &Database) -> Server {
    let mut command = serve(database);
    command.env("RUST_LOG", LOUD).envs([METRICS]);
    let mut server = Server::run(after("exec 1>&2", &command));
    server.make_tokens(database);
    with_rows(server)
}

#[test]
fn every_operation_keeps_every_token_to_itself() {
    let database = Database::sqlite();
    let server = talkative(&database);
    let (mut heard, mut secrets) = (Heard::of(&server), Vec::new());
    let bad = bad_tokens(database.folder.path(), server.token(Role::ExecutiveProducer));
    let good = good_tokens(database.folder.path(), server.token(Role::ExecutiveProducer));
    let roles = Role::ALL.map(|role| server.token(role).to_owned());
    for row in Row::all() {
        for token in bad.iter().chain(&good).chain(&roles) {
            let answer = heard.note(row.ask(&server, &row.method, Some(token)));
            secrets.extend(answer["access_token"].as_str().map(str::to_owned));
            restore(&server);
        }
    }
    assert!(!secrets.is_empty(), "no token was handed out");
    secrets.extend(bad.into_iter().chain(good).chain(roles));
    heard.assert_silent_about(&secrets);
}

#[test]
fn a_token_in_any_other_place_is_kept_as_well() {
    let database = Database::sqlite();
    let server = talkative(&database);
    let producer = server.token(Role::ExecutiveProducer);
    let marked = good_tokens(database.folder.path(), producer).remove(0);
    let mut heard = Heard::of(&server);
    for token in [producer, &marked] {
        for request in places::told(&server, token) {
            heard.ask(request);
        }
    }
    let secrets = [producer.to_owned(), marked.clone()];
    heard.assert_silent_about(&secrets);

    // A list that was asked for by its address is told that address again, so only refusals are looked at here.
    for token in [producer, &marked] {
        for request in places::in_targets(&server, token) {
            let response = request.send().unwrap();
            if !response.status().is_success() {
                heard.note(response);
            }
        }
        for request in places::unreadable(&server, token) {
            heard.answers += &String::from_utf8_lossy(&everything(request));
        }
    }
    heard.assert_silent_about(&secrets);
}

#[test]
fn a_token_whose_key_has_to_be_fetched_is_kept_as_well() {
    let issuer = Issuer::start(&["first"]);
    let (unknown, known) = (issuer.draft(MARK).signed(&issuer.key), issuer.draft("first").signed(&issuer.key));
    let quick =
        [("ENSEMBLE__AUTH__JWKS_MIN_REFETCH", "1"), ("ENSEMBLE__AUTH__JWKS_TTL", "1"), ("RUST_LOG", LOUD), METRICS];
    let database = Database::sqlite();
    let server = server_trusting(&issuer, &database, &quick);
    let mut heard = Heard::of(&server);
    for conduct in [None, Some(Conduct::out_of_order()), Some(Conduct::Answers("200 OK", "{".to_owned()))] {
        if let Some(conduct) = conduct {
            issuer.becomes(conduct);
        }
        let asked = issuer.times_asked();
        eventually("the issuer is asked for the unknown key", || {
            heard.note(get(&server, "/me", Some(&unknown)));
            heard.note(get(&server, "/me", Some(&known)));
            (issuer.times_asked() > asked).then_some(())
        });
    }
    heard.assert_silent_about(&[unknown, known]);
}

/// What the line about a request may say, beside when and how important it is.
const MEMBERS: [&str; 13] = [
    "timestamp",
    "level",
    "message",
    "request_id",
    "trace_id",
    "parent_id",
    "method",
    "route",
    "status",
    "duration_us",
    "peer",
    "sub",
    "reason",
];

#[test]
fn the_line_about_a_request_says_nothing_but_what_is_listed() {
    let database = Database::sqlite();
    let server = talkative(&database);
    let mut heard = Heard::of(&server);
    for row in Row::all() {
        heard.note(row.ask(&server, &row.method, Some(server.token(Role::CastingAssistant))));
        heard.note(row.ask(&server, &row.method, None));
    }
    for request in places::in_targets(&server, MARK) {
        heard.ask(request);
    }
    let routes: HashSet<_> = Row::all().iter().map(|row| row.path.split('?').next().unwrap()).chain(["none"]).collect();
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "other"];
    let log = server.log_so_far();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let about_requests: Vec<_> = lines.filter(|line| line["message"] == "answered").collect();
    for line in &about_requests {
        let unlisted = line.as_object().unwrap().keys().find(|name| !MEMBERS.contains(&name.as_str()));
        assert_eq!(unlisted, None, "{line}");
        assert!(routes.contains(line["route"].as_str().unwrap()), "{line}");
        assert!(methods.contains(&line["method"].as_str().unwrap()), "{line}");
    }
    for (name, value) in
        [("method", "other"), ("route", "none"), ("reason", "permission_missing"), ("sub", "local|assistant")]
    {
        assert!(about_requests.iter().any(|line| line[name] == value), "no line has the {name} {value}");
    }
}

#[test]
fn a_subject_cannot_write_lines_of_its_own() {
    let database = Database::sqlite();
    let server = Server::start(&database);
    let subject = "x\"}\r\n{\"message\":\"answered\",\"sub\":\"local|producer\"}\u{1b}[2K\u{2028}";
    let good = server.token(Role::CastingAssistant);
    let token = signed(database.folder.path(), good, &claims_but(good, &json!({"sub": subject})));
    let mut heard = Heard::of(&server);
    let me = heard.note(get(&server, "/me", Some(&token)));
    assert_eq!(me["subject"], subject);
    let log = server.log_so_far();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let subjects: Vec<_> = lines.iter().map(|line| &line["sub"]).filter(|subject| !subject.is_null()).collect();
    assert_eq!(subjects, [subject]);
    assert!(!log.contains(['\r', '\u{1b}']));
}

#[test]
fn no_answer_names_the_software_behind_it() {
    let server = Server::start(&Database::sqlite());
    for row in Row::all().iter().filter(|row| row.is_open()) {
        let response = server.request(row.method.clone(), row.path).send().unwrap();
        for name in ["server", "x-powered-by", "via", "set-cookie"] {
            assert_eq!(response.headers().get(name), None, "{} {}", row.method, row.path);
        }
    }
    for path in
        ["/metrics", "/debug", "/debug/pprof", "/status", "/env", "/actuator", "/.git/config", "/.env", "/config/"]
    {
        assert_eq!(answered(server.request(Method::GET, path).send().unwrap()).0, 404, "{path}");
    }
}
