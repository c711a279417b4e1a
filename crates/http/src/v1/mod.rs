//! `/api/v1`: the wire format of the older Ensemble, for the clients that were written for it.
//!
//! A second way in to the same use-cases: bodies and views are of that format, and every rule is the one that the API at the root
//! follows. What a body holds is read by the parsers of the root.

pub mod actors;
mod answer;
mod body;
mod bookings;
pub mod movies;
mod paging;
mod refusals;
mod views;

#[cfg(test)]
pub use self::body::{SearchBody, WrappedActor, WrappedMovie};
pub use self::{
    answer::Outcome,
    paging::Pagination,
    refusals::{bad_fields_are_bad_requests, retold},
    views::{ActorView, BookedActor, MovieView},
};
