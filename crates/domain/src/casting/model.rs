//! The casting and the value types it is made of.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{CastingId, CastingStatus};
use crate::{
    ActorId, Change, Conflict, Entity, Fault, FaultCode, Folded, InvalidFields, MovieId, StoreError, Version,
    text::parse_line,
};

/// The part that is played: one line of 1 to 200 characters, in normalization form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Character(String);

impl Character {
    /// The most characters that the name of a part has.
    pub const MAX_CHARACTERS: usize = 200;

    /// Reads the name of a part; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`] when empty or longer than 200 characters, [`FaultCode::Characters`] for control characters.
    pub fn parse(raw: impl Into<String>) -> Result<Self, Fault> {
        parse_line(raw.into(), Self::MAX_CHARACTERS).map(Self)
    }

    /// The name of the part.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of the same part have in common: no case, no accents, single blanks. Never empty.
    #[must_use]
    pub fn key(&self) -> String {
        Folded::of(&self.0).into_string()
    }
}

/// Why a casting moved: one line of 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The most characters that a reason has.
    pub const MAX_CHARACTERS: usize = 500;

    /// Reads a reason; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`] when empty or longer than 500 characters, [`FaultCode::Characters`] for control characters.
    pub fn parse(raw: impl Into<String>) -> Result<Self, Fault> {
        parse_line(raw.into(), Self::MAX_CHARACTERS).map(Self)
    }

    /// The reason of a release that follows from naming the actors of a movie anew.
    #[must_use]
    pub(super) fn left_out() -> Self {
        Self("not among the actors of the movie any more".to_owned())
    }

    /// The reason.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The place of a name in the credits, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Billing(u16);

impl Billing {
    /// The last place that can be given.
    pub const MAX: u16 = 9999;

    /// The place of that number.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Range`] outside 1 to 9999.
    pub fn new(place: i64) -> Result<Self, Fault> {
        let place = u16::try_from(place).ok().filter(|place| (1..=Self::MAX).contains(place));
        place.map(Self).ok_or_else(|| Fault::new(FaultCode::Range, "must be between 1 and 9999"))
    }

    /// The number, from 1.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0.into()
    }
}

impl fmt::Display for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One actor considered for, or cast in, one movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Casting {
    /// Names the casting.
    pub id: CastingId,
    /// The movie.
    pub movie: MovieId,
    /// The actor.
    pub actor: ActorId,
    /// The part, when it is known.
    pub character: Option<Character>,
    /// How far it has come.
    pub status: CastingStatus,
    /// Why it last moved, where that was said.
    pub reason: Option<Reason>,
    /// The actor's place in the credits, when it is settled; no two castings of a movie share one.
    pub billing: Option<Billing>,
    /// How often the casting was written.
    pub version: Version,
    /// When the casting was added.
    pub created_at: DateTime<Utc>,
    /// When the casting was last written.
    pub updated_at: DateTime<Utc>,
}

/// What is needed to cast an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCasting {
    /// The actor.
    pub actor: ActorId,
    /// The part, when it is known.
    pub character: Option<Character>,
    /// How far it has come already.
    pub status: CastingStatus,
    /// Why, where that is said.
    pub reason: Option<Reason>,
    /// The actor's place in the credits, when it is settled.
    pub billing: Option<Billing>,
}

impl NewCasting {
    /// An actor who has a part that is not named yet.
    #[must_use]
    pub const fn booking(actor: ActorId) -> Self {
        Self { actor, character: None, status: CastingStatus::Booked, reason: None, billing: None }
    }
}

/// What to change of a casting; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CastingChanges {
    /// Another part.
    pub character: Change<Character>,
    /// Another status.
    pub status: Option<CastingStatus>,
    /// Why the status changes; without a status, another reason for the last move.
    pub reason: Change<Reason>,
    /// Another place in the credits.
    pub billing: Change<Billing>,
}

impl Casting {
    /// Answers the casting as it is after the changes, made at `now`, or `None` when they change nothing. `deleted` is the party
    /// to it, actor or movie, that is deleted, if one is. A port's adapter calls this inside its transaction, on what it has just
    /// read.
    ///
    /// # Errors
    ///
    /// [`Conflict::IllegalStatus`] for a move that the table of [`CastingStatus::moves`] does not have, or into `booked` while a
    /// party is deleted; [`InvalidFields`] when a booking is left without a reason.
    pub fn amended(
        &self,
        changes: &CastingChanges,
        deleted: Option<Entity>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        let status = changes.status.unwrap_or(self.status);
        let reason = if status == self.status {
            self.reason_kept(changes)?
        } else {
            self.check_move(status, deleted)?;
            self.reason_to_move(changes)?
        };
        let character = changes.character.clone().applied_to(self.character.clone());
        let billing = changes.billing.applied_to(self.billing);
        let amended = Self { character, status, reason, billing, ..self.clone() };
        Ok((amended != *self).then_some(Self { updated_at: now, ..amended }))
    }

