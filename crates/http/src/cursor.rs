//! Places in a list, as opaque text that only the list which gave it out takes back.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::digest::sha256;

/// How many bytes of a digest are kept: enough that neither a typing mistake nor a cursor of another list fits by chance.
const SEAL: usize = 8;

/// The cursor of that position in the list at that path. It keeps nothing secret: a permission is asked for with it as without it.
pub fn encode(list: &str, position: i64) -> String {
    let position = position.to_be_bytes();
    let seal = sha256(&[list.as_bytes(), &position]).into_iter().take(SEAL);
    URL_SAFE_NO_PAD.encode(position.into_iter().chain(seal).collect::<Vec<_>>())
}

/// The position that a cursor of that list stands for, `None` unless it is what [`encode`] makes of it, to the last character.
pub fn decode(list: &str, cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let position = i64::from_be_bytes(*bytes.first_chunk()?);
    (encode(list, position) == cursor).then_some(position)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: &str = "/actors/7/history";

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_position(position: i64, list in "/[a-z0-9/]{0,40}") {
            prop_assert_eq!(decode(&list, &encode(&list, position)), Some(position));
        }

        #[test]
        fn a_cursor_of_another_list_is_refused(position: i64, list in "/[a-z0-9/]{0,40}") {
            prop_assume!(list != LIST);
            prop_assert_eq!(decode(LIST, &encode(&list, position)), None);
        }

        #[test]
        fn a_cursor_with_a_character_changed_is_refused(position: i64, at in 0_usize..22, by in "[A-Za-z0-9_-]") {
            let mut cursor = encode(LIST, position);
            prop_assume!(cursor[at..=at] != by);
            cursor.replace_range(at..=at, &by);
            prop_assert_eq!(decode(LIST, &cursor), None);
        }

        #[test]
        fn what_was_never_given_out_is_refused(cursor in "\\PC{0,40}") {
            prop_assert_eq!(decode(LIST, &cursor), None);
        }
    }

    #[test]
    fn a_cursor_is_taken_in_one_spelling_only() {
        let cursor = encode(LIST, 41);
        assert_eq!(cursor.len(), 22);
        let longer = URL_SAFE_NO_PAD.encode([URL_SAFE_NO_PAD.decode(&cursor).unwrap(), vec![0]].concat());
        for other in
            [format!("{cursor}=="), format!("{cursor}A"), format!(" {cursor}"), cursor[..21].to_owned(), longer]
        {
            assert_eq!(decode(LIST, &other), None, "{other}");
        }
    }
}
