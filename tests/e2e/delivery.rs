//! What a server is delivered as: an archive, an image, a service of systemd, and a composition with PostgreSQL.

mod archive;
mod compose;
mod image;
mod service;
mod upgrade;

use std::{collections::BTreeMap, time::Duration};

use tempfile::TempDir;

use crate::{
    commands::run,
    documents::read,
    server::ensemble,
    settings::{PLAIN_NAMES, defaults, variable},
};

/// Variables by their names.
type Environment = BTreeMap<String, String>;

/// The settings in effect, each with its value.
struct Effective(BTreeMap<String, String>);

impl Effective {
    /// Has the program check that environment: each of its settings is known, and right.
    fn under(environment: &Environment) -> Self {
        let folder = TempDir::new().unwrap();
        let checked = run(ensemble(folder.path()).args(["config", "check"]).envs(environment));
        assert_eq!(checked.code, 0, "{environment:?}: {}", checked.err);
        for name in environment.keys().filter(|name| is_setting(name)) {
            assert!(checked.out.lines().any(|line| line.ends_with(&format!("# {name}"))), "{name} sets nothing");
        }
        let values = checked.out.lines().map(|line| {
            let (key, value) = line.split_once(" = ").unwrap();
            (key.to_owned(), value.split("  # ").next().unwrap().trim_matches('"').to_owned())
        });
        Self(values.collect())
    }

    fn get(&self, key: &str) -> &str {
        &self.0[key]
    }

    /// How long a server may take to stop.
    fn farewell(&self) -> Duration {
        let seconds = |key| self.get(key).parse::<u64>().unwrap();
        // Between the two, a second is for clients that are on their way.
        Duration::from_secs(seconds("http.drain_delay") + 1 + seconds("http.shutdown_timeout"))
    }
}

/// Whether a variable of that name is a setting's, and not for the profile, for libpq or for a container.
fn is_setting(name: &str) -> bool {
    defaults().keys().any(|key| variable(key) == name)
        || name.starts_with("ENSEMBLE__")
        || name == "AUTH0_DOMAIN"
        || PLAIN_NAMES.iter().any(|(plain, _)| *plain == name)
}

/// The assignments of `config/example.env`: those that count, or the ones in comments too.
fn example(with_comments: bool) -> Environment {
    let text = read("config/example.env");
    let lines = text.lines().map(|line| if with_comments { line.trim_start_matches('#') } else { line });
    let assigned = lines.filter_map(|line| line.split_once('='));
    let assigned = assigned.filter(|(name, _)| !name.is_empty() && !name.contains([' ', '#']));
    assigned.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Both at once; what stands in the second counts.
fn over(first: Environment, second: Environment) -> Environment {
    first.into_iter().chain(second).collect()
}

#[test]
fn the_example_has_comments_that_are_settings_too() {
    let (plain, whole) = (example(false), example(true));
    assert_eq!(plain.keys().map(String::as_str).collect::<Vec<_>>(), ["API_AUDIENCE", "AUTH0_DOMAIN"]);
    assert!(whole.len() > plain.len() + 3, "{whole:?}");
    for name in whole.keys() {
        assert!(is_setting(name) || name == "PGPASSWORD", "{name}");
    }
}
