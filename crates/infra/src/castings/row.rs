//! The rows of castings, and what they are in the domain.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    Insertable, QueryResult, Queryable, RunQueryDsl, Table,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, HasSqlType, Nullable, Text, Timestamp},
};
use ensemble_domain::{
    ActorId, Billing, Casting, CastingId, CastingStatus, Character, Entity, MovieId, NewCasting, Reason, Version,
};
use serde::{Deserialize, Serialize};

use crate::{error::Corrupt, idempotency::Snapshot, schema::castings};

/// A row as it is stored.
#[derive(Deserialize, Queryable, Serialize)]
pub struct CastingRow {
    id: i64,
    movie_id: i64,
    actor_id: i64,
    character: Option<String>,
    character_key: Option<String>,
    status: String,
    reason: Option<String>,
    billing: Option<i64>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// A row that is to be added.
#[derive(Insertable)]
#[diesel(table_name = castings, treat_none_as_default_value = false)]
pub struct NewCastingRow {
    movie_id: i64,
    actor_id: i64,
    character: Option<String>,
    character_key: Option<String>,
    status: &'static str,
    reason: Option<String>,
    billing: Option<i64>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Writes a casting one version up. Diesel's own UPDATE would be prepared anew every time.
pub struct ReplaceCasting {
    row: CastingRow,
}

impl NewCastingRow {
    pub fn of(movie: MovieId, new: &NewCasting, now: DateTime<Utc>) -> Self {
        Self {
            movie_id: movie.get(),
            actor_id: new.actor.get(),
            character: new.character.as_ref().map(|character| character.as_str().to_owned()),
            character_key: new.character.as_ref().map(Character::key),
            status: new.status.as_str(),
            reason: new.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            billing: new.billing.map(Billing::get),
            version: Version::FIRST.get(),
            created_at: now.naive_utc(),
            updated_at: now.naive_utc(),
        }
    }
}

impl ReplaceCasting {
    pub fn by(changed: &Casting) -> Self {
        Self { row: changed.row() }
    }
}

impl<DB> QueryFragment<DB> for ReplaceCasting
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Timestamp>,
    String: ToSql<Text, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
    <castings::table as Table>::AllColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE castings SET version = version + 1, character = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.row.character)?;
        out.push_sql(", character_key = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.row.character_key)?;
        out.push_sql(", status = ");
        out.push_bind_param::<Text, _>(&self.row.status)?;
        out.push_sql(", reason = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.row.reason)?;
        out.push_sql(", billing = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.row.billing)?;
        out.push_sql(", updated_at = ");
        out.push_bind_param::<Timestamp, _>(&self.row.updated_at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<BigInt, _>(&self.row.id)?;
        out.push_sql(" RETURNING ");
        castings::all_columns.walk_ast(out)
    }
}

impl QueryId for ReplaceCasting {
    type QueryId = Self;
}

impl Query for ReplaceCasting {
    type SqlType = castings::SqlType;
}

impl<C> RunQueryDsl<C> for ReplaceCasting {}

impl TryFrom<CastingRow> for Casting {
    type Error = Corrupt;

    fn try_from(row: CastingRow) -> Result<Self, Corrupt> {
        let corrupt = |reason: String| Corrupt { table: "castings", id: row.id, reason };
        let below_1 = |column: &str| corrupt(format!("{column} below 1"));
        let character = row.character.map(Character::parse).transpose();
        let reason = row.reason.map(Reason::parse).transpose();
        let billing = row.billing.map(Billing::new).transpose();
        Ok(Self {
            id: CastingId::new(row.id).ok_or_else(|| below_1("id"))?,
            movie: MovieId::new(row.movie_id).ok_or_else(|| below_1("movie_id"))?,
            actor: ActorId::new(row.actor_id).ok_or_else(|| below_1("actor_id"))?,
            character: character.map_err(|fault| corrupt(format!("character {fault}")))?,
            status: CastingStatus::parse(&row.status).map_err(|fault| corrupt(format!("status {fault}")))?,
            reason: reason.map_err(|fault| corrupt(format!("reason {fault}")))?,
            billing: billing.map_err(|fault| corrupt(format!("billing {fault}")))?,
            version: Version::new(row.version).ok_or_else(|| below_1("version"))?,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        })
    }
}

impl Snapshot for Casting {
    const ENTITY: Entity = Entity::Casting;

    type Row = CastingRow;

    fn id(&self) -> i64 {
        self.id.get()
    }

    fn row(&self) -> CastingRow {
        CastingRow {
            id: self.id.get(),
            movie_id: self.movie.get(),
            actor_id: self.actor.get(),
            character: self.character.as_ref().map(|character| character.as_str().to_owned()),
            character_key: self.character.as_ref().map(Character::key),
            status: self.status.as_str().to_owned(),
            reason: self.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            billing: self.billing.map(Billing::get),
            version: self.version.get(),
            created_at: self.created_at.naive_utc(),
            updated_at: self.updated_at.naive_utc(),
        }
    }
}
