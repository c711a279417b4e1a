//! The layers of the settings: compiled-in defaults, files, environment, flags.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

use config::{Config, File, FileFormat, Value, ValueKind};
use ensemble_auth::{auth0_keys, is_loopback_host};

use super::SettingsError;

const DEFAULTS: &str = include_str!("../../../../config/default.toml");
const DEVELOPMENT: &str = include_str!("../../../../config/development.toml");
const PRODUCTION: &str = include_str!("../../../../config/production.toml");

/// How strict the settings are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Development,
    Production,
}

impl Profile {
    fn parse(text: &str, origin: &str) -> Result<Self, SettingsError> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(SettingsError::new(format!("{origin} must be development or production, not {text:?}"))),
        }
    }

    const fn compiled(self) -> &'static str {
        match self {
            Self::Development => DEVELOPMENT,
            Self::Production => PRODUCTION,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Production => "production",
        })
    }
}

/// What the command line and the environment say, before it is understood.
pub struct Given {
    /// `--config`: the folder of the settings files, which must then be there.
    pub folder: Option<PathBuf>,
    /// `--profile`, which overrides `ENSEMBLE_PROFILE`.
    pub profile: Option<String>,
    /// `--set KEY=VALUE` and the flags that are short for it, in their order.
    pub flags: Vec<(String, String)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

impl Given {
    /// Takes the environment of the process; a variable that is not UTF-8 cannot be one of ours.
    pub fn from_process(folder: Option<PathBuf>, profile: Option<String>, flags: Vec<(String, String)>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { folder, profile, flags, environment: env::vars_os().filter_map(text).collect() }
    }

    /// A variable; an empty one counts as not set, as compose files leave them.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// All settings by their dotted keys, each with where it was set last.
pub struct Layers {
    pub profile: Profile,
    pub rust_log: Option<String>,
    values: BTreeMap<String, Value>,
    origins: BTreeMap<String, String>,
}

impl Layers {
    /// Reads every layer. A listen address that is not loopback demands the production profile, so it is looked at first.
    pub fn read(given: &Given) -> Result<Self, SettingsError> {
        let named = match (&given.profile, given.variable("ENSEMBLE_PROFILE")) {
            (Some(flag), _) => Some(Profile::parse(flag, "--profile")?),
            (None, Some(variable)) => Some(Profile::parse(variable, "ENSEMBLE_PROFILE")?),
            (None, None) => None,
        };
        if let Some(folder) = given.folder.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(SettingsError::new(format!("--config must be a folder, and {} is none", folder.display())));
        }
        let layers = Self::read_as(named.unwrap_or(Profile::Development), given)?;
        let host = layers.text("http.host");
        if !is_host(&host) {
            return Err(SettingsError::new(format!(
                "http.host must be an address or a name such as 127.0.0.1, ::1 or localhost, not {host:?}{}",
                layers.origin("http.host")
            )));
        }
        if is_loopback_host(&host) {
            return Ok(layers);
        }
        match named {
            Some(Profile::Production) => Ok(layers),
            None => Self::read_as(Profile::Production, given),
            Some(Profile::Development) => Err(SettingsError::new(format!(
                "http.host {host:?} is not a loopback address, which demands the production profile: set \
                 ENSEMBLE_PROFILE=production, or listen on 127.0.0.1{}",
                layers.origin("http.host")
            ))),
        }
    }

    fn read_as(profile: Profile, given: &Given) -> Result<Self, SettingsError> {
        let defaults = flat(DEFAULTS, "the compiled-in default.toml")?;
        let known = defaults.keys().cloned().collect();
        let rust_log = given.variable("RUST_LOG").map(str::to_owned);
        let mut layers = Self { profile, rust_log, values: defaults, origins: BTreeMap::new() };
        let profile_file = format!("{profile}.toml");
        for (name, compiled) in [("default.toml", None), (&profile_file, Some(profile.compiled()))] {
            layers.add_file(given, name, compiled, &known)?;
        }
        layers.add_plain_variables(given)?;
        for (name, value) in &given.environment {
            if let Some(path) = name.strip_prefix("ENSEMBLE__") {
                layers.set(&path.to_lowercase().replace("__", "."), value, name, &known)?;
            }
        }
        for (key, value) in &given.flags {
            layers.set(key, value, "the command line", &known)?;
        }
        layers.drop_keys_of_another_issuer();
        Ok(layers)
    }

