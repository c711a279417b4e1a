//! Who is let in, over the wire.

pub mod draft;
pub mod issuer;
mod keys;
mod lines;
pub mod oidc;
mod rules;
mod tls;

use reqwest::blocking::{RequestBuilder, Response};
use serde_json::Value;

use crate::server::{Server, eventually};

const UNAUTHENTICATED: Verdict =
    Verdict::Refused(401, "unauthenticated", r#"Bearer realm="ensemble""#, "unauthenticated");

/// What becomes of a caller who asks for the list of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    /// The token is good, but allows nothing.
    Powerless,
    /// Refused with this status, problem and challenge, and this reason in the log.
    Refused(u16, &'static str, &'static str, &'static str),
}

/// The token is refused for that reason, which only the log tells.
const fn invalid(reason: &'static str) -> Verdict {
    let challenge =
        r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token is invalid""#;
    Verdict::Refused(401, "invalid-token", challenge, reason)
}

impl Verdict {
    const EXPIRED: Self = Self::Refused(
        401,
        "token-expired",
        r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token expired""#,
        "expired",
    );

    /// Status, problem, challenge and logged reason.
    const fn facts(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Allowed => (200, "", "", ""),
            Self::Powerless => {
                let challenge = r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="get:actors""#;
                (403, "permission-denied", challenge, "permission_missing")
            }
            Self::Refused(status, problem, challenge, reason) => (status, problem, challenge, reason),
        }
    }
}

/// Compares the answer to that request with the verdict, and tells what is wrong.
fn check(server: &Server, name: &str, verdict: Verdict, request: &RequestBuilder) -> Option<String> {
    // Of many refusals for one reason some are only counted, so it is asked until a line tells of the answer.
    let (response, logged) = eventually("the answer is logged", || {
        let response = request.try_clone().unwrap().send().unwrap();
        logged(server, header(&response, "x-request-id")).map(|line| (response, line))
    });
    let header = |name| header(&response, name).to_owned();
    let (status, challenge, caching) =
        (response.status().as_u16(), header("www-authenticate"), header("cache-control"));
    let answer: Value = response.json().unwrap();
    let problem = answer["type"].as_str().unwrap_or_default().trim_start_matches("/problems/");
    let reason = logged["reason"].as_str().unwrap_or_default();

    let found = (status, problem, challenge.as_str(), reason);
    let cached = matches!(status, 401 | 403) && caching != "no-store";
    let told = problem == "invalid-token" && answer["detail"] != "the access token is invalid";
    (found != verdict.facts() || cached || told)
        .then(|| format!("{name}: {found:?}, {caching:?}, {}, not {:?}", answer["detail"], verdict.facts()))
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The line that the log has about that request, which has been answered, if there is one.
fn logged(server: &Server, request_id: &str) -> Option<Value> {
    let log = server.log_so_far();
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.find(|line| line["request_id"] == request_id && line["message"] == "answered")
}

/// No part of a token that tells anything may stand in the log.
fn assert_keeps_secret(server: &Server, token: &str) {
    let log = server.log();
    for segment in token.split('.').filter(|segment| segment.len() >= 20) {
        assert!(!log.contains(segment), "the log holds {segment}");
    }
}
