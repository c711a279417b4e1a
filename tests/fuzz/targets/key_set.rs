//! Any bytes for an issuer's keys, with `$X` and `$Y` for the key of a token: it is let in only by an entry that is that key.
#![no_main]

use ensemble_auth::{Algorithm, KeySet};
use ensemble_fuzz::{GOOD, POINT, a_verifier, verify_by};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &str| {
    let [x, y] = &*POINT;
    let document = data.replace("$X", x).replace("$Y", y);
    let Ok(keys) = KeySet::parse(document.as_bytes(), &Algorithm::ALL) else { return };
    let line = format!("Bearer {}", *GOOD);
    if verify_by(&a_verifier(keys), [line.as_bytes()]).is_ok() {
        let document: Value = serde_json::from_str(&document).unwrap();
        let entries = document["keys"].as_array().unwrap();
        let ours: Vec<_> = entries.iter().filter(|entry| entry["x"] == **x && entry["kid"] == "key").collect();
        assert!(!ours.is_empty());
        assert!(ours.iter().any(|entry| entry["kty"] == "EC" && entry["crv"] == "P-256" && entry["y"] == **y));
        assert!(ours.iter().any(|entry| entry.get("d").is_none() && entry.get("k").is_none()));
    }
});
