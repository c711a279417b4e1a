//! How far a casting has come, and where it may go from there.

use std::fmt;

use crate::{Fault, FaultCode};

/// How far a casting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CastingStatus {
    /// The actor is on the list.
    Considering,
    /// The actor was asked to read for the part.
    Auditioning,
    /// The actor is asked to keep the days free.
    Pinned,
    /// The part was offered.
    Offered,
    /// The actor has the part.
    Booked,
    /// The actor does not want the part.
    Declined,
    /// The production let the actor go.
    Released,
}

impl CastingStatus {
    /// All seven, from the first thought to the end.
    pub const ALL: [Self; 7] = [
        Self::Considering,
        Self::Auditioning,
        Self::Pinned,
        Self::Offered,
        Self::Booked,
        Self::Declined,
        Self::Released,
    ];

    /// The table of moves: where a casting may go from here. To stay is always allowed and no move.
    #[must_use]
    pub const fn moves(self) -> &'static [Self] {
        use CastingStatus::{Auditioning, Booked, Considering, Declined, Offered, Pinned, Released};
        match self {
            Considering => &[Auditioning, Pinned, Offered, Booked, Declined, Released],
            Auditioning => &[Considering, Pinned, Offered, Booked, Declined, Released],
            Pinned => &[Considering, Auditioning, Offered, Booked, Declined, Released],
            Offered => &[Considering, Auditioning, Pinned, Booked, Declined, Released],
            Booked => &[Declined, Released],
            Declined | Released => &[Considering],
        }
    }

    /// Tells whether the casting still stands, so that the actor cannot be cast for the same part again.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Declined | Self::Released)
    }

    /// Tells whether to leave this status takes a reason: a booking is a promise.
    #[must_use]
    pub const fn is_left_with_reason(self) -> bool {
        matches!(self, Self::Booked)
    }

    /// The status as requests and answers spell it, such as `"considering"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Considering => "considering",
            Self::Auditioning => "auditioning",
            Self::Pinned => "pinned",
            Self::Offered => "offered",
            Self::Booked => "booked",
            Self::Declined => "declined",
            Self::Released => "released",
        }
    }

    /// Answers the status of exactly that spelling.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Unknown`], which lists the seven, for any other text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Fault::new(FaultCode::Unknown, format!("must be one of {}", list(&Self::ALL))))
    }
}

impl fmt::Display for CastingStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The statuses with commas between them.
pub fn list(statuses: &[CastingStatus]) -> String {
    statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owner's table, written out, a row for each status that is left and a column for each that is entered, in the order of
    /// `CastingStatus::ALL`: `=` stays, `x` is allowed, `r` is allowed with a reason, `.` is refused.
    const TABLE: [(&str, &str); 7] = [
        ("considering", "=xxxxxx"),
        ("auditioning", "x=xxxxx"),
        ("pinned", "xx=xxxx"),
        ("offered", "xxx=xxx"),
        ("booked", "....=rr"),
        ("declined", "x....=."),
        ("released", "x.....="),
    ];

    #[test]
    fn the_moves_are_the_table() {
        for (row, (name, cells)) in CastingStatus::ALL.into_iter().zip(TABLE) {
            assert_eq!(row.as_str(), name);
            for (column, cell) in CastingStatus::ALL.into_iter().zip(cells.chars()) {
                let expected = match (row == column, row.moves().contains(&column), row.is_left_with_reason()) {
                    (true, false, _) => '=',
                    (false, true, true) => 'r',
                    (false, true, false) => 'x',
                    (false, false, _) => '.',
                    (true, true, _) => '!',
                };
                assert_eq!(cell, expected, "{row} to {column}");
            }
        }
    }

    #[test]
    fn only_what_was_declined_or_released_is_closed() {
        let closed: Vec<_> = CastingStatus::ALL.into_iter().filter(|status| !status.is_open()).collect();
        assert_eq!(closed, [CastingStatus::Declined, CastingStatus::Released]);
    }

    #[test]
    fn a_status_is_read_from_its_exact_spelling() {
        for status in CastingStatus::ALL {
            assert_eq!(CastingStatus::parse(&status.to_string()), Ok(status));
        }
        for wrong in ["", "Booked", " booked", "hired"] {
            let fault = CastingStatus::parse(wrong).unwrap_err();
            assert_eq!(
                (fault.code, &*fault.detail),
                (
                    FaultCode::Unknown,
                    "must be one of considering, auditioning, pinned, offered, booked, declined, released"
                )
            );
        }
    }
}
