//! The members of a JSON body, each read into what it should be or into the reason why it cannot be.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use ensemble_domain::{Change, Fault, FaultCode, InvalidFields, parse_day};
use serde_json::Value;

/// The members that a body may have, beside the others that it had.
pub struct Members {
    known: BTreeMap<String, Value>,
    unknown: BTreeMap<String, Value>,
    names: &'static [&'static str],
}

/// One member: absent, or there, if only as `null`.
pub struct Member(Option<Value>);

impl Members {
    /// Looks at the members of these names only.
    pub fn of(object: BTreeMap<String, Value>, names: &'static [&'static str]) -> Self {
        let (known, unknown) = object.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        Self { known, unknown, names }
    }

    /// All members that were not taken yet, as JSON with sorted names and without blanks.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&self.known.iter().chain(&self.unknown).collect::<BTreeMap<_, _>>())
    }

    /// Puts in a member that stood elsewhere.
    pub fn put(&mut self, name: &'static str, member: Member) {
        self.known.extend(member.0.map(|value| (name.to_owned(), value)));
    }

    /// Takes out one member.
    pub fn take(&mut self, name: &str) -> Member {
        Member(self.known.remove(name))
    }

    /// Refuses a partial change that says something, but nothing that is known: a mistyped name would otherwise change nothing
    /// and look like success.
    pub fn refuse_only_unknown(&self) -> Result<(), InvalidFields> {
        if !self.unknown.is_empty() && self.known.is_empty() {
            let detail = format!("has no member that can be changed; those are {}", self.names.join(", "));
            return Err(InvalidFields::one("", Fault::new(FaultCode::Unknown, detail)));
        }
        Ok(())
    }
}

impl Member {
    /// A member that is not there.
    pub const ABSENT: Self = Self(None);

    /// Reads a value that must be there.
    pub fn required<T>(self, read: impl FnOnce(Value) -> Result<T, Fault>) -> Result<T, Fault> {
        self.optional(read)?.ok_or_else(|| Fault::new(FaultCode::Required, "is required"))
    }

    /// Reads a value that may be absent or `null`.
    pub fn optional<T>(self, read: impl FnOnce(Value) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        match self.0 {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some),
        }
    }

    /// Reads the change of a value that cannot be taken away: absent keeps it, `null` is refused (RFC 7396, section 2).
    pub fn replacement<T>(self, read: impl FnOnce(Value) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        match self.0 {
            None => Ok(None),
            Some(Value::Null) => Err(Fault::new(FaultCode::Required, "must not be null")),
            Some(value) => read(value).map(Some),
        }
    }

    /// Reads the change of a value that can be taken away: absent keeps it, `null` clears it (RFC 7396, section 2).
    pub fn change<T>(self, read: impl FnOnce(Value) -> Result<T, Fault>) -> Result<Change<T>, Fault> {
        match self.0 {
            None => Ok(Change::Keep),
            Some(Value::Null) => Ok(Change::Clear),
            Some(value) => read(value).map(Change::To),
        }
    }

    /// Whether the member is there as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self.0, Some(Value::Null))
    }

    /// Whether the member is there and not `null`.
    pub const fn is_value(&self) -> bool {
        self.0.is_some() && !self.is_null()
    }
}

/// A JSON object.
pub fn object(value: Value) -> Result<BTreeMap<String, Value>, Fault> {
    match value {
        Value::Object(members) => Ok(members.into_iter().collect()),
        _ => Err(Fault::new(FaultCode::Type, "must be a JSON object")),
    }
}

/// A JSON string.
pub fn text(value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Fault::new(FaultCode::Type, "must be a text")),
    }
}

/// A JSON number without a fraction. What lies beyond an `i64` is held at its ends, where every range refuses it.
pub fn whole_number(value: &Value) -> Result<i64, Fault> {
    let number = any_whole_number(value)?;
    Ok(i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX }))
}

/// The same, or a string of digits, which many clients send for an age.
pub fn whole_number_or_digits(value: Value) -> Result<i64, Fault> {
    match value {
        Value::String(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(text.parse().unwrap_or(i64::MAX))
        }
        value => whole_number(&value),
    }
}

/// The same of any size; what lies beyond an `i128` is held at its ends.
fn any_whole_number(value: &Value) -> Result<i128, Fault> {
    let number = value.as_number();
    let number = number.and_then(|number| number.as_i128().or_else(|| number.as_f64().and_then(without_fraction)));
    number.ok_or_else(|| Fault::new(FaultCode::Type, "must be a whole number"))
}

/// `20.0` is 20 in JSON.
fn without_fraction(number: f64) -> Option<i128> {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "the cast saturates, and there is no fraction"
    )]
    (number.fract() == 0.0).then_some(number as i128)
}

/// An id: a whole number from 1.
pub fn id<T>(value: &Value, new: impl FnOnce(i64) -> Option<T>) -> Result<T, Fault> {
    let number = any_whole_number(value)?;
    if number > i64::MAX.into() {
        return Err(Fault::new(FaultCode::Range, format!("must be at most {}", i64::MAX)));
    }
    let number = i64::try_from(number).ok().and_then(new);
    number.ok_or_else(|| Fault::new(FaultCode::Range, "must be at least 1"))
}

