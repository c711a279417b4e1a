//! Bodies of actors.

use chrono::{Days, Months};
use reqwest::Method;
use serde_json::{Value, json};

use super::case::{Answer, Case, accepted, case, invalid, send};
use crate::tokens::today;

pub fn cases() -> Vec<Case> {
    [names(), ages(), birth_dates(), genders(), whole_bodies(), changes()].into_iter().flatten().collect()
}

/// A new actor, good but for that member.
fn new(name: &'static str, member: &str, value: Value, answer: Answer) -> Case {
    let mut body = json!({"name": "Nada Haddad", "age": 20, "gender": "female"});
    body[member] = value;
    body_of_new(name, &body, answer)
}

fn body_of_new(name: &'static str, body: &Value, answer: Answer) -> Case {
    case(name, send(Method::POST, "/actors", body.to_string()), answer)
}

/// A new actor of whom nothing is known but the birth date.
fn born(name: &'static str, birth_date: &Value, answer: Answer) -> Case {
    body_of_new(name, &json!({"name": "Nada Haddad", "gender": "female", "birth_date": birth_date}), answer)
}

fn change(name: &'static str, body: &Value, answer: Answer) -> Case {
    case(name, send(Method::PATCH, "/actors/1", body.to_string()), answer)
}

fn stored(member: &str, value: impl Into<Value>) -> Answer {
    accepted(201, json!({"success": true, "actor": {member: value.into()}}))
}

fn names() -> Vec<Case> {
    let wrong = |code, detail| invalid(&[("name", code, detail)]);
    let named = |name, value: &str, stored_as: &str| new(name, "name", json!(value), stored("name", stored_as));
    vec![
        new("a name that is null", "name", json!(null), wrong("required", "is required")),
        new("a name that is a number", "name", json!(7), wrong("type", "must be a text")),
        new("a name that is a list", "name", json!(["Nada"]), wrong("type", "must be a text")),
        new("a name of 0 characters", "name", json!(""), wrong("length", "must not be empty")),
        new("a name of blanks", "name", json!(" \u{a0}\u{3000}"), wrong("length", "must not be empty")),
        named("a name of 1 character", "N", "N"),
        named("a name of 200 characters", &"n".repeat(200), &"n".repeat(200)),
        named("a name of 200 characters of 4 bytes", &"🎭".repeat(200), &"🎭".repeat(200)),
        named("a name of 200 characters and blanks around", &format!(" {}\n", "n".repeat(200)), &"n".repeat(200)),
        new("a name of 201 characters", "name", json!("n".repeat(201)), {
            wrong("length", "must have at most 200 characters, not 201")
        }),
        new("a name with a NUL", "name", json!("Na\0da"), wrong("characters", "must not contain control characters")),
        new("a name of two lines", "name", json!("Na\nda"), wrong("characters", "must not contain control characters")),
        new("a name with a DEL", "name", json!("Na\u{7f}"), wrong("characters", "must not contain control characters")),
        new("a name with a C1 control", "name", json!("Na\u{9b}da"), {
            wrong("characters", "must not contain control characters")
        }),
        named("a name with emoji", "Nada 🎬👩🏽‍🎤", "Nada 🎬👩🏽‍🎤"),
        named("a name from right to left", "ندى حدّاد", "ندى حدّاد"),
        named("a name with quotes", "O'Neil \"%_\\;--", "O'Neil \"%_\\;--"),
        named("a name with a combining accent", "Rene\u{301}e", "Renée"),
    ]
}

