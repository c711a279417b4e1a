//! What can go wrong, told without HTTP or SQL: a variant is what the caller may do about it.

use std::{borrow::Cow, fmt};

use thiserror::Error;

use crate::{
    ActorId, CastingId, CastingStatus, MovieId, ReleaseDate, Title, Version, casting::list_of_statuses as list,
};

/// The error behind an error, kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Answers an error and everything behind it on one line, for the log and for whoever typed a command.
#[must_use]
pub fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    // Drivers break lines.
    let on_one_line =
        |cause: &dyn std::error::Error| cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    causes.map(on_one_line).collect::<Vec<_>>().join(": ")
}

/// The kind of rule that a value broke; [`FaultCode::as_str`] is stable and meant for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// A value that must be there is missing or null.
    Required,
    /// The value is of another kind, such as a list where a text belongs.
    Type,
    /// The text is empty or too long.
    Length,
    /// The text holds characters that are not allowed.
    Characters,
    /// The value lies outside its range.
    Range,
    /// The text cannot be read as what it should be.
    Format,
    /// Two values contradict each other.
    Disagrees,
    /// Nothing of that name is known.
    Unknown,
}

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 8] = [
        Self::Required,
        Self::Type,
        Self::Length,
        Self::Characters,
        Self::Range,
        Self::Format,
        Self::Disagrees,
        Self::Unknown,
    ];

    /// The code as it stands in an answer, such as `"range"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type => "type",
            Self::Length => "length",
            Self::Characters => "characters",
            Self::Range => "range",
            Self::Format => "format",
            Self::Disagrees => "disagrees",
            Self::Unknown => "unknown",
        }
    }
}

/// Why one value was refused, as a phrase that follows the name of its field: "must be between 0 and 120".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Fault {
    /// The kind of rule that was broken.
    pub code: FaultCode,
    /// What would be right.
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// A fault of that kind, with a phrase such as "must be between 0 and 120".
    pub fn new(code: FaultCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// A fault and the field it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name on the wire, such as `"age"`; empty when the whole input is at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            "" => write!(f, "{}", self.fault),
            field => write!(f, "{field} {}", self.fault),
        }
    }
}

/// At least one field was refused; every refused field is listed, so that one answer tells it all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", Self::sentence(.0))]
pub struct InvalidFields(Vec<FieldFault>);

impl InvalidFields {
    /// The refusal of a single field.
    #[must_use]
    pub fn one(field: &'static str, fault: Fault) -> Self {
        Self(vec![FieldFault { field, fault }])
    }

    /// The refusal of an actor who is to be cast, and is not there or is deleted.
    #[must_use]
    pub fn no_such_actor(actor: ActorId) -> Self {
        Self::one("actor_id", names_no_actor(&[actor]))
    }

    /// The refusal of those among the actors of a movie who are not there or are deleted.
    #[must_use]
    pub fn no_such_actors(actors: &[ActorId]) -> Self {
        Self::one("actor_ids", names_no_actor(actors))
    }

    /// The faults, in the order in which the fields were read.
    #[must_use]
    pub fn faults(&self) -> &[FieldFault] {
        &self.0
    }

    fn sentence(faults: &[FieldFault]) -> String {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// The first ten are named.
fn names_no_actor(actors: &[ActorId]) -> Fault {
    const NAMED: usize = 10;
    let ids: Vec<_> = actors.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if actors.len() > NAMED { " and others" } else { "" };
    Fault::new(FaultCode::Unknown, format!("names no actor: {}{more}", ids.join(", ")))
}

/// Collects the faults of several fields while they are parsed one by one.
#[derive(Debug, Default)]
pub struct FieldFaults(Vec<FieldFault>);

impl FieldFaults {
    /// Hands on the parsed value, or notes the fault and answers `None`.
    pub fn keep<T>(&mut self, field: &'static str, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Hands on what was parsed from several fields, or notes all their faults and answers `None`.
    pub fn keep_all<T>(&mut self, parsed: Result<T, InvalidFields>) -> Option<T> {
        parsed.map_err(|invalid| self.0.extend(invalid.0)).ok()
    }

    /// Notes a fault.
    pub fn add(&mut self, field: &'static str, fault: Fault) {
        self.0.push(FieldFault { field, fault });
    }

    /// Answers `value` when no fault was noted and the value is there.
    ///
    /// # Errors
    ///
    /// All faults that were noted, when there is one or `value` is `None`.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, InvalidFields> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(InvalidFields(self.0)),
        }
    }
}

/// What kind of thing an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// An actor.
    Actor,
    /// A movie.
    Movie,
    /// An actor's part in a movie.
    Casting,
}

impl Entity {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Actor, Self::Movie, Self::Casting];

    /// The kind as answers spell it, such as `"actor"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Movie => "movie",
            Self::Casting => "casting",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A movie on which an actor is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedOn {
    /// The movie.
    pub id: MovieId,
    /// Its title.
    pub title: Title,
    /// The day it is released.
    pub release_date: ReleaseDate,
}

