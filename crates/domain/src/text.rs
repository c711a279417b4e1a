//! Reading text: names and titles, and days as they stand in requests and files.

use chrono::{DateTime, NaiveDate};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::{Fault, FaultCode};

/// What a partial change wants of an optional value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Take it away.
    Clear,
    /// Replace it.
    To(T),
}

impl<T> Change<T> {
    /// The value after the change, where `stored` was the value before it.
    pub fn applied_to(self, stored: Option<T>) -> Option<T> {
        match self {
            Self::Keep => stored,
            Self::Clear => None,
            Self::To(value) => Some(value),
        }
    }
}

/// One line of text: trimmed, in Unicode's normalization form C (UAX 15), 1 to `max` characters, no control characters and no
/// separators of lines or paragraphs.
pub fn parse_line(raw: String, max: usize) -> Result<String, Fault> {
    let trimmed = raw.trim();
    let line = match (trimmed.len() == raw.len(), is_nfc(trimmed)) {
        (true, true) => raw,
        (false, true) => trimmed.to_owned(),
        (_, false) => trimmed.nfc().collect(),
    };
    if line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(Fault::new(FaultCode::Characters, "must not contain control characters"));
    }
    match line.chars().count() {
        0 => Err(Fault::new(FaultCode::Length, "must not be empty")),
        length if length > max => {
            Err(Fault::new(FaultCode::Length, format!("must have at most {max} characters, not {length}")))
        }
        _ => Ok(line),
    }
}

/// A day: `YYYY-MM-DD`, or an RFC 3339 date-time, which is taken for the day it names at its own offset.
///
/// # Errors
///
/// [`FaultCode::Format`] with an example, when the text is neither or names no day of the calendar.
pub fn parse_day(text: &str) -> Result<NaiveDate, Fault> {
    let day = if text.len() == 10 {
        plain_day(text)
    } else {
        DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.date_naive())
    };
    day.ok_or_else(|| Fault::new(FaultCode::Format, "must be a day such as \"2026-03-14\""))
}

/// Exactly `YYYY-MM-DD`: chrono's own parser would also take `2026-3-14` and `+2026-03-14`.
fn plain_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(raw: &str) -> Result<String, FaultCode> {
        parse_line(raw.to_owned(), 5).map_err(|fault| fault.code)
    }

    #[test]
    fn a_line_is_trimmed_and_composed() {
        assert_eq!(line("  Ada\u{3000}"), Ok("Ada".to_owned()));
        assert_eq!(line("Zoe\u{308}"), Ok("Zo\u{eb}".to_owned()));
    }

    #[test]
    fn a_line_is_measured_in_characters_after_trimming_and_composing() {
        assert_eq!(line("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}").unwrap().chars().count(), 5);
        assert_eq!(line("\u{1f3ac}\u{1f3ac}\u{1f3ac}\u{1f3ac}\u{1f3ac}").unwrap().chars().count(), 5);
        assert_eq!(line(" 12345 "), Ok("12345".to_owned()));
        assert_eq!(line("123456"), Err(FaultCode::Length));
        assert_eq!(line(" \t "), Err(FaultCode::Length));
    }

    #[test]
    fn a_line_holds_no_control_characters() {
        for raw in ["a\0b", "a\nb", "a\tb", "a\u{7f}", "a\u{85}b", "\u{1b}[1m"] {
            assert_eq!(line(raw), Err(FaultCode::Characters), "{raw:?}");
        }
    }

    #[test]
    fn a_line_does_not_break() {
        for raw in ["a\u{2028}b", "a\u{2029}b"] {
            assert_eq!(line(raw), Err(FaultCode::Characters), "{raw:?}");
        }
        assert_eq!(line("a\u{2028}"), Ok("a".to_owned()));
    }

    #[test]
    fn a_day_is_read_from_a_date_or_from_the_date_of_an_instant() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        for text in ["2024-02-29", "2024-02-29T23:59:59Z", "2024-02-29T23:30:00-05:00", "2024-02-29T00:10:00.5+09:00"] {
            assert_eq!(parse_day(text), Ok(day), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused_with_an_example() {
        let wrong = [
            "",
            "2024",
            "2024-2-29",
            "2024-02-9 ",
            "29-02-2024",
            "02/29/2024",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "+024-02-29",
            "2024-02-30",
            "20240229",
            "2024-02-29T",
            "2024-02-29T25:00:00Z",
            "2024-02-29 x",
            "tomorrow",
            "２０２４-02",
        ];
        for text in wrong {
            let fault = parse_day(text).unwrap_err();
            assert_eq!(
                (fault.code, &*fault.detail),
                (FaultCode::Format, "must be a day such as \"2026-03-14\""),
                "{text}"
            );
        }
    }

    #[test]
    fn a_change_keeps_clears_or_replaces() {
        assert_eq!(Change::Keep.applied_to(Some(1)), Some(1));
        assert_eq!(Change::Clear.applied_to(Some(1)), None);
        assert_eq!(Change::To(2).applied_to(None), Some(2));
    }
}
