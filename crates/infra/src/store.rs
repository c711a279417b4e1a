//! How a call of a port becomes one transaction, and when it is made again.

use std::{
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ensemble_domain::{Action, Caller, Precondition, Record, StoreError, Version};

use crate::{
    connection::{AnyConnection, LOCK_WAIT},
    error::{NoConnection, Symptom, Trouble},
    history::Entry,
    observe::tell_pool,
    pool::{Lent, Pool, Session},
};

/// How many rows one statement adds.
pub const CHUNK: usize = 1000;

/// The most attempts at one call.
const ATTEMPTS: u32 = 3;

/// The database as the ports see it. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: Pool,
    writers: Pool,
}

/// The way a write reaches the database: through a transaction that others wait for, or as statements that each stand alone.
pub struct Writer<'a> {
    session: &'a mut Session,
    in_transaction: bool,
    in_doubt: &'a mut bool,
}

/// How many writes a step asks of the [dialect](crate::connection::Dialect).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// One at the most. Where that is one statement, it may stand alone.
    One,
    /// Several, which need a transaction around them.
    Several,
}

/// How far a write came.
pub enum Step<T> {
    /// It is done, with this answer.
    Done(T),
    /// Somebody else wrote the row between reading and writing; nothing was done.
    Overtaken,
}

impl Store {
    pub fn new(readers: Pool, writers: Pool) -> Self {
        Self { readers, writers }
    }

    /// Tells the metrics how the pools are. Where both are one, that is told twice.
    pub fn tell_pools(&self) {
        [&self.readers, &self.writers].into_iter().map(Pool::status).for_each(|status| tell_pool(&status));
    }

    /// Answers what `query` reads.
    pub fn read<T>(&self, query: impl Fn(&mut AnyConnection) -> Result<T, Trouble>) -> Result<T, StoreError> {
        let (_, answer) = attempts(&self.readers, |session, _| query(session.connection()))?;
        Ok(answer)
    }

    /// Takes a step that writes, as often as it takes not to be overtaken: first as statements that each stand alone, where that is
    /// enough and the database is good at it, then in a transaction that nobody can overtake.
    pub fn write<T>(
        &self,
        writes: Writes,
        step: impl Fn(&mut Writer<'_>) -> Result<Step<T>, Trouble>,
    ) -> Result<T, StoreError> {
        let (_, answer) = attempts(&self.writers, |session, in_doubt| {
            let optimistic_attempts = match writes {
                Writes::One => session.connection().dialect().optimistic_attempts(),
                Writes::Several => 0,
            };
            for _ in 0..optimistic_attempts {
                let outcome = step(&mut Writer { session, in_transaction: false, in_doubt })?;
                *in_doubt = false;
                if let Step::Done(answer) = outcome {
                    return Ok(answer);
                }
            }
            transaction(session, in_doubt, |writer| match step(writer)? {
                Step::Done(answer) => Ok(answer),
                Step::Overtaken => Err(Trouble::Answer(StoreError::Failed("a locked row was written".into()))),
            })
        })?;
        Ok(answer)
    }

    /// Does work in one transaction, which may take long. The work may be such that it cannot be done twice: only the beginning of
    /// the transaction is tried again.
    pub fn write_bulk<T>(&self, work: impl FnOnce(&mut Writer<'_>) -> Result<T, Trouble>) -> Result<T, StoreError> {
        let (mut session, ()) = attempts(&self.writers, |session, _| begin_bulk(session))?;
        finish(&mut session, &mut false, work)
            .map_err(|trouble| trouble.into_answer(|error| self.writers.examine(&mut session, error)))
    }
}

impl Writer<'_> {
    /// The connection, for a statement that only reads.
    pub fn for_reading(&mut self) -> &mut AnyConnection {
        self.session.connection()
    }

    /// The connection, for a statement that writes. If it is lost on the way, nobody knows whether a statement outside of a
    /// transaction took effect.
    pub fn for_writing(&mut self) -> &mut AnyConnection {
        *self.in_doubt = !self.in_transaction;
        self.session.connection()
    }

    /// Answers the entity of that id, deleted or not. As long as there is a transaction, nobody else writes it.
    pub fn read<T: Stored>(&mut self, id: i64) -> Result<Option<T>, Trouble> {
        let connection = self.session.connection();
        if self.in_transaction { T::lock(connection, id) } else { T::read(connection, id) }
    }
}

fn transaction<T>(
    session: &mut Session,
    in_doubt: &mut bool,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    session.connection().dialect().begin_write()?;
    finish(session, in_doubt, work)
}

fn begin_bulk(session: &mut Session) -> Result<(), Trouble> {
    session.connection().dialect().begin_write()?;
    let lifted = session.connection().dialect().lift_statement_timeout();
    if lifted.is_err() {
        session.roll_back();
    }
    Ok(lifted?)
}

/// Does the work in the transaction that was begun, and ends it.
fn finish<T>(
    session: &mut Session,
    in_doubt: &mut bool,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    match work(&mut Writer { session, in_transaction: true, in_doubt }) {
        Ok(answer) => {
            *in_doubt = true;
            session.commit()?;
            Ok(answer)
        }
        Err(trouble) => {
            session.roll_back();
            Err(trouble)
        }
    }
}

/// Makes the call, and makes it again when it surely did nothing and may do better: at once on another connection when the first
/// one was lost, after a short while when another transaction was in the way. All attempts together wait no longer for connections
/// than one may, and none begins after a lock was waited for in vain. Answers the connection too, for what comes after the call.
fn attempts<T>(
    pool: &Pool,
    call: impl Fn(&mut Session, &mut bool) -> Result<T, Trouble>,
) -> Result<(Lent, T), StoreError> {
    let start = Instant::now();
    let deadline = start + pool.patience();
    let mut attempt = 1;
    loop {
        let mut session = pool.lend(deadline).map_err(unavailable)?;
        let mut in_doubt = false;
        let error = match call(&mut session, &mut in_doubt) {
            Ok(answer) => return Ok((session, answer)),
            Err(Trouble::Answer(answer)) => return Err(answer),
            Err(Trouble::Query(error)) => error,
        };
        let symptom = pool.examine(&mut session, &error);
        drop(session);
        let again = match symptom {
            Symptom::Conflict => attempt < ATTEMPTS,
            Symptom::WrongServer => attempt < 2,
            Symptom::ConnectionLost => attempt < 2 && !in_doubt,
            Symptom::TimedOut | Symptom::Unavailable | Symptom::Defect => false,
        };
        if !again || start.elapsed() >= LOCK_WAIT {
            return Err(symptom.answer(error));
        }
        if symptom == Symptom::Conflict {
            thread::sleep(jitter());
        }
        attempt += 1;
    }
}

fn unavailable(error: NoConnection) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// An insertion without a row to show for it.
pub fn answered_nothing() -> StoreError {
    StoreError::Failed("an insertion answered nothing".into())
}

/// A random 10 to 100 ms, so that two that were in each other's way do not meet again.
fn jitter() -> Duration {
    Duration::from_millis(fastrand::u64(10..=100))
}

/// What a [`Change`] must know of an entity and its table.
pub trait Stored: Sized {
    fn version(&self) -> Version;

