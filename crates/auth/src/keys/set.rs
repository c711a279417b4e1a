//! A set of public keys, as an issuer publishes it (RFC 7517, section 5).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::Key;

/// The most entries that are looked at.
const MAX_ENTRIES: usize = 100;
/// The most keys that are kept.
const MAX_KEYS: usize = 32;

/// The usable keys of an issuer: at least one, each with a name of its own.
#[derive(Clone)]
pub struct KeySet(Vec<Key>);

/// What came is not a set with a usable key.
#[derive(Debug, Error)]
pub enum BadKeySet {
    /// It is not a JSON object with a list of `keys`.
    #[error("the key set is not a JSON object with a list of keys")]
    Malformed(#[source] serde_json::Error),
    /// None of its keys can be used.
    #[error("the key set has no usable key")]
    NoUsableKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads the first 100 entries of a key set, each for itself, and keeps the first 32 that can verify a token. An entry that
    /// cannot is passed over. A name that two usable keys bear says nothing, so neither is kept.
    ///
    /// # Errors
    ///
    /// [`BadKeySet`] when it is no key set or no key remains.
    pub fn parse(json: &[u8]) -> Result<Self, BadKeySet> {
        let document: Document = serde_json::from_slice(json).map_err(BadKeySet::Malformed)?;
        let usable: Vec<Key> = document.keys.iter().take(MAX_ENTRIES).filter_map(read).collect();
        let keys: Vec<Key> =
            usable.iter().filter(|key| bears_its_name_alone(key, &usable)).take(MAX_KEYS).cloned().collect();
        if keys.is_empty() { Err(BadKeySet::NoUsableKey) } else { Ok(Self(keys)) }
    }

    /// Tells whether both sets hold the same keys: the same material under the same names.
    pub(crate) fn has_the_keys_of(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|key| other.find(key.kid()).is_some_and(|same| same == key))
    }

    /// Answers the key of exactly that name.
    pub(crate) fn find(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid() == kid)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

fn read(entry: &Value) -> Option<Key> {
    Key::from_jwk(entry)
        .inspect_err(|fault| tracing::debug!(%fault, "passed over a published key that cannot verify tokens"))
        .ok()
}

fn bears_its_name_alone(key: &Key, keys: &[Key]) -> bool {
    let alone = keys.iter().filter(|other| other.kid() == key.kid()).count() == 1;
    if !alone {
        tracing::warn!(key.kid = ?key.kid(), "dropped published keys that share one name");
    }
    alone
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{a_jwk, a_key_set};

    fn names(entries: impl IntoIterator<Item = Value>) -> Vec<String> {
        let entries: Vec<Value> = entries.into_iter().collect();
        match KeySet::parse(json!({ "keys": entries }).to_string().as_bytes()) {
            Ok(set) => set.0.iter().map(|key| key.kid().to_owned()).collect(),
            Err(BadKeySet::NoUsableKey) => vec![],
            Err(BadKeySet::Malformed(fault)) => panic!("{fault}"),
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_does_not_spoil_the_others() {
        for bad in
            [json!(null), json!(7), json!([]), json!({}), json!({ "kty": "RSA", "kid": 5 }), json!({ "kty": null })]
        {
            assert_eq!(names([bad.clone(), a_jwk("good"), bad.clone()]), ["good"], "{bad}");
        }
    }

    #[test]
    fn a_name_that_two_keys_bear_names_neither() {
        assert_eq!(names([a_jwk("twice"), a_jwk("once"), a_jwk("twice")]), ["once"]);
        assert_eq!(names([a_jwk("same"), a_jwk("same"), a_jwk("same")]), Vec::<String>::new());
        assert_eq!(names([a_jwk("Case"), a_jwk("case")]), ["Case", "case"]);
    }

    #[test]
    fn a_key_that_cannot_be_used_takes_no_name_from_one_that_can() {
        let mut for_encryption = a_jwk("shared");
        for_encryption["use"] = json!("enc");
        assert_eq!(names([for_encryption, a_jwk("shared")]), ["shared"]);
    }

    #[test]
    fn sets_are_told_apart_by_name_and_material() {
        let mut other_material = a_jwk("one");
        other_material["e"] = json!("Aw");
        let one = a_key_set(&[a_jwk("one"), a_jwk("two")]);
        assert!(one.has_the_keys_of(&a_key_set(&[a_jwk("two"), a_jwk("one")])));
        for other in [vec![a_jwk("one")], vec![a_jwk("one"), a_jwk("three")], vec![other_material, a_jwk("two")]] {
            assert!(!one.has_the_keys_of(&a_key_set(&other)), "{other:?}");
            assert!(!a_key_set(&other).has_the_keys_of(&one), "{other:?}");
        }
    }

    #[test]
    fn at_most_32_keys_are_kept() {
        let many = (0..33).map(|number| a_jwk(&number.to_string()));
        let kept = names(many);
        assert_eq!(kept.len(), 32);
        assert_eq!(kept.last().unwrap(), "31");
    }

    #[test]
    fn at_most_100_entries_are_looked_at() {
        let padding = |entries: usize| (0..entries).map(|_| json!(null));
        assert_eq!(names(padding(99).chain([a_jwk("hundredth")])), ["hundredth"]);
        assert_eq!(names(padding(100).chain([a_jwk("beyond")])), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_key_set_is_refused() {
        let wrong = [
            "",
            "null",
            "[]",
            "{}",
            "{\"keys\":null}",
            "{\"keys\":{}}",
            "{\"keys\":[]",
            "{\"keys\":[]}x",
            "{\"keys\":[],\"keys\":[]}",
        ];
        for json in wrong {
            assert!(matches!(KeySet::parse(json.as_bytes()), Err(BadKeySet::Malformed(_))), "{json}");
        }
        assert!(matches!(KeySet::parse(b"{\"keys\":[]}"), Err(BadKeySet::NoUsableKey)));
        assert!(matches!(KeySet::parse(b"{\"keys\":[null]}"), Err(BadKeySet::NoUsableKey)));
    }
}
