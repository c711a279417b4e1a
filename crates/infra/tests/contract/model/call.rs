//! The calls that are made, and whom they mean.

use std::{
    fmt::Debug,
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, Utc};
use ensemble_domain::{
    ActorChanges, ActorId, ActorName, BillingOrder, Caller, Casting, CastingChanges, CastingId, CastingStatus, Change,
    Gender, MovieChanges, MovieId, NewActor, NewCasting, NewMovie, Precondition, Title,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{Ports, agency::Agency};
use crate::samples::{a_movie_titled, a_release, a_shoot, an_actor_named, because, day, part, place, rows, seen};

/// Somebody or something by number, counted round and round; `None` is a stranger.
pub type Number = Option<usize>;

/// The version that a call expects.
#[derive(Clone, Debug)]
pub enum Expected {
    Any,
    OneOf(Vec<i64>),
}

/// A call, with numbers in the places of ids.
#[derive(Clone, Debug)]
pub enum Call {
    AddActor(&'static str),
    ImportActors(usize),
    ChangeActor(Number, Expected, Option<&'static str>, Option<&'static str>),
    DeleteActor(Number, Expected),
    RestoreActor(Number),
    AddMovie(&'static str, &'static str, Option<(&'static str, &'static str)>, Vec<Number>),
    ImportMovies(usize),
    ChangeMovie(Number, Expected, MovieFacts, Option<Vec<Number>>),
    DeleteMovie(Number, Expected),
    RestoreMovie(Number),
    Cast(Number, Number, CastingFacts, CastingStatus),
    /// The casting is looked for in its own movie, unless another is named.
    Move(Number, Option<Number>, Expected, CastingFacts, Option<CastingStatus>),
    Uncast(Number, Option<Number>, Expected),
    Bill(Number, Vec<Number>),
}

#[derive(Clone, Debug)]
pub struct MovieFacts {
    title: Option<&'static str>,
    release: Option<&'static str>,
    start: Change<&'static str>,
    end: Change<&'static str>,
}

#[derive(Clone, Debug)]
pub struct CastingFacts {
    character: Change<&'static str>,
    reason: Change<&'static str>,
    billing: Change<i64>,
}

/// Few of each, so that they meet.
const WORDS: [&str; 3] = ["Aihaga", "AIHAGA", "Zo\u{eb}"];
const PARTS: [&str; 3] = ["L\u{e9}a March", "LEA  march", "The Baker"];
/// One has passed, two pass on the way, and one is far off.
const RELEASES: [&str; 4] = ["2026-03-01", "2026-03-15", "2026-03-17", "2027-05-07"];
const SHOOTS: [(&str, &str); 3] =
    [("2026-05-01", "2026-05-10"), ("2026-05-10", "2026-05-20"), ("2026-05-11", "2026-05-11")];

fn number() -> impl Strategy<Value = Number> {
    option::weighted(0.95, 0..6_usize)
}

fn expected() -> impl Strategy<Value = Expected> {
    prop_oneof![3 => Just(Expected::Any), 2 => vec(1..5_i64, 0..3).prop_map(Expected::OneOf)]
}

fn changed<T: Clone + Debug + 'static>(value: impl Strategy<Value = T> + 'static) -> impl Strategy<Value = Change<T>> {
    prop_oneof![3 => Just(Change::Keep), 1 => Just(Change::Clear), 3 => value.prop_map(Change::To)]
}

fn status() -> impl Strategy<Value = CastingStatus> {
    prop_oneof![2 => select(&CastingStatus::ALL[..]), 1 => Just(CastingStatus::Booked)]
}

prop_compose! {
    fn movie_facts()(
        title in option::of(select(&WORDS[..])),
        release in option::of(select(&RELEASES[..])),
        start in changed(select(vec!["2026-05-01", "2026-05-10", "2026-05-21"])),
        end in changed(select(vec!["2026-05-10", "2026-05-20"])),
    ) -> MovieFacts {
        MovieFacts { title, release, start, end }
    }
}

prop_compose! {
    fn casting_facts()(
        character in changed(select(&PARTS[..])),
        reason in changed(select(&WORDS[..])),
        billing in changed(1..4_i64),
    ) -> CastingFacts {
        CastingFacts { character, reason, billing }
    }
}

fn call() -> impl Strategy<Value = Call> {
    let actors = || vec(number(), 0..4);
    let shoot = || option::of(select(&SHOOTS[..]));
    let elsewhere = || option::weighted(0.1, number());
    prop_oneof![
        1 => select(&WORDS[..]).prop_map(Call::AddActor),
        1 => (0..2_usize).prop_map(Call::ImportActors),
        2 => (number(), expected(), option::of(select(&WORDS[..])), option::of(select(vec!["female", "male"])))
            .prop_map(|(actor, expected, name, gender)| Call::ChangeActor(actor, expected, name, gender)),
        3 => (number(), expected()).prop_map(|(actor, expected)| Call::DeleteActor(actor, expected)),
        2 => number().prop_map(Call::RestoreActor),
        1 => (select(&WORDS[..]), select(&RELEASES[..]), shoot(), actors())
            .prop_map(|(title, release, shoot, actors)| Call::AddMovie(title, release, shoot, actors)),
        1 => (0..2_usize).prop_map(Call::ImportMovies),
        4 => (number(), expected(), movie_facts(), option::of(actors()))
            .prop_map(|(movie, expected, facts, actors)| Call::ChangeMovie(movie, expected, facts, actors)),
        2 => (number(), expected()).prop_map(|(movie, expected)| Call::DeleteMovie(movie, expected)),
        5 => number().prop_map(Call::RestoreMovie),
        10 => (number(), number(), casting_facts(), status())
            .prop_map(|(movie, actor, facts, status)| Call::Cast(movie, actor, facts, status)),
        12 => (number(), elsewhere(), expected(), casting_facts(), option::of(status()))
            .prop_map(|(casting, movie, expected, facts, to)| Call::Move(casting, movie, expected, facts, to)),
        3 => (number(), elsewhere(), expected())
            .prop_map(|(casting, movie, expected)| Call::Uncast(casting, movie, expected)),
        4 => (number(), vec(number(), 0..5)).prop_map(|(movie, order)| Call::Bill(movie, order)),
    ]
}

/// Calls, some of them under one of two keys, and some of these the same as an earlier one under that key.
pub fn calls() -> impl Strategy<Value = Vec<(Option<u8>, Call)>> {
    let under = option::weighted(0.4, (1..3_u8, any::<bool>()));
    vec((under, call()), 0..=40).prop_map(|calls| {
        let mut made: Vec<(Option<u8>, Call)> = Vec::new();
        for (under, call) in calls {
            let key = under.map(|(key, _)| key);
            let earlier = made.iter().rev().find(|(earlier, _)| under == earlier.map(|key| (key, true)));
            let call = earlier.map_or(call, |(_, earlier)| earlier.clone());
            made.push((key, call));
        }
        made
    })
}

/// What every sequence begins with, so that there is somebody to call for.
pub fn a_beginning() -> impl Iterator<Item = Call> {
    let movie = |title| Call::AddMovie(title, RELEASES[3], Some(SHOOTS[0]), vec![Some(0)]);
    ["Ann", "Bo", "Cleo"].map(Call::AddActor).into_iter().chain(["One", "Two"].map(movie))
}

impl Expected {
    fn precondition(&self) -> Precondition {
        match self {
            Self::Any => Precondition::None,
            Self::OneOf(versions) => seen(versions),
        }
    }
}

impl MovieFacts {
    fn changes(&self, actors: Option<Vec<ActorId>>) -> MovieChanges {
        MovieChanges {
            title: self.title.map(|title| Title::parse(title).unwrap()),
            release_date: self.release.map(a_release),
            shoot_start: to(self.start, day),
            shoot_end: to(self.end, day),
            actors: actors.map(|actors| actors.into_iter().collect()),
        }
    }
}

impl CastingFacts {
    fn new_casting(&self, actor: ActorId, status: CastingStatus) -> NewCasting {
        let CastingChanges { character, reason, billing, .. } = self.changes(None);
        let (character, reason) = (character.applied_to(None), reason.applied_to(None));
        NewCasting { actor, character, status, reason, billing: billing.applied_to(None) }
    }

    fn changes(&self, status: Option<CastingStatus>) -> CastingChanges {
        CastingChanges {
            character: to(self.character, part),
            status,
            reason: to(self.reason, because),
            billing: to(self.billing, place),
        }
    }
}

fn to<T, U>(change: Change<T>, make: impl Fn(T) -> U) -> Change<U> {
    match change {
        Change::Keep => Change::Keep,
        Change::Clear => Change::Clear,
        Change::To(value) => Change::To(make(value)),
    }
}

fn numbered<T>(all: &[T], number: Number) -> Option<&T> {
    all.get(number?.checked_rem(all.len())?)
}

/// Whom the numbers of a call mean.
pub struct Ids {
    pub actors: Vec<ActorId>,
    pub movies: Vec<MovieId>,
    pub castings: Vec<Casting>,
}

impl Ids {
    pub fn of(agency: &Agency) -> Self {
        Self { actors: agency.actor_ids(), movies: agency.movie_ids(), castings: agency.castings() }
    }

    fn actor(&self, number: Number) -> ActorId {
        numbered(&self.actors, number).copied().unwrap_or(ActorId::new(i64::MAX).unwrap())
    }

    fn actors(&self, numbers: &[Number]) -> Vec<ActorId> {
        numbers.iter().map(|number| self.actor(*number)).collect()
    }

    fn movie(&self, number: Number) -> MovieId {
        numbered(&self.movies, number).copied().unwrap_or(MovieId::new(i64::MAX).unwrap())
    }

    /// A casting, and the movie where it is looked for.
    fn casting(&self, number: Number, movie: Option<Number>) -> (MovieId, CastingId) {
        let found = numbered(&self.castings, number);
        let id = found.map_or(CastingId::new(i64::MAX).unwrap(), |casting| casting.id);
        let own = found.map_or(MovieId::new(i64::MAX).unwrap(), |casting| casting.movie);
        (movie.map_or(own, |number| self.movie(number)), id)
    }

    /// Castings of the movie, each once, and strangers.
    fn order(&self, movie: MovieId, numbers: &[Number]) -> BillingOrder {
        let own: Vec<_> = self.castings.iter().filter(|casting| casting.movie == movie).collect();
        let mut order = Vec::new();
        for number in numbers {
            let id = numbered(&own, *number).map(|casting| casting.id);
            let id = id.unwrap_or_else(|| self.casting(Some(0), None).1);
            if !order.contains(&id) {
                order.push(id);
            }
        }
        BillingOrder::new(order).unwrap()
    }
}

impl Call {
    /// What tells the call from another one under the same key.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = DefaultHasher::new();
        text(self).hash(&mut hasher);
        let mut fingerprint = [0; 32];
        fingerprint[..8].copy_from_slice(&hasher.finish().to_be_bytes());
        fingerprint
    }

    /// Makes the call and answers what it answers, as text.
    pub fn make(&self, ports: &Ports, ids: &Ids, caller: &Caller, now: DateTime<Utc>) -> String {
        let Ports { actors, movies, castings, .. } = ports;
        match self {
            Self::AddActor(name) => text(&actors.insert(&caller.permit().unwrap(), &an_actor_named(name), now)),
            Self::ImportActors(count) => {
                let many: Vec<NewActor> = vec![an_actor_named("Many"); *count];
                text(&actors.import(&caller.permit().unwrap(), &mut rows(&many), now))
            }
            Self::ChangeActor(actor, expected, name, gender) => {
                let changes = ActorChanges {
                    name: name.map(|name| ActorName::parse(name).unwrap()),
                    gender: gender.map(|gender| Gender::parse(gender).unwrap()),
                    ..ActorChanges::default()
                };
                let condition = expected.precondition();
                text(&actors.update(&caller.permit().unwrap(), ids.actor(*actor), &condition, &changes, now))
            }
            Self::DeleteActor(actor, expected) => {
                let condition = expected.precondition();
                text(&actors.delete(&caller.permit().unwrap(), ids.actor(*actor), &condition, now))
            }
            Self::RestoreActor(actor) => text(&actors.restore(&caller.permit().unwrap(), ids.actor(*actor), now)),
            Self::AddMovie(title, release, shoot, cast) => {
                let new = NewMovie {
                    release_date: a_release(release),
                    shoot: shoot.and_then(|(start, end)| a_shoot(start, end)),
                    actors: ids.actors(cast).into_iter().collect(),
                    ..a_movie_titled(title)
                };
                text(&movies.insert(&caller.permit().unwrap(), &new, now))
            }
            Self::ImportMovies(count) => {
                let many: Vec<NewMovie> = vec![a_movie_titled("Many"); *count];
                text(&movies.import(&caller.permit().unwrap(), &mut rows(&many), now))
            }
            Self::ChangeMovie(movie, expected, facts, cast) => {
                let changes = facts.changes(cast.as_ref().map(|cast| ids.actors(cast)));
                let condition = expected.precondition();
                text(&movies.update(&caller.permit().unwrap(), ids.movie(*movie), &condition, &changes, now))
            }
            Self::DeleteMovie(movie, expected) => {
                let condition = expected.precondition();
                text(&movies.delete(&caller.permit().unwrap(), ids.movie(*movie), &condition, now))
            }
            Self::RestoreMovie(movie) => text(&movies.restore(&caller.permit().unwrap(), ids.movie(*movie), now)),
            Self::Cast(movie, actor, facts, status) => {
                let new = facts.new_casting(ids.actor(*actor), *status);
                text(&castings.insert(&caller.permit().unwrap(), ids.movie(*movie), &new, now))
            }
            Self::Move(casting, movie, expected, facts, status) => {
                let ((movie, id), changes) = (ids.casting(*casting, *movie), facts.changes(*status));
                let condition = expected.precondition();
                text(&castings.update(&caller.permit().unwrap(), movie, id, &condition, &changes, now))
            }
            Self::Uncast(casting, movie, expected) => {
                let (movie, id) = ids.casting(*casting, *movie);
                text(&castings.delete(&caller.permit().unwrap(), movie, id, &expected.precondition(), now))
            }
            Self::Bill(movie, order) => {
                let movie = ids.movie(*movie);
                text(&castings.bill(&caller.permit().unwrap(), movie, &ids.order(movie, order), now))
            }
        }
    }
}

pub fn text(answer: &impl Debug) -> String {
    format!("{answer:?}")
}
