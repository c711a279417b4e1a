//! What the tests put in.

use chrono::{DateTime, NaiveDate, Utc};
use ensemble_domain::{
    ActorName, Born, Caller, Gender, Limit, NewActor, NewMovie, PageNumber, PageRequest, Permissions, Permit,
    Precondition, ReleaseDate, RequestId, Requirement, ShootWindow, Subject, Title, Version, parse_day,
};

pub fn permit<R: Requirement>() -> Permit<R> {
    let (subject, request) = (Subject::parse("auth0|somebody").unwrap(), RequestId::parse("request-1").unwrap());
    Caller::new(subject, Permissions::ALL, request).permit().unwrap()
}

pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub fn day(text: &str) -> NaiveDate {
    parse_day(text).unwrap()
}

pub fn now() -> DateTime<Utc> {
    instant("2026-03-14T09:00:00.123456Z")
}

pub fn later() -> DateTime<Utc> {
    instant("2026-03-15T10:30:00Z")
}

pub fn an_actor_named(name: &str) -> NewActor {
    NewActor { name: ActorName::parse(name).unwrap(), gender: Gender::Female, born: Born::About(day("1990-03-14")) }
}

pub fn a_movie_titled(title: &str) -> NewMovie {
    NewMovie {
        title: Title::parse(title).unwrap(),
        release_date: ReleaseDate::new(day("2027-05-07")).unwrap(),
        shoot: None,
    }
}

pub fn a_shoot(start: &str, end: &str) -> Option<ShootWindow> {
    ShootWindow::between(Some(day(start)), Some(day(end))).unwrap()
}

pub fn page(number: u64, limit: u64) -> PageRequest {
    PageRequest { limit: Limit::new(limit).unwrap(), page: PageNumber::new(number).unwrap() }
}

pub fn version(number: i64) -> Version {
    Version::new(number).unwrap()
}

pub fn seen(versions: &[i64]) -> Precondition {
    Precondition::VersionIn(versions.iter().copied().map(version).collect())
}

/// Names in many scripts, all in normalization form C, some beyond the basic plane.
pub const NAMES: [&str; 8] = [
    "Nada Haddad",
    "Zoë Ångström-Núñez",
    "山田 花子",
    "Мария Иванова",
    "ندى حداد",
    "अमृता",
    "\u{1f3ad}\u{1f469}\u{200d}\u{1f3a4}",
    "O'Brien \"; DROP TABLE actors; -- \\ % _",
];
