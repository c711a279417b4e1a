//! Schemas of single values, as clients send them.

use ensemble_domain::{ActorName, Age, Billing, CastingStatus, Character, Gender, Reason, Role, Search, Title};
use serde_json::{Value, json};

/// A time after a day, as RFC 3339 writes it; it is read and passed over.
const TIME: &str =
    r"([Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?";

pub fn id() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 1, "examples": [1]})
}

pub fn ids() -> Value {
    json!({"type": "array", "items": id()})
}

/// A number, or a string of its digits, which many clients send.
pub fn age() -> Value {
    let number = json!({"type": "integer", "minimum": 0, "maximum": Age::MAX, "examples": [20]});
    json!({"anyOf": [number, {"type": "string", "pattern": "^0*([0-9]|[1-9][0-9]|1[01][0-9]|120)$"}]})
}

/// An age in a query, where there are only strings.
pub fn age_parameter() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": Age::MAX})
}

pub fn billing() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": Billing::MAX, "examples": [1]})
}

/// One line of text that says something: no control characters, and so many others between the blanks at its ends.
fn line(max: usize, example: &str) -> Value {
    let control = r"\u0000-\u001f\u007f-\u009f\u2028\u2029";
    let between = max.saturating_sub(2);
    let pattern = format!(r"^\s*[^\s{control}]([^{control}]{{0,{between}}}[^\s{control}])?\s*$");
    let text = format!("One line of 1 to {max} characters; blanks at its ends are not counted");
    json!({"type": "string", "description": text, "pattern": pattern, "examples": [example]})
}

pub fn actor_name() -> Value {
    line(ActorName::MAX_CHARACTERS, "Nada Haddad")
}

pub fn gender() -> Value {
    line(Gender::MAX_CHARACTERS, "female")
}

pub fn title() -> Value {
    line(Title::MAX_CHARACTERS, "Aihaga")
}

pub fn character() -> Value {
    line(Character::MAX_CHARACTERS, "Lady Bracknell")
}

pub fn reason() -> Value {
    line(Reason::MAX_CHARACTERS, "the dates do not fit")
}

pub fn status() -> Value {
    let names = CastingStatus::ALL.map(CastingStatus::as_str);
    json!({"type": "string", "enum": names})
}

/// Statuses with commas between them.
pub fn statuses() -> Value {
    let names = CastingStatus::ALL.map(CastingStatus::as_str).join("|");
    json!({"type": "string", "pattern": format!("^({names})(,({names}))*$"), "examples": ["pinned,offered"]})
}

pub fn role() -> Value {
    json!({"type": "string", "enum": Role::ALL.map(Role::key)})
}

/// A day of these years, or a time on it.
fn day_of(years: &str, example: &str) -> Value {
    let month_and_day = "((0[1-9]|1[0-2])-(0[1-9]|[12][0-9])|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)";
    json!({"type": "string", "pattern": format!("^{years}-{month_and_day}{TIME}$"), "examples": [example]})
}

pub fn day() -> Value {
    day_of("[0-9]{4}", "2027-03-14")
}

pub fn birth_date() -> Value {
    day_of("(18[89][0-9]|19[0-9]{2}|20[0-9]{2})", "2001-03-14")
}

pub fn release_date() -> Value {
    day_of("(188[89]|189[0-9]|19[0-9]{2}|2[01][0-9]{2}|2200)", "2027-05-07")
}

pub fn search() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": Search::MAX_CHARACTERS, "pattern": r"\S", "examples": ["haddad"]})
}

/// What to search for, or a text of nothing.
pub fn search_or_nothing() -> Value {
    json!({"type": "string", "maxLength": Search::MAX_CHARACTERS, "pattern": r"^[^\u0000]*$", "examples": ["haddad"]})
}

/// How many, or which. There is no `default`: a tool that filled it in would send it where it is refused, beside `format=csv` or
/// `cursor`.
pub fn count() -> Value {
    json!({"type": "integer", "minimum": 1})
}

pub fn cursor() -> Value {
    json!({"type": "string"})
}

pub fn deleted() -> Value {
    json!({"type": "string", "enum": ["no", "only", "with"], "default": "no"})
}

pub fn format() -> Value {
    json!({"type": "string", "enum": ["json", "csv"]})
}

pub fn boolean() -> Value {
    json!({"type": "boolean", "default": false})
}

/// One of these fields, with a hyphen before it for descending.
pub fn sort<'a>(fields: impl IntoIterator<Item = &'a str>) -> Value {
    let orders: Vec<_> = fields.into_iter().flat_map(|field| [field.to_owned(), format!("-{field}")]).collect();
    json!({"type": "string", "enum": orders, "default": "id"})
}

pub fn idempotency_key() -> Value {
    json!({"type": "string", "pattern": "^[!-~]{1,255}$"})
}

/// `*`, or entity tags with commas between them.
pub fn entity_tags() -> Value {
    let tag = r#"(W/)?"[!#-~]*""#;
    json!({"anyOf": [
        {"type": "string", "const": "*"},
        {"type": "string", "pattern": format!("^{tag}(, ?{tag})*$"), "examples": ["\"1\""]},
    ]})
}

#[cfg(test)]
mod tests;
