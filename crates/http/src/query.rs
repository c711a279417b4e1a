//! Query parameters: known names only, each once, each of its type.

use std::{
    borrow::Cow,
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use ensemble_domain::{
    Caller, CastingStatus, Deleted, Denied, Fault, FaultCode, Limit, PageNumber, PageRequest, Requirement,
};

use crate::{
    input::Input,
    problem::{Flaw, Kind, Problem},
};

/// Refuses a query with a parameter that is not among the known ones, and names the nearest of them.
pub fn refuse_unknown(query: &str, known: &[&str]) -> Result<(), Problem> {
    if query.is_empty() {
        return Ok(());
    }
    let unknown = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name).find(|name| !known.contains(&&**name));
    let Some(name) = unknown else { return Ok(()) };
    let detail = match nearest(&name, known) {
        Some(near) => format!("is not known here; did you mean {near}?"),
        None if known.is_empty() => "is not known here, where there are no query parameters".to_owned(),
        None => format!("is not known here; there are {}", known.join(", ")),
    };
    Err(flawed(Kind::UnknownParameter, &name, FaultCode::Unknown, detail.into()))
}

/// The known name that a typing mistake may have meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    known.iter().copied().filter(|known| likeness(known) > 0.7).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// The refusal of one query parameter.
pub fn flawed(kind: Kind, parameter: &str, code: FaultCode, detail: Cow<'static, str>) -> Problem {
    let sentence = format!("query parameter {parameter} {detail}");
    let flaw = Flaw { pointer: None, parameter: Some(parameter.to_owned()), code: code.as_str(), detail };
    Problem::new(kind, sentence).with_flaws(vec![flaw])
}

/// The query of a list: `page`, `limit` and `deleted`.
#[derive(Clone, Copy)]
pub struct ListQuery {
    pub page: PageRequest,
    pub deleted: Deleted,
}

/// The query of a list that shows what is deleted to whoever may do what `D` stands for.
pub struct ListInput<D> {
    pub query: ListQuery,
    deleter: PhantomData<D>,
}

impl<D: Requirement> Input for ListInput<D> {
    const PARAMETERS: &'static [&'static str] = &["page", "limit", "deleted"];

    fn check(caller: &Caller, query: &str) -> Result<(), Denied> {
        match single(query, "deleted", deleted) {
            Ok(Some(Deleted::Only | Deleted::With)) => caller.permit::<D>().map(drop),
            _ => Ok(()),
        }
    }

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        Ok(Self { query: ListQuery::parse(request.query_string())?, deleter: PhantomData })
    }
}

/// The query of a cast or a filmography: which statuses are shown, `None` for all.
pub struct Statuses(pub Option<Vec<CastingStatus>>);

impl Input for Statuses {
    const PARAMETERS: &'static [&'static str] = &["status"];

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let statuses = |text: &str| text.split(',').map(CastingStatus::parse).collect();
        single(request.query_string(), "status", statuses).map(Self)
    }
}

/// No query parameters: any is refused.
pub struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(refuse_unknown(request.query_string(), &[]).map(|()| Self))
    }
}

impl ListQuery {
    fn parse(query: &str) -> Result<Self, Problem> {
        Ok(Self {
            page: PageRequest {
                page: single(query, "page", |text| PageNumber::new(number(text)?))?.unwrap_or(PageNumber::FIRST),
                limit: limit(query)?,
            },
            deleted: single(query, "deleted", deleted)?.unwrap_or_default(),
        })
    }
}

/// Reads one parameter that may be absent; given twice it is refused.
pub fn single<T>(query: &str, name: &str, read: impl Fn(&str) -> Result<T, Fault>) -> Result<Option<T>, Problem> {
    let refused = |fault: Fault| flawed(Kind::InvalidRequest, name, fault.code, fault.detail);
    let mut given = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let Some((_, text)) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(refused(Fault::new(FaultCode::Disagrees, "is given more than once")));
    }
    read(&text).map(Some).map_err(refused)
}

/// How many items a page is to have.
pub fn limit(query: &str) -> Result<Limit, Problem> {
    Ok(single(query, "limit", |text| Limit::new(number(text)?))?.unwrap_or(Limit::DEFAULT))
}

/// Digits; more than a `u64` holds is held at its end.
fn number(text: &str) -> Result<u64, Fault> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse().unwrap_or(u64::MAX));
    }
    Err(Fault::new(FaultCode::Type, "must be a whole number from 1"))
}

fn deleted(text: &str) -> Result<Deleted, Fault> {
    match text {
        "no" => Ok(Deleted::No),
        "only" => Ok(Deleted::Only),
        "with" => Ok(Deleted::With),
        _ => Err(Fault::new(FaultCode::Format, "must be one of no, only, with")),
    }
}

#[cfg(test)]
mod tests {
    use ensemble_domain::DeleteActors;

    use super::*;

    fn detail(refused: Result<impl Sized, Problem>) -> String {
        refused.err().unwrap().to_string()
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_nearest_known_one() {
        let known = ListInput::<DeleteActors>::PARAMETERS;
        assert!(refuse_unknown("page=2&limit=5", known).is_ok());
        assert_eq!(
            detail(refuse_unknown("pgae=2", known)),
            "unknown-parameter: query parameter pgae is not known here; did you mean page?"
        );
        assert_eq!(
            detail(refuse_unknown("zzz", known)),
            "unknown-parameter: query parameter zzz is not known here; there are page, limit, deleted"
        );
        assert_eq!(
            detail(refuse_unknown("page=1", &[])),
            "unknown-parameter: query parameter page is not known here, where there are no query parameters"
        );
        assert!(refuse_unknown("Page=1", known).is_err());
        assert!(refuse_unknown("%70age=1", known).is_ok());
    }

    #[test]
    fn what_is_not_asked_for_has_its_default() {
        let query = ListQuery::parse("").ok().unwrap();
        assert_eq!((query.page.page.get(), query.page.limit.get(), query.deleted), (1, 20, Deleted::No));
    }

    #[test]
    fn parameters_are_read_by_their_types() {
        let query = ListQuery::parse("limit=500&page=3&deleted=only").ok().unwrap();
        assert_eq!((query.page.page.get(), query.page.limit.get(), query.deleted), (3, 100, Deleted::Only));
        assert_eq!(ListQuery::parse("page=99999999999999999999").ok().unwrap().page.offset(), i64::MAX);
    }

    #[test]
    fn a_parameter_of_another_type_is_refused() {
        let table = [
            ("page=0", "page must be at least 1"),
            ("limit=0", "limit must be at least 1"),
            ("page=", "page must be a whole number from 1"),
            ("page=-1", "page must be a whole number from 1"),
            ("page=1.5", "page must be a whole number from 1"),
            ("limit=ten", "limit must be a whole number from 1"),
            ("page=1&page=1", "page is given more than once"),
            ("deleted=yes", "deleted must be one of no, only, with"),
        ];
        for (query, expected) in table {
            assert_eq!(detail(ListQuery::parse(query)), format!("invalid-request: query parameter {expected}"));
        }
    }
}
