//! The ports of the simplest agency: what each call does to its books.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ensemble_domain::{
    Action, Actor, ActorChanges, ActorId, ActorQuery, ActorRepository, BillingOrder, BookedOn, CastMember, Casting,
    CastingChanges, CastingId, CastingRepository, CastingStatus, Conflict, Credit, DeleteActors, DeleteMovies, Deleted,
    Entity, HistoryId, HistoryOf, HistoryPage, HistoryRepository, Imported, Limit, Movie, MovieChanges, MovieId,
    MovieQuery, MovieRepository, NewActor, NewCasting, NewMovie, Outcome, Page, PageRequest, PatchActors, PatchMovies,
    Permit, Position, PostActors, PostMovies, Precondition, Record, Rows, StoreError, Total, Warning,
};

use super::agency::{Agency, Told, absent};

fn shown(deleted: Deleted, deleted_at: Option<DateTime<Utc>>) -> bool {
    match deleted {
        Deleted::No => deleted_at.is_none(),
        Deleted::Only => deleted_at.is_some(),
        Deleted::With => true,
    }
}

fn paged<T>(items: Vec<T>, page: &PageRequest) -> Page<T> {
    let total = Total::Exact(u64::try_from(items.len()).unwrap());
    let (skip, take) = (usize::try_from(page.offset()).unwrap(), usize::try_from(page.limit.get()).unwrap());
    let more = items.len() > skip + take;
    Page { items: items.into_iter().skip(skip).take(take).collect(), total, more }
}

/// What the model is not asked for: it knows ids only once the store has given them.
const NOT_MODELLED: &str = "the model lists nothing but pages";

impl ActorRepository for Agency {
    fn list(&self, query: &ActorQuery, page: &PageRequest) -> Result<Page<Actor>, StoreError> {
        let mut actors = self.read().actors.clone();
        actors.retain(|actor| shown(query.deleted(), actor.deleted_at));
        Ok(paged(actors, page))
    }

    fn find(&self, id: ActorId) -> Result<Option<Actor>, StoreError> {
        Ok(self.read().live_actor(id))
    }

    fn insert(
        &self,
        permit: &Permit<PostActors>,
        new: &NewActor,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Actor>, StoreError> {
        let inserted = self.once(permit.caller(), now, |books| {
            let actor = books.add_actor(new, now);
            let record = Record::added(Action::Created, actor.members(now.date_naive()));
            books.tell_of_actor(permit.caller(), now, actor.id, record);
            Ok(Some(actor))
        });
        inserted.map(Option::unwrap)
    }

    fn batch(&self, _: &ActorQuery, _: Option<Position>, _: u32) -> Result<Vec<Actor>, StoreError> {
        Err(StoreError::Failed(NOT_MODELLED.into()))
    }

    fn import(
        &self,
        permit: &Permit<PostActors>,
        rows: &mut dyn Rows<NewActor>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError> {
        let Ok(all) = rows.collect::<Result<Vec<_>, _>>() else { return Err(StoreError::Withdrawn) };
        let imported = self.once(permit.caller(), now, |books| {
            for new in &all {
                books.add_actor(new, now);
            }
            let imported = Imported { count: u64::try_from(all.len()).unwrap() };
            if imported.count > 0 {
                books.tell(permit.caller(), now, (Entity::Actor, None), (None, None), Record::imported(imported));
            }
            Ok(Some(imported))
        });
        imported.map(Option::unwrap)
    }

    fn update(
        &self,
        permit: &Permit<PatchActors>,
        id: ActorId,
        precondition: &Precondition,
        changes: &ActorChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_actor(id) else { return Ok(None) };
            precondition.check(stored.version)?;
            let Some(amended) = stored.amended(changes, now) else { return Ok(Some(stored)) };
            Ok(Some(books.replace_actor(amended, Action::Updated, permit.caller(), now)))
        })
    }

    fn delete(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Actor>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_actor(id) else { return Ok(None) };
            precondition.check(stored.version)?;
            let booked: BTreeSet<_> =
                books.bookings().filter(|booking| booking.actor == id).map(|booking| booking.movie).collect();
            let mut movies: Vec<_> = booked.into_iter().filter_map(|movie| books.movie(movie)).collect();
            movies.retain(|movie| movie.release_date.day() >= now.date_naive());
            if !movies.is_empty() {
                let of = |Movie { id, title, release_date, .. }| BookedOn { id, title, release_date };
                return Err(Conflict::ActorBooked { actor: id, movies: movies.into_iter().map(of).collect() }.into());
            }
            let deleted = Actor { deleted_at: Some(now), ..stored };
            Ok(Some(books.replace_actor(deleted, Action::Deleted, permit.caller(), now)))
        })
    }

    fn restore(
        &self,
        permit: &Permit<DeleteActors>,
        id: ActorId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Actor>>, StoreError> {
        self.once(permit.caller(), now, |books| {
            let Some(stored) = books.actor(id) else { return Ok(None) };
            if stored.deleted_at.is_none() {
                return Ok(Some(stored));
            }
            let restored = Actor { deleted_at: None, ..stored };
            Ok(Some(books.replace_actor(restored, Action::Restored, permit.caller(), now)))
        })
    }
}

