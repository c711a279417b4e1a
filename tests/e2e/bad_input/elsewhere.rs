//! Everything but the body: paths, ids, methods, queries, conditions, and who may have a local token.

use reqwest::Method;
use serde_json::json;

use super::case::{Answer, Case, accepted, ask, case, invalid, refused, send, wrong_query};

pub fn cases() -> Vec<Case> {
    [ids(), paths(), methods(), queries(), unknown_queries(), conditions(), local_tokens()]
        .into_iter()
        .flatten()
        .collect()
}

fn get(path: &str) -> super::case::Request {
    ask(Method::GET, path)
}

fn not_found(detail: &str) -> Answer {
    refused(404, "not-found", detail)
}

fn no_path() -> Answer {
    not_found("there is no such path; GET / lists where to begin")
}

fn ids() -> Vec<Case> {
    let no_id = |entity| not_found(&format!("there is no such {entity}: an id is a whole number from 1"));
    vec![
        case("the id 0", get("/actors/0"), no_id("actor")),
        case("the id -1", get("/actors/-1"), no_id("actor")),
        case("the id +1", get("/actors/+1"), no_id("actor")),
        case("the id 01", get("/actors/01"), no_id("actor")),
        case("the id 1.0", get("/actors/1.0"), no_id("actor")),
        case("the id 1e0", get("/movies/1e0"), no_id("movie")),
        case("the id abc", get("/movies/abc"), no_id("movie")),
        case("the id 2^63", get("/movies/9223372036854775808"), no_id("movie")),
        case("the id 2^63 - 1", get("/movies/9223372036854775807"), not_found("there is no movie 9223372036854775807")),
        case("an id of 300 digits", get(&format!("/actors/{}", "9".repeat(300))), no_id("actor")),
        case("an id that nobody has", get("/actors/4711"), not_found("there is no actor 4711")),
        case("a deletion of nothing", ask(Method::DELETE, "/actors/4711"), not_found("there is no actor 4711")),
        case("a restoration of nothing", ask(Method::POST, "/movies/4711/restore"), {
            not_found("there is no movie 4711")
        }),
        case("a restoration of abc", ask(Method::POST, "/movies/abc/restore"), no_id("movie")),
        case("a change of nothing", send(Method::PATCH, "/actors/4711", "{}"), not_found("there is no actor 4711")),
        case("a change of 0", send(Method::PATCH, "/actors/0", "{}"), no_id("actor")),
        case("a bad change of nothing", send(Method::PATCH, "/actors/4711", r#"{"age": 121}"#), {
            invalid(&[("age", "range", "must be between 0 and 120")])
        }),
    ]
}

fn paths() -> Vec<Case> {
    vec![
        case("an unknown path", get("/directors"), no_path()),
        case("a slash at the end", get("/actors/"), no_path()),
        case("a slash after an id", get("/actors/1/"), no_path()),
        case("two slashes", get("//actors"), no_path()),
        case("capitals", get("/Actors"), no_path()),
        case("a path parameter", get("/actors;v=1"), no_path()),
        case("an escaped letter", get("/%61ctors"), no_path()),
        case("an escaped id", get("/actors/%31"), no_path()),
        case("an escaped slash", get("/actors%2f1"), no_path()),
        case("an escaped NUL", get("/actors/%00"), no_path()),
        case("a page of no problem", get("/problems/nonsense"), no_path()),
    ]
}

fn methods() -> Vec<Case> {
    let not_allowed =
        |method, there| refused(405, "method-not-allowed", format!("{method} is not allowed here; there are {there}"));
    let (list, one) = ("GET, POST, HEAD, OPTIONS", "GET, PATCH, DELETE, HEAD, OPTIONS");
    vec![
        case("PUT of an actor", send(Method::PUT, "/actors/1", "{}"), not_allowed("PUT", one)),
        case("POST to an actor", send(Method::POST, "/actors/1", "{}"), not_allowed("POST", one)),
        case("DELETE of all", ask(Method::DELETE, "/movies"), not_allowed("DELETE", list)),
        case("PATCH of all", send(Method::PATCH, "/movies", "{}"), not_allowed("PATCH", list)),
        case("TRACE", ask(Method::TRACE, "/actors"), not_allowed("TRACE", list)),
        case("a method of one's own", ask(Method::from_bytes(b"FIRE").unwrap(), "/actors/1"), not_allowed("FIRE", one)),
        case("GET of a restoration", get("/actors/1/restore"), not_allowed("GET", "POST, OPTIONS")),
        case("GET of a local token", get("/local/token"), not_allowed("GET", "POST, OPTIONS")),
        case("POST to a probe", send(Method::POST, "/livez", "{}"), not_allowed("POST", "GET, HEAD, OPTIONS")),
        case("a deletion in disguise", get("/actors/1").with("x-http-method-override", "DELETE"), {
            accepted(200, json!({"actor": {"id": 1}}))
        }),
    ]
}

