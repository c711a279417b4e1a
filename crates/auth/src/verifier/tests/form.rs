//! How a token is written.

use serde_json::json;

use super::{accepts, refuses};
use crate::{
    Reason,
    testing::{Draft, a_token, encode, sign_bytes},
};

/// The draft with blanks in a member, so that one of its segments gets longer by that many bytes.
fn padded(draft: &Draft, header: usize, claims: usize) -> String {
    draft.clone().header("pad", json!(" ".repeat(header))).claim("pad", json!(" ".repeat(claims))).signed()
}

fn header_length(token: &str) -> usize {
    token.find('.').unwrap()
}

#[test]
fn a_token_has_at_most_8192_bytes() {
    let (fits, longer) = (0..4)
        .flat_map(|header| (5000..6200).map(move |claims| (header, claims)))
        .map(|(header, claims)| (header, claims, a_token().header("pad", json!(" ".repeat(header)))))
        .find_map(|(header, claims, draft)| {
            let unsigned = encode(draft.header.to_string()).len()
                + encode(draft.claim("pad", json!(" ".repeat(claims))).claims.to_string()).len();
            (unsigned + 2 + 342 == 8192)
                .then(|| (padded(&a_token(), header, claims), padded(&a_token(), header, claims + 1)))
        })
        .unwrap();
    assert_eq!(fits.len(), 8192);
    accepts(&fits);
    refuses(&longer, Reason::Size);
    refuses(&"a".repeat(8193), Reason::Size);
    refuses(&"a".repeat(8192), Reason::Shape);
}

#[test]
fn a_header_has_at_most_2048_bytes() {
    let fits =
        (0..2000).find(|pad| encode(a_token().header("pad", json!(" ".repeat(*pad))).header.to_string()).len() == 2048);
    let token = padded(&a_token(), fits.unwrap(), 0);
    assert_eq!(header_length(&token), 2048);
    accepts(&token);
    refuses(&padded(&a_token(), fits.unwrap() + 1, 0), Reason::Size);
}

#[test]
fn a_token_is_three_segments_of_canonical_base64url() {
    let token = a_token().signed();
    let segments: Vec<&str> = token.split('.').collect();
    let (header, claims, signature) = (segments[0], segments[1], segments[2]);
    for wrong in [
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{claims}.{signature}."),
        format!(".{header}.{claims}.{signature}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}.{claims}.{signature}.{signature}.{signature}"),
        format!("{header}.{claims}.{signature}=="),
        format!("{header}.{claims}.{signature}AAA"),
        format!("{header}.{claims}.{}+", &signature[..341]),
        format!("{header}.{claims}.{}/", &signature[..341]),
        format!("{header}.{claims}.{}~", &signature[..341]),
        format!("{header}~.{claims}.{signature}"),
        "...".to_owned(),
        "..".to_owned(),
        ".".to_owned(),
    ] {
        refuses(&wrong, Reason::Shape);
    }
}

#[test]
fn bits_that_no_byte_needs_are_zero() {
    let token = a_token().signed();
    let last = token.chars().last().unwrap();
    assert!("AQgw".contains(last), "the last of 342 characters carries two bits");
    refuses(&format!("{}{}", &token[..token.len() - 1], char::from_u32(u32::from(last) + 1).unwrap()), Reason::Shape);
}

#[test]
fn header_and_claims_are_json_objects() {
    let (header, claims) = (a_token().header.to_string(), a_token().claims.to_string());
    accepts(&sign_bytes(&header, &claims));
    accepts(&sign_bytes(format!(" {header}\n"), format!("\t{claims} ")));
    for wrong in ["null", "[]", "\"{}\"", "1", "{", "x", " "] {
        refuses(&sign_bytes(wrong, &claims), Reason::Shape);
        refuses(&sign_bytes(&header, wrong), Reason::Shape);
    }
    for (before, after) in [("\u{feff}", ""), ("", "{}"), ("", "x"), ("", "\0"), ("", ",")] {
        refuses(&sign_bytes(format!("{before}{header}{after}"), &claims), Reason::Shape);
        refuses(&sign_bytes(&header, format!("{before}{claims}{after}")), Reason::Shape);
    }
    refuses(&sign_bytes(&header, b"{\"sub\":\"\xff\"}"), Reason::Shape);
    refuses(&sign_bytes(b"{\"alg\":\"\xff\"}", &claims), Reason::Shape);
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        a_token().claims.to_string().replacen('{', &format!("{{\"deep\":{deep},"), 1)
    };
    let header = a_token().header.to_string();
    accepts(&sign_bytes(&header, nested(63)));
    refuses(&sign_bytes(&header, nested(200)), Reason::Shape);
}

#[test]
fn no_member_stands_twice() {
    let (header, claims) = (a_token().header.to_string(), a_token().claims.to_string());
    for (member, again) in [("alg", "\"alg\":\"RS256\""), ("kid", "\"kid\":\"key\""), ("typ", "\"\\u0074yp\":\"JWT\"")]
    {
        let twice = header.replacen('{', &format!("{{{again},"), 1);
        assert!(twice.contains(member));
        refuses(&sign_bytes(twice, &claims), Reason::DuplicateMember);
    }
    for again in ["\"sub\":\"auth0|other\"", "\"exp\":1", "\"e\\u0078p\":1", "\"x\":1,\"x\":1"] {
        let twice = claims.replacen('{', &format!("{{{again},"), 1);
        refuses(&sign_bytes(&header, twice), Reason::DuplicateMember);
    }
    let nested = |object: &str| sign_bytes(&header, claims.replacen('{', &format!("{{\"x\":{object},"), 1));
    refuses(&nested("{\"sub\":1,\"sub\":2}"), Reason::DuplicateMember);
    accepts(&nested("{\"sub\":1,\"exp\":{\"sub\":2}}"));
}

#[test]
fn a_number_too_large_to_read_is_no_json() {
    let claims = a_token().without_claim("exp").claims.to_string().replacen('{', "{\"exp\":1e999,", 1);
    refuses(&sign_bytes(a_token().header.to_string(), claims), Reason::Shape);
}
