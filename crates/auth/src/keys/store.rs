//! The keys that tokens are checked with right now.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::{mpsc, oneshot};

use super::KeySet;

/// The most requests that wait for one fetch.
pub const MAX_WAITING: usize = 64;

/// Holds the current keys of one issuer; they are replaced all at once, without anybody waiting.
#[derive(Debug, Default)]
pub struct KeyStore {
    current: ArcSwapOption<KeySet>,
    keeper: Option<mpsc::Sender<oneshot::Sender<Refetch>>>,
}

/// The requests for a fetch, as the keeper of the keys receives them.
pub type Asked = mpsc::Receiver<oneshot::Sender<Refetch>>;

/// What came of asking for keys that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refetch {
    /// The keys are those of this moment.
    Done,
    /// The issuer was asked and gave no keys.
    Failed,
    /// The issuer is not asked so soon again, or by so many at once, or never.
    Refused,
}

impl KeyStore {
    /// A store that holds no keys yet, and only ever those that it is given.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A store that holds no keys yet, and can ask for others than it holds.
    pub(crate) fn kept() -> (Self, Asked) {
        let (keeper, asked) = mpsc::channel(MAX_WAITING);
        (Self { keeper: Some(keeper), ..Self::default() }, asked)
    }

    /// Puts these keys in the place of all former ones: what is not among them is of no use from now on.
    pub fn replace(&self, keys: KeySet) {
        metrics::gauge!("jwks_keys").set(f64::from(u32::try_from(keys.len()).unwrap_or(u32::MAX)));
        let keys = Arc::new(keys);
        let former = self.current.swap(Some(Arc::clone(&keys)));
        if former.is_none_or(|former| !former.has_the_keys_of(&keys)) {
            tracing::info!(keys = ?keys, "the signing keys changed");
        }
    }

    /// Drops all keys: they have served their time.
    pub(crate) fn clear(&self) {
        metrics::gauge!("jwks_keys").set(0.0);
        self.current.store(None);
    }

    /// Tells whether there are keys to check a token with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.current.load().is_some()
    }

    /// Answers the keys as they are now, or `None` while there are none.
    pub(crate) fn current(&self) -> Option<Arc<KeySet>> {
        self.current.load_full()
    }

    /// Asks the issuer for keys that are not here, as often as that is allowed, and waits for its answer.
    pub(crate) async fn refetch(&self) -> Refetch {
        let Some(keeper) = &self.keeper else { return Refetch::Refused };
        let (ask, answer) = oneshot::channel();
        match keeper.try_send(ask) {
            Ok(()) => answer.await.unwrap_or(Refetch::Refused),
            Err(_) => Refetch::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_jwk, a_key_set};

    #[test]
    fn a_store_is_ready_while_it_holds_keys() {
        let store = KeyStore::empty();
        assert!(!store.is_ready());
        assert!(store.current().is_none());
        store.replace(a_key_set(&[a_jwk("one")]));
        assert!(store.is_ready());
        store.clear();
        assert!(!store.is_ready());
    }

    #[test]
    fn new_keys_take_the_place_of_all_former_ones() {
        let store = KeyStore::empty();
        store.replace(a_key_set(&[a_jwk("one"), a_jwk("two")]));
        store.replace(a_key_set(&[a_jwk("two"), a_jwk("three")]));
        let keys = store.current().unwrap();
        assert!(keys.find("one").is_none());
        assert!(keys.find("two").is_some());
        assert!(keys.find("three").is_some());
    }

    #[tokio::test]
    async fn a_store_without_a_keeper_asks_nobody() {
        assert_eq!(KeyStore::empty().refetch().await, Refetch::Refused);
    }

    #[tokio::test]
    async fn a_store_whose_keeper_is_gone_asks_nobody() {
        let (store, asked) = KeyStore::kept();
        drop(asked);
        assert_eq!(store.refetch().await, Refetch::Refused);
    }
}
