//! A database of its own for every test.

use std::{
    any::Any,
    env, fs,
    io::Write,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql, sql_query,
    sql_types::Text,
};
use tempfile::TempDir;

/// A lock, released when dropped.
pub struct Lock {
    _connection: Box<dyn Any>,
}

/// An empty database, gone when dropped.
pub struct Database {
    /// What `DATABASE_URL` is set to.
    pub url: String,
    /// The working folder of whatever runs on it: the SQLite file and the local key live here.
    pub folder: TempDir,
    server: Option<String>,
}

impl Database {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}/ensemble.db", folder.path().display());
        Self { url, folder, server: None }
    }

    /// A database on the server of `TEST_DATABASE_URL`. Where that is not set, CI fails and anybody else reads a loud line.
    pub fn postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let server = server_url()?;
        let name = format!("e2e_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("CREATE DATABASE {name}"));
        let (prefix, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL names a database");
        Some(Self { url: format!("{prefix}/{name}"), folder: TempDir::new().unwrap(), server: Some(server) })
    }

    /// One on the same server that is not there yet, also gone when dropped.
    pub fn sibling(&self, suffix: &str) -> Self {
        Self { url: format!("{}_{suffix}", self.url), folder: TempDir::new().unwrap(), server: self.server.clone() }
    }

    /// A database that is there already and stays.
    pub fn at(url: String) -> Self {
        Self { url, folder: TempDir::new().unwrap(), server: None }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// A connection past the server, to the SQLite file.
    pub fn file(&self) -> SqliteConnection {
        SqliteConnection::establish(self.url.trim_start_matches("sqlite://")).unwrap()
    }

    /// SQLite finds nothing wrong with its file. PostgreSQL looks after itself.
    pub fn assert_whole(&self) {
        if self.is_sqlite() {
            let verdict: String = sql::<Text>("PRAGMA integrity_check").get_result(&mut self.file()).unwrap();
            assert_eq!(verdict, "ok");
        }
    }

    /// Keeps everybody from writing actors, and on PostgreSQL from reading them, as somebody else's transaction would.
    pub fn lock_actors(&self) -> Lock {
        fn locked(mut connection: impl SimpleConnection + 'static, statements: &str) -> Lock {
            connection.batch_execute(statements).unwrap();
            Lock { _connection: Box::new(connection) }
        }
        if self.is_sqlite() {
            locked(self.file(), "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
        } else {
            let connection = PgConnection::establish(&self.url).unwrap();
            locked(connection, "BEGIN; LOCK TABLE actors IN ACCESS EXCLUSIVE MODE")
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            let name = self.url.rsplit('/').next().unwrap_or_default();
            run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Where Debian has the programs of its newest PostgreSQL, whose server the tests run.
pub fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.map(|version| version.unwrap().path());
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.max_by_key(number).map(|version| version.join("bin"))
}

fn server_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where the PostgreSQL of the tests is can only come from outside")]
    let url = env::var("TEST_DATABASE_URL").ok();
    if url.is_none() {
        skip("TEST_DATABASE_URL is not set; `make test` starts a server");
    }
    url
}

/// Says loudly that a test has not got what it needs. In CI that fails.
pub fn skip(reason: &str) {
    #[expect(clippy::disallowed_methods, reason = "whether this is CI can only come from outside")]
    let ci = env::var("CI").is_ok();
    assert!(!ci, "{reason}: in CI nothing may be skipped");
    // Unlike `eprintln!`, this is not swallowed when the test passes.
    let mut loud = std::io::stderr();
    writeln!(loud, "SKIPPED: {reason}").unwrap();
}

fn run(server: &str, statement: &str) {
    let mut connection = PgConnection::establish(server).expect("the PostgreSQL of the tests");
    sql_query(statement).execute(&mut connection).expect(statement);
}
