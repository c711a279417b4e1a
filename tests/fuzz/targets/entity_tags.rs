//! Any text for a list of entity tags: what is read is read again as it is written.
#![no_main]

use ensemble_http::bench_api::read_entity_tags;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|list: &str| {
    if let Some(tags) = read_entity_tags(list) {
        assert!(!tags.is_empty());
        assert_eq!(read_entity_tags(&tags.join(", ")), Some(tags));
    }
});