    /// Tells whether the changes make a booking of the casting: only then does it matter whether a party to it is deleted.
    #[must_use]
    pub fn is_booked_by(&self, changes: &CastingChanges) -> bool {
        changes.status == Some(CastingStatus::Booked) && self.status != CastingStatus::Booked
    }

    /// Tells whether the casting may be taken off the list.
    ///
    /// # Errors
    ///
    /// [`Conflict::RequiresRelease`] when it is booked.
    pub fn check_removable(&self) -> Result<(), Conflict> {
        if self.status == CastingStatus::Booked {
            return Err(Conflict::RequiresRelease { casting: self.id });
        }
        Ok(())
    }

    fn check_move(&self, to: CastingStatus, deleted: Option<Entity>) -> Result<(), Conflict> {
        let possible = |status: &CastingStatus| deleted.is_none() || *status != CastingStatus::Booked;
        let allowed: Vec<_> = self.status.moves().iter().copied().filter(possible).collect();
        if allowed.contains(&to) {
            return Ok(());
        }
        // That a party is deleted matters only where the move would be fine without.
        let deleted = deleted.filter(|_| self.status.moves().contains(&to));
        Err(Conflict::IllegalStatus { from: self.status, to, allowed, deleted })
    }

    /// A reason belongs to a move; the one of the last move goes with it.
    fn reason_to_move(&self, changes: &CastingChanges) -> Result<Option<Reason>, InvalidFields> {
        match &changes.reason {
            Change::To(reason) => Ok(Some(reason.clone())),
            Change::Keep | Change::Clear if self.status.is_left_with_reason() => Err(reason_required()),
            Change::Keep | Change::Clear => Ok(None),
        }
    }

    /// The reason of the last move can be put right, but a status that is asked for again is no move and needs none.
    fn reason_kept(&self, changes: &CastingChanges) -> Result<Option<Reason>, InvalidFields> {
        if changes.status.is_some() {
            return Ok(self.reason.clone());
        }
        let reason = changes.reason.clone().applied_to(self.reason.clone());
        if reason.is_none() && self.reason.is_some() && !self.status.is_open() {
            let detail = "can be replaced, but not be taken away while the casting is closed";
            return Err(InvalidFields::one("reason", Fault::new(FaultCode::Required, detail)));
        }
        Ok(reason)
    }
}

