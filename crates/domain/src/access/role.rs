//! The three roles of the agency, each a set of permissions.

use std::fmt;

use thiserror::Error;

use super::{Permission, Permissions};

/// A bundle of permissions that an issuer gives to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Views everything, changes nothing.
    CastingAssistant,
    /// Also adds and deletes actors, and changes actors and movies.
    CastingDirector,
    /// Also adds and deletes movies.
    ExecutiveProducer,
}

/// The text names none of the three roles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be one of assistant, director, producer")]
pub struct UnknownRole;

impl Role {
    /// All three, from the least to the most that a role may do.
    pub const ALL: [Self; 3] = [Self::CastingAssistant, Self::CastingDirector, Self::ExecutiveProducer];

    const VIEW: Permissions = Permissions::of(&[Permission::GetActors, Permission::GetMovies]);
    const DIRECT: Permissions = Permissions::of(&[
        Permission::PostActors,
        Permission::PatchActors,
        Permission::DeleteActors,
        Permission::PatchMovies,
    ]);
    const PRODUCE: Permissions = Permissions::of(&[Permission::PostMovies, Permission::DeleteMovies]);

    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::CastingAssistant => Self::VIEW,
            Self::CastingDirector => Self::VIEW.union(Self::DIRECT),
            Self::ExecutiveProducer => Self::VIEW.union(Self::DIRECT).union(Self::PRODUCE),
        }
    }

    /// Answers the role that has exactly these permissions. For display: a role never authorizes, its permissions do.
    #[must_use]
    pub fn of(permissions: Permissions) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.permissions() == permissions)
    }

    /// The short name, as commands and requests give it: `assistant`, `director` or `producer`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::CastingAssistant => "assistant",
            Self::CastingDirector => "director",
            Self::ExecutiveProducer => "producer",
        }
    }

    /// Answers the role of that short name.
    ///
    /// # Errors
    ///
    /// [`UnknownRole`], which lists the three, for any other text.
    pub fn parse(key: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.key() == key).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CastingAssistant => "Casting Assistant",
            Self::CastingDirector => "Casting Director",
            Self::ExecutiveProducer => "Executive Producer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owner's table of roles, written out: a change to who may do what has to change it here too.
    const TABLE: [(&str, [bool; 3]); 8] = [
        ("get:actors", [true, true, true]),
        ("post:actors", [false, true, true]),
        ("patch:actors", [false, true, true]),
        ("delete:actors", [false, true, true]),
        ("get:movies", [true, true, true]),
        ("post:movies", [false, false, true]),
        ("patch:movies", [false, true, true]),
        ("delete:movies", [false, false, true]),
    ];

    #[test]
    fn the_roles_are_the_table() {
        for (name, allowed) in TABLE {
            let needed = Permissions::of(&[Permission::parse(name).unwrap()]);
            for (role, allowed) in Role::ALL.into_iter().zip(allowed) {
                assert_eq!(needed.without(role.permissions()).is_empty(), allowed, "{role} and {name}");
            }
        }
    }

    #[test]
    fn a_role_is_told_from_its_exact_permissions_only() {
        for role in Role::ALL {
            assert_eq!(Role::of(role.permissions()), Some(role));
        }
        assert_eq!(Role::of(Permissions::NONE), None);
        assert_eq!(Role::of(Permissions::of(&[Permission::GetActors])), None);
    }

    #[test]
    fn a_role_prints_as_the_agency_calls_it() {
        assert_eq!(
            Role::ALL.map(|role| role.to_string()),
            ["Casting Assistant", "Casting Director", "Executive Producer"]
        );
    }

    #[test]
    fn a_role_is_read_from_its_short_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.key()), Ok(role));
        }
        assert_eq!(Role::parse("Director"), Err(UnknownRole));
        assert_eq!(Role::parse(""), Err(UnknownRole));
    }
}
