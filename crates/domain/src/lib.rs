//! The rules of a casting agency, without I/O: actors, movies, who is cast in what, and who may do what with them.
//!
//! The crate holds the entities and their value types, the permissions and roles, the use-cases ([`ActorService`],
//! [`MovieService`], [`CastingService`], [`HistoryService`], [`ErasureService`]) and the ports they need ([`ActorRepository`], [`MovieRepository`],
//! [`CastingRepository`], [`HistoryRepository`], [`ErasureRepository`], [`Clock`]). It reads no clock,
//! opens no connection and knows neither HTTP nor SQL, so any Rust service can embed it with adapters of its own. With the
//! feature `mock`, every port comes with a [mockall](https://docs.rs/mockall) mock.
//!
//! Three ideas carry the crate:
//!
//! * **Parse once, then trust.** `ActorName::parse("  Ada ")` gives a type that cannot hold anything else; nothing further in
//!   checks again.
//! * **Proof first.** A use-case asks for a [`Permit`] of the operation, and only [`Caller::permit`] makes one.
//! * **Time comes in.** Whatever depends on the day takes it as an argument or from the [`Clock`] port.

mod access;
mod actor;
mod casting;
mod clock;
mod days;
mod erasure;
mod error;
mod history;
mod id;
mod idempotency;
mod import;
mod movie;
mod order;
mod page;
mod query;
mod search;
#[cfg(test)]
mod testing;
mod text;
mod version;

pub use access::{
    Caller, DeleteActors, DeleteMovies, Denied, EraseActors, GetActors, GetHistory, GetMovies, PatchActors,
    PatchMovies, Permission, Permissions, Permit, PostActors, PostMovies, RequestId, Requirement, Role, SignedIn,
    Subject, UnknownRole,
};
pub use actor::{
    Actor, ActorChanges, ActorFilter, ActorId, ActorName, ActorQuery, ActorRepository, ActorService, ActorSort,
    Addition, Age, Amendment, BirthDate, Born, BornChange, Gender, NewActor,
};
pub use casting::{
    Assignment, Billing, BillingOrder, CastMember, Casting, CastingChanges, CastingId, CastingRepository,
    CastingService, CastingStatus, Character, Credit, NewCasting, Reason, Warned, Warning,
};
pub use clock::Clock;
pub use days::DayRange;
pub use erasure::{Dossier, ErasureRepository, ErasureService, Holdings, Names};
pub use error::{
    BookedOn, Cause, Conflict, Entity, Error, Fault, FaultCode, FieldFault, FieldFaults, InvalidFields, StoreError,
    in_full,
};
pub use history::{
    Action, HistoryEntry, HistoryId, HistoryOf, HistoryPage, HistoryRepository, HistoryService, Members, Record, Value,
};
pub use idempotency::{Idempotency, Outcome};
pub use import::{Imported, Rows, Withdrawn};
pub use movie::{
    Movie, MovieChanges, MovieFilter, MovieId, MovieQuery, MovieRepository, MovieService, MovieSort, NewMovie,
    ReleaseDate, ShootWindow, Title,
};
pub use order::{Position, Sort, SortField, SortKey};
pub use page::{Deleted, Limit, Page, PageNumber, PageRequest, Start, Total};
pub use query::{Filter, Query};
pub use search::{Folded, Search};
pub use text::{Change, parse_day};
pub use version::{Precondition, Version};
#[cfg(any(test, feature = "mock"))]
pub use {
    actor::MockActorRepository, casting::MockCastingRepository, clock::MockClock, erasure::MockErasureRepository,
    history::MockHistoryRepository, movie::MockMovieRepository,
};
