//! The public keys of an issuer.

mod entries;
mod jwk;
mod keeper;
mod schedule;
mod set;
mod store;
#[cfg(test)]
mod tests;

pub use jwk::{Key, KeyId, Unusable};
pub use keeper::KeyKeeper;
pub use schedule::Freshness;
pub use set::{BadKeySet, KeySet, PassedOver};
pub use store::KeyStore;
pub(crate) use store::Refetch;
