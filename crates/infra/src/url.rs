//! Where the database is.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;

use crate::{
    connection::AnyConnector,
    postgres::{Dsn, Server},
    sqlite::File,
};

/// The address of a database: `sqlite://ensemble.db`, `sqlite:///var/lib/ensemble.db` or
/// `postgres://user:password@host/name`. Printing it never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Server(Dsn),
}

/// Why a text is not the address of a database. The text itself is not repeated: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadDatabaseUrl {
    /// It names no database that is known.
    #[error(
        "must start with sqlite: or postgres:, such as sqlite://ensemble.db, sqlite:///var/lib/ensemble.db or \
         postgres://user:password@host/name"
    )]
    Scheme,
    /// It names no file.
    #[error("names no file; give a path, such as sqlite://ensemble.db or sqlite:///var/lib/ensemble.db")]
    NoFile,
    /// It asks for a database in memory.
    #[error("must name a file: in memory each connection would see a database of its own")]
    InMemory,
    /// It has parameters behind a question mark, where none are known.
    #[error("takes no parameters for SQLite; a path must not contain a question mark")]
    Parameters,
    /// It is not an address as libpq reads it.
    #[error("is not a PostgreSQL address such as postgres://user:password@host:5432/name: {0}")]
    Server(&'static str),
}

impl DatabaseUrl {
    /// Reads an address. A relative path is seen from the working folder.
    ///
    /// # Errors
    ///
    /// [`BadDatabaseUrl`], which says what would be right.
    pub fn parse(text: &str) -> Result<Self, BadDatabaseUrl> {
        match text.split_once(':') {
            Some(("sqlite", rest)) => parse_path(rest).map(|path| Self(Place::File(path))),
            Some(("postgres" | "postgresql", _)) => {
                Dsn::parse(text).map(|dsn| Self(Place::Server(dsn))).map_err(BadDatabaseUrl::Server)
            }
            _ => Err(BadDatabaseUrl::Scheme),
        }
    }

    /// The file, when the database is one.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    pub(crate) fn connector(&self, statement_timeout: Duration) -> AnyConnector {
        match &self.0 {
            Place::File(path) => Arc::new(File::at(path.clone())),
            Place::Server(dsn) => Arc::new(Server::new(dsn, statement_timeout)),
        }
    }
}

fn parse_path(rest: &str) -> Result<PathBuf, BadDatabaseUrl> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.contains('?') {
        Err(BadDatabaseUrl::Parameters)
    } else if path.starts_with(":memory:") {
        Err(BadDatabaseUrl::InMemory)
    } else if path.is_empty() || path.ends_with('/') || path.contains('\0') {
        Err(BadDatabaseUrl::NoFile)
    } else {
        Ok(PathBuf::from(path))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite://{}", path.display()),
            Place::Server(dsn) => dsn.fmt(f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> BadDatabaseUrl {
        DatabaseUrl::parse(text).unwrap_err()
    }

    #[test]
    fn a_file_is_named_relative_or_absolute() {
        for (text, path) in [
            ("sqlite://ensemble.db", "ensemble.db"),
            ("sqlite:ensemble.db", "ensemble.db"),
            ("sqlite://data/ensemble.db", "data/ensemble.db"),
            ("sqlite:///var/lib/ensemble.db", "/var/lib/ensemble.db"),
            ("sqlite:/var/lib/ensemble.db", "/var/lib/ensemble.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().sqlite_path(), Some(Path::new(path)), "{text}");
        }
    }

    #[test]
    fn a_server_is_no_file() {
        for text in ["postgres://db.example/ensemble", "postgresql://me@[::1]:5433/ensemble"] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().sqlite_path(), None, "{text}");
        }
    }

    #[test]
    fn any_other_scheme_is_refused_with_the_right_forms() {
        for text in ["", "ensemble.db", "mysql://db/ensemble", "SQLITE:x.db", "postgress://db/ensemble", "/tmp/x.db"] {
            assert_eq!(refused(text), BadDatabaseUrl::Scheme, "{text}");
        }
        let text = refused("mysql://db/ensemble").to_string();
        assert!(text.contains("sqlite://ensemble.db") && text.contains("postgres://user"), "{text}");
    }

    #[test]
    fn a_database_that_no_two_connections_share_is_refused() {
        for text in ["sqlite::memory:", "sqlite://:memory:"] {
            assert_eq!(refused(text), BadDatabaseUrl::InMemory, "{text}");
        }
        for text in ["sqlite:", "sqlite://", "sqlite:///", "sqlite://data/"] {
            assert_eq!(refused(text), BadDatabaseUrl::NoFile, "{text}");
        }
        assert_eq!(refused("sqlite://x.db?mode=memory"), BadDatabaseUrl::Parameters);
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://me:hunter2@db.example:5432/ensemble",
            "postgres://db.example/ensemble?user=me&password=hunter2&connect_timeout=1",
            "postgres://me:hunter2@a.example,b.example/ensemble?sslpassword=hunter2",
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            for shown in [url.to_string(), format!("{url:?}"), format!("{url:#?}")] {
                assert!(!shown.contains("hunter2"), "{shown}");
                assert!(shown.contains("/ensemble"), "{shown}");
            }
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_text() {
        for text in [
            "mysql://me:hunter2@db/x",
            "postgres://me:hunter2%zz@db/x",
            "postgres://me:hun/ter2@db/x",
            "postgres://me:hun@ter2@db/x",
        ] {
            let error = refused(text);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("ter2"), "{error:?}");
        }
    }
}
