//! A keeper over time that passes only as fast as the tests let it, and an issuer that does as they say.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use proptest::prelude::*;
use tokio::{
    task::LocalSet,
    time::{Instant, sleep, timeout},
};

use super::{Freshness, KeyKeeper, KeySet, KeyStore, Refetch, store::MAX_WAITING};
use crate::{
    FetchError,
    testing::{Signer, a_jwk, a_key_set},
};

/// How long a fetch may take, as the fetcher over HTTP has it.
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
    /// Answers nothing, so that the fetch ends at its deadline.
    Hangs,
}

/// One fetch, as the issuer saw it.
struct Attempt {
    began: Instant,
    /// When it was over, and what it brought.
    outcome: Option<(Instant, Option<KeySet>)>,
}

/// An issuer, and what it has been asked so far.
struct Issuer {
    mood: RefCell<Mood>,
    /// Since when it has been in that mood.
    since: Cell<Instant>,
    attempts: RefCell<Vec<Attempt>>,
}

impl Mood {
    /// The keys that the issuer would give, if any.
    fn keys(&self) -> Option<KeySet> {
        match self {
            Self::Publishes(names) => Some(a_key_set(&names.iter().map(|name| a_jwk(name)).collect::<Vec<_>>())),
            Self::Replaced(name) => Some(a_key_set(&[Signer::stranger().jwk(name)])),
            Self::Fails | Self::Hangs => None,
        }
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
        let number = self.times_asked();
        self.attempts.borrow_mut().push(Attempt { began: Instant::now(), outcome: None });
        let mood = self.mood.borrow().clone();
        sleep(if matches!(mood, Mood::Hangs) { DEADLINE } else { ROUND_TRIP }).await;
        let keys = mood.keys();
        self.attempts.borrow_mut()[number].outcome = Some((Instant::now(), keys.clone()));
        keys.ok_or(FetchError::Deadline(DEADLINE))
    }
}

/// Runs a test beside a keeper whose times vary by that chance, and an issuer in that mood.
fn beside_a_keeper<F: Future<Output = ()> + 'static>(
    mood: Mood,
    chance: f64,
    test: impl FnOnce(Arc<KeyStore>, Rc<Issuer>) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(LocalSet::new().run_until(async move {
        let (keeper, store) = KeyKeeper::new(Freshness::default());
        let since = Cell::new(Instant::now());
        let issuer = Rc::new(Issuer { mood: RefCell::new(mood), since, attempts: RefCell::default() });
        let asked = Rc::clone(&issuer);
        let keeping =
            tokio::task::spawn_local(async move { keeper.keep(async || asked.answer().await, || chance).await });
        test(store, issuer).await;
        assert!(!keeping.is_finished());
    }));
}

async fn seconds(seconds: f64) {
    sleep(Duration::from_secs_f64(seconds)).await;
}

fn knows(store: &KeyStore, kid: &str) -> bool {
    store.current().is_some_and(|keys| keys.find(kid).is_some())
}

#[test]
fn keys_are_fetched_at_once_and_then_before_they_are_no_longer_fresh() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 1.0, async |store, issuer| {
        seconds(1.0).await;
        assert!(knows(&store, "one"));
        issuer.becomes(Mood::Publishes(vec!["two"]));
        seconds(295.0).await;
        assert!(knows(&store, "one"));
        seconds(4.0).await;
        assert!(knows(&store, "two") && !knows(&store, "one"));
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn a_key_with_other_material_is_another_key() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        let former = store.current().unwrap().find("one").unwrap().id().clone();
        issuer.becomes(Mood::Replaced("one"));
        seconds(300.0).await;
        assert!(knows(&store, "one") && !store.current().unwrap().holds(&former));
    });
}

#[test]
fn keys_serve_an_hour_without_their_issuer() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        issuer.becomes(Mood::Fails);
        seconds(3598.0).await;
        assert!(knows(&store, "one"));
        seconds(2.0).await;
        assert!(!store.is_ready());
        issuer.becomes(Mood::Publishes(vec!["one"]));
        seconds(31.0).await;
        assert!(knows(&store, "one"), "they come back without a restart");
    });
}

#[test]
fn trust_ends_in_the_middle_of_a_fetch_too() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        issuer.becomes(Mood::Hangs);
        seconds(3599.5).await;
        assert!(!store.is_ready());
    });
}

