//! Keys that are fit and keys that are not.

use serde_json::json;

use super::*;
use crate::testing::{Signer, a_jwk, encode};

fn from_jwk(jwk: &Value) -> Result<Key, Unusable> {
    Key::from_jwk(jwk, &Algorithm::ALL)
}

fn read(member: &str, value: Value) -> Result<Key, Unusable> {
    let mut jwk = a_jwk("key");
    jwk[member] = value;
    from_jwk(&jwk)
}

fn without(mut jwk: Value, member: &str) -> Result<Key, Unusable> {
    jwk.as_object_mut().unwrap().remove(member);
    from_jwk(&jwk)
}

/// An odd number of that many bits, which is all that can be told of a modulus from outside.
fn modulus(bits: usize) -> Value {
    let mut number = vec![0xff; bits.div_ceil(8)];
    number[0] >>= (8 - bits % 8) % 8;
    json!(encode(number))
}

#[test]
fn the_thumbprint_is_that_of_the_standard() {
    let example = json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM\
            stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr\
            n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    });
    let key = from_jwk(&example).unwrap();
    assert_eq!(key.id.thumbprint.to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(key.kid(), "2011-04-29");
}

#[test]
fn a_key_has_a_name_of_1_to_128_bytes() {
    assert!(read("kid", json!("x".repeat(128))).is_ok());
    for kid in [json!(""), json!("x".repeat(129)), json!(5), json!(null), json!(["key"])] {
        assert_eq!(read("kid", kid.clone()), Err(Unusable::Kid), "{kid}");
    }
    assert_eq!(without(a_jwk("key"), "kid"), Err(Unusable::Kid));
}

#[test]
fn a_key_is_for_signatures() {
    assert!(read("use", json!("sig")).is_ok());
    for purpose in [json!("enc"), json!("SIG"), json!(""), json!(null), json!(["sig"])] {
        assert_eq!(read("use", purpose.clone()), Err(Unusable::Purpose), "{purpose}");
    }
    assert!(read("key_ops", json!(["verify"])).is_ok());
    assert!(read("key_ops", json!(["encrypt", "verify"])).is_ok());
    for operations in [json!([]), json!(["sign"]), json!(["encrypt"]), json!("verify"), json!(null), json!({})] {
        assert_eq!(read("key_ops", operations.clone()), Err(Unusable::Purpose), "{operations}");
    }
}

#[test]
fn a_key_with_a_secret_in_it_is_not_used() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for value in [json!("AQAB"), json!(null)] {
            assert_eq!(read(member, value), Err(Unusable::Secret), "{member}");
        }
    }
}

#[test]
fn a_shared_secret_is_no_public_key() {
    let oct = |more: Value| {
        let mut jwk = json!({ "kty": "oct", "kid": "key", "alg": "HS256" });
        jwk["k"] = more;
        jwk
    };
    assert_eq!(from_jwk(&oct(json!("c2VjcmV0"))), Err(Unusable::Secret));
    assert_eq!(without(oct(json!("")), "k"), Err(Unusable::Algorithm));
    for kty in [json!("oct"), json!("OKP"), json!("rsa"), json!("AKP"), json!(null), json!(5)] {
        assert_eq!(read("kty", kty.clone()), Err(Unusable::Algorithm), "{kty}");
    }
}

#[test]
fn the_algorithm_is_the_keys_own() {
    assert_eq!(without(a_jwk("key"), "alg").unwrap().algorithm(), Algorithm::Rs256);
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_rsa()) {
        assert_eq!(read("alg", json!(algorithm.as_str())).unwrap().algorithm(), algorithm);
    }
    for alg in [json!("ES256"), json!("HS256"), json!("none"), json!("RSA-OAEP"), json!(""), json!(null), json!(256)] {
        assert_eq!(read("alg", alg.clone()), Err(Unusable::Algorithm), "{alg}");
    }
}

#[test]
fn a_modulus_has_2048_to_8192_bits() {
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert!(read("n", modulus(bits)).is_ok(), "{bits}");
    }
    for bits in [1, 512, 1024, 2047, 8193, 16384] {
        assert_eq!(read("n", modulus(bits)), Err(Unusable::Material), "{bits}");
    }
}

