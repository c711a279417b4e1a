//! How a command ends when it cannot do what it was asked.

use std::{
    error::Error,
    fmt,
    io::{self, Write},
    process::ExitCode,
};

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
        let causes = std::iter::successors(Some(error), |error| (**error).source());
        let mut texts: Vec<String> = Vec::new();
        for cause in causes {
            // Drivers break lines, and some errors repeat their causes.
            let text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            if texts.last().is_none_or(|last| !last.ends_with(&text)) {
                texts.push(text);
            }
        }
        Self::Other(format!("{what}: {}", texts.join(": ")))
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

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("cannot connect: {0}")]
    struct Repeats(#[source] io::Error);

    #[test]
    fn a_failure_is_one_line_that_tells_each_cause_once() {
        let error = Repeats(io::Error::other("refused\n\tIs the server running?\n"));
        let failure = Failure::because("the schema", &error);
        assert_eq!(failure.to_string(), "the schema: cannot connect: refused Is the server running?");
    }
}
