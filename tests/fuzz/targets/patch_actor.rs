//! Any bytes for the body of `PATCH /actors/{id}`: refused as such, or read alike however it is written.
#![no_main]

use ensemble_fuzz::today;
use ensemble_http::bench_api::read_actor_changes;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| match read_actor_changes(body, today()) {
    Ok(changes) => {
        let value: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(read_actor_changes(value.to_string().as_bytes(), today()), Ok(changes));
    }
    Err(status) => assert!(matches!(status, 400 | 422)),
});
