//! Which actors a list shows, as SQL.

use chrono::NaiveDate;
use ensemble_domain::{ActorFilter, ActorQuery, ActorSort, Deleted, SortKey};

use super::{ACTOR_COLUMNS, row::ActorColumns};
use crate::{
    connection::AnyConnection,
    error::Trouble,
    lists::{Key, List, Part, Searched},
};

/// The day that seniorities are counted to.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2200, 12, 31).unwrap();

/// What a search of actors looks through.
const NAMES: Searched = Searched { table: "actors", key: "name_key", index: "actors_search" };

/// The list that the query asks for.
pub fn list(connection: &mut AnyConnection, query: &ActorQuery) -> Result<List<ActorColumns>, Trouble> {
    let mut conditions = conditions(&query.filter);
    conditions.push(Part::Sql(match query.deleted() {
        Deleted::No => " AND actors.deleted_at IS NULL",
        Deleted::Only => " AND actors.deleted_at IS NOT NULL",
        Deleted::With => "",
    }));
    let search =
        query.filter.search.as_ref().map(|search| connection.dialect().search(&NAMES, search.words(), query.deleted()));
    let matches = search.transpose()?.unwrap_or_default();
    conditions.extend(matches.conditions);
    Ok(List {
        table: "actors",
        columns: ACTOR_COLUMNS,
        conditions,
        ids: matches.ids.filter(|_| query.is_search_by_id()),
        key: match query.sort.by {
            ActorSort::Id => None,
            ActorSort::Name => Some(Key::of("name_key", "actors_name")),
            ActorSort::Age => Some(Key { column: "seniority", index: "actors_age", value: seniority_at }),
            ActorSort::CreatedAt => Some(Key::of("created_at", "actors_created")),
        },
        descending: query.sort.descending,
        is_led: connection.dialect().has_to_be_led(),
        is_unfiltered: query.is_unfiltered(),
    })
}

fn conditions(filter: &ActorFilter) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(name) = &filter.name {
        parts.extend([Part::Sql(" AND actors.name_key = "), Part::Text(name.as_str().to_owned())]);
    }
    if let Some(gender) = &filter.gender {
        parts.extend([Part::Sql(" AND actors.gender = "), Part::Text(gender.as_str().to_owned())]);
    }
    // By the same column as the order by age, so that one index serves both: the later the birth, the less.
    for (day, comparison) in
        [(filter.born.from(), " AND actors.seniority <= "), (filter.born.to(), " AND actors.seniority >= ")]
    {
        parts.extend(day.into_iter().flat_map(|day| [Part::Sql(comparison), seniority(day)]));
    }
    if let Some(movie) = filter.movie {
        parts.push(Part::Sql(CAST_IN));
        parts.extend([Part::Number(movie.get()), Part::Sql(")")]);
    }
    if let Some(days) = filter.available {
        parts.push(Part::Sql(NOT_BOOKED));
        parts.extend([Part::Day(days.end()), Part::Sql(" AND movies.shoot_end >= "), Part::Day(days.start())]);
        parts.push(Part::Sql(")"));
    }
    parts
}

/// The days from that day to the last that counts, as the migrations have it.
fn seniority(born: NaiveDate) -> Part {
    Part::Number(LAST_DAY.signed_duration_since(born).num_days())
}

fn seniority_at(key: &SortKey) -> Option<Part> {
    if let SortKey::Day(born) = key { Some(seniority(*born)) } else { Part::of(key) }
}

const CAST_IN: &str = " AND actors.id IN (SELECT castings.actor_id FROM castings \
     JOIN movies ON movies.id = castings.movie_id WHERE movies.deleted_at IS NULL AND movies.id = ";

const NOT_BOOKED: &str = " AND NOT EXISTS (SELECT 1 FROM castings JOIN movies ON movies.id = castings.movie_id \
     WHERE castings.actor_id = actors.id AND castings.status = 'booked' AND movies.deleted_at IS NULL \
     AND movies.shoot_start <= ";
