//! Writing lists, row by row.

use std::{
    fmt::{Display, Write as _},
    io,
};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use csv::{Terminator, Writer, WriterBuilder};
use ensemble_domain::{
    Actor, Billing, CastMember, Casting, Character, Credit, HistoryEntry, Movie, Reason, ShootWindow,
};

use super::guard::guarded;
use crate::history::members_json;

/// What the rows of a list can be written from.
pub trait Sheet {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];

    /// Writes the cells of one row, in the order of the columns.
    #[doc(hidden)]
    fn write<W: io::Write>(&self, today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()>;
}

/// Writes the line that names the columns.
///
/// # Errors
///
/// Those of the sink.
pub fn write_header<T: Sheet>(sink: impl io::Write) -> io::Result<()> {
    let mut cells = Cells::into(sink);
    cells.csv.write_record(T::COLUMNS)?;
    cells.csv.flush()
}

/// Writes one line for each item, as it is seen on that day.
///
/// # Errors
///
/// Those of the sink.
pub fn write_rows<'a, T: Sheet + 'a>(
    items: impl IntoIterator<Item = &'a T>,
    today: NaiveDate,
    sink: impl io::Write,
) -> io::Result<()> {
    let mut cells = Cells::into(sink);
    for item in items {
        item.write(today, &mut cells)?;
        cells.csv.write_record(None::<&[u8]>)?;
    }
    cells.csv.flush()
}

/// The cells of a row in the making.
pub struct Cells<W: io::Write> {
    csv: Writer<W>,
    scratch: String,
}

impl<W: io::Write> Cells<W> {
    fn into(sink: W) -> Self {
        Self { csv: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(sink), scratch: String::new() }
    }

    /// A text that somebody chose.
    fn text(&mut self, text: &str) -> csv::Result<()> {
        self.csv.write_field(&*guarded(text))
    }

    /// A number, a day or a word of ours; an empty cell for none.
    fn plain(&mut self, value: Option<impl Display>) -> csv::Result<()> {
        self.scratch.clear();
        if let Some(value) = value {
            write!(self.scratch, "{value}").map_err(io::Error::other)?;
        }
        self.csv.write_field(&self.scratch)
    }

    fn instant(&mut self, at: DateTime<Utc>) -> csv::Result<()> {
        self.csv.write_field(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Sheet for Actor {
    const COLUMNS: &'static [&'static str] =
        &["id", "name", "age", "birth_date", "gender", "version", "created_at", "updated_at"];

    fn write<W: io::Write>(&self, today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()> {
        cells.plain(Some(self.id))?;
        cells.text(self.name.as_str())?;
        cells.plain(Some(self.born.age(today)))?;
        cells.plain(self.born.birth_date())?;
        cells.text(self.gender.as_str())?;
        cells.plain(Some(self.version))?;
        cells.instant(self.created_at)?;
        cells.instant(self.updated_at)
    }
}

impl Sheet for Movie {
    const COLUMNS: &'static [&'static str] =
        &["id", "title", "release_date", "shoot_start", "shoot_end", "version", "created_at", "updated_at"];

    fn write<W: io::Write>(&self, _today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()> {
        cells.plain(Some(self.id))?;
        cells.text(self.title.as_str())?;
        cells.plain(Some(self.release_date.day()))?;
        cells.plain(self.shoot.map(ShootWindow::start))?;
        cells.plain(self.shoot.map(ShootWindow::end))?;
        cells.plain(Some(self.version))?;
        cells.instant(self.created_at)?;
        cells.instant(self.updated_at)
    }
}

impl Sheet for CastMember {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "movie_id",
        "actor_id",
        "actor_name",
        "character",
        "status",
        "reason",
        "billing",
        "version",
        "created_at",
        "updated_at",
    ];

    fn write<W: io::Write>(&self, _today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()> {
        write_parties(&self.casting, cells)?;
        cells.text(self.actor.name.as_str())?;
        write_part(&self.casting, cells)
    }
}

impl Sheet for Credit {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "movie_id",
        "actor_id",
        "movie_title",
        "movie_release_date",
        "character",
        "status",
        "reason",
        "billing",
        "version",
        "created_at",
        "updated_at",
    ];

    fn write<W: io::Write>(&self, _today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()> {
        write_parties(&self.casting, cells)?;
        cells.text(self.movie.title.as_str())?;
        cells.plain(Some(self.movie.release_date.day()))?;
        write_part(&self.casting, cells)
    }
}

fn write_parties<W: io::Write>(casting: &Casting, cells: &mut Cells<W>) -> csv::Result<()> {
    cells.plain(Some(casting.id))?;
    cells.plain(Some(casting.movie))?;
    cells.plain(Some(casting.actor))
}

fn write_part<W: io::Write>(casting: &Casting, cells: &mut Cells<W>) -> csv::Result<()> {
    cells.text(casting.character.as_ref().map_or("", Character::as_str))?;
    cells.plain(Some(casting.status.as_str()))?;
    cells.text(casting.reason.as_ref().map_or("", Reason::as_str))?;
    cells.plain(casting.billing.map(Billing::get))?;
    cells.plain(Some(casting.version))?;
    cells.instant(casting.created_at)?;
    cells.instant(casting.updated_at)
}

impl Sheet for HistoryEntry {
    const COLUMNS: &'static [&'static str] =
        &["id", "at", "by", "request_id", "action", "entity", "entity_id", "before", "after"];

    fn write<W: io::Write>(&self, _today: NaiveDate, cells: &mut Cells<W>) -> csv::Result<()> {
        cells.plain(Some(self.id.get()))?;
        cells.instant(self.at)?;
        cells.text(self.by.as_str())?;
        cells.text(self.request_id.as_str())?;
        cells.plain(Some(self.record.action))?;
        cells.plain(Some(self.entity))?;
        cells.plain(self.entity_id)?;
        cells.text(&members_json(&self.record.before)?)?;
        cells.text(&members_json(&self.record.after)?)
    }
}
