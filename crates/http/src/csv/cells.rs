//! Where the columns of a file are, and the cells of a row.

use ensemble_domain::{Fault, FaultCode};

use super::{Row, Trouble, guard::unguarded, records::Record};

/// How many columns are looked at.
pub const LOOKED_AT: usize = 4;

/// Where the columns are that are looked at, and how many there are in all.
pub struct Columns {
    pub count: usize,
    places: [Option<usize>; LOOKED_AT],
}

/// One cell: what it holds, or nothing when the column is not there.
#[derive(Clone, Copy)]
pub struct Cell<'a>(Option<&'a [u8]>);

impl Columns {
    /// Finds the columns by the names that stand in the first line, in capitals or not.
    pub fn find<T: Row>(header: &Record<'_>) -> Result<Self, Trouble> {
        let wrong = |detail: String| Trouble::malformed(header.line, detail);
        let names: Result<Vec<_>, _> = header.iter().map(str::from_utf8).collect();
        let names = names.map_err(|_invalid| wrong("must be text in UTF-8".to_owned()))?;
        let names: Vec<_> = names.into_iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let count = |name: &str| names.iter().filter(|other| *other == name).count();
        if let Some(twice) = T::COLUMNS.into_iter().find(|name| count(name) > 1) {
            return Err(wrong(format!("must name the column {twice} only once")));
        }
        let missing = T::NEEDED.iter().filter(|any_of| any_of.iter().all(|name| count(name) == 0));
        let missing: Vec<_> = missing.map(|any_of| any_of.join(" or ")).collect();
        if !missing.is_empty() {
            let is_one_cell = names.len() == 1 && names.iter().any(|name| name.contains([';', '\t', '|']));
            let hint = if is_one_cell { "; there must be commas between them" } else { "" };
            return Err(wrong(format!(
                "must name the columns {}, but does not name {}{hint}",
                T::HEADER,
                missing.join(", ")
            )));
        }
        let places = T::COLUMNS.map(|name| names.iter().position(|other| other == name));
        Ok(Self { count: names.len(), places })
    }

    /// The cells of a row, in the order of [`Row::COLUMNS`].
    pub fn cells<'a>(&self, record: &Record<'a>) -> [Cell<'a>; LOOKED_AT] {
        self.places.map(|place| Cell(place.and_then(|place| record.get(place))))
    }
}

impl<'a> Cell<'a> {
    /// Whether the file has the column at all.
    pub const fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// What stands in the cell, without the blanks around it.
    fn plain(self) -> Result<&'a str, Fault> {
        let text = str::from_utf8(self.0.unwrap_or_default());
        text.map(str::trim).map_err(|_invalid| Fault::new(FaultCode::Format, "must be text in UTF-8"))
    }

    /// A text, without the apostrophe that keeps a spreadsheet from running it.
    pub fn text(self) -> Result<&'a str, Fault> {
        self.plain().map(unguarded)
    }

    /// Reads a value that must be there.
    pub fn required<T>(self, read: impl FnOnce(&'a str) -> Result<T, Fault>) -> Result<T, Fault> {
        self.optional(read)?.ok_or_else(|| Fault::new(FaultCode::Required, "is required"))
    }

    /// Reads a value that may be absent; an empty cell holds none.
    pub fn optional<T>(self, read: impl FnOnce(&'a str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        match self.plain()? {
            "" => Ok(None),
            text => read(text).map(Some),
        }
    }
}
