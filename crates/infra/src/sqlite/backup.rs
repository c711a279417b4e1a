//! A copy of a database that is in use.

use std::path::{Path, PathBuf};

use diesel::{RunQueryDsl, dsl::sql, result::Error as QueryError, sql_query, sql_types::Text};
use ensemble_domain::Cause;
use thiserror::Error;

use super::File;
use crate::{ConnectError, connection::AnyConnection, migrations};

/// Why there is no copy.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is no database.
    #[error("the SQLite file {} does not exist", .0.display())]
    Absent(PathBuf),
    /// The database, or its copy, cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database cannot be read, or the copy cannot be written.
    #[error("the database cannot be read, or the copy not be written")]
    Copy(#[from] QueryError),
    /// SQLite takes no such path.
    #[error("the path of the copy is no UTF-8")]
    Path,
    /// It cannot be told which migrations were applied, as of a file that is no database.
    #[error("cannot read which migrations were applied")]
    Migrations(#[source] Cause),
    /// The file has none of the tables of this program.
    #[error("the database holds no agency; run `ensemble migrate up` first, or name another file in database.url")]
    NoAgency,
    /// The copy, and so most likely the database, is damaged.
    #[error("SQLite finds the copy damaged: {0}")]
    Damaged(String),
}

/// Copies the database to a file that is empty or not there, while others read and write it, and checks the copy: it holds what was
/// committed when the copying began, and nothing that was deleted.
///
/// # Errors
///
/// [`BackupError`]; a part of the copy may be there then.
pub fn back_up(database: &Path, copy: &Path) -> Result<(), BackupError> {
    // Opening it would make it. Where nobody can tell, opening it does.
    if database.try_exists().is_ok_and(|exists| !exists) {
        return Err(BackupError::Absent(database.to_owned()));
    }
    if copy.to_str().is_none() {
        return Err(BackupError::Path);
    }
    let copy = File::at(copy.to_owned());
    let mut source = File::at(database.to_owned()).open_as_it_is()?;
    must_hold_an_agency(&mut source)?;
    // One statement reads one state, and in WAL mode keeps nobody from writing.
    sql_query("VACUUM INTO ?").bind::<Text, _>(copy.name()).execute(&mut source)?;
    let mut copied = copy.open_as_it_is()?;
    let verdict: String = sql::<Text>("PRAGMA integrity_check(1)").get_result(&mut copied)?;
    if verdict != "ok" {
        return Err(BackupError::Damaged(verdict));
    }
    must_hold_an_agency(&mut copied)
}

fn must_hold_an_agency(connection: &mut AnyConnection) -> Result<(), BackupError> {
    let applied = migrations::status(connection).map_err(|trouble| BackupError::Migrations(trouble.into()))?;
    if applied.iter().any(|(_, applied)| *applied) { Ok(()) } else { Err(BackupError::NoAgency) }
}
