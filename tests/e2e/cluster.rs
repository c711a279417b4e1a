//! A PostgreSQL server of a test's own, which it may stop, freeze, and have followed by a standby.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, dsl::sql, sql_types::Text};
use tempfile::TempDir;

use crate::{
    database::{Database, skip},
    server::send_signal,
};

/// A server. Gone when dropped.
pub struct Cluster {
    pub database: Database,
    folder: TempDir,
}

impl Cluster {
    /// Starts one, where PostgreSQL is installed.
    pub fn create() -> Option<Self> {
        Self::made(&["create"])
    }

    /// Starts one that follows this one.
    pub fn standby(&self) -> Self {
        Self::made(&["standby", self.url()]).unwrap()
    }

    fn made(arguments: &[&str]) -> Option<Self> {
        let (folder, [verb, more @ ..]) = (TempDir::new().unwrap(), arguments) else { panic!("what is to be made?") };
        let made = script(verb, folder.path()).args(more).output().unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        if said.contains("is not installed here") {
            skip(&said);
            return None;
        }
        assert!(made.status.success(), "{said}");
        let url = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        Some(Self { database: Database::at(url), folder })
    }

    /// `postgres://USER@HOST:PORT/DATABASE`.
    pub fn url(&self) -> &str {
        &self.database.url
    }

    /// Runs statements on this server, whichever role it has.
    pub fn run(&self, statements: &str) {
        PgConnection::establish(self.url()).unwrap().batch_execute(statements).unwrap();
    }

    /// The different texts in the one column that a query answers.
    pub fn column(&self, query: &str) -> BTreeSet<String> {
        let mut connection = PgConnection::establish(self.url()).unwrap();
        sql::<Text>(query).load::<String>(&mut connection).unwrap().into_iter().collect()
    }

    /// The number of its first process, which starts all others.
    pub fn postmaster(&self) -> String {
        let file = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().to_owned()
    }

    /// Sends a signal to all processes of the server.
    pub fn signal(&self, name: &str) {
        let postmaster = self.postmaster();
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
        send_signal(name, &format!("{postmaster} {children}"));
    }

    /// Ends it at once, as a crash would.
    pub fn stop(&self) {
        self.script("stop", &[]);
    }

    /// Starts it again.
    pub fn start(&self) {
        self.script("start", &[]);
    }

    /// Makes a standby the primary; returns once it takes writes.
    pub fn promote(&self) {
        self.script("promote", &[]);
    }

    /// Starts a primary that was stopped as a standby of the one that took its place.
    pub fn rejoin(&self, primary: &Self) {
        self.script("rejoin", &[primary.url()]);
    }

    fn script(&self, verb: &str, arguments: &[&str]) {
        assert!(script(verb, self.folder.path()).args(arguments).status().unwrap().success(), "{verb}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("PostgreSQL's log:\n{}", fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
        // Already stopped where a test failed in between.
        script("stop", self.folder.path()).stderr(Stdio::null()).status().ok();
    }
}

fn script(verb: &str, folder: &Path) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/postgres.sh"));
    command.arg(verb).arg(folder).stdout(Stdio::piped());
    command
}
