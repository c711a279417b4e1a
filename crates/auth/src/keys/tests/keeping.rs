//! When the issuer is asked, and what whoever waits for it is told.

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{DEADLINE, Mood, ROUND_TRIP, beside_a_keeper, current, knows, seconds};
use crate::keys::{Refetch, store::MAX_WAITING};

#[test]
fn keys_are_fetched_at_once_and_then_before_they_are_no_longer_fresh() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 1.0, async |store, issuer| {
        seconds(1.0).await;
        assert!(knows(&store, &issuer, "one"));
        issuer.becomes(Mood::Publishes(vec!["two"]));
        seconds(295.0).await;
        assert!(knows(&store, &issuer, "one"));
        seconds(4.0).await;
        assert!(knows(&store, &issuer, "two") && !knows(&store, &issuer, "one"));
        assert_eq!(issuer.times_asked(), 2);
    });
}

#[test]
fn a_key_with_other_material_is_another_key() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(1.0).await;
        let former = current(&store, &issuer).unwrap().find("one").unwrap().id().clone();
        issuer.becomes(Mood::Replaced("one"));
        seconds(300.0).await;
        assert!(knows(&store, &issuer, "one") && !current(&store, &issuer).unwrap().holds(&former));
    });
}

#[test]
fn without_any_key_the_issuer_is_asked_after_1_2_4_and_so_on_up_to_30_seconds() {
    beside_a_keeper(Mood::Fails, 0.5, async |store, issuer| {
        seconds(95.0).await;
        let attempts = issuer.attempts.borrow();
        let pauses: Vec<u64> = attempts.windows(2).map(|pair| (pair[1].began - pair[0].began).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        assert!(current(&store, &issuer).is_none());
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
        assert!(knows(&store, &issuer, "two"));
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
        assert!(knows(&store, &issuer, "one"), "a failure leaves the keys as they are");
    });
}

#[test]
fn during_an_outage_nobody_can_tell_of_an_unknown_name() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(60.0).await;
        issuer.becomes(Mood::Fails);
        assert_eq!(store.refetch().await, Refetch::Failed);
        let before = issuer.times_asked();
        let answers = join_all((0..500).map(|_| store.refetch())).await;
        assert_eq!((answers, issuer.times_asked()), (vec![Refetch::Failed; 500], before), "without asking again");
        issuer.becomes(Mood::Publishes(vec!["one"]));
        seconds(2.0).await;
        assert_eq!(store.refetch().await, Refetch::Refused, "it has just said that there is none");
    });
}

#[test]
fn a_panic_in_a_fetch_is_a_failed_fetch() {
    beside_a_keeper(Mood::Publishes(vec!["one"]), 0.5, async |store, issuer| {
        seconds(60.0).await;
        issuer.becomes(Mood::Confounds);
        assert_eq!(store.refetch().await, Refetch::Failed);
        assert!(knows(&store, &issuer, "one"), "it leaves the keys as they are");
        seconds(20.0).await;
        assert!((4..10).contains(&issuer.times_asked()), "{} times, with pauses", issuer.times_asked());
        issuer.becomes(Mood::Publishes(vec!["two"]));
        seconds(32.0).await;
        assert!(knows(&store, &issuer, "two"));
    });
}
