//! The public keys of an issuer.

mod jwk;
mod set;
mod store;

pub use jwk::Key;
pub use set::{BadKeySet, KeySet};
pub use store::KeyStore;
