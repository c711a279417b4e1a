//! Single steps of a request, for the benchmarks and the fuzzers of this crate and for nothing else.

use std::time::Duration;

use actix_web::HttpResponse;
use chrono::NaiveDate;
use ensemble_domain::{
    Actor, ActorChanges, ActorFilter, ActorQuery, MovieChanges, MovieFilter, NewActor, Page, PageRequest, Position,
};

use crate::{
    actors::{self, ActorBody},
    conditional::{self, Condition},
    cursor::List,
    json::Json,
    lists::{self, Listed, Part},
    movies::MovieBody,
    problem::Problem,
    query::{self, Parameters},
    request_metrics::RequestMetrics,
};

/// The status with which something is refused.
pub type Status = u16;

fn status(refused: impl Into<Problem>) -> Status {
    refused.into().kind().status().as_u16()
}

/// Counts an answer, with the recorder that was there when this was called.
pub fn count_requests() -> impl Fn() {
    let metrics = RequestMetrics::new();
    move || {
        drop(metrics.arrived());
        metrics.ended("/actors/{id}", "GET", 200, Duration::from_millis(1));
    }
}

/// Reads the body of `PATCH /actors/{id}`.
///
/// # Errors
///
/// The status with which it is refused.
pub fn read_actor_changes(body: &[u8], today: NaiveDate) -> Result<ActorChanges, Status> {
    let body = Json::<ActorBody>::from_bytes(body).map_err(status)?;
    body.parse_changes(today).map_err(status)
}

/// Reads the body of `PATCH /movies/{id}`.
///
/// # Errors
///
/// The status with which it is refused.
pub fn read_movie_changes(body: &[u8]) -> Result<MovieChanges, Status> {
    let body = Json::<MovieBody>::from_bytes(body).map_err(status)?;
    body.parse_changes().map_err(status)
}

/// Reads the query of `GET /actors`.
///
/// # Errors
///
/// The status with which it is refused.
pub fn read_actors_query(query: &str, today: NaiveDate) -> Result<(), Status> {
    read_query::<ActorFilter>(query, today).map_err(status)
}

/// Reads the query of `GET /movies`.
///
/// # Errors
///
/// The status with which it is refused.
pub fn read_movies_query(query: &str, today: NaiveDate) -> Result<(), Status> {
    read_query::<MovieFilter>(query, today).map_err(status)
}

fn read_query<F: Listed>(query: &str, today: NaiveDate) -> Result<(), Problem> {
    query::refuse_unknown(query, F::PARAMETERS)?;
    let given = Parameters::of(query);
    let (query, _deleted) = lists::read::<F>(&given, today)?;
    Part::parse(&given, &query).map(drop)
}

/// The entity tags of a list, each as a header spells it; `None` when it is no such list.
#[must_use]
pub fn read_entity_tags(list: &str) -> Option<Vec<String>> {
    match conditional::parse(list)? {
        Condition::Any => Some(vec!["*".to_owned()]),
        Condition::Tags(tags) => {
            let spelled = tags.iter().map(|tag| format!("{}\"{}\"", if tag.weak { "W/" } else { "" }, tag.opaque));
            Some(spelled.collect())
        }
    }
}

/// Reads the body of `POST /actors`; `None` when it is refused.
#[must_use]
pub fn parse_actor(body: &[u8], today: NaiveDate) -> Option<NewActor> {
    Json::<ActorBody>::from_bytes(body).ok()?.parse(today).ok()
}

/// Renders the answer to `GET /actors/{id}`.
#[must_use]
pub fn render_actor(actor: &Actor, today: NaiveDate) -> Option<HttpResponse> {
    actors::render(actor, today).ok()
}

/// Renders the answer to `GET /actors`.
#[must_use]
pub fn render_actors(actors: &Page<Actor>, page: PageRequest, today: NaiveDate) -> Option<HttpResponse> {
    let part = Part { path: "/actors", page, filters: String::new() };
    actors::list::render_page(actors, &ActorQuery::default(), &part, today).ok()
}

/// The cursor of a place in the list of actors.
#[must_use]
pub fn encode_cursor(position: &Position) -> String {
    ACTORS.encode(position)
}

/// The place that a cursor of the list of actors stands for.
#[must_use]
pub fn decode_cursor(cursor: &str) -> Option<Position> {
    ACTORS.decode(cursor)
}

