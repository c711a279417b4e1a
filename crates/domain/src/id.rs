//! Numbers from 1: a type for each kind of thing that they name or count, so that none is taken for another.

macro_rules! numbers_from_one {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Answers it by its number, or `None` below 1.
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

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}
pub(crate) use numbers_from_one;

numbers_from_one! {
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
