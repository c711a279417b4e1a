//! An actor's gender, in the person's own words where no common word fits.

use std::fmt;

use crate::{Fault, text::parse_line};

/// A gender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gender {
    /// Printed as `female`.
    Female,
    /// Printed as `male`.
    Male,
    /// Printed as `non-binary`.
    NonBinary,
    /// Printed as it was given.
    Other(OtherGender),
}

/// A gender in the person's own words: 1 to 40 characters, none of the words that [`Gender::parse`] knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherGender(String);

impl Gender {
    /// The most characters that a gender has.
    pub const MAX_CHARACTERS: usize = 40;

    /// Reads a gender in any case: the canonical words, their usual abbreviations and synonyms, or any other text.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`](crate::FaultCode::Length) when empty or longer than 40 characters,
    /// [`FaultCode::Characters`](crate::FaultCode::Characters) for control characters.
    pub fn parse(raw: impl Into<String>) -> Result<Self, Fault> {
        let text = parse_line(raw.into(), Self::MAX_CHARACTERS)?;
        Ok(match text.to_lowercase().as_str() {
            "female" | "f" | "w" | "woman" | "girl" => Self::Female,
            "male" | "m" | "man" | "boy" => Self::Male,
            "non-binary" | "nonbinary" | "non binary" | "non_binary" | "nb" | "enby" | "x" => Self::NonBinary,
            _ => Self::Other(OtherGender(text)),
        })
    }

    /// The canonical lower-case word, or the text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::NonBinary => "non-binary",
            Self::Other(OtherGender(text)) => text,
        }
    }
}

impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultCode;

    #[test]
    fn words_and_abbreviations_in_any_case_have_one_canonical_word() {
        let table = [
            ("female", ["F", "Woman", " FEMALE ", "girl"]),
            ("male", ["m", "Man", "MALE", "boy"]),
            ("non-binary", ["NB", "Non-Binary", "nonbinary", "non binary"]),
        ];
        for (canonical, spellings) in table {
            for spelling in spellings {
                assert_eq!(Gender::parse(spelling).unwrap().as_str(), canonical, "{spelling}");
            }
        }
    }

    #[test]
    fn any_other_text_stands_as_given() {
        assert_eq!(Gender::parse(" Two-Spirit ").unwrap().to_string(), "Two-Spirit");
    }

    #[test]
    fn what_is_printed_is_read_back_the_same() {
        for raw in ["F", "m", "nb", "Two-Spirit", "agender"] {
            let gender = Gender::parse(raw).unwrap();
            assert_eq!(Gender::parse(gender.as_str()), Ok(gender));
        }
    }

    #[test]
    fn a_gender_is_a_short_line() {
        assert!(Gender::parse("x".repeat(40)).is_ok());
        assert_eq!(Gender::parse("x".repeat(41)).unwrap_err().code, FaultCode::Length);
        assert_eq!(Gender::parse(" ").unwrap_err().code, FaultCode::Length);
        assert_eq!(Gender::parse("a\0").unwrap_err().code, FaultCode::Characters);
    }
}
