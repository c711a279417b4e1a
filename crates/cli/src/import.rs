//! `ensemble import`.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use chrono::NaiveDate;
use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord, Trim};
use ensemble_domain::{ActorName, Age, Born, Fault, FaultCode, FieldFaults, Gender, InvalidFields, NewActor};

use crate::{failure::Failure, failure::print, operator, settings::Settings, wiring};

/// The columns that are needed, in any order.
const COLUMNS: [&str; 3] = ["name", "age", "gender"];
/// How many refused rows are told one by one.
const TOLD: usize = 20;

/// Adds all actors of the file, or none when a row is refused.
pub fn actors(settings: &Settings, file: &Path) -> Result<(), Failure> {
    let mut csv = Vec::new();
    let source = if file == Path::new("-") { io::stdin().read_to_end(&mut csv) } else { read_file(file, &mut csv) };
    source.map_err(|error| Failure::because(&format!("{} cannot be read", file.display()), &error))?;
    let use_cases = wiring::use_cases_with_schema(settings)?;
    let rows = read(&csv, use_cases.clock.today())?;
    let imported = use_cases.actors.import(&operator::permit("import")?, &rows);
    let count = imported.map_err(|error| Failure::because("nothing was imported", &error))?;
    print(&format!("imported {count} {}", if count == 1 { "actor" } else { "actors" }))
}

fn read_file(path: &Path, csv: &mut Vec<u8>) -> io::Result<usize> {
    File::open(path)?.read_to_end(csv)
}

fn read(csv: &[u8], today: NaiveDate) -> Result<Vec<NewActor>, Failure> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(csv);
    let (places, header) = columns(&mut reader)?;
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    for record in reader.into_byte_records() {
        let record = record.map_err(|error| Failure::because("nothing was imported", &error))?;
        let start = record.position().map_or(0, csv::Position::byte);
        match row(record, &header).and_then(|record| actor(&record, places, today).map_err(|bad| bad.to_string())) {
            Ok(actor) => rows.push(actor),
            Err(reason) => refused.push(format!("line {}: {reason}", line_at(csv, start))),
        }
    }
    if refused.is_empty() { Ok(rows) } else { Err(refusal(&refused)) }
}

/// The number of the line of the record that begins there. The reader's own count is wrong after blank lines, and after CRLF.
fn line_at(csv: &[u8], start: u64) -> usize {
    let (before, rest) = csv.split_at_checked(usize::try_from(start).unwrap_or(usize::MAX)).unwrap_or((csv, &[]));
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    1 + before.iter().chain(breaks).filter(|byte| **byte == b'\n').count()
}

/// A record with a text for every column.
fn row(record: ByteRecord, header: &StringRecord) -> Result<StringRecord, String> {
    if record.len() != header.len() {
        return Err(format!("must have {} columns, as the first line has, not {}", header.len(), record.len()));
    }
    StringRecord::from_byte_record(record).map_err(|error| {
        let column = header.get(error.utf8_error().field()).unwrap_or_default();
        format!("{column} must be text in UTF-8")
    })
}

/// Where the columns are, and the first line.
fn columns(reader: &mut Reader<&[u8]>) -> Result<([usize; 3], StringRecord), Failure> {
    let header = reader.headers().map_err(|error| Failure::because("nothing was imported", &error))?.clone();
    let named: Vec<_> = header.iter().map(|column| column.trim_start_matches('\u{feff}')).collect();
    if let Some(twice) = COLUMNS.into_iter().find(|name| named.iter().filter(|column| *column == name).count() > 1) {
        let text = format!("nothing was imported: the first line must name the column {twice} only once");
        return Err(Failure::Other(text));
    }
    let places = COLUMNS.map(|name| named.iter().position(|column| *column == name));
    if let [Some(name), Some(age), Some(gender)] = places {
        return Ok(([name, age, gender], header));
    }
    let columns = COLUMNS.join(", ");
    Err(Failure::Other(format!("nothing was imported: the first line must name the columns {columns}")))
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
    let rows = if refused.len() == 1 { "row is" } else { "rows are" };
    let mut lines = vec![format!("nothing was imported, since {} {rows} not right:", refused.len())];
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
        let wanted = "nothing was imported: the first line must name the columns name, age, gender";
        assert_eq!(rows("name,gender\nAda,f\n").unwrap_err(), wanted);
    }

    #[test]
    fn a_column_that_is_named_twice_is_refused() {
        for (header, column) in [("name,age,name,gender", "name"), ("\u{feff}age,name,gender,x,age", "age")] {
            let wanted = format!("nothing was imported: the first line must name the column {column} only once");
            assert_eq!(rows(&format!("{header}\n")).unwrap_err(), wanted, "{header:?}");
        }
        assert!(rows("x,name,x,age,gender\n1,Ada,2,36,f\n").is_ok(), "other columns are ignored");
    }

    #[test]
    fn one_row_is_told_as_one() {
        let refused = rows("name,age,gender\nBob,121,m\n").unwrap_err();
        assert!(refused.starts_with("nothing was imported, since 1 row is not right:\n"), "{refused}");
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        let refused = rows("name,age,gender\nAda,36\nBob,121,m\nCy,30,m,x\n").unwrap_err();
        assert_eq!(
            refused.lines().skip(1).collect::<Vec<_>>(),
            [
                "  line 2: must have 3 columns, as the first line has, not 2",
                "  line 3: age must be between 0 and 120",
                "  line 4: must have 3 columns, as the first line has, not 4",
            ]
        );
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for (csv, line) in [
            ("name,age,gender\r\nAda,36,f\r\nBob,121,m\r\n", "line 3:"),
            ("\n\nname,age,gender\n\nAda,36,f\n\n\nBob,121,m", "line 8:"),
            ("name,age,gender\r\n\r\nAda,36,\"own\nwords\"\r\n\r\nBob,121,m\r\n", "line 6:"),
        ] {
            let refused = rows(csv).unwrap_err();
            assert!(refused.contains(line), "{csv:?}: {refused}");
        }
    }

    #[test]
    fn a_text_that_is_not_utf8_is_told_with_its_column() {
        let csv = b"name,age,gender\nAda,36,f\nJos\xe9,41,m\n,36,f\n";
        let refused = read(csv, NaiveDate::from_ymd_opt(2026, 3, 14).unwrap()).unwrap_err().to_string();
        assert!(refused.contains("line 3: name must be text in UTF-8"), "{refused}");
        assert!(refused.contains("line 4: name must not be empty"), "{refused}");
    }
}
