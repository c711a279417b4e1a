//! What a row of actors or movies says.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use ensemble_domain::{
    ActorName, Age, BirthDate, Born, Fault, FaultCode, FieldFaults, Gender, NewActor, NewMovie, ReleaseDate,
    ShootWindow, Title, parse_day,
};

use super::cells::{Cell, LOOKED_AT};

/// What the rows of a file can be read as: actors or movies.
pub trait Row: Sized {
    /// The columns that are looked at.
    const COLUMNS: [&'static str; LOOKED_AT];
    /// The columns that must be there, of each group one.
    const NEEDED: &'static [&'static [&'static str]];
    /// Those in words.
    const HEADER: &'static str;

    /// Reads a row from its cells, which stand in the order of the columns, or notes what is wrong with them.
    fn parse(cells: &[Cell<'_>; LOOKED_AT], today: NaiveDate, faults: &mut FieldFaults) -> Option<Self>;
}

impl Row for NewActor {
    const COLUMNS: [&'static str; LOOKED_AT] = ["name", "age", "birth_date", "gender"];
    const NEEDED: &'static [&'static [&'static str]] = &[&["name"], &["gender"], &["age", "birth_date"]];
    const HEADER: &'static str = "name, gender, and age or birth_date";

    fn parse(cells: &[Cell<'_>; LOOKED_AT], today: NaiveDate, faults: &mut FieldFaults) -> Option<Self> {
        let [name, age, birth_date, gender] = *cells;
        let name = faults.keep("name", name.text().and_then(ActorName::parse));
        let years = faults.keep("age", age.optional(whole_number));
        let date = birth_date.optional(|text| BirthDate::new(parse_day(text)?, today));
        let date = faults.keep("birth_date", date);
        let born = match (years, date) {
            (Some(None), Some(None)) if !age.is_there() => {
                faults.keep("birth_date", Err(Fault::new(FaultCode::Required, "is required")))
            }
            (Some(years), Some(date)) => faults.keep("age", born(years, date, today)),
            _ => None,
        };
        let gender = faults.keep("gender", gender.text().and_then(Gender::parse));
        name.zip(born).zip(gender).map(|((name, born), gender)| Self { name, gender, born })
    }
}

/// What follows from an age, a birth date or both. An age that follows from the date is right, even one too high to be given alone:
/// the list that is exported shows it. So is that of the year before, since a file may be older than the last birthday.
fn born(years: Option<i64>, date: Option<BirthDate>, today: NaiveDate) -> Result<Born, Fault> {
    let Some(years) = years else { return Born::given(None, date, today) };
    match date.map(|date| Born::On(date.day())) {
        Some(born) if (0..=1).contains(&(i64::from(born.age(today)) - years)) => Ok(born),
        _ => Born::given(Some(Age::new(years)?), date, today),
    }
}

/// More than an `i64` holds is held at its end, where every range refuses it.
fn whole_number(text: &str) -> Result<i64, Fault> {
    let is_long = text.len() > 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().or(is_long.then_some(i64::MAX));
    number.ok_or_else(|| Fault::new(FaultCode::Type, "must be a whole number"))
}

impl Row for NewMovie {
    const COLUMNS: [&'static str; LOOKED_AT] = ["title", "release_date", "shoot_start", "shoot_end"];
    const NEEDED: &'static [&'static [&'static str]] = &[&["title"], &["release_date"]];
    const HEADER: &'static str = "title and release_date";

    fn parse(cells: &[Cell<'_>; LOOKED_AT], _today: NaiveDate, faults: &mut FieldFaults) -> Option<Self> {
        let [title, release_date, start, end] = *cells;
        let title = faults.keep("title", title.text().and_then(Title::parse));
        let release_date = release_date.required(|text| ReleaseDate::new(parse_day(text)?));
        let release_date = faults.keep("release_date", release_date);
        let start = faults.keep("shoot_start", start.optional(parse_day));
        let end = faults.keep("shoot_end", end.optional(parse_day));
        let shoot = start.zip(end).and_then(|(start, end)| faults.keep_all(ShootWindow::between(start, end)));
        let movie = title.zip(release_date).zip(shoot);
        movie.map(|((title, release_date), shoot)| Self { title, release_date, shoot, actors: BTreeSet::new() })
    }
}
