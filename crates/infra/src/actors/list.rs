//! Which actors a list shows, as SQL.

use chrono::NaiveDate;
use diesel::QueryResult;
use ensemble_domain::{ActorFilter, ActorQuery, ActorSort, SortKey};

use super::{ActorColumns, ActorRow};
use crate::{
    connection::AnyConnection,
    lists::{Key, List, Listed, Part, Searched},
};

/// The day that seniorities are counted to.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2200, 12, 31).unwrap();

/// The list that the query asks for.
pub fn list(connection: &mut AnyConnection, query: &ActorQuery) -> QueryResult<List<ActorColumns>> {
    let searched = Searched { table: "actors", key: "name_key", index: "actors_search" };
    List::of(connection, query, Listed { searched, columns: ActorRow::columns(), conditions, key })
}

const fn key(field: ActorSort) -> Option<Key> {
    match field {
        ActorSort::Id => None,
        ActorSort::Name => Some(Key::of("name_key", "actors_name")),
        ActorSort::Age => Some(Key { column: "seniority", index: "actors_age", value: seniority_at }),
        ActorSort::CreatedAt => Some(Key::of("created_at", "actors_created")),
    }
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
    if !filter.without.is_empty() {
        parts.extend([Part::Sql(" AND actors.id NOT IN "), Part::numbers(filter.without.iter().map(|id| id.get()))]);
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
