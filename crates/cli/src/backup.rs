//! `ensemble backup`.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    process, thread,
};

use indicatif::HumanBytes;
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{
    draft::Draft,
    failure::{Failure, print},
    progress,
    settings::Settings,
};

/// What must not be there: the copy itself, and what SQLite keeps beside a database, which would be taken for a part of the copy.
const TAKEN: [&str; 3] = ["", "-wal", "-journal"];

/// Copies the SQLite database to a new file, which gets its name once it is whole, checked and on the disk.
pub fn run(settings: &Settings, copy: &Path) -> Result<(), Failure> {
    let Some(database) = settings.database.url.sqlite_path() else {
        return Err(Failure::Other(
            "`ensemble backup` copies SQLite files only; of PostgreSQL make a backup by `pg_dump --format=custom` or \
             `pg_basebackup`, as docs/guides/backup.md tells"
                .to_owned(),
        ));
    };
    let name = copy.display().to_string();
    let failed = |error: io::Error| Failure::because(&format!("{name} cannot be written"), &error);
    for taken in TAKEN.map(|suffix| beside(copy, suffix)) {
        if is_there(&taken).map_err(failed)? {
            let refusal = format!("{} is there already, and nothing is overwritten; name a new file", taken.display());
            return Err(Failure::Other(refusal));
        }
    }
    // Whoever may not read the database may not read its copy.
    let endings = Endings::watched().map_err(|error| Failure::because("signals cannot be watched", &error))?;
    let draft = Draft::of(copy.to_owned(), 0o600).map_err(failed)?;
    endings.remove(draft.path());
    let bar = progress::of_file(draft.path())?;
    let copied = ensemble_infra::back_up(database, draft.path());
    bar.finish_and_clear();
    copied.map_err(|error| {
        Failure::because(&format!("no backup of {} was made in {name}", settings.database.url), &error)
    })?;
    let length = draft.length().map_err(failed)?;
    draft.keep().map_err(failed)?;
    print(&format!("backed up {} to {name}, {}", settings.database.url, HumanBytes(length)))
}

/// The signals that end the program.
struct Endings {
    runtime: Runtime,
    interrupt: Signal,
    terminate: Signal,
}

impl Endings {
    /// From here on they end it no more by themselves.
    fn watched() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        drop(inside);
        Ok(Self { runtime, interrupt, terminate })
    }

    /// Has them remove the draft, which holds people's data, and then end the program.
    fn remove(self, draft: &Path) {
        let Self { runtime, mut interrupt, mut terminate } = self;
        let draft = draft.to_owned();
        thread::spawn(move || {
            let ended_by = runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => SignalKind::interrupt(),
                    _ = terminate.recv() => SignalKind::terminate(),
                }
            });
            for left in TAKEN.map(|suffix| beside(&draft, suffix)) {
                // Most of them are not there; nor is the draft once it has its name.
                let _ = fs::remove_file(left);
            }
            // As a shell tells of a program that a signal has ended.
            process::exit(128 + ended_by.as_raw_value());
        });
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Tells whether anything has that name, a link that leads nowhere included.
fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        found => found.map(|_| true),
    }
}
