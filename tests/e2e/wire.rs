//! Connections without an HTTP library, so that any bytes can be sent.

use std::{
    io::{ErrorKind, Read},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::server::{PATIENCE, Server};

/// A connection to that server.
pub fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that comes until the server closes the connection.
pub fn everything(mut stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        // A server that refuses the rest of a request resets the connection once it has answered.
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}: {bytes:?}"),
        _ => bytes,
    }
}

/// Status and body of the answer; a refusal must be a problem of that status, unless it is empty.
pub fn answer(stream: impl Read) -> (u16, Value) {
    let text = String::from_utf8(everything(stream)).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
    if body.is_empty() {
        return (status, json!(null));
    }
    let document: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}"));
    if status >= 400 {
        assert!(head.contains("content-type: application/problem+json"), "{text}");
        assert_eq!(document["status"], status, "{text}");
    }
    (status, document)
}
