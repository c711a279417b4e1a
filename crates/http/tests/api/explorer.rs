//! `GET /docs` and the files of the page.

use std::collections::BTreeSet;

use actix_web::http::Method;
use ensemble_http::openapi_document;
use serde_json::Value;

use crate::fixture::{a_server, call, get};

/// What the page names in quotes, by this attribute.
fn named<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let values = page.split(attribute).skip(1).filter_map(|rest| rest.strip_prefix("=\"")?.split('"').next());
    values.collect()
}

/// The names of the files, as the document tells them.
fn files() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&openapi_document()).unwrap();
    let operation = document.pointer("/paths/~1docs~1{file}/get").unwrap();
    let names = operation.pointer("/parameters/0/schema/enum").unwrap().as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn the_page_may_load_and_ask_for_what_is_of_this_server_and_nothing_else() {
    let answer = a_server().answer(get("/docs")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    let policy: BTreeSet<_> = answer.header("Content-Security-Policy").unwrap().split("; ").collect();
    let expected = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ];
    assert_eq!(policy, expected.into());
}

#[actix_web::test]
async fn the_page_has_no_script_or_style_in_itself_and_nothing_from_elsewhere() {
    let page = a_server().answer(get("/docs")).await.text().to_owned();
    for forbidden in ["<script>", "<style", " style=", " onload=", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let named = [named(&page, "src"), named(&page, "href")].concat();
    assert!(named.len() >= 5 && named.iter().all(|path| path.starts_with('/')), "{named:?}");
}

#[actix_web::test]
async fn every_file_that_the_page_names_is_served_and_no_other() {
    let server = a_server().start().await;
    let page = server.answer(get("/docs")).await.text().to_owned();
    let named = [named(&page, "src"), named(&page, "href")].concat();
    let named = named.into_iter().filter_map(|path| path.strip_prefix("/docs/")).map(str::to_owned);
    assert_eq!(named.collect::<BTreeSet<_>>(), files());

    for path in ["/docs/swagger-ui.css.map", "/docs/swagger-ui-standalone-preset.js", "/docs/page.html", "/docs/x/y"] {
        assert_eq!(server.answer(get(path)).await.problem(), (404, "not-found".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn each_file_has_its_media_type_and_leads_to_no_source_map() {
    let server = a_server().start().await;
    for name in files() {
        let answer = server.answer(get(&format!("/docs/{name}"))).await;
        let media_type = match name.rsplit('.').next() {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            Some("svg") => "image/svg+xml",
            _ => "text/plain",
        };
        assert_eq!((answer.status.as_u16(), answer.header("Content-Type")), (200, Some(media_type)), "{name}");
        assert!(!answer.text().is_empty() && !answer.text().contains("sourceMappingURL"), "{name}");
    }
}

#[actix_web::test]
async fn what_a_client_has_is_not_sent_again_until_it_is_another() {
    let server = a_server().start().await;
    let mut tags = BTreeSet::new();
    let paths = files().into_iter().map(|name| format!("/docs/{name}")).chain(["/docs".to_owned()]);
    for path in paths {
        let answer = server.answer(get(&path)).await;
        assert_eq!(answer.header("Cache-Control"), Some("no-cache"), "{path}");
        let tag = answer.header("ETag").unwrap().to_owned();
        let again = server.answer(get(&path).header("If-None-Match", &tag)).await;
        assert_eq!(
            (again.status.as_u16(), again.text(), again.header("ETag")),
            (304, "", Some(tag.as_str())),
            "{path}"
        );
        let other = server.answer(get(&path).header("If-None-Match", "\"1\"")).await;
        assert_eq!(other.status, 200, "{path}");
        assert!(tags.insert(tag), "{path}");
    }
}

#[actix_web::test]
async fn the_page_tells_how_to_get_a_token_of_the_issuer_that_is_trusted() {
    let command = "<code>ensemble token --role assistant</code>";
    let local = a_server().with_local_tokens().answer(get("/docs")).await;
    let other = a_server().answer(get("/docs")).await;
    assert!(local.text().contains(command));
    assert!(!other.text().contains("ensemble token") && other.text().contains("the issuer that this server trusts"));
    assert_ne!(local.header("ETag"), other.header("ETag"));
}

#[actix_web::test]
async fn a_query_that_is_not_right_is_refused_and_a_tag_that_is_none_passed_over() {
    let server = a_server().start().await;
    for path in ["/docs", "/docs/explorer.js"] {
        let answer = server.answer(get(&format!("{path}?url=https://example.org"))).await;
        assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()), "{path}");
        // What names nothing that the client has is no reason to keep it from the client.
        let answer = server.answer(get(path).header("If-None-Match", "nonsense")).await;
        assert_eq!(answer.status, 200, "{path}");
        let answer = server.answer(call(Method::POST, path)).await;
        assert_eq!(answer.problem(), (405, "method-not-allowed".to_owned()), "{path}");
    }
}
