//! Rows that are written for several callers by one statement, with an entry of the history for each of them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    dsl::SqlTypeOf,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamp},
};

use super::recorded;
use crate::{
    actors::{ActorColumns, ActorRow, NewActorRow, ReplacedActor},
    history::{Entry, IS_TOLD},
};

/// A statement over rows that are handed over column by column: its text is the same for any number of rows, so it is prepared once.
pub struct Several<'a> {
    columns: Vec<Column<'a>>,
    now: Option<NaiveDateTime>,
    /// What stands before the columns, between them and what is returned, and behind the entries.
    sql: [&'static str; 3],
    /// What adds the rows to the total of their table, or nothing.
    counted: &'static str,
    returned: ActorColumns,
}

enum Column<'a> {
    Texts(Vec<&'a str>),
    Numbers(Vec<i64>),
    Days(Vec<NaiveDate>),
    Flags(Vec<bool>),
}

// The ids are drawn in the order of the rows.
const ADDED: [&str; 3] = [
    "WITH given AS MATERIALIZED (SELECT nextval('actors_id_seq') AS id, *",
    " WITH ORDINALITY AS given (name, name_key, gender, born, born_exact, version, subject, request_id, action, before, after, \
     place)), \
     changed AS (INSERT INTO actors (id, name, name_key, gender, born, born_exact, version, created_at, updated_at) \
     SELECT id, name, name_key, gender, born, born_exact, version, at, at FROM given RETURNING ",
    " SELECT * FROM changed ORDER BY id",
];

// Who waited for a row would hold others meanwhile, and might be waited for.
const REPLACED: [&str; 3] = [
    "WITH given AS MATERIALIZED (SELECT *",
    " WITH ORDINALITY AS given (id, seen, name, name_key, gender, born, born_exact, subject, request_id, action, before, after, \
     place)), \
     free AS MATERIALIZED (SELECT actors.id FROM given JOIN actors ON actors.id = given.id AND actors.version = given.seen \
     FOR NO KEY UPDATE OF actors SKIP LOCKED), \
     changed AS (UPDATE actors SET version = version + 1, name = given.name, name_key = given.name_key, \
     gender = given.gender, born = given.born, born_exact = given.born_exact, updated_at = given.at \
     FROM given WHERE actors.id = given.id AND actors.version = given.seen AND given.id IN (SELECT id FROM free) RETURNING ",
    " SELECT * FROM changed",
];

const TOLD: &str = ", recorded AS (INSERT INTO history (at, subject, request_id, action, before, after, entity, entity_id, actor_id) \
     SELECT at, subject, request_id, action, before, after, 'actor', id, id FROM given WHERE id IN (SELECT id FROM changed) \
     ORDER BY place)";

impl<'a> Several<'a> {
    /// Adds rows in the order of their ids.
    pub fn added(rows: &'a [(NewActorRow<'a>, Entry<'a>)]) -> Self {
        let mut columns = vec![
            Column::Texts(rows.iter().map(|(row, _)| row.name).collect()),
            Column::Texts(rows.iter().map(|(row, _)| row.name_key.as_str()).collect()),
            Column::Texts(rows.iter().map(|(row, _)| row.gender).collect()),
            Column::Days(rows.iter().map(|(row, _)| row.born).collect()),
            Column::Flags(rows.iter().map(|(row, _)| row.born_exact).collect()),
            Column::Numbers(rows.iter().map(|(row, _)| row.version).collect()),
        ];
        columns.extend(entries(rows.iter().map(|(_, entry)| entry)));
        let now = rows.first().map(|(row, _)| row.created_at);
        Self { columns, now, sql: ADDED, counted: recorded::ACTORS, returned: ActorRow::columns() }
    }

    /// Replaces different rows, as far as they are of the versions that were seen and nobody else is writing them.
    pub fn replaced(rows: &'a [ReplacedActor<'a>]) -> Self {
        let mut columns = vec![
            Column::Numbers(rows.iter().map(|((id, _), ..)| *id).collect()),
            Column::Numbers(rows.iter().map(|((_, seen), ..)| *seen).collect()),
            Column::Texts(rows.iter().map(|(_, row, _)| row.name).collect()),
            Column::Texts(rows.iter().map(|(_, row, _)| row.name_key.as_str()).collect()),
            Column::Texts(rows.iter().map(|(_, row, _)| row.gender).collect()),
            Column::Days(rows.iter().map(|(_, row, _)| row.born).collect()),
            Column::Flags(rows.iter().map(|(_, row, _)| row.born_exact).collect()),
        ];
        columns.extend(entries(rows.iter().map(|(.., entry)| *entry)));
        let now = rows.first().map(|(_, row, _)| row.updated_at);
        Self { columns, now, sql: REPLACED, counted: "", returned: ActorRow::columns() }
    }
}

/// The texts of the entries, column by column.
fn entries<'a>(entries: impl Iterator<Item = &'a Entry<'a>>) -> impl Iterator<Item = Column<'a>> {
    let mut columns = [const { Vec::new() }; 5];
    for entry in entries {
        for (column, text) in columns.iter_mut().zip(entry.texts()) {
            column.push(text);
        }
    }
    columns.into_iter().map(Column::Texts)
}

impl QueryFragment<Pg> for Several<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [before, between, after] = self.sql;
        out.push_sql(before);
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Timestamp>, _>(&self.now)?;
        out.push_sql("::timestamp AS at FROM unnest");
        for (number, column) in self.columns.iter().enumerate() {
            out.push_sql(if number == 0 { "(" } else { ", " });
            match column {
                Column::Texts(texts) => out.push_bind_param::<Array<Text>, _>(texts)?,
                Column::Numbers(numbers) => out.push_bind_param::<Array<BigInt>, _>(numbers)?,
                Column::Days(days) => out.push_bind_param::<Array<Date>, _>(days)?,
                Column::Flags(flags) => out.push_bind_param::<Array<Bool>, _>(flags)?,
            }
        }
        out.push_sql(")");
        out.push_sql(between);
        self.returned.walk_ast(out.reborrow())?;
        out.push_sql(")");
        if IS_TOLD {
            out.push_sql(TOLD);
        }
        out.push_sql(self.counted);
        out.push_sql(after);
        Ok(())
    }
}

impl Query for Several<'_> {
    type SqlType = SqlTypeOf<ActorColumns>;
}

impl QueryId for Several<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Several<'_> {}
