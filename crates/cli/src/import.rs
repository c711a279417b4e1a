//! `ensemble import`.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use ensemble_domain::{Error, Imported, NewActor, NewMovie, Outcome, Rows, StoreError};
use ensemble_http::csv::{Options, Reading, Report, Row, Trouble};
use indicatif::ProgressBar;

use crate::{
    commands::Kind,
    failure::{Failure, print},
    operator, progress,
    settings::Settings,
    wiring,
};

const COMMAND: &str = "import";

/// Adds all actors or movies of the file, or none when a row is not right; told to, it passes over those that are not.
pub fn run(settings: &Settings, kind: Kind, file: &Path, skip_invalid: bool) -> Result<(), Failure> {
    let source = Source::open(file)?;
    let use_cases = wiring::use_cases_with_schema(settings)?;
    let options = Options { today: use_cases.clock.today(), skip_invalid };
    let (outcome, report) = match kind {
        Kind::Actors => {
            let permit = operator::permit(COMMAND)?;
            import::<NewActor>(source, options, |rows| use_cases.actors.import(&permit, rows))?
        }
        Kind::Movies => {
            let permit = operator::permit(COMMAND)?;
            import::<NewMovie>(source, options, |rows| use_cases.movies.import(&permit, rows))?
        }
    };
    match outcome {
        Ok(imported) => tell(kind, imported.into_inner(), &report),
        Err(Error::Store(StoreError::Withdrawn)) => Err(refusal(&report)),
        Err(error) => Err(Failure::because("nothing was imported", &error)),
    }
}

/// Where the rows come from.
struct Source {
    name: String,
    bytes: Box<dyn Read>,
    /// How many bytes there are, where that is known.
    length: Option<u64>,
}

impl Source {
    fn open(file: &Path) -> Result<Self, Failure> {
        if file == Path::new("-") {
            return Ok(Self { name: "standard input".to_owned(), bytes: Box::new(io::stdin().lock()), length: None });
        }
        let name = file.display().to_string();
        let opened = File::open(file).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, bytes) = opened.map_err(|error| unreadable(&name, &error))?;
        let length = metadata.is_file().then_some(metadata.len());
        Ok(Self { name, bytes: Box::new(bytes), length })
    }
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::because(&format!("{name} cannot be read"), error)
}

/// Hands the rows over, and answers what came of it and of their reading.
fn import<T: Row>(
    source: Source,
    options: Options,
    store: impl FnOnce(&mut dyn Rows<T>) -> Result<Outcome<Imported>, Error>,
) -> Result<(Result<Outcome<Imported>, Error>, Report), Failure> {
    let reading = Reading::<T, _>::open(source.bytes, options);
    let mut reading = reading.map_err(|trouble| match trouble {
        Trouble::Unreadable(error) => unreadable(&source.name, &error),
        Trouble::Malformed { .. } => Failure::because("nothing was imported", &trouble),
    })?;
    let read = reading.progress();
    let rows = read.clone();
    let bar = progress::of_bytes(source.length, move || rows.rows())?;
    let outcome = store(&mut Watched { rows: &mut reading, bar: &bar, read: || read.bytes(), until_drawn: 0 });
    bar.finish_and_clear();
    Ok((outcome, reading.into_report()))
}

/// Rows whose reading is shown.
struct Watched<'a, R, B> {
    rows: &'a mut R,
    bar: &'a ProgressBar,
    read: B,
    until_drawn: u32,
}

impl<R: Iterator, B: Fn() -> u64> Iterator for Watched<'_, R, B> {
    type Item = R::Item;

    fn next(&mut self) -> Option<R::Item> {
        /// After how many rows the bar is moved, which costs more than a row.
        const STEP: u32 = 1000;

        let row = self.rows.next();
        self.until_drawn = self.until_drawn.checked_sub(1).unwrap_or_else(|| {
            self.bar.set_position((self.read)());
            STEP
        });
        if row.is_none() {
            self.bar.set_position((self.read)());
            self.bar.set_message("storing");
        }
        row
    }
}

/// Tells how many were added; which rows were passed over goes to standard error.
fn tell(kind: Kind, imported: Imported, report: &Report) -> Result<(), Failure> {
    let added = format!("imported {}", kind.counted(imported.count));
    if report.bad == 0 {
        return print(&added);
    }
    let passed = writeln!(io::stderr(), "passed over:\n  {}", faults(report).join("\n  "));
    passed.map_err(|error| Failure::because("standard error cannot be written", &error))?;
    print(&format!("{added}, passed over {}", rows(report.bad)))
}

fn refusal(report: &Report) -> Failure {
    const NOTHING: &str = "nothing was imported";

    let verb = if report.bad == 1 { "is" } else { "are" };
    let mut lines = vec![format!("{NOTHING}, since {} {verb} not right:", rows(report.bad))];
    lines.extend(faults(report));
    match &report.trouble {
        None => {}
        Some(trouble) if report.bad == 0 => return Failure::because(NOTHING, trouble),
        Some(trouble) => lines.push(format!("and then {}", Failure::because("the file ends in trouble", trouble))),
    }
    Failure::Other(lines.join("\n  "))
}

fn rows(count: u64) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}

/// A line for each fault that is told, and one for the rows that are not.
fn faults(report: &Report) -> Vec<String> {
    let mut lines: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    let told = report.faults.chunk_by(|one, next| one.line == next.line).count();
    let more = report.bad.saturating_sub(u64::try_from(told).unwrap_or(u64::MAX));
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}
