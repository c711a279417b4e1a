//! Changes that concern the whole cast of a movie: who is booked, and in which order the names are printed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Billing, Casting, CastingChanges, CastingId, CastingStatus, Reason};
use crate::{ActorId, Change, Fault, FaultCode, InvalidFields};

/// What makes the actors who are booked for a movie exactly those who are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment<'a> {
    /// Castings that have to move, each with its change.
    pub moves: Vec<(&'a Casting, CastingChanges)>,
    /// Actors who have to be booked anew.
    pub bookings: Vec<ActorId>,
}

impl<'a> Assignment<'a> {
    /// What has to be done, given the whole cast. An actor who is considered already is booked for that part, the oldest first;
    /// whoever is booked and not wanted is released.
    #[must_use]
    pub fn of(cast: &'a [Casting], wanted: &BTreeSet<ActorId>) -> Self {
        let to = |status, reason| CastingChanges { status: Some(status), reason, ..CastingChanges::default() };
        let released = cast
            .iter()
            .filter(|casting| casting.status == CastingStatus::Booked && !wanted.contains(&casting.actor))
            .map(|casting| (casting, to(CastingStatus::Released, Change::To(Reason::left_out()))));
        let mut assignment = Self { moves: released.collect(), bookings: Vec::new() };
        let standing = standing(cast);
        for actor in wanted {
            match standing.get(actor) {
                Some(casting) if casting.status == CastingStatus::Booked => {}
                Some(casting) => assignment.moves.push((casting, to(CastingStatus::Booked, Change::Keep))),
                None => assignment.bookings.push(*actor),
            }
        }
        assignment
    }

    /// Answers the actors who are to be booked, and so must not be deleted.
    #[must_use]
    pub fn booked(&self) -> BTreeSet<ActorId> {
        let moved = self.moves.iter().filter(|(casting, changes)| casting.is_booked_by(changes));
        moved.map(|(casting, _)| casting.actor).chain(self.bookings.iter().copied()).collect()
    }
}

/// The open casting of each actor that counts: the booking, else the oldest.
fn standing(cast: &[Casting]) -> BTreeMap<ActorId, &Casting> {
    let mut open: Vec<_> = cast.iter().filter(|casting| casting.status.is_open()).collect();
    open.sort_by_key(|casting| (casting.status != CastingStatus::Booked, casting.id));
    let mut standing = BTreeMap::new();
    for casting in open {
        standing.entry(casting.actor).or_insert(casting);
    }
    standing
}

/// The castings of a movie in the order in which their names are printed; each stands in it once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillingOrder(Vec<(CastingId, Billing)>);

