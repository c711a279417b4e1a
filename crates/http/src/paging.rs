//! A page of a list: its items, how many there are, and the way to the other pages.

use actix_web::{HttpResponse, http::header};
use ensemble_domain::{Deleted, Page};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{problem::Problem, query::ListQuery, view};

/// Renders one page of the list at `path`, whose items stand under `name`.
pub fn page<'a, T, V: Serialize>(
    path: &'static str,
    name: &'static str,
    query: ListQuery,
    page: &'a Page<T>,
    view: impl Fn(&'a T) -> V,
) -> Result<HttpResponse, Problem> {
    let place = Place::of(path, query, page.total);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::LINK, place.link())).insert_header(("X-Total-Count", page.total));
    view::private(response, &Listing { name, items: page.items.iter().map(view).collect(), place: &place })
}

/// Where a page stands in its list.
struct Place {
    path: &'static str,
    query: ListQuery,
    total: u64,
    pages: u64,
}

impl Place {
    fn of(path: &'static str, query: ListQuery, total: u64) -> Self {
        Self { path, query, total, pages: total.div_ceil(u64::from(query.page.limit.get())) }
    }

    fn number(&self) -> u64 {
        self.query.page.page.get()
    }

    fn next(&self) -> Option<String> {
        (self.number() < self.pages).then(|| self.target(self.number() + 1))
    }

    /// The page before; from beyond the end, the last one.
    fn prev(&self) -> Option<String> {
        (self.number() > 1).then(|| self.target((self.number() - 1).min(self.last())))
    }

    fn last(&self) -> u64 {
        self.pages.max(1)
    }

    fn target(&self, number: u64) -> String {
        let deleted = match self.query.deleted {
            Deleted::No => "",
            Deleted::Only => "&deleted=only",
            Deleted::With => "&deleted=with",
        };
        format!("{}?limit={}{deleted}&page={number}", self.path, self.query.page.limit.get())
    }

    /// The header of RFC 8288.
    fn link(&self) -> String {
        let relations = [
            ("first", Some(self.target(1))),
            ("prev", self.prev()),
            ("next", self.next()),
            ("last", Some(self.target(self.last()))),
        ];
        let links = relations.into_iter().filter_map(|(rel, target)| Some(format!("<{}>; rel=\"{rel}\"", target?)));
        links.collect::<Vec<_>>().join(", ")
    }
}

struct Listing<'a, V> {
    name: &'static str,
    items: Vec<V>,
    place: &'a Place,
}

impl<V: Serialize> Serialize for Listing<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.place;
        let mut object = serializer.serialize_map(Some(8))?;
        object.serialize_entry("success", &true)?;
        object.serialize_entry(self.name, &self.items)?;
        object.serialize_entry("total", &place.total)?;
        object.serialize_entry("limit", &place.query.page.limit.get())?;
        object.serialize_entry("page", &place.number())?;
        object.serialize_entry("pages", &place.pages)?;
        object.serialize_entry("next", &place.next())?;
        object.serialize_entry("prev", &place.prev())?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use ensemble_domain::{Limit, PageNumber, PageRequest};

    use super::*;

    fn place(number: u64, deleted: Deleted, total: u64) -> Place {
        let page = PageRequest { limit: Limit::new(10).unwrap(), page: PageNumber::new(number).unwrap() };
        Place::of("/actors", ListQuery { page, deleted }, total)
    }

    #[test]
    fn a_page_in_the_middle_links_to_all_four() {
        let place = place(2, Deleted::Only, 31);
        assert_eq!(place.pages, 4);
        assert_eq!(
            place.link(),
            "</actors?limit=10&deleted=only&page=1>; rel=\"first\", </actors?limit=10&deleted=only&page=1>; rel=\"prev\", \
             </actors?limit=10&deleted=only&page=3>; rel=\"next\", </actors?limit=10&deleted=only&page=4>; rel=\"last\""
        );
    }

    #[test]
    fn the_ends_have_nothing_beyond_them() {
        assert_eq!(place(1, Deleted::No, 30).prev(), None);
        assert_eq!(place(3, Deleted::No, 30).next(), None);
        assert_eq!(place(1, Deleted::No, 0).next(), None);
        assert_eq!(
            place(1, Deleted::No, 0).link(),
            "</actors?limit=10&page=1>; rel=\"first\", </actors?limit=10&page=1>; rel=\"last\""
        );
    }

    #[test]
    fn from_beyond_the_end_the_way_back_is_the_last_page() {
        let place = place(u64::MAX, Deleted::No, 25);
        assert_eq!((place.next(), place.prev()), (None, Some("/actors?limit=10&page=3".to_owned())));
    }
}
