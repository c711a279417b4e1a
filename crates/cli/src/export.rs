//! `ensemble export`.

use std::{
    fs::{self, File},
    io::{self, BufWriter, StdoutLock, Write},
    path::Path,
};

use ensemble_domain::{
    Actor, ActorQuery, Error, Limit, Movie, MovieQuery, PageNumber, PageRequest, Position, Start, Total,
};
use ensemble_http::csv::{Sheet, write_header, write_rows};

use crate::{
    commands::Kind,
    draft::Draft,
    failure::{Failure, print},
    operator, progress,
    settings::Settings,
    wiring::{self, UseCases},
};

const COMMAND: &str = "export";

/// How many rows are read at once.
const BATCH: u32 = 5000;

/// Writes all actors or movies, in the order of their ids, to the file or to standard output.
pub fn run(settings: &Settings, kind: Kind, output: Option<&Path>) -> Result<(), Failure> {
    let use_cases = wiring::use_cases_with_schema(settings)?;
    let Some(path) = output.filter(|path| *path != Path::new("-")) else {
        return match write(&use_cases, kind, &mut Sink::Standard(BufWriter::new(io::stdout().lock()))) {
            Err(Stop::Unwritable(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome.map(drop).map_err(|stop| stop.failure("standard output")),
        };
    };
    let name = path.display().to_string();
    let failed = |error: io::Error| Stop::Unwritable(error).failure(&name);
    let mut sink = Sink::at(path).map_err(failed)?;
    let count = write(&use_cases, kind, &mut sink).map_err(|stop| stop.failure(&name))?;
    sink.keep().map_err(failed)?;
    print(&format!("exported {} to {name}", kind.counted(count)))
}

/// Why an export ends before all is written.
enum Stop {
    Unreadable(Error),
    Unwritable(io::Error),
    Other(Failure),
}

impl Stop {
    fn failure(self, output: &str) -> Failure {
        match self {
            Self::Unreadable(error) => Failure::because("the export is not whole", &error),
            Self::Unwritable(error) => Failure::because(&format!("{output} cannot be written"), &error),
            Self::Other(failure) => failure,
        }
    }
}

/// Where the rows go.
enum Sink {
    Standard(BufWriter<StdoutLock<'static>>),
    /// What is no file, such as a pipe or a terminal, cannot be replaced.
    Device(BufWriter<File>),
    /// A file that gets its name once it is whole.
    New(BufWriter<Draft>),
}

impl Sink {
    fn at(path: &Path) -> io::Result<Self> {
        // A link stays, and what it leads to is replaced.
        let path = match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            found => found?,
        };
        let there = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self::Device(BufWriter::new(File::options().write(true).open(&path)?)));
        }
        let draft = Draft::of(path, 0o666)?;
        if let Some(there) = there {
            draft.permit(there.permissions())?;
        }
        Ok(Self::New(BufWriter::new(draft)))
    }

    /// Makes sure that what was written stays, under its name.
    fn keep(self) -> io::Result<()> {
        let Self::New(draft) = self else { return Ok(()) };
        draft.into_inner().map_err(io::IntoInnerError::into_error)?.replace()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::Device(out) => out.write(bytes),
            Self::New(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::Device(out) => out.flush(),
            Self::New(out) => out.flush(),
        }
    }
}

/// Writes all of that kind, and answers how many they were.
fn write(use_cases: &UseCases, kind: Kind, sink: &mut Sink) -> Result<u64, Stop> {
    let one = PageRequest { limit: Limit::DEFAULT, start: Start::Page(PageNumber::FIRST) };
    match kind {
        Kind::Actors => {
            let (permit, query) = (operator::permit(COMMAND).map_err(Stop::Other)?, ActorQuery::default());
            let page = use_cases.actors.list(&permit, &query, &one).map_err(Stop::Unreadable)?;
            let batch = |after| use_cases.actors.batch(&permit, &query, after, BATCH);
            write_all::<Actor>(use_cases, page.total, batch, |actor| query.position(actor), sink)
        }
        Kind::Movies => {
            let (permit, query) = (operator::permit(COMMAND).map_err(Stop::Other)?, MovieQuery::default());
            let page = use_cases.movies.list(&permit, &query, &one).map_err(Stop::Unreadable)?;
            let batch = |after| use_cases.movies.batch(&permit, &query, after, BATCH);
            write_all::<Movie>(use_cases, page.total, batch, |movie| query.position(movie), sink)
        }
    }
}

fn write_all<T: Sheet>(
    use_cases: &UseCases,
    total: Total,
    batch: impl Fn(Option<Position>) -> Result<Vec<T>, Error>,
    position: impl Fn(&T) -> Position,
    sink: &mut Sink,
) -> Result<u64, Stop> {
    let today = use_cases.clock.today();
    let bar = progress::of_rows(total.get()).map_err(Stop::Other)?;
    write_header::<T>(&mut *sink).map_err(Stop::Unwritable)?;
    let (mut count, mut after) = (0, None);
    loop {
        let rows = batch(after.take()).map_err(Stop::Unreadable)?;
        write_rows(&rows, today, &mut *sink).map_err(Stop::Unwritable)?;
        let read = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        count += read;
        bar.set_position(count);
        after = rows.last().map(&position);
        if read < u64::from(BATCH) {
            break;
        }
    }
    sink.flush().map_err(Stop::Unwritable)?;
    bar.finish_and_clear();
    Ok(count)
}
