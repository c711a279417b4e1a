//! Searching with SQLite's FTS5 index of trigrams.

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    dsl::sql,
    sql_types::{BigInt, Text},
};
use ensemble_domain::{Folded, Total};

use crate::lists::{BEYOND_CAP, Matches, Part, Searched};

/// What the search comes to among rows that are not deleted. Where the index finds few rows, it says which, and of words of three
/// characters or more, these are right as they are; where it finds many, one row after another is looked at until the page is full.
pub fn among_live(connection: &mut SqliteConnection, searched: &Searched, words: &[Folded]) -> QueryResult<Matches> {
    let (long, short): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.as_str().chars().nth(2).is_some());
    let ids = if long.is_empty() { None } else { found(connection, searched.index, &long)? };
    let Some(ids) = ids else { return Ok(Matches { conditions: holding(searched, words), ids: None }) };
    let [and, table] = [" AND ", searched.table].map(Part::Sql);
    let mut conditions = vec![and, table, Part::Sql(".id IN "), Part::numbers(ids.iter().copied())];
    conditions.extend(holding(searched, short.iter().copied()));
    Ok(Matches { conditions, ids: short.is_empty().then_some(ids) })
}

/// The condition that the key holds the words, which is looked for in each row.
pub fn holding<'a>(searched: &Searched, words: impl IntoIterator<Item = &'a Folded>) -> Vec<Part> {
    let of_word = |word: &Folded| {
        let [before, table, dot, key, comma] = [" AND instr(", searched.table, ".", searched.key, ", "].map(Part::Sql);
        [before, table, dot, key, comma, Part::Text(word.as_str().to_owned()), Part::Sql(") > 0")]
    };
    words.into_iter().flat_map(of_word).collect()
}

/// The ids of the rows whose keys hold all of the words, in order; `None` when they are too many to be of use.
fn found(connection: &mut SqliteConnection, index: &str, words: &[&Folded]) -> QueryResult<Option<Vec<i64>>> {
    let phrase = |word: &&Folded| format!("\"{}\"", word.as_str().replace('"', "\"\""));
    let phrases = words.iter().map(phrase).collect::<Vec<_>>().join(" AND ");
    let query = format!("SELECT rowid FROM {index} WHERE {index} MATCH ");
    let ids: Vec<i64> = sql::<BigInt>(&query)
        .bind::<Text, _>(phrases)
        .sql(" ORDER BY rowid LIMIT ")
        .bind::<BigInt, _>(BEYOND_CAP)
        .load(connection)?;
    let is_few = Total::counted(u64::try_from(ids.len()).unwrap_or(u64::MAX)) != Total::Capped;
    Ok(is_few.then_some(ids))
}
