//! Bodies of movies.

use reqwest::Method;
use serde_json::{Value, json};

use super::case::{Answer, Case, accepted, case, invalid, send};

pub fn cases() -> Vec<Case> {
    [titles(), release_dates(), shoots(), changes()].into_iter().flatten().collect()
}

/// A new movie, good but for these members.
fn new(name: &'static str, members: &Value, answer: Answer) -> Case {
    let mut body = json!({"title": "The Pale Harbour", "release_date": "2031-04-18"});
    for (member, value) in members.as_object().unwrap() {
        body[member] = value.clone();
    }
    case(name, send(Method::POST, "/movies", body.to_string()), answer)
}

fn change(name: &'static str, body: &Value, answer: Answer) -> Case {
    case(name, send(Method::PATCH, "/movies/1", body.to_string()), answer)
}

/// The movie is stored with these members.
fn stored(members: &Value) -> Answer {
    accepted(201, json!({"success": true, "movie": members}))
}

fn titles() -> Vec<Case> {
    let wrong = |code, detail| invalid(&[("title", code, detail)]);
    let (longest, longer) = (json!({"title": "t".repeat(300)}), json!({"title": "t".repeat(301)}));
    let mixed = json!({"title": "ضوء 🎥 光"});
    vec![
        new("a title that is null", &json!({"title": null}), wrong("required", "is required")),
        new("a title that is a number", &json!({"title": 1984}), wrong("type", "must be a text")),
        new("a title of 0 characters", &json!({"title": "\t"}), wrong("length", "must not be empty")),
        new("a title of 300 characters", &longest, stored(&longest)),
        new("a title of 301 characters", &longer, wrong("length", "must have at most 300 characters, not 301")),
        new("a title with a NUL", &json!({"title": "\0"}), wrong("characters", "must not contain control characters")),
        new("a title in many scripts", &mixed, stored(&mixed)),
        case("a title only", send(Method::POST, "/movies", r#"{"title": "Low Tide"}"#), {
            invalid(&[("release_date", "required", "is required")])
        }),
        case("an empty movie", send(Method::POST, "/movies", "{}"), {
            invalid(&[("title", "required", "is required"), ("release_date", "required", "is required")])
        }),
    ]
}

fn release_dates() -> Vec<Case> {
    let released = |name, date: Value, answer| new(name, &json!({"release_date": date}), answer);
    let range = || invalid(&[("release_date", "range", "must be between 1888-01-01 and 2200-12-31")]);
    let no_day = || invalid(&[("release_date", "format", "must be a day such as \"2026-03-14\"")]);
    let stored_as = |day: &str| stored(&json!({"release_date": day}));
    vec![
        released("released in 1887", json!("1887-12-31"), range()),
        released("released in 1888", json!("1888-01-01"), stored_as("1888-01-01")),
        released("released in 2200", json!("2200-12-31"), stored_as("2200-12-31")),
        released("released in 2201", json!("2201-01-01"), range()),
        released("released in the year 0", json!("0000-01-01"), range()),
        released("released in the year 10000", json!("10000-01-01"), no_day()),
        released("released on 29 February 2100", json!("2100-02-29"), no_day()),
        released("released on 29 February 2096", json!("2096-02-29"), stored_as("2096-02-29")),
        released("released at an instant", json!("2031-04-18T00:00:00+02:00"), stored_as("2031-04-18")),
        released("released soon", json!("soon"), no_day()),
        released("released in a number", json!(2031), invalid(&[("release_date", "type", "must be a text")])),
    ]
}

fn shoots() -> Vec<Case> {
    let shot = |start: &str, end: &str| json!({"shoot_start": start, "shoot_end": end});
    let one_day = shot("2030-05-01", "2030-05-01");
    vec![
        new("a shoot without an end", &json!({"shoot_start": "2030-05-01"}), {
            invalid(&[("shoot_end", "required", "must be given together with shoot_start")])
        }),
        new("a shoot without a start", &json!({"shoot_end": "2030-05-01"}), {
            invalid(&[("shoot_start", "required", "must be given together with shoot_end")])
        }),
        new("a shoot that ends before it starts", &shot("2030-05-02", "2030-05-01"), {
            invalid(&[("shoot_end", "range", "must not be before shoot_start, 2030-05-02")])
        }),
        new("a shoot of one day", &one_day, stored(&one_day)),
        new("a shoot on no days", &shot("2030-02-30", "1.5.2030"), {
            let detail = "must be a day such as \"2026-03-14\"";
            invalid(&[("shoot_start", "format", detail), ("shoot_end", "format", detail)])
        }),
        new("a shoot that is null", &json!({"shoot_start": null, "shoot_end": null}), {
            stored(&json!({"shoot_start": null, "shoot_end": null}))
        }),
    ]
}

/// Changes of the one stored movie, which is shot from 2029-03-01 to 2029-06-30.
fn changes() -> Vec<Case> {
    vec![
        change("a change of nothing known", &json!({"name": "Low Tide"}), {
            let detail =
                "has no member that can be changed; those are title, release_date, shoot_start, shoot_end, actor_ids";
            invalid(&[("", "unknown", detail)])
        }),
        change("a change to null", &json!(null), invalid(&[("", "type", "must be a JSON object")])),
        change("a change of title and release date to null", &json!({"title": null, "release_date": null}), {
            invalid(&[("title", "required", "must not be null"), ("release_date", "required", "must not be null")])
        }),
        change("a change to a shoot without an end", &json!({"shoot_end": null}), {
            invalid(&[("shoot_end", "required", "must be given together with shoot_start")])
        }),
        change("a change to an end before the stored start", &json!({"shoot_end": "2029-02-28"}), {
            invalid(&[("shoot_end", "range", "must not be before shoot_start, 2029-03-01")])
        }),
        change("a change of nothing", &json!({}), accepted(200, json!({"movie": {"version": 1}}))),
        change("a change to no shoot", &json!({"shoot_start": null, "shoot_end": null}), {
            accepted(200, json!({"movie": {"shoot_start": null, "shoot_end": null, "version": 2}}))
        }),
    ]
}