impl MovieRepository for Agency {
    fn list(&self, query: &MovieQuery, page: &PageRequest) -> Result<Page<Movie>, StoreError> {
        let mut movies = self.read().movies.clone();
        movies.retain(|movie| shown(query.deleted(), movie.deleted_at));
        Ok(paged(movies, page))
    }

    fn find(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        Ok(self.read().live_movie(id))
    }

    fn insert(
        &self,
        permit: &Permit<PostMovies>,
        new: &NewMovie,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Movie>, StoreError> {
        let inserted = self.once(permit.caller(), now, |books| {
            let movie = books.add_movie(new, now);
            let record = Record::added(Action::Created, movie.members());
            books.tell_of_movie(permit.caller(), now, movie.id, record);
            books.assign(permit.caller(), movie.id, &new.actors, now)?;
            Ok(Some(movie))
        });
        inserted.map(Option::unwrap)
    }

    fn batch(&self, _: &MovieQuery, _: Option<Position>, _: u32) -> Result<Vec<Movie>, StoreError> {
        Err(StoreError::Failed(NOT_MODELLED.into()))
    }

    fn import(
        &self,
        permit: &Permit<PostMovies>,
        rows: &mut dyn Rows<NewMovie>,
        now: DateTime<Utc>,
    ) -> Result<Outcome<Imported>, StoreError> {
        let Ok(all) = rows.collect::<Result<Vec<_>, _>>() else { return Err(StoreError::Withdrawn) };
        let imported = self.once(permit.caller(), now, |books| {
            for new in &all {
                books.add_movie(new, now);
            }
            let imported = Imported { count: u64::try_from(all.len()).unwrap() };
            if imported.count > 0 {
                books.tell(permit.caller(), now, (Entity::Movie, None), (None, None), Record::imported(imported));
            }
            Ok(Some(imported))
        });
        imported.map(Option::unwrap)
    }

    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        id: MovieId,
        precondition: &Precondition,
        changes: &MovieChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_movie(id) else { return Ok(None) };
            precondition.check(stored.version)?;
            let movie = match stored.amended(changes, now)? {
                Some(amended) => books.replace_movie(amended, Action::Updated, permit.caller(), now),
                None => stored,
            };
            if let Some(wanted) = &changes.actors {
                books.assign(permit.caller(), id, wanted, now)?;
            }
            Ok(Some(movie))
        })
    }

    fn delete(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Movie>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_movie(id) else { return Ok(None) };
            precondition.check(stored.version)?;
            let deleted = Movie { deleted_at: Some(now), ..stored };
            Ok(Some(books.replace_movie(deleted, Action::Deleted, permit.caller(), now)))
        })
    }

    fn restore(
        &self,
        permit: &Permit<DeleteMovies>,
        id: MovieId,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Movie>>, StoreError> {
        self.once(permit.caller(), now, |books| {
            let Some(stored) = books.movie(id) else { return Ok(None) };
            if stored.deleted_at.is_none() {
                return Ok(Some(stored));
            }
            let restored = Movie { deleted_at: None, ..stored };
            Ok(Some(books.replace_movie(restored, Action::Restored, permit.caller(), now)))
        })
    }
}

impl CastingRepository for Agency {
    fn cast(&self, movie: MovieId) -> Result<Option<Vec<CastMember>>, StoreError> {
        let books = self.read();
        Ok(books.live_movie(movie).map(|_| books.cast_list(movie)))
    }

    fn filmography(&self, actor: ActorId) -> Result<Option<Vec<Credit>>, StoreError> {
        let books = self.read();
        let credit = |casting: &Casting| {
            let movie = books.live_movie(casting.movie)?;
            Some(Credit { casting: casting.clone(), movie })
        };
        let of_actor = books.castings.iter().filter(|casting| casting.actor == actor);
        let mut credits: Vec<_> = of_actor.filter_map(credit).collect();
        // The sort is stable, and castings are kept by ascending id.
        credits.sort_by_key(|credit| std::cmp::Reverse(credit.movie.release_date));
        Ok(books.live_actor(actor).map(|_| credits))
    }

    fn find(&self, movie: MovieId, id: CastingId) -> Result<Option<CastMember>, StoreError> {
        let books = self.read();
        Ok(books.live_casting(movie, id).map(|casting| books.member(&casting)))
    }

