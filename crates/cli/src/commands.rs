//! The command line.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use ensemble_domain::{ActorId, Role, UnknownRole};

use crate::settings::Given;

/// How long a token may live: a second to 30 days.
const LIFETIMES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(30 * 24);

/// The backend of a casting agency: actors, movies, and who may do what with them.
#[derive(Debug, Parser)]
#[command(name = "ensemble", version, about, long_about = None, propagate_version = true)]
pub struct CommandLine {
    /// The folder of the settings files; config, if there is one, unless given
    #[arg(long, global = true, value_name = "FOLDER")]
    pub config: Option<PathBuf>,
    /// development or production; overrides `ENSEMBLE_PROFILE`
    #[arg(long, global = true, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Sets one setting, such as http.port=8080; may be given more than once
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API until told to stop
    Serve {
        /// The address to listen on; short for --set http.host=HOST
        #[arg(long)]
        host: Option<String>,
        /// The port to listen on; short for --set http.port=PORT
        #[arg(long)]
        port: Option<String>,
        /// Print a curl line for each role once the server listens (development issuer only)
        #[arg(long)]
        examples: bool,
    },
    /// Bring the database schema up to date, take it back, or show where it stands
    Migrate {
        #[command(subcommand)]
        command: MigrateCommand,
    },
    /// Fill an empty database with a believable agency: 40 actors, 12 movies and their casts
    Seed,
    /// Print an access token of the development issuer
    #[command(group = ArgGroup::new("whose").required(true).args(["role", "all"]))]
    Token {
        /// assistant, director or producer
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// Print the variables of the Postman collection as lines of `name:value`: `host`, and a token for each role
        #[arg(long)]
        all: bool,
        /// How long it lives, such as 30m, 12h or 7d; at most 30d
        #[arg(long, value_name = "TIME", default_value = "12h", value_parser = lifetime)]
        ttl: Duration,
    },
    /// Add all actors or movies of a CSV file, or none of them
    Import {
        /// actors or movies
        #[arg(value_name = "WHAT", hide_possible_values = true)]
        kind: Kind,
        /// The file; - is standard input
        file: PathBuf,
        /// Add the rows that are right, and pass over the others
        #[arg(long)]
        skip_invalid: bool,
    },
    /// Write all actors or movies as CSV
    Export {
        /// actors or movies
        #[arg(value_name = "WHAT", hide_possible_values = true)]
        kind: Kind,
        /// The file, which is replaced once the new one is whole; standard output unless given
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Copy a SQLite database, also while a server writes
    Backup {
        /// The copy; nothing may be there yet
        file: PathBuf,
    },
    /// Erase a person for good: the actor, with all castings and the history
    Purge {
        /// The actor's number
        #[arg(long, value_name = "ID", value_parser = actor)]
        actor: ActorId,
        /// Ask nobody
        #[arg(long)]
        yes: bool,
    },
    /// Print the API as an OpenAPI 3.1 document
    Openapi,
    /// Look at the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Ask a running server whether it is ready; exit code 0 when it is
    Healthcheck,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum MigrateCommand {
    /// Apply what is not applied yet
    Up,
    /// Take back the newest migration
    Down,
    /// List all migrations and whether they are applied
    Status,
}

/// What is imported and exported.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    Actors,
    Movies,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check all settings and print those in effect, with where each was set
    Check,
}

impl Kind {
    /// So many of them, in words.
    pub fn counted(self, count: u64) -> String {
        let noun = match self {
            Self::Actors => "actor",
            Self::Movies => "movie",
        };
        format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
    }
}

impl CommandLine {
    /// The settings that the command line gives, with the process's environment.
    pub fn given(&self) -> Given {
        let mut flags = self.set.clone();
        if let Command::Serve { host, port, .. } = &self.command {
            flags.extend(host.clone().map(|host| ("http.host".to_owned(), host)));
            flags.extend(port.clone().map(|port| ("http.port".to_owned(), port)));
        }
        Given::from_process(self.config.clone(), self.profile.clone(), flags)
    }
}

fn role(key: &str) -> Result<Role, UnknownRole> {
    Role::parse(key)
}

fn actor(text: &str) -> Result<ActorId, &'static str> {
    text.parse().ok().and_then(ActorId::new).ok_or("must be the number of an actor, from 1")
}

fn lifetime(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).ok().filter(|time| LIFETIMES.contains(time));
    time.ok_or_else(|| "must be a time from 1s to 30d, such as 30m, 12h or 7d".to_owned())
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("must be KEY=VALUE, such as http.port=8080")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_second_to_thirty_days() {
        for right in ["1s", "30m", "12h", "30d"] {
            assert!(lifetime(right).is_ok(), "{right}");
        }
        for wrong in ["", "12", "abc", "0s", "-1h", "31d"] {
            assert_eq!(
                lifetime(wrong).unwrap_err(),
                "must be a time from 1s to 30d, such as 30m, 12h or 7d",
                "{wrong}"
            );
        }
    }
}
