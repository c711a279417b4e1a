//! A token in the making.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use serde_json::{Value, json};

use crate::tokens::part;

/// Header and claims, good as long as nothing is changed.
#[derive(Clone)]
pub struct Draft {
    pub header: Value,
    pub claims: Value,
}

impl Draft {
    /// The parts of a good token.
    pub fn of(token: &str) -> Self {
        Self { header: part(token, 0), claims: part(token, 1) }
    }

    /// The same with another header member.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// The same with another claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    pub fn without_header(mut self, name: &str) -> Self {
        self.header.as_object_mut().unwrap().remove(name);
        self
    }

    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(name);
        self
    }

    /// The token, signed as RS256 says whatever the header says.
    pub fn signed(&self, key: &EncodingKey) -> String {
        signed_text(self.header.to_string(), self.claims.to_string(), key)
    }

    /// The same, padded with blanks in its claims and perhaps in its header, so that the token has that many bytes.
    pub fn of_size(&self, bytes: usize, key: &EncodingKey) -> String {
        let spare = bytes - self.signed(key).len();
        let pads = (0..3).flat_map(|header| (0..16).map(move |claims| (header, spare * 3 / 4 - 20 + claims)));
        let blanks = |count| " ".repeat(count);
        let padded = pads.map(|(header, claims)| {
            self.clone().header("pad", blanks(header)).claim("pad", blanks(claims)).signed(key)
        });
        padded.into_iter().find(|token| token.len() == bytes).unwrap()
    }

    /// The same, padded with blanks in its header, so that its first segment has that many bytes.
    pub fn of_header_size(&self, bytes: usize, key: &EncodingKey) -> String {
        let mut tokens = (0..bytes).map(|blanks| self.clone().header("pad", " ".repeat(blanks)));
        let token = tokens.find(|draft| encoded(draft.header.to_string()).len() >= bytes).unwrap();
        token.signed(key)
    }
}

/// A token of these texts, whatever they are.
pub fn signed_text(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, key: &EncodingKey) -> String {
    signed_segments(&encoded(header), &encoded(claims), key)
}

/// A token whose first two segments are these.
pub fn signed_segments(header: &str, claims: &str, key: &EncodingKey) -> String {
    let message = format!("{header}.{claims}");
    let signature = sign(message.as_bytes(), key, Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Lists in lists.
pub fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}
