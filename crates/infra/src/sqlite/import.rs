//! Adding many rows with a statement that is prepared once.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    dsl::sql,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Nullable, Text, Timestamp},
    sqlite::Sqlite,
};
use ensemble_domain::{NewActor, NewMovie, StoreError, Withdrawn};

use crate::{actors::NewActorRow, error::Trouble, import::Incoming, movies::NewMovieRow};

/// A table whose rows are searched for.
struct Table {
    name: &'static str,
    /// The column that is searched.
    key: &'static str,
}

/// Adds the actors.
pub fn actors(connection: &mut SqliteConnection, incoming: Incoming<'_, NewActor>) -> Result<u64, Trouble> {
    let (table, now) = (Table { name: "actors", key: "name_key" }, incoming.now);
    let at = as_text(connection, now)?;
    add(connection, &table, incoming, |connection, actor| {
        let row = NewActorRow::of(actor, now);
        InsertActor { born: row.born.to_string(), row, at: &at }.execute(connection)
    })
}

/// Adds the movies.
pub fn movies(connection: &mut SqliteConnection, incoming: Incoming<'_, NewMovie>) -> Result<u64, Trouble> {
    let (table, now) = (Table { name: "movies", key: "title_key" }, incoming.now);
    let at = as_text(connection, now)?;
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    add(connection, &table, incoming, |connection, movie| {
        let row = NewMovieRow::of(movie, now);
        let days = [Some(row.release_date), row.shoot_start, row.shoot_end].map(text);
        InsertMovie { days, row, at: &at }.execute(connection)
    })
}

/// An instant as Diesel has SQLite store it.
fn as_text(connection: &mut SqliteConnection, instant: DateTime<Utc>) -> QueryResult<String> {
    sql::<Text>("SELECT CAST(").bind::<Timestamp, _>(instant.naive_utc()).sql(" AS TEXT)").get_result(connection)
}

/// Adds one actor. To write out the days and instants of every row by Diesel's own rules takes as long as to store them.
struct InsertActor<'a> {
    row: NewActorRow<'a>,
    born: String,
    at: &'a str,
}

impl QueryFragment<Sqlite> for InsertActor<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.row;
        out.push_sql(
            "INSERT INTO actors (version, born_exact, name, name_key, gender, born, created_at, updated_at) VALUES (",
        );
        out.push_bind_param::<BigInt, _>(&row.version)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&row.born_exact)?;
        for text in [row.name, &row.name_key, row.gender, &self.born, self.at, self.at] {
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(text)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertActor<'_> {
    type QueryId = InsertActor<'static>;
}

impl RunQueryDsl<SqliteConnection> for InsertActor<'_> {}

/// The same for a movie. The days are those of the release, the beginning and the end of the shoot.
struct InsertMovie<'a> {
    row: NewMovieRow<'a>,
    days: [Option<String>; 3],
    at: &'a str,
}

impl QueryFragment<Sqlite> for InsertMovie<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.row;
        out.push_sql("INSERT INTO movies (version, title, title_key, created_at, updated_at, release_date, shoot_start, shoot_end) VALUES (");
        out.push_bind_param::<BigInt, _>(&row.version)?;
        for text in [row.title, &row.title_key, self.at, self.at] {
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(text)?;
        }
        for day in &self.days {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(day)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertMovie<'_> {
    type QueryId = InsertMovie<'static>;
}

impl RunQueryDsl<SqliteConnection> for InsertMovie<'_> {}

/// One new row for so many old ones, and it takes less time to build an index anew than to add to it.
const REBUILT_FROM: i64 = 10;

/// Adds the rows. When they are many, the triggers' work is done at the end for all of them, and so are the indexes, as soon as that
/// pays. Others read meanwhile what was there before, by the indexes that were there before.
fn add<N>(
    connection: &mut SqliteConnection,
    table: &Table,
    incoming: Incoming<'_, N>,
    insert: impl Fn(&mut SqliteConnection, &N) -> QueryResult<usize>,
) -> Result<u64, Trouble> {
    let last = table.last_id(connection)?;
    let triggers = if incoming.many { table.set_aside(connection, TRIGGERS)? } else { Vec::new() };
    let (mut indexes, mut until_rebuilt) = (Vec::new(), last / REBUILT_FROM);
    let mut count = 0;
    for row in incoming.rows {
        if incoming.many && until_rebuilt == 0 {
            indexes = table.set_aside(connection, INDEXES)?;
        }
        until_rebuilt -= 1;
        insert(connection, &row.map_err(|Withdrawn| StoreError::Withdrawn)?)?;
        count += 1;
    }
    if incoming.many {
        table.catch_up(connection, last, count)?;
    }
    for definition in indexes.into_iter().chain(triggers) {
        connection.batch_execute(&definition)?;
    }
    Ok(count)
}

/// The indexes that keep no promise.
const INDEXES: &str =
    "type = 'index' AND name IN (SELECT name FROM pragma_index_list(tbl_name) WHERE origin = 'c' AND NOT \"unique\")";

/// The triggers that [`Table::catch_up`] stands in for; those of others stay.
const TRIGGERS: &str = "type = 'trigger' AND name IN (tbl_name || '_added', tbl_name || '_search_added')";

impl Table {
    /// The newest id, 0 when there is none.
    fn last_id(&self, connection: &mut SqliteConnection) -> QueryResult<i64> {
        sql::<BigInt>(&format!("SELECT coalesce(max(id), 0) FROM {}", self.name)).get_result(connection)
    }

    /// Drops what belongs to the table and is such, and answers how it is made again.
    fn set_aside(&self, connection: &mut SqliteConnection, such: &str) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = '{}' AND {such} ORDER BY rowid",
            self.name
        );
        let found: Vec<(String, String, String)> = sql::<(Text, Text, Text)>(&query).load(connection)?;
        for (kind, name, _) in &found {
            connection.batch_execute(&format!("DROP {kind} \"{name}\""))?;
        }
        Ok(found.into_iter().map(|(_, _, definition)| definition).collect())
    }

    /// Does for all rows behind that one what the triggers do for each.
    fn catch_up(&self, connection: &mut SqliteConnection, last: i64, count: u64) -> QueryResult<()> {
        let Self { name, key } = self;
        // In the order of the ids: in that of the index over the key, which SQLite might take, the search structure is made six times
        // slower.
        connection.batch_execute(&format!(
            "INSERT INTO {name}_search (rowid, {key}) SELECT id, {key} FROM {name} WHERE id > {last} AND deleted_at IS NULL ORDER BY id;
             UPDATE totals SET live = live + {count} WHERE entity = '{name}'"
        ))
    }
}
