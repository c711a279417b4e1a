//! Actors, movies, castings and histories as CSV (RFC 4180), both ways. What is written here can be read here.
//!
//! [`Reading`] hands the rows of a file to an import one by one, in memory that does not grow with the file; [`write_header`] and
//! [`write_rows`] write a list piece by piece.

mod cells;
mod guard;
mod reading;
mod records;
mod report;
mod rows;
mod writing;

#[cfg(test)]
mod tests;

pub use self::{
    reading::{Options, Progress, Reading},
    report::{Report, RowFault, Trouble},
    rows::Row,
    writing::{Sheet, write_header, write_rows},
};
