//! Each setting made into what it stands for, or refused with what would be right.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    str::FromStr,
    thread,
    time::Duration,
};

use ensemble_auth::{
    Algorithm, BadRules, Freshness, KeySource, LOCAL_AUDIENCE, LOCAL_ISSUER, Rules, TypRule, UnknownAlgorithm,
    check_issuer, is_loopback_host,
};
use ensemble_console::SignIn;
use ensemble_http::{CorsOrigins, Rate, TrustedProxies};
use ensemble_infra::{DatabaseSettings, DatabaseUrl};
use ipnet::IpNet;
use reqwest::Url;
use tracing_subscriber::EnvFilter;

use super::{
    AuthSettings, HttpSettings, IssuerSettings, Layers, LogFormat, LogSettings, Profile, RateLimitSettings, Settings,
    SettingsError, Waits,
};

impl Layers {
    /// Checks every setting.
    pub fn check(&self) -> Result<Settings, SettingsError> {
        let waits = Waits::of(self.seconds("database.checkout_timeout", 1, 60)?);
        let database = self.database(waits)?;
        Ok(Settings {
            waits,
            queue: self.number("database.queue", 1, 1_000_000)?,
            migrate_on_start: self.choice(
                "database.migrate_on_start",
                &[("auto", database.url.sqlite_path().is_some()), ("true", true), ("false", false)],
            )?,
            auth: self.auth(&database)?,
            http: self.http()?,
            rate_limit: self.rate_limit()?,
            log: self.log()?,
            metrics: self.metrics()?,
            sign_in: self.sign_in()?,
            database,
        })
    }

    fn database(&self, waits: Waits) -> Result<DatabaseSettings, SettingsError> {
        let url = DatabaseUrl::parse(&self.text("database.url"))
            .map_err(|refused| self.wrong("database.url", &format!("is not right: {refused}")))?;
        Ok(DatabaseSettings {
            url,
            pool_size: NonZero::new(self.number("database.pool_size", 0, 1000)?).map(NonZero::get),
            checkout_timeout: waits.connection,
            statement_timeout: self.seconds("database.statement_timeout", 1, 3600)?,
        })
    }

    fn auth(&self, database: &DatabaseSettings) -> Result<AuthSettings, SettingsError> {
        let freshness = Freshness {
            ttl: self.seconds("auth.jwks_ttl", 1, 3600)?,
            stale: self.seconds("auth.jwks_stale", 0, 86_400)?,
            min_refetch: self.seconds("auth.jwks_min_refetch", 1, 300)?,
        };
        let local = self.choice("auth.mode", &[("local", true), ("oidc", false)])?;
        let (issuer, audience, source) =
            if local { self.local_issuer(database)? } else { self.remote_issuer(freshness)? };
        let rules = Rules::new(&*issuer, &*audience)
            .and_then(|rules| rules.with_permissions_claim(&self.text("auth.permissions_claim")))
            .map_err(|bad| self.wrong_rule(bad))?
            .with_leeway(self.seconds("auth.leeway", 0, 60)?)
            .map_err(|bad| self.wrong_rule(bad))?
            .with_algorithms(self.algorithms()?)
            .map_err(|bad| self.wrong_rule(bad))?
            .with_typ(self.choice("auth.typ", &[("any", TypRule::Any), ("at+jwt", TypRule::AccessToken)])?);
        if local && !rules.algorithms().contains(&Algorithm::Rs256) {
            return Err(self.wrong("auth.algorithms", "must contain RS256, with which the development issuer signs"));
        }
        Ok(AuthSettings { rules, audience, issuer: source })
    }

    fn wrong_rule(&self, bad: BadRules) -> SettingsError {
        let key = match bad {
            BadRules::Issuer => "auth.issuer",
            BadRules::Audience => "auth.audience",
            BadRules::Leeway => "auth.leeway",
            BadRules::Algorithms => "auth.algorithms",
            BadRules::PermissionsClaim => "auth.permissions_claim",
        };
        self.wrong(key, &format!("is not right: {bad}"))
    }

    fn algorithms(&self) -> Result<Vec<Algorithm>, SettingsError> {
        let key = "auth.algorithms";
        let algorithms = self.list(key)?;
        let parsed: Result<_, _> = algorithms.iter().map(|name| Algorithm::parse(name)).collect();
        parsed.map_err(|unknown: UnknownAlgorithm| self.wrong(key, &unknown.to_string()))
    }

