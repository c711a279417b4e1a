//! Whatever the tables hold about a person, and erasing it.

mod mentions;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use ensemble_domain::{
    Action, Actor, ActorId, ActorName, Dossier, EraseActors, ErasureRepository, Holdings, Members, Names, Permit,
    Record, StoreError, Value,
};

use self::mentions::Mentions;
use crate::{
    castings::unreleased_bookings,
    connection::{AnyConnection, AnyConnector, Purpose},
    error::Trouble,
    history::{self, About, Entry, HistoryRow},
    idempotency,
    schema::{actors, castings, history as entries},
    store::{Step, Store, Stored, Writes},
};

/// The people of one database, for whoever may erase them.
pub struct Erasures {
    pub store: Store,
    pub connector: AnyConnector,
}

impl ErasureRepository for Erasures {
    fn dossier(&self, actor: ActorId, today: NaiveDate) -> Result<Option<Dossier>, StoreError> {
        self.store.read(|connection| {
            let Some(actor) = Actor::read(connection, actor.get())? else { return Ok(None) };
            let bookings = unreleased_bookings(connection, actor.id, today)?;
            let names = names(connection, &actor)?;
            let mentions = Mentions::of(connection, actor.id, &names)?;
            let of_actor = castings::table.filter(castings::actor_id.eq(actor.id.get()));
            let about_actor = entries::table.filter(entries::actor_id.eq(actor.id.get()));
            let holdings = Holdings {
                castings: counted(of_actor.count().get_result::<i64>(connection)?),
                entries: counted(about_actor.count().get_result::<i64>(connection)?),
                mentions: mentions.count(),
            };
            Ok(Some(Dossier { actor, bookings, holdings, reasons: mentions.reasons }))
        })
    }

    fn erase(
        &self,
        permit: &Permit<EraseActors>,
        actor: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Holdings>, StoreError> {
        let nothing = Members::default();
        let record = Record { action: Action::Deleted, before: nothing.clone(), after: nothing };
        let entry = Entry::of(permit.caller(), &record, now)?;
        // In nobody's history but the whole one.
        let about = About { actor: None, ..About::actor(Some(actor.get())) };
        self.store.write(Writes::Several, |writer| {
            let dialect = writer.for_writing().dialect();
            dialect.lift_statement_timeout()?;
            // Nobody gives a reason, or keeps one while changing a casting, between the search for names and the end.
            dialect.lock_movies()?;
            // Whoever casts the actor, or changes one of the castings, is through with it from here on, or finds nobody.
            let Some(actor) = writer.read::<Actor>(actor.get())? else { return Ok(Step::Done(None)) };
            let connection = writer.for_writing();
            let names = names(connection, &actor)?;
            // First, so that its id is higher than those of the entries that go, and none of these is given again.
            history::add(connection, entry.about(about))?;
            Ok(Step::Done(Some(erase(connection, actor.id, &names, now)?)))
        })
    }

    fn is_erased(&self, actor: ActorId) -> Result<bool, StoreError> {
        // Of all that is told of an actor, only an erasure is in nobody's history.
        let kept = entries::table.filter(entries::entity.eq("actor")).filter(entries::entity_id.eq(actor.get()));
        let kept = kept.filter(entries::actor_id.is_null()).select(entries::id);
        self.store.read(|connection| Ok(kept.first::<i64>(connection).optional()?.is_some()))
    }

    fn wipe(&self) -> Result<(), StoreError> {
        let unavailable = |error| StoreError::Unavailable(Box::new(error));
        let mut connection = self.connector.connect(Purpose::Migration).map_err(unavailable)?;
        let wiped = connection.dialect().wipe();
        wiped.map_err(|trouble| trouble.into_answer(|error| connection.dialect().symptom(error)))
    }
}

/// Removes the castings first: whoever is writing an entry about one of them holds it until that is done.
fn erase(
    connection: &mut AnyConnection,
    actor: ActorId,
    names: &Names,
    now: DateTime<Utc>,
) -> Result<Holdings, Trouble> {
    let id = actor.get();
    let castings = diesel::delete(castings::table.filter(castings::actor_id.eq(id))).execute(connection)?;
    let removed = diesel::delete(entries::table.filter(entries::actor_id.eq(id))).execute(connection)?;
    let mentions = Mentions::of(connection, actor, names)?;
    mentions.take_out(connection, now)?;
    idempotency::forget_person(connection, id, names)?;
    diesel::delete(actors::table.find(id)).execute(connection)?;
    connection.dialect().forget_removed_keys()?;
    let counted = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    Ok(Holdings { castings: counted(castings), entries: counted(removed), mentions: mentions.count() })
}

/// The name, and those that the history knows from before.
fn names(connection: &mut AnyConnection, actor: &Actor) -> Result<Names, Trouble> {
    let changes = entries::table.filter(entries::actor_id.eq(actor.id.get())).filter(entries::entity.eq("actor"));
    let rows: Vec<HistoryRow> = changes.order(entries::id.asc()).load(connection)?;
    let mut names = vec![actor.name.clone()];
    for row in rows {
        let record = row.record()?;
        let told = record.before.iter().chain(record.after.iter());
        names.extend(told.filter_map(|member| match member {
            ("name", Value::Text(name)) => ActorName::parse(name).ok(),
            _ => None,
        }));
    }
    Ok(Names::new(&names))
}

fn counted(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
