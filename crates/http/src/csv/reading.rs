//! Reading a file of actors or movies, row by row.

use std::{
    fmt,
    io::Read,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::NaiveDate;
use ensemble_domain::{Fault, FaultCode, FieldFaults, InvalidFields, Withdrawn};

use super::{
    Report, Row, Trouble,
    cells::Columns,
    records::{Record, Records},
};

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day that ages are counted from.
    pub today: NaiveDate,
    /// Whether rows that are not right are passed over. Otherwise one of them withdraws all.
    pub skip_invalid: bool,
}

/// How far the reading of a file has come, for whoever watches it from another thread. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicU64,
    rows: AtomicU64,
}

impl Progress {
    /// How many bytes were read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// How many rows were read, good and bad.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.rows.load(Ordering::Relaxed)
    }

    pub(super) fn pass(&self, bytes: usize) {
        self.0.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The rows of a file, one after another, for `import` of [`ActorService`](ensemble_domain::ActorService) and
/// [`MovieService`](ensemble_domain::MovieService). It takes the memory of its buffers, whatever the file holds.
///
/// At the first row that is not right, and at the first trouble with the file, all rows are withdrawn; what is wrong with the other
/// rows is noted before that, so that one [`Report`] tells it all. With [`Options::skip_invalid`] only trouble withdraws them.
pub struct Reading<T, R> {
    records: Records<R>,
    columns: Columns,
    options: Options,
    report: Report,
    is_over: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: Row, R: Read> Reading<T, R> {
    /// Begins with a file, and reads its first line, which names the columns.
    ///
    /// # Errors
    ///
    /// [`Trouble`] when the file is empty, a column that is needed is missing or one is named twice, or the source fails.
    pub fn open(source: R, options: Options) -> Result<Self, Trouble> {
        let mut records = Records::new(source);
        let columns = match records.read()? {
            Some(header) => Columns::find::<T>(&header)?,
            None => return Err(Trouble::malformed(1, format!("must name the columns {}, but is empty", T::HEADER))),
        };
        Ok(Self { records, columns, options, report: Report::default(), is_over: false, row: PhantomData })
    }

    /// How far it has come, now and later.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.records.progress().clone()
    }

    /// What it came to up to now.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// What it came to.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// The next row that is right; `None` at the end, or where it cannot go on.
    fn next_good(&mut self) -> Option<T> {
        while !self.is_over {
            let record = match self.records.read() {
                Ok(Some(record)) => record,
                end => {
                    let is_bare = self.report.good == 0 && self.report.bad == 0;
                    let bare = || Trouble::malformed(1, "names the columns, but no row follows");
                    self.report.trouble = end.err().or_else(|| is_bare.then(bare));
                    self.is_over = true;
                    break;
                }
            };
            let (line, row) = (record.line, parse(&self.columns, &record, self.options.today));
            self.records.progress().0.rows.fetch_add(1, Ordering::Relaxed);
            match row {
                Ok(row) => {
                    self.report.good += 1;
                    return Some(row);
                }
                Err(invalid) => self.report.note(line, &invalid),
            }
        }
        None
    }

    const fn is_withdrawn(&self) -> bool {
        self.report.trouble.is_some() || (self.report.bad > 0 && !self.options.skip_invalid)
    }
}

impl<T: Row, R: Read> Iterator for Reading<T, R> {
    type Item = Result<T, Withdrawn>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let row = self.next_good();
        if self.is_withdrawn() {
            while self.next_good().is_some() {}
            return Some(Err(Withdrawn));
        }
        row.map(Ok)
    }
}

impl<T, R> fmt::Debug for Reading<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("options", &self.options).field("report", &self.report).finish_non_exhaustive()
    }
}

fn parse<T: Row>(columns: &Columns, record: &Record<'_>, today: NaiveDate) -> Result<T, InvalidFields> {
    if record.len() != columns.count {
        let detail = format!("must have {} columns, as the first line has, not {}", columns.count, record.len());
        return Err(InvalidFields::one("", Fault::new(FaultCode::Format, detail)));
    }
    let mut faults = FieldFaults::default();
    let row = T::parse(&columns.cells(record), today, &mut faults);
    faults.finish(row)
}
