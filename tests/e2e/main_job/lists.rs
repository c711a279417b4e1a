//! Lists: their pages, and the deleted rows in them.

use reqwest::Method;
use serde_json::json;

use super::{KINDS, Kind, header, producer};
use crate::{
    database::Database,
    server::{Server, answered},
};

on_both_databases!(a_list_is_read_page_by_page, deleted_rows_are_listed_only_when_asked_for,);

impl Kind {
    /// The names or titles on the page of that query.
    fn listed(&self, server: &Server, query: &str) -> Vec<String> {
        let (status, page) = server.get(&format!("{}?{query}", self.list));
        assert_eq!(status, 200, "{page}");
        let texts = page[self.many()].as_array().unwrap().iter();
        texts.map(|entity| entity[self.text].as_str().unwrap().to_owned()).collect()
    }
}

fn a_list_is_read_page_by_page(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        let texts = ["Ewa", "Dita", "Cleo", "Bela", "Anik"];
        for text in texts {
            kind.created(&server, text);
        }
        let list = kind.list;
        let target = |page: u32| format!("{list}?limit=2&page={page}");
        let link = |relations: &[(&str, u32)]| {
            let links = relations.iter().map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", target(*page)));
            links.collect::<Vec<_>>().join(", ")
        };
        let pages = [
            (1, &texts[..2], json!(null), json!(target(2)), link(&[("first", 1), ("next", 2), ("last", 3)])),
            (2, &texts[2..4], json!(target(1)), json!(target(3)), {
                link(&[("first", 1), ("prev", 1), ("next", 3), ("last", 3)])
            }),
            (3, &texts[4..], json!(target(2)), json!(null), link(&[("first", 1), ("prev", 2), ("last", 3)])),
            (9, &[], json!(target(3)), json!(null), link(&[("first", 1), ("prev", 3), ("last", 3)])),
        ];
        for (number, expected, prev, next, links) in pages {
            let response = producer(&server, Method::GET, &target(number)).send().unwrap();
            assert_eq!(header(&response, "link"), links, "{list}, page {number}");
            assert_eq!(header(&response, "x-total-count"), "5");
            let (status, mut page) = answered(response);
            let cursor = page.as_object_mut().unwrap().remove("next_cursor").unwrap();
            assert_eq!(cursor.is_string(), next.is_string(), "{list}, page {number}: {cursor}");
            let items = page[kind.many()].take();
            let items: Vec<_> =
                items.as_array().unwrap().iter().map(|item| item[kind.text].as_str().unwrap()).collect();
            assert_eq!((status, items.as_slice()), (200, expected), "{list}, page {number}");
            let facts = json!({
                "success": true, kind.many(): null, "total": 5, "limit": 2, "page": number, "pages": 3,
                "next": next, "prev": prev,
            });
            assert_eq!(page, facts, "{list}, page {number}");
        }
        let (_, all) = server.get(list);
        assert_eq!((&all["limit"], &all["pages"], &all["next"]), (&json!(20), &json!(1), &json!(null)));
    }
}

fn deleted_rows_are_listed_only_when_asked_for(database: &Database) {
    let server = Server::start(database);
    for kind in KINDS {
        kind.created(&server, "kept");
        let (path, _) = kind.created(&server, "gone");
        server.json(Method::DELETE, &path, &json!(null));
        for (query, expected) in [
            ("", vec!["kept"]),
            ("deleted=no", vec!["kept"]),
            ("deleted=only", vec!["gone"]),
            ("deleted=with", vec!["kept", "gone"]),
        ] {
            assert_eq!(kind.listed(&server, query), expected, "{}?{query}", kind.list);
        }
        let (_, page) = server.get(&format!("{}?deleted=only&limit=1", kind.list));
        assert!(page[kind.many()][0]["deleted_at"].is_string(), "{page}");
        server.json(Method::POST, &format!("{path}/restore"), &json!(null));
        assert_eq!(kind.listed(&server, "deleted=only"), Vec::<String>::new());
        assert_eq!(kind.listed(&server, ""), ["kept", "gone"]);
    }
}
