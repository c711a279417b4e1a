//! `ensemble import`.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use chrono::NaiveDate;
use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use ensemble_domain::{ActorName, Age, Born, Fault, FaultCode, FieldFaults, Gender, InvalidFields, NewActor};

use crate::{failure::Failure, failure::print, operator, settings::Settings, wiring};

/// The columns that are needed, in any order.
const COLUMNS: [&str; 3] = ["name", "age", "gender"];
/// How many refused rows are told one by one.
const TOLD: usize = 20;

/// Adds all actors of the file, or none when a row is refused.
pub fn actors(settings: &Settings, file: &Path) -> Result<(), Failure> {
    let use_cases = wiring::use_cases(settings)?;
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let unread = |error| Failure::because(&file.display().to_string(), &error);
        Box::new(File::open(file).map_err(unread)?)
    };
    let rows = read(source, use_cases.clock.today())?;
    let imported = use_cases.actors.import(&operator::permit("import")?, &rows);
    let count = imported.map_err(|error| Failure::because("nothing was imported", &error))?;
    print(&format!("imported {count} actors"))
}

fn read(source: impl Read, today: NaiveDate) -> Result<Vec<NewActor>, Failure> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(source);
    let columns = columns(&mut reader)?;
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| Failure::because("nothing was imported", &error))?;
        match actor(&record, columns, today) {
            Ok(actor) => rows.push(actor),
            Err(invalid) => {
                let line = record.position().map_or(0, csv::Position::line);
                refused.push(format!("line {line}: {invalid}"));
            }
        }
    }
    if refused.is_empty() { Ok(rows) } else { Err(refusal(&refused)) }
}

fn columns(reader: &mut Reader<impl Read>) -> Result<[usize; 3], Failure> {
    let header = reader.headers().map_err(|error| Failure::because("nothing was imported", &error))?;
    let place = |name| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
    let places = COLUMNS.map(place);
    match places {
        [Some(name), Some(age), Some(gender)] => Ok([name, age, gender]),
        _ => Err(Failure::Other(format!("the first line must name the columns {}", COLUMNS.join(", ")))),
    }
}

fn actor(record: &StringRecord, [name, age, gender]: [usize; 3], today: NaiveDate) -> Result<NewActor, InvalidFields> {
    let text = |column| record.get(column).unwrap_or_default();
    let mut faults = FieldFaults::default();
    let name = faults.keep("name", ActorName::parse(text(name)));
    let age = text(age).parse().map_err(|_unread| Fault::new(FaultCode::Type, "must be a whole number"));
    let born = age.and_then(Age::new).and_then(|age| Born::given(Some(age), None, today));
    let born = faults.keep("age", born);
    let gender = faults.keep("gender", Gender::parse(text(gender)));
    faults.finish(name.zip(born).zip(gender).map(|((name, born), gender)| NewActor { name, gender, born }))
}

fn refusal(refused: &[String]) -> Failure {
    let mut lines = vec![format!("nothing was imported, since {} rows are not right:", refused.len())];
    lines.extend(refused.iter().take(TOLD).cloned());
    let more = refused.len().saturating_sub(TOLD);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    Failure::Other(lines.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(csv: &str) -> Result<Vec<NewActor>, String> {
        let today = NaiveDate::from_ymd_opt(2026, 3, 14).unwrap();
        read(csv.as_bytes(), today).map_err(|failure| failure.to_string())
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_ignored() {
        let rows = rows("\u{feff}gender,agent,name,age\nF,x, Nada Haddad ,20\nm,,\"Ito, Ken\",31\n").unwrap();
        let names: Vec<_> = rows.iter().map(|actor| actor.name.as_str()).collect();
        assert_eq!(names, ["Nada Haddad", "Ito, Ken"]);
        assert_eq!(rows[0].gender, Gender::Female);
    }

    #[test]
    fn every_row_that_is_not_right_is_told_with_its_line() {
        let refused = rows("name,age,gender\nAda,36,f\n,abc,f\nBob,121,m\n").unwrap_err();
        assert_eq!(
            refused,
            "nothing was imported, since 2 rows are not right:\n  line 3: name must not be empty; age must be a whole number\
             \n  line 4: age must be between 0 and 120"
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        assert_eq!(rows("name,gender\nAda,f\n").unwrap_err(), "the first line must name the columns name, age, gender");
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        assert!(rows("name,age,gender\nAda,36\n").unwrap_err().contains("line: 2"));
    }
}
