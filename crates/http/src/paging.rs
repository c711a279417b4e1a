//! A page of a list: its items, how many there are, and the way to the other pages.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
};
use ensemble_domain::{Limit, Page, PageNumber, Position, Start, Total};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use crate::{cursor::List, lists::Part, problem::Problem, view};

/// Renders one page of a list, whose items stand under `name`.
pub fn page<'a, T, V: Serialize>(
    part: &Part,
    name: &'static str,
    page: &'a Page<T>,
    position: impl FnOnce(&T) -> Position,
    view: impl Fn(&'a T) -> V,
) -> Result<HttpResponse, Problem> {
    let last = page.items.last().filter(|_| page.more);
    let next = last.map(|last| List { path: part.path, query: &part.filters }.encode(&position(last)));
    let place = Place { part, total: page.total, around: part.around(page), next_cursor: next };
    let mut response = HttpResponse::Ok();
    response.insert_header(("X-Total-Count", page.total.get()));
    response.insert_header((header::VARY, HeaderValue::from_static("Accept")));
    response.insert_header((header::LINK, place.link()));
    view::private(response, &Listing { name, items: page.items.iter().map(view).collect(), place: &place })
}

/// The numbers of a page and of those around it.
pub struct Around {
    /// The number of the page itself.
    pub page: u64,
    /// How many pages are known of.
    pub pages: u64,
    /// The page behind this one.
    pub next: Option<u64>,
    /// The page before; from beyond the end, the last one.
    pub prev: Option<u64>,
    /// The last page, where that is known.
    pub last: Option<u64>,
}

impl Around {
    /// Those around a page of a list with so many items, of which others may follow.
    pub fn of(number: PageNumber, limit: Limit, total: Total, more: bool) -> Self {
        let (page, pages) = (number.get(), total.get().div_ceil(u64::from(limit.get())));
        let last = match total {
            Total::Exact(_) => Some(pages.max(PageNumber::FIRST.get())),
            Total::Capped => None,
        };
        let before = page.checked_sub(1).filter(|before| *before > 0);
        let prev = before.map(|before| last.map_or(before, |last| before.min(last)));
        Self { page, pages, next: more.then(|| page.saturating_add(1)), prev, last }
    }
}

impl Part {
    /// The numbers around the page, if it was asked for by its number.
    fn around<T>(&self, page: &Page<T>) -> Option<Around> {
        match &self.page.start {
            Start::Page(number) => Some(Around::of(*number, self.page.limit, page.total, page.more)),
            Start::After(_) => None,
        }
    }
}

/// Where a page stands in its list.
struct Place<'a> {
    part: &'a Part,
    total: Total,
    around: Option<Around>,
    next_cursor: Option<String>,
}

impl Place<'_> {
    /// The page behind this one, in the style in which this one was asked for.
    fn next(&self) -> Option<String> {
        match (&self.around, &self.next_cursor) {
            (Some(around), _) => around.next.map(|next| self.target("page", next)),
            (None, Some(cursor)) => Some(self.target("cursor", cursor)),
            (None, None) => None,
        }
    }

    fn prev(&self) -> Option<String> {
        self.around.as_ref()?.prev.map(|prev| self.target("page", prev))
    }

    fn target(&self, parameter: &str, value: impl std::fmt::Display) -> String {
        let Part { path, page, filters } = self.part;
        let and = if filters.is_empty() { "" } else { "&" };
        format!("{path}?limit={}{and}{filters}&{parameter}={value}", page.limit.get())
    }

    /// The header of the page. Whoever goes by cursors is told the first page and the next one.
    fn link(&self) -> String {
        let around = self.around.as_ref();
        let relations = [
            ("first", Some(self.target("page", PageNumber::FIRST.get()))),
            ("prev", self.prev()),
            ("next", self.next()),
            ("last", around.and_then(|around| around.last).map(|last| self.target("page", last))),
        ];
        links(relations)
    }
}

/// The header `Link` (RFC 8288) of those targets that there are.
pub fn links(relations: impl IntoIterator<Item = (&'static str, Option<String>)>) -> String {
    let links = relations.into_iter().filter_map(|(rel, target)| Some(format!("<{}>; rel=\"{rel}\"", target?)));
    links.collect::<Vec<_>>().join(", ")
}

struct Listing<'a, V> {
    name: &'static str,
    items: Vec<V>,
    place: &'a Place<'a>,
}

