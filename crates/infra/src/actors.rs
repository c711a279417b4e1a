//! The table of actors, and the port over it.

mod list;
mod row;
mod several;

use chrono::{DateTime, Utc};
use ensemble_domain::{
    Action, Actor, ActorChanges, ActorId, ActorQuery, ActorRepository, Addition, Amendment, DeleteActors, Imported,
    NewActor, Outcome, Page, PageRequest, PatchActors, Permit, Position, PostActors, Precondition, Record, Rows,
    StoreError, Version,
};

pub use self::row::{ActorColumns, ActorRow, ChangedActorRow, NewActorRow, ReplaceActor, ReplacedActor};
use crate::{
    castings,
    connection::AnyConnection,
    error::Trouble,
    history::{About, Entry},
    idempotency::once,
    import::{Imports, Incoming, import},
    store::{Among, Change, Step, Store, Stored, Writes, answered_nothing},
};

/// The actors of one database.
pub struct Actors(pub Store);

impl ActorRepository for Actors {
    fn list(&self, query: &ActorQuery, page: &PageRequest) -> Result<Page<Actor>, StoreError> {
        self.0.read(|connection| {
            let list = list::list(connection, query)?;
            list.page(connection, page, |dialect, statement| dialect.list_actors(statement))
        })
    }

    fn batch(&self, query: &ActorQuery, after: Option<Position>, size: u32) -> Result<Vec<Actor>, StoreError> {
        self.0.read(|connection| {
            let list = list::list(connection, query)?;
            list.batch(connection, after.as_ref(), size, |dialect, statement| dialect.list_actors(statement))
        })
    }

    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError> {
        self.0.read(|connection| Ok(Actor::read(connection, id.get())?.filter(|actor| !actor.is_deleted())))
    }

    fn insert(
        &self,
        permit: &Permit<PostActors>,
        new: &NewActor,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Actor>, StoreError> {
        let caller = permit.caller();
        let record = Record::added(Action::Created, new.members(now.date_naive()));
        let entry = Entry::of(caller, &record, now)?;
        let inserted = once(&self.0, Writes::One, caller, now, |writer| {
            let row = writer.for_writing().dialect().insert_actor(&NewActorRow::of(new, now), &entry)?;
            Ok(Step::Done(Some(Actor::try_from(row)?)))
        })?;
        inserted.ok_or_else(answered_nothing)
    }

    fn insert_several(&self, wanted: &[&Addition], now: DateTime<Utc>) -> Result<Vec<Option<Actor>>, StoreError> {
        several::insert(&self.0, wanted, now)
    }

    fn import(
        &self,
        permit: &Permit<PostActors>,
        rows: &mut dyn Rows<NewActor>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError> {
        import::<Actor>(&self.0, permit.caller(), rows, now)
    }

    fn update(
        &self,
        permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        let (caller, id, among) = (permit.caller(), id.get(), Among::Live);
        let change = Change { caller, now, action: Action::Updated, id, among, precondition };
        self.0.write(Writes::One, |writer| change.make(writer, |stored: &Actor| Ok(stored.amended(changes, now))))
    }

    fn update_several(&self, wanted: &[&Amendment], now: DateTime<Utc>) -> Result<Vec<Option<Actor>>, StoreError> {
        several::update(&self.0, wanted, now)
    }

    fn delete(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        let (caller, among) = (permit.caller(), Among::Live);
        let change = Change { caller, now, action: Action::Deleted, id: id.get(), among, precondition };
        // Whoever books the actor holds the row as well, so that no booking comes between looking and deleting.
        self.0.write(Writes::Several, |writer| {
            writer.read::<Actor>(id.get())?;
            let booked = castings::unreleased_bookings(writer.for_reading(), id, now.date_naive())?;
            change.make(writer, |stored: &Actor| Ok(Some(stored.deleted(booked, now)?)))
        })
    }

    fn restore(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Actor>>, StoreError> {
        let (caller, id, among) = (permit.caller(), id.get(), Among::All);
        let change = Change { caller, now, action: Action::Restored, id, among, precondition: &Precondition::None };
        once(&self.0, Writes::One, caller, now, |writer| change.make(writer, |stored: &Actor| Ok(stored.restored(now))))
    }
}

impl Stored for Actor {
    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    fn read(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        Ok(connection.dialect().read_actor(id)?.map(Self::try_from).transpose()?)
    }

    fn lock(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        Ok(connection.dialect().lock_actor(id)?.map(Self::try_from).transpose()?)
    }

    fn record(&self, action: Action, after: &Self, now: DateTime<Utc>) -> Record {
        let today = now.date_naive();
        Record::changed(action, &self.members(today), &after.members(today))
    }

    fn replace(
        self,
        connection: &mut AnyConnection,
        seen: Version,
        entry: &Entry<'_>,
    ) -> Result<Option<Self>, Trouble> {
        let key = (self.id.get(), seen.get());
        let row = connection.dialect().replace_actor(key, &ChangedActorRow::of(&self), entry)?;
        Ok(row.map(Self::try_from).transpose()?)
    }
}

impl Imports for Actor {
    type New = NewActor;

    const ALL: About = About::actor(None);

    fn import(connection: &mut AnyConnection, incoming: Incoming<'_, NewActor>) -> Result<u64, Trouble> {
        connection.dialect().import_actors(incoming)
    }
}
