//! What it takes to verify a token, beside the signature check alone.
//!
//! The first figure over that of the library alone should stay below 1.2, and a token seen before below 2 microseconds.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

use std::{hint::black_box, sync::Arc, time::Duration};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use criterion::{Criterion, criterion_group, criterion_main};
use ensemble_auth::{
    Algorithm, KeySet, KeyStore, LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, Rules, Verifier, install_crypto,
};
use ensemble_domain::Role;
use futures_util::FutureExt;
use jsonwebtoken::{DecodingKey, crypto::verify};
use serde_json::Value;

fn token(c: &mut Criterion) {
    install_crypto().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("key.pem")).unwrap();
    let now = DateTime::from_timestamp(1_773_478_800, 0).unwrap();
    let token = issuer.sign(Role::ExecutiveProducer, LOCAL_AUDIENCE, Duration::from_hours(1), now).unwrap();

    let keys = KeyStore::empty();
    keys.replace(KeySet::parse(issuer.key_set(), &[Algorithm::Rs256]).unwrap());
    let verifier = Verifier::new(Rules::new(LOCAL_ISSUER, LOCAL_AUDIENCE).unwrap(), Arc::new(keys));
    let line = format!("Bearer {token}");
    let verify_at = |now| verifier.verify([black_box(line.as_bytes())], now).now_or_never().unwrap().unwrap();

    let published: Value = serde_json::from_slice(issuer.key_set()).unwrap();
    let member = |name: &str| published.pointer(&format!("/keys/0/{name}")).and_then(Value::as_str).unwrap();
    let key = DecodingKey::from_rsa_components(member("n"), member("e")).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();

    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let components = RsaPublicKeyComponents { n: decode(member("n")), e: decode(member("e")) };
    let parsed = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).unwrap();
    let signature_bytes = decode(signature);

    let mut group = c.benchmark_group("RS256, 2048 bits");
    group.bench_function("a token seen for the first time", |b| {
        // What was verified ten minutes earlier or later is not remembered.
        let mut moments = [now, now + TimeDelta::minutes(10)].into_iter().cycle();
        b.iter(|| verify_at(moments.next().unwrap()));
    });
    group.bench_function("a token seen before", |b| b.iter(|| verify_at(now)));
    group.bench_function("the signature alone, jsonwebtoken", |b| {
        b.iter(|| {
            verify(black_box(signature), black_box(signed.as_bytes()), &key, jsonwebtoken::Algorithm::RS256).unwrap()
        });
    });
    group.bench_function("the signature alone, AWS-LC with the key parsed once", |b| {
        b.iter(|| parsed.verify_sig(black_box(signed.as_bytes()), black_box(&signature_bytes)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, token);
criterion_main!(benches);