#[test]
fn leading_zeros_do_not_make_a_number_larger() {
    let mut short = vec![0; 200];
    short.extend([0xff; 128]);
    assert_eq!(read("n", json!(encode(short))), Err(Unusable::Material));

    let plain = from_jwk(&a_jwk("key")).unwrap();
    let n = URL_SAFE_NO_PAD.decode(a_jwk("key")["n"].as_str().unwrap()).unwrap();
    assert_eq!(read("n", json!(encode([&[0], n.as_slice()].concat()))).unwrap(), plain);
    assert_eq!(read("e", json!(encode([0, 1, 0, 1]))).unwrap(), plain);
}

#[test]
fn an_exponent_is_odd_at_least_3_and_below_2_to_the_32nd() {
    let exponent = |bytes: &[u8]| read("e", json!(encode(bytes)));
    for fit in [&[3][..], &[1, 0, 1], &[0xff, 0xff, 0xff, 0xff]] {
        assert!(exponent(fit).is_ok(), "{fit:?}");
    }
    for unfit in [&[][..], &[0], &[1], &[2], &[4], &[1, 0, 0], &[1, 0, 0, 0, 1], &[0xff; 8]] {
        assert_eq!(exponent(unfit), Err(Unusable::Material), "{unfit:?}");
    }
}

#[test]
fn numbers_are_canonical_base64url() {
    for member in ["n", "e"] {
        for value in
            [json!(null), json!(65537), json!("AQAB="), json!("AQ+B"), json!("AR"), json!(" AQAB"), json!(["AQAB"])]
        {
            assert_eq!(read(member, value.clone()), Err(Unusable::Material), "{member} {value}");
        }
        assert_eq!(without(a_jwk("key"), member), Err(Unusable::Material), "{member}");
    }
}

#[test]
fn a_key_on_a_curve_is_for_the_algorithm_of_the_curve() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let jwk = Signer::ec(algorithm).jwk("key");
        assert_eq!(from_jwk(&jwk).unwrap().algorithm(), algorithm);
        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            let mut jwk = jwk.clone();
            jwk["alg"] = json!(other.as_str());
            assert_eq!(from_jwk(&jwk), Err(Unusable::Algorithm), "{other} on the curve of {algorithm}");
        }
    }
    for curve in [json!("P-521"), json!("secp256k1"), json!("p-256"), json!(null)] {
        let mut jwk = Signer::ec(Algorithm::Es256).jwk("key");
        jwk["crv"] = curve;
        assert_eq!(from_jwk(&jwk), Err(Unusable::Algorithm));
    }
}

#[test]
fn a_point_lies_on_its_curve() {
    let good = Signer::ec(Algorithm::Es256).jwk("key");
    let other = Signer::ec(Algorithm::Es384).jwk("key");
    for (member, value) in [
        ("x", json!(encode([1; 32]))),
        ("y", json!(encode([1; 32]))),
        ("x", json!(encode([0; 31]))),
        ("x", other["x"].clone()),
        ("y", json!("")),
        ("y", json!(null)),
        ("x", good["y"].clone()),
    ] {
        let mut jwk = good.clone();
        jwk[member] = value;
        assert_eq!(from_jwk(&jwk), Err(Unusable::Material), "{member}");
    }
    let mut swapped = good.clone();
    swapped["crv"] = json!("P-384");
    assert_eq!(from_jwk(&swapped), Err(Unusable::Material));
}

#[test]
fn each_coordinate_has_its_full_length() {
    let good = Signer::ec(Algorithm::Es256).jwk("key");
    let [mut x, mut y] = ["x", "y"].map(|member| bytes(&good, member).unwrap());
    // Together they are the same point still.
    y.insert(0, x.pop().unwrap());
    let mut jwk = good;
    (jwk["x"], jwk["y"]) = (json!(encode(x)), json!(encode(y)));
    assert_eq!(from_jwk(&jwk), Err(Unusable::Material));
}

#[test]
fn a_key_is_known_by_its_id_and_shows_no_more_than_that() {
    let (one, other) = (from_jwk(&a_jwk("one")).unwrap(), from_jwk(&a_jwk("other")).unwrap());
    assert_eq!(one, from_jwk(&a_jwk("one")).unwrap());
    assert_ne!(one, other);
    assert_eq!(format!("{one:?}"), format!("{:?}", one.id()));
    assert!(format!("{one:?}").starts_with("\"one\" (RS256, "), "{one:?}");
}
