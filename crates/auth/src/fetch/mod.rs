//! Public keys from their issuer.

mod fetcher;
#[cfg(test)]
mod tests;

pub use fetcher::{FetchError, KeyFetcher, KeySource};
