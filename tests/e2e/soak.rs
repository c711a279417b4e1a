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
/// How many actors there are from the beginning, so that caches which grow with the data are full soon.
const ACTORS: u32 = 50_000;
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
    let server = Server::with(
        database,
        &[
            ("RUST_LOG", "warn,ensemble::serve=info,ensemble::observe=info"),
            ("ENSEMBLE__METRICS__ADDRESS", "127.0.0.1:0"),
        ],
    );
    import(&server);
    let peak = load(&server, None, || thread::sleep(PEAK)) / PEAK.as_secs_f64();
    let name = if database.is_sqlite() { "SQLite" } else { "PostgreSQL" };
    println!("{name}: peak {peak:.0} requests/s");

    let (minutes, began, mut samples) = (minutes(), Instant::now(), Vec::new());
    let requests = load(&server, Some(peak / 2.0), || {
        while began.elapsed() < Duration::from_secs(60 * minutes) {
            thread::sleep(SAMPLE_EVERY);
            let metrics = server.metrics(Method::GET, "/metrics").send().unwrap();
            assert_eq!(metrics.status(), 200);
            drop(metrics.bytes().unwrap());
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

/// Adds the actors of an agency.
fn import(server: &Server) {
    let rows: Vec<_> = (0..ACTORS).map(|number| format!("{},{},other", name(number), number % 90)).collect();
    let file = format!("name,age,gender\n{}\n", rows.join("\n"));
    let request = server.request_as(Role::ExecutiveProducer, Method::POST, "/actors/import");
    let answer = request.header("Content-Type", "text/csv").body(file).send().unwrap();
    assert_eq!(answer.status(), 200);
}

/// A name that few others are like: eight hexadecimal digits in no order.
fn name(number: u32) -> String {
    format!("Actor {:08x}", number.wrapping_mul(0x9e37_79b1))
}

/// Keeps clients busy, all together at that rate, for as long as `what` takes; answers the number of their requests.
fn load(server: &Server, rate: Option<f64>, what: impl FnOnce()) -> f64 {
    let (requests, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let pause = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(f64::from(CLIENTS) / rate));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (requests, is_over) = (&requests, &is_over);
            scope.spawn(move || {
                let (mut client, mut next) = (Client { server, turn: 0, actor: 1, movie: 1 }, Instant::now());
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

/// One who mostly reads, and now and then does whatever else there is to do.
struct Client<'a> {
    server: &'a Server,
    turn: u32,
    /// The actor it added last.
    actor: i64,
    /// The movie it added last.
    movie: i64,
}

impl Client<'_> {
    fn ask(&mut self) {
        self.turn += 1;
        let Self { turn, actor, movie, .. } = *self;
        let (get, post) = (Method::GET, Method::POST);
        let (method, path, body) = match turn % 20 {
            1 => (post, "/actors".to_owned(), a_new_actor(turn)),
            2 => (Method::PATCH, format!("/actors/{actor}"), json!({"age": turn % 90})),
            18 => (Method::DELETE, format!("/actors/{actor}"), Value::Null),
            3 if turn % 100 == 3 => (post, "/movies".to_owned(), a_new_movie(turn)),
            4 => (get, format!("/actors?page={}", 1 + turn % 50), Value::Null),
            5 => (get, format!("/actors?q={}&limit=5", &name(turn)[6..9]), Value::Null),
            6 => (get, format!("/actors/{actor}/history"), Value::Null),
            7 => (get, "/nowhere".to_owned(), Value::Null),
            8 => (post, format!("/movies/{movie}/cast"), a_new_casting(turn, actor)),
            9 => (get, format!("/movies/{movie}/cast"), Value::Null),
            10 if turn % 1000 == 10 => (get, "/actors?format=csv".to_owned(), Value::Null),
            _ => (get, format!("/actors/{actor}"), Value::Null),
        };
        let mut request = self.server.request_as(Role::ExecutiveProducer, method.clone(), &path);
        if body != Value::Null {
            request = request.json(&body);
        }
        if method == Method::POST && turn % 40 > 20 {
            request = request.header("Idempotency-Key", format!("{actor}-{turn}-{:p}", self.server));
        }
        let response = request.send().unwrap();
        let status = response.status().as_u16();
        assert!(status < 500 && status != 429, "{method} {path}: {status}");
        let answer = response.bytes().unwrap();
        if status == 201 {
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            self.actor = answer["actor"]["id"].as_i64().unwrap_or(actor);
            self.movie = answer["movie"]["id"].as_i64().unwrap_or(movie);
        }
    }
}

fn a_new_actor(turn: u32) -> Value {
    json!({"name": name(turn), "age": turn % 90, "gender": "other"})
}

fn a_new_movie(turn: u32) -> Value {
    json!({"title": format!("Movie {}", turn % 1000), "release_date": "2040-01-01"})
}

fn a_new_casting(turn: u32, actor: i64) -> Value {
    json!({"actor_id": actor, "character": format!("Character {turn}")})
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
