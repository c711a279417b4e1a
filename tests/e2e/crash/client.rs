//! A client that writes without end, and knows how everything that it wrote must be stored.

use std::collections::BTreeMap;

use ensemble_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::Server;

/// Actors, movies and castings by their paths, each with what is known of it and a member that says whether it is deleted.
pub type Known = BTreeMap<String, Value>;

/// A client with actors, a cast and movies of its own.
pub struct Client {
    number: usize,
    writes: usize,
    known: Known,
    /// The write that no answer has come for.
    pending: Option<Write>,
}

#[derive(Clone)]
struct Write {
    method: Method,
    path: String,
    body: Value,
    /// What becomes of what there was before.
    outcome: Known,
}

impl Client {
    pub fn new(number: usize) -> Self {
        Self { number, writes: 0, known: BTreeMap::new(), pending: None }
    }

    /// Makes one more write.
    pub fn write(&mut self, server: &Server) -> reqwest::Result<()> {
        self.writes += 1;
        self.pending = Some(self.next());
        self.send_pending(server)
    }

    /// Sends a POST again, under the same `Idempotency-Key`, that no answer has come for: whether or not it was carried out before,
    /// it is now, and once.
    pub fn repeat(&mut self, server: &Server) {
        if self.pending.as_ref().is_some_and(|write| write.method == Method::POST) {
            self.send_pending(server).unwrap();
        }
    }

    /// Takes what this client wrote out of what is stored: it is as it was acknowledged, and what was not acknowledged has happened
    /// as a whole or not at all.
    pub fn compare(&mut self, stored: &mut Known, occasion: &str) {
        let lost = |path: &String| -> ! { panic!("{path} is lost: {}; {occasion}", self.known[path]) };
        let take = |path: &String| (path.clone(), stored.remove(path).unwrap_or_else(|| lost(path)));
        let found: Known = self.known.keys().map(take).collect();
        let outcome = self.pending.take().map(|write| write.outcome).unwrap_or_default();
        let later = self.known.clone().into_iter().chain(outcome.clone()).collect();
        let agree = |known: &Known| known.iter().all(|(path, entity)| agrees(&found[path], entity));
        assert!(
            agree(&self.known) || agree(&later),
            "neither as acknowledged nor with {outcome:?}: {:?}; {occasion}",
            found.iter().filter(|(path, found)| !agrees(found, &self.known[*path])).collect::<Vec<_>>()
        );
        self.known = found;
    }

    /// The path of this client's cast, once there is one.
    pub fn cast(&self) -> Option<String> {
        Some(format!("{}/cast", self.of_kind("title").first()?.0))
    }

    fn next(&self) -> Write {
        let name = format!("Client {} Write {}", self.number, self.writes);
        match self.writes % 9 {
            1 | 7 => Write::adding("/actors", json!({"name": name, "age": self.writes % 100, "gender": "other"})),
            2 => Write::adding("/movies", json!({"title": name, "release_date": "2190-01-31"})),
            3 | 4 => {
                let actor = &self.latest("name").1["id"];
                Write::adding(&self.cast().unwrap(), json!({"actor_id": actor, "character": name}))
            }
            5 => Write::changing(self.latest("status"), json!({"status": "pinned"})),
            6 => self.billing(),
            // Who was added last is not cast in anything yet.
            8 => Write::deleting(self.latest("name")),
            _ => Write::changing(self.latest("name"), json!({"name": name})),
        }
    }

    /// Puts the latest casting first and the one before it second; those that had a place before lose it.
    fn billing(&self) -> Write {
        let castings = self.of_kind("status");
        let order: Vec<_> = castings.iter().rev().take(2).map(|(_, casting)| &casting["id"]).collect();
        let moved = |(path, casting): &(&String, &Value)| {
            let billing = json!({"billing": order.iter().position(|id| **id == casting["id"]).map(|place| place + 1)});
            (!agrees(casting, &billing)).then(|| ((*path).clone(), after(casting, billing)))
        };
        let outcome = castings.iter().filter_map(moved).collect();
        let path = format!("{}/billing", self.of_kind("title")[0].0);
        Write { method: Method::PUT, path, body: json!({"order": order}), outcome }
    }

