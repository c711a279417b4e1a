//! What is legal and still worth a second look: people do two jobs, and parts are shared.

use std::fmt;

use super::{CastingId, Character};
use crate::{ActorId, ActorName, MovieId, ShootWindow, StoreError, Title};

/// Something to look at that does not stop a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The actor is booked on another movie that is shot on some of the same days.
    DoubleBooking {
        /// The actor.
        actor: ActorId,
        /// The actor's name.
        name: ActorName,
        /// The other movie.
        movie: MovieId,
        /// The other movie's title.
        title: Title,
        /// The days on which the other movie is shot.
        shoot: ShootWindow,
        /// The booking on the other movie.
        casting: CastingId,
    },
    /// Somebody else is booked for the same part of the same movie.
    SharedCharacter {
        /// The part, as the other casting spells it.
        character: Character,
        /// Who is booked for it.
        actor: ActorId,
        /// Their name.
        name: ActorName,
        /// The movie.
        movie: MovieId,
        /// Their booking.
        casting: CastingId,
    },
}

/// What was done, and what is worth a second look about it.
#[derive(Debug)]
pub struct Warned<T> {
    /// What was done.
    pub value: T,
    /// What is worth a second look, in a stable order. The store may be in trouble by the time that it is looked for: what was done
    /// stands, and to answer with the trouble alone would deny it.
    pub warnings: Result<Vec<Warning>, StoreError>,
}

impl Warning {
    /// The code as it stands in an answer, such as `"double-booking"`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DoubleBooking { .. } => "double-booking",
            Self::SharedCharacter { .. } => "shared-character",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DoubleBooking { name, title, shoot, .. } => {
                let (name, title) = (name.as_str(), title.as_str());
                write!(f, "{name} is booked on {title}, which is shot from {} to {}", shoot.start(), shoot.end())
            }
            Self::SharedCharacter { character, name, .. } => {
                write!(f, "{} is booked for {} as well", name.as_str(), character.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_casting, a_movie, an_actor, day};

    #[test]
    fn a_warning_says_who_and_where() {
        let (actor, movie, casting) = (an_actor(), a_movie(), a_casting());
        let shoot = ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-06-01"))).unwrap().unwrap();
        let double = Warning::DoubleBooking {
            actor: actor.id,
            name: actor.name.clone(),
            movie: movie.id,
            title: movie.title,
            shoot,
            casting: casting.id,
        };
        assert_eq!(double.code(), "double-booking");
        assert_eq!(double.to_string(), "Nada Haddad is booked on Aihaga, which is shot from 2026-05-01 to 2026-06-01");
        let shared = Warning::SharedCharacter {
            character: Character::parse("The Baker").unwrap(),
            actor: actor.id,
            name: actor.name,
            movie: movie.id,
            casting: casting.id,
        };
        assert_eq!(shared.code(), "shared-character");
        assert_eq!(shared.to_string(), "Nada Haddad is booked for The Baker as well");
    }
}
