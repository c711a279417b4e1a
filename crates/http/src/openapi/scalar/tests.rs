//! The schemas take what the domain takes, to the edges.

use ensemble_domain::{BirthDate, Fault, ReleaseDate, parse_day};
use regex::Regex;

use super::*;
use crate::members::whole_number_or_digits;

/// The pattern of the texts that a schema takes.
fn pattern(schema: &Value) -> Regex {
    let pattern = ["/pattern", "/anyOf/1/pattern"].into_iter().find_map(|place| schema.pointer(place));
    Regex::new(pattern.unwrap().as_str().unwrap()).unwrap()
}

/// Those of the texts on which the pattern and the parser do not agree.
fn disputed<T>(
    schema: &Value,
    parse: impl Fn(&str) -> Result<T, Fault>,
    texts: impl IntoIterator<Item = String>,
) -> Vec<String> {
    let pattern = pattern(schema);
    texts.into_iter().filter(|text| pattern.is_match(text) != parse(text).is_ok()).collect()
}

#[test]
fn a_number_is_within_the_bounds_of_the_domain_and_an_age_as_digits_too() {
    fn assert_alike<T>(number: &Value, parse: impl Fn(i64) -> Result<T, Fault>) {
        let [least, most] = ["minimum", "maximum"].map(|name| number[name].as_i64().unwrap());
        let taken = [least - 1, least, most, most + 1].map(|number| parse(number).is_ok());
        assert_eq!(taken, [false, true, true, false], "{number}");
    }
    assert_alike(&age()["anyOf"][0], Age::new);
    assert_alike(&billing(), Billing::new);
    let texts = (0..=i64::from(Age::MAX) * 11).map(|number| number.to_string());
    let texts = texts.chain(["", "-1", "1.0", "+1", " 1", "007", "000", "00120", "x"].map(str::to_owned));
    let parse = |text: &str| whole_number_or_digits(text.into()).and_then(Age::new);
    assert_eq!(disputed(&age(), parse, texts), [""; 0]);
}

#[test]
fn a_day_lies_in_the_years_of_the_domain() {
    let years = || (1800..=2300).map(|year| format!("{year}-12-31"));
    let release = |text: &str| parse_day(text).and_then(ReleaseDate::new);
    assert_eq!(disputed(&release_date(), release, years()), [""; 0]);
    // Nobody is born in the future, which no schema can say: this one is right to the end of the century.
    let today = parse_day("2099-12-31").unwrap();
    let birth = |text: &str| parse_day(text).and_then(|day| BirthDate::new(day, today));
    assert_eq!(disputed(&birth_date(), birth, years()), [""; 0]);
}

#[test]
fn a_day_is_one_of_the_calendar_but_that_a_pattern_knows_no_leap_years() {
    let days_of = |year| (0..=13).flat_map(move |month| (0..=32).map(move |day| format!("{year}-{month:02}-{day:02}")));
    assert_eq!(disputed(&day(), parse_day, days_of(2028)), [""; 0]);
    assert_eq!(disputed(&day(), parse_day, days_of(2027)), ["2027-02-29"]);
}

#[test]
fn a_time_after_a_day_is_of_rfc_3339() {
    let times = [
        "",
        "T",
        "T10:00Z",
        "T10:00:00",
        "T10:00:00Z",
        "t23:59:59z",
        "T24:00:00Z",
        "T10:60:00Z",
        "T10:00:00.5Z",
        "T10:00:00.Z",
        "T10:00:00+01:00",
        "T10:00:00-23:59",
        "T10:00:00+24:00",
        "T10:00:00+0100",
        "Z",
        " 10:00:00Z",
    ];
    let texts = times.map(|time| format!("2027-03-14{time}"));
    assert_eq!(disputed(&day(), parse_day, texts), [""; 0]);
}

#[test]
fn a_line_has_the_characters_of_the_domain_and_as_many() {
    fn assert_alike<T>(schema: &Value, max: usize, parse: impl Fn(&str) -> Result<T, Fault>) {
        let long = [max - 1, max, max + 1].map(|length| "ä".repeat(length));
        let padded = [format!("  {} ", "x".repeat(max)), format!("x{}x", " ".repeat(max - 2))];
        let others = ["", " ", "x", " x ", "x y", "x\ty", "x\u{0}", "x\u{7f}y", "x\u{9f}y", "x\u{2028}y", "x\u{a0}y"];
        let texts = long.into_iter().chain(padded).chain(others.map(str::to_owned));
        assert_eq!(disputed(schema, parse, texts), [""; 0], "{schema}");
    }
    assert_alike(&actor_name(), ActorName::MAX_CHARACTERS, |text| ActorName::parse(text));
    assert_alike(&gender(), Gender::MAX_CHARACTERS, |text| Gender::parse(text));
    assert_alike(&title(), Title::MAX_CHARACTERS, |text| Title::parse(text));
    assert_alike(&character(), Character::MAX_CHARACTERS, |text| Character::parse(text));
    assert_alike(&reason(), Reason::MAX_CHARACTERS, |text| Reason::parse(text));
}
