//! A request in the body of another, and behind lengths that can be read in two ways.

/// A name, a request that carries another, and the statuses that it and what follows it are answered.
pub type Smuggler = (&'static str, String, &'static [u16]);

/// The deletion of the first actor, by that token.
pub fn hidden(token: &str) -> String {
    format!("DELETE /actors/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// Requests that keep their connection, with the hidden one as their body, and a last request behind each of them.
pub fn in_bodies(assistant: &str, hidden: &str) -> Vec<Smuggler> {
    let authorization = format!("Authorization: Bearer {assistant}\r\n");
    let with_length = |start: &str, lines: &str, body: &str| {
        let length = body.len();
        let last = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        format!("{start} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {length}\r\n\r\n{body}{last}")
    };
    let plain = |start: &str| with_length(start, "", hidden);
    let authorized = |start: &str| with_length(start, &authorization, hidden);
    let in_a_chunk = plain("POST /actors").replace(
        &format!("Content-Length: {}\r\n\r\n{hidden}", hidden.len()),
        &format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len()),
    );
    vec![
        ("in the body of a probe", plain("GET /livez"), &[200, 200]),
        ("in the body of a GET", authorized("GET /actors"), &[200, 200]),
        ("in the body of nobody's POST", plain("POST /actors"), &[401, 200]),
        ("in the body of a POST that is not allowed", authorized("POST /actors"), &[403, 200]),
        ("in the body of no path", plain("POST /nothing"), &[404, 200]),
        ("in the body of an escaped path", plain("POST /%61ctors"), &[404, 200]),
        ("in the body of another method", plain("TRACE /actors"), &[405, 200]),
        ("in a chunk", in_a_chunk, &[401, 200]),
        (
            "behind a body that is too long",
            with_length("POST /actors", "", &("x".repeat(70_000) + hidden)),
            &[401, 200],
        ),
    ]
}

/// Requests after which nobody knows where the next begins, with the hidden one there.
pub fn behind_lengths(hidden: &str) -> Vec<Smuggler> {
    let behind = |version: &str, lines: &str, body: &str| {
        format!("POST /actors HTTP/{version}\r\nHost: x\r\n{lines}\r\n\r\n{body}{hidden}")
    };
    let (length, chunked) = (format!("Content-Length: {}", hidden.len()), "Transfer-Encoding: chunked");
    vec![
        ("behind two lengths", behind("1.1", &format!("Content-Length: 0\r\n{length}"), ""), &[400]),
        ("behind a list of lengths", behind("1.1", "Content-Length: 0, 0", ""), &[400]),
        ("behind a length and chunks", behind("1.1", &format!("Content-Length: 5\r\n{chunked}"), "0\r\n\r\n"), &[400]),
        ("behind chunks and a length", behind("1.1", &format!("{chunked}\r\n{length}"), "0\r\n\r\n"), &[400]),
        ("behind chunks twice", behind("1.1", &format!("{chunked}\r\n{chunked}"), "0\r\n\r\n"), &[400]),
        ("behind chunks in HTTP/1.0", behind("1.0", chunked, "0\r\n\r\n"), &[400]),
        ("behind no chunks", behind("1.1", "Transfer-Encoding: identity", ""), &[400]),
        ("behind a vertical tab", behind("1.1", "Transfer-Encoding: \x0bchunked", "0\r\n\r\n"), &[400]),
        ("behind a blank before the colon", behind("1.1", "Content-Length : 0", ""), &[400]),
        ("behind a folded line", behind("1.1", &format!("X-Line: a\r\n {length}"), ""), &[400]),
        ("behind a lone carriage return", behind("1.1", &format!("X-Line: a\r{length}"), ""), &[400]),
        ("behind a NUL", behind("1.1", &format!("X-Line: a\0\r\n{length}"), ""), &[400]),
        ("behind a chunk of no length", behind("1.1", chunked, "\r\n"), &[401]),
        ("behind a chunk of less than nothing", behind("1.1", chunked, "-1\r\n"), &[401]),
        ("behind a chunk beyond all numbers", behind("1.1", chunked, "ffffffffffffffff0\r\n"), &[401]),
        ("behind a chunk that a line feed ends", behind("1.1", chunked, "0\n\n"), &[401]),
        ("behind an extension with a line feed", behind("1.1", chunked, "0;a\nb\r\n\r\n"), &[401]),
        ("behind a preface of HTTP/2", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{hidden}"), &[400]),
    ]
}
