//! What the tests put in.

use chrono::{DateTime, NaiveDate, Utc};
use ensemble_domain::{
    Actor, ActorId, ActorName, Billing, Born, Caller, CastMember, Casting, CastingChanges, CastingStatus, Change,
    Character, Gender, HistoryEntry, HistoryOf, Idempotency, Limit, Movie, MovieId, NewActor, NewCasting, NewMovie,
    PageNumber, PageRequest, Permissions, Permit, Precondition, Reason, ReleaseDate, RequestId, Requirement, Rows,
    ShootWindow, Start, Subject, Title, Version, parse_day,
};

use crate::fixture::Fixture;

/// What the tests need to be there before they begin, put in by somebody at [`now`], and taken away [`later`].
impl Fixture {
    pub fn add_actor(&self, name: &str) -> Actor {
        self.database.actors().insert(&permit(), &an_actor_named(name), now()).unwrap().into_inner()
    }

    pub fn delete_actor(&self, id: ActorId) {
        self.database.actors().delete(&permit(), id, &Precondition::None, later()).unwrap().unwrap();
    }

    pub fn add_movie(&self, title: &str) -> Movie {
        self.add_new_movie(&a_movie_titled(title))
    }

    pub fn add_new_movie(&self, new: &NewMovie) -> Movie {
        self.database.movies().insert(&permit(), new, now()).unwrap().into_inner()
    }

    pub fn delete_movie(&self, id: MovieId) {
        self.database.movies().delete(&permit(), id, &Precondition::None, later()).unwrap().unwrap();
    }

    pub fn restore_movie(&self, id: MovieId) {
        self.database.movies().restore(&permit(), id, later()).unwrap().unwrap();
    }

    pub fn add_casting(&self, movie: MovieId, new: &NewCasting) -> Casting {
        self.database.castings().insert(&permit(), movie, new, now()).unwrap().unwrap().into_inner()
    }

    pub fn change_casting(&self, casting: &Casting, changes: &CastingChanges) -> Casting {
        let (movie, id) = (casting.movie, casting.id);
        let castings = self.database.castings();
        castings.update(&permit(), movie, id, &Precondition::None, changes, later()).unwrap().unwrap()
    }

    /// The castings of the movie, as its cast list shows them.
    pub fn cast(&self, movie: MovieId) -> Vec<Casting> {
        let cast = self.database.castings().cast(movie).unwrap().unwrap();
        cast.into_iter().map(|CastMember { casting, .. }| casting).collect()
    }

    /// The whole history, newest first.
    pub fn history(&self, of: HistoryOf) -> Vec<HistoryEntry> {
        let mut entries = Vec::new();
        let mut before = None;
        loop {
            let page = self.database.history().list(of, before, Limit::new(100).unwrap()).unwrap().unwrap();
            entries.extend(page.entries);
            before = page.next;
            if before.is_none() {
                return entries;
            }
        }
    }
}

pub fn caller(subject: &str, request: &str) -> Caller {
    let (subject, request) = (Subject::parse(subject).unwrap(), RequestId::parse(request).unwrap());
    Caller::new(subject, Permissions::ALL, request)
}

pub fn permit<R: Requirement>() -> Permit<R> {
    caller("auth0|somebody", "request-1").permit().unwrap()
}

/// The permit of a request with an idempotency key.
pub fn repeatable<R: Requirement>(key: u8, fingerprint: u8) -> Permit<R> {
    let idempotency = Idempotency { key: [key; 32], fingerprint: [fingerprint; 32] };
    caller("auth0|somebody", "request-1").repeatable(idempotency).permit().unwrap()
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

/// Later on the same day.
pub fn soon() -> DateTime<Utc> {
    instant("2026-03-14T15:00:00Z")
}

/// On the next day, more than 24 hours on.
pub fn later() -> DateTime<Utc> {
    instant("2026-03-15T10:30:00Z")
}

pub fn an_actor_named(name: &str) -> NewActor {
    NewActor { name: ActorName::parse(name).unwrap(), gender: Gender::Female, born: Born::About(day("1990-03-14")) }
}

pub fn a_movie_titled(title: &str) -> NewMovie {
    NewMovie {
        title: Title::parse(title).unwrap(),
        release_date: a_release("2027-05-07"),
        shoot: None,
        actors: [].into(),
    }
}

pub fn a_release(text: &str) -> ReleaseDate {
    ReleaseDate::new(day(text)).unwrap()
}

pub fn a_shoot(start: &str, end: &str) -> Option<ShootWindow> {
    ShootWindow::between(Some(day(start)), Some(day(end))).unwrap()
}

/// An actor who is considered for a part that is not named yet.
pub fn a_casting_of(actor: ActorId) -> NewCasting {
    NewCasting { status: CastingStatus::Considering, ..NewCasting::booking(actor) }
}

pub fn part(text: &str) -> Character {
    Character::parse(text).unwrap()
}

pub fn place(number: i64) -> Billing {
    Billing::new(number).unwrap()
}

pub fn because(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

/// What takes a casting to that status, for a reason.
pub fn moved(status: CastingStatus) -> CastingChanges {
    let reason = Change::To(Reason::parse("The dates moved").unwrap());
    CastingChanges { status: Some(status), reason, ..CastingChanges::default() }
}

pub fn page(number: u64, limit: u64) -> PageRequest {
    PageRequest { limit: Limit::new(limit).unwrap(), start: Start::Page(PageNumber::new(number).unwrap()) }
}

/// The rows of an import that is not withdrawn.
pub fn rows<T: Clone>(all: &[T]) -> impl Rows<T> {
    all.iter().cloned().map(Ok)
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
