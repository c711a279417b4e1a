//! Pages by their number, in lists that say of a page which ones are around it.

use actix_web::{HttpRequest, HttpResponse, dev::Payload};
use ensemble_domain::{Limit, Page, PageNumber, PageRequest, Start, Total};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    input::Input,
    openapi::{OperationObject, scalar},
    paging::Around,
    problem::{Kind, Problem},
    query::{Parameter, Parameters},
    view::{self, Named},
};

/// `?page=N`: which page is asked for, the first unless it says so. How many items it has is for the list to say.
#[derive(Clone, Copy)]
pub struct PageQuery(PageNumber);

impl Input for PageQuery {
    const PARAMETERS: &'static [Parameter] = &[Parameter::new("page", "Which page, 1 unless given", scalar::count)];

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let page = Parameters::of(request.query_string()).page()?;
        Ok(Self(page.unwrap_or(PageNumber::FIRST)))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        operation.refuses(&[Kind::InvalidRequest]);
    }
}

impl PageQuery {
    /// That page of a list whose pages have so many items.
    pub const fn of(self, limit: Limit) -> PageRequest {
        PageRequest { limit, start: Start::Page(self.0) }
    }

    /// That page of a list that is there as a whole.
    pub fn cut<T>(self, limit: Limit, list: Vec<T>) -> Page<T> {
        let offset = usize::try_from(self.of(limit).offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let total = Total::Exact(u64::try_from(list.len()).unwrap_or(u64::MAX));
        let more = list.len().saturating_sub(offset) > size;
        Page { items: list.into_iter().skip(offset).take(size).collect(), total, more }
    }

    /// Renders that page, whose items stand under `name`.
    pub fn render<'a, T, V: Serialize>(
        self,
        limit: Limit,
        name: &'static str,
        page: &'a Page<T>,
        view: impl Fn(&'a T) -> V,
    ) -> Result<HttpResponse, Problem> {
        let items: Vec<_> = page.items.iter().map(view).collect();
        let pagination = Pagination::of(limit, page.total, &Around::of(self.0, limit, page.total, page.more));
        view::private(HttpResponse::Ok(), &Listing { named: Named { name, value: &items }, pagination })
    }
}

#[derive(Serialize)]
struct Listing<'a, V: Serialize> {
    #[serde(flatten)]
    named: Named<'a, Vec<V>>,
    #[serde(flatten)]
    pagination: Pagination,
}

/// Where a page stands in its list, in the words of Flask-SQLAlchemy's `Pagination`.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1Pagination")]
pub struct Pagination {
    total: u64,
    /// There, and true, when there are more than `total`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    total_capped: bool,
    current_page: u64,
    per_page: u32,
    next_num: Option<u64>,
    prev_num: Option<u64>,
    has_prev: bool,
    has_next: bool,
    pages: u64,
}

impl Pagination {
    fn of(limit: Limit, total: Total, around: &Around) -> Self {
        Self {
            total: total.get(),
            total_capped: total == Total::Capped,
            current_page: around.page,
            per_page: limit.get(),
            next_num: around.next,
            prev_num: around.prev,
            has_prev: around.prev.is_some(),
            has_next: around.next.is_some(),
            pages: around.pages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_list_is_cut_into_pages() {
        let cut = |number, count: u32| {
            let page = PageQuery(PageNumber::new(number).unwrap()).cut(Limit::of::<5>(), (0..count).collect());
            (page.items, page.total.get(), page.more)
        };
        assert_eq!(cut(1, 0), (vec![], 0, false));
        assert_eq!(cut(1, 5), (vec![0, 1, 2, 3, 4], 5, false));
        assert_eq!(cut(1, 6), (vec![0, 1, 2, 3, 4], 6, true));
        assert_eq!(cut(2, 6), (vec![5], 6, false));
        assert_eq!(cut(3, 6), (vec![], 6, false));
        assert_eq!(cut(u64::MAX, 6), (vec![], 6, false));
    }
}
