//! What is made of schemas: objects, changes of objects, and what may be absent.

use serde_json::{Map, Value, json};

/// An object with these members, of which some are required. Members that are not known are passed over.
pub fn object(members: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": members, "required": required})
}

/// A schema with more keywords.
pub fn with(mut schema: Value, keywords: Value) -> Value {
    if let (Value::Object(schema), Value::Object(keywords)) = (&mut schema, keywords) {
        schema.extend(keywords);
    }
    schema
}

/// A partial change: an object with some of these members, or with none at all, but not with unknown ones alone.
pub fn changes(members: &Value) -> Value {
    let names = members.as_object().into_iter().flat_map(Map::keys);
    let some: Vec<_> = names.map(|name| json!({"required": [name], "properties": {name: {}}})).collect();
    // Said as a condition, since generated clients make a type of each alternative of an `anyOf`.
    let then = if let [only] = some.as_slice() { only.clone() } else { json!({"anyOf": some}) };
    with(object(members, &[]), json!({"if": {"minProperties": 1}, "then": then}))
}

/// What may also be `null`.
pub fn nullable(schema: &Value) -> Value {
    let mut nullable = schema.clone();
    if let Some(Value::Array(choices)) = nullable.get_mut("anyOf") {
        choices.push(json!({"type": "null"}));
    } else if nullable.get("enum").is_some() {
        nullable = json!({"anyOf": [schema, {"type": "null"}]});
    } else if let Some(kind) = nullable.get_mut("type") {
        *kind = json!([kind, "null"]);
    }
    nullable
}
