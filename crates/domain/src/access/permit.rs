//! The proof that a caller may do one thing.

use std::{fmt, marker::PhantomData};

use thiserror::Error;

use super::{Caller, Permission, Permissions};
use crate::Idempotency;

/// What an operation needs of its caller.
pub trait Requirement {
    /// Every permission that the caller must hold.
    const NEEDS: Permissions;
}

macro_rules! requirements {
    ($($(#[$doc:meta])* $name:ident => $permission:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Requirement for $name {
            const NEEDS: Permissions = Permissions::of(&[Permission::$permission]);
        }
    )+};
}

requirements! {
    /// To see actors.
    GetActors => GetActors;
    /// To add actors.
    PostActors => PostActors;
    /// To change actors.
    PatchActors => PatchActors;
    /// To delete and restore actors.
    DeleteActors => DeleteActors;
    /// To see movies.
    GetMovies => GetMovies;
    /// To add movies.
    PostMovies => PostMovies;
    /// To change movies.
    PatchMovies => PatchMovies;
    /// To delete and restore movies.
    DeleteMovies => DeleteMovies;
}

/// To see the whole history, of actors and movies alike.
#[derive(Debug)]
pub enum GetHistory {}

impl Requirement for GetHistory {
    const NEEDS: Permissions = Permissions::of(&[Permission::GetActors, Permission::GetMovies]);
}

/// To erase actors for good, with the castings that are theirs.
#[derive(Debug)]
pub enum EraseActors {}

impl Requirement for EraseActors {
    const NEEDS: Permissions = Permissions::of(&[Permission::DeleteActors, Permission::PatchMovies]);
}

/// To be signed in, with whatever permissions.
#[derive(Debug)]
pub enum SignedIn {}

impl Requirement for SignedIn {
    const NEEDS: Permissions = Permissions::NONE;
}

/// The caller lacks permissions that the operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the permission {needs} is missing")]
pub struct Denied {
    /// What is missing.
    pub needs: Permissions,
}

/// Proof that its caller holds every permission of `R`.
///
/// Use-cases ask for it, and only [`Caller::permit`] makes one. A forged permit does not build:
///
/// ```compile_fail,E0423
/// use ensemble_domain::{Permit, PostActors};
///
/// fn forge(caller: ensemble_domain::Caller) -> Permit<PostActors> {
///     Permit(caller, std::marker::PhantomData)
/// }
/// ```
///
/// Neither does a permit for one thing pass for another:
///
/// ```compile_fail,E0308
/// use ensemble_domain::{ActorService, GetActors, NewActor, Permit};
///
/// fn add(actors: &ActorService, permit: &Permit<GetActors>, new: &NewActor) {
///     let _ = actors.create(permit, new);
/// }
/// ```
///
/// With the right permit the same call builds:
///
/// ```
/// use ensemble_domain::{ActorService, NewActor, Permit, PostActors};
///
/// fn add(actors: &ActorService, permit: &Permit<PostActors>, new: &NewActor) {
///     let _ = actors.create(permit, new);
/// }
/// ```
pub struct Permit<R>(Caller, PhantomData<fn() -> R>);

impl<R: Requirement> Permit<R> {
    pub(super) const fn new(caller: Caller) -> Self {
        Self(caller, PhantomData)
    }

    /// The same permit, for a request that may be sent again under an idempotency key.
    #[must_use]
    pub fn repeatable(self, idempotency: Idempotency) -> Self {
        Self::new(self.0.repeatable(idempotency))
    }

    /// Who holds the permit.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.0
    }
}

impl<R> fmt::Debug for Permit<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Permit").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_caller_with;

    /// A requirement with the answer of [`Caller::permit`] to a caller, reduced to whether it was given.
    type Row = (Permission, fn(&Caller) -> Result<(), Denied>);

    const TABLE: [Row; 8] = [
        (Permission::GetActors, |caller| caller.permit::<GetActors>().map(drop)),
        (Permission::PostActors, |caller| caller.permit::<PostActors>().map(drop)),
        (Permission::PatchActors, |caller| caller.permit::<PatchActors>().map(drop)),
        (Permission::DeleteActors, |caller| caller.permit::<DeleteActors>().map(drop)),
        (Permission::GetMovies, |caller| caller.permit::<GetMovies>().map(drop)),
        (Permission::PostMovies, |caller| caller.permit::<PostMovies>().map(drop)),
        (Permission::PatchMovies, |caller| caller.permit::<PatchMovies>().map(drop)),
        (Permission::DeleteMovies, |caller| caller.permit::<DeleteMovies>().map(drop)),
    ];

    #[test]
    fn a_permit_is_given_for_exactly_the_permission_held() {
        for held in Permission::ALL {
            let caller = a_caller_with(Permissions::of(&[held]));
            for (needed, permit) in TABLE {
                let expected = if needed == held { Ok(()) } else { Err(Denied { needs: Permissions::of(&[needed]) }) };
                assert_eq!(permit(&caller), expected, "{held} held, {needed} needed");
            }
        }
    }

    #[test]
    fn all_but_the_one_needed_is_not_enough() {
        for (needed, permit) in TABLE {
            let needs = Permissions::of(&[needed]);
            assert_eq!(permit(&a_caller_with(Permissions::ALL.without(needs))), Err(Denied { needs }));
        }
    }

    #[test]
    fn being_signed_in_needs_no_permission() {
        assert!(a_caller_with(Permissions::NONE).permit::<SignedIn>().is_ok());
    }

    #[test]
    fn a_permit_carries_its_caller() {
        let permit = a_caller_with(Permissions::ALL).permit::<GetActors>().unwrap();
        assert_eq!(permit.caller().subject().as_str(), "auth0|somebody");
        assert_eq!(permit.caller().request_id().as_str(), "request-1");
        assert!(format!("{permit:?}").starts_with("Permit(Caller"));
    }

    #[test]
    fn a_permit_lends_what_makes_its_request_the_same_again() {
        let permit = a_caller_with(Permissions::ALL).permit::<PostActors>().unwrap();
        assert_eq!(permit.caller().idempotency(), None);
        let idempotency = Idempotency { key: [1; 32], fingerprint: [2; 32] };
        assert_eq!(permit.repeatable(idempotency).caller().idempotency(), Some(&idempotency));
    }
}
