//! The tricks, each with its exact answer.

/// What a trick is answered.
#[derive(Clone, Copy)]
pub enum Told {
    /// This status and problem, whoever asks; no problem where the head could not be read.
    Everybody(u16, &'static str),
    /// What the guard says to whoever may not, and this to the Executive Producer.
    Guarded(u16, &'static str),
}

use Told::{Everybody, Guarded};

/// A request that is not quite what it seems.
pub struct Trick {
    pub name: &'static str,
    /// The first line.
    start: &'static str,
    /// Lines beside those that every request has; a `Host` stands for the usual one.
    lines: &'static str,
    body: &'static str,
    pub told: Told,
}

impl Trick {
    /// The bytes of the request, by that token.
    pub fn request(&self, token: Option<&str>) -> Vec<u8> {
        let Self { start, lines, body, .. } = self;
        let host = if lines.to_ascii_lowercase().contains("host:") { "" } else { "Host: 127.0.0.1\r\n" };
        let authorization = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        format!("{start}\r\n{host}Connection: close\r\n{authorization}{lines}{length}\r\n{body}").into_bytes()
    }
}

fn trick(name: &'static str, start: &'static str, lines: &'static str, told: Told) -> Trick {
    Trick { name, start, lines, body: "", told }
}

pub fn tricks() -> Vec<Trick> {
    [paths(), targets(), methods(), headers(), hosts(), heads()].into_iter().flatten().collect()
}

/// Other ways to write a path: none is the path.
fn paths() -> Vec<Trick> {
    let path = |name, start| trick(name, start, "", Everybody(404, "not-found"));
    vec![
        trick("the path itself", "GET /actors HTTP/1.1", "", Guarded(200, "")),
        path("two slashes", "GET //actors HTTP/1.1"),
        path("three slashes", "GET ///actors HTTP/1.1"),
        path("two slashes inside", "DELETE /actors//1 HTTP/1.1"),
        path("a slash at the end", "GET /actors/ HTTP/1.1"),
        path("a slash after an id", "DELETE /actors/1/ HTTP/1.1"),
        path("a capital", "GET /Actors HTTP/1.1"),
        path("capitals", "DELETE /ACTORS/1 HTTP/1.1"),
        path("an escaped letter", "GET /%61ctors HTTP/1.1"),
        path("an escaped slash", "DELETE /actors%2f1 HTTP/1.1"),
        path("an escaped slash in capitals", "DELETE /actors%2F1 HTTP/1.1"),
        path("a slash that is escaped twice", "DELETE /actors%252f1 HTTP/1.1"),
        path("an escaped id", "DELETE /actors/%31 HTTP/1.1"),
        path("an escaped dot", "GET /%2e/actors HTTP/1.1"),
        path("a dot", "GET /./actors HTTP/1.1"),
        trick("a dot for an id", "GET /actors/. HTTP/1.1", "", Guarded(404, "not-found")),
        path("two dots behind an open path", "GET /livez/../actors HTTP/1.1"),
        path("two escaped dots behind an open path", "GET /livez/%2e%2e/actors HTTP/1.1"),
        path("two dots behind a problem", "GET /problems/../actors HTTP/1.1"),
        path("a parameter of the path", "GET /actors;jsessionid=1 HTTP/1.1"),
        path("an empty parameter of the path", "GET /actors; HTTP/1.1"),
        path("two dots behind a parameter", "GET /livez;/../actors HTTP/1.1"),
        path("a backslash", "GET /\\actors HTTP/1.1"),
        path("an escaped backslash", "GET /%5cactors HTTP/1.1"),
        path("an escaped NUL", "DELETE /actors/1%00 HTTP/1.1"),
        path("an escaped blank", "GET /actors%20 HTTP/1.1"),
        path("an escaped line", "GET /actors%0d%0aX:%20y HTTP/1.1"),
        path("an ending", "GET /actors.json HTTP/1.1"),
        path("an escaped question mark", "GET /actors%3fdeleted=with HTTP/1.1"),
        path("an open path in front", "GET /livez/actors HTTP/1.1"),
    ]
}

/// Targets that are no path.
fn targets() -> Vec<Trick> {
    let guarded = |name, start| trick(name, start, "", Guarded(200, ""));
    let nothing = |name, start| trick(name, start, "", Everybody(404, "not-found"));
    vec![
        guarded("an absolute target of this host", "GET http://127.0.0.1/actors HTTP/1.1"),
        guarded("an absolute target of another host", "GET http://elsewhere.test/actors HTTP/1.1"),
        guarded("an absolute target of another scheme", "GET https://elsewhere.test/actors HTTP/1.1"),
        guarded("an empty query", "GET /actors? HTTP/1.1"),
        guarded("a fragment", "GET /actors#deleted HTTP/1.1"),
        nothing("an absolute target with two slashes", "GET http://127.0.0.1//actors HTTP/1.1"),
        nothing("an absolute target with an escape", "GET http://127.0.0.1/%61ctors HTTP/1.1"),
        nothing("a host for a target", "GET 127.0.0.1:80 HTTP/1.1"),
        nothing("a word for a target", "GET actors HTTP/1.1"),
        nothing("an asterisk", "GET * HTTP/1.1"),
        nothing("the options of the server", "OPTIONS * HTTP/1.1"),
        nothing("a tunnel", "CONNECT 127.0.0.1:5432 HTTP/1.1"),
        trick("an absolute target with a user", "GET http://me@127.0.0.1/actors HTTP/1.1", "", {
            Everybody(400, "invalid-request")
        }),
    ]
}

/// Methods that are not there, and ways to say another one than the first line.
fn methods() -> Vec<Trick> {
    let method = |name, start| trick(name, start, "", Everybody(405, "method-not-allowed"));
    let get = |name, lines| trick(name, "GET /actors/1 HTTP/1.1", lines, Guarded(200, ""));
    vec![
        method("TRACE", "TRACE /actors HTTP/1.1"),
        method("CONNECT to a path", "CONNECT /actors HTTP/1.1"),
        method("a method in small letters", "delete /actors/1 HTTP/1.1"),
        method("a method with a letter more", "DELETEX /actors/1 HTTP/1.1"),
        method("a method of WebDAV", "PROPFIND /actors HTTP/1.1"),
        method("a method of caches", "PURGE /actors/1 HTTP/1.1"),
        get("X-HTTP-Method-Override", "X-HTTP-Method-Override: DELETE\r\n"),
        get("X-HTTP-Method", "X-HTTP-Method: DELETE\r\n"),
        get("X-Method-Override", "X-Method-Override: DELETE\r\n"),
        get("_method in a header", "_method: DELETE\r\n"),
        trick("_method in the query", "GET /actors/1?_method=DELETE HTTP/1.1", "", Guarded(400, "unknown-parameter")),
        trick("a deletion by the query", "POST /actors/1?_method=DELETE HTTP/1.1", "", {
            Everybody(405, "method-not-allowed")
        }),
        Trick {
            name: "_method in a form",
            start: "POST /actors/1 HTTP/1.1",
            lines: "Content-Type: application/x-www-form-urlencoded\r\n",
            body: "_method=DELETE",
            told: Everybody(405, "method-not-allowed"),
        },
        Trick {
            name: "_method in a form where a POST is right",
            start: "POST /actors HTTP/1.1",
            lines: "Content-Type: application/x-www-form-urlencoded\r\n",
            body: "_method=PATCH",
            told: Guarded(415, "unsupported-media-type"),
        },
        trick(
            "HEAD with another method",
            "HEAD /livez HTTP/1.1",
            "X-HTTP-Method-Override: GET\r\n",
            Everybody(200, ""),
        ),
    ]
}

/// Headers by which proxies tell each other what was asked for.
fn headers() -> Vec<Trick> {
    let open = |name, lines| trick(name, "GET /livez HTTP/1.1", lines, Everybody(200, ""));
    let guarded = |name, lines| trick(name, "GET /actors HTTP/1.1", lines, Guarded(200, ""));
    vec![
        open("X-Original-URL at an open path", "X-Original-URL: /actors\r\n"),
        open("X-Rewrite-URL at an open path", "X-Rewrite-URL: /actors\r\n"),
        open("X-Original-URI at an open path", "X-Original-URI: /actors\r\n"),
        open("X-Forwarded-Prefix at an open path", "X-Forwarded-Prefix: /actors\r\n"),
        guarded("X-Original-URL of an open path", "X-Original-URL: /livez\r\n"),
        guarded("X-Rewrite-URL of an open path", "X-Rewrite-URL: /livez\r\n"),
        guarded("X-Forwarded-Prefix of an open path", "X-Forwarded-Prefix: /livez\r\n"),
        guarded("X-Forwarded-For of this machine", "X-Forwarded-For: 127.0.0.1\r\n"),
        guarded("Forwarded for this machine", "Forwarded: for=127.0.0.1;proto=https;host=localhost\r\n"),
        guarded("X-Real-IP of this machine", "X-Real-IP: 127.0.0.1\r\n"),
        guarded("a user named by a proxy", "X-Forwarded-User: local|producer\r\nX-Remote-User: local|producer\r\n"),
        guarded("permissions in a header", "X-Permissions: get:actors\r\nX-Scope: get:actors\r\n"),
        guarded("an upgrade to HTTP/2", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
        guarded("an upgrade to a WebSocket", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
        guarded("a range", "Range: bytes=0-1\r\n"),
    ]
}

/// Hosts that cannot be one, and those that are not ours, which no answer depends on.
fn hosts() -> Vec<Trick> {
    let get = "GET /actors HTTP/1.1";
    let host = |name, lines| trick(name, get, lines, Guarded(200, ""));
    let ill_formed = |name, lines| trick(name, get, lines, Everybody(400, "invalid-request"));
    vec![
        host("another host", "Host: elsewhere.test\r\n"),
        host("another host behind a proxy", "Host: 127.0.0.1\r\nX-Forwarded-Host: elsewhere.test\r\n"),
        host("an empty host", "Host:\r\n"),
        ill_formed("a host of two words", "Host: 127.0.0.1 elsewhere.test\r\n"),
        ill_formed("two hosts in one line", "Host: 127.0.0.1, elsewhere.test\r\n"),
        ill_formed("a host with a user", "Host: me@127.0.0.1\r\n"),
        ill_formed("a host with a path", "Host: 127.0.0.1/actors\r\n"),
        ill_formed("a host with a query", "Host: 127.0.0.1?x\r\n"),
        ill_formed("a host with a scheme", "Host: http://127.0.0.1\r\n"),
        trick("a host twice", get, "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n", Everybody(400, "")),
        trick(
            "the options of another host",
            "OPTIONS /actors HTTP/1.1",
            "Host: elsewhere.test\r\n",
            Everybody(204, ""),
        ),
    ]
}

/// Heads that cannot be read, or not in one way only.
fn heads() -> Vec<Trick> {
    let start = |name, start| trick(name, start, "", Everybody(400, ""));
    let line = |name, lines| trick(name, "GET /actors HTTP/1.1", lines, Everybody(400, ""));
    vec![
        start("a blank in the target", "GET /actors /livez HTTP/1.1"),
        start("a tab in the target", "GET /actors\t/livez HTTP/1.1"),
        start("a blank before the method", " GET /actors HTTP/1.1"),
        start("no version", "GET /actors"),
        start("another version", "GET /actors HTTP/1.2"),
        start("version 2", "GET /actors HTTP/2.0"),
        start("a version in small letters", "GET /actors http/1.1"),
        start("a NUL in the target", "GET /actors\0 HTTP/1.1"),
        start("a target that is no ASCII", "GET /actor\u{17f} HTTP/1.1"),
        line("a NUL in a value", "X-Line: a\0b\r\n"),
        line("a carriage return in a value", "X-Line: a\rX-Other: b\r\n"),
        line("a folded line", "X-Line: a\r\n b\r\n"),
        line("a folded line that begins with a tab", "X-Line: a\r\n\tb\r\n"),
        line("a blank before the colon", "X-Line : a\r\n"),
        line("a line without a colon", "X-Line\r\n"),
        line("a line without a name", ": a\r\n"),
        line("a name with a slash", "X/Line: a\r\n"),
    ]
}
