//! The API over mocked stores: what each request is answered, to the last header, and what the stores are asked for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod access;
mod actors;
mod auth;
mod bodies;
mod castings;
mod casts;
mod cors;
mod edge;
mod errors;
mod explorer;
mod exports;
mod fixture;
mod health;
mod history;
mod idempotency;
mod imports;
mod lists;
mod local_token;
mod metrics;
mod movies;
mod order;
mod pages;
mod v1;
mod watchdog;
mod wire;
