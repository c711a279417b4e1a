//! How a token is written.

use super::{Forge, run};
use crate::{
    authentication::{
        Verdict,
        draft::{Draft, encoded, nested, signed_segments, signed_text},
        invalid,
    },
    database::Database,
};

on_both_databases!(a_token_is_three_segments_of_a_size,);

fn a_token_is_three_segments_of_a_size(database: &Database) {
    run(database, |forge| {
        let (draft, key) = (forge.draft(), &forge.key);
        let good = draft.signed(key);
        let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
        let claims_text = draft.claims.to_string();
        let shape = invalid("shape");
        vec![
            ("the good token", good.clone(), Verdict::Allowed),
            ("8192 bytes", draft.of_size(8192, key), Verdict::Allowed),
            ("8193 bytes", draft.of_size(8193, key), invalid("size")),
            ("a header of 2048 bytes", draft.of_header_size(2048, key), Verdict::Allowed),
            ("a header of more", draft.of_header_size(2049, key), invalid("size")),
            ("one segment", header.to_owned(), shape),
            ("two segments", format!("{header}.{claims}"), shape),
            ("no signature", format!("{header}.{claims}."), shape),
            ("no claims", format!("{header}..{signature}"), shape),
            ("no header", format!(".{claims}.{signature}"), shape),
            ("four segments", format!("{good}.{signature}"), shape),
            ("five segments, encrypted", format!("{header}.{claims}.{claims}.{claims}.{signature}"), shape),
            ("padding", format!("{good}=="), shape),
            ("the other alphabet", signed_segments(header, &in_other_alphabet(&draft), key), shape),
            ("bits to spare", signed_segments(header, "e31", key), shape),
            ("a header that is no JSON", signed_text("header", &claims_text, key), shape),
            ("claims that are a list", forge.text("[]"), shape),
            ("claims that are a text", forge.text("\"claims\""), shape),
            ("claims with a word behind", forge.text(format!("{claims_text} x")), shape),
            ("claims with blanks around", forge.text(format!(" {claims_text}\r\n")), Verdict::Allowed),
            ("claims with a byte order mark", forge.text(format!("\u{feff}{claims_text}")), shape),
            (
                "claims that are not UTF-8",
                forge.text([b"{\"a\":\"\xff\",", &claims_text.as_bytes()[1..]].concat()),
                shape,
            ),
            ("claims 60 lists deep", forge.claim("deep", nested(60)), Verdict::Allowed),
            ("claims 600 lists deep", forge.text(Forge::doubled(&draft.claims, &deep(600))), shape),
            ("a claim twice", forge.text(Forge::doubled(&draft.claims, "\"sub\":\"x\"")), invalid("duplicate_member")),
            ("a claim twice, once escaped", forge.text(Forge::doubled(&draft.claims, "\"\\u0073ub\":\"x\"")), {
                invalid("duplicate_member")
            }),
            ("an unknown claim twice", forge.text(Forge::doubled(&draft.claims, "\"x\":1,\"x\":1")), {
                invalid("duplicate_member")
            }),
            ("a name twice inside a claim", forge.text(Forge::doubled(&draft.claims, "\"x\":{\"y\":1,\"y\":1}")), {
                invalid("duplicate_member")
            }),
            (
                "a header member twice",
                { signed_text(Forge::doubled(&draft.header, "\"alg\":\"RS256\""), &claims_text, key) },
                invalid("duplicate_member"),
            ),
        ]
    });
}

/// A claim of lists in lists, as text.
fn deep(depth: usize) -> String {
    format!("\"deep\":{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Claims in the alphabet of base64 that is not for addresses.
fn in_other_alphabet(draft: &Draft) -> String {
    let claims = encoded(draft.clone().claim("x", "?>~".repeat(9)).claims.to_string());
    let other = claims.replace('-', "+").replace('_', "/");
    assert_ne!(claims, other);
    other
}
