//! Which movies a list shows, as SQL.

use ensemble_domain::{Deleted, MovieFilter, MovieQuery, MovieSort};

use super::{MOVIE_COLUMNS, row::MovieColumns};
use crate::{
    connection::AnyConnection,
    error::Trouble,
    lists::{Key, List, Part, Searched},
};

/// What a search of movies looks through.
const TITLES: Searched = Searched { table: "movies", key: "title_key", index: "movies_search" };

/// The list that the query asks for.
pub fn list(connection: &mut AnyConnection, query: &MovieQuery) -> Result<List<MovieColumns>, Trouble> {
    let mut conditions = conditions(&query.filter);
    conditions.push(Part::Sql(match query.deleted() {
        Deleted::No => " AND movies.deleted_at IS NULL",
        Deleted::Only => " AND movies.deleted_at IS NOT NULL",
        Deleted::With => "",
    }));
    let search = query
        .filter
        .search
        .as_ref()
        .map(|search| connection.dialect().search(&TITLES, search.words(), query.deleted()));
    let matches = search.transpose()?.unwrap_or_default();
    conditions.extend(matches.conditions);
    Ok(List {
        table: "movies",
        columns: MOVIE_COLUMNS,
        conditions,
        ids: matches.ids.filter(|_| query.is_search_by_id()),
        key: match query.sort.by {
            MovieSort::Id => None,
            MovieSort::Title => Some(Key::of("title_key", "movies_title")),
            MovieSort::ReleaseDate => Some(Key::of("release_date", "movies_release")),
            MovieSort::CreatedAt => Some(Key::of("created_at", "movies_created")),
        },
        descending: query.sort.descending,
        is_led: connection.dialect().has_to_be_led(),
        is_unfiltered: query.is_unfiltered(),
    })
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
