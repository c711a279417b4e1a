//! Any text for the query of a list.
#![no_main]

use ensemble_fuzz::today;
use ensemble_http::bench_api::{read_actors_query, read_movies_query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    assert!(matches!(read_actors_query(query, today()), Ok(()) | Err(400)));
    assert!(matches!(read_movies_query(query, today()), Ok(()) | Err(400)));
});
