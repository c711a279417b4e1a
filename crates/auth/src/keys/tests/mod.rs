//! A keeper over time that passes only as fast as the tests let it, and an issuer that does as they say.

mod keeping;
mod properties;
mod trust;

use std::{
    cell::{Cell, RefCell},
    future::pending,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::Clock;
use tokio::{
    task::LocalSet,
    time::{Instant, sleep},
};

use super::{Freshness, KeyKeeper, KeySet, KeyStore};
use crate::{
    FetchError,
    testing::{self, Signer, a_jwk, a_key_set},
};

/// How long a fetch may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// How long a good fetch takes.
const ROUND_TRIP: Duration = Duration::from_millis(10);

/// What the issuer does when it is asked.
#[derive(Clone, Debug)]
enum Mood {
    /// Gives these keys.
    Publishes(Vec<&'static str>),
    /// Gives a key of that name with other material.
    Replaced(&'static str),
    Fails,
    /// Answers nothing, for ever.
    Hangs,
    /// Gives what nobody can read without a panic.
    Confounds,
}

/// One fetch, as the issuer saw it.
struct Attempt {
    began: Instant,
    /// When it was over, and what it brought.
    outcome: Option<(Instant, Option<KeySet>)>,
}

/// The time of day: that of the tests, and as much later as has passed since.
struct TimeOfDay {
    began: Instant,
    /// By how many seconds the clock was put forward.
    ahead: AtomicI64,
}

/// An issuer, and what it has been asked so far.
struct Issuer {
    mood: RefCell<Mood>,
    /// Since when it has been in that mood.
    since: Cell<Instant>,
    attempts: RefCell<Vec<Attempt>>,
    clock: Arc<TimeOfDay>,
}

/// Notes the end of an attempt, also of one that is given up.
struct Flight<'a> {
    issuer: &'a Issuer,
    number: usize,
}

impl Mood {
    /// The keys that the issuer would give, if any.
    fn keys(&self) -> Option<KeySet> {
        match self {
            Self::Publishes(names) => Some(a_key_set(&names.iter().map(|name| a_jwk(name)).collect::<Vec<_>>())),
            Self::Replaced(name) => Some(a_key_set(&[Signer::stranger().jwk(name)])),
            Self::Fails | Self::Hangs | Self::Confounds => None,
        }
    }
}

impl Clock for TimeOfDay {
    fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.began.elapsed()).unwrap();
        testing::now() + passed + TimeDelta::seconds(self.ahead.load(Ordering::Relaxed))
    }
}

impl TimeOfDay {
    fn put_forward(&self, by: Duration) {
        self.ahead.fetch_add(by.as_secs().try_into().unwrap(), Ordering::Relaxed);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.issuer.attempts.borrow_mut()[self.number].outcome.get_or_insert((Instant::now(), None));
    }
}

impl Issuer {
    fn becomes(&self, mood: Mood) {
        *self.mood.borrow_mut() = mood;
        self.since.set(Instant::now());
    }

    fn times_asked(&self) -> usize {
        self.attempts.borrow().len()
    }

    async fn answer(&self) -> Result<KeySet, FetchError> {
        let flight = Flight { issuer: self, number: self.times_asked() };
        self.attempts.borrow_mut().push(Attempt { began: Instant::now(), outcome: None });
        let mood = self.mood.borrow().clone();
        if matches!(mood, Mood::Hangs) {
            pending::<()>().await;
        }
        sleep(ROUND_TRIP).await;
        assert!(!matches!(mood, Mood::Confounds), "as it is meant to");
        let keys = mood.keys();
        self.attempts.borrow_mut()[flight.number].outcome = Some((Instant::now(), keys.clone()));
        keys.ok_or(FetchError::Deadline(DEADLINE))
    }
}

/// A keeper, its store, and an issuer in that mood.
fn a_stage(mood: Mood, freshness: Freshness) -> (KeyKeeper, Arc<KeyStore>, Rc<Issuer>) {
    let clock = Arc::new(TimeOfDay { began: Instant::now(), ahead: AtomicI64::new(0) });
    let time: Arc<dyn Clock> = Arc::<TimeOfDay>::clone(&clock);
    let (keeper, store) = KeyKeeper::new(freshness, time);
    let since = Cell::new(Instant::now());
    let issuer = Issuer { mood: RefCell::new(mood), since, attempts: RefCell::default(), clock };
    (keeper, store, Rc::new(issuer))
}

/// Keeps keys from the issuer, with times that vary by that chance.
async fn keep(keeper: KeyKeeper, issuer: Rc<Issuer>, chance: f64) {
    keeper.keep(async || issuer.answer().await, || chance).await;
}

/// Lets time pass only while everybody waits.
fn in_own_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(LocalSet::new().run_until(test));
}

/// Runs a test beside a keeper whose times vary by that chance, and an issuer in that mood.
fn beside_a_keeper<F: Future<Output = ()> + 'static>(
    mood: Mood,
    chance: f64,
    test: impl FnOnce(Arc<KeyStore>, Rc<Issuer>) -> F,
) {
    in_own_time(async move {
        let (keeper, store, issuer) = a_stage(mood, Freshness::default());
        let keeping = tokio::task::spawn_local(keep(keeper, Rc::clone(&issuer), chance));
        test(store, issuer).await;
        assert!(!keeping.is_finished());
    });
}

async fn seconds(seconds: f64) {
    sleep(Duration::from_secs_f64(seconds)).await;
}

/// The keys that are held and trusted now.
fn current(store: &KeyStore, issuer: &Issuer) -> Option<Arc<KeySet>> {
    store.current(issuer.clock.now())
}

fn knows(store: &KeyStore, issuer: &Issuer, kid: &str) -> bool {
    current(store, issuer).is_some_and(|keys| keys.find(kid).is_some())
}
