//! The table of idempotency keys: what came of a request is kept with its effect, and given again.

use std::fmt::Write;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, RunQueryDsl};
use ensemble_domain::{Caller, Casting, Conflict, Entity, Idempotency, Names, Outcome, StoreError};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    connection::AnyConnection,
    error::{Corrupt, Trouble},
    schema::idempotency_keys,
    store::{Step, Store, Writer, Writes},
};

/// How many keys are removed at once.
const BATCH: i64 = 500;

/// What can be kept as it is at this moment.
pub trait Snapshot: Sized + TryFrom<Self::Row, Error = Corrupt> {
    const ENTITY: Entity;

    /// What it is kept as.
    type Row: Serialize + DeserializeOwned;

    /// The id of the entity, or 0 when it is about several.
    fn id(&self) -> i64;

    fn row(&self) -> Self::Row;
}

#[derive(Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
struct NewKeyRow<'a> {
    key: &'a str,
    fingerprint: &'a str,
    entity: &'static str,
    entity_id: i64,
    state: String,
    created_at: NaiveDateTime,
}

/// Takes a step that writes in the name of the caller. When the caller's request is repeatable, the step is taken at most once,
/// and what came of it is kept in the same transaction.
pub fn once<T: Snapshot>(
    store: &Store,
    writes: Writes,
    caller: &Caller,
    now: DateTime<Utc>,
    step: impl Fn(&mut Writer<'_>) -> Result<Step<Option<T>>, Trouble>,
) -> Result<Option<Outcome<T>>, StoreError> {
    let Some(request) = caller.idempotency() else {
        return Ok(store.write(writes, step)?.map(Outcome::Done));
    };
    let (key, fingerprint) = (hex(&request.key), hex(&request.fingerprint));
    store.write(Writes::Several, |writer| {
        if let Some(earlier) = earlier(writer, request, &key, &fingerprint, now)? {
            return Ok(Step::Done(Some(Outcome::Replayed(earlier))));
        }
        match step(writer)? {
            Step::Done(Some(made)) => {
                keep(writer.for_writing(), &made, &key, &fingerprint, now)?;
                Ok(Step::Done(Some(Outcome::Done(made))))
            }
            Step::Done(None) => Ok(Step::Done(None)),
            Step::Overtaken => Ok(Step::Overtaken),
        }
    })
}

/// The same for a step that cannot be taken twice, in a transaction that may take long.
pub fn once_in_bulk<T: Snapshot>(
    store: &Store,
    caller: &Caller,
    now: DateTime<Utc>,
    step: impl FnOnce(&mut Writer<'_>) -> Result<T, Trouble>,
) -> Result<Outcome<T>, StoreError> {
    store.write_bulk(|writer| {
        let Some(request) = caller.idempotency() else { return step(writer).map(Outcome::Done) };
        let (key, fingerprint) = (hex(&request.key), hex(&request.fingerprint));
        if let Some(earlier) = earlier(writer, request, &key, &fingerprint, now)? {
            return Ok(Outcome::Replayed(earlier));
        }
        let made = step(writer)?;
        keep(writer.for_writing(), &made, &key, &fingerprint, now)?;
        Ok(Outcome::Done(made))
    })
}

/// What came of the request before, if it was made before and is still remembered.
fn earlier<T: Snapshot>(
    writer: &mut Writer<'_>,
    request: &Idempotency,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<Option<T>, Trouble> {
    let connection = writer.for_writing();
    if !connection.dialect().try_lock_key(&request.key)? {
        return Err(StoreError::from(Conflict::RequestInProgress).into());
    }
    let kept = idempotency_keys::table.find(key);
    let columns = (idempotency_keys::fingerprint, idempotency_keys::state, idempotency_keys::created_at);
    let found: Option<(String, String, NaiveDateTime)> = kept.select(columns).first(connection).optional()?;
    match found {
        None => Ok(None),
        Some((_, _, created_at)) if created_at <= forgotten(now) => {
            diesel::delete(kept).execute(connection)?;
            Ok(None)
        }
        Some((known, state, _)) if known == fingerprint => Ok(Some(read(&state)?)),
        Some(_) => Err(StoreError::from(Conflict::KeyReused).into()),
    }
}

fn read<T: Snapshot>(state: &str) -> Result<T, Trouble> {
    let row: T::Row = serde_json::from_str(state).map_err(|error| StoreError::Failed(error.into()))?;
    Ok(T::try_from(row)?)
}

fn written<T: Snapshot>(made: &T) -> Result<String, Trouble> {
    Ok(serde_json::to_string(&made.row()).map_err(|error| StoreError::Failed(error.into()))?)
}

fn keep<T: Snapshot>(
    connection: &mut AnyConnection,
    made: &T,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let state = written(made)?;
    let row = NewKeyRow {
        key,
        fingerprint,
        entity: T::ENTITY.as_str(),
        entity_id: made.id(),
        state,
        created_at: now.naive_utc(),
    };
    diesel::insert_into(idempotency_keys::table).values(row).execute(connection)?;
    Ok(())
}

/// Removes some of the keys that are no longer remembered, the oldest first, and answers how many they were.
pub fn purge(store: &Store, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let expired = idempotency_keys::created_at.le(forgotten(now));
    let oldest = (idempotency_keys::created_at.asc(), idempotency_keys::key.asc());
    store.write(Writes::Several, |writer| {
        let connection = writer.for_writing();
        let some = idempotency_keys::table.filter(expired).order(oldest).limit(BATCH).select(idempotency_keys::key);
        let keys: Vec<String> = some.load(connection)?;
        let purged = diesel::delete(idempotency_keys::table.filter(idempotency_keys::key.eq_any(keys)));
        Ok(Step::Done(purged.execute(connection)?))
    })
}

/// Forgets the requests that are about that actor or its castings, and takes the names out of what is kept of the others.
pub fn forget_person(connection: &mut AnyConnection, actor: i64, names: &Names) -> Result<(), Trouble> {
    let of = |entity: Entity| idempotency_keys::table.filter(idempotency_keys::entity.eq(entity.as_str()));
    diesel::delete(of(Entity::Actor).filter(idempotency_keys::entity_id.eq(actor))).execute(connection)?;
    let columns = (idempotency_keys::key, idempotency_keys::state);
    let kept: Vec<(String, String)> = of(Entity::Casting).select(columns).load(connection)?;
    for (key, state) in kept {
        let row = idempotency_keys::table.find(key);
        let casting = read::<Casting>(&state)?;
        if casting.actor.get() == actor {
            diesel::delete(row).execute(connection)?;
        } else if let Some(reason) = casting.reason.as_ref().and_then(|reason| names.taken_out_of(reason)) {
            let state = written(&Casting { reason: Some(reason), ..casting })?;
            diesel::update(row).set(idempotency_keys::state.eq(state)).execute(connection)?;
        }
    }
    Ok(())
}

/// What was kept at this time or before is not remembered any more.
fn forgotten(now: DateTime<Utc>) -> NaiveDateTime {
    now.naive_utc() - Duration::hours(Idempotency::HOURS)
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
