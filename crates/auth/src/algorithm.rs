//! The signature algorithms that a token may use.

use std::fmt;

use thiserror::Error;

/// An asymmetric signature algorithm (RFC 7518, section 3.1). Shared secrets and unsigned tokens have no name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

/// The text names no algorithm that can be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384")]
pub struct UnknownAlgorithm;

impl Algorithm {
    /// All that can be accepted.
    pub const ALL: [Self; 8] =
        [Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Ps384, Self::Ps512, Self::Es256, Self::Es384];

    /// The registered name, such as `"RS256"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }

    /// Answers the algorithm of exactly that name.
    ///
    /// # Errors
    ///
    /// [`UnknownAlgorithm`], which lists the names, for any other text: `HS256` and `none` among them.
    pub fn parse(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownAlgorithm)
    }

    /// Tells whether the algorithm signs with an RSA key.
    pub(crate) const fn is_rsa(self) -> bool {
        !matches!(self, Self::Es256 | Self::Es384)
    }

    pub(crate) const fn library_name(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Rs384 => jsonwebtoken::Algorithm::RS384,
            Self::Rs512 => jsonwebtoken::Algorithm::RS512,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Ps384 => jsonwebtoken::Algorithm::PS384,
            Self::Ps512 => jsonwebtoken::Algorithm::PS512,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Es384 => jsonwebtoken::Algorithm::ES384,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_read_from_its_exact_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Ok(algorithm));
            assert_eq!(format!("{:?}", algorithm.library_name()), algorithm.to_string());
        }
    }

    #[test]
    fn shared_secrets_and_unsigned_tokens_have_no_algorithm() {
        for name in ["", "none", "None", "HS256", "HS384", "HS512", "rs256", "RS256 ", "ES512", "EdDSA"] {
            assert_eq!(Algorithm::parse(name), Err(UnknownAlgorithm), "{name:?}");
        }
    }
}