/// Why a change does not go with what is stored; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Conflict {
    /// The actor stands for the same part of the same movie already, in a casting that is open.
    #[error("this actor is cast for that part of the movie already")]
    AlreadyCast,
    /// Another casting of the movie has that place in the credits.
    #[error("another casting of the movie has that billing")]
    BillingTaken,
    /// The table of moves has no such move, or the actor or the movie is deleted.
    #[error("a casting cannot go from {from} to {to}{}; it can go to {}", Self::party(*.deleted), list(.allowed))]
    IllegalStatus {
        /// The status it has.
        from: CastingStatus,
        /// The status it should get.
        to: CastingStatus,
        /// Where it can go instead.
        allowed: Vec<CastingStatus>,
        /// The party whose deletion is in the way, if that is why.
        deleted: Option<Entity>,
    },
    /// A booking is a promise: it ends by a move with a reason before the casting can be taken off.
    #[error("casting {casting} is booked; it has to be declined or released first")]
    RequiresRelease {
        /// The casting.
        casting: CastingId,
    },
    /// The actor is booked on movies that are not released yet.
    #[error("actor {actor} is booked on movies that are not released yet: {}", Self::titles(.movies))]
    ActorBooked {
        /// The actor.
        actor: ActorId,
        /// The movies, by ascending id.
        movies: Vec<BookedOn>,
    },
    /// The request that first used the idempotency key is still being worked on.
    #[error("the first request with this idempotency key is still being worked on")]
    RequestInProgress,
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request; take a new key for a new request")]
    KeyReused,
}

impl Conflict {
    fn party(deleted: Option<Entity>) -> String {
        deleted.map_or_else(String::new, |entity| format!(" while its {entity} is deleted"))
    }

    fn titles(movies: &[BookedOn]) -> String {
        movies.iter().map(|movie| format!("{} ({})", movie.title.as_str(), movie.id)).collect::<Vec<_>>().join(", ")
    }
}

/// What a port answers when it cannot do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The caller's precondition does not hold; nothing was changed. Read again, then decide.
    #[error("the stored version is {current}")]
    Stale {
        /// The version that is stored now.
        current: Version,
    },
    /// The change, applied to what is stored, would break a rule; nothing was changed.
    #[error(transparent)]
    Invalid(#[from] InvalidFields),
    /// The change does not go with what else is stored; nothing was changed.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The rows of an import were taken back while they were handed over; nothing was changed.
    #[error("the rows were withdrawn")]
    Withdrawn,
    /// The store cannot be reached or is too busy; the same call may work later.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// The store answered something that it never should; trying again will not help.
    #[error("the store failed")]
    Failed(#[source] Cause),
}

/// What a use-case answers when it cannot do what it was asked.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such entity, or it is deleted.
    #[error("there is no {entity} {id}")]
    NotFound {
        /// What was looked for.
        entity: Entity,
        /// Its id.
        id: i64,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    pub(crate) const fn no_actor(id: ActorId) -> Self {
        Self::NotFound { entity: Entity::Actor, id: id.get() }
    }

    pub(crate) const fn no_movie(id: MovieId) -> Self {
        Self::NotFound { entity: Entity::Movie, id: id.get() }
    }

    pub(crate) const fn no_casting(id: CastingId) -> Self {
        Self::NotFound { entity: Entity::Casting, id: id.get() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once_and_in_order() {
        let mut faults = FieldFaults::default();
        let name: Option<u8> = faults.keep("name", Err(Fault::new(FaultCode::Required, "is required")));
        let age = faults.keep("age", Err::<u8, _>(Fault::new(FaultCode::Range, "must be between 0 and 120")));
        let gender = faults.keep("gender", Ok(1));

        let refused = faults.finish(name.zip(age).zip(gender)).unwrap_err();

        assert_eq!(refused.to_string(), "name is required; age must be between 0 and 120");
        assert_eq!(refused.faults().len(), 2);
    }

    #[test]
    fn a_fault_beside_a_whole_value_still_refuses() {
        let mut faults = FieldFaults::default();
        faults.add("", Fault::new(FaultCode::Type, "must be a JSON object"));

        assert_eq!(faults.finish(Some(1)).unwrap_err().to_string(), "must be a JSON object");
    }

    #[test]
    fn ten_of_the_actors_who_are_not_there_are_named() {
        let actors: Vec<_> = (1..=11).filter_map(ActorId::new).collect();
        let told = |actors| InvalidFields::no_such_actors(actors).to_string();
        assert_eq!(InvalidFields::no_such_actor(actors[6]).to_string(), "actor_id names no actor: 7");
        assert_eq!(told(&actors[..2]), "actor_ids names no actor: 1, 2");
        assert_eq!(told(&actors[..10]), "actor_ids names no actor: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
        assert_eq!(told(&actors), "actor_ids names no actor: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and others");
    }

    #[test]
    fn no_fault_hands_the_value_on() {
        assert_eq!(FieldFaults::default().finish(Some(7)), Ok(7));
    }

    #[test]
    fn an_error_is_told_with_its_causes_on_one_line() {
        let error = Error::from(StoreError::Unavailable("refused\n\tIs the server running?\n".into()));
        assert_eq!(in_full(&error), "the store is unavailable: refused Is the server running?");
    }
}