#[test]
fn without_any_key_the_issuer_is_asked_after_1_2_4_and_so_on_up_to_30_seconds() {
    beside_a_keeper(Mood::Fails, 0.5, async |store, issuer| {
        seconds(95.0).await;
        let attempts = issuer.attempts.borrow();
        let pauses: Vec<u64> = attempts.windows(2).map(|pair| (pair[1].began - pair[0].began).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        assert!(!store.is_ready());
    });
}

#[test]
fn an_unknown_name_is_asked_for_once_in_half_a_minute() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(29.0).await;
        assert_eq!(store.refetch().await, Refetch::Refused);
        issuer.becomes(Mood::Publishes(vec!["two"]));
        seconds(1.1).await;
        assert_eq!(store.refetch().await, Refetch::Done);
        assert!(knows(&store, "two"));
        assert_eq!(store.refetch().await, Refetch::Refused);
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn whoever_asks_during_a_fetch_waits_for_that_one() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(60.0).await;
        let answers = join_all((0..12).map(|_| store.refetch())).await;
        assert_eq!(answers, [Refetch::Done; 12]);
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn at_most_64_wait() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(60.0).await;
        issuer.becomes(Mood::Hangs);
        let first = store.refetch();
        let others = async {
            seconds(0.1).await;
            join_all((0..500).map(|_| store.refetch())).await
        };
        let (first, others) = tokio::join!(first, others);
        assert_eq!(first, Refetch::Failed);
        let failed = others.iter().filter(|answer| **answer == Refetch::Failed).count();
        assert_eq!((failed, others.len() - failed), (MAX_WAITING - 1, 500 - MAX_WAITING + 1));
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn whoever_waits_has_an_answer_by_the_deadline_of_the_fetch() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(60.0).await;
        issuer.becomes(Mood::Hangs);
        assert_eq!(timeout(DEADLINE + ROUND_TRIP, store.refetch()).await, Ok(Refetch::Failed));
        assert!(knows(&store, "one"), "a failure leaves the keys as they are");
    });
}

/// What may happen to a service and its issuer.
#[derive(Clone, Debug)]
enum Event {
    Becomes(Mood),
    Passes(f64),
    TokensOfAnUnknownKey(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let mood = prop_oneof![
        prop::sample::subsequence(vec!["one", "two", "three"], 1..=3).prop_map(Mood::Publishes),
        Just(Mood::Replaced("one")),
        Just(Mood::Fails),
        Just(Mood::Hangs),
    ];
    prop_oneof![
        mood.prop_map(Event::Becomes),
        prop_oneof![0.0..40.0, 0.0..400.0, 0.0..4000.0].prop_map(Event::Passes),
        (1_usize..100).prop_map(Event::TokensOfAnUnknownKey),
    ]
}

/// Lets events happen to a keeper, and checks after each what must always hold.
async fn holds_through(events: Vec<Event>, store: Arc<KeyStore>, issuer: Rc<Issuer>) {
    for event in events {
        match event {
            Event::Becomes(mood) => issuer.becomes(mood),
            Event::Passes(time) => seconds(time).await,
            Event::TokensOfAnUnknownKey(count) => check_refetch(count, &store, &issuer).await,
        }
        // Whatever is due at this very moment happens first.
        seconds(0.001).await;
        check_attempts(&issuer.attempts.borrow());
        check_keys(&store, &issuer);
    }
}

/// Many tokens of an unknown key cause one fetch at most, none soon after another, and are answered in time.
async fn check_refetch(count: usize, store: &KeyStore, issuer: &Issuer) {
    let (began, before) = (Instant::now(), issuer.times_asked());
    let too_soon = issuer
        .attempts
        .borrow()
        .last()
        .is_some_and(|last| last.outcome.is_some() && began - last.began < Duration::from_secs(30));
    let answers = join_all((0..count).map(|_| store.refetch())).await;
    let waited = answers.iter().filter(|answer| **answer != Refetch::Refused).count();
    assert!(began.elapsed() <= DEADLINE + ROUND_TRIP, "an answer took {:?}", began.elapsed());
    assert!(issuer.times_asked() <= before + 1, "{count} tokens caused several fetches");
    assert!(waited <= MAX_WAITING, "{waited} waited");
    assert!(!too_soon || (waited == 0 && issuer.times_asked() == before), "asked too soon after the last attempt");
}

/// There is one fetch at a time, the next begins neither at once nor too late.
fn check_attempts(attempts: &[Attempt]) {
    for pair in attempts.windows(2) {
        let (ended, _) = pair[0].outcome.as_ref().expect("a fetch began while another was going on");
        assert!(pair[1].began - *ended >= Duration::from_millis(800), "no pause between two fetches");
    }
    if let Some(Attempt { outcome: Some((ended, brought)), .. }) = attempts.last() {
        let longest = Duration::from_secs(if brought.is_some() { 300 } else { 36 });
        assert!(ended.elapsed() <= longest, "no fetch for {:?}", ended.elapsed());
    }
}

/// The keys are those of the last good fetch, for an hour, and never far behind an issuer that can be reached.
fn check_keys(store: &KeyStore, issuer: &Issuer) {
    let attempts = issuer.attempts.borrow();
    let last_good = attempts.iter().rev().find_map(|attempt| match &attempt.outcome {
        Some((ended, Some(keys))) => Some((ended.elapsed(), keys)),
        _ => None,
    });
    let held = store.current();
    let expected = last_good.filter(|(age, _)| *age < Duration::from_hours(1)).map(|(_, keys)| keys);
    assert_eq!(held.is_some(), expected.is_some(), "{held:?} are held instead of {expected:?}");
    if let (Some(held), Some(expected)) = (&held, expected) {
        assert!(held.has_the_keys_of(expected), "{held:?} are held instead of {expected:?}");
    }
    if let Some(published) = issuer.mood.borrow().keys()
        && issuer.since.get().elapsed() > Duration::from_mins(5) + DEADLINE
    {
        assert!(held.is_some_and(|held| held.has_the_keys_of(&published)), "revoked keys are still held");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_of_keeping_hold_whatever_happens(events in prop::collection::vec(event(), 1..40), chance in 0.0..=1.0) {
        beside_a_keeper(Mood::Publishes(vec!["one"]), chance, |store, issuer| holds_through(events, store, issuer));
    }
}