impl<V: Serialize> Serialize for Listing<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.place;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("success", &true)?;
        object.serialize_entry(self.name, &self.items)?;
        object.serialize_entry("total", &place.total.get())?;
        if place.total == Total::Capped {
            object.serialize_entry("total_capped", &true)?;
        }
        object.serialize_entry("limit", &place.part.page.limit.get())?;
        object.serialize_entry("page", &place.around.as_ref().map(|around| around.page))?;
        object.serialize_entry("pages", &place.around.as_ref().map(|around| around.pages))?;
        object.serialize_entry("next", &place.next())?;
        object.serialize_entry("prev", &place.prev())?;
        object.serialize_entry("next_cursor", &place.next_cursor)?;
        object.end()
    }
}

/// The schema of a page whose items have that schema.
pub fn schema(name: &str, item: &Value) -> Value {
    let count = json!({"type": "integer", "minimum": 0});
    let number = json!({"type": ["integer", "null"], "minimum": 0});
    let link = json!({"type": ["string", "null"], "format": "uri-reference"});
    json!({
        "type": "object",
        "required": ["success", name, "total", "limit", "page", "pages", "next", "prev", "next_cursor"],
        "properties": {
            "success": {"type": "boolean", "const": true},
            name: {"type": "array", "items": item},
            "total": count,
            "total_capped": {"type": "boolean", "const": true, "description": "There when there are more than `total`"},
            "limit": count,
            "page": number,
            "pages": number,
            "next": link,
            "prev": link,
            "next_cursor": {"type": ["string", "null"]},
        },
    })
}

#[cfg(test)]
mod tests {
    use ensemble_domain::{PageRequest, SortKey};

    use super::*;

    fn part(start: Start, filters: &str) -> Part {
        let page = PageRequest { limit: Limit::new(10).unwrap(), start };
        Part { path: "/actors", page, filters: filters.to_owned() }
    }

    fn numbered(number: u64, filters: &str) -> Part {
        part(Start::Page(PageNumber::new(number).unwrap()), filters)
    }

    fn place(part: &Part, total: u64, more: bool) -> Place<'_> {
        let page = Page::<()> { items: Vec::new(), total: Total::counted(total), more };
        Place { part, total: page.total, around: part.around(&page), next_cursor: more.then(|| "abc".to_owned()) }
    }

    #[test]
    fn a_page_in_the_middle_links_to_all_four() {
        let part = numbered(2, "deleted=only&q=a+b");
        let place = place(&part, 31, true);
        assert_eq!(place.around.as_ref().map(|around| around.pages), Some(4));
        assert_eq!(
            place.link(),
            "</actors?limit=10&deleted=only&q=a+b&page=1>; rel=\"first\", \
             </actors?limit=10&deleted=only&q=a+b&page=1>; rel=\"prev\", \
             </actors?limit=10&deleted=only&q=a+b&page=3>; rel=\"next\", \
             </actors?limit=10&deleted=only&q=a+b&page=4>; rel=\"last\""
        );
    }

    #[test]
    fn the_ends_have_nothing_beyond_them() {
        assert_eq!(place(&numbered(1, ""), 30, true).prev(), None);
        assert_eq!(place(&numbered(3, ""), 30, false).next(), None);
        assert_eq!(place(&numbered(1, ""), 0, false).next(), None);
        assert_eq!(
            place(&numbered(1, ""), 0, false).link(),
            "</actors?limit=10&page=1>; rel=\"first\", </actors?limit=10&page=1>; rel=\"last\""
        );
    }

    #[test]
    fn from_beyond_the_end_the_way_back_is_the_last_page() {
        let part = numbered(u64::MAX, "");
        let place = place(&part, 25, false);
        assert_eq!((place.next(), place.prev()), (None, Some("/actors?limit=10&page=3".to_owned())));
    }

    #[test]
    fn what_was_not_counted_has_no_last_page() {
        let part = numbered(2000, "");
        let place = place(&part, 10_001, true);
        assert_eq!(place.around.as_ref().map(|around| (around.pages, around.last)), Some((1000, None)));
        assert_eq!(
            place.link(),
            "</actors?limit=10&page=1>; rel=\"first\", </actors?limit=10&page=1999>; rel=\"prev\", \
             </actors?limit=10&page=2001>; rel=\"next\""
        );
    }

    #[test]
    fn whoever_goes_by_cursors_is_told_the_first_page_and_the_next() {
        let part = part(Start::After(Position { key: SortKey::Id, id: 40 }), "sort=-name");
        let middle = place(&part, 31, true);
        assert!(middle.around.is_none() && middle.prev().is_none());
        let first = "</actors?limit=10&sort=-name&page=1>; rel=\"first\"";
        assert_eq!(middle.link(), format!("{first}, </actors?limit=10&sort=-name&cursor=abc>; rel=\"next\""));
        assert_eq!(place(&part, 31, false).link(), first);
    }
}
