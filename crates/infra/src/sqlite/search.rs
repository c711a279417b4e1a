//! Searching with SQLite's FTS5 index of trigrams.

use std::collections::BTreeSet;

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    dsl::sql,
    sql_types::{BigInt, Text},
};
use ensemble_domain::{Folded, Total};

use crate::lists::{BEYOND_CAP, Part, Searched};

/// The most trigrams that the index is asked for; it only has to leave few rows to look at.
const MAX_TRIGRAMS: usize = 32;

/// The condition that the key holds all of the words. Where the index leaves few rows, it says which; where it leaves many, one row
/// after another is looked at until the page is full.
pub fn conditions(connection: &mut SqliteConnection, searched: &Searched, words: &[Folded]) -> QueryResult<Vec<Part>> {
    let mut parts = Vec::new();
    if let Some(few) =
        trigrams(words).map(|trigrams| candidates(connection, searched.index, &trigrams)).transpose()?.flatten()
    {
        parts.extend([
            Part::Sql(" AND "),
            Part::Sql(searched.table),
            Part::Sql(".id IN (SELECT value FROM json_each("),
        ]);
        parts.extend([Part::Text(few), Part::Sql("))")]);
    }
    for word in words {
        parts.extend([Part::Sql(" AND instr("), Part::Sql(searched.table), Part::Sql("."), Part::Sql(searched.key)]);
        parts.extend([Part::Sql(", "), Part::Text(word.as_str().to_owned()), Part::Sql(") > 0")]);
    }
    Ok(parts)
}

/// The ids of the rows that hold all of the trigrams, as a JSON array; `None` when they are too many to be of use. They are asked for
/// once, since the index has to go through the lists of all trigrams to find what is in each.
fn candidates(connection: &mut SqliteConnection, index: &str, trigrams: &str) -> QueryResult<Option<String>> {
    let query = format!("SELECT rowid FROM {index} WHERE {index} MATCH ");
    let ids: Vec<i64> = sql::<BigInt>(&query)
        .bind::<Text, _>(trigrams)
        .sql(" LIMIT ")
        .bind::<BigInt, _>(BEYOND_CAP)
        .load(connection)?;
    let cap = usize::try_from(Total::CAP).unwrap_or(usize::MAX);
    Ok((ids.len() <= cap).then(|| format!("{ids:?}")))
}

/// What the index is asked for: every trigram of the words. `None` when no word has three characters.
fn trigrams(words: &[Folded]) -> Option<String> {
    let trigrams: BTreeSet<String> = words
        .iter()
        .flat_map(|word| {
            let characters: Vec<char> = word.as_str().chars().collect();
            characters.windows(3).map(|three| three.iter().collect()).collect::<Vec<String>>()
        })
        .collect();
    let quoted: Vec<_> =
        trigrams.iter().take(MAX_TRIGRAMS).map(|trigram| format!("\"{}\"", trigram.replace('"', "\"\""))).collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
}
