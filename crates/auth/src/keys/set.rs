//! A set of public keys, as an issuer publishes it (RFC 7517, section 5).

use serde_json::Value;
use thiserror::Error;

use super::{Key, KeyId, Unusable, entries};
use crate::{Algorithm, token::MAX_KID};

/// The most entries that are looked at.
const MAX_ENTRIES: usize = 100;
/// The most keys that are kept.
const MAX_KEYS: usize = 32;

/// The usable keys of an issuer: at least one, each with a name of its own.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    passed_over: Vec<PassedOver>,
}

/// A published key that no token is verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its name, empty where it has none.
    pub kid: String,
    /// Why.
    pub reason: Unusable,
}

/// What came is not a set with a usable key.
#[derive(Debug, Error)]
pub enum BadKeySet {
    /// It is not a JSON object with a list of `keys`.
    #[error("the key set is not a JSON object with a list of keys")]
    Malformed(#[source] serde_json::Error),
    /// None of its keys can be used.
    #[error("the key set has no usable key ({} were passed over)", .0.len())]
    NoUsableKey(Vec<PassedOver>),
}

impl KeySet {
    /// Reads the first 100 entries of a key set, each for itself, and keeps the first 32 that can verify a token of one of these
    /// algorithms. An entry that cannot is passed over. A name that two usable keys bear says nothing, so neither is kept.
    ///
    /// # Errors
    ///
    /// [`BadKeySet`] when it is no key set or no key remains.
    pub fn parse(json: &[u8], accepted: &[Algorithm]) -> Result<Self, BadKeySet> {
        let (mut keys, mut passed_over) = (Vec::new(), Vec::new());
        for entry in entries::read(json, MAX_ENTRIES).map_err(BadKeySet::Malformed)? {
            let key = entry.as_ref().map_or(Err(Unusable::Unreadable), |entry| Key::from_jwk(entry, accepted));
            match key {
                Ok(key) => keys.push(key),
                Err(reason) => passed_over.push(PassedOver { kid: name_of(entry.as_ref()), reason }),
            }
        }
        let (mut keys, namesakes): (Vec<Key>, Vec<Key>) =
            keys.iter().cloned().partition(|key| keys.iter().filter(|other| other.kid() == key.kid()).count() == 1);
        let told = |key: &Key, reason| PassedOver { kid: key.kid().to_owned(), reason };
        passed_over.extend(namesakes.iter().map(|key| told(key, Unusable::SharedName)));
        // One of them stands for all.
        passed_over.extend(keys.get(MAX_KEYS).map(|key| told(key, Unusable::TooMany)));
        keys.truncate(MAX_KEYS);
        if keys.is_empty() { Err(BadKeySet::NoUsableKey(passed_over)) } else { Ok(Self { keys, passed_over }) }
    }

    /// Tells whether both sets hold the same keys: the same material under the same names.
    pub(crate) fn has_the_keys_of(&self, other: &Self) -> bool {
        self.keys.len() == other.keys.len() && self.keys.iter().all(|key| other.holds(key.id()))
    }

    /// Answers the key of exactly that name.
    pub(crate) fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid() == kid)
    }

    /// Tells whether that very key is in the set: the same material for the same algorithm under the same name.
    pub(crate) fn holds(&self, id: &KeyId) -> bool {
        self.keys.iter().any(|key| key.id() == id)
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The published keys that are not used.
    pub(crate) fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }
}

/// The name of an entry, as much of it as a name may have.
fn name_of(entry: Option<&Value>) -> String {
    entry.and_then(|entry| entry.get("kid")).and_then(Value::as_str).unwrap_or_default().chars().take(MAX_KID).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{a_jwk, a_key_set};

    fn names(entries: impl IntoIterator<Item = Value>) -> Vec<String> {
        let entries: Vec<Value> = entries.into_iter().collect();
        match KeySet::parse(json!({ "keys": entries }).to_string().as_bytes(), &Algorithm::ALL) {
            Ok(set) => set.keys.iter().map(|key| key.kid().to_owned()).collect(),
            Err(BadKeySet::NoUsableKey(_)) => vec![],
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
        for bad in ["{\"kid\":1e999}", "{\"kid\":\"\\ud800\"}", &("[".repeat(200) + &"]".repeat(200))] {
            let json = format!("{{\"keys\":[{bad},{},{bad}]}}", a_jwk("good"));
            let set = KeySet::parse(json.as_bytes(), &Algorithm::ALL).unwrap();
            assert!(set.find("good").is_some(), "{bad}");
            assert_eq!(set.passed_over()[0], PassedOver { kid: String::new(), reason: Unusable::Unreadable }, "{bad}");
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
    fn what_is_passed_over_is_named_with_its_reason() {
        let entries =
            json!({ "keys": [a_jwk("twice"), null, a_jwk("good"), { "kty": "oct", "kid": "secret" }, a_jwk("twice")] });
        let set = KeySet::parse(entries.to_string().as_bytes(), &Algorithm::ALL).unwrap();
        let told: Vec<_> = set.passed_over().iter().map(|passed| (passed.kid.as_str(), passed.reason)).collect();
        let (shared, not_an_object) = (Unusable::SharedName, Unusable::NotAnObject);
        assert_eq!(told, [("", not_an_object), ("secret", Unusable::Algorithm), ("twice", shared), ("twice", shared)]);
    }

    #[test]
    fn a_key_for_an_algorithm_that_is_not_accepted_is_none() {
        let read =
            |accepted: &[Algorithm]| KeySet::parse(json!({ "keys": [a_jwk("rsa")] }).to_string().as_bytes(), accepted);
        assert!(read(&[Algorithm::Es256, Algorithm::Rs256]).is_ok());
        assert!(matches!(read(&[Algorithm::Es256, Algorithm::Rs512]), Err(BadKeySet::NoUsableKey(_))));
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
    fn at_most_32_keys_are_kept_and_the_first_of_the_others_is_named() {
        let many: Vec<Value> = (0..40).map(|number| a_jwk(&number.to_string())).collect();
        let kept = names(many.clone());
        assert_eq!(kept.len(), 32);
        assert_eq!(kept.last().unwrap(), "31");
        assert_eq!(a_key_set(&many).passed_over(), [PassedOver { kid: "32".to_owned(), reason: Unusable::TooMany }]);
        assert_eq!(a_key_set(&many[..32]).passed_over(), []);
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
            "[[]]",
            "{\"keys\":[1,]}",
        ];
        for json in wrong {
            assert!(matches!(KeySet::parse(json.as_bytes(), &Algorithm::ALL), Err(BadKeySet::Malformed(_))), "{json}");
        }
        for json in ["{\"keys\":[]}", "{\"keys\":[null]}"] {
            assert!(
                matches!(KeySet::parse(json.as_bytes(), &Algorithm::ALL), Err(BadKeySet::NoUsableKey(_))),
                "{json}"
            );
        }
    }
}
