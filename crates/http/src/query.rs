//! Query parameters: known names only, each once, each of its type.

use std::{
    borrow::Cow,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use ensemble_domain::{Age, CastingStatus, Fault, FaultCode, Limit, PageNumber};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    format::Format,
    input::Input,
    openapi::scalar,
    problem::{Flaw, Kind, Place, Problem},
    redact::may_be_repeated,
};

/// One parameter of a query: its name, and what the document says of it.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub text: &'static str,
    pub schema: fn() -> Value,
}

impl Parameter {
    pub const fn new(name: &'static str, text: &'static str, schema: fn() -> Value) -> Self {
        Self { name, text, schema }
    }
}

/// `format`, which every list has.
pub const FORMAT: Parameter =
    Parameter::new("format", "The form of the answer, whatever the header Accept says", scalar::format);
/// `limit`, which every list with pages has.
pub const LIMIT: Parameter =
    Parameter::new("limit", "How many items a page has, 20 unless given; more than 100 is taken as 100", scalar::count);
/// `cursor`, which every list with pages has.
pub const CURSOR: Parameter =
    Parameter::new("cursor", "Where to go on: the `next_cursor` of the page before, of the same list", scalar::cursor);

/// Refuses a query that is no text, or has a parameter that is not among the known ones, and names the nearest of them.
pub fn refuse_unknown(query: &str, known: &[Parameter]) -> Result<(), Problem> {
    if query.is_empty() {
        return Ok(());
    }
    if percent_decode_str(query).decode_utf8().is_err() {
        let detail = "the query must be UTF-8, percent-encoded, such as ?q=Ren%C3%A9e";
        return Err(Problem::new(Kind::InvalidRequest, detail));
    }
    let known: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
    let unknown = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name).find(|name| !known.contains(&&**name));
    let Some(name) = unknown else { return Ok(()) };
    let detail = match nearest(&name, &known) {
        Some(near) => format!("is not known here; did you mean {near}?"),
        None if known.is_empty() => "is not known here, where there are no query parameters".to_owned(),
        None => format!("is not known here; there are {}", known.join(", ")),
    };
    let name = if may_be_repeated(&name) { &name } else { "..." };
    Err(flawed(Kind::UnknownParameter, name, FaultCode::Unknown, detail.into()))
}

/// The known name that a typing mistake may have meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    known.iter().copied().filter(|known| likeness(known) > 0.7).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// The refusal of one query parameter.
pub fn flawed(kind: Kind, parameter: &str, code: FaultCode, detail: Cow<'static, str>) -> Problem {
    let sentence = format!("query parameter {parameter} {detail}");
    let flaw = Flaw { place: Place::Query { parameter: parameter.to_owned() }, code: code.as_str(), detail };
    Problem::new(kind, sentence).with_flaws(vec![flaw])
}

/// The query of a cast or a filmography.
pub struct CastQuery {
    /// Which statuses are shown, `None` for all.
    pub statuses: Option<Vec<CastingStatus>>,
    /// The form of the answer.
    pub format: Format,
}

impl Input for CastQuery {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("status", "Castings of these statuses only, with commas between them", scalar::statuses),
        FORMAT,
    ];

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let given = Parameters::of(request.query_string());
        let statuses = |text: &str| text.split(',').map(CastingStatus::parse).collect();
        Ok(Self { statuses: given.single("status", statuses)?, format: Format::of(request, &given)? })
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

/// The parameters of a query, decoded.
pub struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    pub fn of(query: &'a str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).collect())
    }

    /// Reads one parameter that may be absent; given twice it is refused.
    pub fn single<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Problem> {
        let mut given = self.0.iter().filter(|(key, _)| key == name);
        let Some((_, text)) = given.next() else { return Ok(None) };
        if given.next().is_some() {
            return Err(refused(name, Fault::new(FaultCode::Disagrees, "is given more than once")));
        }
        read(text).map(Some).map_err(|fault| refused(name, fault))
    }

    /// How many items a page is to have.
    pub fn limit(&self) -> Result<Limit, Problem> {
        Ok(self.single("limit", |text| Limit::new(number(text)?))?.unwrap_or(Limit::DEFAULT))
    }

    /// The number of the page, if it is asked for by that.
    pub fn page(&self) -> Result<Option<PageNumber>, Problem> {
        self.single("page", |text| PageNumber::new(number(text)?))
    }

    /// The cursor, in the list that `decode` knows.
    pub fn cursor<T>(&self, decode: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(cursor) = self.single("cursor", |text| Ok(text.to_owned()))? else { return Ok(None) };
        decode(&cursor).map(Some).ok_or_else(|| {
            let detail = "is none that this list gave out; begin again without one";
            flawed(Kind::InvalidCursor, "cursor", FaultCode::Format, detail.into())
        })
    }

    /// The parameters but for these, by their names, as a query.
    pub fn without(&self, names: &[&str]) -> String {
        let mut kept: Vec<_> = self.0.iter().filter(|(name, _)| !names.contains(&&**name)).collect();
        kept.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }

    /// Refuses parameters that say nothing here, for that reason.
    pub fn refuse(&self, names: &[&'static str], detail: &'static str) -> Result<(), Problem> {
        let given = names.iter().find(|name| self.0.iter().any(|(key, _)| key == *name));
        given.map_or(Ok(()), |name| Err(refused(name, Fault::new(FaultCode::Disagrees, detail))))
    }
}

