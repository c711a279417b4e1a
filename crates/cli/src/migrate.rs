//! `ensemble migrate`.

use crate::{
    commands::MigrateCommand,
    failure::{Failure, print},
    settings::Settings,
    wiring,
};

/// Applies, takes back or lists migrations.
pub fn run(settings: &Settings, command: MigrateCommand) -> Result<(), Failure> {
    let migrator = wiring::migrator(settings);
    let failed = |error| wiring::not_migrated(settings, &error);
    match command {
        MigrateCommand::Up => {
            let applied = migrator.up().map_err(failed)?;
            if applied.is_empty() {
                return print("nothing to apply");
            }
            let lines: Vec<_> = applied.iter().map(|name| format!("applied {name}")).collect();
            print(&lines.join("\n"))
        }
        MigrateCommand::Down => match migrator.down().map_err(failed)? {
            Some(name) => print(&format!("took back {name}")),
            None => print("nothing to take back"),
        },
        MigrateCommand::Status => {
            let state = |applied| if applied { "applied" } else { "pending" };
            let all = migrator.status().map_err(failed)?;
            let lines: Vec<_> = all.iter().map(|(name, applied)| format!("{} {name}", state(*applied))).collect();
            print(&lines.join("\n"))
        }
    }
}
