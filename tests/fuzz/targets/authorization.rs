//! The lines of `Authorization`, with `TOKEN` for one that is good: it is let in exactly where RFC 6750 has a token.
#![no_main]

use ensemble_fuzz::{GOOD, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let lines: Vec<Vec<u8>> = data.split(|byte| *byte == b'\n').map(with_token).collect();
    let is_right = matches!(lines.as_slice(), [line] if is_bearer(line));
    assert_eq!(verify(lines.iter().map(Vec::as_slice)).is_ok(), is_right);
});

fn with_token(line: &[u8]) -> Vec<u8> {
    const PLACE: &[u8] = b"TOKEN";
    match line.windows(PLACE.len()).position(|bytes| bytes == PLACE) {
        Some(at) => [&line[..at], GOOD.as_bytes(), &line[at + PLACE.len()..]].concat(),
        None => line.to_vec(),
    }
}

/// `Bearer`, one or more spaces, and the good token, with blanks around.
fn is_bearer(line: &[u8]) -> bool {
    let Ok(line) = str::from_utf8(line) else { return false };
    let Some((scheme, rest)) = line.trim_matches([' ', '\t']).split_once(' ') else { return false };
    scheme.eq_ignore_ascii_case("bearer") && rest.trim_start_matches(' ') == *GOOD
}
