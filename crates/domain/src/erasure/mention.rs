//! Finding somebody's name in what others wrote.

use crate::{ActorName, Reason};

/// The names of one person.
pub struct Names(Vec<Vec<char>>);

/// What stands where a name stood. One character, so that no text grows.
const GONE: char = '\u{2026}';

impl Names {
    /// These names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a ActorName>) -> Self {
        let mut names: Vec<Vec<char>> = names.into_iter().map(|name| lower(name.as_str()).collect()).collect();
        // Of two names that begin alike, the longer one is looked for first.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self(names)
    }

    /// The reason with an ellipsis in the place of each of the names, or `None` when it mentions none of them. A name is found as whole
    /// words, without regard to case.
    #[must_use]
    pub fn taken_out_of(&self, reason: &Reason) -> Option<Reason> {
        let text = reason.as_str();
        let (mut kept, mut rest, mut before) = (String::with_capacity(text.len()), text, None);
        while let Some(next) = rest.chars().next() {
            let length = if is_inner(before) { None } else { self.length_at(rest) };
            let (shown, taken) = length.map_or((next, next.len_utf8()), |length| (GONE, length));
            kept.push(shown);
            let (passed, left) = rest.split_at_checked(taken)?;
            (before, rest) = (passed.chars().next_back(), left);
        }
        // What is no longer than a reason, and not blank, is one.
        if kept == text { None } else { Reason::parse(&kept).ok() }
    }

    /// How many bytes of the text are one of the names, when it begins with one.
    fn length_at(&self, text: &str) -> Option<usize> {
        self.0.iter().find_map(|name| {
            let mut wanted = name.iter().copied().peekable();
            for (at, character) in text.char_indices() {
                if !character.to_lowercase().all(|lower| wanted.next() == Some(lower)) {
                    return None;
                }
                if wanted.peek().is_none() {
                    let length = at + character.len_utf8();
                    let after = text.get(length..)?.chars().next();
                    return (!is_inner(after)).then_some(length);
                }
            }
            None
        })
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Tells whether a word goes on with that character.
fn is_inner(character: Option<char>) -> bool {
    character.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        let names: Vec<_> = names.iter().map(|name| ActorName::parse(*name).unwrap()).collect();
        Names::new(&names)
    }

    fn taken_out(names: &Names, text: &str) -> Option<String> {
        names.taken_out_of(&Reason::parse(text).unwrap()).map(|reason| reason.as_str().to_owned())
    }

    #[test]
    fn a_name_is_taken_out_wherever_it_stands_as_whole_words() {
        let haddad = names(&["Nada Haddad", "Nada"]);
        for (text, left) in [
            ("Nada Haddad", Some("…")),
            ("Replaced NADA HADDAD, and nada too", Some("Replaced …, and … too")),
            ("(Nada)'s dates moved", Some("(…)'s dates moved")),
            ("Nada-Nada", Some("…-…")),
            ("Nadal won; Granada lost; Nada1", None),
            ("Nobody", None),
            ("Nad", None),
        ] {
            assert_eq!(taken_out(&haddad, text).as_deref(), left, "{text}");
        }
    }

    #[test]
    fn a_name_in_any_script_is_taken_out() {
        for (name, text, left) in [
            ("Ångström", "mit ångström", "mit …"),
            ("İpek", "for i\u{307}pek", "for …"),
            ("山田 花子", "山田 花子 は", "… は"),
            ("O'Brien \"%\"", "o'brien \"%\"!", "…!"),
        ] {
            assert_eq!(taken_out(&names(&[name]), text).as_deref(), Some(left), "{name}");
        }
    }

    #[test]
    fn a_reason_as_long_as_can_be_is_still_one() {
        let text = "B ".repeat(249) + "BB";
        assert_eq!(taken_out(&names(&["b"]), &text), Some("… ".repeat(249) + "BB"));
    }
}
