//! Actors: who they are, what may be said of them, and how they are kept.

mod born;
mod gender;
mod model;
mod port;
mod query;
mod service;

pub use crate::id::ActorId;
pub use born::{Age, BirthDate, Born, BornChange};
pub use gender::Gender;
pub use model::{Actor, ActorChanges, ActorName, NewActor};
#[cfg(any(test, feature = "mock"))]
pub use port::MockActorRepository;
pub use port::{ActorRepository, Addition, Amendment};
pub use query::{ActorFilter, ActorQuery, ActorSort};
pub use service::ActorService;