    fn insert(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        new: &NewCasting,
        now: DateTime<Utc>,
    ) -> Result<Option<Outcome<Casting>>, StoreError> {
        self.once(permit.caller(), now, |books| {
            if books.live_movie(movie).is_none() {
                return Ok(None);
            }
            if books.live_actor(new.actor).is_none() {
                return Err(absent("actor_id", &[new.actor]));
            }
            books.add_casting(permit.caller(), movie, new, now).map(Some)
        })
    }

    fn update(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        changes: &CastingChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_casting(movie, id) else { return Ok(None) };
            precondition.check(stored.version)?;
            let deleted = if books.live_actor(stored.actor).is_some() { None } else { Some(Entity::Actor) };
            let booked = changes.status == Some(CastingStatus::Booked);
            let Some(amended) = stored.amended(changes, deleted.filter(|_| booked), now)? else {
                return Ok(Some(stored));
            };
            books.check_alone(&amended)?;
            Ok(Some(books.replace_casting(amended, permit.caller(), now)))
        })
    }

    fn delete(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        id: CastingId,
        precondition: &Precondition,
        now: DateTime<Utc>,
    ) -> Result<Option<Casting>, StoreError> {
        self.write(|books| {
            let Some(stored) = books.live_casting(movie, id) else { return Ok(None) };
            precondition.check(stored.version)?;
            if stored.status == CastingStatus::Booked {
                return Err(Conflict::RequiresRelease { casting: id }.into());
            }
            books.castings.retain(|casting| casting.id != id);
            let record = Record::removed(Action::Uncast, stored.members());
            books.tell_of_casting(permit.caller(), now, &stored, record);
            Ok(Some(stored))
        })
    }

    fn bill(
        &self,
        permit: &Permit<PatchMovies>,
        movie: MovieId,
        order: &BillingOrder,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<CastMember>>, StoreError> {
        self.write(|books| {
            if books.live_movie(movie).is_none() {
                return Ok(None);
            }
            let cast = books.cast(movie);
            for (stored, billing) in order.changes(&cast)? {
                books.replace_casting(Casting { billing, ..stored.clone() }, permit.caller(), now);
            }
            Ok(Some(books.cast_list(movie)))
        })
    }

    fn warnings(&self, casting: &Casting) -> Result<Vec<Warning>, StoreError> {
        let books = self.read();
        if !casting.status.is_open() {
            return Ok(Vec::new());
        }
        let mut warnings = books.double_bookings_of(casting.actor, casting.movie);
        let Some(part) = &casting.character else { return Ok(warnings) };
        let others = books.bookings().filter(|other| other.movie == casting.movie && other.actor != casting.actor);
        warnings.extend(others.filter_map(|other| {
            let character = other.character.clone().filter(|character| character.key() == part.key())?;
            let Actor { id: actor, name, .. } = books.actor(other.actor)?;
            Some(Warning::SharedCharacter { character, actor, name, movie: other.movie, casting: other.id })
        }));
        Ok(warnings)
    }

    fn double_bookings(&self, movie: MovieId) -> Result<Vec<Warning>, StoreError> {
        let books = self.read();
        let booked: BTreeSet<_> =
            books.bookings().filter(|booking| booking.movie == movie).map(|booking| booking.actor).collect();
        let mut warnings: Vec<_> =
            booked.into_iter().flat_map(|actor| books.double_bookings_of(actor, movie)).collect();
        warnings.sort_by_key(|warning| match warning {
            Warning::DoubleBooking { casting, .. } | Warning::SharedCharacter { casting, .. } => *casting,
        });
        Ok(warnings)
    }
}

impl HistoryRepository for Agency {
    fn list(&self, of: HistoryOf, before: Option<HistoryId>, limit: Limit) -> Result<Option<HistoryPage>, StoreError> {
        let books = self.read();
        let there = match of {
            HistoryOf::All => true,
            HistoryOf::Actor(id) => books.actor(id).is_some(),
            HistoryOf::Movie(id) => books.movie(id).is_some(),
        };
        let about = |told: &&Told| match of {
            HistoryOf::All => true,
            HistoryOf::Actor(id) => told.actor == Some(id),
            HistoryOf::Movie(id) => told.movie == Some(id),
        };
        let older = |told: &&Told| before.is_none_or(|before| told.entry.id < before);
        let told = books.history.iter().rev().filter(about).filter(older);
        let mut entries: Vec<_> = told.map(|told| told.entry.clone()).collect();
        let limit = usize::try_from(limit.get()).unwrap();
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map(|entry| entry.id).filter(|_| more);
        Ok(there.then_some(HistoryPage { entries, next }))
    }
}
