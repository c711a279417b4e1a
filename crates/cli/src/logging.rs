//! Log lines on standard error: text on a terminal, JSON otherwise.

use std::{
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
};

use ensemble_http::current_request;
use tracing::{Level, Metadata, field::display};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    failure::Failure,
    settings::{LogFormat, LogSettings},
};

/// Tells whether a line may be written, whatever the directives ask for: the program's own lines, which hold no header, no body and
/// no statement, and the warnings of libraries, of which nobody knows what else they would tell.
fn is_told(line: &Metadata<'_>) -> bool {
    line.target().starts_with("ensemble") || *line.level() <= Level::WARN
}

/// The most characters of what a panic says; nobody knows what it would tell of the data.
const PANIC_TEXT: usize = 200;

/// Starts logging, and has panics logged as everything else is. Whoever catches one says nothing more of it.
pub fn start(settings: &LogSettings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.directives)
        .map_err(|error| Failure::because("a log directive is not right", &error))?;
    let as_json = match settings.format {
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = fmt::layer().with_writer(io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_told));
    let started = if as_json {
        registry.with(lines.json().flatten_event(true)).try_init()
    } else {
        registry.with(lines.with_ansi(io::stderr().is_terminal())).try_init()
    };
    started.map_err(|error| Failure::because("logging cannot start", &error))?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let cause = panic.payload_as_str().map(|text| text.chars().take(PANIC_TEXT).collect::<String>());
    let (location, request_id) = (panic.location().map(display), current_request());
    tracing::error!(request_id = request_id.map(display), location, cause, "a thread panicked");
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    #[test]
    #[ignore = "the test below runs it, in a process that it may spoil"]
    fn one_that_panics() {
        start(&LogSettings { format: LogFormat::Json, directives: "info".to_owned() }).unwrap();
        panic!("it has broken\n{}", "!".repeat(1000));
    }

    #[test]
    fn a_panic_is_one_line_with_its_place() {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--ignored", "--exact", "logging::tests::one_that_panics"]);
        let log = String::from_utf8(process.output().unwrap().stderr).unwrap();
        let line: Value = serde_json::from_str(log.trim_end()).unwrap_or_else(|error| panic!("{error}: {log}"));
        assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &"a thread panicked".into()));
        assert!(line["location"].as_str().unwrap().starts_with("crates/cli/src/logging.rs:"), "{line}");
        assert_eq!(line["cause"], format!("it has broken\n{}", "!".repeat(200 - "it has broken\n".len())));
    }
}
