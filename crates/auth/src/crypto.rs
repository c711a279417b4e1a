//! The cryptography that signatures are checked with.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    crypto::{aws_lc, verify},
};
use thiserror::Error;

// The example of RFC 7515, appendix A.2: public key, bytes signed, signature.
const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SF\
d2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xs\
mtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const EXPONENT: &str = "AQAB";
const SIGNED: &[u8] =
    b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1\
9yb290Ijp0cnVlfQ";
const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds\
9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12\
jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// The cryptography misjudges a known signature; nothing may be verified with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cryptography of this build fails its self test, the example of RFC 7515 A.2")]
pub struct UnfitCrypto;

/// Chooses AWS-LC for every signature of this process, and tries it on a known one. May be called again.
///
/// # Errors
///
/// [`UnfitCrypto`] when it refuses the known signature, or accepts it over other bytes.
pub fn install_crypto() -> Result<(), UnfitCrypto> {
    // An error says that a choice was made before, and the test below tells whether that one is fit.
    let _ = aws_lc::DEFAULT_PROVIDER.install_default();
    let accepts = |signed: &[u8]| {
        DecodingKey::from_rsa_components(MODULUS, EXPONENT)
            .and_then(|key| verify(SIGNATURE, signed, &key, Algorithm::RS256))
            .unwrap_or(false)
    };
    let others: Vec<u8> = SIGNED.iter().rev().copied().collect();
    if accepts(SIGNED) && !accepts(&others) { Ok(()) } else { Err(UnfitCrypto) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_signature_is_judged_right_as_often_as_one_asks() {
        assert_eq!(install_crypto(), Ok(()));
        assert_eq!(install_crypto(), Ok(()));
    }
}
