//! A statement that is put together from parts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    Expression, QueryResult, RunQueryDsl,
    backend::Backend,
    dsl::SqlTypeOf,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Date, HasSqlType, Text, Timestamp},
};
use ensemble_domain::SortKey;

/// A part of a statement. Whatever a client sent is a value that is bound, never SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Sql(&'static str),
    /// The columns that the statement selects.
    Columns,
    Text(String),
    Number(i64),
    /// A query of numbers, which stand here with commas between them. It is one value, so there may be any number of them.
    Numbers(String),
    Day(NaiveDate),
    Instant(NaiveDateTime),
}

impl Part {
    /// A query of these numbers.
    pub fn numbers(numbers: impl IntoIterator<Item = i64>) -> Self {
        Self::Numbers(numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(","))
    }

    /// What an order compares, as it is stored; `None` when it compares nothing but the id.
    pub fn of(key: &SortKey) -> Option<Self> {
        match key {
            SortKey::Id => None,
            SortKey::Text(text) => Some(Self::Text(text.as_str().to_owned())),
            SortKey::Day(day) => Some(Self::Day(*day)),
            SortKey::Instant(instant) => Some(Self::Instant(instant.naive_utc())),
        }
    }
}

/// How a database makes rows of numbers that come as one text.
pub trait Numbered: Backend {
    /// What stands before and after the text, which has commas between the numbers.
    const NUMBERS: (&'static str, &'static str);
}

/// A statement that selects columns `C` and a number.
///
/// Diesel's own boxed queries know neither `WITH` nor comparisons of rows, and are put together anew through
/// [`AnyConnection`](crate::connection::AnyConnection) for every call.
#[derive(Debug)]
pub struct Statement<C> {
    columns: C,
    parts: Vec<Part>,
    is_reusable: bool,
}

impl<C> Statement<C> {
    /// A statement that is prepared once and used again with other values.
    pub const fn reusable(columns: C) -> Self {
        Self { columns, parts: Vec::new(), is_reusable: true }
    }

    /// A statement that is planned for its values: PostgreSQL finds another way to a rare word than to a common one. There are also
    /// too many of them to keep.
    pub const fn once(columns: C) -> Self {
        Self { columns, parts: Vec::new(), is_reusable: false }
    }

    pub fn sql(&mut self, sql: &'static str) -> &mut Self {
        self.part(Part::Sql(sql))
    }

    pub fn columns(&mut self) -> &mut Self {
        self.part(Part::Columns)
    }

    pub fn number(&mut self, number: i64) -> &mut Self {
        self.part(Part::Number(number))
    }

    pub fn extend(&mut self, parts: &[Part]) -> &mut Self {
        self.parts.extend_from_slice(parts);
        self
    }

    pub fn part(&mut self, part: Part) -> &mut Self {
        self.parts.push(part);
        self
    }
}

impl<C, DB> QueryFragment<DB> for Statement<C>
where
    C: QueryFragment<DB>,
    DB: Numbered + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Date> + HasSqlType<Timestamp>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_reusable {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Sql(sql) => out.push_sql(sql),
                Part::Columns => self.columns.walk_ast(out.reborrow())?,
                Part::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Part::Numbers(text) => {
                    let (before, after) = DB::NUMBERS;
                    out.push_sql(before);
                    out.push_bind_param::<Text, _>(text)?;
                    out.push_sql(after);
                }
                Part::Day(day) => out.push_bind_param::<Date, _>(day)?,
                Part::Instant(instant) => out.push_bind_param::<Timestamp, _>(instant)?,
            }
        }
        Ok(())
    }
}

impl<C: Expression> Query for &Statement<C> {
    type SqlType = (SqlTypeOf<C>, BigInt);
}

impl<C> QueryId for Statement<C> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Connection> RunQueryDsl<Connection> for &Statement<C> {}

/// A statement that only counts.
pub struct Counting<'a, C>(pub &'a Statement<C>);

impl<C, DB: Backend> QueryFragment<DB> for Counting<'_, C>
where
    Statement<C>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<C> Query for Counting<'_, C> {
    type SqlType = BigInt;
}

impl<C> QueryId for Counting<'_, C> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Connection> RunQueryDsl<Connection> for Counting<'_, C> {}
