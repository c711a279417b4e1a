//! What the unit tests of this crate are made of.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    Actor, ActorId, ActorName, Born, Caller, Casting, CastingId, CastingStatus, Gender, MockClock, Movie, MovieId,
    NewActor, NewMovie, Permissions, ReleaseDate, RequestId, Subject, Title, Version,
};

pub fn day(text: &str) -> NaiveDate {
    crate::parse_day(text).unwrap()
}

pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub fn now() -> DateTime<Utc> {
    instant("2026-03-14T09:00:00Z")
}

pub fn a_clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    clock
}

pub fn a_caller_with(permissions: Permissions) -> Caller {
    let (subject, request_id) = (Subject::parse("auth0|somebody"), RequestId::parse("request-1"));
    Caller::new(subject.unwrap(), permissions, request_id.unwrap())
}

pub fn a_new_actor() -> NewActor {
    NewActor {
        name: ActorName::parse("Nada Haddad").unwrap(),
        gender: Gender::Female,
        born: Born::About(day("2006-03-14")),
    }
}

pub fn an_actor() -> Actor {
    let NewActor { name, gender, born } = a_new_actor();
    Actor {
        id: ActorId::new(7).unwrap(),
        name,
        gender,
        born,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
    }
}

pub fn a_new_movie() -> NewMovie {
    NewMovie {
        title: Title::parse("Aihaga").unwrap(),
        release_date: ReleaseDate::new(day("1998-05-07")).unwrap(),
        shoot: None,
        actors: std::collections::BTreeSet::new(),
    }
}

pub fn a_movie() -> Movie {
    let NewMovie { title, release_date, shoot, .. } = a_new_movie();
    Movie {
        id: MovieId::new(2).unwrap(),
        title,
        release_date,
        shoot,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
    }
}

pub fn a_casting() -> Casting {
    Casting {
        id: CastingId::new(5).unwrap(),
        movie: MovieId::new(2).unwrap(),
        actor: ActorId::new(7).unwrap(),
        character: None,
        status: CastingStatus::Considering,
        reason: None,
        billing: None,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
    }
}
