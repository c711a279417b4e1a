//! Texts that a spreadsheet would run as a formula (OWASP, CSV injection).

use std::borrow::Cow;

/// What makes a spreadsheet run a cell.
const LEADS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Whether the text is a formula once the apostrophes before it are taken off.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(LEADS)
}

/// The text as it stands in a cell: a formula gets one apostrophe, so that it is shown and not run.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that a cell stands for: a formula loses one apostrophe, so that [`guarded`] loses nothing.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_shown_and_not_run() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r", "'\r"),
            ("＝1+1", "'＝1+1"),
            ("'=1", "''=1"),
            ("''-x", "'''-x"),
        ] {
            assert_eq!((&*guarded(text), unguarded(cell)), (cell, text), "{text:?}");
        }
    }

    #[test]
    fn any_other_text_stays_as_it_is() {
        for text in ["", "'", "''", "'t Hooft", "O'Toole", "a=b", "1-2", " =1"] {
            assert_eq!((&*guarded(text), unguarded(text)), (text, text), "{text:?}");
        }
        assert_eq!(unguarded("=1"), "=1");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\t\ra-]{0,6}|\\PC{0,20}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), &text);
            prop_assert!(!cell.starts_with(LEADS));
        }
    }
}
