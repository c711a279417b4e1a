//! The keys that tokens are checked with right now.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwapOption;
use chrono::{DateTime, Utc};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

use super::KeySet;
use crate::observe;

/// The most requests that wait for one fetch.
pub const MAX_WAITING: usize = 64;

/// Holds the current keys of one issuer; they are replaced all at once, without anybody waiting.
///
/// The end of their trust stands beside the keys, so that they lose it in time whether or not somebody sees to it.
#[derive(Debug, Default)]
pub struct KeyStore {
    current: ArcSwapOption<Held>,
    keeper: Option<mpsc::Sender<oneshot::Sender<Refetch>>>,
    /// Whether the last attempt to fetch keys was in vain.
    failing: AtomicBool,
}

/// Keys, and until when they serve unless others take their place.
#[derive(Debug)]
struct Held {
    keys: Arc<KeySet>,
    trusted_until: DateTime<Utc>,
}

/// The requests for a fetch, as the keeper of the keys receives them.
pub type Asked = mpsc::Receiver<oneshot::Sender<Refetch>>;

/// What came of asking for keys that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refetch {
    /// The keys are those of this moment.
    Done,
    /// The issuer gives no keys, so that nobody can tell whether there is such a key.
    Failed,
    /// The issuer gave its keys a moment ago and is not asked again so soon, or by so many at once, or ever.
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

    /// Puts these keys in the place of all former ones, for good: what is not among them is of no use from now on.
    pub fn replace(&self, keys: KeySet) {
        self.hold(keys, DateTime::<Utc>::MAX_UTC);
    }

    /// Puts these keys in the place of all former ones, until that moment.
    pub(crate) fn hold(&self, keys: KeySet, trusted_until: DateTime<Utc>) {
        observe::tell_keys(keys.len());
        let keys = Arc::new(keys);
        let former = self.current.swap(Some(Arc::new(Held { keys: Arc::clone(&keys), trusted_until })));
        if former.is_none_or(|former| !former.keys.has_the_keys_of(&keys)) {
            tracing::info!(keys = ?keys, "the signing keys changed");
        }
    }

    /// Drops all keys: they have served their time.
    pub(crate) fn clear(&self) {
        observe::tell_keys(0);
        self.current.store(None);
    }

    /// Tells whether there are keys to check a token with.
    #[must_use]
    pub fn is_ready(&self, now: DateTime<Utc>) -> bool {
        self.current(now).is_some()
    }

    /// Answers the keys as they are now, or `None` while there are none that can be trusted.
    pub(crate) fn current(&self, now: DateTime<Utc>) -> Option<Arc<KeySet>> {
        let held = self.current.load();
        held.as_ref().filter(|held| now < held.trusted_until).map(|held| Arc::clone(&held.keys))
    }

    /// Notes whether the last attempt to fetch keys was in vain.
    pub(crate) fn note_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    /// What whoever asks for keys is told without a fetch.
    pub(crate) fn without_fetch(&self) -> Refetch {
        if self.failing.load(Ordering::Relaxed) { Refetch::Failed } else { Refetch::Refused }
    }

    /// Asks the issuer for keys that are not here, as often as that is allowed, and waits for its answer.
    pub(crate) async fn refetch(&self) -> Refetch {
        let Some(keeper) = &self.keeper else { return Refetch::Refused };
        let (ask, answer) = oneshot::channel();
        match keeper.try_send(ask) {
            Ok(()) => answer.await.unwrap_or(Refetch::Failed),
            Err(TrySendError::Full(_)) => self.without_fetch(),
            Err(TrySendError::Closed(_)) => Refetch::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_jwk, a_key_set, seconds_after_issue};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_store_is_ready_while_it_holds_keys() {
        let store = KeyStore::empty();
        assert!(!store.is_ready(NOW));
        assert!(store.current(NOW).is_none());
        store.replace(a_key_set(&[a_jwk("one")]));
        assert!(store.is_ready(NOW));
        store.clear();
        assert!(!store.is_ready(NOW));
    }

    #[test]
    fn keys_serve_until_their_trust_ends() {
        let store = KeyStore::empty();
        store.hold(a_key_set(&[a_jwk("one")]), seconds_after_issue(10.0));
        assert!(store.is_ready(seconds_after_issue(9.9)) && store.current(seconds_after_issue(9.9)).is_some());
        assert!(!store.is_ready(seconds_after_issue(10.0)) && store.current(seconds_after_issue(10.0)).is_none());
        store.hold(a_key_set(&[a_jwk("one")]), seconds_after_issue(20.0));
        assert!(store.is_ready(seconds_after_issue(19.9)));
    }

    #[test]
    fn new_keys_take_the_place_of_all_former_ones() {
        let store = KeyStore::empty();
        store.replace(a_key_set(&[a_jwk("one"), a_jwk("two")]));
        store.replace(a_key_set(&[a_jwk("two"), a_jwk("three")]));
        let keys = store.current(NOW).unwrap();
        assert!(keys.find("one").is_none());
        assert!(keys.find("two").is_some());
        assert!(keys.find("three").is_some());
    }

    #[tokio::test]
    async fn a_store_without_a_keeper_asks_nobody() {
        assert_eq!(KeyStore::empty().refetch().await, Refetch::Refused);
    }

    #[tokio::test]
    async fn a_store_whose_keeper_is_gone_cannot_tell() {
        let (store, asked) = KeyStore::kept();
        drop(asked);
        assert_eq!(store.refetch().await, Refetch::Failed);
    }

    #[tokio::test]
    async fn whoever_asks_in_vain_is_told_whether_the_issuer_answers() {
        let (store, _asked) = KeyStore::kept();
        for _ in 0..MAX_WAITING {
            let _unanswered = store.keeper.as_ref().unwrap().try_send(oneshot::channel().0);
        }
        assert_eq!(store.refetch().await, Refetch::Refused);
        store.note_failing(true);
        assert_eq!(store.refetch().await, Refetch::Failed);
        store.note_failing(false);
        assert_eq!(store.refetch().await, Refetch::Refused);
    }
}
