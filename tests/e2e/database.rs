//! A database of its own for every test.

use std::{
    env,
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use tempfile::TempDir;

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

    pub fn is_sqlite(&self) -> bool {
        self.server.is_none()
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

fn server_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where the PostgreSQL of the tests is can only come from outside")]
    let (url, ci) = (env::var("TEST_DATABASE_URL").ok(), env::var("CI").is_ok());
    if url.is_none() {
        assert!(!ci, "TEST_DATABASE_URL is not set: in CI nothing may be skipped");
        let mut loud = std::io::stderr();
        writeln!(loud, "SKIPPED on PostgreSQL: TEST_DATABASE_URL is not set; `make test` starts a server").unwrap();
    }
    url
}

fn run(server: &str, statement: &str) {
    let mut connection = PgConnection::establish(server).expect("the PostgreSQL of the tests");
    sql_query(statement).execute(&mut connection).expect(statement);
}
