//! Rows that are written for several callers by one statement, with an entry of the history for each of them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    dsl::SqlTypeOf,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Date, Text, Timestamp},
};

use self::Piece::{Given, Recorded, Returned, Sql};
use super::recorded;
use crate::{
    actors::{ActorColumns, ActorRow, NewActorRow, ReplacedActor},
    history::{Entry, IS_TOLD},
};

/// A statement over rows that are handed over column by column: its text is the same for any number of rows, so it is prepared once.
pub struct Several<'a> {
    text: &'static [Piece],
    /// The columns, each with its name.
    given: Vec<(&'static str, Column<'a>)>,
    returned: ActorColumns,
}

enum Column<'a> {
    Texts(Vec<&'a str>),
    Numbers(Vec<i64>),
    Days(Vec<NaiveDate>),
    Instants(Vec<NaiveDateTime>),
    Flags(Vec<bool>),
}

/// A piece of a statement.
enum Piece {
    Sql(&'static str),
    /// The rows that are handed over, as a table `given` of their columns and their `place` among them.
    Given,
    /// The columns that are answered of a row.
    Returned,
    /// The part that adds the entry of each row that was changed.
    Recorded,
}

// Ids are drawn in the order of the rows. Whose actor is whose does not depend on it.
const ADDED: &[Piece] = &[
    Sql("WITH given AS MATERIALIZED (SELECT nextval('actors_id_seq') AS id, * FROM "),
    Given,
    Sql("), changed AS (\
         INSERT INTO actors (id, name, name_key, gender, born, born_exact, version, created_at, updated_at) \
         SELECT id, name, name_key, gender, born, born_exact, version, at, at FROM given RETURNING "),
    Returned,
    Sql(")"),
    Recorded,
    Sql(recorded::ACTORS),
    Sql(" SELECT changed.* FROM changed JOIN given USING (id) ORDER BY place"),
];

// Who waited for a row would hold others meanwhile, and might be waited for.
const REPLACED: &[Piece] = &[
    Sql("WITH given AS MATERIALIZED (SELECT * FROM "),
    Given,
    Sql("), free AS MATERIALIZED (\
         SELECT actors.id FROM given JOIN actors ON actors.id = given.id AND actors.version = given.seen \
         FOR NO KEY UPDATE OF actors SKIP LOCKED), \
         changed AS (\
         UPDATE actors SET version = version + 1, name = given.name, name_key = given.name_key, gender = given.gender, \
         born = given.born, born_exact = given.born_exact, updated_at = given.at FROM given \
         WHERE actors.id = given.id AND actors.version = given.seen AND given.id IN (SELECT id FROM free) RETURNING "),
    Returned,
    Sql(")"),
    Recorded,
    Sql(" SELECT * FROM changed"),
];

impl<'a> Several<'a> {
    /// Adds rows, and answers them in their order.
    pub fn added(rows: &'a [(NewActorRow<'a>, Entry<'a>)]) -> Self {
        let mut given = vec![
            ("name", Column::Texts(rows.iter().map(|(row, _)| row.name).collect())),
            ("name_key", Column::Texts(rows.iter().map(|(row, _)| row.name_key.as_str()).collect())),
            ("gender", Column::Texts(rows.iter().map(|(row, _)| row.gender).collect())),
            ("born", Column::Days(rows.iter().map(|(row, _)| row.born).collect())),
            ("born_exact", Column::Flags(rows.iter().map(|(row, _)| row.born_exact).collect())),
            ("version", Column::Numbers(rows.iter().map(|(row, _)| row.version).collect())),
        ];
        given.extend(entries(rows.iter().map(|(_, entry)| entry)));
        Self { text: ADDED, given, returned: ActorRow::columns() }
    }

    /// Replaces different rows, as far as they are of the versions that were seen and nobody else is writing them.
    pub fn replaced(rows: &'a [ReplacedActor<'a>]) -> Self {
        let mut given = vec![
            ("id", Column::Numbers(rows.iter().map(|((id, _), ..)| *id).collect())),
            ("seen", Column::Numbers(rows.iter().map(|((_, seen), ..)| *seen).collect())),
            ("name", Column::Texts(rows.iter().map(|(_, row, _)| row.name).collect())),
            ("name_key", Column::Texts(rows.iter().map(|(_, row, _)| row.name_key.as_str()).collect())),
            ("gender", Column::Texts(rows.iter().map(|(_, row, _)| row.gender).collect())),
            ("born", Column::Days(rows.iter().map(|(_, row, _)| row.born).collect())),
            ("born_exact", Column::Flags(rows.iter().map(|(_, row, _)| row.born_exact).collect())),
        ];
        given.extend(entries(rows.iter().map(|(.., entry)| *entry)));
        Self { text: REPLACED, given, returned: ActorRow::columns() }
    }

    fn walk_given<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, (_, column)) in self.given.iter().enumerate() {
            out.push_sql(if number == 0 { "unnest(" } else { ", " });
            match column {
                Column::Texts(texts) => out.push_bind_param::<Array<Text>, _>(texts)?,
                Column::Numbers(numbers) => out.push_bind_param::<Array<BigInt>, _>(numbers)?,
                Column::Days(days) => out.push_bind_param::<Array<Date>, _>(days)?,
                Column::Instants(instants) => out.push_bind_param::<Array<Timestamp>, _>(instants)?,
                Column::Flags(flags) => out.push_bind_param::<Array<Bool>, _>(flags)?,
            }
        }
        out.push_sql(") WITH ORDINALITY AS given (");
        for (name, _) in &self.given {
            out.push_sql(name);
            out.push_sql(", ");
        }
        out.push_sql("place)");
        Ok(())
    }
}

/// What the history has of the entries, column by column.
fn entries<'a>(
    entries: impl Iterator<Item = &'a Entry<'a>> + Clone,
) -> impl Iterator<Item = (&'static str, Column<'a>)> {
    let at = Column::Instants(entries.clone().map(|entry| entry.at).collect());
    let mut texts = Entry::TEXTS.map(|name| (name, Vec::new()));
    for entry in entries {
        for ((_, column), text) in texts.iter_mut().zip(entry.texts()) {
            column.push(text);
        }
    }
    [("at", at)].into_iter().chain(texts.map(|(name, column)| (name, Column::Texts(column))))
}

impl QueryFragment<Pg> for Several<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in self.text {
            match piece {
                Sql(sql) => out.push_sql(sql),
                Given => self.walk_given(out.reborrow())?,
                Returned => self.returned.walk_ast(out.reborrow())?,
                Recorded if IS_TOLD => {
                    out.push_sql(recorded::ENTRY);
                    out.push_sql("at, subject, request_id, action, before, after, ");
                    out.push_sql(recorded::ACTOR);
                    out.push_sql(" FROM given JOIN changed USING (id) ORDER BY place)");
                }
                Recorded => {}
            }
        }
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
