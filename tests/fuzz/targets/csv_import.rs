//! Any bytes for a file of actors or movies.
#![no_main]

use ensemble_domain::{NewActor, NewMovie};
use ensemble_fuzz::today;
use ensemble_http::csv::{Options, Reading, Row};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    read::<NewActor>(file);
    read::<NewMovie>(file);
});

fn read<T: Row>(file: &[u8]) {
    for skip_invalid in [false, true] {
        let Ok(mut rows) = Reading::<T, _>::open(file, Options { today: today(), skip_invalid }) else { continue };
        let handed_over = rows.by_ref().filter(Result::is_ok).count() as u64;
        let report = rows.into_report();
        let is_withdrawn = report.trouble.is_some() || (report.bad > 0 && !skip_invalid);
        assert!(if is_withdrawn { handed_over <= report.good } else { handed_over == report.good });
    }
}
