//! What happened to whom, in business words: one entry for every change.

mod record;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::record::{Action, Members, Record, Value};
pub use crate::id::HistoryId;
use crate::{
    ActorId, Entity, Error, GetActors, GetHistory, GetMovies, Limit, MovieId, Permit, RequestId, StoreError, Subject,
};

/// One change, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Names the entry.
    pub id: HistoryId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: Subject,
    /// Under which request.
    pub request_id: RequestId,
    /// To what kind of thing.
    pub entity: Entity,
    /// To which of them; `None` when it was an import of many.
    pub entity_id: Option<i64>,
    /// What was done, and what changed by it.
    pub record: Record,
}

/// Whose history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// Everybody's.
    All,
    /// An actor's, with the actor's castings.
    Actor(ActorId),
    /// A movie's, with the movie's castings.
    Movie(MovieId),
}

/// Some entries, and whether there are older ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The entries, newest first.
    pub entries: Vec<HistoryEntry>,
    /// Where the next page begins: after this entry. `None` at the end.
    pub next: Option<HistoryId>,
}

/// Reads the history, which the other ports write.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[allow(clippy::missing_errors_doc, reason = "the errors are those of the other ports and stand there")]
pub trait HistoryRepository: Send + Sync {
    /// Answers at most `limit` entries by descending id, those before `before` when it is given; `None` when there never was such
    /// an actor or movie. One that is deleted still has its history.
    fn list(&self, of: HistoryOf, before: Option<HistoryId>, limit: Limit) -> Result<Option<HistoryPage>, StoreError>;
}

/// What can be done with the history, with proof that the caller may. Cheap to clone.
#[derive(Clone)]
pub struct HistoryService {
    history: Arc<dyn HistoryRepository>,
}

impl HistoryService {
    /// The use-cases over that store.
    pub fn new(history: Arc<dyn HistoryRepository>) -> Self {
        Self { history }
    }

    /// Answers what happened to everybody, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the store is in trouble.
    pub fn all(
        &self,
        _permit: &Permit<GetHistory>,
        before: Option<HistoryId>,
        limit: Limit,
    ) -> Result<HistoryPage, Error> {
        Ok(self.history.list(HistoryOf::All, before, limit)?.unwrap_or(HistoryPage { entries: Vec::new(), next: None }))
    }

    /// Answers what happened to an actor and the actor's castings, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there never was one; [`Error::Store`] when the store is in trouble.
    pub fn of_actor(
        &self,
        _permit: &Permit<GetActors>,
        actor: ActorId,
        before: Option<HistoryId>,
        limit: Limit,
    ) -> Result<HistoryPage, Error> {
        self.history.list(HistoryOf::Actor(actor), before, limit)?.ok_or_else(|| Error::no_actor(actor))
    }

    /// Answers what happened to a movie and its castings, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there never was one; [`Error::Store`] when the store is in trouble.
    pub fn of_movie(
        &self,
        _permit: &Permit<GetMovies>,
        movie: MovieId,
        before: Option<HistoryId>,
        limit: Limit,
    ) -> Result<HistoryPage, Error> {
        self.history.list(HistoryOf::Movie(movie), before, limit)?.ok_or_else(|| Error::no_movie(movie))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MockHistoryRepository, Permissions,
        testing::{a_caller_with, now},
    };

    fn permit<R: crate::Requirement>() -> Permit<R> {
        a_caller_with(Permissions::ALL).permit().unwrap()
    }

    fn a_page() -> HistoryPage {
        let entry = HistoryEntry {
            id: HistoryId::new(3).unwrap(),
            at: now(),
            by: Subject::parse("auth0|somebody").unwrap(),
            request_id: RequestId::parse("request-1").unwrap(),
            entity: Entity::Actor,
            entity_id: Some(7),
            record: Record::added(Action::Created, Members::default()),
        };
        HistoryPage { entries: vec![entry], next: HistoryId::new(3) }
    }

    #[test]
    fn a_history_is_the_page_that_the_store_answers() {
        let wanted =
            [HistoryOf::All, HistoryOf::Actor(ActorId::new(7).unwrap()), HistoryOf::Movie(MovieId::new(2).unwrap())];
        for wanted in wanted {
            let before = HistoryId::new(9);
            let mut store = MockHistoryRepository::new();
            store
                .expect_list()
                .withf(move |of, cursor, limit| (*of, *cursor, *limit) == (wanted, before, Limit::DEFAULT))
                .return_once(|_, _, _| Ok(Some(a_page())));
            let service = HistoryService::new(Arc::new(store));
            let page = match wanted {
                HistoryOf::All => service.all(&permit(), before, Limit::DEFAULT),
                HistoryOf::Actor(actor) => service.of_actor(&permit(), actor, before, Limit::DEFAULT),
                HistoryOf::Movie(movie) => service.of_movie(&permit(), movie, before, Limit::DEFAULT),
            };
            assert_eq!(page.unwrap(), a_page());
        }
    }

    #[test]
    fn who_never_was_there_has_no_history() {
        let mut store = MockHistoryRepository::new();
        store.expect_list().returning(|_, _, _| Ok(None));
        let service = HistoryService::new(Arc::new(store));
        let actor = service.of_actor(&permit(), ActorId::new(7).unwrap(), None, Limit::DEFAULT);
        assert!(matches!(actor, Err(Error::NotFound { entity: Entity::Actor, id: 7 })));
        let movie = service.of_movie(&permit(), MovieId::new(2).unwrap(), None, Limit::DEFAULT);
        assert!(matches!(movie, Err(Error::NotFound { entity: Entity::Movie, id: 2 })));
        assert_eq!(service.all(&permit(), None, Limit::DEFAULT).unwrap().entries, []);
    }
}
