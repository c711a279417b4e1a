//! The `Authorization` lines of a request.

use ensemble_domain::Role;
use reqwest::{Method, header::HeaderValue};

use super::{UNAUTHENTICATED, Verdict, assert_keeps_secret, check};
use crate::{database::Database, server::Server};

on_both_databases!(one_line_with_one_token_is_read, a_token_anywhere_else_is_not_looked_at);

const SEVERAL: Verdict = Verdict::Refused(
    400,
    "invalid-request",
    r#"Bearer realm="ensemble", error="invalid_request", error_description="Send exactly one Authorization header""#,
    "invalid_request",
);

const MALFORMED: Verdict = Verdict::Refused(
    400,
    "invalid-request",
    r#"Bearer realm="ensemble", error="invalid_request", error_description="The Authorization header must be Bearer, one space and the access token""#,
    "invalid_request",
);

fn one_line_with_one_token_is_read(database: &Database) {
    let server = Server::start(database);
    let token = server.token(Role::CastingAssistant);
    let (good, garbage) = (format!("Bearer {token}"), "Bearer abc".to_owned());
    let table = [
        ("nothing", vec![], UNAUTHENTICATED),
        ("one good line", vec![good.clone()], Verdict::Allowed),
        ("the scheme in small letters", vec![format!("bearer {token}")], Verdict::Allowed),
        ("the scheme in capitals", vec![format!("BEARER {token}")], Verdict::Allowed),
        ("two spaces", vec![format!("Bearer  {token}")], Verdict::Allowed),
        ("blanks around", vec![format!("\t Bearer {token} \t")], Verdict::Allowed),
        ("an empty line", vec![String::new()], UNAUTHENTICATED),
        ("the scheme alone", vec!["Bearer".to_owned()], UNAUTHENTICATED),
        ("the scheme and a space", vec!["Bearer ".to_owned()], UNAUTHENTICATED),
        ("the token alone", vec![token.to_owned()], UNAUTHENTICATED),
        ("another scheme", vec!["Basic YWRtaW46YWRtaW4=".to_owned()], UNAUTHENTICATED),
        ("another scheme with the token", vec![format!("Token {token}")], UNAUTHENTICATED),
        ("a longer scheme", vec![format!("Bearers {token}")], UNAUTHENTICATED),
        ("the token twice", vec![good.clone(), good.clone()], SEVERAL),
        ("the token beside another scheme", vec!["Basic YWRtaW46YWRtaW4=".to_owned(), good.clone()], SEVERAL),
        ("the token beside an empty line", vec![good.clone(), String::new()], SEVERAL),
        ("two tokens in one line", vec![format!("Bearer {token} {token}")], MALFORMED),
        ("two credentials in one line", vec![format!("{good}, {good}")], MALFORMED),
        ("a tab for the space", vec![format!("Bearer\t{token}")], MALFORMED),
        ("quotes", vec![format!("Bearer \"{token}\"")], MALFORMED),
        ("a colon", vec![format!("Bearer: {token}")], MALFORMED),
        ("padding in the middle", vec!["Bearer a=b".to_owned()], MALFORMED),
        ("a token as JSON", vec![r#"Bearer {"payload":"e30"}"#.to_owned()], MALFORMED),
        ("letters of no alphabet", vec!["Bearer tökén".to_owned()], MALFORMED),
        ("any letters", vec![garbage], super::invalid("shape")),
    ];
    let mut failures = Vec::new();
    for (name, lines, verdict) in &table {
        let lines = lines.iter().map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
        let request = server.request(Method::GET, "/actors");
        let request = lines.fold(request, |request, line| request.header("authorization", line));
        failures.extend(check(&server, name, *verdict, &request));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_keeps_secret(&server, token);
}

fn a_token_anywhere_else_is_not_looked_at(database: &Database) {
    // Not even the libraries may log a header, however much they are asked to say.
    let server = Server::with(database, &[("RUST_LOG", "trace")]);
    let token = server.token(Role::ExecutiveProducer);
    let headers = ["proxy-authorization", "x-authorization", "x-access-token", "x-forwarded-authorization", "cookie"];
    for name in headers {
        let value = if name == "cookie" { format!("access_token={token}") } else { format!("Bearer {token}") };
        let request = server.request(Method::GET, "/actors").header(name, value);
        assert_eq!(check(&server, name, UNAUTHENTICATED, &request), None);
    }
    let form = format!("access_token={token}");
    let query = server.request(Method::GET, &format!("/actors?{form}"));
    assert_eq!(check(&server, "query", UNAUTHENTICATED, &query), None);
    let body = server.request(Method::POST, "/actors").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(check(&server, "form", UNAUTHENTICATED, &body.body(form)), None);
    assert_keeps_secret(&server, token);
}
