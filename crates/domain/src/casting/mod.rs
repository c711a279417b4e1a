//! Castings: who is considered for which part, how far that has come, and in which order the names are printed.

mod assignment;
mod model;
mod port;
mod service;
mod status;
mod warning;

pub use crate::id::CastingId;
pub use assignment::{Assignment, BillingOrder};
pub use model::{Billing, Casting, CastingChanges, Character, NewCasting, Reason};
#[cfg(any(test, feature = "mock"))]
pub use port::MockCastingRepository;
pub use port::{CastMember, CastingRepository, Credit};
pub use service::CastingService;
pub use status::CastingStatus;
pub(crate) use status::list as list_of_statuses;
pub use warning::{Warned, Warning};
