//! The trace that a request is part of, as its caller tells it: `traceparent` of W3C Trace Context.

use actix_web::http::header::{HeaderMap, HeaderName};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The ids by which a request is found among the spans of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The id of the whole trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// The id of the caller's span: 16 hexadecimal digits.
    pub parent_id: String,
}

impl Trace {
    /// The trace that the headers name, if they name one. Anything else is as if nothing was there (Trace Context, section 3.2.2.5):
    /// a caller's mistake in its tracing is no reason to refuse what it asks for.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(TRACEPARENT);
        let only = lines.next().filter(|_| lines.next().is_none())?;
        Self::parse(only.to_str().ok()?)
    }

    /// Reads `version-trace_id-parent_id-flags`. A version beyond 00 may have more behind another hyphen (section 3.2.4).
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let version = hexadecimal(parts.next()?, 2).filter(|version| *version != "ff")?;
        let trace_id = hexadecimal(parts.next()?, 32).filter(is_set)?;
        let parent_id = hexadecimal(parts.next()?, 16).filter(is_set)?;
        hexadecimal(parts.next()?, 2)?;
        if version == "00" && parts.next().is_some() {
            return None;
        }
        Some(Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned() })
    }
}

/// The text, if it is so many hexadecimal digits in lower case.
fn hexadecimal(text: &str, digits: usize) -> Option<&str> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    Some(text).filter(|text| text.len() == digits && text.bytes().all(is_digit))
}

fn is_set(id: &&str) -> bool {
    id.bytes().any(|digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn of(lines: &[&str]) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(TRACEPARENT, HeaderValue::from_str(line).unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn a_trace_and_the_callers_span_are_read() {
        let expected = Some(Trace { trace_id: TRACE.to_owned(), parent_id: PARENT.to_owned() });
        for right in [
            format!("00-{TRACE}-{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}-00"),
            format!("00-{TRACE}-{PARENT}-ff"),
            format!("01-{TRACE}-{PARENT}-01"),
            format!("cc-{TRACE}-{PARENT}-01-what-comes-later"),
            format!("cc-{TRACE}-{PARENT}-01-"),
        ] {
            assert_eq!(of(&[&right]), expected, "{right}");
        }
    }

    #[test]
    fn what_is_no_traceparent_is_not_there() {
        let zeros = "0".repeat(32);
        for wrong in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}-{PARENT}-"),
            format!("00-{TRACE}-{PARENT}-1"),
            format!("00-{TRACE}-{PARENT}-0g"),
            format!("00-{TRACE}-{PARENT}-01-"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("cc-{TRACE}-{PARENT}-01.more"),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("FF-{TRACE}-{PARENT}-01"),
            format!("0-{TRACE}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{}-01", PARENT.to_uppercase()),
            format!("00-{}-{PARENT}-01", &TRACE[1..]),
            format!("00-{TRACE}0-{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}0-01"),
            format!("00_{TRACE}_{PARENT}_01"),
            format!("00-{TRACE}-{PARENT}-01, 00-{TRACE}-{PARENT}-01"),
        ] {
            assert_eq!(of(&[&wrong]), None, "{wrong}");
        }
    }

    #[test]
    fn of_two_nobody_knows_which_is_meant() {
        let right = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(of(&[&right, &right]), None);
        assert_eq!(of(&[]), None);
    }
}
