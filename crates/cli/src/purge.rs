//! `ensemble purge`: the erasure of a person, as the law has it.

use std::io::{self, IsTerminal, Write};

use ensemble_domain::{ActorId, ActorName, Dossier, EraseActors, ErasureService, Error, Holdings, Permit};

use crate::{
    failure::{Failure, print},
    operator,
    settings::Settings,
    wiring,
};

const COMMAND: &str = "purge";
const NOTHING: &str = "nothing was erased";

/// Erases an actor with whatever is about it, once somebody at a terminal has confirmed it or the command line has.
pub fn run(settings: &Settings, actor: ActorId, confirmed: bool) -> Result<(), Failure> {
    if !confirmed && !io::stdin().is_terminal() {
        return Err(Failure::Other(format!(
            "{NOTHING}: without a terminal nobody can be asked; run `ensemble purge --actor {actor} --yes` to erase actor {actor} \
             for good"
        )));
    }
    let erasures = wiring::use_cases_with_schema(settings)?.erasures;
    let permit = operator::permit(COMMAND)?;
    let failed = |error| Failure::because(NOTHING, &error);
    let dossier = match erasures.dossier(&permit, actor) {
        // Whoever erased the actor may not have come to the end.
        Err(Error::NotFound { .. }) if erasures.is_erased(&permit, actor).map_err(failed)? => {
            wipe(&erasures, &permit, actor)?;
            return print(&format!("actor {actor} was erased before; what the database still kept of it is wiped now"));
        }
        dossier => dossier.map_err(failed)?,
    };
    if !confirmed && !confirm(&dossier).map_err(|error| Failure::because(NOTHING, &error))? {
        return Err(Failure::Other(format!("{NOTHING}: neither the name nor yes was typed")));
    }
    let erased = erasures.erase(&permit, actor).map_err(failed)?;
    let Holdings { castings, entries, mentions } = erased;
    tracing::warn!(actor.id = actor.get(), castings, entries, mentions, "an actor was erased for good");
    wipe(&erasures, &permit, actor)?;
    print(&format!(
        "erased actor {actor}: {}; backups, logs, exports and the write-ahead log of a server may still hold some of it",
        counted(erased)
    ))
}

fn wipe(erasures: &ErasureService, permit: &Permit<EraseActors>, actor: ActorId) -> Result<(), Failure> {
    erasures.wipe(permit).map_err(|error| {
        let what =
            format!("actor {actor} is erased, but the database may keep traces until the same command is run again");
        Failure::because(&what, &error)
    })
}

/// Shows who it is and what goes, and tells whether the answer agrees.
fn confirm(dossier: &Dossier) -> io::Result<bool> {
    let mut terminal = io::stderr();
    writeln!(terminal, "{}", described(dossier))?;
    write!(terminal, "Type the name, or yes, to erase all of this for good: ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(agrees(&answer, &dossier.actor.name))
}

fn agrees(answer: &str, name: &ActorName) -> bool {
    answer.trim().eq_ignore_ascii_case("yes") || ActorName::parse(answer).is_ok_and(|answer| answer == *name)
}

fn described(dossier: &Dossier) -> String {
    let Dossier { actor, bookings, holdings, reasons } = dossier;
    let deleted = if actor.deleted_at.is_some() { ", deleted" } else { "" };
    let mut lines = vec![format!("Actor {}{deleted}: {}", actor.id, actor.name.as_str()), counted(*holdings)];
    lines.extend(bookings.iter().map(|movie| {
        let (title, release) = (movie.title.as_str(), movie.release_date.day());
        format!("Booked on movie {}, which needs somebody else then: {title}, released {release}", movie.id)
    }));
    lines.extend(reasons.iter().map(|reason| format!("A name is taken out of the reason: {}", reason.as_str())));
    lines.join("\n")
}

fn counted(Holdings { castings, entries, mentions }: Holdings) -> String {
    let several = |count, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    format!(
        "{}, {} of the history, {} in reasons of other castings",
        several(castings, "casting", "castings"),
        several(entries, "entry", "entries"),
        several(mentions, "mention", "mentions")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_or_yes_agrees() {
        let name = ActorName::parse("Zo\u{eb} Haddad").unwrap();
        for answer in ["yes\n", "YES", " Zo\u{eb} Haddad \n", "Zoe\u{308} Haddad\n"] {
            assert!(agrees(answer, &name), "{answer:?}");
        }
        for answer in ["", "\n", "y\n", "no\n", "yes please\n", "Zoe Haddad\n", "zo\u{eb} haddad\n"] {
            assert!(!agrees(answer, &name), "{answer:?}");
        }
    }
}
