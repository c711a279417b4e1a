//! Bodies as bytes: what is JSON, how much of it is taken, and by what name it goes.

use reqwest::Method;
use serde_json::json;

use super::case::{Answer, Case, Request, accepted, case, invalid, refused, send};

/// The most bytes that a body may have.
const LIMIT: usize = 64 * 1024;

pub fn cases() -> Vec<Case> {
    [malformed(), other_values(), sizes(), media_types()].into_iter().flatten().collect()
}

fn post(body: impl Into<Vec<u8>>) -> Request {
    send(Method::POST, "/actors", body)
}

/// A good body, with this text before its end.
fn good_but(text: &str) -> String {
    format!(r#"{{"name": "Nada Haddad", "age": 20, "gender": "female"{text}}}"#)
}

fn good() -> Request {
    post(good_but(""))
}

fn created() -> Answer {
    accepted(201, json!({"actor": {"name": "Nada Haddad", "age": 20}}))
}

fn malformed() -> Vec<Case> {
    let no_json = |name, body: &[u8], fault: &str| {
        let detail = format!("the body is not a well-formed JSON object: {fault}");
        case(name, post(body), refused(400, "malformed-request", detail))
    };
    let deep = format!(r#"{{"name": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
    vec![
        no_json("an empty body", b"", "EOF while parsing a value at line 1 column 0"),
        no_json("a body of blanks", b" \n", "EOF while parsing a value at line 2 column 0"),
        no_json("words", b"name is Nada", "expected ident at line 1 column 2"),
        no_json("a form", b"name=Nada&age=20", "expected ident at line 1 column 2"),
        no_json("markup", b"<actor/>", "expected value at line 1 column 1"),
        no_json("half an object", br#"{"name": "#, "EOF while parsing a value at line 1 column 9"),
        no_json("half a list", b"[1,", "EOF while parsing a value at line 1 column 3"),
        no_json("single quotes", b"{'name': 'Nada'}", "key must be a string at line 1 column 2"),
        no_json("a comma too many", br#"{"age": 20,}"#, "trailing comma at line 1 column 12"),
        no_json("a comment", br#"{"age": 20 /* years */}"#, "expected `,` or `}` at line 1 column 12"),
        no_json("a NaN", br#"{"age": NaN}"#, "expected value at line 1 column 9"),
        no_json("a number with a leading zero", br#"{"age": 020}"#, "invalid number at line 1 column 10"),
        no_json("a number beyond all numbers", br#"{"age": 1e999}"#, "number out of range at line 1 column 13"),
        no_json("two objects", b"{}{}", "trailing characters at line 1 column 3"),
        no_json("an object and a word", b"{} x", "trailing characters at line 1 column 4"),
        no_json("a byte order mark", b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
        no_json("bytes that are not UTF-8", b"{\"name\": \"N\xe9\"}", "invalid unicode code point at line 1 column 12"),
        no_json("UTF-16", b"{\0\"\0}\0", "key must be a string at line 1 column 2"),
        no_json("a bare NUL in a text", b"{\"name\": \"\0\"}", {
            "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 11"
        }),
        no_json("half a surrogate pair", br#"{"name": "\ud83c"}"#, "unexpected end of hex escape at line 1 column 17"),
        no_json("lists in lists, 200 deep", deep.as_bytes(), "recursion limit exceeded at line 1 column 136"),
        no_json("a name twice", br#"{"name": "A", "name": "B"}"#, {
            "invalid entry: found duplicate key at line 1 column 26"
        }),
        no_json("an unknown member twice", good_but(r#", "x": 1, "x": 1"#).as_bytes(), {
            "invalid entry: found duplicate key at line 1 column 70"
        }),
        no_json("a name twice, once escaped", br#"{"name": "A", "n\u0061me": "B"}"#, {
            "invalid entry: found duplicate key at line 1 column 31"
        }),
    ]
}

fn other_values() -> Vec<Case> {
    let no_object = |name, body: &str| case(name, post(body), invalid(&[("", "type", "must be a JSON object")]));
    vec![
        no_object("null", "null"),
        no_object("true", "true"),
        no_object("a number", "20"),
        no_object("a text", "\"Nada\""),
        no_object("an empty list", "[]"),
        no_object("a list of an actor", r#"[{"name": "Nada", "age": 20, "gender": "f"}]"#),
        case("blanks around an object", post(format!("\r\n\t {} \n", good_but(""))), created()),
    ]
}

fn sizes() -> Vec<Case> {
    let padded = |length: usize| good_but(&" ".repeat(length - good_but("").len()));
    vec![
        case("64 KiB", post(padded(LIMIT)), created()),
        case("64 KiB and a byte", post(padded(LIMIT + 1)), {
            refused(413, "body-too-large", "the body may have at most 65536 bytes")
        }),
        case("a megabyte of a name", post(format!(r#"{{"name": "{}"}}"#, "n".repeat(1 << 20))), {
            refused(413, "body-too-large", "the body may have at most 65536 bytes")
        }),
    ]
}

fn media_types() -> Vec<Case> {
    let as_type = |media_type| good().with("content-type", media_type);
    let unsupported = || {
        let detail = "send the body as application/json, in UTF-8 and not compressed";
        refused(415, "unsupported-media-type", detail)
    };
    let patch = |body: &str, media_type| send(Method::PATCH, "/actors/1", body).with("content-type", media_type);
    let unsupported_patch = || {
        let detail = "send the body as application/json or application/merge-patch+json, in UTF-8 and not compressed";
        refused(415, "unsupported-media-type", detail)
    };
    vec![
        case("a body without a type", good().bare(), unsupported()),
        case("text/plain", as_type("text/plain"), unsupported()),
        case("a form by its type", as_type("application/x-www-form-urlencoded"), unsupported()),
        case("text/json", as_type("text/json"), unsupported()),
        case("a patch type on POST", as_type("application/merge-patch+json"), unsupported()),
        case("JSON in Latin-1", as_type("application/json; charset=iso-8859-1"), unsupported()),
        case("JSON in UTF-8", as_type("application/json; charset=utf-8"), created()),
        case("JSON in capitals", as_type("Application/JSON"), created()),
        case("compressed", good().with("content-encoding", "gzip"), unsupported()),
        case("not compressed, and said so", good().with("content-encoding", "identity"), created()),
        case("a merge patch", patch("{}", "application/merge-patch+json"), accepted(200, json!({"success": true}))),
        case("a JSON patch", patch("[]", "application/json-patch+json"), unsupported_patch()),
        case("a wrong type and a broken body", post("{").with("content-type", "text/plain"), unsupported()),
    ]
}
