//! One public key, as an issuer publishes it (RFC 7517, section 4; RFC 7518, section 6).

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RsaPublicKeyComponents,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, crypto::verify};
use serde_json::Value;
use thiserror::Error;

use crate::{Algorithm, token::MAX_KID};

/// The sizes of an RSA modulus, in bits.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Members that only a private or a shared key has.
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The digest that tells key material apart (RFC 7638).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Thumbprint([u8; 32]);

/// What tells one key from another: its name, what it is for, and its material.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyId {
    kid: Arc<str>,
    algorithm: Algorithm,
    thumbprint: Thumbprint,
}

/// A public key that verifies the tokens of one algorithm.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    decoding: DecodingKey,
}

/// Why a published key cannot verify tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unusable {
    /// It is no JSON that can be read.
    #[error("it cannot be read")]
    Unreadable,
    /// It is no JSON object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// Its `kid` is missing, or no text of 1 to 128 bytes.
    #[error("its kid is missing, or no text of 1 to 128 bytes")]
    Kid,
    /// Its `use` or `key_ops` keep it for something else than signatures.
    #[error("it is not for signatures")]
    Purpose,
    /// It carries members of a private or a shared key.
    #[error("it carries secret members")]
    Secret,
    /// Its `kty`, `crv` or `alg` is none that is accepted, or they contradict each other.
    #[error("its kty, crv or alg is none that can be accepted, or they contradict each other")]
    Algorithm,
    /// Its numbers are missing, badly encoded or of a wrong size.
    #[error("its numbers are missing, badly encoded or of a wrong size")]
    Material,
    /// Another key of the set has the same `kid`, so that the name says nothing.
    #[error("another key of the set has the same kid")]
    SharedName,
    /// The set has more keys than are kept.
    #[error("the set has too many keys; this one and those after it are left out")]
    TooMany,
}

impl Key {
    /// Reads a key that is fit to verify signatures of one of these algorithms: RSA of 2048 to 8192 bits, P-256 or P-384, public
    /// members only.
    ///
    /// # Errors
    ///
    /// [`Unusable`], by the first fault.
    pub fn from_jwk(jwk: &Value, accepted: &[Algorithm]) -> Result<Self, Unusable> {
        if !jwk.is_object() {
            return Err(Unusable::NotAnObject);
        }
        let kid = text(jwk, "kid").filter(|kid| (1..=MAX_KID).contains(&kid.len())).ok_or(Unusable::Kid)?;
        if !is_for_signatures(jwk) {
            return Err(Unusable::Purpose);
        }
        if SECRET_MEMBERS.iter().any(|member| jwk.get(member).is_some()) {
            return Err(Unusable::Secret);
        }
        let algorithm = algorithm(jwk).filter(|algorithm| accepted.contains(algorithm)).ok_or(Unusable::Algorithm)?;
        let (decoding, thumbprint) = if algorithm.is_rsa() { rsa(jwk)? } else { ec(jwk, algorithm)? };
        Ok(Self { id: KeyId { kid: kid.into(), algorithm, thumbprint }, decoding })
    }

    /// The name that tokens call the key by.
    pub fn kid(&self) -> &str {
        &self.id.kid
    }

    /// What tells the key from every other.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The one algorithm that the key is for.
    pub const fn algorithm(&self) -> Algorithm {
        self.id.algorithm
    }

    /// Tells whether the signature, in base64url, is this key's over these bytes.
    pub fn verifies(&self, signed: &[u8], signature: &str) -> bool {
        verify(signature, signed, &self.decoding, self.id.algorithm.library_name()).unwrap_or(false)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({}, {})", self.kid, self.algorithm, self.thumbprint)
    }
}

fn text<'a>(jwk: &'a Value, member: &str) -> Option<&'a str> {
    jwk.get(member).and_then(Value::as_str)
}

/// Tells whether `use` and `key_ops`, where present, allow verifying (RFC 7517, sections 4.2 and 4.3).
fn is_for_signatures(jwk: &Value) -> bool {
    let by_use = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let by_operations = jwk.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    });
    by_use && by_operations
}

/// The algorithm of the key: what it says, else RS256 for RSA and the curve's own for EC (RFC 7518, section 3.4).
fn algorithm(jwk: &Value) -> Option<Algorithm> {
    let by_type = match (text(jwk, "kty"), text(jwk, "crv")) {
        (Some("RSA"), _) => Algorithm::Rs256,
        (Some("EC"), Some("P-256")) => Algorithm::Es256,
        (Some("EC"), Some("P-384")) => Algorithm::Es384,
        _ => return None,
    };
    let Some(given) = jwk.get("alg") else { return Some(by_type) };
    given
        .as_str()
        .and_then(|name| Algorithm::parse(name).ok())
        .filter(|algorithm| *algorithm == by_type || (algorithm.is_rsa() && by_type.is_rsa()))
}

fn rsa(jwk: &Value) -> Result<(DecodingKey, Thumbprint), Unusable> {
    let (n, e) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
    // RFC 7518 forbids leading zeros, yet some issuers write them; the number is the same.
    let (n, e) = (without_leading_zeros(&n), without_leading_zeros(&e));
    if !MODULUS_BITS.contains(&bit_length(n)) || !is_fit_exponent(e) {
        return Err(Unusable::Material);
    }
    let components = RsaPublicKeyComponents { n, e };
    if components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).is_err() {
        return Err(Unusable::Material);
    }
    let canonical =
        format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, URL_SAFE_NO_PAD.encode(e), URL_SAFE_NO_PAD.encode(n));
    Ok((DecodingKey::from_rsa_raw_components(n, e), Thumbprint::of(&canonical)))
}

/// Tells whether the exponent is odd, at least 3 and below 2^32.
fn is_fit_exponent(e: &[u8]) -> bool {
    e.len() <= 4 && e.last().is_some_and(|last| last % 2 == 1) && e != [1]
}

fn ec(jwk: &Value, algorithm: Algorithm) -> Result<(DecodingKey, Thumbprint), Unusable> {
    let (curve, length, verification) = match algorithm {
        Algorithm::Es384 => ("P-384", 48, &ECDSA_P384_SHA384_FIXED),
        _ => ("P-256", 32, &ECDSA_P256_SHA256_FIXED),
    };
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    if x.len() != length || y.len() != length {
        return Err(Unusable::Material);
    }
    // An uncompressed point (SEC 1, section 2.3.3); parsing it proves that it lies on the curve.
    let point: Vec<u8> = [4].iter().chain(&x).chain(&y).copied().collect();
    if ParsedPublicKey::new(verification, &point).is_err() {
        return Err(Unusable::Material);
    }
    let canonical = format!(
        r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(&x),
        URL_SAFE_NO_PAD.encode(&y)
    );
    Ok((DecodingKey::from_ec_der(&point), Thumbprint::of(&canonical)))
}

fn bytes(jwk: &Value, member: &str) -> Result<Vec<u8>, Unusable> {
    text(jwk, member).and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok()).ok_or(Unusable::Material)
}

fn without_leading_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

/// The length of a big-endian number without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - usize::try_from(unused).unwrap_or(0)
}

impl Thumbprint {
    fn of(canonical: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(digest(&SHA256, canonical.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
        Self(bytes)
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}
