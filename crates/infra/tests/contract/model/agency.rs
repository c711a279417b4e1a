//! The agency as simply as it can be told: everything in lists, one call at a time, no database.

use std::{
    any::Any,
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::{
    Action, Actor, ActorId, Assignment, Billing, Caller, CastMember, Casting, CastingId, CastingStatus, Character,
    Conflict, Entity, Fault, FaultCode, HistoryEntry, HistoryId, Idempotency, InvalidFields, Movie, MovieId, NewActor,
    NewCasting, NewMovie, Outcome, Record, StoreError, Version, Warning,
};

/// An agency that keeps its promises because it is simple.
#[derive(Default)]
pub struct Agency(Mutex<Books>);

/// All there is, in the order in which it came.
#[derive(Clone, Default)]
pub struct Books {
    pub actors: Vec<Actor>,
    pub movies: Vec<Movie>,
    pub castings: Vec<Casting>,
    pub history: Vec<Told>,
    /// The ids that are given next; who runs the other agency beside this one knows them.
    ids: VecDeque<i64>,
    /// What stands against the last call as well, where two rules do and either may be named.
    also: Option<Conflict>,
    /// What came of the requests with a key.
    kept: Vec<Kept>,
}

#[derive(Clone)]
struct Kept {
    request: Idempotency,
    at: DateTime<Utc>,
    answer: Arc<dyn Any + Send + Sync>,
}

#[derive(Clone)]
pub struct Told {
    pub entry: HistoryEntry,
    pub actor: Option<ActorId>,
    pub movie: Option<MovieId>,
}

impl Agency {
    /// Has these ids given next.
    pub fn expect_ids(&self, ids: impl IntoIterator<Item = i64>) {
        self.0.lock().unwrap().ids = ids.into_iter().collect();
    }

    /// What stands against the last call beside what it answered.
    pub fn also_against(&self) -> Option<Conflict> {
        self.0.lock().unwrap().also.clone()
    }

    pub fn actor_ids(&self) -> Vec<ActorId> {
        self.0.lock().unwrap().actors.iter().map(|actor| actor.id).collect()
    }

    pub fn movie_ids(&self) -> Vec<MovieId> {
        self.0.lock().unwrap().movies.iter().map(|movie| movie.id).collect()
    }

    /// The castings, those of deleted movies too.
    pub fn castings(&self) -> Vec<Casting> {
        self.0.lock().unwrap().castings.clone()
    }

    pub fn read(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap()
    }

    /// Writes what the work writes, unless it answers an error.
    pub fn write<T>(&self, work: impl FnOnce(&mut Books) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut books = self.0.lock().unwrap();
        books.also = None;
        let mut copy = books.clone();
        let answer = work(&mut copy);
        books.also.clone_from(&copy.also);
        if answer.is_ok() {
            *books = copy;
        }
        answer
    }

    /// Writes what the work writes, unless the caller's request was made before.
    pub fn once<T: Clone + Send + Sync + 'static>(
        &self,
        caller: &Caller,
        at: DateTime<Utc>,
        work: impl FnOnce(&mut Books) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<Outcome<T>>, StoreError> {
        self.write(|books| {
            books.kept.retain(|kept| at - kept.at < TimeDelta::hours(Idempotency::HOURS));
            let Some(request) = caller.idempotency() else { return Ok(work(books)?.map(Outcome::Done)) };
            if let Some(kept) = books.kept.iter().find(|kept| kept.request.key == request.key) {
                if kept.request.fingerprint != request.fingerprint {
                    return Err(Conflict::KeyReused.into());
                }
                return Ok(Some(Outcome::Replayed(kept.answer.downcast_ref::<T>().unwrap().clone())));
            }
            let Some(answer) = work(books)? else { return Ok(None) };
            books.kept.push(Kept { request: *request, at, answer: Arc::new(answer.clone()) });
            Ok(Some(Outcome::Done(answer)))
        })
    }
}

fn next(version: Version) -> Version {
    Version::new(version.get() + 1).unwrap()
}

pub fn absent(field: &'static str, actors: &[ActorId]) -> StoreError {
    let ids: Vec<_> = actors.iter().map(ToString::to_string).collect();
    let fault = Fault::new(FaultCode::Unknown, format!("names no actor: {}", ids.join(", ")));
    InvalidFields::one(field, fault).into()
}

impl Books {
    pub fn id(&mut self) -> i64 {
        self.ids.pop_front().unwrap_or(i64::MAX)
    }

    pub fn actor(&self, id: ActorId) -> Option<Actor> {
        self.actors.iter().find(|actor| actor.id == id).cloned()
    }

    pub fn live_actor(&self, id: ActorId) -> Option<Actor> {
        self.actor(id).filter(|actor| actor.deleted_at.is_none())
    }

    pub fn movie(&self, id: MovieId) -> Option<Movie> {
        self.movies.iter().find(|movie| movie.id == id).cloned()
    }

    pub fn live_movie(&self, id: MovieId) -> Option<Movie> {
        self.movie(id).filter(|movie| movie.deleted_at.is_none())
    }

    pub fn live_casting(&self, movie: MovieId, id: CastingId) -> Option<Casting> {
        let found = self.castings.iter().find(|casting| casting.movie == movie && casting.id == id);
        found.filter(|_| self.live_movie(movie).is_some()).cloned()
    }

    /// The castings of the movie, by ascending id.
    pub fn cast(&self, movie: MovieId) -> Vec<Casting> {
        self.castings.iter().filter(|casting| casting.movie == movie).cloned().collect()
    }

    pub fn member(&self, casting: &Casting) -> CastMember {
        CastMember { casting: casting.clone(), actor: self.actor(casting.actor).unwrap() }
    }

    pub fn cast_list(&self, movie: MovieId) -> Vec<CastMember> {
        let mut cast = self.cast(movie);
        cast.sort_by_key(|casting| (casting.billing.map_or(i64::MAX, Billing::get), casting.id));
        cast.iter().map(|casting| self.member(casting)).collect()
    }

    pub fn bookings(&self) -> impl Iterator<Item = &Casting> {
        let booked = self.castings.iter().filter(|casting| casting.status == CastingStatus::Booked);
        booked.filter(|casting| self.live_movie(casting.movie).is_some())
    }

    pub fn tell(
        &mut self,
        caller: &Caller,
        at: DateTime<Utc>,
        (entity, entity_id): (Entity, Option<i64>),
        (actor, movie): (Option<ActorId>, Option<MovieId>),
        record: Record,
    ) {
        let id = HistoryId::new(i64::try_from(self.history.len()).unwrap() + 1).unwrap();
        let (by, request_id) = (caller.subject().clone(), caller.request_id().clone());
        let entry = HistoryEntry { id, at, by, request_id, entity, entity_id, record };
        self.history.push(Told { entry, actor, movie });
    }

    pub fn tell_of_actor(&mut self, caller: &Caller, at: DateTime<Utc>, id: ActorId, record: Record) {
        self.tell(caller, at, (Entity::Actor, Some(id.get())), (Some(id), None), record);
    }

    pub fn tell_of_movie(&mut self, caller: &Caller, at: DateTime<Utc>, id: MovieId, record: Record) {
        self.tell(caller, at, (Entity::Movie, Some(id.get())), (None, Some(id)), record);
    }

    pub fn tell_of_casting(&mut self, caller: &Caller, at: DateTime<Utc>, casting: &Casting, record: Record) {
        let about = (Entity::Casting, Some(casting.id.get()));
        self.tell(caller, at, about, (Some(casting.actor), Some(casting.movie)), record);
    }

    pub fn add_actor(&mut self, new: &NewActor, now: DateTime<Utc>) -> Actor {
        let id = ActorId::new(self.id()).unwrap();
        let NewActor { name, gender, born } = new.clone();
        let version = Version::FIRST;
        let actor = Actor { id, name, gender, born, version, created_at: now, updated_at: now, deleted_at: None };
        self.actors.push(actor.clone());
        actor
    }

    pub fn add_movie(&mut self, new: &NewMovie, now: DateTime<Utc>) -> Movie {
        let id = MovieId::new(self.id()).unwrap();
        let NewMovie { title, release_date, shoot, .. } = new.clone();
        let version = Version::FIRST;
        let movie =
            Movie { id, title, release_date, shoot, version, created_at: now, updated_at: now, deleted_at: None };
        self.movies.push(movie.clone());
        movie
    }

    /// Puts the actor in the place of the stored one, one version up.
    pub fn replace_actor(&mut self, changed: Actor, action: Action, caller: &Caller, now: DateTime<Utc>) -> Actor {
        let written = Actor { version: next(changed.version), updated_at: now, ..changed };
        let stored = self.actors.iter_mut().find(|actor| actor.id == written.id).unwrap();
        let today = now.date_naive();
        let record = Record::changed(action, &stored.members(today), &written.members(today));
        *stored = written.clone();
        self.tell_of_actor(caller, now, written.id, record);
        written
    }

    pub fn replace_movie(&mut self, changed: Movie, action: Action, caller: &Caller, now: DateTime<Utc>) -> Movie {
        let written = Movie { version: next(changed.version), updated_at: now, ..changed };
        let stored = self.movies.iter_mut().find(|movie| movie.id == written.id).unwrap();
        let record = Record::changed(action, &stored.members(), &written.members());
        *stored = written.clone();
        self.tell_of_movie(caller, now, written.id, record);
        written
    }

    /// Refuses a casting that would stand beside another for the same part, or in its place in the credits.
    pub fn check_alone(&mut self, one: &Casting) -> Result<(), StoreError> {
        let part = |casting: &Casting| casting.character.as_ref().map_or_else(String::new, Character::key);
        let others: Vec<_> = self.cast(one.movie).into_iter().filter(|other| other.id != one.id).collect();
        let same_part =
            |other: &Casting| other.actor == one.actor && other.status.is_open() && part(other) == part(one);
        let taken = one.billing.is_some() && others.iter().any(|other| other.billing == one.billing);
        if one.status.is_open() && others.iter().any(same_part) {
            self.also = taken.then_some(Conflict::BillingTaken);
            return Err(Conflict::AlreadyCast.into());
        }
        if taken { Err(Conflict::BillingTaken.into()) } else { Ok(()) }
    }

    pub fn add_casting(
        &mut self,
        caller: &Caller,
        movie: MovieId,
        new: &NewCasting,
        now: DateTime<Utc>,
    ) -> Result<Casting, StoreError> {
        let NewCasting { actor, character, status, reason, billing } = new.clone();
        // A casting that is refused has no id yet.
        let id = CastingId::new(i64::MAX).unwrap();
        let version = Version::FIRST;
        let (created_at, updated_at) = (now, now);
        let casting = Casting { id, movie, actor, character, status, reason, billing, version, created_at, updated_at };
        self.check_alone(&casting)?;
        let casting = Casting { id: CastingId::new(self.id()).unwrap(), ..casting };
        self.castings.push(casting.clone());
        self.tell_of_casting(caller, now, &casting, Record::added(Action::Cast, casting.members()));
        Ok(casting)
    }

    pub fn replace_casting(&mut self, changed: Casting, caller: &Caller, now: DateTime<Utc>) -> Casting {
        let written = Casting { version: next(changed.version), updated_at: now, ..changed };
        let stored = self.castings.iter_mut().find(|casting| casting.id == written.id).unwrap();
        let record = stored.record_of_change(&written);
        *stored = written.clone();
        self.tell_of_casting(caller, now, &written, record);
        written
    }

    pub fn assign(
        &mut self,
        caller: &Caller,
        movie: MovieId,
        wanted: &BTreeSet<ActorId>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let cast = self.cast(movie);
        let Assignment { moves, bookings } = Assignment::of(&cast, wanted);
        let booked_before: BTreeSet<_> = cast
            .iter()
            .filter(|casting| casting.status == CastingStatus::Booked)
            .map(|casting| casting.actor)
            .collect();
        let missing: Vec<_> =
            wanted.difference(&booked_before).copied().filter(|actor| self.live_actor(*actor).is_none()).collect();
        if !missing.is_empty() {
            return Err(absent("actor_ids", &missing));
        }
        for (stored, changes) in moves {
            if let Some(moved) = stored.amended(&changes, None, now)? {
                self.replace_casting(moved, caller, now);
            }
        }
        for actor in bookings {
            self.add_casting(caller, movie, &NewCasting::booking(actor), now)?;
        }
        Ok(())
    }

    pub fn double_bookings_of(&self, actor: ActorId, movie: MovieId) -> Vec<Warning> {
        let Some(shoot) = self.live_movie(movie).and_then(|movie| movie.shoot) else { return Vec::new() };
        let Actor { name, .. } = self.actor(actor).unwrap();
        let others = self.bookings().filter(|other| other.actor == actor && other.movie != movie);
        let collides = |other: &Casting| {
            let Movie { title, shoot: others, .. } = self.movie(other.movie).unwrap();
            let others = others.filter(|others| others.start() <= shoot.end() && shoot.start() <= others.end())?;
            let (name, casting) = (name.clone(), other.id);
            Some(Warning::DoubleBooking { actor, name, movie: other.movie, title, shoot: others, casting })
        };
        others.filter_map(collides).collect()
    }
}