    fn is_deleted(&self) -> bool;

    /// Answers the entity of that id, deleted or not.
    fn read(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble>;

    /// The same, and keeps others from writing it until the current transaction ends.
    fn lock(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble>;

    /// What the history keeps of the way from this to that.
    fn record(&self, action: Action, after: &Self, now: DateTime<Utc>) -> Record;

    /// Writes the entity one version up and adds the entry, provided that the stored one is still of the version `seen`; else
    /// answers `None` and does neither. One statement, unless there is a transaction.
    fn replace(self, connection: &mut AnyConnection, seen: Version, entry: &Entry<'_>)
    -> Result<Option<Self>, Trouble>;
}

/// Which entities a change may find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Those that are not deleted.
    Live,
    /// Deleted ones too.
    All,
}

/// A change that is asked for: by whom, when, of what, and under which condition.
pub struct Change<'a> {
    pub caller: &'a Caller,
    pub now: DateTime<Utc>,
    pub action: Action,
    pub id: i64,
    pub among: Among,
    pub precondition: &'a Precondition,
}

/// What is to become of an entity.
pub enum Verdict<T> {
    /// Nothing: there is none that the change may find.
    Absent,
    /// Nothing: it is as it was asked to be.
    Same(T),
    /// This, told by the record, provided that it is still of the version `seen`.
    Changed { seen: Version, after: T, record: Record },
}

impl Change<'_> {
    /// Puts what `decide` makes of the stored entity in its place, provided that the precondition holds at that moment, and
    /// answers it; answers the entity as it is when that is `None`, and `None` when there is none.
    pub fn make<T: Stored>(
        &self,
        writer: &mut Writer<'_>,
        decide: impl FnOnce(&T) -> Result<Option<T>, StoreError>,
    ) -> Result<Step<Option<T>>, Trouble> {
        let found: Option<T> = writer.read(self.id)?;
        match self.judge(found, decide)? {
            Verdict::Absent => Ok(Step::Done(None)),
            Verdict::Same(stored) => Ok(Step::Done(Some(stored))),
            Verdict::Changed { seen, after, record } => {
                let entry = Entry::of(self.caller, &record, self.now)?;
                match after.replace(writer.for_writing(), seen, &entry)? {
                    Some(written) => Ok(Step::Done(Some(written))),
                    None => Ok(Step::Overtaken),
                }
            }
        }
    }

    /// What is to become of the entity that was found.
    pub fn judge<T: Stored>(
        &self,
        found: Option<T>,
        decide: impl FnOnce(&T) -> Result<Option<T>, StoreError>,
    ) -> Result<Verdict<T>, StoreError> {
        let Some(stored) = found.filter(|stored| self.among == Among::All || !stored.is_deleted()) else {
            return Ok(Verdict::Absent);
        };
        let seen = stored.version();
        self.precondition.check(seen)?;
        let Some(after) = decide(&stored)? else { return Ok(Verdict::Same(stored)) };
        let record = stored.record(self.action, &after, self.now);
        Ok(Verdict::Changed { seen, after, record })
    }
}
