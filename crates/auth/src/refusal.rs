//! Why a request is refused.

use std::fmt;

use thiserror::Error;

/// Why a request is refused, by what its caller may do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No bearer token was sent: send one.
    #[error("no access token was sent")]
    Unauthenticated,
    /// The credentials are not written as RFC 6750 asks: mend the request. The text may be shown to the caller.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The token is no good: get another. The reason is for logs and metrics, not for the caller.
    #[error("the access token is invalid ({0})")]
    InvalidToken(Reason),
    /// The token was good, but its time is over: get a fresh one.
    #[error("the access token expired")]
    Expired,
    /// There is no key to check the token with: come back later.
    #[error("the signing keys are not available")]
    KeysUnavailable,
}

/// Which rule a token broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The token or its header is too long.
    Size,
    /// Not three segments of canonical base64url, the first two JSON objects (RFC 7515, section 3.1).
    Shape,
    /// A member stands twice in an object of the header or of the claims (RFC 7515, section 4; RFC 7519, section 4).
    DuplicateMember,
    /// The algorithm is not accepted, or not the one that the key is for (RFC 8725, section 3.1).
    Algorithm,
    /// The header names extensions that must be understood, and none is (RFC 7515, section 4.1.11).
    Critical,
    /// The header asks for an encoding, an encryption or a nested token.
    Header,
    /// The `typ` is that of another kind of token (RFC 8725, section 3.11).
    Typ,
    /// The `kid` is missing, or no text of 1 to 128 bytes.
    Kid,
    /// No usable key has that `kid`.
    UnknownKid,
    /// The signature is not the key's over these bytes.
    Signature,
    /// The `iss` is missing, or not the accepted issuer.
    Issuer,
    /// The `aud` is missing, or does not contain the accepted audience.
    Audience,
    /// The `exp` is missing, or no number in range. One that has passed is [`Refusal::Expired`].
    Expiry,
    /// The `nbf` is no number, or has not come yet.
    NotBefore,
    /// The `iat` is no number, or has not come yet.
    IssuedAt,
    /// The token lives longer than [`MAX_LIFETIME`](crate::MAX_LIFETIME).
    Lifetime,
    /// The `sub` is missing, or no text of 1 to 255 bytes.
    Subject,
    /// The permissions are not a list of at most 256 texts.
    Permissions,
}

impl Reason {
    /// All there are.
    pub const ALL: [Self; 18] = [
        Self::Size,
        Self::Shape,
        Self::DuplicateMember,
        Self::Algorithm,
        Self::Critical,
        Self::Header,
        Self::Typ,
        Self::Kid,
        Self::UnknownKid,
        Self::Signature,
        Self::Issuer,
        Self::Audience,
        Self::Expiry,
        Self::NotBefore,
        Self::IssuedAt,
        Self::Lifetime,
        Self::Subject,
        Self::Permissions,
    ];

    /// The reason's name in logs and metrics, such as `"unknown_kid"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Shape => "shape",
            Self::DuplicateMember => "duplicate_member",
            Self::Algorithm => "algorithm",
            Self::Critical => "crit",
            Self::Header => "header",
            Self::Typ => "typ",
            Self::Kid => "kid",
            Self::UnknownKid => "unknown_kid",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::NotBefore => "not_before",
            Self::IssuedAt => "issued_at",
            Self::Lifetime => "lifetime",
            Self::Subject => "subject",
            Self::Permissions => "permissions",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Refusal {
    /// The refusal's name in logs and metrics, such as `"expired"` or the name of the [`Reason`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidToken(reason) => reason.as_str(),
            Self::Expired => "expired",
            Self::KeysUnavailable => "keys_unavailable",
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::InvalidToken(reason)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_a_name_of_its_own() {
        let names: HashSet<_> = Reason::ALL.into_iter().map(Reason::as_str).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        assert!(Reason::ALL.into_iter().all(|reason| reason.to_string() == reason.as_str()));
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
