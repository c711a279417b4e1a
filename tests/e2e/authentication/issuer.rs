//! An OpenID issuer of the test's own, on this machine.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use ensemble_domain::Role;
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use super::{draft::Draft, tls::Certified};
use crate::{
    database::Database,
    server::token,
    tokens::{local_key, now},
};

/// For whom it issues tokens.
pub const AUDIENCE: &str = "https://casting.test/api";

/// How an issuer answers whoever asks for its keys.
#[derive(Clone)]
pub enum Conduct {
    /// With this status and body.
    Answers(&'static str, String),
    /// With a redirect to this address.
    Redirects(String),
    /// With 200 and data without an end.
    Floods,
    /// With 200, the beginning of a body, and then nothing.
    Stalls,
    /// Not at all, without closing the connection.
    Hangs,
}

impl Conduct {
    /// With these keys.
    pub fn publishing(keys: &[Value]) -> Self {
        Self::Answers("200 OK", json!({"keys": keys}).to_string())
    }

    /// With 503, as during maintenance.
    pub fn out_of_order() -> Self {
        Self::Answers("503 Service Unavailable", json!({"error": "maintenance"}).to_string())
    }
}

/// It signs as the development issuer of a folder of its own does, and publishes that key under its own names.
pub struct Issuer {
    /// Its `iss`, which ends in a slash.
    pub name: String,
    pub key: EncodingKey,
    /// A token of the same key by the development issuer.
    pub local_token: String,
    conduct: Arc<Mutex<Conduct>>,
    /// How often its keys were asked for, by the path that was asked.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Issuer {
    /// Publishes its key under these names, for the rest of the process.
    pub fn start(kids: &[&str]) -> Self {
        Self::over("http", kids, |stream| stream)
    }

    /// The same over TLS.
    pub fn encrypted(kids: &[&str], certified: Certified) -> Self {
        Self::over("https", kids, move |stream| certified.encrypt(stream))
    }

    fn over<S: Read + Write>(
        scheme: &str,
        kids: &[&str],
        open: impl Fn(TcpStream) -> S + Send + Sync + 'static,
    ) -> Self {
        let home = Database::sqlite();
        let local_token = token(&home, Role::CastingAssistant);
        let key = local_key(home.folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("{scheme}://{}", listener.local_addr().unwrap());
        let conduct = Arc::new(Mutex::new(Conduct::publishing(&[])));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let issuer = Self { name: format!("{base}/"), key, local_token, conduct, asked };
        issuer.publishes(kids);
        let (conduct, asked) = (Arc::clone(&issuer.conduct), Arc::clone(&issuer.asked));
        let description = json!({"issuer": issuer.name, "jwks_uri": issuer.keys_url()}).to_string();
        let answer = Arc::new(move |stream| give(open(stream), &conduct, &asked, description.clone()));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(stream));
            }
        });
        issuer
    }

    /// Answers whoever asks for the keys in that way from now on.
    pub fn becomes(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }

    /// Publishes its key under these names from now on.
    pub fn publishes(&self, kids: &[&str]) {
        self.becomes(Conduct::publishing(&kids.iter().map(|kid| published(&self.key, kid)).collect::<Vec<_>>()));
    }

    /// How often its keys were asked for.
    pub fn times_asked(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|path| *path == "/keys").count()
    }

    /// Whether it was asked for anything.
    pub fn was_asked(&self) -> bool {
        !self.asked.lock().unwrap().is_empty()
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

/// The published form of that key.
pub fn published(key: &EncodingKey, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_value(jwk).unwrap()
}

/// Answers one request; whoever breaks off is not waited for.
fn give(mut stream: impl Read + Write, conduct: &Mutex<Conduct>, asked: &Mutex<Vec<String>>, description: String) {
    let mut lines = BufReader::new(&mut stream).lines().map_while(Result::ok);
    // Whoever does not like the certificate asks for nothing.
    let Some(request) = lines.next() else { return };
    let _rest = lines.take_while(|line| !line.is_empty()).count();
    let path = request.split(' ').nth(1).unwrap_or_default();
    asked.lock().unwrap().push(path.to_owned());
    let conduct = match path {
        "/.well-known/openid-configuration" => Conduct::Answers("200 OK", description),
        "/keys" => conduct.lock().unwrap().clone(),
        _ => Conduct::Answers("404 Not Found", json!({"error": "no such page"}).to_string()),
    };
    match conduct {
        Conduct::Answers(status, body) => send(&mut stream, status, "", &body),
        Conduct::Redirects(location) => send(&mut stream, "302 Found", &format!("Location: {location}\r\n"), ""),
        Conduct::Floods => {
            let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"keys\":[");
            while sent.is_ok() {
                sent = stream.write_all(&[b' '; 4096]);
            }
        }
        Conduct::Stalls => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":").ok();
            wait_until_closed(stream);
        }
        Conduct::Hangs => wait_until_closed(stream),
    }
}

fn send(stream: &mut impl Write, status: &str, header: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{header}Content-Length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).ok();
}

/// Keeps the connection until the other side has had enough.
fn wait_until_closed(mut stream: impl Read) {
    std::io::copy(&mut stream, &mut std::io::sink()).ok();
}
