//! Requests that may be sent again: what names one, and what came of it.

/// What makes a request the same request again (draft-ietf-httpapi-idempotency-key-header-07). Two digests, so that neither the
/// key nor the request itself has to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// A digest of the key, of whose it is, and of what kind of request it is for.
    pub key: [u8; 32],
    /// A digest of what was asked for.
    pub fingerprint: [u8; 32],
}

impl Idempotency {
    /// For how many hours a request is remembered.
    pub const HOURS: i64 = 24;
}

/// What came of a request that may have been made before under the same idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was done now.
    Done(T),
    /// It was done before, and this came of it then; nothing was done now.
    Replayed(T),
}

impl<T> Outcome<T> {
    /// What came of it, now or then.
    pub fn into_inner(self) -> T {
        match self {
            Self::Done(value) | Self::Replayed(value) => value,
        }
    }

    /// What came of it, now or then.
    pub const fn get(&self) -> &T {
        match self {
            Self::Done(value) | Self::Replayed(value) => value,
        }
    }

    /// Tells whether it was done before.
    pub const fn is_replayed(&self) -> bool {
        matches!(self, Self::Replayed(_))
    }

    /// The same outcome with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(change(value)),
            Self::Replayed(value) => Outcome::Replayed(change(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_keeps_when_it_was_done() {
        let (now, then) = (Outcome::Done(1), Outcome::Replayed(1));
        assert_eq!((now.map(|one| one + 1), then.map(|one| one + 1)), (Outcome::Done(2), Outcome::Replayed(2)));
        assert_eq!((now.is_replayed(), then.is_replayed()), (false, true));
        assert_eq!((*now.get(), then.into_inner()), (1, 1));
    }
}
