//! Public keys from their issuer.

mod fetcher;
mod refresh;
#[cfg(test)]
mod tests;

pub use fetcher::{FetchError, KeyFetcher, KeySource};
pub use refresh::keep_fresh;
