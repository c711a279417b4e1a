//! Tokens of keys that are asked for.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use ensemble_domain::MockClock;
use serde_json::json;
use tokio::{task::LocalSet, time::sleep};

use crate::{
    FetchError, Freshness, Identity, KeyKeeper, Reason, Refusal, Verifier,
    testing::{Counts, a_jwk, a_key_set, a_token, a_verifier, ask, now, rules},
};

/// What the issuer publishes under these names, or `None` when it cannot be reached.
type Published = Rc<RefCell<Option<Vec<&'static str>>>>;

/// A verifier beside a keeper that has fetched the key `key`, and may be asked again.
async fn a_verifier_beside_a_keeper() -> (Verifier, Published) {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    let (keeper, store) = KeyKeeper::new(Freshness::default(), Arc::new(clock));
    let published: Published = Rc::new(RefCell::new(Some(vec!["key"])));
    let asked = Rc::clone(&published);
    tokio::task::spawn_local(keeper.keep(
        async move || match &*asked.borrow() {
            Some(names) => Ok(a_key_set(&names.iter().map(|name| a_jwk(name)).collect::<Vec<_>>())),
            None => Err(FetchError::TooLong(0)),
        },
        || 0.5,
    ));
    sleep(Freshness::default().min_refetch * 2).await;
    (Verifier::new(rules(), store), published)
}

async fn verify(verifier: &Verifier, kid: &str) -> Result<Identity, Refusal> {
    let token = a_token().header("kid", json!(kid)).signed();
    verifier.verify([format!("Bearer {token}").as_bytes()], now()).await
}

#[tokio::test(start_paused = true)]
async fn a_token_of_an_unknown_key_is_judged_by_what_the_issuer_then_says() {
    LocalSet::new()
        .run_until(async {
            let unknown = Err(Refusal::InvalidToken(Reason::UnknownKid));
            let (verifier, published) = a_verifier_beside_a_keeper().await;
            published.replace(Some(vec!["key", "new"]));
            assert!(verify(&verifier, "new").await.is_ok(), "the issuer was asked, and has it");
            assert_eq!(verify(&verifier, "newer").await, unknown, "the issuer was asked a moment ago");

            sleep(Freshness::default().min_refetch).await;
            assert_eq!(verify(&verifier, "newer").await, unknown, "the issuer was asked, and has it not");

            sleep(Freshness::default().min_refetch).await;
            published.replace(None);
            for number in 0..3 {
                assert_eq!(verify(&verifier, "newer").await, Err(Refusal::KeysUnavailable), "{number}");
                assert!(verify(&verifier, "new").await.is_ok(), "{number}");
            }
        })
        .await;
}

#[test]
fn each_refusal_is_counted_under_its_reason() {
    let counts = Counts::default();
    let verifier = a_verifier(rules(), &[a_jwk("key")]);
    let without_keys = Verifier::new(rules(), Arc::default());
    metrics::with_local_recorder(&counts, || {
        assert!(ask(&verifier, &a_token().signed(), now()).is_ok());
        assert!(ask(&verifier, "a b", now()).is_err());
        assert!(ask(&verifier, "a.b.c", now()).is_err());
        for _ in 0..2 {
            assert!(ask(&verifier, &a_token().claim("exp", json!(1)).signed(), now()).is_err());
        }
        assert!(ask(&without_keys, &a_token().signed(), now()).is_err());
    });
    for (reason, times) in
        [("invalid_request", 1), ("shape", 1), ("expired", 2), ("keys_unavailable", 1), ("unauthenticated", 0)]
    {
        assert_eq!(counts.count("auth_reject_total", "reason", reason), times, "{reason}");
    }
}
