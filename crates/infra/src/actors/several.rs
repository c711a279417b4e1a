//! Actors that are added or changed for several callers at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{QueryResult, result::Error as QueryError};
use ensemble_domain::{Action, Actor, Addition, Amendment, Record, StoreError};

use super::{ActorRow, ChangedActorRow, NewActorRow};
use crate::{
    history::Entry,
    store::{Among, Change, Step, Store, Verdict, Writes},
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
    let added = unless_refused(added)?;
    // Whose actor is whose goes by the order.
    if !added.is_empty() && added.len() != rows.len() {
        return Err(StoreError::Failed(format!("{} of {} additions are answered", added.len(), rows.len()).into()));
    }
    let mut added = added.into_iter().map(Actor::try_from);
    let answer = |addition: &&Addition| if stands_alone(addition) { added.next().transpose() } else { Ok(None) };
    Ok(wanted.iter().map(answer).collect::<Result<_, _>>()?)
}

/// Changes those that can be changed as it is wished. Of several changes of one actor, only the first is looked at.
pub fn update(store: &Store, wanted: &[&Amendment], now: DateTime<Utc>) -> Result<Vec<Option<Actor>>, StoreError> {
    let ids: Vec<_> = wanted.iter().map(|amendment| amendment.id.get()).collect();
    let answers = store.write(Writes::One, |writer| {
        let mut stored = readable(writer.for_reading().dialect().read_actors(&ids))?;
        let (mut changed, mut answers) = (Vec::new(), BTreeMap::new());
        for Amendment { permit, id, precondition, changes } in wanted {
            let (caller, found) = (permit.caller(), stored.remove(&id.get()));
            let change =
                Change { caller, now, action: Action::Updated, id: id.get(), among: Among::Live, precondition };
            match change.judge(found, |actor: &Actor| Ok(actor.amended(changes, now))) {
                Ok(Verdict::Changed { seen, after, record }) => {
                    changed.push((seen, after, Entry::of(caller, &record, now)?));
                }
                Ok(Verdict::Same(actor)) => drop(answers.insert(id.get(), actor)),
                // Each is told by itself why not.
                Ok(Verdict::Absent) | Err(_) => {}
            }
        }
        let rows: Vec<_> = changed
            .iter()
            .map(|(seen, after, entry)| ((after.id.get(), seen.get()), ChangedActorRow::of(after), entry))
            .collect();
        if !rows.is_empty() {
            for row in writer.for_writing().dialect().replace_actors(&rows)? {
                answers.insert(row.id, Actor::try_from(row)?);
            }
        }
        Ok(Step::Done(answers))
    });
    let mut answers = unless_refused(answers)?;
    Ok(wanted.iter().map(|amendment| answers.remove(&amendment.id.get())).collect())
}

/// Those that make sense, by their ids: a row that does not is nobody else's trouble.
fn readable(rows: QueryResult<Vec<ActorRow>>) -> QueryResult<BTreeMap<i64, Actor>> {
    match rows {
        Ok(rows) => Ok(rows.into_iter().filter_map(|row| Some((row.id, Actor::try_from(row).ok()?))).collect()),
        Err(QueryError::DeserializationError(_)) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

/// Whether nothing but the row and its entry is to be kept of it.
fn stands_alone(addition: &Addition) -> bool {
    addition.permit.caller().idempotency().is_none()
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
