//! Optimistic concurrency: the version of an entity, and what a caller expects it to be.

use crate::{StoreError, id::numbers_from_one};

numbers_from_one! {
    /// Counts the writes of an entity: 1 when it is created, one more with every change.
    Version;
}

impl Version {
    /// The version of an entity that was just created.
    pub const FIRST: Self = Self(1);
}

/// What must be true of the stored version for a change to happen (RFC 9110, section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever is stored may be changed.
    #[default]
    None,
    /// The stored version must be one of these; with an empty list nothing may be changed.
    VersionIn(Vec<Version>),
}

impl Precondition {
    /// Tells whether an entity of that version may be changed.
    #[must_use]
    pub fn allows(&self, stored: Version) -> bool {
        match self {
            Self::None => true,
            Self::VersionIn(versions) => versions.contains(&stored),
        }
    }

    /// Answers when an entity of that version may be changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when it may not.
    pub fn check(&self, stored: Version) -> Result<(), StoreError> {
        if self.allows(stored) { Ok(()) } else { Err(StoreError::Stale { current: stored }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(1), Some(Version::FIRST));
    }

    #[test]
    fn a_precondition_allows_the_versions_it_lists() {
        let stored = Version::FIRST;
        assert!(Precondition::None.allows(stored));
        assert!(Precondition::VersionIn(vec![Version(2), Version(1)]).allows(stored));
        assert!(!Precondition::VersionIn(vec![Version(2)]).allows(stored));
        assert!(!Precondition::VersionIn(vec![]).allows(stored));
    }

    #[test]
    fn whoever_is_refused_is_told_the_version_that_is_stored() {
        let seen = Precondition::VersionIn(vec![Version(2)]);
        assert!(seen.check(Version(2)).is_ok());
        let refused = seen.check(Version(3));
        assert!(matches!(refused, Err(StoreError::Stale { current: Version(3) })), "{refused:?}");
    }
}
