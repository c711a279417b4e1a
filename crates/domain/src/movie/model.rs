//! The movie and the value types it is made of.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{MovieId, ReleaseDate, ShootWindow};
use crate::{ActorId, Change, Fault, InvalidFields, Version, text::parse_line};

/// The title of a movie: one line of 1 to 300 characters, in normalization form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// The most characters that a title has.
    pub const MAX_CHARACTERS: usize = 300;

    /// Reads a title; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// [`FaultCode::Length`](crate::FaultCode::Length) when empty or longer than 300 characters,
    /// [`FaultCode::Characters`](crate::FaultCode::Characters) for control characters.
    pub fn parse(raw: impl Into<String>) -> Result<Self, Fault> {
        parse_line(raw.into(), Self::MAX_CHARACTERS).map(Self)
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A movie that the agency casts. Titles are not unique: movies are remade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    /// Names the movie.
    pub id: MovieId,
    /// The movie's title.
    pub title: Title,
    /// The day the movie is released.
    pub release_date: ReleaseDate,
    /// The days on which the movie is shot, when they are known.
    pub shoot: Option<ShootWindow>,
    /// How often the movie was written.
    pub version: Version,
    /// When the movie was added.
    pub created_at: DateTime<Utc>,
    /// When the movie was last written.
    pub updated_at: DateTime<Utc>,
    /// When the movie was deleted; `None` while it is not.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What is needed to add a movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMovie {
    /// The movie's title.
    pub title: Title,
    /// The day the movie is released.
    pub release_date: ReleaseDate,
    /// The days on which the movie is shot, when they are known.
    pub shoot: Option<ShootWindow>,
    /// Who is booked for it already.
    pub actors: BTreeSet<ActorId>,
}

/// What to change of a movie; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovieChanges {
    /// Another title.
    pub title: Option<Title>,
    /// Another day of release.
    pub release_date: Option<ReleaseDate>,
    /// Another first day of the shoot.
    pub shoot_start: Change<NaiveDate>,
    /// Another last day of the shoot.
    pub shoot_end: Change<NaiveDate>,
    /// Who is booked for it, and nobody else.
    pub actors: Option<BTreeSet<ActorId>>,
}

impl MovieChanges {
    /// Tells whether the changes may make bookings collide that did not before.
    #[must_use]
    pub fn concern_bookings(&self) -> bool {
        self.actors.is_some() || self.shoot_start != Change::Keep || self.shoot_end != Change::Keep
    }
}

impl Movie {
    /// Answers the movie as it is after the changes, made at `now`, or `None` when they change nothing. A port's adapter calls
    /// this inside its transaction, on what it has just read.
    ///
    /// # Errors
    ///
    /// [`InvalidFields`] when the shoot would lose one of its ends or end before it starts.
    pub fn amended(&self, changes: &MovieChanges, now: DateTime<Utc>) -> Result<Option<Self>, InvalidFields> {
        let title = changes.title.as_ref().unwrap_or(&self.title);
        let release_date = changes.release_date.unwrap_or(self.release_date);
        let shoot = ShootWindow::between(
            changes.shoot_start.applied_to(self.shoot.map(ShootWindow::start)),
            changes.shoot_end.applied_to(self.shoot.map(ShootWindow::end)),
        )?;
        if (title, release_date, shoot) == (&self.title, self.release_date, self.shoot) {
            return Ok(None);
        }
        Ok(Some(Self { title: title.clone(), release_date, shoot, updated_at: now, ..self.clone() }))
    }

    /// Answers the movie as it is once it is deleted, at `now`.
    #[must_use]
    pub fn deleted(&self, now: DateTime<Utc>) -> Self {
        Self { deleted_at: Some(now), updated_at: now, ..self.clone() }
    }

    /// Answers the movie as it is once its deletion is undone, at `now`, or `None` when it is not deleted.
    #[must_use]
    pub fn restored(&self, now: DateTime<Utc>) -> Option<Self> {
        self.deleted_at.map(|_| Self { deleted_at: None, updated_at: now, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FaultCode,
        testing::{a_movie, day, instant},
    };

    #[test]
    fn a_title_has_1_to_300_characters() {
        assert_eq!(Title::parse(" Aihaga ").unwrap().as_str(), "Aihaga");
        assert!(Title::parse("x".repeat(300)).is_ok());
        assert_eq!(Title::parse("x".repeat(301)).unwrap_err().code, FaultCode::Length);
        assert_eq!(Title::parse(" ").unwrap_err().code, FaultCode::Length);
    }

    #[test]
    fn changes_to_what_already_is_change_nothing() {
        let movie = a_movie();
        let same = MovieChanges {
            title: Some(movie.title.clone()),
            release_date: Some(movie.release_date),
            shoot_start: movie.shoot.map_or(Change::Clear, |shoot| Change::To(shoot.start())),
            shoot_end: Change::Keep,
            actors: None,
        };
        assert_eq!(movie.amended(&same, instant("2026-03-14T10:00:00Z")), Ok(None));
    }

    #[test]
    fn one_end_of_the_shoot_is_checked_against_the_other_that_is_stored() {
        let movie = Movie {
            shoot: ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-06-01"))).unwrap(),
            ..a_movie()
        };
        let now = instant("2026-03-14T10:00:00Z");
        let shoot = |shoot_start, shoot_end| {
            movie.amended(&MovieChanges { shoot_start, shoot_end, ..MovieChanges::default() }, now)
        };

        let moved = shoot(Change::Keep, Change::To(day("2026-07-01"))).unwrap().unwrap();
        assert_eq!(moved.shoot, ShootWindow::between(Some(day("2026-05-01")), Some(day("2026-07-01"))).unwrap());
        assert_eq!(moved.updated_at, now);
        assert_eq!(shoot(Change::Clear, Change::Clear).unwrap().unwrap().shoot, None);
        assert!(shoot(Change::Keep, Change::To(day("2026-04-01"))).is_err());
        assert!(shoot(Change::Clear, Change::Keep).is_err());
    }

    #[test]
    fn a_deletion_is_undone_by_a_restoration_only_once() {
        let movie = a_movie();
        let [then, now] = ["2026-03-14T10:00:00Z", "2026-03-15T10:00:00Z"].map(instant);
        let deleted = movie.deleted(then);
        assert_eq!(deleted, Movie { deleted_at: Some(then), updated_at: then, ..movie.clone() });
        let restored = deleted.restored(now).unwrap();
        assert_eq!(restored, Movie { updated_at: now, ..movie });
        assert_eq!(restored.restored(now), None);
    }
}
