//! Log lines on standard error: text on a terminal, JSON otherwise.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    failure::Failure,
    settings::{LogFormat, LogSettings},
};

/// Crates whose own lines could hold a header or a statement; they stay quiet below these levels.
const QUIET: [&str; 7] = [
    "actix_http=warn",
    "actix_server=warn",
    "actix_web=warn",
    "diesel=warn",
    "hyper_util=warn",
    "reqwest=warn",
    "rustls=warn",
];

/// Starts logging.
pub fn start(settings: &LogSettings) -> Result<(), Failure> {
    let parsed = EnvFilter::try_new(&settings.directives);
    let mut filter = parsed.map_err(|error| Failure::because("a log directive is not right", &error))?;
    for directive in QUIET {
        let directive = directive.parse().map_err(|error| Failure::because("a log directive is not right", &error))?;
        filter = filter.add_directive(directive);
    }
    let as_json = match settings.format {
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = fmt::layer().with_writer(io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    let started = if as_json {
        registry.with(lines.json().flatten_event(true)).try_init()
    } else {
        registry.with(lines.with_ansi(io::stderr().is_terminal())).try_init()
    };
    started.map_err(|error| Failure::because("logging cannot start", &error))
}
