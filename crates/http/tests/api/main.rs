//! The API over mocked stores: what each request is answered, to the last header, and what the stores are asked for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod actors;
mod fixture;
mod movies;
