//! What the lists of actors and movies can be asked for, and the way through their pages.

use ensemble_domain::{
    ActorFilter, ActorId, ActorQuery, ActorSort, DayRange, Folded, Gender, MovieFilter, MovieId, MovieQuery, MovieSort,
    PageRequest, Position, Search, ShootWindow, Sort, SortKey,
};
use serde_json::{Value, json};

use crate::fixture::{
    Answer, Server, a_movie, a_page, a_page_before_others, a_problem, a_server, an_actor, day, get, now, number_of,
    with,
};

/// A server that is asked for just these actors.
fn a_server_expecting(is_right: impl Fn(&ActorQuery) -> bool + Send + 'static) -> Server {
    a_server().actors(|actors| {
        actors
            .expect_list()
            .withf(move |query, _| is_right(query))
            .once()
            .return_once(|_, _| Ok(a_page(Vec::new(), 0)));
    })
}

/// A server that is asked for just these movies.
fn a_server_expecting_movies(is_right: impl Fn(&MovieQuery) -> bool + Send + 'static) -> Server {
    a_server().movies(|movies| {
        movies
            .expect_list()
            .withf(move |query, _| is_right(query))
            .once()
            .return_once(|_, _| Ok(a_page(Vec::new(), 0)));
    })
}

/// A server with more actors than fit on a page, of which the last shown is number 8.
fn a_server_with_many(total: u64, expected: impl Fn(&PageRequest) -> bool + Send + 'static) -> Server {
    let items = vec![an_actor().build(), an_actor().numbered(8).named("\u{c9}va Said").build()];
    a_server().actors(move |actors| {
        actors
            .expect_list()
            .withf(move |_, page| expected(page))
            .once()
            .return_once(move |_, _| Ok(a_page_before_others(items, total)));
    })
}

fn days(from: Option<&str>, to: Option<&str>) -> DayRange {
    DayRange::new(from.map(day), to.map(day)).unwrap()
}

async fn asked(path: &str) -> Answer {
    a_server().answer(get(path).by_an_assistant()).await
}

#[actix_web::test]
async fn actors_are_filtered_by_what_they_have_in_common() {
    let shoot = ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-06-01"))).unwrap();
    let table: [(&str, ActorFilter); 9] = [
        (
            "q=Had%C3%A1d+nada",
            ActorFilter { search: Some(Search::parse("nada hadad").unwrap()), ..ActorFilter::default() },
        ),
        ("name=+NADA++Haddad", ActorFilter { name: Some(Folded::of("nada haddad")), ..ActorFilter::default() }),
        ("gender=W", ActorFilter { gender: Some(Gender::Female), ..ActorFilter::default() }),
        ("age_min=20", ActorFilter { born: days(None, Some("2006-03-14")), ..ActorFilter::default() }),
        ("age_max=20", ActorFilter { born: days(Some("2005-03-15"), None), ..ActorFilter::default() }),
        (
            "age_max=20&age_min=20",
            ActorFilter { born: days(Some("2005-03-15"), Some("2006-03-14")), ..ActorFilter::default() },
        ),
        ("movie_id=2", ActorFilter { movie: MovieId::new(2), ..ActorFilter::default() }),
        (
            "available_from=2026-05-01&available_to=2026-06-01",
            ActorFilter { available: shoot, ..ActorFilter::default() },
        ),
        (
            "gender=m&movie_id=2",
            ActorFilter { gender: Some(Gender::Male), movie: MovieId::new(2), ..ActorFilter::default() },
        ),
    ];
    for (query, filter) in table {
        let server = a_server_expecting(move |query| query.filter == filter);
        assert_eq!(server.answer(get(&format!("/actors?{query}")).by_an_assistant()).await.status, 200, "{query}");
    }
}

