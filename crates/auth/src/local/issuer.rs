//! Tokens for the three roles, signed on this machine.

use std::{fmt, path::Path, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::{Permission, Role};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;
use thiserror::Error;

use super::{LocalKeyError, key_file};
use crate::MAX_LIFETIME;

/// The `iss` of local tokens.
pub const LOCAL_ISSUER: &str = "urn:ensemble:local";
/// The `aud` of local tokens, unless another is asked for.
pub const LOCAL_AUDIENCE: &str = "ensemble";

/// Signs tokens for the three roles with a key of its own. Nobody but this machine should trust them.
pub struct LocalIssuer {
    key: EncodingKey,
    kid: String,
    key_set: Vec<u8>,
}

/// Why there is no token.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The token would live too long, or not at all.
    #[error("a token lives 1 second to 30 days")]
    Lifetime,
    /// The key does not sign.
    #[error("the token could not be signed")]
    Failed(#[source] jsonwebtoken::errors::Error),
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    permissions: Vec<&'a str>,
}

impl LocalIssuer {
    /// The issuer whose key is in that file; the file is made, readable by its owner only, when there is none.
    ///
    /// # Errors
    ///
    /// [`LocalKeyError`] when others may read the file, it holds no RSA key, or it cannot be read or made.
    pub fn open(path: &Path) -> Result<Self, LocalKeyError> {
        let pem = key_file::read_or_make(path)?;
        Self::of_key(&pem).map_err(|source| LocalKeyError::NotAKey { path: path.to_owned(), source })
    }

    fn of_key(pem: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let key_set = serde_json::to_vec(&JwkSet { keys: vec![jwk] })?;
        Ok(Self { key, kid, key_set })
    }

    /// Answers a token (RFC 9068) that lets its bearer do what the role may, for `ttl` from `now` on.
    ///
    /// # Errors
    ///
    /// [`SigningError::Lifetime`] when `ttl` is below a second or above [`MAX_LIFETIME`].
    pub fn sign(&self, role: Role, audience: &str, ttl: Duration, now: DateTime<Utc>) -> Result<String, SigningError> {
        if ttl < Duration::from_secs(1) || ttl > MAX_LIFETIME {
            return Err(SigningError::Lifetime);
        }
        let expires_at = TimeDelta::from_std(ttl).ok().and_then(|ttl| now.checked_add_signed(ttl));
        let claims = Claims {
            iss: LOCAL_ISSUER,
            sub: format!("local|{}", role.key()),
            aud: audience,
            iat: now.timestamp(),
            exp: expires_at.ok_or(SigningError::Lifetime)?.timestamp(),
            permissions: role.permissions().iter().map(Permission::as_str).collect(),
        };
        let header =
            Header { typ: Some(String::from("at+jwt")), kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        encode(&header, &claims, &self.key).map_err(SigningError::Failed)
    }

    /// The public key as a JSON key set, for [`KeySet::parse`](crate::KeySet::parse).
    #[must_use]
    pub fn key_set(&self) -> &[u8] {
        &self.key_set
    }
}

impl fmt::Debug for LocalIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}
