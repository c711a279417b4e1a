//! What the tests run by Node, which is the one that `tests/node.sh` found or got: scripts and packages of `tests/node`.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// That script of `tests/node` as a command. Where its packages are not installed, CI fails and anybody else reads a loud line.
pub fn script(name: &str) -> Option<Command> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node");
    let node = folder.join("node_modules/.bin/node");
    if !node.exists() {
        #[expect(clippy::disallowed_methods, reason = "whether this is CI can only come from outside")]
        let ci = env::var("CI").is_ok();
        assert!(!ci, "the packages of tests/node are not installed: in CI nothing may be skipped");
        // Past the test harness, which would keep it to itself.
        let mut loud = std::io::stderr();
        writeln!(loud, "SKIPPED {name}: its packages are not installed; `make test` does that").unwrap();
        return None;
    }
    let mut command = Command::new(node);
    command.arg(folder.join(name));
    Some(command)
}

/// The same of a program that a package of `tests/node` brings along, such as `newman`.
pub fn program(name: &str) -> Option<Command> {
    script(&format!("node_modules/.bin/{name}"))
}
