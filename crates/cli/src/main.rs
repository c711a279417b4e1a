//! The `ensemble` binary: commands, settings, and the wiring of the adapters to the domain.

mod backup;
mod commands;
mod draft;
mod examples;
mod export;
mod failure;
mod healthcheck;
mod import;
mod listen;
mod logging;
mod migrate;
mod observe;
mod operator;
mod progress;
mod purge;
mod seed;
mod serve;
mod settings;
mod token;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    commands::{Command, CommandLine, ConfigCommand},
    failure::Failure,
    settings::{Layers, Settings},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    without_huge_pages();
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ensemble: {failure}");
            failure.exit_code()
        }
    }
}

/// Has the kernel give this process memory in small pages. The allocator asks for huge ones, which are no faster here, and of
/// which all two megabytes stay while anything within them is in use. A kernel that knows none of it needs no telling.
fn without_huge_pages() {
    rustix::thread::disable_transparent_huge_pages(true).ok();
}

fn run(line: CommandLine) -> Result<(), Failure> {
    let given = line.given();
    let settings = Settings::load(&given)?;
    logging::start(&settings.log)?;
    match line.command {
        Command::Serve { examples, .. } => serve::run(settings, examples),
        Command::Migrate { command } => migrate::run(&settings, command),
        Command::Seed => seed::run(&settings),
        Command::Token { role: Some(role), ttl, .. } => token::one(&settings, role, ttl),
        // The command line wants either a role or all.
        Command::Token { role: None, ttl, .. } => token::all(&settings, ttl),
        Command::Import { kind, file, skip_invalid } => import::run(&settings, kind, &file, skip_invalid),
        Command::Export { kind, output } => export::run(&settings, kind, output.as_deref()),
        Command::Backup { file } => backup::run(&settings, &file),
        Command::Purge { actor, yes } => purge::run(&settings, actor, yes),
        Command::Config { command: ConfigCommand::Check } => config_check(&Layers::read(&given)?, &settings),
        Command::Openapi => failure::print(ensemble_http::openapi_document().trim_end()),
        Command::Healthcheck => healthcheck::run(&settings),
    }
}

/// Prints every setting in effect, but for the password; what was not right has been refused before.
fn config_check(layers: &Layers, settings: &Settings) -> Result<(), Failure> {
    let line = |(key, value, origin)| match key {
        "database.url" => format!("{key} = \"{}\"  # {origin}", settings.database.url),
        _ => format!("{key} = {value}  # {origin}"),
    };
    let lines: Vec<_> = [format!("profile = {}", layers.profile)].into_iter().chain(layers.iter().map(line)).collect();
    failure::print(&lines.join("\n"))
}
