//! The settings: read in layers, checked once, and handed on as values.

mod check;
mod layers;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ensemble_auth::{Freshness, KeySource, Rules};
use ensemble_console::SignIn;
use ensemble_http::{CorsOrigins, Rate, TrustedProxies};
use ensemble_infra::DatabaseSettings;
use thiserror::Error;

pub use layers::{Given, Layers, Profile};

/// A setting that is not right. One line that names it and says what would be right.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// A refusal in those words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Everything the program is told, checked.
pub struct Settings {
    pub database: DatabaseSettings,
    pub queue: usize,
    pub waits: Waits,
    pub migrate_on_start: bool,
    pub auth: AuthSettings,
    pub http: HttpSettings,
    /// `None` where nothing is limited.
    pub rate_limit: Option<RateLimitSettings>,
    pub log: LogSettings,
    /// How people sign in on the console.
    pub sign_in: SignIn,
    /// Where metrics are to be asked for, if anywhere.
    pub metrics: Option<SocketAddr>,
}

/// How long a call waits before it is answered 503: the parts of `database.checkout_timeout`. A lock that somebody else holds may
/// take 1.25 s more, so with the usual two seconds every call is answered within three.
#[derive(Clone, Copy)]
pub struct Waits {
    /// For its turn.
    pub turn: Duration,
    /// For its turn to write where there is one writer, whose connection is free for whoever has the turn.
    pub write_turn: Duration,
    /// For all connections that it needs.
    pub connection: Duration,
}

impl Waits {
    /// The parts of that whole.
    fn of(whole: Duration) -> Self {
        Self { turn: whole / 2, write_turn: whole * 5 / 8, connection: whole / 4 }
    }
}

/// Whose tokens are accepted.
pub struct AuthSettings {
    pub rules: Rules,
    pub audience: String,
    pub issuer: IssuerSettings,
}

/// Where the keys for tokens come from.
pub enum IssuerSettings {
    /// The development issuer, whose key is in this file.
    Local { key: PathBuf },
    /// An issuer elsewhere, whose keys are fetched.
    Remote { keys: KeySource, freshness: Freshness },
}

/// Where and how to listen.
pub struct HttpSettings {
    pub host: String,
    /// Whether every address of the host must be loopback: the profile is that for trying things out.
    pub loopback_only: bool,
    pub port: u16,
    pub workers: usize,
    pub body_limit: usize,
    pub origins: CorsOrigins,
    pub trusted_proxies: TrustedProxies,
    pub drain_delay: Duration,
    pub shutdown_timeout: Duration,
}

impl HttpSettings {
    /// Where a client on this machine finds the server, such as `http://127.0.0.1:5000`. One that listens on every address is found
    /// on the loopback one.
    pub fn base(&self) -> String {
        format!("http://{}:{}", reachable(&self.host), self.port)
    }
}

fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() && address.is_ipv6() => "[::1]".to_owned(),
        Ok(address) if address.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(address) if address.is_ipv6() => format!("[{address}]"),
        _ => host.to_owned(),
    }
}

/// How much one client may ask for.
pub struct RateLimitSettings {
    /// Requests of one caller.
    pub caller: Rate,
    /// Refused credentials from one address.
    pub refused: Rate,
}

/// What is logged, and how.
pub struct LogSettings {
    pub format: LogFormat,
    /// What is logged, as `EnvFilter` reads it.
    pub directives: String,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    Text,
    Json,
}

impl Settings {
    /// Reads and checks all layers.
    ///
    /// # Errors
    ///
    /// The first setting that is not right.
    pub fn load(given: &Given) -> Result<Self, SettingsError> {
        Layers::read(given)?.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_found_on_the_loopback_one() {
        for (host, found) in [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("localhost", "localhost")] {
            assert_eq!(reachable(host), found);
        }
    }
}
