//! Movies: what may be said of them, and how they are kept.

mod model;
mod port;
mod schedule;
mod service;

pub use model::{Movie, MovieChanges, MovieId, NewMovie, Title};
#[cfg(any(test, feature = "mock"))]
pub use port::MockMovieRepository;
pub use port::{MovieQuery, MovieRepository};
pub use schedule::{ReleaseDate, ShootWindow};
pub use service::MovieService;
