//! The migrations that are built into the program, and how they are applied.

use std::{collections::HashSet, fmt, time::Duration};

use diesel::{
    Connection, QueryDsl, QueryResult, RunQueryDsl,
    connection::TransactionManager,
    migration::{Migration, MigrationSource},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use ensemble_domain::{Cause, StoreError, in_full};
use thiserror::Error;

use crate::{
    ConnectError, DatabaseUrl, OpenError,
    connection::{AnyConnection, AnyConnector, MultiBackend, Purpose},
    error::Trouble,
    keys,
    schema::__diesel_schema_migrations,
};

type Steps = Vec<Box<dyn Migration<MultiBackend>>>;

/// Brings the tables of a database to the form that this version needs, and back.
///
/// Every migration is one transaction, and only one runs at a time: instances that start together do not get in each other's way.
#[derive(Clone)]
pub struct Migrator {
    connector: AnyConnector,
}

/// Why the tables are not as they should be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// There is no place for the database where the settings want it.
    #[error(transparent)]
    Place(#[from] OpenError),
    /// The database cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database does not tell which migrations are applied.
    #[error("cannot read which migrations are applied")]
    Unread(#[source] Cause),
    /// A migration failed and was undone.
    #[error("cannot migrate the database")]
    Failed(#[source] Cause),
}

impl Migrator {
    /// The migrations of the database at that address.
    #[must_use]
    pub fn new(url: &DatabaseUrl) -> Self {
        Self { connector: url.connector(Duration::ZERO) }
    }

    /// Applies every migration that is pending, oldest first, and answers their names. Then fills what only the program can: the keys
    /// of rows that are older than the keys, and the indexes of searches, which not every database has.
    ///
    /// # Errors
    ///
    /// [`MigrateError`] at the first that fails; those before it stay applied.
    pub fn up(&self) -> Result<Vec<String>, MigrateError> {
        self.connector.check_place()?;
        let mut connection = self.connector.connect(Purpose::Migration)?;
        let mut applied = Vec::new();
        while let Some(name) = exclusively(&mut connection, apply_next)? {
            tracing::info!(migration = %name, "migration applied");
            applied.push(name);
        }
        while exclusively(&mut connection, |connection| Ok(keys::fill(connection)?))? > 0 {}
        index_searches(&mut connection);
        Ok(applied)
    }

    /// Reverts the newest migration that is applied, and answers its name, or `None` when none is. Makes no file.
    ///
    /// # Errors
    ///
    /// [`MigrateError`] when it fails or belongs to a newer version of this program.
    pub fn down(&self) -> Result<Option<String>, MigrateError> {
        if self.connector.migrations_if_absent()?.is_some() {
            return Ok(None);
        }
        self.connector.check_place()?;
        let mut connection = self.connector.connect(Purpose::Migration)?;
        let reverted = exclusively(&mut connection, revert_newest)?;
        if let Some(name) = &reverted {
            tracing::info!(migration = %name, "migration reverted");
        }
        Ok(reverted)
    }

    /// Answers the name of every migration, oldest first, and whether it is applied. Changes nothing, and makes no file.
    ///
    /// # Errors
    ///
    /// [`MigrateError`] when the database cannot be reached, or does not tell.
    pub fn status(&self) -> Result<Vec<(String, bool)>, MigrateError> {
        if let Some(source) = self.connector.migrations_if_absent()? {
            let steps = steps(&source).map_err(MigrateError::Failed)?;
            return Ok(steps.iter().map(|step| (step.name().to_string(), false)).collect());
        }
        let mut connection = self.connector.connect(Purpose::Everyday)?;
        status(&mut connection).map_err(|trouble| MigrateError::Unread(trouble.into()))
    }
}

impl fmt::Debug for Migrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrator").finish_non_exhaustive()
    }
}

/// The name of every migration, oldest first, and whether it is applied.
pub fn status(connection: &mut AnyConnection) -> Result<Vec<(String, bool)>, Trouble> {
    let applied = applied(connection)?;
    let is_applied = |step: &dyn Migration<_>| applied.contains(&step.name().version().to_string());
    let steps = steps(&connection.dialect().migrations()).map_err(StoreError::Failed)?;
    Ok(steps.iter().map(|step| (step.name().to_string(), is_applied(step.as_ref()))).collect())
}

/// The versions of the migrations that are applied.
fn applied(connection: &mut AnyConnection) -> QueryResult<HashSet<String>> {
    if !connection.dialect().has_migrations()? {
        return Ok(HashSet::new());
    }
    let versions = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version);
    Ok(versions.load(connection)?.into_iter().collect())
}

/// All migrations, oldest first.
fn steps(source: &EmbeddedMigrations) -> Result<Steps, Cause> {
    let mut steps: Steps = source.migrations()?;
    steps.sort_by(|one, other| one.name().version().cmp(&other.name().version()));
    Ok(steps)
}

fn apply_next(connection: &mut AnyConnection) -> Result<Option<String>, Cause> {
    let source = connection.dialect().migrations();
    let pending: Steps = connection.pending_migrations(source)?;
    let Some(next) = pending.first() else { return Ok(None) };
    connection.run_migration(next.as_ref())?;
    Ok(Some(next.name().to_string()))
}

fn revert_newest(connection: &mut AnyConnection) -> Result<Option<String>, Cause> {
    let Some(newest) = connection.applied_migrations()?.into_iter().next() else { return Ok(None) };
    let steps = steps(&connection.dialect().migrations())?;
    let step = steps.iter().find(|step| step.name().version() == newest);
    let step = step.ok_or_else(|| format!("migration {newest} is not known to this version of the program"))?;
    connection.revert_migration(step.as_ref())?;
    Ok(Some(step.name().to_string()))
}

/// Without the indexes everything works, only searches are slower.
fn index_searches(connection: &mut AnyConnection) {
    let made = exclusively(connection, |connection| {
        let is_indexed = connection.dialect().searches_are_indexed()?;
        if is_indexed { Ok(()) } else { Ok(connection.dialect().index_searches()?) }
    });
    if let Err(error) = made {
        tracing::warn!(
            error = in_full(&error),
            "searches read one name after another, since the extension pg_trgm cannot be created; have an administrator run \
             CREATE EXTENSION pg_trgm in this database, then run `ensemble migrate up` again"
        );
    }
}

/// Does the work in a transaction of its own, while no other migration runs.
fn exclusively<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Cause>,
) -> Result<T, MigrateError> {
    type Transactions = <AnyConnection as Connection>::TransactionManager;

    connection.dialect().begin_migration().map_err(|error| MigrateError::Failed(error.into()))?;
    match work(connection) {
        Ok(answer) => {
            Transactions::commit_transaction(connection).map_err(|error| MigrateError::Failed(error.into()))?;
            Ok(answer)
        }
        Err(cause) => {
            // The connection is closed in any case, which undoes what a failed ROLLBACK leaves.
            Transactions::rollback_transaction(connection).ok();
            Err(MigrateError::Failed(cause))
        }
    }
}
