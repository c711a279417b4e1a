//! The documents say what the program does.

mod api;
mod backup;
mod domain;
mod issuers;
mod metrics;
mod permissions;
mod problems;
mod security;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    commands::run,
    server::ensemble,
    settings::{PLAIN_NAMES, defaults},
};

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The text of a file of the repository.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cells of each row of the table in that document that begins with this line.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let (_, table) = text.split_once(heading).unwrap_or_else(|| panic!("{document} has no {heading}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// `README.md`, where it exists, and every document below `docs`.
fn documents() -> BTreeMap<PathBuf, Document> {
    let mut found: Vec<_> = [root().join("README.md")].into_iter().filter(|path| path.exists()).collect();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                found.push(entry);
            }
        }
    }
    assert!(found.len() > 1, "only {found:?}");
    found.into_iter().map(|path| (path.clone(), Document::parse(&fs::read_to_string(path).unwrap()))).collect()
}

/// What is looked at in a document.
struct Document {
    headings: Vec<String>,
    /// What links lead to.
    targets: Vec<String>,
    /// Fenced lines, and what stands between backticks.
    code: Vec<String>,
}

impl Document {
    fn parse(text: &str) -> Self {
        let mut document = Self { headings: Vec::new(), targets: Vec::new(), code: Vec::new() };
        let (mut fenced, mut prose) = (false, String::new());
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if fenced {
                document.code.push(line.trim().to_owned());
            } else {
                if line.starts_with('#') {
                    document.headings.push(line.trim_start_matches('#').trim().to_owned());
                }
                prose.push_str(line.trim());
                prose.push('\n');
            }
        }
        assert!(!fenced, "a fence is not closed: {text}");
        // A span of code may go over the end of a line.
        for (number, part) in prose.split('`').enumerate() {
            if number % 2 == 1 {
                document.code.push(part.replace('\n', " "));
            }
        }
        document.targets.extend(prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        document
    }

