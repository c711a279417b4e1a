//! The rows of actors, and what they are in the domain.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{
    Insertable, QueryResult, Queryable, RunQueryDsl, Selectable,
    backend::Backend,
    dsl::SqlTypeOf,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Bool, Date, HasSqlType, Nullable, Text, Timestamp},
};
use ensemble_domain::{Actor, ActorId, ActorName, Born, Entity, Folded, Gender, NewActor, Version};
use serde::{Deserialize, Serialize};

use crate::{connection::MultiBackend, error::Corrupt, history::Entry, idempotency::Snapshot, schema::actors};

/// A row as it is stored.
#[derive(Deserialize, Queryable, Selectable, Serialize)]
#[diesel(table_name = actors)]
pub struct ActorRow {
    pub id: i64,
    name: String,
    gender: String,
    born: NaiveDate,
    born_exact: bool,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// The columns of a row; its key is only searched and sorted by.
pub type ActorColumns = <ActorRow as Selectable<MultiBackend>>::SelectExpression;

impl ActorRow {
    /// What is selected for a row.
    pub fn columns() -> ActorColumns {
        <Self as Selectable<MultiBackend>>::construct_selection()
    }
}

/// A row that is to be added.
#[derive(Insertable)]
#[diesel(table_name = actors, treat_none_as_default_value = false)]
pub struct NewActorRow<'a> {
    pub name: &'a str,
    pub name_key: String,
    pub gender: &'a str,
    pub born: NaiveDate,
    pub born_exact: bool,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// What a change may write.
pub struct ChangedActorRow<'a> {
    pub name: &'a str,
    pub name_key: String,
    pub gender: &'a str,
    pub born: NaiveDate,
    pub born_exact: bool,
    pub updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
}

/// The id of a row with the version that it replaces, the row, and the entry that tells of it.
pub type ReplacedActor<'a> = ((i64, i64), ChangedActorRow<'a>, &'a Entry<'a>);

/// Puts a changed actor in the place of the stored one of that version. Diesel's own UPDATE would be prepared anew every time, which
/// costs PostgreSQL more than the change itself.
pub struct ReplaceActor<'a> {
    id: i64,
    seen: i64,
    row: &'a ChangedActorRow<'a>,
    returned: ActorColumns,
}

impl<'a> ReplaceActor<'a> {
    pub fn new((id, seen): (i64, i64), row: &'a ChangedActorRow<'a>) -> Self {
        Self { id, seen, row, returned: ActorRow::columns() }
    }
}

impl<DB> QueryFragment<DB> for ReplaceActor<'_>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Date> + HasSqlType<Timestamp> + HasSqlType<Bool>,
    str: ToSql<Text, DB>,
    bool: ToSql<Bool, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
    ActorColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let row = self.row;
        out.push_sql("UPDATE actors SET version = version + 1");
        out.push_sql(", name = ");
        out.push_bind_param::<Text, _>(row.name)?;
        out.push_sql(", name_key = ");
        out.push_bind_param::<Text, _>(row.name_key.as_str())?;
        out.push_sql(", gender = ");
        out.push_bind_param::<Text, _>(row.gender)?;
        out.push_sql(", born = ");
        out.push_bind_param::<Date, _>(&row.born)?;
        out.push_sql(", born_exact = ");
        out.push_bind_param::<Bool, _>(&row.born_exact)?;
        out.push_sql(", updated_at = ");
        out.push_bind_param::<Timestamp, _>(&row.updated_at)?;
        out.push_sql(", deleted_at = ");
        out.push_bind_param::<Nullable<Timestamp>, _>(&row.deleted_at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(&self.seen)?;
        out.push_sql(" RETURNING ");
        self.returned.walk_ast(out)
    }
}

impl QueryId for ReplaceActor<'_> {
    type QueryId = ReplaceActor<'static>;
}

impl Query for ReplaceActor<'_> {
    type SqlType = SqlTypeOf<ActorColumns>;
}

impl<C> RunQueryDsl<C> for ReplaceActor<'_> {}

impl<'a> NewActorRow<'a> {
    pub fn of(new: &'a NewActor, now: DateTime<Utc>) -> Self {
        Self {
            name: new.name.as_str(),
            name_key: Folded::of(new.name.as_str()).into_string(),
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
    pub fn of(actor: &'a Actor) -> Self {
        Self {
            name: actor.name.as_str(),
            name_key: Folded::of(actor.name.as_str()).into_string(),
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
        let corrupt = |reason: String| Corrupt { table: "actors", id: row.id, reason };
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

impl Snapshot for Actor {
    const ENTITY: Entity = Entity::Actor;

    type Row = ActorRow;

    fn id(&self) -> i64 {
        self.id.get()
    }

    fn row(&self) -> ActorRow {
        ActorRow {
            id: self.id.get(),
            name: self.name.as_str().to_owned(),
            gender: self.gender.as_str().to_owned(),
            born: self.born.day(),
            born_exact: self.born.birth_date().is_some(),
            version: self.version.get(),
            created_at: self.created_at.naive_utc(),
            updated_at: self.updated_at.naive_utc(),
            deleted_at: self.deleted_at.map(|instant| instant.naive_utc()),
        }
    }
}
