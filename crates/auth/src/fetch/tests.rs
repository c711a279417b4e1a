//! Fetches over HTTP from an issuer of the test's own.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Url;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{
    FetchError, KeyFetcher, KeySource,
    fetcher::{Limits, address_of_keys},
};
use crate::{Algorithm, BadAddress, BadKeySet, testing::a_jwk};

const LIMITS: Limits =
    Limits { connect: Duration::from_millis(500), deadline: Duration::from_millis(500), body: 64 * 1024 };

/// The beginning of an answer.
const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":";

/// What an issuer does with a request.
enum Answer {
    /// Sends these bytes and closes.
    Send(String),
    /// Sends 200 and then data for ever.
    Flood,
    /// Sends these bytes and then nothing, without closing.
    Stall(&'static str),
}

fn http(status: &str, body: &str) -> Answer {
    Answer::Send(format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

fn keys(names: &[&str]) -> String {
    let keys: Vec<_> = names.iter().map(|name| a_jwk(name)).collect();
    json!({ "keys": keys }).to_string()
}

/// An issuer on this machine.
struct Issuer {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Issuer {
    /// Answers as told by the number of the request, from 0, and its path.
    async fn answering(answer: impl Fn(SocketAddr, usize, &str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let issuer = Self { address, requests: Arc::clone(&requests) };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let path = read_path(&mut stream).await;
                let number = requests.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(give(stream, answer(address, number, &path)));
            }
        });
        issuer
    }

    async fn always(status: &'static str, body: String) -> Self {
        Self::answering(move |_, _, _| http(status, &body)).await
    }

    fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    fn fetcher(&self) -> KeyFetcher {
        KeyFetcher::with_limits(&KeySource::Url(self.url()), &Algorithm::ALL, LIMITS).unwrap()
    }

    fn discoverer(&self, path: &str) -> KeyFetcher {
        let issuer = format!("http://{}{path}", self.address);
        KeyFetcher::with_limits(&KeySource::Discovery { issuer }, &Algorithm::ALL, LIMITS).unwrap()
    }
}

async fn read_path(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap_or(0) > 0 {}
    String::from_utf8_lossy(&request).split(' ').nth(1).unwrap_or_default().to_owned()
}

async fn give(mut stream: TcpStream, answer: Answer) {
    match answer {
        Answer::Send(text) => drop(stream.write_all(text.as_bytes()).await),
        Answer::Flood => {
            let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
            while sent.is_ok() {
                sent = stream.write_all(&[b' '; 1024]).await;
            }
        }
        Answer::Stall(text) => {
            let _sent = stream.write_all(text.as_bytes()).await;
            std::future::pending::<()>().await;
        }
    }
}

#[tokio::test]
async fn keys_are_fetched() {
    let issuer = Issuer::always("200 OK", keys(&["one", "two"])).await;
    let set = issuer.fetcher().fetch().await.unwrap();
    assert!(set.find("one").is_some() && set.find("two").is_some());
}

#[tokio::test]
async fn only_200_is_an_answer() {
    for status in
        ["201 Created", "204 No Content", "206 Partial Content", "304 Not Modified", "404 Not Found", "500 Oops"]
    {
        let issuer = Issuer::always(status, keys(&["one"])).await;
        let fault = issuer.fetcher().fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::Status(_)), "{status}: {fault:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Moved", "308 Moved"] {
        let issuer = Issuer::answering(move |address, _, path| match path {
            "/keys" => Answer::Send(format!(
                "HTTP/1.1 {status}\r\nLocation: http://{address}/elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )),
            _ => http("200 OK", &keys(&["one"])),
        })
        .await;
        let fault = issuer.fetcher().fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::Status(_)), "{status}: {fault:?}");
        assert_eq!(issuer.requests.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn an_answer_has_at_most_64_kib() {
    let mut padded = keys(&["one"]);
    padded.push_str(&" ".repeat(64 * 1024 - padded.len()));
    assert!(Issuer::always("200 OK", padded.clone()).await.fetcher().fetch().await.is_ok());

    padded.push(' ');
    let fault = Issuer::always("200 OK", padded).await.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::TooLong(65_536)), "{fault:?}");

    let endless = Issuer::answering(|_, _, _| Answer::Flood).await;
    let fault = endless.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::TooLong(65_536)), "{fault:?}");
}

#[tokio::test]
async fn a_silent_issuer_is_given_up_at_the_deadline() {
    let issuer = Issuer::answering(|_, _, _| Answer::Stall("")).await;
    let began = Instant::now();
    let fault = issuer.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::Deadline(_)), "{fault:?}");
    assert!(began.elapsed() >= LIMITS.deadline);
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up_at_the_deadline() {
    let issuer = Issuer::answering(|_, _, _| Answer::Stall(HALF)).await;
    let fault = issuer.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::Deadline(_)), "{fault:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_failure() {
    let issuer = Issuer::answering(|_, _, _| Answer::Send(HALF.to_owned())).await;
    let fault = issuer.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::Transport(_)), "{fault:?}");
}