fn queries() -> Vec<Case> {
    let wrong = |parameter, code, detail| wrong_query("invalid-request", parameter, code, detail);
    let no_number = |parameter| wrong(parameter, "type", "must be a whole number from 1");
    let page = |members| accepted(200, members);
    vec![
        case("page 0", get("/actors?page=0"), wrong("page", "range", "must be at least 1")),
        case("page -1", get("/actors?page=-1"), no_number("page")),
        case("page 1.5", get("/movies?page=1.5"), no_number("page")),
        case("page abc", get("/movies?page=abc"), no_number("page")),
        case("a page of no digits", get("/actors?page="), no_number("page")),
        case("a page without a value", get("/actors?page"), no_number("page")),
        case(
            "a page that is no text",
            get("/actors?page=%ff"),
            refused(400, "invalid-request", "the query must be UTF-8, percent-encoded, such as ?q=Ren%C3%A9e"),
        ),
        case("two pages", get("/actors?page=1&page=2"), wrong("page", "disagrees", "is given more than once")),
        case("limit 0", get("/actors?limit=0"), wrong("limit", "range", "must be at least 1")),
        case("limit ten", get("/actors?limit=ten"), no_number("limit")),
        case("limit 1", get("/actors?limit=1"), page(json!({"limit": 1}))),
        case("limit 101", get("/movies?limit=101"), page(json!({"limit": 100}))),
        case("limit 2^64", get("/movies?limit=18446744073709551616"), page(json!({"limit": 100}))),
        case("page 2^64", get("/actors?page=18446744073709551616"), page(json!({"actors": []}))),
        case("page 2 of 1", get("/actors?page=2"), page(json!({"actors": [], "page": 2, "pages": 1}))),
        case("an escaped parameter", get("/actors?%70age=2"), page(json!({"page": 2}))),
        case("an empty query", get("/actors?"), page(json!({"page": 1}))),
        case("a search for nothing", get("/actors?q="), {
            wrong("q", "length", "must have a letter, a digit or a sign to look for")
        }),
        case("an age in words", get("/actors?age_min=old"), wrong("age_min", "type", "must be a whole number")),
        case("an age of 121", get("/actors?age_max=121"), wrong("age_max", "range", "must be between 0 and 120")),
        case("ages the wrong way round", get("/actors?age_min=30&age_max=20"), {
            wrong("age_max", "disagrees", "must not be below 30")
        }),
        case("no day", get("/movies?released_after=soon"), {
            wrong("released_after", "format", "must be a day such as \"2026-03-14\"")
        }),
        case("days the wrong way round", get("/movies?released_after=2026-03-15&released_before=2026-03-14"), {
            wrong("released_before", "disagrees", "must not be before 2026-03-15")
        }),
        case("sorted by nothing known", get("/actors?sort=title"), {
            wrong("sort", "unknown", "must be one of id, name, age, created_at, with - before it for descending")
        }),
        case("deleted yes", get("/actors?deleted=yes"), {
            wrong("deleted", "format", "must be one of no, only, with")
        }),
        case("deleted in capitals", get("/movies?deleted=ONLY"), {
            wrong("deleted", "format", "must be one of no, only, with")
        }),
    ]
}

