//! Actors that are added or changed for several callers at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::result::Error as QueryError;
use ensemble_domain::{Action, Actor, Addition, Amendment, Record, StoreError};

use super::{ActorRow, ChangedActorRow, NewActorRow};
use crate::{
    error::Corrupt,
    history::Entry,
    store::{Step, Store, Stored, Writes},
};

/// Adds those whose requests are not repeatable.
pub fn insert(store: &Store, wanted: &[&Addition], now: DateTime<Utc>) -> Result<Vec<Option<Actor>>, StoreError> {
    let mut rows = Vec::new();
    for Addition { permit, new } in wanted.iter().filter(|addition| stands_alone(addition)) {
        let record = Record::added(Action::Created, new.members(now.date_naive()));
        rows.push((NewActorRow::of(new, now), Entry::of(permit.caller(), &record, now)?));
    }
    if rows.is_empty() {
        return Ok(wanted.iter().map(|_| None).collect());
    }
    let added = store.write(Writes::One, |writer| Ok(Step::Done(writer.for_writing().dialect().insert_actors(&rows)?)));
    let mut added = unless_refused(added)?.into_iter().map(Actor::try_from);
    let answer = |addition: &&Addition| if stands_alone(addition) { added.next().transpose() } else { Ok(None) };
    Ok(wanted.iter().map(answer).collect::<Result<_, _>>()?)
}

/// Changes those that can be changed as it is wished. Of several changes of one actor, only the first is looked at.
pub fn update(store: &Store, wanted: &[&Amendment], now: DateTime<Utc>) -> Result<Vec<Option<Actor>>, StoreError> {
    let ids: Vec<_> = wanted.iter().map(|amendment| amendment.id.get()).collect();
    let answers = store.write(Writes::One, |writer| {
        let mut stored = by_id(writer.for_reading().dialect().read_actors(&ids)?)?;
        let (mut changed, mut answers) = (Vec::new(), BTreeMap::new());
        for amendment in wanted {
            let Some(before) = stored.remove(&amendment.id.get()) else { continue };
            if before.is_deleted() || !amendment.precondition.allows(before.version) {
                continue;
            }
            let Some(after) = before.amended(&amendment.changes, now) else {
                answers.insert(before.id.get(), before);
                continue;
            };
            let entry = Entry::of(amendment.permit.caller(), &before.record(Action::Updated, &after, now), now)?;
            changed.push((before.version, after, entry));
        }
        let rows: Vec<_> = changed
            .iter()
            .map(|(seen, after, entry)| ((after.id.get(), seen.get()), ChangedActorRow::of(after), entry))
            .collect();
        if !rows.is_empty() {
            answers.extend(by_id(writer.for_writing().dialect().replace_actors(&rows)?)?);
        }
        Ok(Step::Done(answers))
    });
    let mut answers = unless_refused(answers)?;
    Ok(wanted.iter().map(|amendment| answers.remove(&amendment.id.get())).collect())
}

/// Whether nothing but the row and its entry is to be kept of it.
fn stands_alone(addition: &Addition) -> bool {
    addition.permit.caller().idempotency().is_none()
}

fn by_id(rows: Vec<ActorRow>) -> Result<BTreeMap<i64, Actor>, Corrupt> {
    rows.into_iter().map(|row| Ok((row.id, Actor::try_from(row)?))).collect()
}

/// A statement that the database refused did nothing for anybody. Whose fault that is will be seen when each calls by itself.
fn unless_refused<T: Default>(written: Result<T, StoreError>) -> Result<T, StoreError> {
    match written {
        Err(StoreError::Failed(cause)) if matches!(cause.downcast_ref(), Some(QueryError::DatabaseError(..))) => {
            Ok(T::default())
        }
        other => other,
    }
}
