//! The archive that `make dist` makes. Here it holds the binary under test, which nobody has optimised.

use std::{fs, path::Path, process::Command, thread};

use tempfile::TempDir;

use crate::documents::root;

/// Makes the archive in that folder, and answers its path.
fn pack(folder: &Path) -> String {
    let mut script = Command::new(root().join("config/dist.sh"));
    let ran = script.arg(env!("CARGO_BIN_EXE_ensemble")).arg(folder).output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(ran.status.success(), "{out}\n{err}");
    out.trim().to_owned()
}

/// The standard output of `tar`.
fn tar(arguments: &[&str]) -> String {
    let ran = Command::new("tar").args(arguments).output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn the_archive_is_always_the_same_and_runs_where_there_is_nothing_else() {
    let (folder, again) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let archive = thread::scope(|scope| {
        let other = scope.spawn(|| pack(again.path()));
        let archive = pack(folder.path());
        other.join().unwrap();
        archive
    });
    let sums = |folder: &TempDir| fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
    assert_eq!(sums(&folder), sums(&again));

    let ran = Command::new(root().join("tests/dist.sh")).arg(&archive).output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(ran.status.success(), "{out}\n{err}");
    assert!(out.contains("ready") || err.contains("SKIPPED"), "{out}\n{err}");

    let name = Path::new(&archive).file_name().unwrap().to_str().unwrap().strip_suffix(".tar.gz").unwrap();
    assert!(name.starts_with(concat!("ensemble-", env!("CARGO_PKG_VERSION"), "-")), "{name}");
    let listed = tar(&["--list", "--file", &archive]);
    for file in ["ensemble", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "SHA256SUMS"] {
        assert!(listed.lines().any(|line| line == format!("{name}/{file}")), "{file}: {listed}");
    }
    for file in ["config/systemd/ensemble.service", "config/example.env", "docs/guides/deploy.md"] {
        assert!(listed.lines().any(|line| line == format!("{name}/{file}")), "{file}: {listed}");
    }
    holds_all_licences(&tar(&["--extract", "--to-stdout", "--file", &archive, &format!("{name}/THIRD-PARTY.txt")]));
}

/// Whatever is linked is named with its licence, and the texts are there, those of what is written in C too.
fn holds_all_licences(text: &str) {
    let (list, texts) = text.split_once("\n====").unwrap();
    for package in ["actix-web ", "diesel ", "aws-lc-sys ", "libsqlite3-sys ", "mimalloc ", "openssl-src ", "pq-src "] {
        let line = list.lines().find(|line| line.starts_with(package)).unwrap_or_else(|| panic!("{package}: {list}"));
        assert!(line.split(": ").nth(1).is_some_and(|licence| licence.len() > 2), "{line}");
    }
    assert!(!list.contains("ensemble-domain"), "{list}");
    for part in ["PostgreSQL Global Development Group", "Daan Leijen", "/openssl/LICENSE.txt", "Amazon.com"] {
        assert!(texts.contains(part), "{part} is not in the texts");
    }
}