    /// What has that member and is not deleted, in the order of the ids.
    pub fn of_kind(&self, member: &str) -> Vec<(&String, &Value)> {
        let is_meant = |entity: &Value| entity[member].is_string() && entity["deleted"] == false;
        let mut all: Vec<_> = self.known.iter().filter(|(_, entity)| is_meant(entity)).collect();
        all.sort_by_key(|(_, entity)| entity["id"].as_i64());
        all
    }

    fn latest(&self, member: &str) -> (&String, &Value) {
        self.of_kind(member).last().copied().unwrap()
    }

    fn send_pending(&mut self, server: &Server) -> reqwest::Result<()> {
        let Write { method, path, body, outcome } = self.pending.clone().unwrap();
        let mut request = server.request_as(Role::ExecutiveProducer, method.clone(), &path).json(&body);
        if method == Method::POST {
            request = request.header("Idempotency-Key", format!("client-{}-write-{}", self.number, self.writes));
        }
        let answer = request.send()?;
        let (status, text) = (answer.status(), answer.text()?);
        assert!(status.is_success(), "{method} {path} {body}: {status} {text}");
        self.pending = None;
        self.known.extend(outcome);
        let told: Value = serde_json::from_str(&text).unwrap();
        if let Some(told) = ["actor", "movie", "casting"].iter().find_map(|name| told.get(name)) {
            let path = if method == Method::POST { format!("{path}/{}", told["id"]) } else { path };
            let known = self.known.remove(&path).unwrap_or_else(|| json!({"deleted": false}));
            self.known.insert(path, merged(known, told.clone()));
        }
        Ok(())
    }
}

impl Write {
    fn adding(path: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path.to_owned(), body, outcome: Known::new() }
    }

    fn changing((path, entity): (&String, &Value), change: Value) -> Self {
        let outcome = Known::from([(path.clone(), after(entity, change.clone()))]);
        Self { method: Method::PATCH, path: path.clone(), body: change, outcome }
    }

    fn deleting((path, entity): (&String, &Value)) -> Self {
        let outcome = Known::from([(path.clone(), after(entity, json!({"deleted": true})))]);
        Self { method: Method::DELETE, path: path.clone(), body: json!(null), outcome }
    }
}

/// Everything that is stored, the deleted too, and the casts of the movies that have any.
pub fn everything(server: &Server, casts: impl IntoIterator<Item = String>) -> Known {
    let mut all = Known::new();
    for list in ["actors", "movies"] {
        for page in 1.. {
            let (status, listed) = server.get(&format!("/{list}?deleted=with&limit=100&page={page}"));
            assert_eq!(status, 200);
            take_up(&mut all, &format!("/{list}"), &listed[list]);
            if listed["next"].is_null() {
                break;
            }
        }
    }
    for cast in casts {
        let (status, listed) = server.get(&cast);
        assert_eq!(status, 200);
        take_up(&mut all, &cast, &listed["cast"]);
    }
    all
}

fn take_up(all: &mut Known, path: &str, listed: &Value) {
    for entity in listed.as_array().unwrap() {
        let mut entity = merged(entity.clone(), json!({"deleted": entity["deleted_at"].is_string()}));
        // The actor of a casting has a path of their own.
        entity.as_object_mut().unwrap().remove("actor");
        all.insert(format!("{path}/{}", entity["id"]), entity);
    }
}

/// What is known of something one version later.
fn after(entity: &Value, changed: Value) -> Value {
    let mut later = merged(entity.clone(), changed);
    later["version"] = json!(entity["version"].as_i64().unwrap() + 1);
    for unknown in ["updated_at", "deleted_at"] {
        later.as_object_mut().unwrap().remove(unknown);
    }
    later
}

fn merged(mut entity: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    entity.as_object_mut().unwrap().extend(more);
    entity
}

/// Whether every known member is stored as it is known.
fn agrees(found: &Value, known: &Value) -> bool {
    known.as_object().unwrap().iter().all(|(name, value)| found[name] == *value)
}
