//! The records of a CSV file, each as the bytes of its fields, in memory of a fixed size.

use std::io::{ErrorKind, Read};

use csv_core::{ReadRecordResult, Reader};

use super::{Progress, Trouble};

/// The most bytes that the fields of a record have together.
pub const MAX_RECORD: usize = 64 * 1024;
/// The most fields that a record has.
pub const MAX_FIELDS: usize = 1024;
/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// What a UTF-8 file may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads record after record.
pub struct Records<R> {
    source: R,
    core: Reader,
    chunk: Box<[u8]>,
    /// What of the chunk is not used up.
    from: usize,
    to: usize,
    fields: Box<[u8]>,
    ends: Box<[usize]>,
    line: u64,
    begun: bool,
    progress: Progress,
}

/// One record, until the next is read.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// The line it begins on.
    pub line: u64,
    fields: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// How many fields there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, field: usize) -> Option<&'a [u8]> {
        let start = field.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.fields.get(start..*self.ends.get(field)?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).filter_map(|field| self.get(field))
    }
}

impl<R: Read> Records<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            core: Reader::new(),
            chunk: vec![0; CHUNK].into(),
            from: 0,
            to: 0,
            // The core asks for room behind the last byte.
            fields: vec![0; MAX_RECORD + 1].into(),
            ends: vec![0; MAX_FIELDS].into(),
            line: 1,
            begun: false,
            progress: Progress::default(),
        }
    }

    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The next record, `None` at the end.
    pub fn read(&mut self) -> Result<Option<Record<'_>>, Trouble> {
        if !self.begun {
            self.begun = true;
            self.pass_byte_order_mark()?;
        }
        if !self.pass_breaks()? {
            return Ok(None);
        }
        let line = self.line;
        let (written, ended) = self.read_fields(line)?;
        let record = Record {
            line,
            fields: self.fields.get(..written).unwrap_or_default(),
            ends: self.ends.get(..ended).unwrap_or_default(),
        };
        if record.fields.contains(&0) {
            return Err(Trouble::malformed(line, "begins a row with a NUL byte, so this is no text file"));
        }
        Ok(Some(record))
    }

    /// Reads the fields of one record, and answers how many bytes and fields they are.
    fn read_fields(&mut self, line: u64) -> Result<(usize, usize), Trouble> {
        let (mut written, mut ended) = (0, 0);
        loop {
            let at_end = self.from == self.to && !self.fill()?;
            // A last line need not have an end. Given one, it ends, unless a quote is open.
            let input = if at_end { b"\n" } else { self.chunk.get(self.from..self.to).unwrap_or_default() };
            let fields = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, more_written, more_ended) = self.core.read_record(input, fields, ends);
            if !at_end {
                self.pass(read);
            }
            written += more_written;
            ended += more_ended;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Ok((written, ended)),
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(Trouble::malformed(line, "begins a row with a quote that is never closed"));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Err(too_long(line)),
                ReadRecordResult::OutputEndsFull => return Err(too_wide(line)),
            }
        }
    }

    fn pass_byte_order_mark(&mut self) -> Result<(), Trouble> {
        while self.rest().len() < BYTE_ORDER_MARK.len() && self.fill()? {}
        if self.rest().starts_with(BYTE_ORDER_MARK) {
            self.pass(BYTE_ORDER_MARK.len());
        }
        Ok(())
    }

    /// Passes over blank lines, and over the rest of a CRLF, so that the next byte is of a record. Answers whether there is one. The
    /// core would do it too, but would not tell on which line the record begins.
    fn pass_breaks(&mut self) -> Result<bool, Trouble> {
        loop {
            let breaks = self.rest().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if breaks > 0 {
                self.pass(breaks);
            }
            if self.from < self.to {
                return Ok(true);
            }
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.chunk.get(self.from..self.to).unwrap_or_default()
    }

    /// Uses up bytes of the chunk.
    fn pass(&mut self, bytes: usize) {
        let passed = self.chunk.get(self.from..self.from + bytes).unwrap_or_default();
        let lines: u64 = passed.iter().map(|byte| u64::from(*byte == b'\n')).sum();
        self.line += lines;
        self.from += bytes;
        self.progress.pass(bytes);
    }

    /// Reads more into the chunk, behind what is not used up, and answers whether there was more.
    fn fill(&mut self) -> Result<bool, Trouble> {
        if self.from == self.to {
            (self.from, self.to) = (0, 0);
        }
        loop {
            match self.source.read(self.chunk.get_mut(self.to..).unwrap_or_default()) {
                Ok(read) => {
                    self.to += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Trouble::Unreadable(error)),
            }
        }
    }
}

fn too_long(line: u64) -> Trouble {
    let detail = format!("begins a row of more than {MAX_RECORD} bytes, as a quote does that is never closed");
    Trouble::malformed(line, detail)
}

fn too_wide(line: u64) -> Trouble {
    Trouble::malformed(line, format!("begins a row of more than {MAX_FIELDS} columns"))
}
