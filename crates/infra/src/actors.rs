//! The table of actors, and the port over it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    query_builder::AsChangeset,
};
use ensemble_domain::{
    Actor, ActorChanges, ActorId, ActorName, ActorQuery, ActorRepository, Born, DeleteActors, Deleted, Gender,
    NewActor, Page, PageRequest, PatchActors, Permit, PostActors, Precondition, StoreError, Version,
};

use crate::{
    connection::{AnyConnection, MultiBackend},
    error::{Corrupt, Trouble},
    schema::actors,
    store::{Among, CHUNK, Step, Store, Stored, change},
};

/// The actors of one database.
pub struct Actors(pub Store);

#[derive(Queryable)]
struct ActorRow {
    id: i64,
    name: String,
    gender: String,
    born: NaiveDate,
    born_exact: bool,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// A row that is to be added.
#[derive(Insertable)]
#[diesel(table_name = actors)]
pub struct NewActorRow<'a> {
    name: &'a str,
    gender: &'a str,
    born: NaiveDate,
    born_exact: bool,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// What a change may write.
#[derive(AsChangeset)]
#[diesel(table_name = actors, treat_none_as_null = true)]
struct ChangedActorRow<'a> {
    name: &'a str,
    gender: &'a str,
    born: NaiveDate,
    born_exact: bool,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

impl ActorRepository for Actors {
    fn list(&self, query: &ActorQuery, page: PageRequest) -> Result<Page<Actor>, StoreError> {
        let shown = || {
            let all = actors::table.into_boxed::<MultiBackend>();
            match query.deleted() {
                Deleted::No => all.filter(actors::deleted_at.is_null()),
                Deleted::Only => all.filter(actors::deleted_at.is_not_null()),
                Deleted::With => all,
            }
        };
        self.0.read(|connection| {
            let ordered = shown().order(actors::id.asc());
            let rows: Vec<ActorRow> = ordered.limit(page.limit.get().into()).offset(page.offset()).load(connection)?;
            let total: i64 = shown().count().get_result(connection)?;
            let items = rows.into_iter().map(Actor::try_from).collect::<Result<_, _>>()?;
            Ok(Page { items, total: total.unsigned_abs() })
        })
    }

    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError> {
        self.0.read(|connection| {
            let live = actors::table.find(id.get()).filter(actors::deleted_at.is_null());
            entity(live.first(connection))
        })
    }

    fn insert(&self, _permit: &Permit<PostActors>, new: &NewActor, now: DateTime<Utc>) -> Result<Actor, StoreError> {
        self.0.write(|writer| {
            let insert = diesel::insert_into(actors::table).values(NewActorRow::of(new, now));
            let row: ActorRow = insert.returning(actors::all_columns).get_result(writer.for_writing())?;
            Ok(Step::Done(Actor::try_from(row)?))
        })
    }

    fn insert_all(
        &self,
        _permit: &Permit<PostActors>,
        new: &[NewActor],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.0.write_bulk(|connection| {
            let mut added = 0;
            for chunk in new.chunks(CHUNK) {
                let rows: Vec<_> = chunk.iter().map(|new| NewActorRow::of(new, now)).collect();
                added += connection.dialect().insert_actors(&rows)?;
            }
            Ok(added)
        })
    }

    fn update(
        &self,
        _permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        change(&self.0, id.get(), Among::Live, precondition, |stored: &Actor| Ok(stored.amended(changes, now)))
    }

    fn delete(
        &self,
        _permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        change(&self.0, id.get(), Among::Live, precondition, |stored: &Actor| {
            Ok(Some(Actor { deleted_at: Some(now), updated_at: now, ..stored.clone() }))
        })
    }

    fn restore(
        &self,
        _permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        change(&self.0, id.get(), Among::All, &Precondition::None, |stored: &Actor| {
            Ok(stored.deleted_at.map(|_| Actor { deleted_at: None, updated_at: now, ..stored.clone() }))
        })
    }
}

impl Stored for Actor {
    const TABLE: &'static str = "actors";

    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    fn read(connection: &mut AnyConnection, id: i64) -> Result<Option<Self>, Trouble> {
        entity(actors::table.find(id).first(connection))
    }

    fn replace(self, connection: &mut AnyConnection, seen: Version) -> Result<Option<Self>, Trouble> {
        let same = actors::table.find(self.id.get()).filter(actors::version.eq(seen.get()));
        let update = diesel::update(same).set((ChangedActorRow::of(&self), actors::version.eq(actors::version + 1)));
        entity(update.returning(actors::all_columns).get_result(connection))
    }
}

fn entity(row: QueryResult<ActorRow>) -> Result<Option<Actor>, Trouble> {
    Ok(row.optional()?.map(Actor::try_from).transpose()?)
}

impl<'a> NewActorRow<'a> {
    fn of(new: &'a NewActor, now: DateTime<Utc>) -> Self {
        Self {
            name: new.name.as_str(),
            gender: new.gender.as_str(),
            born: new.born.day(),
            born_exact: new.born.birth_date().is_some(),
            version: Version::FIRST.get(),
            created_at: now.naive_utc(),
            updated_at: now.naive_utc(),
        }
    }
}

impl<'a> ChangedActorRow<'a> {
    fn of(actor: &'a Actor) -> Self {
        Self {
            name: actor.name.as_str(),
            gender: actor.gender.as_str(),
            born: actor.born.day(),
            born_exact: actor.born.birth_date().is_some(),
            updated_at: actor.updated_at.naive_utc(),
            deleted_at: actor.deleted_at.map(|instant| instant.naive_utc()),
        }
    }
}

impl TryFrom<ActorRow> for Actor {
    type Error = Corrupt;

    fn try_from(row: ActorRow) -> Result<Self, Corrupt> {
        let corrupt = |reason: String| Corrupt { table: Self::TABLE, id: row.id, reason };
        Ok(Self {
            id: ActorId::new(row.id).ok_or_else(|| corrupt("id below 1".to_owned()))?,
            name: ActorName::parse(row.name).map_err(|fault| corrupt(format!("name {fault}")))?,
            gender: Gender::parse(row.gender).map_err(|fault| corrupt(format!("gender {fault}")))?,
            born: if row.born_exact { Born::On(row.born) } else { Born::About(row.born) },
            version: Version::new(row.version).ok_or_else(|| corrupt("version below 1".to_owned()))?,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            deleted_at: row.deleted_at.map(|instant| instant.and_utc()),
        })
    }
}
