//! Adding many rows at once.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use ensemble_domain::{Caller, Entity, Imported, Outcome, Record, Rows, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    connection::AnyConnection,
    error::{Corrupt, Trouble},
    history::{self, About, Entry},
    idempotency::{Snapshot, once_in_bulk},
    store::Store,
};

/// From how many rows on it pays to do more than adding one after another.
const MANY: usize = 1000;

/// Rows that are to be added.
pub struct Incoming<'a, N> {
    pub rows: &'a mut dyn Rows<N>,
    pub now: DateTime<Utc>,
    /// Whether there are [`MANY`] of them.
    pub many: bool,
}

/// An entity that is imported.
pub trait Imports: Snapshot {
    /// What is needed to add one.
    type New;

    /// What the history's entry is about.
    const ALL: About;

    /// Adds all rows and answers how many they were.
    fn import(connection: &mut AnyConnection, incoming: Incoming<'_, Self::New>) -> Result<u64, Trouble>;
}

/// Adds the entities of all rows or none. The first rows are read before the transaction begins: those of a small import, and the
/// faults at the head of a file, keep nobody waiting.
pub fn import<T: Imports>(
    store: &Store,
    caller: &Caller,
    rows: &mut dyn Rows<T::New>,
    now: DateTime<Utc>,
) -> Result<Outcome<Imported>, StoreError> {
    let head: Result<Vec<_>, _> = rows.take(MANY).collect();
    let head = head.map_err(|_withdrawn| StoreError::Withdrawn)?;
    let many = head.len() >= MANY;
    let mut rows = head.into_iter().map(Ok).chain(rows);
    let outcome = once_in_bulk(store, caller, now, |writer| {
        let connection = writer.for_writing();
        let count = T::import(connection, Incoming { rows: &mut rows, now, many })?;
        if count > 0 {
            let entry = Entry::of(caller, &Record::imported(Imported { count }), now)?;
            history::add(connection, entry.about(T::ALL))?;
        }
        Ok(Several::<T> { count, of: PhantomData })
    })?;
    Ok(outcome.map(|several| Imported { count: several.count }))
}

/// How many entities an import added, as it is kept for a request that is made again.
struct Several<T> {
    count: u64,
    of: PhantomData<T>,
}

/// See [`Several`].
#[derive(Deserialize, Serialize)]
struct SeveralRow {
    count: u64,
}

impl<T> TryFrom<SeveralRow> for Several<T> {
    type Error = Corrupt;

    fn try_from(row: SeveralRow) -> Result<Self, Corrupt> {
        Ok(Self { count: row.count, of: PhantomData })
    }
}

impl<T: Imports> Snapshot for Several<T> {
    const ENTITY: Entity = T::ENTITY;

    type Row = SeveralRow;

    fn id(&self) -> i64 {
        0
    }

    fn row(&self) -> SeveralRow {
        SeveralRow { count: self.count }
    }
}
