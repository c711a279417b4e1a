//! Rows in the binary format of COPY, as the chapter on COPY in PostgreSQL's manual has it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::{QueryResult, result::Error as QueryError};

/// From where PostgreSQL counts days and microseconds.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();

/// Signature, no flags, no further header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What stands in the place of a row after the last one.
const TRAILER: i16 = -1;

/// What stands in the place of a field's length when there is none.
const NULL: i32 = -1;

/// Rows, put together until they are sent.
pub struct Binary(Vec<u8>);

impl Binary {
    /// The beginning of the data, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut data = Vec::with_capacity(bytes);
        data.extend_from_slice(HEADER);
        Self(data)
    }

    /// What was put together since it was last [emptied](Self::clear).
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Begins a row of so many fields.
    pub fn row(&mut self, fields: i16) -> &mut Self {
        self.0.extend_from_slice(&fields.to_be_bytes());
        self
    }

    /// Ends the data.
    pub fn end(&mut self) {
        self.0.extend_from_slice(&TRAILER.to_be_bytes());
    }

    pub fn text(&mut self, text: &str) -> QueryResult<&mut Self> {
        self.field(text.as_bytes())
    }

    pub fn bool(&mut self, value: bool) -> QueryResult<&mut Self> {
        self.field(&[u8::from(value)])
    }

    pub fn number(&mut self, number: i64) -> QueryResult<&mut Self> {
        self.field(&number.to_be_bytes())
    }

    pub fn day(&mut self, day: NaiveDate) -> QueryResult<&mut Self> {
        let days = i32::try_from(day.signed_duration_since(EPOCH).num_days()).map_err(unwritable)?;
        self.field(&days.to_be_bytes())
    }

    pub fn day_or_null(&mut self, day: Option<NaiveDate>) -> QueryResult<&mut Self> {
        if let Some(day) = day {
            return self.day(day);
        }
        self.0.extend_from_slice(&NULL.to_be_bytes());
        Ok(self)
    }

    pub fn instant(&mut self, instant: NaiveDateTime) -> QueryResult<&mut Self> {
        let since = instant.signed_duration_since(EPOCH.and_time(NaiveTime::MIN));
        self.number(since.num_microseconds().ok_or_else(|| unwritable("an instant out of all bounds"))?)
    }

    fn field(&mut self, bytes: &[u8]) -> QueryResult<&mut Self> {
        let length = i32::try_from(bytes.len()).map_err(unwritable)?;
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        Ok(self)
    }
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> QueryError {
    QueryError::SerializationError(error.into())
}
