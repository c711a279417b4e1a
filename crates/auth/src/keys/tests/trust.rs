//! How long keys are trusted, and what the metrics tell of them.

use std::{rc::Rc, sync::Arc, time::Duration};

use ensemble_domain::Clock;

use super::{Mood, a_stage, beside_a_keeper, current, in_own_time, keep, knows, seconds};
use crate::{
    Freshness, Refusal, Verifier,
    testing::{Counts, ISSUED, a_token, ask, rules},
};

#[test]
fn keys_serve_an_hour_without_their_issuer() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        issuer.becomes(Mood::Fails);
        seconds(3598.0).await;
        assert!(knows(&store, &issuer, "one"));
        seconds(2.0).await;
        assert!(current(&store, &issuer).is_none());
        issuer.becomes(Mood::Publishes(vec!["one"]));
        seconds(31.0).await;
        assert!(knows(&store, &issuer, "one"), "they come back without a restart");
    });
}

#[test]
fn trust_ends_in_the_middle_of_a_fetch_too() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        issuer.becomes(Mood::Hangs);
        seconds(3599.5).await;
        assert!(current(&store, &issuer).is_none());
    });
}

#[test]
fn keys_lose_their_trust_though_nobody_keeps_them() {
    in_own_time(async {
        let (keeper, store, issuer) = a_stage(Mood::Publishes(vec!["key"]), Freshness::default());
        let keeping = tokio::task::spawn_local(keep(keeper, Rc::clone(&issuer), 0.5));
        let verifier = Verifier::new(rules(), Arc::clone(&store));
        let token = a_token().claim("exp", (ISSUED + 90_000).into()).signed();
        seconds(1.0).await;
        keeping.abort();

        seconds(3590.0).await;
        assert!(ask(&verifier, &token, issuer.clock.now()).is_ok() && verifier.is_ready(issuer.clock.now()));
        seconds(8.9).await;
        assert!(ask(&verifier, &token, issuer.clock.now()).is_ok(), "now it is remembered");
        seconds(0.1).await;
        assert_eq!(ask(&verifier, &token, issuer.clock.now()), Err(Refusal::KeysUnavailable));
        assert!(!verifier.is_ready(issuer.clock.now()));
    });
}

#[test]
fn keys_are_fetched_anew_once_a_machine_that_slept_wakes() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        issuer.becomes(Mood::Publishes(vec!["two"]));
        issuer.clock.put_forward(Duration::from_mins(4));
        seconds(30.0).await;
        assert!(knows(&store, &issuer, "one"), "they are fresh");
        issuer.clock.put_forward(Duration::from_hours(2));
        assert!(current(&store, &issuer).is_none());
        seconds(11.0).await;
        assert!(knows(&store, &issuer, "two"));
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn the_metrics_tell_of_fetches_and_keys() {
    let counts = Rc::new(Counts::default());
    let told = Rc::clone(&counts);
    metrics::with_local_recorder(&*counts, || {
        beside_a_keeper(Mood::Publishes(vec!["one", "two"]), 0.5, async move |_store, issuer| {
            let fetches = || ["success", "failure"].map(|result| told.count("jwks_fetch_total", "result", result));
            let age = || told.gauge("jwks_age_seconds").unwrap();
            seconds(1.0).await;
            assert_eq!((fetches(), told.gauge("jwks_keys")), ([1, 0], Some(2.0)));
            assert!((0.0..1.0).contains(&age()), "{}", age());
            seconds(100.0).await;
            assert!((90.0..=101.0).contains(&age()), "{}", age());

            issuer.becomes(Mood::Fails);
            seconds(170.0).await;
            assert_eq!((fetches(), told.gauge("jwks_keys")), ([1, 1], Some(2.0)));
            seconds(3330.0).await;
            assert_eq!(told.gauge("jwks_keys"), Some(0.0), "they are no longer trusted");
            assert!((3590.0..=3601.0).contains(&age()), "{}", age());

            issuer.becomes(Mood::Publishes(vec!["one"]));
            seconds(40.0).await;
            assert_eq!((fetches()[0], told.gauge("jwks_keys")), (2, Some(1.0)));
            assert!(age() < 40.0, "{}", age());
        });
    });
}
