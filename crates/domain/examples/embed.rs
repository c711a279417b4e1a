//! A service that embeds the rules of the agency: it brings a store and a clock, and gets the use-cases.
//!
//! `cargo run -p ensemble-domain --example embed`

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use chrono::{DateTime, Utc};
use ensemble_domain::{
    Actor, ActorChanges, ActorId, ActorName, ActorQuery, ActorRepository, ActorService, Age, Born, Caller, Clock,
    DeleteActors, Deleted, Gender, Imported, Limit, NewActor, Outcome, Page, PageNumber, PageRequest, PatchActors,
    Permit, Position, PostActors, Precondition, RequestId, Role, Rows, Start, StoreError, Subject, Total, Version,
};

/// The service's own logic: it signs people up, and names them.
struct Agency {
    actors: ActorService,
    clock: Arc<dyn Clock>,
}

impl Agency {
    fn sign_up(&self, caller: &Caller, name: &str, gender: &str, age: i64) -> Result<Actor, Box<dyn Error>> {
        let permit = caller.permit()?;
        let born = Born::given(Some(Age::new(age)?), None, self.clock.today())?;
        let new = NewActor { name: ActorName::parse(name)?, gender: Gender::parse(gender)?, born };
        Ok(self.actors.create(&permit, &new)?.into_inner())
    }

    fn names(&self, caller: &Caller) -> Result<Vec<String>, Box<dyn Error>> {
        let first = PageRequest { limit: Limit::DEFAULT, start: Start::Page(PageNumber::FIRST) };
        let page = self.actors.list(&caller.permit()?, &ActorQuery::default(), &first)?;
        Ok(page.items.iter().map(|actor| actor.name.as_str().to_owned()).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(SystemClock);
    let actors = ActorService::new(Arc::new(InMemory::default()), clock.clone());
    let agency = Agency { actors, clock };
    let director = caller("dora", Role::CastingDirector)?;
    let assistant = caller("amir", Role::CastingAssistant)?;

    let added = agency.sign_up(&director, "  Nada Haddad ", "F", 20)?;
    println!("the director adds actor {}: {}, {}", added.id, added.name.as_str(), added.gender.as_str());
    println!("the assistant sees {:?}", agency.names(&assistant)?);
    if let Err(refusal) = agency.sign_up(&assistant, "Ilja Brankovic", "male", 38) {
        println!("the assistant adds nobody: {refusal}");
    }
    if let Err(refusal) = agency.sign_up(&director, "Ilja Brankovic", "male", 121) {
        println!("nor does the director add just anybody: the age {refusal}");
    }
    Ok(())
}

/// Whoever makes a caller vouches for it: a real service does so after it has checked a credential.
fn caller(subject: &str, role: Role) -> Result<Caller, &'static str> {
    let subject = Subject::parse(subject).ok_or("a subject has 1 to 255 bytes")?;
    let request_id = RequestId::parse("embed-1").ok_or("a request id is short and plain")?;
    Ok(Caller::new(subject, role.permissions(), request_id))
}

/// The time of this machine, to the microsecond.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else takes its time from")]
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX);
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// Actors in memory, deleted ones included. The lock is what makes every call one transaction. There are no movies to be booked on,
/// no history, and no idempotency keys.
#[derive(Default)]
struct InMemory(Mutex<BTreeMap<ActorId, Actor>>);

impl InMemory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ActorId, Actor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what `decide` makes of a stored actor in its place, one version up.
    fn change(
        &self,
        id: ActorId,
        among: Deleted,
        precondition: &Precondition,
        decide: impl FnOnce(&Actor) -> Result<Option<Actor>, StoreError>,
    ) -> Result<Option<Actor>, StoreError> {
        let mut actors = self.lock();
        let Some(stored) = actors.get_mut(&id).filter(|stored| shows(among, stored)) else { return Ok(None) };
        precondition.check(stored.version)?;
        if let Some(changed) = decide(stored)? {
            let version = Version::new(stored.version.get() + 1).ok_or_else(exhausted)?;
            *stored = Actor { version, ..changed };
        }
        Ok(Some(stored.clone()))
    }
}

impl ActorRepository for InMemory {
    fn list(&self, query: &ActorQuery, page: &PageRequest) -> Result<Page<Actor>, StoreError> {
        let actors = self.lock();
        let shown: Vec<_> = actors.values().filter(|actor| shows(query.deleted(), actor)).collect();
        let before = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let limit = usize::try_from(page.limit.get()).unwrap_or(usize::MAX);
        let total = Total::Exact(u64::try_from(shown.len()).unwrap_or(u64::MAX));
        let more = shown.len() > before.saturating_add(limit);
        Ok(Page { items: shown.into_iter().skip(before).take(limit).cloned().collect(), total, more })
    }

    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError> {
        Ok(self.lock().get(&id).filter(|actor| shows(Deleted::No, actor)).cloned())
    }

    fn insert(
        &self,
        _permit: &Permit<PostActors>,
        new: &NewActor,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Actor>, StoreError> {
        let mut actors = self.lock();
        let last = actors.keys().next_back().map_or(0, |id| id.get());
        let NewActor { name, gender, born } = new.clone();
        let actor = Actor {
            id: ActorId::new(last + 1).ok_or_else(exhausted)?,
            name,
            gender,
            born,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        actors.insert(actor.id, actor.clone());
        Ok(Outcome::Done(actor))
    }

    fn batch(&self, _: &ActorQuery, _: Option<Position>, _: u32) -> Result<Vec<Actor>, StoreError> {
        Err(StoreError::Failed("this service exports nothing".into()))
    }

    fn import(
        &self,
        _: &Permit<PostActors>,
        _: &mut dyn Rows<NewActor>,
        _: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError> {
        Err(StoreError::Failed("this service imports nothing".into()))
    }

    fn update(
        &self,
        _permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        self.change(id, Deleted::No, precondition, |stored| Ok(stored.amended(changes, now)))
    }

    fn delete(
        &self,
        _permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        self.change(id, Deleted::No, precondition, |stored| Ok(Some(stored.deleted(Vec::new(), now)?)))
    }

    fn restore(
        &self,
        _permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Actor>>, StoreError> {
        let restored = self.change(id, Deleted::With, &Precondition::None, |stored| Ok(stored.restored(now)));
        Ok(restored?.map(Outcome::Done))
    }
}

const fn shows(deleted: Deleted, actor: &Actor) -> bool {
    match deleted {
        Deleted::No => actor.deleted_at.is_none(),
        Deleted::Only => actor.deleted_at.is_some(),
        Deleted::With => true,
    }
}

fn exhausted() -> StoreError {
    StoreError::Failed("there are no more numbers".into())
}