#[actix_web::test]
async fn movies_are_filtered_by_what_they_have_in_common() {
    let table: [(&str, MovieFilter); 6] = [
        ("q=aihaga", MovieFilter { search: Some(Search::parse("AIHAGA").unwrap()), ..MovieFilter::default() }),
        ("title=a%C3%AFhaga", MovieFilter { title: Some(Folded::of("Aihaga")), ..MovieFilter::default() }),
        (
            "released_after=1998-05-07",
            MovieFilter { released: days(Some("1998-05-07"), None), ..MovieFilter::default() },
        ),
        (
            "released_before=1998-05-07",
            MovieFilter { released: days(None, Some("1998-05-07")), ..MovieFilter::default() },
        ),
        (
            "released_after=1998-05-07T23:00:00%2B02:00&released_before=1998-05-07",
            MovieFilter { released: days(Some("1998-05-07"), Some("1998-05-07")), ..MovieFilter::default() },
        ),
        ("actor_id=7", MovieFilter { actor: ActorId::new(7), ..MovieFilter::default() }),
    ];
    for (query, filter) in table {
        let server = a_server_expecting_movies(move |query| query.filter == filter);
        assert_eq!(server.answer(get(&format!("/movies?{query}")).by_an_assistant()).await.status, 200, "{query}");
    }
}

#[actix_web::test]
async fn a_list_is_sorted_by_one_field_up_or_down() {
    let fields = [
        ("id", ActorSort::Id),
        ("name", ActorSort::Name),
        ("age", ActorSort::Age),
        ("created_at", ActorSort::CreatedAt),
    ];
    for (name, by) in fields {
        for (sign, descending) in [("", false), ("-", true)] {
            let server = a_server_expecting(move |query| query.sort == Sort { by, descending });
            let call = get(&format!("/actors?sort={sign}{name}")).by_an_assistant();
            assert_eq!(server.answer(call).await.status, 200, "{sign}{name}");
        }
    }
    let fields = [
        ("id", MovieSort::Id),
        ("title", MovieSort::Title),
        ("release_date", MovieSort::ReleaseDate),
        ("created_at", MovieSort::CreatedAt),
    ];
    for (name, by) in fields {
        let server = a_server_expecting_movies(move |query| query.sort == Sort { by, descending: true });
        assert_eq!(server.answer(get(&format!("/movies?sort=-{name}")).by_an_assistant()).await.status, 200, "{name}");
    }
    let server = a_server_expecting(|query| query.sort == Sort { by: ActorSort::Id, descending: false });
    assert_eq!(server.answer(get("/actors").by_an_assistant()).await.status, 200);
}

#[actix_web::test]
async fn a_parameter_that_is_not_right_is_refused_by_its_name() {
    let word = "must have a letter, a digit or a sign to look for";
    let sorts = "must be one of id, name, age, created_at, with - before it for descending";
    let day = "must be a day such as \"2026-03-14\"";
    let id = "must be a whole number from 1";
    let table = [
        ("/actors?q=", "q", "length", word),
        ("/actors?q=%20", "q", "length", word),
        ("/actors?q=a%00b", "q", "characters", "must not contain control characters"),
        ("/actors?q=a&q=a", "q", "disagrees", "is given more than once"),
        ("/actors?name=", "name", "length", "must not be empty"),
        ("/actors?name=a%00", "name", "characters", "must not contain control characters"),
        ("/actors?gender=", "gender", "length", "must not be empty"),
        ("/actors?age_min=", "age_min", "type", "must be a whole number"),
        ("/actors?age_min=x", "age_min", "type", "must be a whole number"),
        ("/actors?age_min=-1", "age_min", "range", "must be between 0 and 120"),
        ("/actors?age_max=121", "age_max", "range", "must be between 0 and 120"),
        ("/actors?age_max=99999999999999999999", "age_max", "range", "must be between 0 and 120"),
        ("/actors?age_min=30&age_max=29", "age_max", "disagrees", "must not be below 30"),
        ("/actors?movie_id=0", "movie_id", "range", id),
        ("/actors?movie_id=x", "movie_id", "type", id),
        ("/actors?movie_id=99999999999999999999", "movie_id", "range", id),
        ("/actors?available_from=2026-05-01", "available_to", "required", "must be given together with available_from"),
        ("/actors?available_to=2026-05-01", "available_from", "required", "must be given together with available_to"),
        (
            "/actors?available_from=2026-05-02&available_to=2026-05-01",
            "available_to",
            "disagrees",
            "must not be before 2026-05-02",
        ),
        ("/actors?available_from=May&available_to=2026-05-01", "available_from", "format", day),
        ("/actors?sort=height", "sort", "unknown", sorts),
        ("/actors?sort=", "sort", "unknown", sorts),
        ("/actors?sort=--name", "sort", "unknown", sorts),
        ("/actors?sort=name,id", "sort", "unknown", sorts),
        ("/actors?page=2&cursor=", "cursor", "format", "is none that this list gave out; begin again without one"),
        ("/actors?format=xml", "format", "format", "must be one of json, csv"),
        ("/movies?title=", "title", "length", "must not be empty"),
        ("/movies?released_after=2026-02-30", "released_after", "format", day),
        (
            "/movies?released_after=2026-05-02&released_before=2026-05-01",
            "released_before",
            "disagrees",
            "must not be before 2026-05-02",
        ),
        ("/movies?actor_id=-7", "actor_id", "type", id),
        (
            "/movies?sort=name",
            "sort",
            "unknown",
            "must be one of id, title, release_date, created_at, with - before it for descending",
        ),
    ];
    for (path, parameter, code, detail) in table {
        let answer = asked(path).await;
        let kind = if parameter == "cursor" { "invalid-cursor" } else { "invalid-request" };
        assert_eq!(answer.problem(), (400, kind.to_owned()), "{path}");
        assert_eq!(
            answer.member("errors"),
            json!([{"parameter": parameter, "code": code, "detail": detail}]),
            "{path}"
        );
        assert_eq!(answer.member("detail"), format!("query parameter {parameter} {detail}"), "{path}");
    }
}

