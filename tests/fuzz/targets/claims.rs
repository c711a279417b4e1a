//! Any bytes for the claims of a token with a good signature, or for its header and claims with a line between: whoever is let in is
//! who the claims say, and may do what they say.
#![no_main]

use ensemble_domain::{Permission, Permissions};
use ensemble_fuzz::{AUDIENCE, HEADER, ISSUER, now, signed, verify};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let (header, claims) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end) if data.starts_with(b"{\"alg") => (&data[..end], &data[end + 1..]),
        _ => (HEADER.as_bytes(), data),
    };
    let line = format!("Bearer {}", signed(header, claims));
    let Ok(identity) = verify([line.as_bytes()]) else { return };

    let (header, claims): (Value, Value) = (read(header), read(claims));
    assert_eq!((&header["alg"], &header["kid"]), (&"ES256".into(), &"key".into()));
    assert!(header.get("crit").is_none());
    assert_eq!((&claims["iss"], &claims["sub"]), (&ISSUER.into(), &identity.subject.as_str().into()));
    let audience = &claims["aud"];
    assert!(audience == AUDIENCE || audience.as_array().is_some_and(|all| all.contains(&AUDIENCE.into())));
    let now = now().timestamp() as f64;
    assert!(claims["exp"].as_f64().unwrap() > now - 30.0);
    assert!(claims["nbf"].as_f64().is_none_or(|start| start <= now + 30.0));
    let listed = claims["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    assert_eq!(identity.permissions, listed.filter_map(Permission::parse).collect::<Permissions>());
});

fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}
