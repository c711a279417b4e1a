//! Keys that are fetched in time, and when a token asks for them.

use std::{
    collections::{HashMap, hash_map::Entry},
    error::Error,
    future,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};

use super::{
    BadKeySet, KeySet, KeyStore, PassedOver, Unusable,
    schedule::{Freshness, Schedule},
    store::{Asked, MAX_WAITING, Refetch},
};
use crate::FetchError;

/// How often an unusable key is mentioned.
const MENTION_AFTER: Duration = Duration::from_hours(1);

/// Fetches keys into a store: at once, again before they are no longer fresh, after failures, and when a token names a key that
/// is not there. There is never more than one fetch at a time, since nobody else fetches.
///
/// While the issuer cannot be reached the keys stay as they are, for as long as [`Freshness::stale`] says.
#[derive(Debug)]
pub struct KeyKeeper {
    store: Arc<KeyStore>,
    asked: Asked,
    schedule: Schedule,
    began: Instant,
    waiting: Vec<oneshot::Sender<Refetch>>,
    mentioned: HashMap<String, Duration>,
}

impl KeyKeeper {
    /// A keeper and the store that it will fill.
    #[must_use]
    pub fn new(freshness: Freshness) -> (Self, Arc<KeyStore>) {
        let (store, asked) = KeyStore::kept();
        let store = Arc::new(store);
        let keeper = Self {
            store: Arc::clone(&store),
            asked,
            schedule: Schedule::new(freshness),
            began: Instant::now(),
            waiting: Vec::new(),
            mentioned: HashMap::new(),
        };
        (keeper, store)
    }

    /// Keeps the keys by means of `fetch`, for ever. `chance` answers a number from 0 to 1, another each time: the times of fetches
    /// vary by it.
    pub async fn keep(mut self, fetch: impl AsyncFn() -> Result<KeySet, FetchError>, mut chance: impl FnMut() -> f64) {
        self.began = Instant::now();
        loop {
            let fetched = self.fetch(&fetch).await;
            let answer = self.take(fetched, chance());
            for waiting in self.waiting.drain(..) {
                // Who has gone away in the meantime needs no answer.
                let _ = waiting.send(answer);
            }
            self.rest().await;
        }
    }

    /// Fetches once. Whoever asks meanwhile waits for the same fetch.
    async fn fetch(&mut self, fetch: &impl AsyncFn() -> Result<KeySet, FetchError>) -> Result<KeySet, FetchError> {
        self.schedule.begin(self.began.elapsed());
        let mut flight = pin!(fetch());
        loop {
            tokio::select! {
                fetched = &mut flight => return fetched,
                Some(ask) = self.asked.recv() => self.wait_or_refuse(ask),
                () = until(self.began, self.schedule.end_of_trust()) => self.end_trust(),
            }
        }
    }

    /// Lets time pass until the next fetch is due or asked for.
    async fn rest(&mut self) {
        loop {
            tokio::select! {
                () = until(self.began, Some(self.schedule.next_fetch())) => return,
                () = until(self.began, self.schedule.end_of_trust()) => self.end_trust(),
                Some(ask) = self.asked.recv() => {
                    if self.schedule.may_refetch(self.began.elapsed()) {
                        self.waiting.push(ask);
                        return;
                    }
                    let _ = ask.send(Refetch::Refused);
                }
            }
        }
    }

    fn wait_or_refuse(&mut self, ask: oneshot::Sender<Refetch>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push(ask);
        } else {
            let _ = ask.send(Refetch::Refused);
        }
    }

    /// Puts what was fetched in its place.
    fn take(&mut self, fetched: Result<KeySet, FetchError>, chance: f64) -> Refetch {
        let now = self.began.elapsed();
        let result = if fetched.is_ok() { "success" } else { "failure" };
        metrics::counter!("jwks_fetch_total", "result" => result).increment(1);
        match fetched {
            Ok(keys) => {
                self.mention(keys.passed_over(), now);
                self.store.replace(keys);
                self.schedule.succeed(now, chance);
                Refetch::Done
            }
            Err(fault) => {
                if let FetchError::BadKeys(BadKeySet::NoUsableKey(passed_over)) = &fault {
                    self.mention(passed_over, now);
                }
                let pause = self.schedule.fail(now, chance);
                let (error, retry_in_ms) = (in_full(&fault), pause.as_millis());
                tracing::warn!(error, retry_in_ms, "could not fetch the signing keys");
                Refetch::Failed
            }
        }
    }

    fn end_trust(&mut self) {
        tracing::error!("the signing keys could not be fetched for too long and are no longer trusted");
        self.store.clear();
        self.schedule.forget();
    }

    /// Tells of published keys that are not used, of each once an hour. One for encryption is in its right.
    fn mention(&mut self, passed_over: &[PassedOver], now: Duration) {
        self.mentioned.retain(|_, at| now.saturating_sub(*at) < MENTION_AFTER);
        for key in passed_over.iter().filter(|key| key.reason != Unusable::Purpose) {
            if let Entry::Vacant(unmentioned) = self.mentioned.entry(key.kid.clone()) {
                unmentioned.insert(now);
                tracing::warn!(key.kid = ?key.kid, reason = %key.reason, "a published key is not used");
            }
        }
    }
}

/// Waits until so long after the beginning, or for ever.
async fn until(began: Instant, moment: Option<Duration>) {
    match moment.and_then(|moment| began.checked_add(moment)) {
        Some(moment) => sleep_until(moment).await,
        None => future::pending().await,
    }
}

/// The text of an error and of its causes.
fn in_full(fault: &dyn Error) -> String {
    std::iter::successors(fault.source(), |&cause| cause.source())
        .fold(fault.to_string(), |text, cause| format!("{text}: {cause}"))
}
