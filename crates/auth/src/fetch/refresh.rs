//! Keys that stay current.

use std::{error::Error, sync::Arc, time::Duration};

use tokio::time::sleep;

use super::KeyFetcher;
use crate::KeyStore;

/// Fetches the keys into the store now and again `ttl` after each success, for ever. After a failure the keys stay as they are, and
/// the next attempt comes after 1, 2, 4 and so on up to 30 seconds.
pub async fn keep_fresh(store: Arc<KeyStore>, fetcher: KeyFetcher, ttl: Duration) {
    let mut pause = fetcher.limits.first_pause;
    loop {
        match fetcher.fetch().await {
            Ok(keys) => {
                store.replace(keys);
                pause = fetcher.limits.first_pause;
                sleep(ttl).await;
            }
            Err(fault) => {
                tracing::warn!(
                    error = in_full(&fault),
                    retry_in_ms = pause.as_millis(),
                    "could not fetch the signing keys"
                );
                sleep(pause).await;
                pause = pause.saturating_mul(2).min(fetcher.limits.longest_pause);
            }
        }
    }
}

/// The text of an error and of its causes.
fn in_full(fault: &dyn Error) -> String {
    std::iter::successors(fault.source(), |&cause| cause.source())
        .fold(fault.to_string(), |text, cause| format!("{text}: {cause}"))
}