fn reason_required() -> InvalidFields {
    InvalidFields::one("reason", Fault::new(FaultCode::Required, "is required when a booking ends"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_casting, now};

    fn status(to: CastingStatus) -> CastingChanges {
        CastingChanges { status: Some(to), ..CastingChanges::default() }
    }

    fn because(text: &str) -> Change<Reason> {
        Change::To(Reason::parse(text).unwrap())
    }

    #[test]
    fn every_cell_of_the_table_is_kept() {
        for from in CastingStatus::ALL {
            for to in CastingStatus::ALL {
                let casting = Casting { status: from, ..a_casting() };
                let changes = CastingChanges { reason: because("because"), ..status(to) };
                let answer = casting.amended(&changes, None, now());
                if from == to {
                    assert_eq!(answer.unwrap(), None, "{from} to itself");
                } else if from.moves().contains(&to) {
                    let moved = answer.unwrap().unwrap();
                    assert_eq!((moved.status, moved.reason.unwrap().as_str()), (to, "because"), "{from} to {to}");
                } else {
                    let StoreError::Conflict(Conflict::IllegalStatus { allowed, .. }) = answer.unwrap_err() else {
                        panic!("{from} to {to}")
                    };
                    assert_eq!(allowed, from.moves(), "{from} to {to}");
                }
            }
        }
    }

    #[test]
    fn a_booking_ends_with_a_reason() {
        let booked = Casting { status: CastingStatus::Booked, ..a_casting() };
        for to in [CastingStatus::Declined, CastingStatus::Released] {
            for reason in [Change::Keep, Change::Clear] {
                let refused = booked.amended(&CastingChanges { reason, ..status(to) }, None, now()).unwrap_err();
                assert_eq!(refused.to_string(), "reason is required when a booking ends");
            }
        }
        let offered = Casting { status: CastingStatus::Offered, ..a_casting() };
        assert_eq!(offered.amended(&status(CastingStatus::Declined), None, now()).unwrap().unwrap().reason, None);
    }

    #[test]
    fn a_move_takes_the_reason_of_the_last_one_away() {
        let released = Casting {
            status: CastingStatus::Released,
            reason: Some(Reason::parse("The shoot moved").unwrap()),
            ..a_casting()
        };
        let reopened = released.amended(&status(CastingStatus::Considering), None, now()).unwrap().unwrap();
        assert_eq!(reopened.reason, None);
    }

    #[test]
    fn a_reason_can_be_put_right_but_not_be_taken_from_a_closed_casting() {
        let reason = Some(Reason::parse("Typo").unwrap());
        let released = Casting { status: CastingStatus::Released, reason, ..a_casting() };
        let alone = |reason| CastingChanges { reason, ..CastingChanges::default() };

        let mended = released.amended(&alone(because("Dates")), None, now()).unwrap().unwrap();
        assert_eq!(mended.reason.unwrap().as_str(), "Dates");
        assert!(released.amended(&alone(Change::Clear), None, now()).is_err());

        let open = Casting { status: CastingStatus::Pinned, ..released };
        assert_eq!(open.amended(&alone(Change::Clear), None, now()).unwrap().unwrap().reason, None);
    }

    #[test]
    fn nobody_is_booked_while_actor_or_movie_is_deleted() {
        let offered = Casting { status: CastingStatus::Offered, ..a_casting() };
        for party in [Entity::Actor, Entity::Movie] {
            let refused = offered.amended(&status(CastingStatus::Booked), Some(party), now()).unwrap_err();
            let StoreError::Conflict(Conflict::IllegalStatus { allowed, deleted, .. }) = refused else { panic!() };
            assert!(!allowed.contains(&CastingStatus::Booked) && allowed.len() == 5);
            assert_eq!(deleted, Some(party));
            assert!(offered.amended(&status(CastingStatus::Released), Some(party), now()).is_ok());
        }
    }

    #[test]
    fn only_a_move_to_booked_books() {
        for from in CastingStatus::ALL {
            let casting = Casting { status: from, ..a_casting() };
            for to in CastingStatus::ALL {
                let books = to == CastingStatus::Booked && from != to;
                assert_eq!(casting.is_booked_by(&status(to)), books, "{from} to {to}");
            }
            assert!(!casting.is_booked_by(&CastingChanges::default()), "{from}");
        }
    }

    #[test]
    fn only_a_booking_stays_on_the_list() {
        for status in CastingStatus::ALL {
            let casting = Casting { status, ..a_casting() };
            let kept = (status == CastingStatus::Booked).then_some(Conflict::RequiresRelease { casting: casting.id });
            assert_eq!(casting.check_removable().err(), kept, "{status}");
        }
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        let casting = a_casting();
        let changes = CastingChanges { billing: Change::To(Billing::new(2).unwrap()), ..CastingChanges::default() };
        let amended = casting.amended(&changes, None, now()).unwrap().unwrap();
        assert_eq!(amended, Casting { billing: Some(Billing::new(2).unwrap()), updated_at: now(), ..casting.clone() });
        assert_eq!(amended.amended(&changes, None, now()).unwrap(), None);
        assert_eq!(casting.amended(&CastingChanges::default(), None, now()).unwrap(), None);
    }

    #[test]
    fn a_change_is_made_at_its_own_time() {
        let casting = a_casting();
        let part = Character::parse("The Baker").unwrap();
        let changes = CastingChanges { character: Change::To(part.clone()), ..CastingChanges::default() };
        let later = now() + chrono::TimeDelta::days(1);
        let amended = casting.amended(&changes, None, later).unwrap().unwrap();
        assert_eq!(amended, Casting { character: Some(part), updated_at: later, ..casting });
    }

    #[test]
    fn a_place_in_the_credits_is_1_to_9999() {
        for place in [1, 2, 9999] {
            let billing = Billing::new(place).unwrap();
            assert_eq!((billing.get(), billing.to_string()), (place, place.to_string()));
        }
        for wrong in [i64::MIN, -1, 0, 10_000, 65_536, i64::MAX] {
            assert_eq!(Billing::new(wrong).unwrap_err().code, FaultCode::Range, "{wrong}");
        }
    }

    #[test]
    fn texts_are_one_line_of_bounded_length() {
        assert_eq!(Character::parse("  The Baker ").unwrap().as_str(), "The Baker");
        assert_eq!(Character::parse("x".repeat(201)).unwrap_err().code, FaultCode::Length);
        assert_eq!(Character::parse("").unwrap_err().code, FaultCode::Length);
        assert!(Reason::parse("x".repeat(500)).is_ok());
        assert_eq!(Reason::parse("x".repeat(501)).unwrap_err().code, FaultCode::Length);
        assert_eq!(Reason::parse("a\nb").unwrap_err().code, FaultCode::Characters);
    }

    #[test]
    fn two_spellings_of_a_part_are_the_same_part() {
        let key = |text: &str| Character::parse(text).unwrap().key();
        assert_eq!(key("L\u{e9}a  MARCH"), key("lea march"));
        assert_ne!(key("Lea"), key("Leo"));
        assert_ne!(key("\u{301}"), "");
    }
}
