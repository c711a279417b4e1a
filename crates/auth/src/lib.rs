//! Bearer tokens, verified into an identity: who is calling, and what they may do.
//!
//! A [`Verifier`] takes the `Authorization` lines of a request, the [`Rules`] of one issuer and its public keys, and answers an
//! [`Identity`] or a [`Refusal`]. The keys stand in a [`KeyStore`]; they come from the issuer over HTTPS (a [`KeyKeeper`] says when,
//! a [`KeyFetcher`] how), or from a [`LocalIssuer`], which signs tokens for trying things out on one machine. Both kinds of tokens pass
//! through the same verifier: there is no way round it.
//!
//! The crate reads no clock but for waiting; the time of a verification is an argument. [`install_crypto`] has to be called once
//! before anything is verified.

mod address;
mod algorithm;
mod authorization;
mod cache;
mod claims;
mod crypto;
mod fetch;
mod json;
mod keys;
mod local;
mod observe;
mod permissions;
mod refusal;
mod rules;
#[cfg(test)]
mod testing;
mod token;
mod verifier;

pub use address::{BadAddress, IssuerHost, auth0_keys, check_issuer, is_loopback_host};
pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::MAX_LIFETIME;
pub use crypto::{UnfitCrypto, install_crypto};
pub use fetch::{FetchError, KeyFetcher, KeySource};
pub use keys::{BadKeySet, Freshness, KeyKeeper, KeySet, KeyStore, PassedOver, Unusable};
pub use local::{LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, LocalKeyError, SigningError};
pub use observe::{PERMISSION_MISSING, count_denied, describe_metrics};
pub use refusal::{Reason, Refusal};
pub use rules::{BadRules, Rules, TypRule};
pub use verifier::{Identity, Verifier};
