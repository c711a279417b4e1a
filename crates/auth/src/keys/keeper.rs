//! Keys that are fetched in time, and when a token asks for them.

use std::{
    collections::{HashMap, hash_map::Entry},
    convert::Infallible,
    future,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::{Clock, in_full};
use futures_util::FutureExt;
use tokio::{
    sync::oneshot,
    time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout},
};

use super::{
    BadKeySet, KeySet, KeyStore, PassedOver, Unusable,
    schedule::{Freshness, Schedule},
    store::{Asked, MAX_WAITING, Refetch},
};
use crate::{FetchError, observe};

/// How long a fetch may take, and whoever waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often an unusable key is mentioned.
const MENTION_AFTER: Duration = Duration::from_hours(1);
/// How often the age of the keys is told and looked at.
const TICK: Duration = Duration::from_secs(10);
/// The pause after a defect of the keeper itself.
const BREATH: Duration = Duration::from_secs(1);

/// Fetches keys into a store: at once, again before they are no longer fresh, after failures, and when a token names a key that
/// is not there. There is never more than one fetch at a time, since nobody else fetches, and none takes more than 5 seconds.
///
/// While the issuer cannot be reached the keys stay as they are, for as long as [`Freshness::stale`] says.
pub struct KeyKeeper {
    store: Arc<KeyStore>,
    asked: Asked,
    schedule: Schedule,
    clock: Arc<dyn Clock>,
    began: Instant,
    /// The time of day when the fetch of the current keys began.
    fetched_at: Option<DateTime<Utc>>,
    waiting: Vec<oneshot::Sender<Refetch>>,
    mentioned: HashMap<String, Duration>,
}

impl KeyKeeper {
    /// A keeper and the store that it will fill. By the clock the keys lose their trust even when nobody keeps them.
    #[must_use]
    pub fn new(freshness: Freshness, clock: Arc<dyn Clock>) -> (Self, Arc<KeyStore>) {
        let (store, asked) = KeyStore::kept();
        let store = Arc::new(store);
        let keeper = Self {
            store: Arc::clone(&store),
            asked,
            schedule: Schedule::new(freshness),
            clock,
            began: Instant::now(),
            fetched_at: None,
            waiting: Vec::new(),
            mentioned: HashMap::new(),
        };
        (keeper, store)
    }

    /// Keeps the keys by means of `fetch`, for ever; a panic counts as a failed fetch. `chance` answers a number from 0 to 1,
    /// another each time: the times of fetches vary by it.
    pub async fn keep(mut self, fetch: impl AsyncFn() -> Result<KeySet, FetchError>, mut chance: impl FnMut() -> f64) {
        self.began = Instant::now();
        while AssertUnwindSafe(self.keep_on(&fetch, &mut chance)).catch_unwind().await.is_err() {
            tracing::error!("the keeper of the signing keys broke off and goes on");
            self.schedule.fail(self.began.elapsed(), 1.0);
            self.answer(Refetch::Failed);
            sleep(BREATH).await;
        }
    }

    async fn keep_on(
        &mut self,
        fetch: &impl AsyncFn() -> Result<KeySet, FetchError>,
        chance: &mut impl FnMut() -> f64,
    ) -> Infallible {
        loop {
            self.rest().await;
            let began_at = self.clock.now();
            let fetched = self.fetch(fetch).await;
            let answer = self.take(fetched, began_at, chance());
            self.answer(answer);
        }
    }

    /// Tells all who wait what came of it.
    fn answer(&mut self, answer: Refetch) {
        self.store.note_failing(answer == Refetch::Failed);
        for waiting in self.waiting.drain(..) {
            // Who has gone away in the meantime needs no answer.
            let _ = waiting.send(answer);
        }
    }

    /// Fetches once. Whoever asks meanwhile waits for the same fetch.
    async fn fetch(&mut self, fetch: &impl AsyncFn() -> Result<KeySet, FetchError>) -> Result<KeySet, FetchError> {
        self.schedule.begin(self.began.elapsed());
        let mut flight = pin!(timeout(PATIENCE, fetch()));
        loop {
            tokio::select! {
                fetched = &mut flight => return fetched.unwrap_or(Err(FetchError::Deadline(PATIENCE))),
                Some(ask) = self.asked.recv() => self.wait_or_refuse(ask),
                () = until(self.began, self.schedule.end_of_trust()) => self.end_trust(),
            }
        }
    }

    /// Lets time pass until the next fetch is due or asked for.
    async fn rest(&mut self) {
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = until(self.began, Some(self.schedule.next_fetch())) => return,
                () = until(self.began, self.schedule.end_of_trust()) => self.end_trust(),
                _ = tick.tick() => {
                    self.tell_age();
                    let now = self.clock.now();
                    if self.schedule.end_of_trust().is_some() && !self.store.is_ready(now) {
                        self.end_trust();
                    }
                    if self.has_overslept(now) {
                        return;
                    }
                }
                Some(ask) = self.asked.recv() => {
                    if self.schedule.may_refetch(self.began.elapsed()) {
                        self.waiting.push(ask);
                        return;
                    }
                    let _ = ask.send(self.store.without_fetch());
                }
            }
        }
    }

    fn wait_or_refuse(&mut self, ask: oneshot::Sender<Refetch>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push(ask);
        } else {
            let _ = ask.send(self.store.without_fetch());
        }
    }

    /// Puts what was fetched in its place.
    fn take(&mut self, fetched: Result<KeySet, FetchError>, began_at: DateTime<Utc>, chance: f64) -> Refetch {
        let now = self.began.elapsed();
        observe::count_fetch(fetched.is_ok());
        let answer = match fetched {
            Ok(keys) => {
                self.mention(keys.passed_over(), now);
                self.store.hold(keys, later(began_at, self.schedule.trust()));
                self.fetched_at = Some(began_at);
                if let failures @ 1.. = self.schedule.failures() {
                    tracing::info!(failures, "the signing keys can be fetched again");
                }
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
        };
        self.tell_age();
        answer
    }

    fn tell_age(&self) {
        if let Some(age) = self.schedule.age(self.began.elapsed()) {
            observe::tell_age(age);
        }
    }

    /// Tells whether the keys are overdue by the time of day though not by the time that has passed for this process: the machine
    /// slept, or its clock was put right.
    fn has_overslept(&self, now: DateTime<Utc>) -> bool {
        let overdue = |fetched_at| later(fetched_at, self.schedule.freshness()) <= now;
        self.schedule.failures() == 0 && self.fetched_at.is_some_and(overdue)
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

/// The time of day so much later, or the last there is.
fn later(moment: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|by| moment.checked_add_signed(by)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