fn ages() -> Vec<Case> {
    let range = || invalid(&[("age", "range", "must be between 0 and 120")]);
    let no_number = || invalid(&[("age", "type", "must be a whole number")]);
    vec![
        new("the age -1", "age", json!(-1), range()),
        new("the age 0", "age", json!(0), stored("age", 0)),
        new("the age 120", "age", json!(120), stored("age", 120)),
        new("the age 121", "age", json!(121), range()),
        new("the age 2^63", "age", json!(9_223_372_036_854_775_808_u64), range()),
        new("the age 1e300", "age", json!(1e300), range()),
        new("the age -1e300", "age", json!(-1e300), range()),
        new("the age 20.5", "age", json!(20.5), no_number()),
        new("the age 20.0", "age", json!(20.0), stored("age", 20)),
        new("the age \"20\"", "age", json!("20"), stored("age", 20)),
        new("the age \"020\"", "age", json!("020"), stored("age", 20)),
        new("the age \"121\"", "age", json!("121"), range()),
        new("the age of many digits", "age", json!("9".repeat(400)), range()),
        new("the age \"-1\"", "age", json!("-1"), no_number()),
        new("the age \"20.5\"", "age", json!("20.5"), no_number()),
        new("the age \" 20\"", "age", json!(" 20"), no_number()),
        new("the age \"٢٠\"", "age", json!("٢٠"), no_number()),
        new("the age \"abc\"", "age", json!("abc"), no_number()),
        new("the age \"\"", "age", json!(""), no_number()),
        new("the age true", "age", json!(true), no_number()),
        new("the age [20]", "age", json!([20]), no_number()),
        new("the age {}", "age", json!({}), no_number()),
        new("the age null", "age", json!(null), {
            invalid(&[("age", "required", "is required, or birth_date instead")])
        }),
    ]
}

fn birth_dates() -> Vec<Case> {
    let stored_as = |day: &str| stored("birth_date", day);
    let no_day = || invalid(&[("birth_date", "format", "must be a day such as \"2026-03-14\"")]);
    let thirty_years_ago = today() - Months::new(12 * 30);
    let both = |age: u32| json!({"name": "N", "gender": "x", "age": age, "birth_date": thirty_years_ago});
    vec![
        body_of_new("age and birth date that agree", &both(30), stored("age", 30)),
        body_of_new("age and birth date that disagree", &both(31), {
            invalid(&[("age", "disagrees", "disagrees with birth_date, which makes it 30; give one of the two")])
        }),
        born("born tomorrow", &json!(today() + Days::new(1)), {
            invalid(&[("birth_date", "range", "must not be in the future")])
        }),
        born("born today", &json!(today()), stored("age", 0)),
        born("born on the first day", &json!("1880-01-01"), stored_as("1880-01-01")),
        born("born a day before the first", &json!("1879-12-31"), {
            invalid(&[("birth_date", "range", "must not be before 1880-01-01")])
        }),
        born("born on 29 February of a leap year", &json!("2000-02-29"), stored_as("2000-02-29")),
        born("born on 29 February of a common year", &json!("2001-02-29"), no_day()),
        born("born on 29 February 1900", &json!("1900-02-29"), no_day()),
        born("born on 31 April", &json!("1990-04-31"), no_day()),
        born("born in month 13", &json!("1990-13-01"), no_day()),
        born("born in month 0", &json!("1990-00-10"), no_day()),
        born("a day without leading zeros", &json!("1990-1-5"), no_day()),
        born("a day with a sign", &json!("+1990-1-05"), no_day()),
        born("a German day", &json!("05.01.1990"), no_day()),
        born("an American day", &json!("01/05/1990"), no_day()),
        born("a day in words", &json!("5 January 1990"), no_day()),
        born("a day without hyphens", &json!("19900105"), no_day()),
        born("a day of a week", &json!("1990-W01-5"), no_day()),
        born("a month", &json!("1990-01"), no_day()),
        born("a day with a blank", &json!("1990-01-05 "), no_day()),
        born("a day in other digits", &json!("١٩٩٠-٠١-٠٥"), no_day()),
        born("an empty day", &json!(""), no_day()),
        born("seconds since 1970", &json!(631_497_600), invalid(&[("birth_date", "type", "must be a text")])),
        born("an instant", &json!("1990-01-05T10:20:30Z"), stored_as("1990-01-05")),
        born("an instant elsewhere", &json!("1990-01-05T23:30:00.250-05:00"), stored_as("1990-01-05")),
        born("an instant without an offset", &json!("1990-01-05T10:20:30"), no_day()),
        born("an instant at 25 o'clock", &json!("1990-01-05T25:00:00Z"), no_day()),
    ]
}

