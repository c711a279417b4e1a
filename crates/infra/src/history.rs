//! The table of the history: how the other ports write it, and the port that reads it.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};
use ensemble_domain::{
    Action, Caller, Entity, HistoryEntry, HistoryId, HistoryOf, HistoryPage, HistoryRepository, Limit, Members, Record,
    RequestId, StoreError, Subject, Value,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
};

use crate::{
    connection::{AnyConnection, MultiBackend},
    error::{Corrupt, Trouble},
    schema::{actors, history, movies},
    store::Store,
};

/// Whether changes of single actors and movies are told of. Only a build that measures what this costs leaves it out
/// (`make without-history`).
pub const IS_TOLD: bool = !cfg!(without_history);

/// The history of one database.
pub struct History(pub Store);

/// A row as it is stored.
#[derive(Queryable)]
pub struct HistoryRow {
    pub id: i64,
    at: NaiveDateTime,
    subject: String,
    request_id: String,
    action: String,
    entity: String,
    entity_id: Option<i64>,
    _actor_id: Option<i64>,
    _movie_id: Option<i64>,
    before: String,
    after: String,
}

/// An entry that is to be added.
#[derive(Insertable)]
#[diesel(table_name = history, treat_none_as_default_value = false)]
pub struct NewHistoryRow<'a> {
    at: NaiveDateTime,
    subject: &'a str,
    request_id: &'a str,
    action: &'static str,
    entity: &'static str,
    entity_id: Option<i64>,
    actor_id: Option<i64>,
    movie_id: Option<i64>,
    before: &'a str,
    after: &'a str,
}

/// An entry without what it is about, which may have no id yet.
pub struct Entry<'a> {
    pub at: NaiveDateTime,
    pub subject: &'a str,
    pub request_id: &'a str,
    pub action: &'static str,
    pub before: String,
    pub after: String,
}

/// What an entry is about, and whose histories show it.
#[derive(Clone, Copy)]
pub struct About {
    pub entity: Entity,
    pub id: Option<i64>,
    pub actor: Option<i64>,
    pub movie: Option<i64>,
}

impl About {
    /// An actor, or all of them when there is no id.
    pub const fn actor(id: Option<i64>) -> Self {
        Self { entity: Entity::Actor, id, actor: id, movie: None }
    }

    /// A movie, or all of them when there is no id.
    pub const fn movie(id: Option<i64>) -> Self {
        Self { entity: Entity::Movie, id, actor: None, movie: id }
    }
}

impl<'a> Entry<'a> {
    /// The entry of a change that the caller makes at that time.
    pub fn of(caller: &'a Caller, record: &Record, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self {
            at: now.naive_utc(),
            subject: caller.subject().as_str(),
            request_id: caller.request_id().as_str(),
            action: record.action.as_str(),
            before: as_json(&record.before)?,
            after: as_json(&record.after)?,
        })
    }

    /// The columns of its texts.
    pub const TEXTS: [&'static str; 5] = ["subject", "request_id", "action", "before", "after"];

    /// The texts, in the order of their columns.
    pub fn texts(&self) -> [&str; 5] {
        [self.subject, self.request_id, self.action, &self.before, &self.after]
    }

    /// The whole row.
    pub fn about(&self, about: About) -> NewHistoryRow<'_> {
        NewHistoryRow {
            at: self.at,
            subject: self.subject,
            request_id: self.request_id,
            action: self.action,
            entity: about.entity.as_str(),
            entity_id: about.id,
            actor_id: about.actor,
            movie_id: about.movie,
            before: &self.before,
            after: &self.after,
        }
    }
}

/// Members as the table keeps them.
pub fn as_json(members: &Members) -> Result<String, StoreError> {
    serde_json::to_string(&Json(members)).map_err(|error| StoreError::Failed(error.into()))
}

/// Adds an entry.
pub fn add(connection: &mut AnyConnection, row: NewHistoryRow<'_>) -> QueryResult<()> {
    diesel::insert_into(history::table).values(row).execute(connection).map(drop)
}

