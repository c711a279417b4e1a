//! Finding texts without regard to case and accents.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::{Fault, FaultCode};

/// What the spellings of one text have in common: no case, no accents, no compatibility forms, single blanks (UAX 15, form KD). A text
/// of accents alone keeps them; only of blanks nothing is left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded(String);

impl Folded {
    /// Folds the text. What is folded already stays as it is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_folded(text) {
            return Self(text.to_owned());
        }
        if text.is_ascii() {
            return Self(single_spaced(&text.to_ascii_lowercase()));
        }
        let mut plain = String::with_capacity(text.len());
        for letter in text.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_accent(*letter)) {
            match spelled_out(letter) {
                Some(letters) => plain.push_str(letters),
                None => plain.push(letter),
            }
        }
        let folded = single_spaced(&plain);
        Self(if folded.is_empty() { single_spaced(text) } else { folded })
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether that is a mark that people leave out: the accents of Latin, Greek and Cyrillic, the points of Hebrew and the vowel signs of
/// Arabic. The signs of other scripts, such as the vowels of Devanagari, are letters to those who read them.
const fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// How a lower-case letter is written by who does not have it: what Unicode's case folding makes of it, and letters whose stroke or
/// ligature is no mark that could be taken off.
const fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{df}' => "ss",
        '\u{3c2}' => "\u{3c3}",
        '\u{131}' => "i",
        '\u{e6}' => "ae",
        '\u{153}' => "oe",
        '\u{f8}' => "o",
        '\u{142}' => "l",
        '\u{111}' | '\u{f0}' => "d",
        '\u{127}' => "h",
        '\u{167}' => "t",
        '\u{fe}' => "th",
        _ => return None,
    })
}

/// Lower-case ASCII words with single blanks between them, which folding leaves alone.
fn is_folded(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    text.split(' ').all(|word| !word.is_empty() && word.bytes().all(plain))
}

fn single_spaced(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut spaced = String::with_capacity(text.len());
    spaced.push_str(words.next().unwrap_or_default());
    for word in words {
        spaced.push(' ');
        spaced.push_str(word);
    }
    spaced
}

/// The words of a search. A text is found when it holds each of them, anywhere, without regard to case and accents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(Vec<Folded>);

impl Search {
    /// The most characters that a search has, before folding.
    pub const MAX_CHARACTERS: usize = 200;

    /// Reads the words of a search, which stand between blanks.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`] when there is no word, or more than 200 characters; [`FaultCode::Characters`] for NUL, which no text
    /// holds.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length > Self::MAX_CHARACTERS {
            let detail = format!("must have at most {} characters, not {length}", Self::MAX_CHARACTERS);
            return Err(Fault::new(FaultCode::Length, detail));
        }
        if text.contains('\0') {
            return Err(Fault::new(FaultCode::Characters, "must not contain control characters"));
        }
        let folded = Folded::of(text);
        let mut words: Vec<_> = folded.0.split_whitespace().map(|word| Folded(word.to_owned())).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Err(Fault::new(FaultCode::Length, "must have a letter, a digit or a sign to look for"));
        }
        Ok(Self(words))
    }

    /// The words, folded, each once.
    #[must_use]
    pub fn words(&self) -> &[Folded] {
        &self.0
    }

    /// Answers whether a text is found.
    #[must_use]
    pub fn finds(&self, text: &Folded) -> bool {
        self.0.iter().all(|word| text.0.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_takes_case_accents_forms_and_blanks_away() {
        for (text, folded) in [
            ("Nada  El-Hadd\u{e1}d", "nada el-haddad"),
            ("nada el-haddad", "nada el-haddad"),
            (" Nada\tHADDAD ", "nada haddad"),
            ("\u{130}stanbul", "istanbul"),
            ("\u{fb01}n \u{ff21}\u{ff22}", "fin ab"),
            ("\u{391}\u{301}", "\u{3b1}"),
            ("\u{3a0}\u{3b1}\u{3c0}\u{3b1}\u{3b4}\u{3cc}\u{3c2}", "\u{3c0}\u{3b1}\u{3c0}\u{3b1}\u{3b4}\u{3bf}\u{3c3}"),
            ("\u{3a0}\u{391}\u{3a0}\u{391}\u{394}\u{39f}\u{3a3}", "\u{3c0}\u{3b1}\u{3c0}\u{3b1}\u{3b4}\u{3bf}\u{3c3}"),
            ("STRASSE", "strasse"),
            ("Stra\u{df}e \u{1e9e}", "strasse ss"),
            ("K\u{131}van\u{e7} \u{130}nce", "kivanc ince"),
            ("\u{141}ukasz S\u{f8}ren \u{110}or\u{111}e \u{c6}sir", "lukasz soren dorde aesir"),
            ("\u{419}\u{43e}\u{433}", "\u{438}\u{43e}\u{433}"),
            (" \u{301} ", "\u{301}"),
            (" ", ""),
            ("", ""),
        ] {
            assert_eq!(Folded::of(text).as_str(), folded, "{text}");
        }
        // Raam and Reema: vowel signs are no accents.
        assert_ne!(Folded::of("\u{930}\u{93e}\u{92e}"), Folded::of("\u{930}\u{940}\u{92e}\u{93e}"));
    }

    #[test]
    fn every_word_is_found_anywhere() {
        let name = Folded::of("Nada El-Hadd\u{e1}d");
        for text in ["haddad", "HADD\u{c1}D", "ada", "haddad nada", "nada  nada", "l-h", "a"] {
            assert!(Search::parse(text).unwrap().finds(&name), "{text}");
        }
        for text in ["haddat", "nada omar", "nadael"] {
            assert!(!Search::parse(text).unwrap().finds(&name), "{text}");
        }
    }

    #[test]
    fn a_search_has_a_word_and_is_not_long() {
        for (text, code) in [
            ("", FaultCode::Length),
            (" \t", FaultCode::Length),
            ("a\0b", FaultCode::Characters),
            (&*"a".repeat(201), FaultCode::Length),
        ] {
            assert_eq!(Search::parse(text).unwrap_err().code, code, "{text:?}");
        }
        assert!(Search::parse(&"\u{e9}".repeat(200)).is_ok());
    }

    #[test]
    fn a_word_counts_once() {
        assert_eq!(Search::parse("Nada omar NADA").unwrap().words(), [Folded::of("nada"), Folded::of("omar")]);
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in "\\PC{0,30}|[ -~]{0,30}") {
            let folded = Folded::of(&text);
            prop_assert_eq!(Folded::of(folded.as_str()), folded);
        }

        #[test]
        fn the_ways_of_plain_texts_are_short_cuts_only(text in "[ -~\t]{0,30}") {
            let long_way: String = text.nfkd().flat_map(char::to_lowercase).collect();
            prop_assert_eq!(Folded::of(&text).0, long_way.split_whitespace().collect::<Vec<_>>().join(" "));
        }

        #[test]
        fn any_part_of_a_text_is_found(text in "[a-zA-Z\u{e0}-\u{ff} ]{1,20}", from in 0_usize..20, length in 1_usize..20) {
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assume!(!part.trim().is_empty());
            prop_assert!(Search::parse(&part).unwrap().finds(&Folded::of(&text)));
        }
    }
}