impl BillingOrder {
    /// The castings in that order.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Disagrees`] when one stands in it twice, [`FaultCode::Length`] when there are more than 9999.
    pub fn new(order: Vec<CastingId>) -> Result<Self, Fault> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = order.iter().find(|id| !seen.insert(**id)) {
            return Err(Fault::new(FaultCode::Disagrees, format!("must not name casting {twice} twice")));
        }
        let places = order.into_iter().zip(1..).map(|(id, place)| Ok((id, Billing::new(place)?)));
        let places: Result<_, Fault> = places.collect();
        places.map(Self).map_err(|_beyond| Fault::new(FaultCode::Length, "must not name more than 9999 castings"))
    }

    /// Answers each casting whose place changes, with its place then: those in the order get 1 to n, the others lose theirs.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Unknown`] when the order names a casting that is not among the cast.
    pub fn changes<'a>(&self, cast: &'a [Casting]) -> Result<Vec<(&'a Casting, Option<Billing>)>, InvalidFields> {
        let known: BTreeSet<_> = cast.iter().map(|casting| casting.id).collect();
        if let Some((stranger, _)) = self.0.iter().find(|(id, _)| !known.contains(id)) {
            let fault = Fault::new(FaultCode::Unknown, format!("names casting {stranger}, which is not in this cast"));
            return Err(InvalidFields::one("order", fault));
        }
        let places: BTreeMap<_, _> = self.0.iter().copied().collect();
        let changes = cast.iter().map(|casting| (casting, places.get(&casting.id).copied()));
        Ok(changes.filter(|(casting, place)| casting.billing != *place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_casting;

    fn casting(id: i64, actor: i64, status: CastingStatus) -> Casting {
        Casting { id: CastingId::new(id).unwrap(), actor: ActorId::new(actor).unwrap(), status, ..a_casting() }
    }

    fn billed(id: i64, place: Option<i64>) -> Casting {
        let billing = place.map(|place| Billing::new(place).unwrap());
        Casting { billing, ..casting(id, id, CastingStatus::Booked) }
    }

    fn ids(numbers: &[i64]) -> Vec<CastingId> {
        numbers.iter().filter_map(|number| CastingId::new(*number)).collect()
    }

    #[test]
    fn an_assignment_books_moves_and_releases() {
        let cast = [
            casting(1, 11, CastingStatus::Booked),
            casting(2, 12, CastingStatus::Booked),
            casting(3, 13, CastingStatus::Offered),
            casting(4, 13, CastingStatus::Considering),
            casting(5, 14, CastingStatus::Released),
        ];
        let wanted = [12, 13, 14, 15].into_iter().filter_map(ActorId::new).collect();

        let assignment = Assignment::of(&cast, &wanted);

        let moves: Vec<_> =
            assignment.moves.iter().map(|(casting, changes)| (casting.id.get(), changes.status.unwrap())).collect();
        assert_eq!(moves, [(1, CastingStatus::Released), (3, CastingStatus::Booked)]);
        assert!(matches!(assignment.moves[0].1.reason, Change::To(_)));
        assert_eq!(assignment.bookings, [14, 15].map(|id| ActorId::new(id).unwrap()));
        assert_eq!(assignment.booked(), [13, 14, 15].map(|id| ActorId::new(id).unwrap()).into());
    }

    #[test]
    fn whoever_is_booked_for_one_part_is_not_booked_for_another() {
        let cast = [casting(1, 11, CastingStatus::Offered), casting(2, 11, CastingStatus::Booked)];
        assert_eq!(Assignment::of(&cast, &ActorId::new(11).into_iter().collect()), Assignment::default());
    }

    #[test]
    fn an_assignment_of_those_who_are_booked_changes_nothing() {
        let cast = [casting(1, 11, CastingStatus::Booked), casting(2, 12, CastingStatus::Declined)];
        assert_eq!(Assignment::of(&cast, &ActorId::new(11).into_iter().collect()), Assignment::default());
    }

    #[test]
    fn an_order_gives_places_from_1_and_takes_the_others() {
        let cast = [billed(1, Some(1)), billed(2, Some(2)), billed(3, None), billed(4, Some(3))];
        let place = |number| Some(Billing::new(number).unwrap());
        let changes = BillingOrder::new(ids(&[1, 3, 2])).unwrap().changes(&cast).unwrap();
        assert_eq!(changes, [(&cast[1], place(3)), (&cast[2], place(2)), (&cast[3], None)]);
        assert_eq!(BillingOrder::new(ids(&[1, 2, 4])).unwrap().changes(&cast), Ok(vec![]));
    }

    #[test]
    fn an_order_names_each_casting_once_and_no_stranger() {
        assert_eq!(BillingOrder::new(ids(&[1, 2, 1])).unwrap_err().detail, "must not name casting 1 twice");
        let many = (1..=10_000).filter_map(CastingId::new).collect();
        assert_eq!(BillingOrder::new(many).unwrap_err().code, FaultCode::Length);
        let refused = BillingOrder::new(ids(&[1, 9])).unwrap().changes(&[billed(1, None)]).unwrap_err();
        assert_eq!(refused.to_string(), "order names casting 9, which is not in this cast");
    }
}