impl HistoryRepository for History {
    fn list(&self, of: HistoryOf, before: Option<HistoryId>, limit: Limit) -> Result<Option<HistoryPage>, StoreError> {
        self.0.read(|connection| {
            let mut query = history::table.into_boxed::<MultiBackend>();
            query = match of {
                HistoryOf::All => query,
                HistoryOf::Actor(id) => query.filter(history::actor_id.eq(id.get())),
                HistoryOf::Movie(id) => query.filter(history::movie_id.eq(id.get())),
            };
            if let Some(before) = before {
                query = query.filter(history::id.lt(before.get()));
            }
            // One more than asked for tells whether there are older ones.
            let asked = i64::from(limit.get());
            let mut rows: Vec<HistoryRow> = query.order(history::id.desc()).limit(asked + 1).load(connection)?;
            if rows.is_empty() && !exists(connection, of)? {
                return Ok(None);
            }
            let more = i64::try_from(rows.len()).is_ok_and(|found| found > asked);
            rows.truncate(usize::try_from(asked).unwrap_or(usize::MAX));
            let entries: Vec<_> = rows.into_iter().map(HistoryEntry::try_from).collect::<Result<_, _>>()?;
            let next = entries.last().map(|entry| entry.id).filter(|_| more);
            Ok(Some(HistoryPage { entries, next }))
        })
    }
}

/// Tells whether there ever was what is asked about.
fn exists(connection: &mut AnyConnection, of: HistoryOf) -> Result<bool, Trouble> {
    let found: Option<i64> = match of {
        HistoryOf::All => return Ok(true),
        HistoryOf::Actor(id) => actors::table.find(id.get()).select(actors::id).first(connection).optional()?,
        HistoryOf::Movie(id) => movies::table.find(id.get()).select(movies::id).first(connection).optional()?,
    };
    Ok(found.is_some())
}

impl HistoryRow {
    /// What was done, and what changed by it.
    pub fn record(&self) -> Result<Record, Corrupt> {
        let members = |json: &str| {
            let read: Result<Read, _> = serde_json::from_str(json);
            read.map(|Read(members)| members).map_err(|error| self.corrupt(&error.to_string()))
        };
        Ok(Record {
            action: Action::parse(&self.action).ok_or_else(|| self.corrupt("no such action"))?,
            before: members(&self.before)?,
            after: members(&self.after)?,
        })
    }

    fn corrupt(&self, reason: &str) -> Corrupt {
        Corrupt { table: "history", id: self.id, reason: reason.to_owned() }
    }
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = Corrupt;

    fn try_from(row: HistoryRow) -> Result<Self, Corrupt> {
        let corrupt = |reason: &str| row.corrupt(reason);
        let entity =
            [Entity::Actor, Entity::Movie, Entity::Casting].into_iter().find(|kind| kind.as_str() == row.entity);
        Ok(Self {
            id: HistoryId::new(row.id).ok_or_else(|| corrupt("id below 1"))?,
            at: row.at.and_utc(),
            by: Subject::parse(&row.subject).ok_or_else(|| corrupt("no subject"))?,
            request_id: RequestId::parse(&row.request_id).ok_or_else(|| corrupt("no request id"))?,
            entity: entity.ok_or_else(|| corrupt("no such entity"))?,
            entity_id: row.entity_id,
            record: row.record()?,
        })
    }
}

/// Members as a JSON object.
struct Json<'a>(&'a Members);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, JsonValue(value))))
    }
}

struct JsonValue<'a>(&'a Value);

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Number(number) => serializer.serialize_i64(*number),
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Members read from a JSON object, in the order in which they stand there.
struct Read(Members);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Read;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Read, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = object.next_entry::<String, serde_json::Value>()? {
                    let value = match value {
                        serde_json::Value::Null => Value::Null,
                        serde_json::Value::Number(number) => number.as_i64().map(Value::Number).ok_or_else(odd)?,
                        serde_json::Value::String(text) => Value::Text(text),
                        _ => return Err(odd()),
                    };
                    members.push((name, value));
                }
                Ok(Read(members.into_iter().collect()))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

fn odd<E: de::Error>() -> E {
    E::custom("neither null nor a whole number nor a text")
}