    fn add_file(
        &mut self,
        given: &Given,
        name: &str,
        compiled: Option<&str>,
        known: &BTreeSet<String>,
    ) -> Result<(), SettingsError> {
        let path = given.folder.as_deref().unwrap_or(Path::new("config")).join(name);
        let (text, origin) = match std::fs::read_to_string(&path) {
            Ok(text) => (text, path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => match compiled {
                Some(compiled) => (compiled.to_owned(), format!("the compiled-in {name}")),
                None => return Ok(()),
            },
            Err(error) => return Err(SettingsError::new(format!("{} cannot be read: {error}", path.display()))),
        };
        for (key, value) in flat(&text, &origin)? {
            if is_empty_section(&key, &value, known) {
                continue;
            }
            refuse_unknown(&key, &origin, known)?;
            let wanted = match (self.is_list(&key), matches!(value.kind, ValueKind::Array(_))) {
                (false, true) => Some("one value, not a list"),
                (true, false) => Some("a list of texts"),
                _ => None,
            };
            if let Some(wanted) = wanted {
                return Err(SettingsError::new(format!("{key} must be {wanted} (set in {origin})")));
            }
            self.put(key, value, &origin);
        }
        Ok(())
    }

    /// The names that the older systems and hosting platforms use.
    fn add_plain_variables(&mut self, given: &Given) -> Result<(), SettingsError> {
        let plain = [
            ("DATABASE_URL", "database.url"),
            ("HOST", "http.host"),
            ("PORT", "http.port"),
            ("API_AUDIENCE", "auth.audience"),
        ];
        for (name, key) in plain {
            if let Some(value) = given.variable(name) {
                self.put(key.to_owned(), self.read_text(key, value), name);
            }
        }
        if let Some(domain) = given.variable("AUTH0_DOMAIN") {
            let keys = auth0_keys(domain);
            let keys = keys.map_err(|bad| SettingsError::new(format!("AUTH0_DOMAIN {bad}, not {domain:?}")))?;
            self.put("auth.mode".to_owned(), "oidc".into(), "AUTH0_DOMAIN");
            self.put("auth.issuer".to_owned(), format!("https://{domain}/").into(), "AUTH0_DOMAIN");
            self.put("auth.jwks_url".to_owned(), keys.into(), "AUTH0_DOMAIN");
        }
        Ok(())
    }

    /// The keys of a domain are those of its own issuer: those of one that was set over it are found by discovery.
    fn drop_keys_of_another_issuer(&mut self) {
        let origin = |key| self.origins.get(key).cloned().unwrap_or_default();
        let issuer = origin("auth.issuer");
        if origin("auth.jwks_url") == "AUTH0_DOMAIN" && issuer != "AUTH0_DOMAIN" {
            self.put("auth.jwks_url".to_owned(), "".into(), &issuer);
        }
    }

    /// Sets one value from text.
    fn set(&mut self, key: &str, text: &str, origin: &str, known: &BTreeSet<String>) -> Result<(), SettingsError> {
        refuse_unknown(key, origin, known)?;
        self.put(key.to_owned(), self.read_text(key, text), origin);
        Ok(())
    }

    /// A value from text, of the kind that it replaces where it can be; the elements of a list stand between commas.
    fn read_text(&self, key: &str, text: &str) -> Value {
        match self.values.get(key).map(|value| &value.kind) {
            Some(ValueKind::Array(_)) => {
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().into()
            }
            Some(ValueKind::I64(_)) => text.parse::<i64>().map_or_else(|_| text.into(), Into::into),
            Some(ValueKind::Boolean(_)) => text.parse::<bool>().map_or_else(|_| text.into(), Into::into),
            _ => text.into(),
        }
    }

    fn is_list(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|value| matches!(value.kind, ValueKind::Array(_)))
    }

    fn put(&mut self, key: String, value: Value, origin: &str) {
        self.origins.insert(key.clone(), origin.to_owned());
        self.values.insert(key, value);
    }

    /// Where a setting was set, as the end of a sentence about it.
    pub fn origin(&self, key: &str) -> String {
        self.origins.get(key).map_or_else(String::new, |origin| format!(" (set in {origin})"))
    }