    /// The development issuer trusts whoever can read its key, so it stays on this machine and away from real issuers.
    fn local_issuer(&self, database: &DatabaseSettings) -> Result<(String, String, IssuerSettings), SettingsError> {
        let host = self.text("http.host");
        if !is_loopback_host(&host) {
            let text = format!("local is for loopback addresses only, and http.host is {host:?}; use oidc");
            return Err(self.wrong("auth.mode", &text));
        }
        if self.profile == Profile::Production {
            return Err(
                self.wrong("auth.mode", "local is refused in production; use oidc with auth.issuer and auth.audience")
            );
        }
        if !self.text("auth.issuer").is_empty() {
            return Err(self.wrong(
                "auth.issuer",
                "is set, but auth.mode is local, which has its own issuer; set auth.mode to oidc",
            ));
        }
        let key = match self.text("auth.local_key").as_str() {
            "" => {
                let folder = database.url.sqlite_path().and_then(|path| path.parent()).unwrap_or("".as_ref());
                folder.join("ensemble.local-key.pem")
            }
            path => PathBuf::from(path),
        };
        let audience = Some(self.text("auth.audience")).filter(|audience| !audience.is_empty());
        let audience = audience.unwrap_or_else(|| LOCAL_AUDIENCE.to_owned());
        Ok((LOCAL_ISSUER.to_owned(), audience, IssuerSettings::Local { key }))
    }

    fn remote_issuer(&self, freshness: Freshness) -> Result<(String, String, IssuerSettings), SettingsError> {
        let (issuer, audience) = (self.text("auth.issuer"), self.text("auth.audience"));
        if issuer.is_empty() {
            return Err(self.wrong("auth.issuer", "is needed in mode oidc, such as \"https://agency.eu.auth0.com/\""));
        }
        if audience.is_empty() {
            return Err(self.wrong("auth.audience", "is needed in mode oidc: the identifier of this API at the issuer"));
        }
        self.check_address("auth.issuer", &issuer)?;
        let jwks_url = self.text("auth.jwks_url");
        let keys = if jwks_url.is_empty() {
            KeySource::Discovery { issuer: issuer.clone() }
        } else {
            // Unlike an issuer's address, that of its keys may have a query, but no fragment behind it.
            let (address, query) = jwks_url.split_once('?').unwrap_or((&jwks_url, ""));
            let fragment = if query.contains('#') { "#" } else { "" };
            self.check_address("auth.jwks_url", &format!("{address}{fragment}"))?;
            KeySource::Url(jwks_url)
        };
        Ok((issuer, audience, IssuerSettings::Remote { keys, freshness }))
    }

    /// An address without TLS is for trying things out: its host and the listen address are both loopback.
    fn check_address(&self, key: &str, url: &str) -> Result<(), SettingsError> {
        let host = check_issuer(url).map_err(|bad| self.wrong(key, &bad.to_string()))?;
        if host.local && self.profile == Profile::Production {
            return Err(self.wrong(key, "must not be on this machine in production"));
        }
        if !host.encrypted && !is_loopback_host(&self.text("http.host")) {
            return Err(self.wrong(key, "may be http only while http.host is a loopback address"));
        }
        Ok(())
    }

    fn http(&self) -> Result<HttpSettings, SettingsError> {
        let workers = self.number("http.workers", 0, 1024)?;
        let workers = if workers == 0 { thread::available_parallelism().map_or(2, NonZero::get) } else { workers };
        let proxies = self.list("http.trusted_proxies")?;
        let proxies = proxies.iter().map(|proxy| self.network(proxy)).collect::<Result<Vec<_>, _>>()?;
        Ok(HttpSettings {
            host: self.text("http.host"),
            loopback_only: self.profile == Profile::Development,
            port: self.number("http.port", 0, 65_535)?,
            workers,
            body_limit: self.number("http.body_limit", 1024, 16 * 1024 * 1024)?,
            origins: self.origins()?,
            trusted_proxies: TrustedProxies::new(proxies),
            drain_delay: self.seconds("http.drain_delay", 0, 300)?,
            shutdown_timeout: self.seconds("http.shutdown_timeout", 0, 300)?,
        })
    }

    fn origins(&self) -> Result<CorsOrigins, SettingsError> {
        let key = "http.cors_origins";
        let origins = self.list(key)?;
        if origins.iter().any(|origin| origin == "*") {
            if self.profile == Profile::Production {
                return Err(self.wrong(key, "must list exact origins in production, not \"*\""));
            }
            return Ok(CorsOrigins::Any);
        }
        let right = |origin: &str| as_sent(origin).unwrap_or_else(|| "https://casting.example.org".to_owned());
        match origins.iter().map(|origin| (origin, right(origin))).find(|(origin, right)| *origin != right) {
            Some((wrong, right)) => {
                let text =
                    format!("must list origins as browsers send them, without a path, such as {right}, not {wrong:?}");
                Err(self.wrong(key, &text))
            }
            None => Ok(CorsOrigins::Listed(origins)),
        }
    }

