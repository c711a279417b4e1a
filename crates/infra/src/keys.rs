//! The keys that names and titles are searched and sorted by, for rows that are older than the keys.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};
use ensemble_domain::Folded;

use crate::{
    connection::AnyConnection,
    schema::{actors, movies},
};

/// How many rows are filled in one transaction.
const BATCH: i64 = 1000;

/// Fills the keys of some rows that have none, and answers how many they were.
pub fn fill(connection: &mut AnyConnection) -> QueryResult<usize> {
    let names = actors::table.filter(actors::name_key.eq("")).limit(BATCH).select((actors::id, actors::name));
    let names: Vec<(i64, String)> = names.load(connection)?;
    for (id, name) in &names {
        let key = actors::name_key.eq(key_of(name));
        diesel::update(actors::table.find(id)).set(key).execute(connection)?;
    }
    let titles = movies::table.filter(movies::title_key.eq("")).limit(BATCH).select((movies::id, movies::title));
    let titles: Vec<(i64, String)> = titles.load(connection)?;
    for (id, title) in &titles {
        let key = movies::title_key.eq(key_of(title));
        diesel::update(movies::table.find(id)).set(key).execute(connection)?;
    }
    Ok(names.len() + titles.len())
}

/// Never empty, so that no row is filled twice: only blanks fold to nothing, and those were never let in.
fn key_of(text: &str) -> String {
    let folded = Folded::of(text).into_string();
    if folded.is_empty() { text.to_owned() } else { folded }
}