/// A list of ids. Of several that are wrong the first is told.
pub fn ids<T>(value: Value, new: impl Fn(i64) -> Option<T>) -> Result<Vec<T>, Fault> {
    let Value::Array(entries) = value else { return Err(Fault::new(FaultCode::Type, "must be a list of ids")) };
    let wrong = |place, fault: Fault| {
        Fault::new(fault.code, format!("must be a list of ids, of which number {place} {}", fault.detail))
    };
    (1..).zip(&entries).map(|(place, entry)| id(entry, &new).map_err(|fault| wrong(place, fault))).collect()
}

/// A day, as a string.
pub fn day(value: Value) -> Result<NaiveDate, Fault> {
    parse_day(&text(value)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(body: Value) -> Members {
        let Value::Object(object) = body else { panic!("an object") };
        Members::of(object.into_iter().collect(), &["name", "age"])
    }

    #[test]
    fn a_change_of_nothing_is_fine_and_one_of_unknown_members_is_not() {
        assert!(members(json!({})).refuse_only_unknown().is_ok());
        assert!(members(json!({"name": "Ada", "id": 7})).refuse_only_unknown().is_ok());
        let refused = members(json!({"nmae": "Ada"})).refuse_only_unknown().unwrap_err();
        assert_eq!(refused.to_string(), "has no member that can be changed; those are name, age");
    }

    #[test]
    fn the_same_members_are_the_same_bytes_in_whatever_order_they_come() {
        let canonical = |text: &str| members(serde_json::from_str(text).unwrap()).canonical().unwrap();
        let sorted = canonical(r#"{"age":20,"id":{"a":1,"b":[2]},"name":"Ada"}"#);
        assert_eq!(sorted, br#"{"age":20,"id":{"a":1,"b":[2]},"name":"Ada"}"#);
        assert_eq!(canonical("{ \"name\": \"\\u0041da\", \"id\": {\"b\": [2], \"a\": 1}, \"age\": 20 }"), sorted);
        assert_ne!(canonical(r#"{"age":"20","id":{"a":1,"b":[2]},"name":"Ada"}"#), sorted);
        assert_ne!(canonical(r#"{"age":20,"name":"Ada"}"#), sorted);
    }

    #[test]
    fn null_means_absent_clear_or_wrong_as_the_member_has_it() {
        let member = || members(json!({"name": null})).take("name");
        assert_eq!(member().required(text).unwrap_err().detail, "is required");
        assert_eq!(member().optional(text), Ok(None));
        assert_eq!(member().replacement(text).unwrap_err().detail, "must not be null");
        assert_eq!(member().change(text), Ok(Change::Clear));
        assert!(member().is_null());
    }

    #[test]
    fn an_absent_member_keeps_what_is() {
        let member = || members(json!({})).take("name");
        assert_eq!(member().required(text).unwrap_err().code, FaultCode::Required);
        assert_eq!(member().replacement(text), Ok(None));
        assert_eq!(member().change(text), Ok(Change::Keep));
        assert!(!member().is_null());
    }

    #[test]
    fn an_id_is_a_whole_number_from_1() {
        let positive = |number| (number >= 1).then_some(number);
        assert_eq!(id(&json!(7), positive), Ok(7));
        for number in [json!(0), json!(-1), json!(i64::MIN), json!(-1e300)] {
            assert_eq!(id(&number, positive).unwrap_err().detail, "must be at least 1");
        }
        assert_eq!(id(&json!(i64::MAX), positive), Ok(i64::MAX));
        for number in [json!(1_u64 << 63), json!(1e300)] {
            assert_eq!(id(&number, positive).unwrap_err().detail, "must be at most 9223372036854775807");
        }
        assert_eq!(id(&json!("7"), positive).unwrap_err().detail, "must be a whole number");
        assert_eq!(ids(json!([7, 8, 7.0]), positive), Ok(vec![7, 8, 7]));
        assert_eq!(ids(json!({}), positive).unwrap_err().detail, "must be a list of ids");
        let table = [
            (json!([7, 0, "x"]), FaultCode::Range, "must be a list of ids, of which number 2 must be at least 1"),
            (json!([null]), FaultCode::Type, "must be a list of ids, of which number 1 must be a whole number"),
        ];
        for (list, code, detail) in table {
            assert_eq!(ids(list, positive).unwrap_err(), Fault::new(code, detail));
        }
    }

    #[test]
    fn a_whole_number_is_one_in_json_and_an_age_may_be_digits() {
        for (value, number) in [(json!(20), 20), (json!(20.0), 20), (json!(-1), -1), (json!(u64::MAX), i64::MAX)] {
            assert_eq!(whole_number(&value), Ok(number), "{value}");
            assert_eq!(whole_number_or_digits(value.clone()), Ok(number), "{value}");
        }
        assert_eq!(whole_number(&json!(1e300)), Ok(i64::MAX));
        for (digits, number) in [("20", 20), ("020", 20), ("99999999999999999999", i64::MAX)] {
            assert_eq!(whole_number_or_digits(json!(digits)), Ok(number), "{digits}");
            assert_eq!(whole_number(&json!(digits)).unwrap_err().code, FaultCode::Type, "{digits}");
        }
        for value in
            [json!(20.5), json!("abc"), json!(""), json!(" 20"), json!("-1"), json!("２０"), json!(true), json!([20])]
        {
            assert_eq!(whole_number_or_digits(value.clone()).unwrap_err().code, FaultCode::Type, "{value}");
        }
    }
}
