//! A fresh database for each test.

use std::{
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql, sql_types::BigInt,
};
use ensemble_infra::{Database, DatabaseSettings, DatabaseUrl, Migrator};
use tempfile::TempDir;

/// A migrated database that is gone when this is dropped.
pub struct Fixture {
    pub url: DatabaseUrl,
    pub database: Database,
    /// The address with its password, for a connection of the test's own.
    pub text: String,
    _place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Server { admin: String, name: String },
}

/// A connection beside those of the crate.
pub enum Aside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub fn sqlite() -> Fixture {
    let folder = TempDir::new().unwrap();
    let text = format!("sqlite://{}", folder.path().join("test.db").display());
    Fixture::migrated(text, Place::Folder { _folder: folder })
}

/// Answers `None`, loudly, when no server is named; on a build server that would be a failure.
pub fn postgres() -> Option<Fixture> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);

    let Some(admin) = variable("TEST_DATABASE_URL") else {
        assert!(variable("CI").is_none(), "TEST_DATABASE_URL must be set where CI is");
        // Not by a macro, whose output a passing test keeps to itself.
        let text = b"NOT TESTED ON POSTGRESQL: set TEST_DATABASE_URL to a server whose user may create databases\n";
        std::io::stderr().write_all(text).unwrap();
        return None;
    };
    let name = format!("ensemble_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut server = PgConnection::establish(&admin).unwrap();
    server.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    Some(Fixture::migrated(renamed(&admin, &name), Place::Server { admin, name }))
}

#[expect(clippy::disallowed_methods, reason = "which server to test on is no setting of the program")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The address of another database on the same server.
fn renamed(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{name}?{parameters}")
}

impl Fixture {
    fn migrated(text: String, place: Place) -> Self {
        let url = DatabaseUrl::parse(&text).unwrap();
        Migrator::new(&url).up().unwrap();
        let database = Database::open(&DatabaseSettings::new(url.clone())).unwrap();
        Self { url, database, text, _place: place }
    }

    /// The same database with other settings.
    pub fn reopened(&self, settle: impl FnOnce(&mut DatabaseSettings)) -> Database {
        let mut settings = DatabaseSettings::new(self.url.clone());
        settle(&mut settings);
        Database::open(&settings).unwrap()
    }

    pub fn aside(&self) -> Aside {
        match self.url.sqlite_path() {
            Some(path) => Aside::Sqlite(SqliteConnection::establish(path.to_str().unwrap()).unwrap()),
            None => Aside::Postgres(PgConnection::establish(&self.text).unwrap()),
        }
    }

    /// Holds up every write until the answer is dropped.
    pub fn writes_held_up(&self) -> Aside {
        let mut aside = self.aside();
        match &mut aside {
            Aside::Sqlite(connection) => connection.batch_execute("BEGIN IMMEDIATE").unwrap(),
            Aside::Postgres(connection) => {
                connection
                    .batch_execute("BEGIN READ WRITE; LOCK TABLE actors, movies IN ACCESS EXCLUSIVE MODE")
                    .unwrap();
            }
        }
        aside
    }
}

impl Aside {
    pub fn execute(&mut self, sql: &str) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(sql).unwrap(),
            Self::Postgres(connection) => connection.batch_execute(sql).unwrap(),
        }
    }

    /// The number that the query answers.
    pub fn count(&mut self, query: &str) -> i64 {
        match self {
            Self::Sqlite(connection) => sql::<BigInt>(query).get_result(connection).unwrap(),
            Self::Postgres(connection) => sql::<BigInt>(query).get_result(connection).unwrap(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Server { admin, name } = self {
            let mut server = PgConnection::establish(admin).unwrap();
            server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
        }
    }
}

/// Long enough for a slow machine, short enough to tell a wait from a hang.
pub const SLACK: Duration = Duration::from_secs(2);
