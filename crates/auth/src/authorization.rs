//! The bearer token of a request (RFC 6750, section 2.1).

use crate::Refusal;

/// Answers the token in the `Authorization` lines of one request: 1 or more characters of RFC 6750's `b64token`.
///
/// # Errors
///
/// [`Refusal::Unauthenticated`] when there is no line, another scheme, or nothing after `Bearer`; [`Refusal::InvalidRequest`] when
/// there are several lines or something else than one token after `Bearer`.
pub fn bearer_token<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, Refusal> {
    let mut lines = lines.into_iter();
    let line = lines.next().ok_or(Refusal::Unauthenticated)?;
    if lines.next().is_some() {
        return Err(Refusal::InvalidRequest("Send exactly one Authorization header"));
    }
    let line = trim(line, is_blank);
    let (scheme, rest) = line.split_at(line.iter().take_while(|byte| is_tchar(**byte)).count());
    if !scheme.eq_ignore_ascii_case(b"Bearer") || rest.is_empty() {
        return Err(Refusal::Unauthenticated);
    }
    let malformed = Refusal::InvalidRequest("The Authorization header must be Bearer, one space and the access token");
    let token = trim(rest.strip_prefix(b" ").ok_or(malformed)?, |byte| byte == b' ');
    match str::from_utf8(token) {
        Ok(token) if is_b64token(token) => Ok(token),
        _ => Err(malformed),
    }
}

fn trim(mut bytes: &[u8], unwanted: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && unwanted(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && unwanted(*last)
    {
        bytes = rest;
    }
    bytes
}

/// Optional white space (RFC 9110, section 5.6.3).
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A character of an authentication scheme's name (RFC 9110, section 5.6.2).
const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

fn is_b64token(text: &str) -> bool {
    let characters = text.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    !characters.is_empty() && characters.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Result<&'static str, Refusal> {
        bearer_token(lines.iter().map(|line| line.as_bytes()))
    }

    #[test]
    fn one_line_with_one_token_is_read() {
        for line in ["Bearer abc", "bearer abc", "BEARER abc", "Bearer   abc", " \tBearer abc\t ", "bEaReR abc "] {
            assert_eq!(read(&[line]), Ok("abc"), "{line:?}");
        }
        assert_eq!(read(&["Bearer aZ09-._~+/=="]), Ok("aZ09-._~+/=="));
    }

    #[test]
    fn without_a_bearer_token_the_caller_is_unauthenticated() {
        assert_eq!(read(&[]), Err(Refusal::Unauthenticated));
        let without =
            ["", " ", "Bearer", "Bearer ", "bearer\t", "Basic YTpi", "Bearerabc", "Bearer. abc", "abc", "\u{e9} abc"];
        for line in without {
            assert_eq!(read(&[line]), Err(Refusal::Unauthenticated), "{line:?}");
        }
    }

    #[test]
    fn several_lines_are_refused_whatever_they_say() {
        for lines in [["Bearer abc", "Bearer abc"], ["Bearer abc", ""], ["Basic YTpi", "Bearer abc"], ["", ""]] {
            assert!(matches!(read(&lines), Err(Refusal::InvalidRequest(_))), "{lines:?}");
        }
    }

    #[test]
    fn anything_but_one_token_after_bearer_is_refused() {
        let wrong = [
            "Bearer a b",
            "Bearer\tabc",
            "Bearer \tabc",
            "Bearer a,b",
            "Bearer abc, Bearer abc",
            "Bearer =",
            "Bearer a=b",
            "Bearer \"abc\"",
            "Bearer: abc",
            "Bearer a\u{e9}",
            "Bearer a\0",
            "Bearer a\nb",
            "Bearer,abc",
        ];
        for line in wrong {
            assert!(matches!(read(&[line]), Err(Refusal::InvalidRequest(_))), "{line:?}");
        }
        assert!(matches!(bearer_token([&b"Bearer \xff"[..]]), Err(Refusal::InvalidRequest(_))));
    }
}
