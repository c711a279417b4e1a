//! Which movies a list shows, as SQL.

use diesel::QueryResult;
use ensemble_domain::{MovieFilter, MovieQuery, MovieSort};

use super::{MovieColumns, MovieRow};
use crate::{
    connection::AnyConnection,
    lists::{Key, List, Listed, Part, Searched},
};

/// The list that the query asks for.
pub fn list(connection: &mut AnyConnection, query: &MovieQuery) -> QueryResult<List<MovieColumns>> {
    let searched = Searched { table: "movies", key: "title_key", index: "movies_search" };
    List::of(connection, query, Listed { searched, columns: MovieRow::columns(), conditions, key })
}

const fn key(field: MovieSort) -> Option<Key> {
    match field {
        MovieSort::Id => None,
        MovieSort::Title => Some(Key::of("title_key", "movies_title")),
        MovieSort::ReleaseDate => Some(Key::of("release_date", "movies_release")),
        MovieSort::CreatedAt => Some(Key::of("created_at", "movies_created")),
    }
}

fn conditions(filter: &MovieFilter) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(title) = &filter.title {
        parts.extend([Part::Sql(" AND movies.title_key = "), Part::Text(title.as_str().to_owned())]);
    }
    for (day, comparison) in [
        (filter.released.from(), " AND movies.release_date >= "),
        (filter.released.to(), " AND movies.release_date <= "),
    ] {
        parts.extend(day.into_iter().flat_map(|day| [Part::Sql(comparison), Part::Day(day)]));
    }
    if let Some(actor) = filter.actor {
        parts.push(Part::Sql(CAST_WITH));
        parts.extend([Part::Number(actor.get()), Part::Sql(")")]);
    }
    parts
}

const CAST_WITH: &str = " AND movies.id IN (SELECT castings.movie_id FROM castings \
     JOIN actors ON actors.id = castings.actor_id WHERE actors.deleted_at IS NULL AND actors.id = ";
