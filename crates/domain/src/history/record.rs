//! What was done, and what changed by it: the members of an entity before and after.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::{
    Actor, Billing, Born, Casting, Character, Imported, Movie, MovieId, NewActor, NewCasting, NewMovie, Reason,
    ShootWindow,
};

/// What was done, in the words of the trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An actor or a movie was added.
    Created,
    /// Facts were changed.
    Updated,
    /// An actor or a movie was deleted.
    Deleted,
    /// A deletion was undone.
    Restored,
    /// An actor was put on the list of a movie.
    Cast,
    /// A casting moved.
    StatusChanged,
    /// A casting was taken off the list.
    Uncast,
    /// A place in the credits was given, changed or taken.
    Billed,
    /// Many were added at once.
    Imported,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Updated,
        Self::Deleted,
        Self::Restored,
        Self::Cast,
        Self::StatusChanged,
        Self::Uncast,
        Self::Billed,
        Self::Imported,
    ];

    /// The action as answers spell it, such as `"status changed"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Cast => "cast",
            Self::StatusChanged => "status changed",
            Self::Uncast => "uncast",
            Self::Billed => "billed",
            Self::Imported => "imported",
        }
    }

    /// Answers the action of exactly that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The value of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// It has none.
    Null,
    /// A number.
    Number(i64),
    /// A text; days and instants too, as answers spell them.
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Text(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Members of an entity, by their names on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(Vec<(Cow<'static, str>, Value)>);

impl Members {
    /// The members and their values, each name once.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// These members without those that the others have with the same value.
    fn without(&self, others: &Self) -> Self {
        Self(self.0.iter().filter(|member| !others.0.contains(member)).cloned().collect())
    }

    /// These members without those that have no value.
    fn given(self) -> Self {
        Self(self.0.into_iter().filter(|(_, value)| *value != Value::Null).collect())
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Value)> for Members {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(members: I) -> Self {
        Self(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

/// What a change did, as the history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What was done.
    pub action: Action,
    /// The members that changed, as they were.
    pub before: Members,
    /// The members that changed, as they are.
    pub after: Members,
}

impl Record {
    /// Something that is there now.
    #[must_use]
    pub fn added(action: Action, members: Members) -> Self {
        Self { action, before: Members::default(), after: members.given() }
    }

    /// Something that is gone now.
    #[must_use]
    pub fn removed(action: Action, members: Members) -> Self {
        Self { action, before: members.given(), after: Members::default() }
    }

    /// Something that is otherwise now; both sides with all members in the same order.
    #[must_use]
    pub fn changed(action: Action, before: &Members, after: &Members) -> Self {
        Self { action, before: before.without(after), after: after.without(before) }
    }

    /// Many that were added at once.
    #[must_use]
    pub fn imported(imported: Imported) -> Self {
        let count = Value::Number(i64::try_from(imported.count).unwrap_or(i64::MAX));
        Self::added(Action::Imported, [("count", count)].into_iter().collect())
    }
}

impl NewActor {
    /// What the history keeps of an actor who is added on that day.
    #[must_use]
    pub fn members(&self, today: NaiveDate) -> Members {
        actor_members(self.name.as_str(), self.gender.as_str(), self.born, None, today)
    }
}

impl Actor {
    /// What the history keeps of an actor, as of that day.
    #[must_use]
    pub fn members(&self, today: NaiveDate) -> Members {
        actor_members(self.name.as_str(), self.gender.as_str(), self.born, self.deleted_at, today)
    }
}

fn actor_members(name: &str, gender: &str, born: Born, deleted_at: Option<DateTime<Utc>>, today: NaiveDate) -> Members {
    let members = [
        ("name", name.into()),
        ("age", i64::from(born.age(today)).into()),
        ("birth_date", born.birth_date().into()),
        ("gender", gender.into()),
        ("deleted_at", deleted_at.into()),
    ];
    members.into_iter().collect()
}

impl NewMovie {
    /// What the history keeps of a movie that is added.
    #[must_use]
    pub fn members(&self) -> Members {
        movie_members(self.title.as_str(), self.release_date.day(), self.shoot, None)
    }
}

impl Movie {
    /// What the history keeps of a movie.
    #[must_use]
    pub fn members(&self) -> Members {
        movie_members(self.title.as_str(), self.release_date.day(), self.shoot, self.deleted_at)
    }
}

fn movie_members(
    title: &str,
    release_date: NaiveDate,
    shoot: Option<ShootWindow>,
    deleted_at: Option<DateTime<Utc>>,
) -> Members {
    let members = [
        ("title", title.into()),
        ("release_date", release_date.into()),
        ("shoot_start", shoot.map(ShootWindow::start).into()),
        ("shoot_end", shoot.map(ShootWindow::end).into()),
        ("deleted_at", deleted_at.into()),
    ];
    members.into_iter().collect()
}

impl NewCasting {
    /// What the history keeps of a casting that is added to a movie.
    #[must_use]
    pub fn members(&self, movie: MovieId) -> Members {
        let members = [
            ("movie_id", movie.get().into()),
            ("actor_id", self.actor.get().into()),
            ("character", self.character.as_ref().map(Character::as_str).into()),
            ("status", self.status.as_str().into()),
            ("reason", self.reason.as_ref().map(Reason::as_str).into()),
            ("billing", self.billing.map(Billing::get).into()),
        ];
        members.into_iter().collect()
    }
}

impl Casting {
    /// What the history keeps of a casting.
    #[must_use]
    pub fn members(&self) -> Members {
        let Self { actor, character, status, reason, billing, .. } = self.clone();
        NewCasting { actor, character, status, reason, billing }.members(self.movie)
    }

    /// What the history keeps of the way from this casting to that one: a move if the status is another, a matter of billing if
    /// nothing else changed.
    #[must_use]
    pub fn record_of_change(&self, after: &Self) -> Record {
        let action = if self.status != after.status {
            Action::StatusChanged
        } else if self.billing != after.billing && self.character == after.character && self.reason == after.reason {
            Action::Billed
        } else {
            Action::Updated
        };
        Record::changed(action, &self.members(), &after.members())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CastingStatus, Change, MovieChanges, ReleaseDate,
        testing::{a_casting, a_movie, a_new_actor, an_actor, day, now},
    };

    fn text(members: &Members) -> String {
        let line = |(name, value): (&str, &Value)| match value {
            Value::Null => format!("{name}=null"),
            Value::Number(number) => format!("{name}={number}"),
            Value::Text(text) => format!("{name}={text}"),
        };
        members.iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_added_is_told_with_all_that_is_known() {
        let record = Record::added(Action::Created, a_new_actor().members(day("2026-03-14")));
        assert_eq!(
            (text(&record.before), text(&record.after)),
            (String::new(), "name=Nada Haddad age=20 gender=female".to_owned())
        );
        let record = Record::removed(Action::Uncast, a_casting().members());
        assert_eq!(
            (text(&record.before), text(&record.after)),
            ("movie_id=2 actor_id=7 status=considering".to_owned(), String::new())
        );
        assert_eq!(text(&Record::imported(Imported { count: 3 }).after), "count=3");
    }

    #[test]
    fn what_is_changed_is_told_from_both_sides() {
        let movie = a_movie();
        let changes = MovieChanges {
            release_date: Some(ReleaseDate::new(day("1999-01-01")).unwrap()),
            shoot_start: Change::To(day("1998-01-01")),
            shoot_end: Change::To(day("1998-02-01")),
            ..MovieChanges::default()
        };
        let amended = movie.amended(&changes, now()).unwrap().unwrap();
        let record = Record::changed(Action::Updated, &movie.members(), &amended.members());
        assert_eq!(text(&record.before), "release_date=1998-05-07 shoot_start=null shoot_end=null");
        assert_eq!(text(&record.after), "release_date=1999-01-01 shoot_start=1998-01-01 shoot_end=1998-02-01");
    }

    #[test]
    fn a_deletion_is_told_by_its_instant() {
        let actor = an_actor();
        let deleted = Actor { deleted_at: Some(now()), ..actor.clone() };
        let today = now().date_naive();
        let record = Record::changed(Action::Deleted, &actor.members(today), &deleted.members(today));
        assert_eq!(text(&record.before), "deleted_at=null");
        assert_eq!(text(&record.after), "deleted_at=2026-03-14T09:00:00Z");
    }

    #[test]
    fn a_change_of_a_casting_is_named_by_what_matters_most() {
        let casting = a_casting();
        let billed = Casting { billing: Some(Billing::new(1).unwrap()), ..casting.clone() };
        let moved = Casting { status: CastingStatus::Booked, ..billed.clone() };
        let reasoned = Casting { reason: Some(Reason::parse("Typo").unwrap()), ..casting.clone() };

        let record = casting.record_of_change(&billed);
        assert_eq!(
            (record.action, text(&record.before), text(&record.after)),
            (Action::Billed, "billing=null".into(), "billing=1".into())
        );
        assert_eq!(casting.record_of_change(&moved).action, Action::StatusChanged);
        assert_eq!(casting.record_of_change(&reasoned).action, Action::Updated);
    }

    #[test]
    fn an_action_is_read_from_its_exact_spelling() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(action));
        }
        assert_eq!(Action::parse("Created"), None);
        assert_eq!(Action::StatusChanged.to_string(), "status changed");
    }
}