    fn network(&self, text: &str) -> Result<IpNet, SettingsError> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map_err(|_unread| {
            self.wrong("http.trusted_proxies", &format!("must list networks such as 10.0.0.0/8, not {text:?}"))
        })
    }

    /// Whoever scrapes a container has to reach it, so that any address will do in production, as it does for the API.
    fn metrics(&self) -> Result<Option<SocketAddr>, SettingsError> {
        let (key, text) = ("metrics.address", self.text("metrics.address"));
        if text.is_empty() {
            return Ok(None);
        }
        let address: SocketAddr = text.parse().map_err(|_unread| {
            self.wrong(key, &format!("must be an address and a port such as 127.0.0.1:9100, not {text:?}"))
        })?;
        if !address.ip().is_loopback() && self.profile != Profile::Production {
            let text = format!(
                "{text:?} is not a loopback address, which demands the production profile: set \
                 ENSEMBLE_PROFILE=production, or use 127.0.0.1:{}",
                address.port()
            );
            return Err(self.wrong(key, &text));
        }
        Ok(Some(address))
    }

    /// A client id is of visible characters (RFC 6749, appendix A.1), and no issuer gives out one with a space.
    fn sign_in(&self) -> Result<SignIn, SettingsError> {
        let client_id = self.text("console.client_id");
        if !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            let text = format!("must be a client id as the issuer shows it, without spaces, not {client_id:?}");
            return Err(self.wrong("console.client_id", &text));
        }
        if self.choice("auth.mode", &[("local", true), ("oidc", false)])? {
            return Ok(SignIn::Local);
        }
        let client_id = Some(client_id).filter(|id| !id.is_empty());
        Ok(SignIn::Issuer { issuer: self.text("auth.issuer"), client_id, audience: self.text("auth.audience") })
    }

    fn rate_limit(&self) -> Result<Option<RateLimitSettings>, SettingsError> {
        let enabled = self.choice("rate_limit.enabled", &[("true", true), ("false", false)])?;
        let rates = RateLimitSettings {
            caller: self.rate("rate_limit.per_caller", "rate_limit.per_caller_burst")?,
            refused: self.rate("rate_limit.refused", "rate_limit.refused_burst")?,
        };
        Ok(enabled.then_some(rates))
    }

    fn rate(&self, per_second: &str, burst: &str) -> Result<Rate, SettingsError> {
        const LEAST: NonZero<u32> = NonZero::<u32>::MIN;
        const MOST: NonZero<u32> = LEAST.saturating_add(999_999);
        Ok(Rate { per_second: self.number(per_second, LEAST, MOST)?, burst: self.number(burst, LEAST, MOST)? })
    }

    fn log(&self) -> Result<LogSettings, SettingsError> {
        use tracing::level_filters::LevelFilter;
        let formats = [("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)];
        let levels = [
            ("error", LevelFilter::ERROR),
            ("warn", LevelFilter::WARN),
            ("info", LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG),
            ("trace", LevelFilter::TRACE),
        ];
        let level = self.choice("log.level", &levels)?;
        if self.profile == Profile::Production && level == LevelFilter::TRACE {
            return Err(self.wrong("log.level", "must not be trace in production; use debug at most"));
        }
        let directives = self.rust_log.clone().unwrap_or_else(|| level.to_string());
        let filter = EnvFilter::try_new(&directives).map_err(|error| {
            SettingsError::new(format!("RUST_LOG must be directives such as info or ensemble=debug: {error}"))
        })?;
        // A target without a level asks for trace too.
        if self.profile == Profile::Production && filter.max_level_hint() == Some(LevelFilter::TRACE) {
            return Err(SettingsError::new("RUST_LOG must not ask for trace in production; use debug at most"));
        }
        Ok(LogSettings { format: self.choice("log.format", &formats)?, directives })
    }

    fn number<T>(&self, key: &str, least: T, most: T) -> Result<T, SettingsError>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let text = self.text(key);
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(key, &format!("must be a whole number from {least} to {most}, not {text:?}")))
    }

    fn seconds(&self, key: &str, least: u64, most: u64) -> Result<Duration, SettingsError> {
        self.number(key, least, most).map(Duration::from_secs)
    }

    fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T, SettingsError> {
        let text = self.text(key);
        let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        chosen.ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.wrong(key, &format!("must be one of {}, not {text:?}", names.join(", ")))
        })
    }

    fn wrong(&self, key: &str, text: &str) -> SettingsError {
        SettingsError::new(format!("{key} {text}{}", self.origin(key)))
    }
}

/// The origin of a web address, as browsers send it: in small letters, without the port that goes without saying (RFC 6454,
/// section 6.2).
fn as_sent(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    Some(url.origin().ascii_serialization()).filter(|origin| !origin.contains('*'))
}