/// The refusal of one query parameter for what it says.
pub fn refused(parameter: &str, fault: Fault) -> Problem {
    flawed(Kind::InvalidRequest, parameter, fault.code, fault.detail)
}

/// Digits; more than a `u64` holds is held at its end.
pub fn number(text: &str) -> Result<u64, Fault> {
    digits(text).ok_or_else(|| Fault::new(FaultCode::Type, "must be a whole number from 1"))
}

/// Digits, as an id.
pub fn id<T>(text: &str, new: impl FnOnce(i64) -> Option<T>) -> Result<T, Fault> {
    let number = i64::try_from(number(text)?).ok();
    number.and_then(new).ok_or_else(|| Fault::new(FaultCode::Range, "must be a whole number from 1"))
}

/// Digits, as an age; behind a minus as well, so that the range is told and not the form.
pub fn age(text: &str) -> Result<Age, Fault> {
    let (sign, years) = text.strip_prefix('-').map_or((1, text), |years| (-1, years));
    let years = digits(years).ok_or_else(|| Fault::new(FaultCode::Type, "must be a whole number"))?;
    Age::new(i64::try_from(years).unwrap_or(i64::MAX) * sign)
}

fn digits(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(refused: Result<impl Sized, Problem>) -> String {
        refused.err().unwrap().to_string()
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_nearest_known_one() {
        let known = &["page", "limit", "deleted"].map(|name| Parameter::new(name, "", scalar::count));
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
        assert_eq!(
            detail(refuse_unknown("eyJhbGciOiJSUzI1NiJ9=1", known)),
            "unknown-parameter: query parameter ... is not known here; there are page, limit, deleted"
        );
        assert!(refuse_unknown("Page=1", known).is_err());
    }

    #[test]
    fn a_query_that_is_no_text_is_refused() {
        let known = &[Parameter::new("q", "", scalar::search)];
        assert!(refuse_unknown("q=Ren%C3%A9e", known).is_ok());
        for query in ["q=Ren%E9e", "q=%ff", "%c3=1"] {
            let told = "invalid-request: the query must be UTF-8, percent-encoded, such as ?q=Ren%C3%A9e";
            assert_eq!(detail(refuse_unknown(query, known)), told, "{query}");
        }
        assert!(refuse_unknown("%71=1", known).is_ok());
    }

    #[test]
    fn a_parameter_is_there_once_and_of_its_type() {
        let limit = |query| Parameters::of(query).limit();
        assert_eq!(limit("").ok().map(Limit::get), Some(20));
        assert_eq!(limit("limit=500").ok().map(Limit::get), Some(100));
        let table = [
            ("limit=0", "limit must be at least 1"),
            ("limit=", "limit must be a whole number from 1"),
            ("limit=-1", "limit must be a whole number from 1"),
            ("limit=1.5", "limit must be a whole number from 1"),
            ("limit=1&limit=1", "limit is given more than once"),
            ("limit=1&%6cimit=1", "limit is given more than once"),
        ];
        for (query, expected) in table {
            assert_eq!(detail(limit(query)), format!("invalid-request: query parameter {expected}"));
        }
    }

    #[test]
    fn parameters_are_kept_in_one_order_and_escaped() {
        let kept = |query| Parameters::of(query).without(&["page", "limit"]);
        assert_eq!(kept("page=1&limit=10"), "");
        assert_eq!(kept("q=a+b%26c&page=1&name=Zo%C3%AB"), "name=Zo%C3%AB&q=a+b%26c");
        assert_eq!(kept("name=Zo\u{eb}&q=a%20b%26c"), "name=Zo%C3%AB&q=a+b%26c");
    }
}
