//! What reading a file came to.

use std::{borrow::Cow, fmt, io};

use ensemble_domain::{Fault, FieldFault, InvalidFields};
use thiserror::Error;

/// What reading a file came to, as far as it was read.
#[derive(Debug, Default)]
pub struct Report {
    /// How many rows are right.
    pub good: u64,
    /// How many rows are not.
    pub bad: u64,
    /// What is wrong with the bad rows, in the order of the file, for the first [`Report::MAX_ROWS`] of them.
    pub faults: Vec<RowFault>,
    /// Why the file could not be read to its end, if it could not.
    pub trouble: Option<Trouble>,
}

impl Report {
    /// How many bad rows are told one by one.
    pub const MAX_ROWS: u64 = 1000;

    /// Whether the whole file was read and every row is right.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.bad == 0 && self.trouble.is_none()
    }

    /// Nothing of a file could be read.
    #[must_use]
    pub fn unread(trouble: Trouble) -> Self {
        Self { trouble: Some(trouble), ..Self::default() }
    }

    pub(super) fn note(&mut self, line: u64, invalid: &InvalidFields) {
        self.bad += 1;
        if self.bad <= Self::MAX_ROWS {
            let of_row =
                |FieldFault { field, fault }: &FieldFault| RowFault { line, column: field, fault: fault.clone() };
            self.faults.extend(invalid.faults().iter().map(of_row));
        }
    }
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The line on which the row begins, as an editor counts: from 1, blank lines too.
    pub line: u64,
    /// The name of the column; empty when the row as a whole is at fault.
    pub column: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            "" => write!(f, "line {}: {}", self.line, self.fault),
            column => write!(f, "line {}: {column} {}", self.line, self.fault),
        }
    }
}

/// Why a file cannot be read, or not to its end.
#[derive(Debug, Error)]
pub enum Trouble {
    /// It is no such file; whoever made it has to make it anew.
    #[error("line {line}: {detail}")]
    Malformed {
        /// The line that reading stopped at, as an editor counts.
        line: u64,
        /// What is wrong there and what would be right.
        detail: Cow<'static, str>,
    },
    /// Its source failed.
    #[error("the file could not be read to its end")]
    Unreadable(#[source] io::Error),
}

impl Trouble {
    pub(super) fn malformed(line: u64, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed { line, detail: detail.into() }
    }
}