#[tokio::test]
async fn an_issuer_that_is_not_there_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    drop(listener);
    let fault =
        KeyFetcher::with_limits(&KeySource::Url(url), &Algorithm::ALL, LIMITS).unwrap().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::Transport(_)), "{fault:?}");
}

#[tokio::test]
async fn a_set_without_a_usable_key_is_a_failure() {
    for body in ["{\"keys\":[]}", "{\"keys\":[null]}"] {
        let fault = Issuer::always("200 OK", body.to_owned()).await.fetcher().fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::BadKeys(BadKeySet::NoUsableKey(_))), "{fault:?}");
    }
    let fault = Issuer::always("200 OK", "<html>".to_owned()).await.fetcher().fetch().await.unwrap_err();
    assert!(matches!(fault, FetchError::BadKeys(BadKeySet::Malformed(_))), "{fault:?}");
}

async fn describing(description: impl Fn(SocketAddr) -> String + Send + 'static) -> Issuer {
    Issuer::answering(move |address, _, path| match path {
        "/.well-known/openid-configuration" => http("200 OK", &description(address)),
        "/keys" => http("200 OK", &keys(&["described"])),
        _ => http("404 Not Found", ""),
    })
    .await
}

#[tokio::test]
async fn the_issuers_description_leads_to_its_keys() {
    for path in ["", "/"] {
        let issuer = describing(move |address| {
            json!({ "issuer": format!("http://{address}{path}"), "jwks_uri": format!("http://{address}/keys") })
                .to_string()
        })
        .await;
        assert!(issuer.discoverer(path).fetch().await.unwrap().find("described").is_some());
    }
}

#[tokio::test]
async fn the_description_is_the_issuers_own_byte_for_byte() {
    for suffix in ["", "//", "/other"] {
        let issuer = describing(move |address| {
            json!({ "issuer": format!("http://{address}{suffix}"), "jwks_uri": format!("http://{address}/keys") })
                .to_string()
        })
        .await;
        let fault = issuer.discoverer("/").fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::OtherIssuer { .. }), "{fault:?}");
        assert_eq!(issuer.requests.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn of_a_long_name_only_the_beginning_is_told() {
    let long = json!({ "issuer": "\u{e9}".repeat(30_000), "jwks_uri": "" }).to_string();
    let fault = describing(move |_| long.clone()).await.discoverer("/").fetch().await.unwrap_err();
    assert!(matches!(&fault, FetchError::OtherIssuer { found } if *found == "\u{e9}".repeat(255)), "{fault:?}");
}

#[tokio::test]
async fn a_description_that_cannot_be_read_is_a_failure() {
    for body in ["", "[]", "{}", "{\"issuer\":5,\"jwks_uri\":\"\"}"] {
        let fault = describing(move |_| body.to_owned()).await.discoverer("/").fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::BadDescription(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn keys_at_an_untrusted_address_are_not_fetched() {
    for keys in ["http://issuer.test/keys", "file:///keys", "/keys", "https://me@issuer.test/keys"] {
        let issuer =
            describing(move |address| json!({ "issuer": format!("http://{address}/"), "jwks_uri": keys }).to_string())
                .await;
        let fault = issuer.discoverer("/").fetch().await.unwrap_err();
        assert!(matches!(fault, FetchError::BadAddress(_)), "{keys}: {fault:?}");
    }
}

#[test]
fn an_encrypted_description_does_not_lead_to_unencrypted_keys() {
    let encrypted = Url::parse("https://issuer.test/.well-known/openid-configuration").unwrap();
    let on_this_machine = Url::parse("http://127.0.0.1/.well-known/openid-configuration").unwrap();
    assert!(address_of_keys("https://keys.test/jwks", &encrypted).is_ok());
    assert!(address_of_keys("http://127.0.0.1/jwks", &on_this_machine).is_ok());
    assert_eq!(address_of_keys("http://127.0.0.1/jwks", &encrypted), Err(BadAddress::NotEncrypted));
}

#[test]
fn a_source_is_encrypted_or_on_this_machine() {
    for source in [
        KeySource::Url("http://issuer.test/keys".to_owned()),
        KeySource::Discovery { issuer: "http://issuer.test/".to_owned() },
    ] {
        let fault = KeyFetcher::new(&source, &Algorithm::ALL).unwrap_err();
        assert!(matches!(fault, FetchError::BadAddress(BadAddress::NotEncrypted)), "{fault:?}");
    }
    let tenant = KeySource::Url("https://tenant.eu.auth0.com/.well-known/jwks.json".to_owned());
    assert!(KeyFetcher::new(&tenant, &Algorithm::ALL).is_ok());
}
