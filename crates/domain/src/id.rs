//! What names things: a type for each kind, so that none is taken for another.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Answers the id of that number, or `None` below 1.
            #[must_use]
            pub const fn new(number: i64) -> Option<Self> {
                if number >= 1 { Some(Self(number)) } else { None }
            }

            /// The number, from 1.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// Names one actor, for good: from 1, never given twice.
    ActorId;
    /// Names one movie, for good: from 1, never given twice.
    MovieId;
    /// Names one casting, for good: from 1, never given twice.
    CastingId;
    /// Names one entry of the history, for good: from 1, a later entry of the same entity having a higher one.
    HistoryId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_from_one() {
        assert_eq!([0, -1, i64::MIN].map(ActorId::new), [None; 3]);
        assert_eq!([1, i64::MAX].map(|number| ActorId::new(number).unwrap().get()), [1, i64::MAX]);
        assert_eq!(ActorId::new(7).unwrap().to_string(), "7");
    }
}
