//! Any bytes for a token, and the good one with bytes put in, taken out or replaced: none is let in.
#![no_main]

use ensemble_fuzz::{GOOD, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    refuse(data);
    if let [high, low, out, rest @ ..] = data {
        let good = GOOD.as_bytes();
        let at = usize::from(u16::from_be_bytes([*high, *low])) % (good.len() + 1);
        let behind = (at + usize::from(*out)).min(good.len());
        refuse(&[&good[..at], rest, &good[behind..]].concat());
    }
});

fn refuse(token: &[u8]) {
    let line = [b"Bearer ", token].concat();
    // Spaces before it and blanks behind it are no part of it.
    let is_good =
        str::from_utf8(token).is_ok_and(|token| token.trim_start_matches(' ').trim_end_matches([' ', '\t']) == *GOOD);
    assert_eq!(verify([line.as_slice()]).is_ok(), is_good);
}
