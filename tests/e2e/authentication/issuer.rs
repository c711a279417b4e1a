//! An OpenID issuer of the test's own, on this machine.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use ensemble_domain::Role;
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use super::draft::Draft;
use crate::{
    database::Database,
    server::token,
    tokens::{local_key, now},
};

/// For whom it issues tokens.
pub const AUDIENCE: &str = "https://casting.test/api";

/// It signs as the development issuer of a folder of its own does, and publishes that key under its own names.
pub struct Issuer {
    /// Its `iss`, which ends in a slash.
    pub name: String,
    pub key: EncodingKey,
    /// A token of the same key by the development issuer.
    pub local_token: String,
    up: Arc<AtomicBool>,
}

impl Issuer {
    /// Runs for the rest of the process; whether it publishes its keys yet is for the test to say.
    pub fn start(kids: &[&str], up: bool) -> Self {
        let home = Database::sqlite();
        let local_token = token(&home, Role::CastingAssistant);
        let key = local_key(home.folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let description = json!({"issuer": format!("{base}/"), "jwks_uri": format!("{base}/keys")});
        let keys = json!({"keys": kids.iter().map(|kid| published(&key, kid)).collect::<Vec<_>>()});
        let up = Arc::new(AtomicBool::new(up));
        let is_up = Arc::clone(&up);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                give(stream, is_up.load(Ordering::Acquire), &description, &keys);
            }
        });
        Self { name: format!("{base}/"), key, local_token, up }
    }

    /// Publishes the keys from now on.
    pub fn come_up(&self) {
        self.up.store(true, Ordering::Release);
    }

    /// Where the keys are.
    pub fn keys_url(&self) -> String {
        format!("{}keys", self.name)
    }

    /// The parts of a token by that key that lets its bearer list actors.
    pub fn draft(&self, kid: &str) -> Draft {
        Draft {
            header: json!({"alg": "RS256", "typ": "at+jwt", "kid": kid}),
            claims: json!({
                "iss": self.name, "aud": [AUDIENCE, format!("{}userinfo", self.name)], "sub": "auth0|nada",
                "iat": now(), "exp": now() + 3600, "permissions": ["get:actors"],
            }),
        }
    }
}

fn published(key: &EncodingKey, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_value(jwk).unwrap()
}

/// Answers one request; whoever breaks off is not waited for.
fn give(mut stream: TcpStream, is_up: bool, description: &Value, keys: &Value) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    let _rest = lines.take_while(|line| !line.is_empty()).count();
    let (status, body) = match request.split(' ').nth(1) {
        _ if !is_up => ("503 Service Unavailable", json!({"error": "maintenance"})),
        Some("/.well-known/openid-configuration") => ("200 OK", description.clone()),
        Some("/keys") => ("200 OK", keys.clone()),
        _ => ("404 Not Found", json!({"error": "no such page"})),
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).ok();
}
