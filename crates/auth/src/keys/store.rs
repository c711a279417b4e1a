//! The keys that tokens are checked with right now.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::KeySet;

/// Holds the current keys of one issuer; they are replaced all at once, without anybody waiting.
#[derive(Debug, Default)]
pub struct KeyStore(ArcSwapOption<KeySet>);

impl KeyStore {
    /// A store that holds no keys yet.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Puts these keys in the place of all former ones: what is not among them is of no use from now on.
    pub fn replace(&self, keys: KeySet) {
        let keys = Arc::new(keys);
        let former = self.0.swap(Some(Arc::clone(&keys)));
        if former.is_none_or(|former| !former.has_the_keys_of(&keys)) {
            tracing::info!(keys = ?keys, "the signing keys changed");
        }
    }

    /// Tells whether there are keys to check a token with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.load().is_some()
    }

    /// Answers the keys as they are now, or `None` while there are none.
    pub(crate) fn current(&self) -> Option<Arc<KeySet>> {
        self.0.load_full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_jwk, a_key_set};

    #[test]
    fn a_store_is_ready_once_it_holds_keys() {
        let store = KeyStore::empty();
        assert!(!store.is_ready());
        assert!(store.current().is_none());
        store.replace(a_key_set(&[a_jwk("one")]));
        assert!(store.is_ready());
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
}
