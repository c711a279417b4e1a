//! Where a token may turn up beside its own header.

use std::{io::Write, net::TcpStream};

use ensemble_domain::Role;
use reqwest::{Method, blocking::RequestBuilder};
use serde_json::json;

use crate::{server::Server, wire::connect};

const HEADERS: [&str; 24] = [
    "accept",
    "content-encoding",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "proxy-authorization",
    "range",
    "referer",
    "traceparent",
    "upgrade",
    "user-agent",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-authorization",
    "x-forwarded-access-token",
    "x-forwarded-for",
    "x-http-method-override",
    "x-request-id",
];

/// Requests with a token in other headers, in values of the query and in bodies, by somebody who may act and by nobody.
pub fn told(server: &Server, token: &str) -> Vec<RequestBuilder> {
    let new =
        |body: String| server.request(Method::POST, "/actors").header("content-type", "application/json").body(body);
    let mut requests: Vec<_> = HEADERS
        .iter()
        .flat_map(|name| {
            let list = server.request(Method::GET, "/actors/1").header(*name, token);
            let add = server.request(Method::POST, "/actors").json(&json!({"age": 200})).header(*name, token);
            [list, add]
        })
        .chain(
            ["access_token", "token", "page", "cursor", "sort", "deleted", "q=&page"]
                .map(|name| server.request(Method::GET, &format!("/actors?{name}={token}"))),
        )
        .chain([
            new(token.to_owned()),
            new(format!(r#"{{"access_token":"{token}"}}"#)),
            new(format!(r#"{{"name":"a","age":"{token}","gender":"f"}}"#)),
            new(format!(r#"{{"birth_date":"{token}"}}"#)),
            new(format!(r#"{{"{token}":1,"{token}":2}}"#)),
            server.request(Method::POST, "/local/token").json(&json!({"role": token})),
            server.request(Method::POST, "/local/token").json(&json!({"role": "assistant"})).header("origin", token),
            server.request(Method::POST, "/actors/import").header("content-type", "text/csv").body(token.to_owned()),
        ])
        .collect();
    let allowed = requests.iter().filter_map(RequestBuilder::try_clone);
    let allowed: Vec<_> = allowed.map(|request| request.bearer_auth(server.token(Role::ExecutiveProducer))).collect();
    requests.extend(allowed);
    for scheme in ["Basic", "Digest username=", "Token", "", "bearer\t"] {
        requests.push(server.request(Method::GET, "/me").header("authorization", format!("{scheme} {token}")));
    }
    let twice = server.request(Method::GET, "/me").header("authorization", format!("Basic {token}"));
    requests.push(twice.bearer_auth(token));
    requests
}

/// Requests with a token in the path, in the name of a parameter, or as the method.
pub fn in_targets(server: &Server, token: &str) -> Vec<RequestBuilder> {
    let ask = |path: &str| server.request_as(Role::ExecutiveProducer, Method::GET, path);
    let method = Method::from_bytes(token.as_bytes()).unwrap();
    let segments: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = <[&str; 3]>::try_from(segments).unwrap_or([token; 3]);
    vec![
        ask(&format!("/{token}")),
        ask(&format!("/{header}/{claims}/{signature}")),
        ask(&format!("/actors/{token}")),
        ask(&format!("/actors/{signature}/history")),
        ask(&format!("/movies/1/cast/{header}")),
        ask(&format!("/problems/{token}")),
        ask(&format!("/docs/{header}")),
        ask(&format!("/api/v1/actors/{token}")),
        ask(&format!("/actors?{token}=1")),
        ask(&format!("/actors?{signature}")),
        ask(&format!("/livez?{header}=1")),
        ask(&format!("/actors?q={token}")),
        server.request(method, "/actors"),
    ]
}

/// Requests with a token that cannot be read, sent.
pub fn unreadable(server: &Server, token: &str) -> Vec<TcpStream> {
    let lines =
        ["Content-Length", "Transfer-Encoding", "Host: x\r\nHost", "X Line", "X-Line: a\0", "X-Line: a\r\n", token];
    let heads = lines.map(|line| format!("GET /actors HTTP/1.1\r\n{line}: {token}\r\n\r\n"));
    let starts = [format!("{token}\r\n\r\n"), format!("GET /{token} /{token} HTTP/1.1\r\nHost: x\r\n\r\n")];
    let sent = heads.into_iter().chain(starts).map(|request| {
        let mut stream = connect(server);
        stream.write_all(request.as_bytes()).unwrap();
        stream
    });
    sent.collect()
}
