//! JSON objects in which every member stands once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::Reason;

/// A JSON object whose members all have names of their own, after unescaping, as have those of every object in it.
#[derive(Debug, Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Reads one JSON object in UTF-8 with nothing before or after it.
    ///
    /// # Errors
    ///
    /// [`Reason::DuplicateMember`] when a member stands twice, [`Reason::Shape`] for anything else than an object.
    pub fn parse(json: &[u8]) -> Result<Self, Reason> {
        match serde_json::from_slice(json) {
            Ok(Read { value: Value::Object(members), repeats: false }) => Ok(Self(members)),
            Ok(Read { value: Value::Object(_), repeats: true }) => Err(Reason::DuplicateMember),
            _ => Err(Reason::Shape),
        }
    }

    /// The member of that name, or `None` when there is none. A `null` is a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// What was read, with the knowledge whether a name came twice in one object: an error would not tell that from other faults.
struct Read {
    value: Value,
    repeats: bool,
}

impl Read {
    fn plain(value: impl Into<Value>) -> Self {
        Self { value: value.into(), repeats: false }
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(Read::plain(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Read, E> {
        Ok(Read::plain(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
        Ok(Read::plain(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
        Ok(Read::plain(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
        Ok(Read::plain(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Read, E> {
        Ok(Read::plain(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
        let (mut list, mut repeats) = (Vec::new(), false);
        while let Some(entry) = seq.next_element::<Read>()? {
            repeats |= entry.repeats;
            list.push(entry.value);
        }
        Ok(Read { value: Value::Array(list), repeats })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
        let (mut members, mut repeats) = (Map::new(), false);
        while let Some((name, member)) = map.next_entry::<String, Read>()? {
            repeats |= members.insert(name, member.value).is_some() | member.repeats;
        }
        Ok(Read { value: Value::Object(members), repeats })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reason(json: impl AsRef<[u8]>) -> Option<Reason> {
        Object::parse(json.as_ref()).err()
    }

    #[test]
    fn an_object_is_read_with_all_its_members() {
        let members = json!({ "a": 1, "b": null, "c": [true, -2, 3.5, "\u{e9}", { "d": {} }], "e": u64::MAX });
        let object = Object::parse(format!(" {members} ").as_bytes()).unwrap();
        for name in ["a", "b", "c", "e"] {
            assert_eq!(object.get(name), members.get(name));
        }
        assert_eq!(object.get("d"), None);
        assert!(Object::parse(b"{}").is_ok());
    }

    #[test]
    fn a_member_that_stands_twice_is_told_apart() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"":1,"":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":1,"a":{"b":1,"b":2}}"#,
            r#"{"a":[1,{"b":1,"b":1}],"c":3}"#,
        ] {
            assert_eq!(reason(json), Some(Reason::DuplicateMember), "{json}");
        }
        assert_eq!(reason(r#"{"a":1,"A":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#), None);
    }

    #[test]
    fn anything_else_is_no_object() {
        let wrong = [
            "",
            " ",
            "null",
            "[]",
            "[{\"a\":1,\"a\":1}]",
            "1",
            "\"a\"",
            "{",
            "{}x",
            "{} {}",
            "\u{feff}{}",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1,}",
        ];
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
