//! How a command ends when it cannot do what it was asked.

use std::{
    error::Error,
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use ensemble_domain::in_full;

use crate::settings::SettingsError;

/// One line for people, and the exit code that goes with it.
#[derive(Debug)]
pub enum Failure {
    /// A setting is not right: exit code 78, `EX_CONFIG` of sysexits.h.
    Settings(SettingsError),
    /// Anything else: exit code 1.
    Other(String),
}

impl Failure {
    /// A failure with its causes, on one line.
    pub fn because(what: &str, error: &(dyn Error + 'static)) -> Self {
        Self::Other(format!("{what}: {}", in_full(error)))
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) => ExitCode::from(78),
            Self::Other(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

/// Prints lines to standard output. A reader that has gone away, such as `head`, is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::because("standard output cannot be written", &error))
        }
        _ => Ok(()),
    }
}
