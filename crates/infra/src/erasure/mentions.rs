//! The reasons that mention a person, where they were given for somebody else's casting.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, TextExpressionMethods};
use ensemble_domain::{ActorId, Dossier, Members, Names, Reason, Value};

use crate::{
    connection::AnyConnection,
    error::Trouble,
    history::{HistoryRow, as_json},
    schema::{castings, history},
};

/// How many entries of the history are read at once.
const BATCH: i64 = 5000;

/// The rows with such a reason, as they should be.
pub struct Mentions {
    castings: Vec<(i64, Reason)>,
    entries: Vec<Entry>,
    /// Some of the reasons as they are.
    pub reasons: Vec<Reason>,
}

struct Entry {
    id: i64,
    before: String,
    after: String,
}

impl Mentions {
    /// Those that mention one of the names.
    pub fn of(connection: &mut AnyConnection, actor: ActorId, names: &Names) -> Result<Self, Trouble> {
        let others = castings::table.filter(castings::actor_id.ne(actor.get())).filter(castings::reason.is_not_null());
        let columns = (castings::id, castings::reason);
        let reasons: Vec<(i64, Option<String>)> = others.order(castings::id.asc()).select(columns).load(connection)?;
        let mut search = Search { names, found: Vec::new() };
        let castings = reasons.into_iter().filter_map(|(id, reason)| Some((id, search.without(&reason?)?))).collect();
        let (mut entries, mut last) = (Vec::new(), 0);
        loop {
            let told = history::table.filter(history::id.gt(last)).filter(history::entity.eq("casting"));
            let told = told.filter(history::actor_id.ne(actor.get()));
            let told = told.filter(history::before.like(GIVEN).or(history::after.like(GIVEN)));
            let rows: Vec<HistoryRow> = told.order(history::id.asc()).limit(BATCH).load(connection)?;
            let Some(newest) = rows.last() else { return Ok(Self { castings, entries, reasons: search.found }) };
            last = newest.id;
            for row in &rows {
                entries.extend(entry(row, &mut search)?);
            }
        }
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.castings.len() + self.entries.len()).unwrap_or(u64::MAX)
    }

    /// Takes the names out of them. A casting goes one version up.
    pub fn take_out(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<(), Trouble> {
        for (id, reason) in &self.castings {
            let changed = (
                castings::reason.eq(reason.as_str()),
                castings::version.eq(castings::version + 1),
                castings::updated_at.eq(now.naive_utc()),
            );
            diesel::update(castings::table.find(id)).set(changed).execute(connection)?;
        }
        for Entry { id, before, after } in &self.entries {
            let changed = (history::before.eq(before), history::after.eq(after));
            diesel::update(history::table.find(id)).set(changed).execute(connection)?;
        }
        Ok(())
    }
}

/// What the members of an entry with a reason look like.
const GIVEN: &str = "%\"reason\":\"%";

/// A search for names, and the first reasons in which it found one.
struct Search<'a> {
    names: &'a Names,
    found: Vec<Reason>,
}

impl Search<'_> {
    /// The reason without the names, or `None` when it mentions none.
    fn without(&mut self, reason: &str) -> Option<Reason> {
        let reason = Reason::parse(reason).ok()?;
        let without = self.names.taken_out_of(&reason)?;
        if self.found.len() < Dossier::REASONS && !self.found.contains(&reason) {
            self.found.push(reason);
        }
        Some(without)
    }
}

/// The entry without the names, or `None` when it mentions none.
fn entry(row: &HistoryRow, search: &mut Search<'_>) -> Result<Option<Entry>, Trouble> {
    let record = row.record()?;
    let mut cleaned = |members: &Members| -> Members {
        let member = |(name, value): (&str, &Value)| {
            let reason = match value {
                Value::Text(text) if name == "reason" => search.without(text),
                _ => None,
            };
            (name.to_owned(), reason.map_or_else(|| value.clone(), |reason| Value::from(reason.as_str())))
        };
        members.iter().map(member).collect()
    };
    let (before, after) = (cleaned(&record.before), cleaned(&record.after));
    if (&before, &after) == (&record.before, &record.after) {
        return Ok(None);
    }
    Ok(Some(Entry { id: row.id, before: as_json(&before)?, after: as_json(&after)? }))
}
