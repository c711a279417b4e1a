//! Movies: what may be said of them, and how they are kept.

mod model;
mod port;
mod query;
mod schedule;
mod service;

pub use crate::id::MovieId;
pub use model::{Movie, MovieChanges, NewMovie, Title};
#[cfg(any(test, feature = "mock"))]
pub use port::MockMovieRepository;
pub use port::MovieRepository;
pub use query::{MovieFilter, MovieQuery, MovieSort};
pub use schedule::{ReleaseDate, ShootWindow};
pub use service::MovieService;
