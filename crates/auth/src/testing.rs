//! Keys and tokens for tests.

mod counts;

use std::sync::{Arc, OnceLock};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
        RSA_PSS_SHA512, RsaEncoding,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use jsonwebtoken::crypto::aws_lc;
use serde_json::{Value, json};

pub use counts::Counts;

use crate::{Algorithm, Identity, KeySet, KeyStore, Refusal, Rules, Verifier};

pub const ISSUER: &str = "https://issuer.test/";
pub const AUDIENCE: &str = "ensemble";
/// The `iat` of test tokens, which live an hour.
pub const ISSUED: i64 = 1_773_478_800;

/// Half an hour after [`ISSUED`].
pub fn now() -> DateTime<Utc> {
    seconds_after_issue(1800.0)
}

pub fn seconds_after_issue(seconds: f64) -> DateTime<Utc> {
    let whole = DateTime::from_timestamp(ISSUED, 0).unwrap();
    whole + TimeDelta::from_std(std::time::Duration::from_secs_f64(seconds)).unwrap()
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A private key that tests sign with.
pub enum Signer {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl Signer {
    /// The RSA key of most tests.
    pub fn rsa() -> &'static Self {
        static KEY: OnceLock<Signer> = OnceLock::new();
        KEY.get_or_init(|| Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    /// An RSA key that nobody published.
    pub fn stranger() -> &'static Self {
        static KEY: OnceLock<Signer> = OnceLock::new();
        KEY.get_or_init(|| Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    pub fn ec(algorithm: Algorithm) -> &'static Self {
        static P256: OnceLock<Signer> = OnceLock::new();
        static P384: OnceLock<Signer> = OnceLock::new();
        let make = |algorithm: &'static EcdsaSigningAlgorithm| Self::Ec(EcdsaKeyPair::generate(algorithm).unwrap());
        match algorithm {
            Algorithm::Es384 => P384.get_or_init(|| make(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            _ => P256.get_or_init(|| make(&ECDSA_P256_SHA256_FIXED_SIGNING)),
        }
    }

    pub fn sign(&self, algorithm: Algorithm, signed: &[u8]) -> Vec<u8> {
        let padding: &'static dyn RsaEncoding = match algorithm {
            Algorithm::Rs384 => &RSA_PKCS1_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_SHA512,
            Algorithm::Ps256 => &RSA_PSS_SHA256,
            Algorithm::Ps384 => &RSA_PSS_SHA384,
            Algorithm::Ps512 => &RSA_PSS_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &SystemRandom::new(), signed, &mut signature).unwrap();
                signature
            }
            Self::Ec(key) => key.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec(),
        }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Rsa(key) => {
                let components = aws_lc::DEFAULT_PROVIDER.key_utils.rsa_pub_components_from_public_key;
                let (n, e) = components(key.public_key().as_ref()).unwrap();
                json!({ "kty": "RSA", "kid": kid, "n": encode(n), "e": encode(e) })
            }
            Self::Ec(key) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "kid": kid, "crv": curve, "x": encode(x), "y": encode(y) })
            }
        }
    }
}

/// The published form of the RSA key of most tests.
pub fn a_jwk(kid: &str) -> Value {
    static JWK: OnceLock<Value> = OnceLock::new();
    let mut jwk = JWK.get_or_init(|| Signer::rsa().jwk("")).clone();
    jwk["kid"] = json!(kid);
    jwk
}

pub fn a_key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), &Algorithm::ALL).unwrap()
}

/// A token in the making: good as it is.
#[derive(Clone)]
pub struct Draft {
    pub header: Value,
    pub claims: Value,
}

pub fn a_token() -> Draft {
    Draft {
        header: json!({ "alg": "RS256", "typ": "at+jwt", "kid": "key" }),
        claims: json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "auth0|somebody", "iat": ISSUED, "exp": ISSUED + 3600,
            "permissions": ["get:actors", "get:movies"],
        }),
    }
}

impl Draft {
    pub fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
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

    pub fn signed(&self) -> String {
        self.signed_by(Signer::rsa(), Algorithm::Rs256)
    }

    pub fn signed_by(&self, signer: &Signer, algorithm: Algorithm) -> String {
        sign_segments(&encode(self.header.to_string()), &encode(self.claims.to_string()), signer, algorithm)
    }
}

/// Signs whatever bytes stand for the header and the claims.
pub fn sign_bytes(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    sign_segments(&encode(header), &encode(claims), Signer::rsa(), Algorithm::Rs256)
}

pub fn sign_segments(header: &str, claims: &str, signer: &Signer, algorithm: Algorithm) -> String {
    let message = format!("{header}.{claims}");
    let signature = encode(signer.sign(algorithm, message.as_bytes()));
    format!("{message}.{signature}")
}

pub fn rules() -> Rules {
    Rules::new(ISSUER, AUDIENCE).unwrap()
}

/// A verifier by these rules that knows these keys.
pub fn a_verifier(rules: Rules, keys: &[Value]) -> Verifier {
    let store = KeyStore::empty();
    store.replace(a_key_set(keys));
    Verifier::new(rules, Arc::new(store))
}

/// The verifier of most tests.
pub fn the_verifier() -> &'static Verifier {
    static VERIFIER: OnceLock<Verifier> = OnceLock::new();
    VERIFIER.get_or_init(|| a_verifier(rules(), &[a_jwk("key")]))
}

/// What the verifier of most tests says of a token at [`now`].
pub fn verify(token: &str) -> Result<Identity, Refusal> {
    ask(the_verifier(), token, now())
}

pub fn ask(verifier: &Verifier, token: &str, now: DateTime<Utc>) -> Result<Identity, Refusal> {
    at_once(verifier.verify([format!("Bearer {token}").as_bytes()], now))
}

/// What a future answers that has nothing to wait for.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}
