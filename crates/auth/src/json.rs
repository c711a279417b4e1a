//! JSON objects in which every member stands once.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::Reason;

/// A JSON object whose members all have names of their own, after unescaping.
#[derive(Debug, Default)]
pub struct Object(BTreeMap<String, Value>);

impl Object {
    /// Reads one JSON object in UTF-8 with nothing before or after it.
    ///
    /// # Errors
    ///
    /// [`Reason::DuplicateMember`] when a member stands twice, [`Reason::Shape`] for anything else than an object.
    pub fn parse(json: &[u8]) -> Result<Self, Reason> {
        match serde_json::from_slice(json) {
            Ok(Members { members, repeated: false }) => Ok(Self(members)),
            Ok(_) => Err(Reason::DuplicateMember),
            Err(_) => Err(Reason::Shape),
        }
    }

    /// The member of that name, or `None` when there is none. A `null` is a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// What was read, with the knowledge whether a name came twice: an error would not tell that from other faults.
struct Members {
    members: BTreeMap<String, Value>,
    repeated: bool,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = BTreeMap::new();
        let mut repeated = false;
        while let Some((name, value)) = map.next_entry()? {
            repeated |= members.insert(name, value).is_some();
        }
        Ok(Members { members, repeated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(json: impl AsRef<[u8]>) -> Option<Reason> {
        Object::parse(json.as_ref()).err()
    }

    #[test]
    fn an_object_is_read_with_all_its_members() {
        let object = Object::parse(br#" {"a": 1, "b": null} "#).unwrap();
        assert_eq!(object.get("a"), Some(&Value::from(1)));
        assert_eq!(object.get("b"), Some(&Value::Null));
        assert_eq!(object.get("c"), None);
        assert!(Object::parse(b"{}").is_ok());
    }

    #[test]
    fn a_member_that_stands_twice_is_told_apart() {
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, r#"{"":1,"":2}"#] {
            assert_eq!(reason(json), Some(Reason::DuplicateMember), "{json}");
        }
        assert_eq!(reason(r#"{"a":1,"A":1,"b":{"a":1}}"#), None);
    }

    #[test]
    fn anything_else_is_no_object() {
        let wrong =
            ["", " ", "null", "[]", "1", "\"a\"", "{", "{}x", "{} {}", "\u{feff}{}", "{a:1}", "{'a':1}", "{\"a\":1,}"];
        for json in wrong {
            assert_eq!(reason(json), Some(Reason::Shape), "{json:?}");
        }
        assert_eq!(reason(b"{\"a\":\"\xff\"}"), Some(Reason::Shape));
        assert_eq!(reason(r#"{"a":"\ud800"}"#), Some(Reason::Shape));
        assert_eq!(reason(r#"{"a":1e999}"#), Some(Reason::Shape));
        assert_eq!(reason(r#"{"a":NaN}"#), Some(Reason::Shape));
        assert_eq!(reason("{\"a\":".repeat(200) + "1" + &"}".repeat(200)), Some(Reason::Shape));
    }
}
