//! Any bytes for the body of `PATCH /movies/{id}`: refused as such, or read alike however it is written.
#![no_main]

use ensemble_http::bench_api::read_movie_changes;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| match read_movie_changes(body) {
    Ok(changes) => {
        let value: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(read_movie_changes(value.to_string().as_bytes()), Ok(changes));
    }
    Err(status) => assert!(matches!(status, 400 | 422)),
});
