//! `config/systemd/ensemble.service`.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use tempfile::TempDir;

use super::{Effective, Environment, example, over};
use crate::{commands::run, database::skip, documents::read, server::ensemble};

const UNIT: &str = "config/systemd/ensemble.service";

/// All values that the unit gives to that directive.
fn values(directive: &str) -> Vec<String> {
    let unit = read(UNIT);
    let lines = unit.lines().filter_map(|line| line.strip_prefix(directive)?.strip_prefix('='));
    lines.map(str::to_owned).collect()
}

/// The one value that it gives.
fn value(directive: &str) -> String {
    let [value] = &values(directive)[..] else { panic!("{directive} stands there more than once, or never") };
    value.clone()
}

fn environment() -> Environment {
    let assigned = values("Environment");
    assigned.iter().map(|line| line.split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

#[test]
fn its_settings_are_right_with_and_without_what_the_example_leaves_to_choose() {
    let effective = Effective::under(&over(environment(), example(false)));
    assert_eq!(effective.get("profile"), "production");
    let place = format!("sqlite://{}/ensemble.db", value("WorkingDirectory"));
    assert_eq!(effective.get("database.url"), place);
    assert_eq!(value("WorkingDirectory"), format!("/var/lib/{}", value("StateDirectory")));

    let effective = Effective::under(&over(environment(), example(true)));
    assert!(effective.get("database.url").starts_with("postgres://"), "{}", effective.get("database.url"));
}

#[test]
fn it_runs_a_command_that_exists() {
    let command = value("ExecStart");
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("/usr/local/bin/ensemble"));
    let folder = TempDir::new().unwrap();
    let ran = run(ensemble(folder.path()).args(words).arg("--help"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
}

#[test]
fn a_setting_that_is_not_right_does_not_start_it_again_and_again() {
    let folder = TempDir::new().unwrap();
    let refused = run(ensemble(folder.path()).arg("serve").env("PORT", "none"));
    assert_eq!(value("RestartPreventExitStatus"), refused.code.to_string());
    assert_eq!(value("Restart"), "on-failure");
}

#[test]
fn it_has_time_to_finish_its_requests() {
    let stop = Duration::from_secs(value("TimeoutStopSec").parse().unwrap());
    assert!(stop > Effective::under(&over(environment(), example(true))).farewell(), "{stop:?}");
}

/// What `systemd-analyze` says of that unit by that check, with the program under test as the one that it starts.
fn analyzed(unit: &str, check: &[&str]) -> Option<(bool, String)> {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("ensemble.service");
    fs::write(&place, unit.replace("/usr/local/bin/ensemble", env!("CARGO_BIN_EXE_ensemble"))).unwrap();
    let Ok(ran) = Command::new("systemd-analyze").args(check).arg(&place).output() else {
        skip("systemd-analyze is not installed; `make test` sees to it");
        return None;
    };
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    Some((ran.status.success(), said))
}

#[test]
fn systemd_understands_every_line_of_it() {
    let verify = ["verify", "--man=no", "--recursive-errors=no"];
    let Some((good, said)) = analyzed(&read(UNIT), &verify) else { return };
    assert!(good && !said.contains("ensemble.service"), "{said}");

    for (right, wrong) in [("TimeoutStopSec=40", "TimeoutStopSec=soon"), ("\nLimitNOFILE=", "\nLimitFiles=")] {
        let faulty = read(UNIT).replace(right, wrong);
        let (_, said) = analyzed(&faulty, &verify).unwrap();
        assert!(said.contains("ensemble.service"), "{wrong} is taken: {said}");
    }
}

#[test]
fn little_is_left_to_it_that_it_does_not_need() {
    // From 0, for nothing, to 10; the figure is that of systemd 252.
    let check = ["security", "--offline=true", "--no-pager", "--threshold=15"];
    let Some((good, said)) = analyzed(&read(UNIT), &check) else { return };
    assert!(good, "{said}");

    let faulty = read(UNIT).replace("ProtectSystem=strict", "").replace("CapabilityBoundingSet=", "");
    let (good, said) = analyzed(&faulty, &check).unwrap();
    assert!(!good, "{said}");
}

#[test]
fn no_directive_stands_there_twice_but_those_that_add_up() {
    let unit = read(UNIT);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for line in unit.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once('=') {
            *seen.entry(name).or_default() += 1;
        }
    }
    let twice: Vec<_> = seen.into_iter().filter(|(_, times)| *times > 1).map(|(name, _)| name).collect();
    assert_eq!(twice, ["Environment", "SystemCallFilter"]);
}
