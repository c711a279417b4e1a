//! Half an hour at half of what the server can do: nothing grows, and nothing fails.

use std::{
    env,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    database::Database,
    server::{Raised, Server, open_files},
};

mod sqlite {
    #[test]
    #[ignore = "takes half an hour: make soak"]
    fn nothing_grows() {
        super::nothing_grows(&crate::database::Database::sqlite());
    }
}

mod postgres {
    #[test]
    #[ignore = "takes half an hour: make soak"]
    fn nothing_grows() {
        if let Some(database) = crate::database::Database::postgres() {
            super::nothing_grows(&database);
        }
    }
}

const CLIENTS: u32 = 8;
/// How long the peak is looked for.
const PEAK: Duration = Duration::from_secs(15);
const SAMPLE_EVERY: Duration = Duration::from_secs(10);
/// The part of the samples, at the beginning, in which caches and pools may fill.
const WARMING_UP: usize = 6;

/// What the process had at one moment.
struct Sample {
    minutes: f64,
    resident_kib: f64,
    open_files: usize,
}

fn nothing_grows(database: &Database) {
    // A line for each request would grow here, where the log is kept.
    let server = Server::with(database, &[("RUST_LOG", "warn,ensemble::serve=info")]);
    let peak = load(&server, None, || thread::sleep(PEAK)) / PEAK.as_secs_f64();
    let name = if database.is_sqlite() { "SQLite" } else { "PostgreSQL" };
    println!("{name}: peak {peak:.0} requests/s");

    let (minutes, began, mut samples) = (minutes(), Instant::now(), Vec::new());
    let requests = load(&server, Some(peak / 2.0), || {
        while began.elapsed() < Duration::from_secs(60 * minutes) {
            thread::sleep(SAMPLE_EVERY);
            let minutes = began.elapsed().as_secs_f64() / 60.0;
            let resident_kib = f64::from(u32::try_from(server.resident_kib()).unwrap());
            let sample = Sample { minutes, resident_kib, open_files: open_files(&server) };
            println!("{name}: {minutes:.1} min, {resident_kib} KiB, {} files", sample.open_files);
            samples.push(sample);
        }
    });
    let settled = &samples[samples.len() / WARMING_UP..];
    let growth = 10.0 * slope(settled);
    let files = settled.iter().map(|sample| sample.open_files);
    let (least, most) = (files.clone().min().unwrap(), files.max().unwrap());
    println!(
        "{name}: {requests} requests in {minutes} min, {growth:.0} KiB more every 10 min, {least} to {most} open files"
    );
    assert!(growth < 1024.0, "{growth} KiB more every 10 min");
    assert!(most - least <= usize::try_from(2 * CLIENTS).unwrap(), "{least} to {most} open files");
}

/// Keeps clients busy, all together at that rate, for as long as `what` takes; answers the number of their requests.
fn load(server: &Server, rate: Option<f64>, what: impl FnOnce()) -> f64 {
    let (requests, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let pause = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(f64::from(CLIENTS) / rate));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (requests, is_over) = (&requests, &is_over);
            scope.spawn(move || {
                let (mut client, mut next) = (Client { server, turn: 0, newest: None }, Instant::now());
                while !is_over.load(Ordering::Relaxed) {
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                    next += pause;
                    client.ask();
                    requests.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let over = Raised(&is_over);
        what();
        drop(over);
    });
    f64::from(u32::try_from(requests.into_inner()).unwrap())
}

/// One who mostly reads.
struct Client<'a> {
    server: &'a Server,
    turn: u32,
    /// The actor it added last.
    newest: Option<Value>,
}

impl Client<'_> {
    fn ask(&mut self) {
        self.turn += 1;
        let (turn, newest) = (self.turn, self.newest.as_ref().map_or_else(|| "1".to_owned(), Value::to_string));
        let actor = json!({"name": format!("Actor {}", turn % 1000), "age": turn % 90, "gender": "other"});
        let (method, path, body) = match turn % 20 {
            1 => (Method::POST, "/actors".to_owned(), actor),
            2 => (Method::PATCH, format!("/actors/{newest}"), json!({"age": turn % 90})),
            3 if turn % 100 == 3 => (Method::DELETE, format!("/actors/{newest}"), Value::Null),
            4 => (Method::GET, format!("/actors?page={}", 1 + turn % 50), Value::Null),
            5 => (Method::GET, format!("/actors?q=actor {}&limit=5", turn % 1000), Value::Null),
            6 => (Method::GET, format!("/actors/{newest}/history"), Value::Null),
            7 => (Method::GET, "/nowhere".to_owned(), Value::Null),
            _ => (Method::GET, format!("/actors/{newest}"), Value::Null),
        };
        let request = self.server.request_as(Role::ExecutiveProducer, method.clone(), &path);
        let request = if body == Value::Null { request } else { request.json(&body) };
        let response = request.send().unwrap();
        let status = response.status().as_u16();
        assert!(status < 500 && status != 429, "{method} {path}: {status}");
        let answer = response.bytes().unwrap();
        if method == Method::POST {
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            self.newest = Some(answer["actor"]["id"].clone());
        }
    }
}

/// How much more there is every minute, by least squares.
fn slope(samples: &[Sample]) -> f64 {
    let number = f64::from(u32::try_from(samples.len()).unwrap());
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / number;
    let (when, how_much) = (mean(|sample| sample.minutes), mean(|sample| sample.resident_kib));
    let together = |of: &Sample| (of.minutes - when) * (of.resident_kib - how_much);
    samples.iter().map(together).sum::<f64>() / samples.iter().map(|of| (of.minutes - when).powi(2)).sum::<f64>()
}

/// How long to go on: half an hour, unless `SOAK_MINUTES` says otherwise.
fn minutes() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a shorter time is for whoever tries it out")]
    let given = env::var("SOAK_MINUTES").ok();
    given.map_or(30, |minutes| minutes.parse().unwrap())
}
