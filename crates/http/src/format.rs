//! The two forms of a list, JSON and CSV, and which of them is wanted (RFC 9110, section 12.5.1).

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use ensemble_domain::{Fault, FaultCode};

use crate::{problem::Problem, query::Parameters};

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page, or the whole of a list that has no pages.
    Json,
    /// The whole list.
    Csv {
        /// Whether the query asks for it, and not only the header Accept.
        is_explicit: bool,
    },
}

impl Format {
    /// The form that a request asks for: by `format`, else by Accept.
    pub fn of(request: &HttpRequest, given: &Parameters<'_>) -> Result<Self, Problem> {
        let explicit = given.single("format", |text| match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv { is_explicit: true }),
            _ => Err(Fault::new(FaultCode::Format, "must be one of json, csv")),
        })?;
        Ok(explicit.unwrap_or_else(|| Self::accepted(request.headers())))
    }

    /// JSON, unless CSV is liked better.
    fn accepted(headers: &HeaderMap) -> Self {
        if prefers_text(headers, "csv") { Self::Csv { is_explicit: false } } else { Self::Json }
    }
}

/// Whether Accept likes that kind of text better than JSON.
pub fn prefers_text(headers: &HeaderMap, kind: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT).filter_map(|line| line.to_str().ok());
    let (mut text, mut json) = (Liking::default(), Liking::default());
    for range in lines.flat_map(|line| line.split(',')) {
        text.hear(range, "text", kind);
        json.hear(range, "application", "json");
    }
    text.quality > json.quality
}

/// How much a media type is liked, in thousandths, and how closely it was named for that.
#[derive(Clone, Copy, Default)]
struct Liking {
    closeness: u8,
    quality: u16,
}

impl Liking {
    /// Takes notice of one media range; the one that names the type most closely counts.
    fn hear(&mut self, range: &str, kind: &str, subkind: &str) {
        let (essence, parameters) = range.split_once(';').unwrap_or((range, ""));
        let Some((range_kind, range_subkind)) = essence.trim().split_once('/') else { return };
        let is = |text: &str, other: &str| text.eq_ignore_ascii_case(other);
        let closeness = match (range_kind, range_subkind) {
            (of, sub) if is(of, kind) && is(sub, subkind) => 3,
            (of, "*") if is(of, kind) => 2,
            ("*", "*") => 1,
            _ => return,
        };
        if closeness > self.closeness {
            *self = Self { closeness, quality: quality(parameters) };
        }
    }
}

/// The weight among the parameters of a media range, in thousandths; 1 without one, 0 for one that is no weight.
fn quality(parameters: &str) -> u16 {
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let Some((_, weight)) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("q")) else { return 1000 };
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let is_weight = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" if is_weight => 1000,
        "0" if is_weight => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepts_csv(lines: &[&str]) -> bool {
        let request =
            lines.iter().fold(TestRequest::default(), |request, line| request.append_header(("Accept", *line)));
        Format::accepted(request.to_http_request().headers()) != Format::Json
    }

    #[test]
    fn csv_is_answered_where_it_is_liked_better() {
        for line in [
            "text/csv",
            "Text/CSV;header=present",
            "text/csv, application/json;q=0.9",
            "application/json;q=0.1, text/csv;q=0.101",
            "text/csv, */*;q=0.8",
            "text/*",
            "text/csv;q=1.000, */*;q=0.999",
            "application/json;q=0, */*",
            "image/png, text/csv;q=0.2",
        ] {
            assert!(accepts_csv(&[line]), "{line}");
        }
        assert!(accepts_csv(&["image/png", "text/csv"]));
    }

    #[test]
    fn json_is_answered_otherwise() {
        for line in [
            "",
            "*/*",
            "application/json",
            "application/json, text/csv",
            "text/csv;q=0.5, */*;q=0.5",
            "text/csv;q=0",
            "text/csv;q=0, text/*",
            "text/csv;q=high",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/plain",
            "csv",
            "text/csv;q=0.1234",
            "image/png",
        ] {
            assert!(!accepts_csv(&[line]), "{line}");
        }
        assert!(!accepts_csv(&[]));
    }
}
