//! What a list of actors or movies is asked for.

use actix_web::{HttpRequest, dev::Payload, http::Method};
use chrono::NaiveDate;
use ensemble_domain::{
    Caller, Deleted, Denied, Fault, FaultCode, Filter, PageNumber, PageRequest, Query, Sort, SortField, Start,
};
use serde_json::Value;

use crate::{
    App,
    cursor::List,
    format::Format,
    input::Input,
    openapi::{OperationObject, scalar},
    problem::{Kind, Problem},
    query::{Parameter, Parameters, refused},
    request_context::RequestContext,
};

/// The parameters that say which part of a list is wanted, and in which form. The others say what is in it.
const OF_THE_PART: [&str; 4] = ["page", "limit", "cursor", "format"];

/// `deleted`, which lists of what can be restored have.
pub const DELETED: Parameter = Parameter::new(
    "deleted",
    "Whether to show what is deleted; `only` and `with` need the permission to delete",
    scalar::deleted,
);
/// `page`, which lists have whose total is known.
pub const PAGE: Parameter = Parameter::new("page", "Which page, 1 unless given; not beside `cursor`", scalar::count);

/// Filters of a list that has a path.
pub trait Listed: Filter<Deleter: 'static, Field: 'static> + 'static {
    /// Where the list is.
    const PATH: &'static str;
    /// All parameters of its query.
    const PARAMETERS: &'static [Parameter];
    /// What it can be sorted by, with its names.
    const FIELDS: &'static [(&'static str, Self::Field)];

    /// Reads the filters; `deleted` is read apart, since it needs a permission.
    fn parse(given: &Parameters<'_>, today: NaiveDate) -> Result<Self, Problem>;
}

/// The query of a list.
pub struct ListInput<F: Listed> {
    query: Query<F>,
    deleted: Deleted,
    wanted: Wanted,
}

/// What of a list is wanted.
pub enum Wanted {
    /// One page.
    Page(Part),
    /// All of it as CSV.
    Csv(Csv),
}

/// A list as a CSV file, and what its log lines bear: it is not written yet when the line of the request is.
pub struct Csv {
    pub extent: Extent,
    pub context: RequestContext,
}

/// How much of a CSV file is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its headers; the answer to HEAD.
    Head,
}

/// One page of a list, and the list.
pub struct Part {
    pub path: &'static str,
    pub page: PageRequest,
    /// The filters and the order, as a query.
    pub filters: String,
}

impl<F: Listed> Input for ListInput<F> {
    const PARAMETERS: &'static [Parameter] = F::PARAMETERS;

    fn check(caller: &Caller, query: &str) -> Result<(), Denied> {
        match Parameters::of(query).single("deleted", deleted) {
            Ok(Some(Deleted::Only | Deleted::With)) => caller.permit::<F::Deleter>().map(drop),
            _ => Ok(()),
        }
    }

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let app = App::of(request)?;
        let given = Parameters::of(request.query_string());
        let (query, deleted) = read(&given, app.today())?;
        let wanted = match Format::of(request, &given)? {
            Format::Json => Wanted::Page(Part::parse(&given, &query)?),
            Format::Csv { is_explicit } => Wanted::Csv(Csv::parse(request, &given, is_explicit)?),
        };
        Ok(Self { query, deleted, wanted })
    }

    fn describe(operation: &mut OperationObject<'_>) {
        operation.refuses(&[Kind::InvalidRequest, Kind::InvalidCursor]);
    }
}

impl<F: Listed> ListInput<F> {
    /// The query as that caller may make it, and what is wanted of the list.
    pub fn made_by(self, caller: &Caller) -> Result<(Query<F>, Wanted), Denied> {
        let query = match self.deleted {
            Deleted::No => self.query,
            shown => self.query.showing_deleted(&caller.permit::<F::Deleter>()?, shown),
        };
        Ok((query, self.wanted))
    }
}

impl Csv {
    /// What says which page is wanted is refused beside `format=csv`. Where only Accept asks for CSV it is passed over: the client
    /// may not have made the query.
    pub fn parse(request: &HttpRequest, given: &Parameters<'_>, is_explicit: bool) -> Result<Self, Problem> {
        if is_explicit {
            given
                .refuse(&["page", "limit", "cursor"], "must not be given beside format=csv, which is the whole list")?;
        }
        let extent = if request.method() == Method::HEAD { Extent::Head } else { Extent::Whole };
        Ok(Self { extent, context: RequestContext::on(request) })
    }
}

/// Reads which items are wanted, in which order, and whether what is deleted is among them.
pub fn read<F: Listed>(given: &Parameters<'_>, today: NaiveDate) -> Result<(Query<F>, Deleted), Problem> {
    let query = Query::new(F::parse(given, today)?, sort(given, F::FIELDS)?);
    Ok((query, given.single("deleted", deleted)?.unwrap_or_default()))
}

impl Part {
    pub fn parse<F: Listed>(given: &Parameters<'_>, query: &Query<F>) -> Result<Self, Problem> {
        let filters = given.without(&OF_THE_PART);
        let limit = given.limit()?;
        let page = given.page()?;
        let list = List { path: F::PATH, query: &filters };
        let after =
            given.cursor(|cursor| list.decode(cursor).filter(|position| query.sort.by.compares(&position.key)))?;
        let start = match (page, after) {
            (Some(_), Some(_)) => {
                let fault = Fault::new(FaultCode::Disagrees, "must not be given beside cursor");
                return Err(refused("page", fault));
            }
            (page, None) => Start::Page(page.unwrap_or(PageNumber::FIRST)),
            (None, Some(position)) => Start::After(position),
        };
        Ok(Self { path: F::PATH, page: PageRequest { limit, start }, filters })
    }
}

/// The schema of `sort` in a list of `F`.
pub fn sort_schema<F: Listed>() -> Value {
    scalar::sort(F::FIELDS.iter().map(|(name, _)| *name))
}

/// Reads the order of a list that can be sorted by these fields.
fn sort<F: Copy + Default>(given: &Parameters<'_>, fields: &[(&str, F)]) -> Result<Sort<F>, Problem> {
    let sort = given.single("sort", |text| {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let field = fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, by)| Sort { by: *by, descending }).ok_or_else(|| {
            let names = fields.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            Fault::new(FaultCode::Unknown, format!("must be one of {names}, with - before it for descending"))
        })
    })?;
    Ok(sort.unwrap_or_default())
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
    use ensemble_domain::{ActorFilter, MovieFilter};

    use super::*;

    #[test]
    fn every_parameter_is_documented() {
        let page = include_str!("../../../docs/reference/lists.md");
        for Parameter { name, .. } in ActorFilter::PARAMETERS.iter().chain(MovieFilter::PARAMETERS) {
            let is_named = page.contains(&format!("`{name}`")) || page.contains(&format!("`{name}="));
            assert!(is_named, "{name} stands nowhere in docs/reference/lists.md");
        }
    }
}
