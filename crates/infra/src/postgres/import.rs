//! Adding many rows with one COPY.

use std::{
    cell::Cell,
    io::{self, Write},
};

use diesel::{
    Connection, ExecuteCopyFromDsl, PgConnection, QueryResult, RunQueryDsl,
    connection::SimpleConnection,
    dsl::sql,
    pg::CopyFormat,
    result::Error as QueryError,
    sql_types::{Bool, Text},
};
use ensemble_domain::{NewActor, NewMovie, Rows, StoreError, Withdrawn};

use super::binary::Binary;
use crate::{
    actors::NewActorRow,
    error::Trouble,
    import::Incoming,
    movies::NewMovieRow,
    schema::{actors, movies},
};

/// How many bytes are handed to libpq at once.
const PORTION: usize = 64 * 1024;

/// From how many rows on the planner must hear of them before the server does so by itself.
const NEWS: u64 = 10_000;

/// Adds the actors with one COPY.
pub fn actors(connection: &mut PgConnection, incoming: Incoming<'_, NewActor>) -> Result<u64, Trouble> {
    let Incoming { rows, now, many } = incoming;
    let columns = (
        actors::name,
        actors::name_key,
        actors::gender,
        actors::born,
        actors::born_exact,
        actors::version,
        actors::created_at,
        actors::updated_at,
    );
    let source = Source::new(rows, |data: &mut Binary, actor: &NewActor| {
        let row = NewActorRow::of(actor, now);
        data.row(8).text(row.name)?.text(&row.name_key)?.text(row.gender)?.day(row.born)?.bool(row.born_exact)?;
        data.number(row.version)?.instant(row.created_at)?.instant(row.updated_at)?;
        Ok(())
    });
    in_bulk(connection, "actors", many, |connection| {
        let copy = diesel::copy_from(actors::table).from_raw_data(columns, |out| source.write(out));
        source.outcome(copy.with_format(CopyFormat::Binary).execute(connection))
    })
}

/// The same for movies.
pub fn movies(connection: &mut PgConnection, incoming: Incoming<'_, NewMovie>) -> Result<u64, Trouble> {
    let Incoming { rows, now, many } = incoming;
    let columns = (
        movies::title,
        movies::title_key,
        movies::release_date,
        movies::shoot_start,
        movies::shoot_end,
        movies::version,
        movies::created_at,
        movies::updated_at,
    );
    let source = Source::new(rows, |data: &mut Binary, movie: &NewMovie| {
        let row = NewMovieRow::of(movie, now);
        data.row(8).text(row.title)?.text(&row.title_key)?.day(row.release_date)?;
        data.day_or_null(row.shoot_start)?.day_or_null(row.shoot_end)?;
        data.number(row.version)?.instant(row.created_at)?.instant(row.updated_at)?;
        Ok(())
    });
    in_bulk(connection, "movies", many, |connection| {
        let copy = diesel::copy_from(movies::table).from_raw_data(columns, |out| source.write(out));
        source.outcome(copy.with_format(CopyFormat::Binary).execute(connection))
    })
}

/// Rows that are written as they are read, once.
struct Source<'a, N, W> {
    rows: Cell<Option<&'a mut dyn Rows<N>>>,
    write: W,
    withdrawn: Cell<bool>,
}

impl<'a, N, W: Fn(&mut Binary, &N) -> QueryResult<()>> Source<'a, N, W> {
    fn new(rows: &'a mut dyn Rows<N>, write: W) -> Self {
        Self { rows: Cell::new(Some(rows)), write, withdrawn: Cell::new(false) }
    }

    fn write(&self, out: &mut dyn Write) -> QueryResult<()> {
        let mut data = Binary::with_capacity(PORTION * 2);
        for row in self.rows.take().into_iter().flatten() {
            let row = row.map_err(|Withdrawn| {
                self.withdrawn.set(true);
                QueryError::SerializationError(Box::new(StoreError::Withdrawn))
            })?;
            (self.write)(&mut data, &row)?;
            if data.bytes().len() >= PORTION {
                out.write_all(data.bytes()).map_err(lost)?;
                data.clear();
            }
        }
        data.end();
        out.write_all(data.bytes()).map_err(lost)
    }

