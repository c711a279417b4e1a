//! One signed token: three segments of base64url (RFC 7515, section 7.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{Algorithm, Reason, Rules, TypRule, json::Object, keys::Key};

/// The most bytes of a token.
pub const MAX_TOKEN: usize = 8192;
/// The most bytes of the encoded header.
const MAX_HEADER: usize = 2048;
/// The most bytes of a key's name.
pub const MAX_KID: usize = 128;

/// Header members that change what the other bytes mean: RFC 7797, section 3; RFC 7516, sections 4.1.2 and 4.1.3.
const UNSUPPORTED: [&str; 3] = ["b64", "zip", "enc"];

/// A token whose header is acceptable and whose signature is not checked yet: until then its claims cannot be had.
#[derive(Debug)]
pub struct Token<'a> {
    algorithm: Algorithm,
    kid: String,
    signed: &'a str,
    signature: &'a str,
    claims: Object,
}

impl<'a> Token<'a> {
    /// Takes a token of at most [`MAX_TOKEN`] bytes apart and checks its header.
    ///
    /// # Errors
    ///
    /// The [`Reason`] of the first fault.
    pub fn parse(text: &'a str, rules: &Rules) -> Result<Self, Reason> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Reason::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(Reason::Shape)?;
        if header.len() > MAX_HEADER {
            return Err(Reason::Size);
        }
        let header = decode(header)?;
        let claims = decode(claims)?;
        decode(signature)?;
        let header = Object::parse(&header)?;
        let claims = Object::parse(&claims)?;
        let (algorithm, kid) = check_header(&header, rules)?;
        Ok(Self { algorithm, kid, signed, signature, claims })
    }

    /// The name of the key that the token claims to be signed with.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Answers the claims, once the key's own algorithm finds the signature good over the bytes as they came.
    ///
    /// # Errors
    ///
    /// [`Reason::Algorithm`] when the key is for another algorithm, [`Reason::Signature`] when the signature is not good.
    pub fn into_claims(self, key: &Key) -> Result<Object, Reason> {
        if key.algorithm() != self.algorithm {
            return Err(Reason::Algorithm);
        }
        if key.verifies(self.signed.as_bytes(), self.signature) { Ok(self.claims) } else { Err(Reason::Signature) }
    }
}

/// Reads canonical base64url without padding; a dot is no character of it, so that a fourth segment is refused too.
fn decode(segment: &str) -> Result<Vec<u8>, Reason> {
    match URL_SAFE_NO_PAD.decode(segment) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(Reason::Shape),
    }
}

/// Checks the header (RFC 7515, section 4; RFC 8725, section 3). The members that carry or point to keys are never read.
fn check_header(header: &Object, rules: &Rules) -> Result<(Algorithm, String), Reason> {
    let algorithm = header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(|name| Algorithm::parse(name).ok())
        .filter(|algorithm| rules.algorithms.contains(algorithm))
        .ok_or(Reason::Algorithm)?;
    if header.get("crit").is_some() {
        return Err(Reason::Critical);
    }
    if UNSUPPORTED.iter().any(|name| header.get(name).is_some()) || !is_plain_content(header.get("cty")) {
        return Err(Reason::Header);
    }
    if !is_accepted_typ(header.get("typ"), rules.typ) {
        return Err(Reason::Typ);
    }
    let kid = header.get("kid").and_then(Value::as_str).filter(|kid| (1..=MAX_KID).contains(&kid.len()));
    Ok((algorithm, kid.ok_or(Reason::Kid)?.to_owned()))
}

/// Tells whether the content is something else than a token in the token (RFC 7519, section 5.2).
fn is_plain_content(cty: Option<&Value>) -> bool {
    match cty {
        None => true,
        Some(Value::String(cty)) => !names_media_type(cty, "JWT"),
        Some(_) => false,
    }
}

fn is_accepted_typ(typ: Option<&Value>, rule: TypRule) -> bool {
    match (typ, rule) {
        (None, TypRule::Any) => true,
        (Some(Value::String(typ)), TypRule::Any) => typ.eq_ignore_ascii_case("JWT") || names_media_type(typ, "at+jwt"),
        (Some(Value::String(typ)), TypRule::AccessToken) => names_media_type(typ, "at+jwt"),
        _ => false,
    }
}

/// Compares a media type, from which `application/` may be left out (RFC 7515, section 4.1.9).
fn names_media_type(text: &str, subtype: &str) -> bool {
    let rest = match text.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
        _ => text,
    };
    rest.eq_ignore_ascii_case(subtype)
}
