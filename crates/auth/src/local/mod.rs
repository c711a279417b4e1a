//! An issuer of this machine's own, for trying things out without an account anywhere.

mod issuer;
mod key_file;

pub use issuer::{LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, SigningError};
pub use key_file::LocalKeyError;
