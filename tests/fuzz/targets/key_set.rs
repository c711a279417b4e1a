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
        assert!(entries.iter().any(is_our_key), "let in by none of {entries:?}");
    }
});

/// One entry must say all of it: the key of the token, for signatures, and nothing that is secret.
fn is_our_key(entry: &Value) -> bool {
    let [x, y] = &*POINT;
    let says = [("kid", "key"), ("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)];
    let may_say = [("use", "sig"), ("alg", "ES256")];
    let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    let operations = entry.get("key_ops").map(|operations| operations.as_array().cloned().unwrap_or_default());
    says.iter().all(|(member, value)| entry[member] == *value)
        && may_say.iter().all(|(member, value)| entry.get(member).is_none_or(|said| said == value))
        && secret.iter().all(|member| entry.get(member).is_none())
        && operations.is_none_or(|operations| operations.contains(&"verify".into()))
}