    /// The text of a setting.
    pub fn text(&self, key: &str) -> String {
        self.values.get(key).cloned().and_then(|value| value.into_string().ok()).unwrap_or_default()
    }

    /// The elements of a list.
    pub fn list(&self, key: &str) -> Result<Vec<String>, SettingsError> {
        let elements = self.values.get(key).cloned().map_or_else(|| Ok(Vec::new()), Value::into_array);
        let texts = elements.and_then(|elements| elements.into_iter().map(Value::into_string).collect());
        texts.map_err(|_mistyped| SettingsError::new(format!("{key} must be a list of texts{}", self.origin(key))))
    }

    /// All settings as they are in effect, spelled as in TOML, with where they come from.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String, &str)> {
        self.values.iter().map(|(key, value)| {
            let origin = self.origins.get(key).map_or("default", String::as_str);
            (key.as_str(), spelled(value), origin)
        })
    }
}

/// The values of a TOML text by their dotted keys.
fn flat(toml: &str, origin: &str) -> Result<BTreeMap<String, Value>, SettingsError> {
    let parsed = Config::builder().add_source(File::from_str(toml, FileFormat::Toml)).build();
    let config = parsed.map_err(|error| {
        SettingsError::new(format!("{origin} cannot be read: {}", without_excerpt(&error.to_string())))
    })?;
    let mut values = BTreeMap::new();
    flatten("", config.cache, &mut values);
    Ok(values)
}

/// An error of the TOML parser on one line, without the lines that quote the file: they may hold a password.
fn without_excerpt(error: &str) -> String {
    let is_excerpt = |line: &&str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|');
    let lines: Vec<_> = error.lines().filter(|line| !line.is_empty() && !is_excerpt(line)).collect();
    lines.join(": ")
}

fn flatten(prefix: &str, value: Value, values: &mut BTreeMap<String, Value>) {
    match value.kind {
        ValueKind::Table(table) if prefix.is_empty() || !table.is_empty() => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                flatten(&key, value, values);
            }
        }
        _ => {
            values.insert(prefix.to_owned(), value);
        }
    }
}

/// A section without settings says nothing, but its name must be right.
fn is_empty_section(key: &str, value: &Value, known: &BTreeSet<String>) -> bool {
    let is_section = |known: &String| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    matches!(value.kind, ValueKind::Table(_)) && known.iter().any(is_section)
}

fn spelled(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Array(elements) => format!("[{}]", elements.iter().map(spelled).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

/// Tells whether a text can be the address or the name of a host; whether there is one shows when it is listened on.
fn is_host(text: &str) -> bool {
    let in_names = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    text.parse::<IpAddr>().is_ok() || (!text.is_empty() && text.chars().all(in_names))
}

fn refuse_unknown(key: &str, origin: &str, known: &BTreeSet<String>) -> Result<(), SettingsError> {
    if known.contains(key) {
        return Ok(());
    }
    // Whoever leaves the section out may mean a setting of that name.
    let likeness = |known: &&String| {
        let name = known.rsplit('.').next().filter(|_| !key.contains('.')).unwrap_or(known);
        strsim::jaro_winkler(key, known).max(strsim::jaro_winkler(key, name))
    };
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).map_or("", String::as_str);
    Err(SettingsError::new(format!("there is no setting {key} ({origin}); did you mean {nearest}?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_file_is_told_on_one_line_that_quotes_nothing_of_it() {
        let error = flat("[database]\nurl = \"postgres://me:hunter2@db/x\n", "default.toml").unwrap_err().to_string();
        assert!(error.starts_with("default.toml cannot be read: TOML parse error at line 2, column "), "{error}");
        assert!(error.ends_with(r#": invalid basic string, expected `"`"#), "{error}");
        assert!(!error.contains('\n') && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn settings_are_spelled_as_in_toml() {
        let text = "[a]\nlist = [\"x\", \"y\"]\nnumber = 5\ntext = \"z\"\n";
        let spelled: Vec<_> = flat(text, "a.toml").unwrap().values().map(spelled).collect();
        assert_eq!(spelled, [r#"["x", "y"]"#, "5", r#""z""#]);
    }

    #[test]
    fn a_host_is_an_address_or_a_name() {
        for right in ["127.0.0.1", "::1", "localhost", "db-1.internal", "0.0.0.0"] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["", " ", "localhost:5000", "http://localhost", "[::1]", "a b"] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
