//! Log lines on standard error: text on a terminal, JSON otherwise.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata};
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

/// Starts logging.
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
    started.map_err(|error| Failure::because("logging cannot start", &error))
}
