//! The signatures of Project Wycheproof, each judged by a published key as the signature of a token is.
//!
//! These are the vectors below those for tokens: keys and signatures of the same algorithms, over messages that are not tokens.
//! Wycheproof has some for JWS and JWK too (`json_web_signature_test`, `json_web_key_test`, `json_web_crypto_test`), but they are not
//! run: the crate `wycheproof` leaves them out, no package of npm or `PyPI` is named after them, and the crate `polyjose`, whose pages
//! list them among its tests, could not be had from the registry. What they are about is in the tests of keys and of the verifier:
//! keys for another algorithm or use, of unfit sizes or with secret members, and tokens that are not written as they must be.

use serde_json::json;
use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::*;
use crate::testing::encode;

/// What was judged otherwise than expected, and how many signatures there were.
#[derive(Debug, Default, PartialEq)]
struct Judged {
    differences: Vec<String>,
    valid: usize,
    invalid: usize,
}

impl Judged {
    fn judge(&mut self, key: &Key, name: &str, id: usize, message: &[u8], signature: &[u8], expected: TestResult) {
        let accepted = key.verifies(message, &encode(signature));
        match expected {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            // What a lenient verifier may accept, a strict one refuses.
            TestResult::Acceptable => {}
        }
        if accepted != (expected == TestResult::Valid) {
            self.differences.push(format!("{name} {id}: {expected:?}, but accepted: {accepted}"));
        }
    }
}

fn rsa_key(n: &[u8], e: &[u8], algorithm: Algorithm) -> Key {
    let jwk = json!({ "kty": "RSA", "kid": "key", "alg": algorithm.as_str(), "n": encode(n), "e": encode(e) });
    Key::from_jwk(&jwk, &[algorithm]).unwrap()
}

#[test]
fn rsa_signatures_are_judged_as_wycheproof_judges_them() {
    use rsa_pkcs1_verify::TestName;
    let sets = [
        (TestName::Rsa2048Sha256, Algorithm::Rs256),
        (TestName::Rsa2048Sha384, Algorithm::Rs384),
        (TestName::Rsa2048Sha512, Algorithm::Rs512),
        (TestName::Rsa3072Sha256, Algorithm::Rs256),
        (TestName::Rsa3072Sha384, Algorithm::Rs384),
        (TestName::Rsa3072Sha512, Algorithm::Rs512),
        (TestName::Rsa4096Sha256, Algorithm::Rs256),
        (TestName::Rsa8192Sha256, Algorithm::Rs256),
    ];
    let mut judged = Judged::default();
    for (name, algorithm) in sets {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa_key(&group.key.n, &group.key.e, algorithm);
            for test in group.tests {
                judged.judge(&key, algorithm.as_str(), test.tc_id, &test.msg, &test.sig, test.result);
            }
        }
    }
    assert_eq!(judged.differences, Vec::<String>::new());
    assert!(judged.valid > 50 && judged.invalid > 1500, "{} valid, {} invalid", judged.valid, judged.invalid);
}

#[test]
fn pss_signatures_are_judged_as_wycheproof_judges_them() {
    use rsa_pss_verify::TestName;
    let sets = [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64, Algorithm::Ps512),
    ];
    let mut judged = Judged::default();
    for (name, algorithm) in sets {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa_key(&group.key.n, &group.key.e, algorithm);
            for test in group.tests {
                judged.judge(&key, algorithm.as_str(), test.tc_id, &test.msg, &test.sig, test.result);
            }
        }
    }
    assert_eq!(judged.differences, Vec::<String>::new());
    assert!(judged.valid > 100 && judged.invalid > 100, "{} valid, {} invalid", judged.valid, judged.invalid);
}

#[test]
fn ecdsa_signatures_are_judged_as_wycheproof_judges_them() {
    use ecdsa::TestName;
    let sets = [
        (TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, "P-256", 32),
        (TestName::EcdsaSecp384r1Sha384P1363, Algorithm::Es384, "P-384", 48),
    ];
    let mut judged = Judged::default();
    for (name, algorithm, curve, length) in sets {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at(length);
            let jwk = json!({ "kty": "EC", "kid": "key", "crv": curve, "x": encode(x), "y": encode(y) });
            let key = Key::from_jwk(&jwk, &[algorithm]).unwrap();
            for test in group.tests {
                judged.judge(&key, algorithm.as_str(), test.tc_id, &test.msg, &test.sig, test.result);
            }
        }
    }
    assert_eq!(judged.differences, Vec::<String>::new());
    assert!(judged.valid > 300 && judged.invalid > 150, "{} valid, {} invalid", judged.valid, judged.invalid);
}
