//! What of a request may be repeated in its refusal: never a token, nor enough of one to be a part of it.

/// Everybody may write so much, whatever it is.
const SHORT: usize = 15;
/// More may be written of what looks like a name: a token of that length without a capital letter is next to impossible.
const NAME: usize = 40;

/// Tells whether this may be repeated to whoever wrote it. Digits alone are no part of a token, however many there are.
pub fn may_be_repeated(text: &str) -> bool {
    let is_name = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= SHORT || (text.len() <= NAME && is_name(text)) || is_number(text)
}

/// A path as far as it may be repeated.
pub fn path(path: &str) -> &str {
    let mut end = 0;
    for segment in path.split_inclusive('/') {
        if !may_be_repeated(segment.trim_end_matches('/')) {
            break;
        }
        end += segment.len();
    }
    path.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

    #[test]
    fn names_and_what_is_short_may_be_repeated_and_no_part_of_a_token() {
        for text in ["", "page", "Pgae", "q[]", "access_token", "idempotency-key-reused", &"9".repeat(300)] {
            assert!(may_be_repeated(text), "{text}");
        }
        for text in [TOKEN, &TOKEN[..16], &TOKEN[20..40], &"a".repeat(41), "a name with blanks"] {
            assert!(!may_be_repeated(text), "{text}");
        }
    }

    #[test]
    fn a_path_is_repeated_up_to_what_may_not_be() {
        for whole in
            ["/", "*", "", "//actors", "/actors/7/", "/actors/7/filmography", "/Actors", "/docs/swagger-ui.css"]
        {
            assert_eq!(path(whole), whole);
        }
        assert_eq!(path(&format!("/actors/{TOKEN}/history")), "/actors/");
        assert_eq!(path(&format!("/{TOKEN}")), "/");
        assert_eq!(path(TOKEN), "");
    }
}
