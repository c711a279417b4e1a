//! The eight permissions, spelled as the tokens of the agency's issuer spell them.

use std::fmt;

/// One thing that a token may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `get:actors`: see actors, filmographies and their history.
    GetActors,
    /// `post:actors`: add actors.
    PostActors,
    /// `patch:actors`: change actors.
    PatchActors,
    /// `delete:actors`: delete and restore actors.
    DeleteActors,
    /// `get:movies`: see movies, casts and their history.
    GetMovies,
    /// `post:movies`: add movies.
    PostMovies,
    /// `patch:movies`: change movies, which includes casting and billing.
    PatchMovies,
    /// `delete:movies`: delete and restore movies.
    DeleteMovies,
}

impl Permission {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::GetActors,
        Self::PostActors,
        Self::PatchActors,
        Self::DeleteActors,
        Self::GetMovies,
        Self::PostMovies,
        Self::PatchMovies,
        Self::DeleteMovies,
    ];

    /// The permission as a token spells it, such as `"get:actors"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GetActors => "get:actors",
            Self::PostActors => "post:actors",
            Self::PatchActors => "patch:actors",
            Self::DeleteActors => "delete:actors",
            Self::GetMovies => "get:movies",
            Self::PostMovies => "post:movies",
            Self::PatchMovies => "patch:movies",
            Self::DeleteMovies => "delete:movies",
        }
    }

    /// Answers the permission of exactly that spelling: no other case, no blanks, no wildcard.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::GetActors => 1,
            Self::PostActors => 1 << 1,
            Self::PatchActors => 1 << 2,
            Self::DeleteActors => 1 << 3,
            Self::GetMovies => 1 << 4,
            Self::PostMovies => 1 << 5,
            Self::PatchMovies => 1 << 6,
            Self::DeleteMovies => 1 << 7,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions, in one byte.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// All eight.
    pub const ALL: Self = Self(u8::MAX);

    /// The set of exactly these.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = permissions;
        while let [first, tail @ ..] = rest {
            bits |= first.bit();
            rest = tail;
        }
        Self(bits)
    }

    /// The permissions that stand in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The permissions of this set that the other lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Tells whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions of the set, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.0 & permission.bit() != 0)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| set.union(Self::of(&[permission])))
    }
}

impl fmt::Display for Permissions {
    /// The permissions with a blank between them, as RFC 6750 writes a scope.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, permission) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { " " };
            write!(f, "{separator}{permission}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// As the agency's issuer spells them, beside the code.
    const SPELLED: [&str; 8] = [
        "get:actors",
        "post:actors",
        "patch:actors",
        "delete:actors",
        "get:movies",
        "post:movies",
        "patch:movies",
        "delete:movies",
    ];

    proptest! {
        #[test]
        fn a_set_of_texts_is_the_set_of_the_permissions_among_them(
            texts in vec("(get|post|patch|delete|GET|put|\\PC?)[: ]?:?(actors|movies|Actors|actor|\\PC?)\\PC?", 0..12),
        ) {
            let read: Permissions = texts.iter().filter_map(|text| Permission::parse(text)).collect();
            let held: BTreeSet<_> = texts.iter().map(String::as_str).filter(|text| SPELLED.contains(text)).collect();
            prop_assert_eq!(read.iter().map(Permission::as_str).collect::<BTreeSet<_>>(), held);
        }
    }

    #[test]
    fn only_the_exact_spelling_is_a_permission() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
        }
        let wrong =
            ["", "get", "GET:actors", "get:Actors", " get:actors", "get:actors ", "get:*", "get:actor", "get:actors\0"];
        for text in wrong {
            assert_eq!(Permission::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for bits in 0..=u8::MAX {
            let chosen: Vec<_> =
                Permission::ALL.into_iter().filter(|permission| bits & permission.bit() != 0).collect();
            let set: Permissions = chosen.iter().copied().collect();
            assert_eq!(set, Permissions::of(&chosen));
            assert_eq!(set.iter().collect::<Vec<_>>(), chosen);
            assert_eq!(set.is_empty(), chosen.is_empty());
        }
    }

    #[test]
    fn sets_can_be_joined_and_subtracted() {
        let view = Permissions::of(&[Permission::GetActors, Permission::GetMovies]);
        let add = Permissions::of(&[Permission::PostActors]);
        assert_eq!(view.union(add).without(view), add);
        assert_eq!(view.union(view), view);
        assert_eq!(view.without(Permissions::ALL), Permissions::NONE);
        assert_eq!(Permissions::ALL.without(view).union(view), Permissions::ALL);
    }

    #[test]
    fn a_set_prints_as_a_scope() {
        assert_eq!(
            Permissions::of(&[Permission::GetMovies, Permission::GetActors]).to_string(),
            "get:actors get:movies"
        );
        assert_eq!(Permissions::NONE.to_string(), "");
        assert_eq!(format!("{:?}", Permissions::of(&[Permission::PostActors])), "{PostActors}");
    }
}