fn genders() -> Vec<Case> {
    let wrong = |code, detail| invalid(&[("gender", code, detail)]);
    vec![
        new("a gender that is null", "gender", json!(null), wrong("required", "is required")),
        new("a gender that is a number", "gender", json!(1), wrong("type", "must be a text")),
        new("a gender of 0 characters", "gender", json!(""), wrong("length", "must not be empty")),
        new("a gender of 40 characters", "gender", json!("g".repeat(40)), stored("gender", "g".repeat(40))),
        new("a gender of 41 characters", "gender", json!("g".repeat(41)), {
            wrong("length", "must have at most 40 characters, not 41")
        }),
        new("a gender with a control character", "gender", json!("m\u{1}"), {
            wrong("characters", "must not contain control characters")
        }),
        new("a gender by its letter", "gender", json!("M"), stored("gender", "male")),
        new("a gender in words of one's own", "gender", json!("Two-Spirit"), stored("gender", "Two-Spirit")),
    ]
}

fn whole_bodies() -> Vec<Case> {
    vec![
        body_of_new("an empty actor", &json!({}), {
            invalid(&[
                ("name", "required", "is required"),
                ("gender", "required", "is required"),
                ("age", "required", "is required, or birth_date instead"),
            ])
        }),
        body_of_new("nothing right", &json!({"name": 1, "age": "x", "birth_date": "x", "gender": []}), {
            invalid(&[
                ("name", "type", "must be a text"),
                ("age", "type", "must be a whole number"),
                ("birth_date", "format", "must be a day such as \"2026-03-14\""),
                ("gender", "type", "must be a text"),
            ])
        }),
        body_of_new("members in another case", &json!({"Name": "N", "AGE": 1, "gender": "x"}), {
            invalid(&[("name", "required", "is required"), ("age", "required", "is required, or birth_date instead")])
        }),
        new("an id and a version of the client's own", "id", json!(4711), {
            accepted(201, json!({"actor": {"name": "Nada Haddad", "version": 1}}))
        }),
        new("a member that is not known", "height", json!({"cm": 180}), stored("age", 20)),
    ]
}

fn changes() -> Vec<Case> {
    let unchanged = || accepted(200, json!({"actor": {"id": 1, "name": "Ilse Marten", "version": 1}}));
    vec![
        change("a change of nothing", &json!({}), unchanged()),
        change("a change to what it is", &json!({"name": "Ilse Marten", "age": 30}), unchanged()),
        change("a change of nothing known", &json!({"nmae": "Ilse", "version": 9}), {
            let detail = "has no member that can be changed; those are name, age, birth_date, gender";
            invalid(&[("", "unknown", detail)])
        }),
        change("a change to null", &json!(null), invalid(&[("", "type", "must be a JSON object")])),
        change("a change to a list", &json!([{"name": "Ilse"}]), invalid(&[("", "type", "must be a JSON object")])),
        change("a change of the name to null", &json!({"name": null}), {
            invalid(&[("name", "required", "must not be null")])
        }),
        change("a change of the gender to null", &json!({"gender": null}), {
            invalid(&[("gender", "required", "must not be null")])
        }),
        change("a change of the age to null", &json!({"age": null}), {
            invalid(&[("age", "required", "must not be null")])
        }),
        change("a change of the age to 121", &json!({"age": 121}), {
            invalid(&[("age", "range", "must be between 0 and 120")])
        }),
        change("a change of one good and two bad members", &json!({"name": "Ilse", "age": "x", "gender": ""}), {
            invalid(&[("gender", "length", "must not be empty"), ("age", "type", "must be a whole number")])
        }),
        change("a change to a birth date tomorrow", &json!({"birth_date": today() + Days::new(1)}), {
            invalid(&[("birth_date", "range", "must not be in the future")])
        }),
        change("a change of the age beside another birth date", &json!({"age": 3, "birth_date": "1990-01-05"}), {
            let age = today().years_since("1990-01-05".parse().unwrap()).unwrap();
            let detail = format!("disagrees with birth_date, which makes it {age}; give one of the two");
            invalid(&[("age", "disagrees", &detail)])
        }),
        change("a change of a birth date that is not known to null", &json!({"birth_date": null}), unchanged()),
        change("no age beside a birth date", &json!({"age": null, "birth_date": "2000-02-29"}), {
            accepted(200, json!({"actor": {"id": 1, "birth_date": "2000-02-29", "version": 2}}))
        }),
    ]
}
