//! Adding many at once.

/// The rows of an import, one after another, as they are read.
pub trait Rows<T>: Iterator<Item = Result<T, Withdrawn>> {}

impl<T, I: Iterator<Item = Result<T, Withdrawn>>> Rows<T> for I {}

/// Whoever hands over rows takes all of them back: a row was refused, or the source could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawn;

/// What an import added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// How many they were.
    pub count: u64,
}
