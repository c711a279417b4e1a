//! The file, and how connections to it are set up.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use diesel::{
    Connection, QueryResult, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql,
    result::Error as QueryError, sql_types::Text,
};
use diesel_migrations::EmbeddedMigrations;

use super::{MIGRATIONS, symptom_of};
use crate::{
    OpenError,
    connection::{AnyConnection, Connector, LOCK_WAIT, Purpose},
    error::{ConnectError, Symptom},
};

/// A database in one file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
}

/// A setting, what it is set to, and what it must answer afterwards.
type Pragma<'a> = (&'static str, &'a str, &'a str);

/// What every connection is set to, once it waits for locks.
const PRAGMAS: [Pragma<'static>; 5] = [
    ("journal_mode", "WAL", "wal"),
    // With NORMAL, a power cut may undo a commit that was acknowledged.
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("trusted_schema", "OFF", "0"),
    ("journal_size_limit", "67108864", "67108864"),
];

/// How long one migration waits for another, or for whoever writes.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

impl File {
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The path as SQLite must be given it: `file:x` and `:memory:` are plain names here.
    pub fn name(&self) -> String {
        if self.path.is_absolute() { self.path.display().to_string() } else { format!("./{}", self.path.display()) }
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn check_folder(&self) -> Result<(), OpenError> {
        if self.folder().is_dir() { Ok(()) } else { Err(OpenError::NoFolder(self.folder().to_owned())) }
    }

    fn open(&self, purpose: Purpose) -> Result<SqliteConnection, ConnectError> {
        let mut connection = self.establish()?;
        for pragma in PRAGMAS {
            set(&mut connection, pragma)?;
        }
        match purpose {
            Purpose::Everyday => set(&mut connection, ("query_only", "ON", "1"))?,
            Purpose::SoleWriter => {}
            Purpose::Migration => wait_for_locks(&mut connection, MIGRATION_WAIT)?,
        }
        Ok(connection)
    }

    /// A connection that changes nothing about the file, not even the way its journal is kept, and waits for locks.
    pub fn open_as_it_is(&self) -> Result<AnyConnection, ConnectError> {
        Ok(AnyConnection::Sqlite(self.establish()?))
    }

    fn establish(&self) -> Result<SqliteConnection, ConnectError> {
        let mut connection = SqliteConnection::establish(&self.name())?;
        wait_for_locks(&mut connection, LOCK_WAIT)?;
        Ok(connection)
    }

    /// Takes the write lock once, which fails where the file or its folder (for the log beside it) is read-only.
    fn try_writing(&self) -> Result<(), ConnectError> {
        let mut connection = self.open(Purpose::SoleWriter)?;
        match connection.batch_execute("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; ROLLBACK") {
            // Somebody writes, so the file is writable.
            Err(error) if symptom_of(&error) == Symptom::Conflict => Ok(()),
            outcome => Ok(outcome?),
        }
    }
}

impl Connector for File {
    fn connect(&self, purpose: Purpose) -> Result<AnyConnection, ConnectError> {
        Ok(AnyConnection::Sqlite(self.open(purpose)?))
    }

    fn check(&self) -> Result<(), OpenError> {
        self.check_place()
    }

    fn check_place(&self) -> Result<(), OpenError> {
        self.check_folder()?;
        self.try_writing().map_err(|source| OpenError::NotWritable { path: self.path.clone(), source })
    }

    fn migrations_if_absent(&self) -> Result<Option<EmbeddedMigrations>, OpenError> {
        self.check_folder()?;
        // Where nobody can tell, opening it does.
        Ok(self.path.try_exists().is_ok_and(|exists| !exists).then_some(MIGRATIONS))
    }

    fn default_pool_size(&self) -> u32 {
        4
    }

    fn has_sole_writer(&self) -> bool {
        true
    }
}

fn wait_for_locks(connection: &mut SqliteConnection, at_most: Duration) -> Result<(), ConnectError> {
    let milliseconds = at_most.as_millis().to_string();
    set(connection, ("busy_timeout", &milliseconds, &milliseconds))
}

fn set(connection: &mut SqliteConnection, pragma: Pragma<'_>) -> Result<(), ConnectError> {
    let (name, value, wanted) = pragma;
    if read(connection, name)? != wanted {
        patiently(|| connection.batch_execute(&format!("PRAGMA {name} = {value}")))?;
    }
    let found = read(connection, name)?;
    if found == wanted { Ok(()) } else { Err(ConnectError::Pragma { pragma: name, wanted: wanted.to_owned(), found }) }
}

fn read(connection: &mut SqliteConnection, pragma: &str) -> QueryResult<String> {
    patiently(|| sql::<Text>(&format!("PRAGMA {pragma}")).get_result(connection))
}

/// Tries for up to 5 s while the file is locked: SQLite does not wait by itself when two connections switch to WAL at once.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, QueryError>) -> Result<T, QueryError> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(error) if symptom_of(&error) == Symptom::Conflict && start.elapsed() < Duration::from_secs(5) => {
                thread::sleep(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn every_connection_keeps_what_is_promised() {
        let folder = TempDir::new().unwrap();
        let file = File::at(folder.path().join("test.db"));
        for purpose in [Purpose::Everyday, Purpose::SoleWriter, Purpose::Migration] {
            let mut connection = file.open(purpose).unwrap();
            for (name, _, wanted) in PRAGMAS {
                assert_eq!(read(&mut connection, name).unwrap(), wanted, "{purpose:?} {name}");
            }
            let waits = if purpose == Purpose::Migration { MIGRATION_WAIT } else { LOCK_WAIT };
            assert_eq!(read(&mut connection, "busy_timeout").unwrap(), waits.as_millis().to_string(), "{purpose:?}");
            let reads_only = if purpose == Purpose::Everyday { "1" } else { "0" };
            assert_eq!(read(&mut connection, "query_only").unwrap(), reads_only, "{purpose:?}");
        }
    }

    #[test]
    fn a_setting_that_is_not_kept_is_an_error() {
        let mut memory = SqliteConnection::establish(":memory:").unwrap();
        let error = set(&mut memory, PRAGMAS[0]).unwrap_err();
        assert_eq!(error.to_string(), "SQLite keeps journal_mode at memory instead of wal");
    }

    #[test]
    fn a_folder_that_is_missing_is_told() {
        let folder = TempDir::new().unwrap();
        let error = File::at(folder.path().join("missing/test.db")).check().unwrap_err();
        assert!(matches!(&error, OpenError::NoFolder(path) if path.ends_with("missing")), "{error:?}");
    }

    #[test]
    fn a_file_that_is_no_database_is_told() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        fs::write(&path, "a text of some length, which is not how the file of a database begins").unwrap();
        let refused = File::at(path).check();
        assert!(matches!(refused, Err(OpenError::NotWritable { .. })), "{refused:?}");
    }

    #[test]
    fn a_file_that_somebody_else_writes_is_writable() {
        let folder = TempDir::new().unwrap();
        let file = File::at(folder.path().join("test.db"));
        let mut other = file.open(Purpose::SoleWriter).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        file.check().unwrap();
    }

    #[test]
    fn a_name_with_a_meaning_to_sqlite_is_a_plain_file() {
        assert_eq!(File::at("file:x.db".into()).name(), "./file:x.db");
        assert_eq!(File::at("/data/x.db".into()).name(), "/data/x.db");
        assert_eq!(File::at("x.db".into()).folder(), Path::new("."));
    }
}
