//! What the tests run by Node, which is the one that `tests/node.sh` found or got: scripts and packages of `tests/node`.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// That script of `tests/node` as a command. Where its packages are not installed, CI fails and anybody else reads a loud line.
pub fn script(name: &str) -> Option<Command> {
    let mut command = Command::new(installed("node", name)?);
    command.arg(folder().join(name));
    Some(command)
}

/// The same of a program that a package of `tests/node` brings along, such as `newman`.
pub fn program(name: &str) -> Option<Command> {
    script(&format!("node_modules/.bin/{name}"))
}

/// The same of a script that opens pages in a browser, which is the one that `tests/browser.sh` found or installed.
pub fn browser_script(name: &str) -> Option<Command> {
    let mut command = script(name)?;
    command.env("CHROMIUM", installed("chromium", name)?);
    Some(command)
}

/// The JSON that a script prints, once it has ended well.
pub fn told(script: &mut Command) -> Value {
    let ran = script.output().expect("node");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap()
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node")
}

/// Where a program is that a script needs.
fn installed(program: &str, script: &str) -> Option<PathBuf> {
    let path = folder().join("node_modules/.bin").join(program);
    if path.exists() {
        return Some(path);
    }
    #[expect(clippy::disallowed_methods, reason = "whether this is CI can only come from outside")]
    let ci = env::var("CI").is_ok();
    assert!(!ci, "{} is not there: in CI nothing may be skipped", path.display());
    // Past the test harness, which would keep it to itself.
    let mut loud = std::io::stderr();
    writeln!(loud, "SKIPPED {script}: {program} or its packages are not installed; `make test` does that").unwrap();
    None
}