#[actix_web::test]
async fn a_mistyped_filter_is_refused_with_the_nearest() {
    for (path, near) in [("/actors?nmae=a", "name"), ("/actors?agemin=2", "age_min"), ("/movies?tilte=a", "title")] {
        let answer = asked(path).await;
        assert_eq!(answer.problem(), (400, "unknown-parameter".to_owned()), "{path}");
        let detail = answer.member("detail");
        assert!(detail.as_str().unwrap().ends_with(&format!("did you mean {near}?")), "{detail}");
    }
}

#[actix_web::test]
async fn every_link_keeps_filters_order_and_limit() {
    let server = a_server_with_many(31, |page| number_of(page) == Some(2));
    let path = "/actors?sort=-name&q=Zo%C3%AB+a%26b&limit=10&page=2&gender=f";
    let answer = server.answer(get(path).by_an_assistant()).await;
    let target = |page| format!("/actors?limit=10&gender=f&q=Zo%C3%AB+a%26b&sort=-name&page={page}");
    let link = [("first", 1), ("prev", 1), ("next", 3), ("last", 4)];
    let link = link.map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", target(page))).join(", ");
    assert_eq!(answer.header("Link"), Some(&*link));
    assert_eq!((answer.member("next"), answer.member("prev")), (json!(target(3)), json!(target(1))));
    assert!(answer.varies_by("Accept"));
}

#[actix_web::test]
async fn a_cursor_leads_behind_the_last_item_and_keeps_its_style() {
    let orders = [
        ("", SortKey::Id),
        ("&sort=-name", SortKey::Text(Folded::of("Eva Said"))),
        ("&sort=age", SortKey::Day(day("2006-03-14"))),
        ("&sort=-created_at", SortKey::Instant(now())),
    ];
    for (sort, key) in orders {
        let first = a_server_with_many(31, |page| number_of(page) == Some(1));
        let first = first.answer(get(&format!("/actors?limit=2{sort}")).by_an_assistant()).await;
        let cursor = first.member("next_cursor").as_str().unwrap().to_owned();

        let expected = Position { key, id: 8 };
        let second = a_server_with_many(31, move |page| page.after() == Some(&expected));
        let second = second.answer(get(&format!("/actors?limit=2{sort}&cursor={cursor}")).by_an_assistant()).await;

        let next = format!("/actors?limit=2{sort}&cursor={cursor}");
        assert_eq!((second.status.as_u16(), second.member("next")), (200, json!(next)), "{sort}");
        let links = format!("</actors?limit=2{sort}&page=1>; rel=\"first\", <{next}>; rel=\"next\"");
        assert_eq!(second.header("Link"), Some(&*links), "{sort}");
        assert_eq!(second.header("X-Total-Count"), Some("31"));
        for member in ["page", "pages", "prev"] {
            assert_eq!(second.json().get(member), Some(&Value::Null), "{sort}: {member}");
        }
    }
}