    /// What came of the COPY. The server's own words for rows that were withdrawn tell less.
    fn outcome(&self, copied: QueryResult<usize>) -> Result<u64, Trouble> {
        match copied {
            Ok(count) => Ok(u64::try_from(count).map_err(|error| StoreError::Failed(error.into()))?),
            Err(_) if self.withdrawn.get() => Err(StoreError::Withdrawn.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The error of Diesel inside the one that its sink answers.
fn lost(error: io::Error) -> QueryError {
    error.downcast().unwrap_or_else(|other| QueryError::SerializationError(Box::new(other)))
}

/// Runs the COPY. When there are many rows for an empty table, its indexes are built behind it, which costs a third of keeping them.
fn in_bulk(
    connection: &mut PgConnection,
    table: &'static str,
    many: bool,
    copy: impl FnOnce(&mut PgConnection) -> Result<u64, Trouble>,
) -> Result<u64, Trouble> {
    let indexes = if many { set_aside(connection, table)? } else { Vec::new() };
    // No trigger adds up what is added below.
    connection.batch_execute("SET LOCAL ensemble.counts_itself = 'yes'")?;
    let count = copy(connection)?;
    if !indexes.is_empty() {
        connection.batch_execute("SET LOCAL maintenance_work_mem = '128MB'")?;
    }
    for definition in indexes {
        connection.batch_execute(&definition)?;
    }
    if count >= NEWS {
        analyze(connection, table);
    }
    // At last, since others who share the slot wait from here on.
    connection.batch_execute(&format!(
        "UPDATE totals SET live = live + {count} WHERE entity = '{table}' AND slot = pg_backend_pid() % 16"
    ))?;
    Ok(count)
}

/// Drops the indexes of an empty table that keep no promise, and answers how they are made again. Whoever wants to read the table
/// then waits for the end of the transaction, so a table with rows keeps its indexes, and so does one that somebody is reading.
fn set_aside(connection: &mut PgConnection, table: &str) -> Result<Vec<String>, Trouble> {
    if !is_empty(connection, table)? {
        return Ok(Vec::new());
    }
    let indexes = indexes(connection, table)?;
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    // The strongest lock at once: one that grew would meet another that grows, and each would wait for the other. Should somebody
    // hold the table, or have added rows meanwhile, the savepoint takes it back.
    let locked = connection.transaction(|connection| {
        connection.batch_execute(&format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT"))?;
        if is_empty(connection, table)? { Ok(()) } else { Err(QueryError::RollbackTransaction) }
    });
    if locked.is_err() {
        return Ok(Vec::new());
    }
    for (name, _) in &indexes {
        connection.batch_execute(&format!("DROP INDEX {name}"))?;
    }
    Ok(indexes.into_iter().map(|(_, definition)| definition).collect())
}

fn is_empty(connection: &mut PgConnection, table: &str) -> QueryResult<bool> {
    sql::<Bool>(&format!("SELECT NOT EXISTS (SELECT 1 FROM {table})")).get_result(connection)
}

/// The names and definitions of the indexes that only make reading faster; none where they could not be made again.
fn indexes(connection: &mut PgConnection, table: &str) -> QueryResult<Vec<(String, String)>> {
    let query = format!(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         WHERE i.indrelid = '{table}'::regclass
           AND pg_has_role(t.relowner, 'USAGE') AND has_schema_privilege(t.relnamespace, 'CREATE')
           AND NOT (i.indisunique OR i.indisexclusion OR i.indisclustered OR i.indisreplident)
         ORDER BY i.indexrelid"
    );
    sql::<(Text, Text)>(&query).load(connection)
}

/// Tells the planner about the table. Where that cannot be done now, the server does it before long.
fn analyze(connection: &mut PgConnection, table: &str) {
    let analyzed: QueryResult<()> =
        connection.transaction(|connection| connection.batch_execute(&format!("ANALYZE {table}")));
    if let Err(error) = analyzed {
        tracing::warn!(%error, table, "the statistics of the table are old until the server renews them");
    }
}