const ACTORS: List<'_> = List { path: "/actors", query: "sort=name" };

#[cfg(test)]
mod tests {
    use ensemble_domain::parse_day;
    use proptest::{collection::vec, prelude::*, sample::select};
    use serde_json::{Value, json};

    use super::*;
    use crate::json::Body;

    fn today() -> NaiveDate {
        parse_day("2026-03-14").unwrap()
    }

    /// A JSON value that a member may have, or had better not.
    fn any_value() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1_i64..130).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}|[0-9]{1,20}".prop_map(Value::from),
            "[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?".prop_map(Value::from),
        ];
        plain.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                vec(("[a-z]{1,3}", inner), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// A body with some of these members, and some others.
    fn any_body(names: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
        let name = prop_oneof![4 => select(names).prop_map(str::to_owned), 1 => "[a-z_]{0,4}"];
        let object = vec((name, any_value()), 0..5).prop_map(|members| Value::Object(members.into_iter().collect()));
        prop_oneof![
            8 => object.prop_map(|object| object.to_string().into_bytes()),
            1 => any_value().prop_map(|value| value.to_string().into_bytes()),
            1 => vec(any::<u8>(), 0..40),
        ]
    }

    /// The body as another client may write it.
    fn written_anew(body: &[u8]) -> Vec<u8> {
        let value: Value = serde_json::from_slice(body).unwrap();
        serde_json::to_vec_pretty(&value).unwrap()
    }

    fn any_query(names: Vec<&'static str>) -> impl Strategy<Value = String> {
        let name = prop_oneof![4 => select(names).prop_map(str::to_owned), 1 => "[a-z%=]{0,4}"];
        let value = "\\PC{0,12}|-?[0-9]{1,22}|[0-9]{4}-[01][0-9]-[0-3][0-9]|[a-z_,-]{0,9}|[A-Za-z0-9_-]{0,40}";
        let pairs = vec((name, value).prop_map(|(name, value)| format!("{name}={value}")), 0..4);
        prop_oneof![4 => pairs.prop_map(|pairs| pairs.join("&")), 1 => "\\PC{0,40}"]
    }

    fn names_of<F: Listed>() -> Vec<&'static str> {
        F::PARAMETERS.iter().map(|parameter| parameter.name).collect()
    }

    proptest! {
        #[test]
        fn any_change_of_an_actor_is_read_or_refused(body in any_body(ActorBody::MEMBERS)) {
            match read_actor_changes(&body, today()) {
                Ok(changes) => prop_assert_eq!(read_actor_changes(&written_anew(&body), today()), Ok(changes)),
                Err(status) => prop_assert!([400, 422].contains(&status), "{}", status),
            }
        }

        #[test]
        fn any_change_of_a_movie_is_read_or_refused(body in any_body(MovieBody::MEMBERS)) {
            match read_movie_changes(&body) {
                Ok(changes) => prop_assert_eq!(read_movie_changes(&written_anew(&body)), Ok(changes)),
                Err(status) => prop_assert!([400, 422].contains(&status), "{}", status),
            }
        }

        #[test]
        fn any_query_for_actors_is_read_or_refused(query in any_query(names_of::<ActorFilter>())) {
            prop_assert!(matches!(read_actors_query(&query, today()), Ok(()) | Err(400)));
        }

        #[test]
        fn any_query_for_movies_is_read_or_refused(query in any_query(names_of::<MovieFilter>())) {
            prop_assert!(matches!(read_movies_query(&query, today()), Ok(()) | Err(400)));
        }

        #[test]
        fn a_list_of_entity_tags_is_read_as_it_is_written(
            tags in vec(("(W/)?", "[!#-~]{0,9}"), 1..4), between in "[ \t]{0,2},[ \t,]{0,2}",
        ) {
            let tags: Vec<_> = tags.iter().map(|(weak, opaque)| format!("{weak}\"{opaque}\"")).collect();
            prop_assert_eq!(read_entity_tags(&tags.join(&between)), Some(tags));
        }

        #[test]
        fn any_list_of_entity_tags_is_read_or_refused(list in "\\PC{0,20}|[W/\", \t*a-c]{0,20}") {
            if let Some(tags) = read_entity_tags(&list) {
                prop_assert_eq!(read_entity_tags(&tags.join(", ")), Some(tags));
            }
        }
    }
}