#[actix_web::test]
async fn movies_have_cursors_too() {
    let page = || a_page_before_others(vec![a_movie().build()], 2);
    let first = a_server().movies(|movies| {
        movies.expect_list().once().return_once(move |_, _| Ok(page()));
    });
    let first = first.answer(get("/movies?sort=release_date").by_an_assistant()).await;
    let cursor = first.member("next_cursor").as_str().unwrap().to_owned();
    let second = a_server().movies(|movies| {
        let place = Position { key: SortKey::Day(day("1998-05-07")), id: 2 };
        movies
            .expect_list()
            .withf(move |_, page| page.after() == Some(&place))
            .once()
            .return_once(|_, _| Ok(a_page(Vec::new(), 2)));
    });
    let second = second.answer(get(&format!("/movies?sort=release_date&cursor={cursor}")).by_an_assistant()).await;
    let links = "</movies?limit=20&sort=release_date&page=1>; rel=\"first\"";
    assert_eq!((second.status.as_u16(), second.member("next"), second.header("Link")), (200, Value::Null, Some(links)));
}

#[actix_web::test]
async fn the_last_page_has_no_cursor() {
    let server = a_server().actors(|actors| {
        actors.expect_list().once().return_once(|_, _| Ok(a_page(vec![an_actor().build()], 1)));
    });
    let answer = server.answer(get("/actors").by_an_assistant()).await;
    assert_eq!((answer.member("next_cursor"), answer.member("next")), (Value::Null, Value::Null));
}

#[actix_web::test]
async fn a_cursor_is_taken_by_the_very_list_that_gave_it_out() {
    let first = a_server_with_many(31, |_| true);
    let first = first.answer(get("/actors?sort=name&gender=f").by_an_assistant()).await;
    let cursor = first.member("next_cursor").as_str().unwrap().to_owned();

    let same = a_server_with_many(31, |page| page.after().is_some());
    let same =
        same.answer(get(&format!("/actors?gender=f&cursor={cursor}&limit=7&sort=name&format=json")).by_an_assistant());
    assert_eq!(same.await.status, 200);

    for other in [
        format!("/actors?sort=-name&gender=f&cursor={cursor}"),
        format!("/actors?sort=name&gender=m&cursor={cursor}"),
        format!("/actors?sort=name&cursor={cursor}"),
        format!("/actors?sort=name&gender=f&deleted=no&cursor={cursor}"),
        format!("/movies?sort=title&cursor={cursor}"),
        format!("/history?cursor={cursor}"),
        format!("/actors?sort=name&gender=f&cursor={}x", &cursor[..cursor.len() - 1]),
        format!("/actors?sort=name&gender=f&cursor={cursor}%3D"),
        "/actors?sort=name&gender=f&cursor=8".to_owned(),
    ] {
        let answer = asked(&other).await;
        let detail = "query parameter cursor is none that this list gave out; begin again without one";
        let path = other.split('?').next().unwrap();
        let problem = a_problem(400, "invalid-cursor", "The cursor is not one of this list", path, detail);
        let detail = "is none that this list gave out; begin again without one";
        let errors = json!([{"parameter": "cursor", "code": "format", "detail": detail}]);
        assert_eq!(answer.json(), with(problem, json!({"errors": errors})), "{other}");
    }
}

#[actix_web::test]
async fn a_page_is_asked_for_by_its_number_or_by_a_cursor() {
    let first = a_server_with_many(31, |_| true).answer(get("/actors").by_an_assistant()).await;
    let cursor = first.member("next_cursor").as_str().unwrap().to_owned();
    let answer = asked(&format!("/actors?page=2&cursor={cursor}")).await;
    assert_eq!(answer.problem(), (400, "invalid-request".to_owned()));
    let errors = json!([{"parameter": "page", "code": "disagrees", "detail": "must not be given beside cursor"}]);
    assert_eq!(answer.member("errors"), errors);
}

#[actix_web::test]
async fn a_list_too_long_to_be_counted_says_so() {
    let server = a_server_with_many(10_001, |page| number_of(page) == Some(3));
    let answer = server.answer(get("/actors?gender=f&limit=3&page=3").by_an_assistant()).await;
    assert_eq!(answer.header("X-Total-Count"), Some("10000"));
    let members = ["total", "total_capped", "pages", "page"].map(|name| answer.member(name));
    assert_eq!(members, [json!(10_000), json!(true), json!(3334), json!(3)]);
    let target = |page| format!("</actors?limit=3&gender=f&page={page}>");
    let link = format!("{}; rel=\"first\", {}; rel=\"prev\", {}; rel=\"next\"", target(1), target(2), target(4));
    assert_eq!(answer.header("Link"), Some(&*link));
}
