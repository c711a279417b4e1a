//! Who may do what: permissions, the roles that bundle them, the caller who holds them, and the permit that proves it.

mod caller;
mod permission;
mod permit;
mod role;

pub use caller::{Caller, RequestId, Subject};
pub use permission::{Permission, Permissions};
pub use permit::{
    DeleteActors, DeleteMovies, Denied, EraseActors, GetActors, GetHistory, GetMovies, PatchActors, PatchMovies,
    Permit, PostActors, PostMovies, Requirement, SignedIn,
};
pub use role::{Role, UnknownRole};
