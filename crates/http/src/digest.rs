//! One digest of several parts.

use aws_lc_rs::digest::{Context, SHA256};

/// The SHA-256 of the parts, each after its length, so that no byte of one passes for a byte of the next.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

/// The first 64 bits of [`sha256`] of some bytes, which is enough to tell one representation from another.
pub fn digest(bytes: &[u8]) -> u64 {
    sha256(&[bytes]).first_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_shifted_from_one_part_to_the_next() {
        let cuts: [&[&[u8]]; 6] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""], &[b"", b"abc"], &[]];
        for (position, cut) in cuts.iter().enumerate() {
            for other in cuts.iter().skip(position + 1) {
                assert_ne!(sha256(cut), sha256(other), "{cut:?} and {other:?}");
            }
        }
    }

    #[test]
    fn it_is_sha_256() {
        let of_nothing = [0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14];
        assert_eq!(sha256(&[])[..8], of_nothing);
    }
}