    /// The names by which links lead to its headings, as GitHub and GitLab make them.
    fn anchors(&self) -> Vec<String> {
        let slug = |heading: &String| {
            let kept = heading.to_lowercase();
            kept.chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .collect::<String>()
                .replace(' ', "-")
        };
        self.headings.iter().map(slug).collect()
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let documents = documents();
    let (mut followed, mut broken) = (0, Vec::new());
    for (path, document) in &documents {
        for target in document.targets.iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            followed += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let there = file.canonicalize().is_ok_and(|file| {
                anchor.is_empty() || documents.get(&file).is_some_and(|to| to.anchors().contains(&anchor.to_owned()))
            });
            if !there {
                broken.push(format!("{} -> {target}", path.display()));
            }
        }
    }
    assert!(followed > 0, "no link was found");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The targets of `make` in a line of code; `make` comes first in a command, behind variables at most.
fn make_targets(code: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for command in code.split('#').next().unwrap_or_default().split(['&', ';', '|']) {
        let mut words =
            command.split_whitespace().skip_while(|word| word.contains('=') || ["$", "time"].contains(word));
        if words.next() == Some("make") {
            targets.extend(words.filter(|word| !word.starts_with('-') && !word.contains('=')).map(str::to_owned));
        }
    }
    targets
}

#[test]
fn every_make_target_that_is_named_exists() {
    let makefile = read("Makefile");
    let known: BTreeSet<_> = makefile.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
    let (mut named, mut unknown) = (0, Vec::new());
    for (path, document) in documents() {
        for target in document.code.iter().flat_map(|code| make_targets(code)) {
            named += 1;
            if !known.contains(target.as_str()) {
                unknown.push(format!("{}: make {target}", path.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(named > 0, "no make target is named");
}

#[test]
fn make_targets_are_found_where_a_shell_would_see_them() {
    for (code, targets) in [
        ("make run", &["run"][..]),
        ("$ CI=true make check test  # both", &["check", "test"]),
        ("cd x && make -j2 bench CARGO=cargo", &["bench"]),
        ("make", &[]),
        ("cmake run", &[]),
        ("apt-get install make perl", &[]),
    ] {
        assert_eq!(make_targets(code), targets, "{code}");
    }
}

/// The cells of every table row that begins with code.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect())
}

#[test]
fn the_reference_of_settings_is_that_of_the_default_file() {
    let text = read("docs/reference/configuration.md");
    let settings: Vec<_> = rows(&text).filter(|cells| cells[0].contains('.')).collect();
    let told: BTreeMap<_, _> = settings.iter().map(|cells| (cells[0].to_owned(), cells[1].to_owned())).collect();
    assert_eq!(told.len(), settings.len(), "a setting stands there twice");
    assert_eq!(told, defaults());
    for cells in &settings {
        assert!(cells[2].len() > 10, "{} has no meaning", cells[0]);
    }
}

#[test]
fn what_is_not_in_effect_yet_is_said_in_the_reference() {
    let text = read("docs/reference/configuration.md");
    let told: BTreeSet<_> =
        rows(&text).filter(|cells| cells.join(" ").contains("not in effect yet")).map(|cells| cells[0]).collect();
    let (mut section, mut not_yet, mut wanted) = (String::new(), false, BTreeSet::new());
    for line in read("config/default.toml").lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if line.starts_with('#') {
            not_yet = line.ends_with("Not in effect yet.");
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| not_yet) {
            wanted.insert(format!("{section}.{key}"));
        }
    }
    assert_eq!(told, wanted.iter().map(String::as_str).collect());
}

#[test]
fn the_reference_of_plain_names_is_what_they_do() {
    let text = read("docs/reference/configuration.md");
    let told: BTreeMap<_, _> = rows(&text)
        .filter(|cells| cells[0].chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        .map(|cells| (cells[0], cells[1]))
        .collect();
    let auth0 = ("AUTH0_DOMAIN", "auth.mode`, `auth.issuer`, `auth.jwks_url");
    assert_eq!(told, PLAIN_NAMES.into_iter().chain([auth0]).collect());
    assert!(text.contains("`RUST_LOG`") && text.contains("`ENSEMBLE_PROFILE`"));
}

#[test]
fn every_setting_that_a_document_names_in_the_environment_exists() {
    let known: BTreeSet<_> = defaults().into_keys().chain(["section.key".to_owned()]).collect();
    let mut named = 0;
    for (path, document) in documents() {
        for rest in document.code.iter().flat_map(|code| code.split("ENSEMBLE__").skip(1)) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let key = name.to_lowercase().replace("__", ".");
            assert!(name.is_empty() || known.contains(&key), "{}: ENSEMBLE__{name}", path.display());
            named += 1;
        }
    }
    assert!(named > 0, "no setting is named");
}

#[test]
fn the_openapi_document_in_the_reference_is_what_the_program_prints() {
    let folder = TempDir::new().unwrap();
    let ran = run(ensemble(folder.path()).arg("openapi"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let written = read("docs/reference/openapi.json");
    assert!(ran.out == written, "docs/reference/openapi.json is old; write it anew by `ensemble openapi`");
}

/// What `--help` prints for every command, by the words of the command.
fn all_help() -> BTreeMap<String, String> {
    let folder = TempDir::new().unwrap();
    let mut help = BTreeMap::new();
    let mut left = vec!["ensemble".to_owned()];
    while let Some(command) = left.pop() {
        let ran = run(ensemble(folder.path()).args(command.split(' ').skip(1)).arg("--help"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        let listed = ran.out.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        let names = listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        left.extend(names.map(|name| format!("{command} {name}")));
        help.insert(command, ran.out);
    }
    help
}

#[test]
fn the_reference_of_commands_is_what_help_prints() {
    let text = read("docs/reference/commands.md");
    let mut told = BTreeMap::new();
    for section in text.split("\n## `").skip(1).flat_map(|section| section.split("\n### `")) {
        let (command, rest) = section.split_once("`\n\n```text\n").unwrap_or_else(|| panic!("no help in {section}"));
        told.insert(command.to_owned(), rest.split_once("```").unwrap().0.to_owned());
    }
    let printed = all_help();
    assert!(printed.len() > 10, "{:?}", printed.keys());
    assert_eq!(told, printed);
}
