//! The actor and the value types it is made of.

use chrono::{DateTime, Utc};

use super::{ActorId, Born, BornChange, Gender};
use crate::{BookedOn, Conflict, Fault, Version, text::parse_line};

/// The name an actor goes by: one line of 1 to 200 characters, in normalization form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorName(String);

impl ActorName {
    /// The most characters that a name has.
    pub const MAX_CHARACTERS: usize = 200;

    /// Reads a name; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`](crate::FaultCode::Length) when empty or longer than 200 characters,
    /// [`FaultCode::Characters`](crate::FaultCode::Characters) for control characters.
    pub fn parse(raw: impl Into<String>) -> Result<Self, Fault> {
        parse_line(raw.into(), Self::MAX_CHARACTERS).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person whom the agency represents. Names are not unique: people share them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Names the actor.
    pub id: ActorId,
    /// The name the actor goes by.
    pub name: ActorName,
    /// The actor's gender.
    pub gender: Gender,
    /// The day the actor's age is counted from.
    pub born: Born,
    /// How often the actor was written.
    pub version: Version,
    /// When the actor was added.
    pub created_at: DateTime<Utc>,
    /// When the actor was last written.
    pub updated_at: DateTime<Utc>,
    /// When the actor was deleted; `None` while it is not.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What is needed to add an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewActor {
    /// The name the actor goes by.
    pub name: ActorName,
    /// The actor's gender.
    pub gender: Gender,
    /// The day the actor's age is counted from.
    pub born: Born,
}

/// What to change of an actor; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActorChanges {
    /// Another name.
    pub name: Option<ActorName>,
    /// Another gender.
    pub gender: Option<Gender>,
    /// Another age or birth date.
    pub born: BornChange,
}

impl Actor {
    /// Answers the actor as it is after the changes, made at `now`, or `None` when they change nothing. A port's adapter calls
    /// this inside its transaction, on what it has just read.
    #[must_use]
    pub fn amended(&self, changes: &ActorChanges, now: DateTime<Utc>) -> Option<Self> {
        let name = changes.name.as_ref().unwrap_or(&self.name);
        let gender = changes.gender.as_ref().unwrap_or(&self.gender);
        let born = changes.born.applied_to(self.born, now.date_naive());
        if (name, gender, born) == (&self.name, &self.gender, self.born) {
            return None;
        }
        Some(Self { name: name.clone(), gender: gender.clone(), born, updated_at: now, ..self.clone() })
    }

    /// Answers the actor as it is once it is deleted, at `now`. `booked_on` are the movies on which the actor is booked and that are
    /// neither deleted nor released before that day, by ascending id.
    ///
    /// # Errors
    ///
    /// [`Conflict::ActorBooked`] when there is one.
    pub fn deleted(&self, booked_on: Vec<BookedOn>, now: DateTime<Utc>) -> Result<Self, Conflict> {
        if booked_on.is_empty() {
            Ok(Self { deleted_at: Some(now), updated_at: now, ..self.clone() })
        } else {
            Err(Conflict::ActorBooked { actor: self.id, movies: booked_on })
        }
    }

    /// Answers the actor as it is once its deletion is undone, at `now`, or `None` when it is not deleted.
    #[must_use]
    pub fn restored(&self, now: DateTime<Utc>) -> Option<Self> {
        self.deleted_at.map(|_| Self { deleted_at: None, updated_at: now, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Age, FaultCode,
        testing::{a_movie, an_actor, instant},
    };

    #[test]
    fn a_name_has_1_to_200_characters() {
        assert_eq!(ActorName::parse("  Nada Haddad ").unwrap().as_str(), "Nada Haddad");
        assert!(ActorName::parse("\u{1f3ad}".repeat(200)).is_ok());
        assert_eq!(ActorName::parse("x".repeat(201)).unwrap_err().code, FaultCode::Length);
        assert_eq!(ActorName::parse("").unwrap_err().code, FaultCode::Length);
    }

    #[test]
    fn changes_to_what_already_is_change_nothing() {
        let actor = an_actor();
        let same = ActorChanges {
            name: Some(actor.name.clone()),
            gender: Some(actor.gender.clone()),
            born: BornChange::Age(Age::new(20).unwrap()),
        };
        assert_eq!(actor.amended(&same, instant("2026-03-14T10:00:00Z")), None);
        assert_eq!(actor.amended(&ActorChanges::default(), instant("2026-03-14T10:00:00Z")), None);
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        let actor = an_actor();
        let now = instant("2026-03-14T10:00:00Z");
        let changes = ActorChanges { gender: Some(Gender::NonBinary), ..ActorChanges::default() };

        let amended = actor.amended(&changes, now).unwrap();

        assert_eq!(amended, Actor { gender: Gender::NonBinary, updated_at: now, ..actor });
    }

    #[test]
    fn an_actor_who_is_booked_is_not_deleted() {
        let (actor, movie) = (an_actor(), a_movie());
        let booked_on = vec![BookedOn { id: movie.id, title: movie.title, release_date: movie.release_date }];
        let refused = actor.deleted(booked_on.clone(), instant("2026-03-14T10:00:00Z"));
        assert_eq!(refused, Err(Conflict::ActorBooked { actor: actor.id, movies: booked_on }));
    }

    #[test]
    fn a_deletion_is_undone_by_a_restoration_only_once() {
        let actor = an_actor();
        let [then, now] = ["2026-03-14T10:00:00Z", "2026-03-15T10:00:00Z"].map(instant);
        let deleted = actor.deleted(Vec::new(), then).unwrap();
        assert_eq!(deleted, Actor { deleted_at: Some(then), updated_at: then, ..actor.clone() });
        let restored = deleted.restored(now).unwrap();
        assert_eq!(restored, Actor { updated_at: now, ..actor });
        assert_eq!(restored.restored(now), None);
    }
}
