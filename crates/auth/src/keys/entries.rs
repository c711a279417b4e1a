//! The entries of a published key set, each read for itself, so that one that cannot be read spoils no other.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

/// Answers so many of the first entries of the list `keys` of a JSON object, with `None` for one that cannot be read: a number too
/// large for any type, half a surrogate pair, values within values without end.
///
/// # Errors
///
/// When it is no JSON object with one list `keys`.
pub fn read(json: &[u8], most: usize) -> serde_json::Result<Vec<Option<Value>>> {
    // Nothing is read of what is passed over but where it ends, so that this fails for the whole only.
    let (count, _) = read_only(json, None)?;
    let entry = |number| read_only(json, Some(number)).ok().and_then(|(_, entry)| entry);
    Ok((0..count.min(most)).map(entry).collect())
}

/// Answers the number of entries, and the wanted one.
fn read_only(json: &[u8], wanted: Option<usize>) -> serde_json::Result<(usize, Option<Value>)> {
    let mut deserializer = Deserializer::from_slice(json);
    let found = deserializer.deserialize_map(Document(wanted))?;
    deserializer.end()?;
    Ok(found)
}

/// The whole, of whose list `keys` one entry is wanted.
struct Document(Option<usize>);

impl<'de> Visitor<'de> for Document {
    type Value = (usize, Option<Value>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object with a list of keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            if name != "keys" {
                map.next_value::<IgnoredAny>()?;
            } else if found.replace(map.next_value_seed(List(self.0))?).is_some() {
                return Err(Error::duplicate_field("keys"));
            }
        }
        found.ok_or_else(|| Error::missing_field("keys"))
    }
}

/// A list of which one entry is wanted.
struct List(Option<usize>);

impl<'de> DeserializeSeed<'de> for List {
    type Value = (usize, Option<Value>);

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List {
    type Value = (usize, Option<Value>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut count, mut entry) = (0, None);
        loop {
            let is_there = if self.0 == Some(count) {
                entry = seq.next_element()?;
                entry.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !is_there {
                return Ok((count, entry));
            }
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_many_entries_are_read_as_are_wanted() {
        let json = r#"{"before":[1],"keys":[1,"two",{"three":[]},null],"after":{"keys":[5]}}"#;
        let all = [json!(1), json!("two"), json!({ "three": [] }), json!(null)].map(Some);
        assert_eq!(read(json.as_bytes(), 4).unwrap(), all);
        assert_eq!(read(json.as_bytes(), 9).unwrap(), all);
        assert_eq!(read(json.as_bytes(), 2).unwrap(), all[..2]);
        assert_eq!(read(b"{\"keys\":[]}", 9).unwrap(), []);
    }

    #[test]
    fn an_entry_that_cannot_be_read_spoils_no_other() {
        let deep = "[".repeat(500) + &"]".repeat(500);
        for bad in ["1e999", r#"{"kid":"\ud800"}"#, r#"{"n":1e999}"#, &deep] {
            let json = format!(r#"{{"other":{bad},"keys":[{bad},1,{bad},2]}}"#);
            assert_eq!(read(json.as_bytes(), 9).unwrap(), [None, Some(json!(1)), None, Some(json!(2))], "{bad}");
        }
    }
}
