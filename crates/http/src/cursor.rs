//! Places in a list, as opaque text that only the list which gave it out takes back.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate};
use ensemble_domain::{Folded, Position, SortKey};

use crate::digest::sha256;

/// How many bytes of a digest are kept: enough that neither a typing mistake nor a cursor of another list fits by chance.
const SEAL: usize = 8;

/// A list that gives out cursors.
#[derive(Clone, Copy)]
pub struct List<'a> {
    /// Its path.
    pub path: &'a str,
    /// What is asked for of it, filters and order, always written in the same way.
    pub query: &'a str,
}

impl List<'_> {
    /// The cursor of that position in the list. It keeps nothing secret: a permission is asked for with it as without it.
    pub fn encode(self, position: &Position) -> String {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(&position.id.to_be_bytes());
        write_key(&position.key, &mut bytes);
        let seal = sha256(&[self.path.as_bytes(), self.query.as_bytes(), &bytes]);
        bytes.extend(seal.into_iter().take(SEAL));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position that a cursor of the list stands for, `None` unless it is what [`List::encode`] makes of it, to the last
    /// character.
    pub fn decode(self, cursor: &str) -> Option<Position> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (id, rest) = bytes.split_first_chunk()?;
        let key = read_key(rest.get(..rest.len().checked_sub(SEAL)?)?)?;
        let position = Position { key, id: i64::from_be_bytes(*id) };
        (self.encode(&position) == cursor).then_some(position)
    }
}

fn write_key(key: &SortKey, bytes: &mut Vec<u8>) {
    match key {
        SortKey::Id => bytes.push(b'i'),
        SortKey::Text(text) => {
            bytes.push(b't');
            bytes.extend_from_slice(text.as_str().as_bytes());
        }
        SortKey::Day(day) => {
            bytes.push(b'd');
            bytes.extend_from_slice(&day.to_epoch_days().to_be_bytes());
        }
        SortKey::Instant(at) => {
            bytes.push(b'a');
            bytes.extend_from_slice(&at.timestamp().to_be_bytes());
            bytes.extend_from_slice(&at.timestamp_subsec_nanos().to_be_bytes());
        }
    }
}

/// The years that something in a list may be of. Not every store takes the days of all others.
const YEARS: RangeInclusive<i32> = 1..=9999;

fn read_key(bytes: &[u8]) -> Option<SortKey> {
    match bytes.split_first()? {
        (b'i', []) => Some(SortKey::Id),
        // No store takes a NUL, and no text has one.
        (b't', text) if !text.contains(&0) => Some(SortKey::Text(Folded::of(str::from_utf8(text).ok()?))),
        (b'd', day) => {
            let day = NaiveDate::from_epoch_days(i32::from_be_bytes(day.try_into().ok()?))?;
            YEARS.contains(&day.year()).then_some(SortKey::Day(day))
        }
        (b'a', at) => {
            let (seconds, nanos) = at.split_first_chunk()?;
            let nanos = u32::from_be_bytes(nanos.try_into().ok()?);
            let at = DateTime::from_timestamp(i64::from_be_bytes(*seconds), nanos)?;
            YEARS.contains(&at.year()).then_some(SortKey::Instant(at))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: List<'_> = List { path: "/actors/7/history", query: "" };

    fn position(id: i64) -> Position {
        Position { key: SortKey::Id, id }
    }

    fn any_position() -> impl Strategy<Value = Position> {
        let key = prop_oneof![
            Just(SortKey::Id),
            "[^\\x00]{0,40}".prop_map(|text| SortKey::Text(Folded::of(&text))),
            (-700_000_i32..800_000).prop_map(|days| SortKey::Day(NaiveDate::from_epoch_days(days).unwrap())),
            (any::<i32>(), 0_u32..1_000_000_000)
                .prop_map(|(at, nanos)| SortKey::Instant(DateTime::from_timestamp(at.into(), nanos).unwrap())),
        ];
        (key, any::<i64>()).prop_map(|(key, id)| Position { key, id })
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_position(
            position in any_position(), path in "/[a-z0-9/]{0,40}", query in "[a-z=&+%]{0,40}",
        ) {
            let list = List { path: &path, query: &query };
            prop_assert_eq!(list.decode(&list.encode(&position)), Some(position));
        }

        #[test]
        fn a_cursor_of_another_list_is_refused(
            position in any_position(), path in "/[a-z0-9/]{0,40}", query in "[a-z=&]{0,9}",
        ) {
            let list = List { path: &path, query: &query };
            prop_assume!((list.path, list.query) != (LIST.path, LIST.query));
            prop_assert_eq!(LIST.decode(&list.encode(&position)), None);
            prop_assert_eq!(List { query: "sort=-name", ..list }.decode(&list.encode(&position)), None);
        }

        #[test]
        fn a_cursor_with_a_character_changed_is_refused(
            position in any_position(), at in any::<prop::sample::Index>(), by in "[A-Za-z0-9_-]",
        ) {
            let mut cursor = LIST.encode(&position);
            let at = at.index(cursor.len());
            prop_assume!(cursor[at..=at] != by);
            cursor.replace_range(at..=at, &by);
            prop_assert_eq!(LIST.decode(&cursor), None);
        }

        #[test]
        fn what_was_never_given_out_is_refused(cursor in "\\PC{0,40}|[A-Za-z0-9_-]{0,60}") {
            prop_assert_eq!(LIST.decode(&cursor), None);
        }
    }

    #[test]
    fn a_cursor_is_taken_in_one_spelling_only() {
        let cursor = LIST.encode(&position(41));
        assert_eq!(cursor.len(), 23);
        let longer = URL_SAFE_NO_PAD.encode([URL_SAFE_NO_PAD.decode(&cursor).unwrap(), vec![0]].concat());
        for other in [format!("{cursor}="), format!("{cursor}A"), format!(" {cursor}"), cursor[..22].to_owned(), longer]
        {
            assert_eq!(LIST.decode(&other), None, "{other}");
        }
    }
}
