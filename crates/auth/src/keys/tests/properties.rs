//! What holds whatever happens to a service and its issuer.

use std::{rc::Rc, sync::Arc, time::Duration};

use futures_util::future::join_all;
use proptest::prelude::*;
use tokio::time::Instant;

use super::{Attempt, DEADLINE, Issuer, Mood, ROUND_TRIP, beside_a_keeper, current, seconds};
use crate::keys::{KeyStore, Refetch, store::MAX_WAITING};

/// The least time between an attempt and one that an unknown name causes.
const INTERVAL: Duration = Duration::from_secs(30);

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

/// Many tokens of an unknown key cause one fetch, unless the last attempt failed or was too soon before; all are answered in time.
async fn check_refetch(count: usize, store: &KeyStore, issuer: &Issuer) {
    let (began, before) = (Instant::now(), issuer.times_asked());
    // A fetch that is due or goes on is the one to wait for; it is not known beforehand what comes of it.
    let rested = issuer.attempts.borrow().last().and_then(|last| {
        let (_, brought) = last.outcome.as_ref()?;
        let is_due = began - last.began > Duration::from_mins(4);
        (!is_due).then_some((began - last.began >= INTERVAL, brought.is_some()))
    });
    let answers = join_all((0..count).map(|_| store.refetch())).await;
    let (caused, waited) = (issuer.times_asked() - before, began.elapsed());
    let told = |answer| answers.iter().filter(|told| **told == answer).count();
    assert!(waited <= DEADLINE + ROUND_TRIP, "an answer took {waited:?}");
    assert!(caused <= 1, "{count} tokens caused {caused} fetches");
    assert!(told(Refetch::Done) <= MAX_WAITING, "{} waited", told(Refetch::Done));
    match rested {
        Some((true, true)) => assert_eq!(caused, 1, "nobody asked the issuer, who answered last time"),
        Some((false, true)) => assert_eq!((caused, told(Refetch::Refused)), (0, count), "asked too soon"),
        // Where the pause was over in this very moment, what is said of pauses holds for it too.
        Some((_, false)) => assert!(caused == 1 || told(Refetch::Failed) == count, "told of an outage: {answers:?}"),
        None => {}
    }
}

/// There is one fetch at a time. After failures the pauses double, and good keys are fetched anew in time.
fn check_attempts(attempts: &[Attempt]) {
    let mut failures = 0;
    for (number, attempt) in attempts.iter().enumerate() {
        let next = attempts.get(number + 1);
        let Some((ended, brought)) = &attempt.outcome else {
            assert!(next.is_none(), "a fetch began while another was going on");
            return;
        };
        let pause = next.map_or(ended.elapsed(), |next| next.began - *ended).as_secs_f64();
        if brought.is_some() {
            failures = 0;
            assert!(pause <= 300.0, "no fetch for {pause} s");
            assert!(next.is_none() || pause >= 29.0, "a fetch {pause} s after a good one");
        } else {
            let expected = f64::min(30.0, f64::from(1 << failures.min(5)));
            failures += 1;
            assert!(pause <= expected * 1.2 + 0.01, "no fetch for {pause} s after failure {failures}");
            assert!(next.is_none() || pause >= expected * 0.8 - 0.01, "a fetch {pause} s after failure {failures}");
        }
    }
}

/// The keys are those of the last good fetch, for an hour, and never far behind an issuer that can be reached.
fn check_keys(store: &KeyStore, issuer: &Issuer) {
    let attempts = issuer.attempts.borrow();
    let last_good = attempts.iter().rev().find_map(|attempt| match &attempt.outcome {
        Some((_, Some(keys))) => Some((attempt.began.elapsed(), keys)),
        _ => None,
    });
    let held = current(store, issuer);
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