fn unknown_queries() -> Vec<Case> {
    let unknown = |parameter, detail| wrong_query("unknown-parameter", parameter, "unknown", detail);
    let none_known = "is not known here, where there are no query parameters";
    let actors = "is not known here; there are q, name, gender, age_min, age_max, movie_id, available_from, available_to, \
                  deleted, sort, page, limit, cursor, format";
    let movies = "is not known here; there are q, title, released_after, released_before, actor_id, deleted, sort, page, \
                  limit, cursor, format";
    let actor = r#"{"name": "Nada Haddad", "age": 20, "gender": "f"}"#;
    vec![
        case("a typing mistake", get("/actors?lmit=5"), unknown("lmit", "is not known here; did you mean limit?")),
        case("a parameter in capitals", get("/movies?PAGE=5"), unknown("PAGE", movies)),
        case("a parameter like none", get("/actors?xyz=1"), unknown("xyz", actors)),
        case("a nameless parameter", get("/actors?=1"), unknown("", actors)),
        case("one known and one not", get("/movies?page=1&xyz="), unknown("xyz", movies)),
        case("a parameter beside an id", get("/actors/1?page=1"), unknown("page", none_known)),
        case("a parameter beside a new actor", send(Method::POST, "/actors?dry_run=true", actor), {
            unknown("dry_run", none_known)
        }),
        case("a parameter beside a deletion", ask(Method::DELETE, "/movies/1?force=1"), unknown("force", none_known)),
        case("a parameter beside oneself", get("/me?verbose"), unknown("verbose", none_known)),
    ]
}

fn conditions() -> Vec<Case> {
    let no_tags = |header| {
        let detail = format!("the header {header} must be * or a list of entity tags in quotes, such as \"3\"");
        refused(400, "invalid-request", detail)
    };
    let change = || send(Method::PATCH, "/actors/1", r#"{"name": "Ilse"}"#);
    let delete = || ask(Method::DELETE, "/movies/1");
    let stale = || refused(412, "stale-version", "the stored version is 1; read it again before changing it");
    vec![
        case("If-Match without quotes", change().with("if-match", "1"), no_tags("if-match")),
        case("If-Match with half a tag", delete().with("if-match", "\"1"), no_tags("if-match")),
        case("If-Match of nothing", delete().with("if-match", ""), no_tags("if-match")),
        case("a change of another version", change().with("if-match", "\"2\""), stale()),
        case("a deletion of another version", delete().with("if-match", "\"2\""), stale()),
        case("a change of a weak version", change().with("if-match", "W/\"1\""), stale()),
        case("a change of no version of ours", change().with("if-match", "\"abc\""), stale()),
        case(
            "a bad change of another version",
            send(Method::PATCH, "/actors/1", r#"{"age": 121}"#).with("if-match", "\"2\""),
            invalid(&[("age", "range", "must be between 0 and 120")]),
        ),
    ]
}

fn local_tokens() -> Vec<Case> {
    let wanted = |body: &str| send(Method::POST, "/local/token", body);
    let stranger = || {
        let detail = "local tokens are only for clients on this machine and for its own pages";
        refused(403, "local-only", detail)
    };
    let good = || wanted(r#"{"role": "assistant"}"#);
    vec![
        case("no role", wanted("{}"), invalid(&[("role", "required", "is required")])),
        case("an unknown role", wanted(r#"{"role": "admin"}"#), {
            invalid(&[("role", "unknown", "must be one of assistant, director, producer")])
        }),
        case("a role of another type", wanted(r#"{"role": ["producer"]}"#), {
            invalid(&[("role", "type", "must be a text")])
        }),
        case("a role by a name of this machine", good().with("host", "localhost:1"), {
            accepted(200, json!({"role": "assistant"}))
        }),
        case("a role by another name", good().with("host", "ensemble.test"), stranger()),
        case("a role by a misleading name", good().with("host", "localhost.ensemble.test"), stranger()),
        case("a role for a page of another origin", good().with("origin", "http://ensemble.test"), stranger()),
        case("a role for a page of no origin", good().with("origin", "null"), stranger()),
        case("a role for another port", good().with("origin", "http://127.0.0.1:1"), stranger()),
        case("a role for this page", good().with("host", "127.0.0.1:1").with("origin", "http://127.0.0.1:1"), {
            accepted(200, json!({"role": "assistant"}))
        }),
    ]
}
