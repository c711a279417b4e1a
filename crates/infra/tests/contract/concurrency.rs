//! What the ports promise when many call at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::{
    Action, ActorChanges, ActorName, Billing, BillingOrder, CastMember, Casting, CastingId, CastingStatus, Character,
    Entity, Gender, HistoryOf, MovieChanges, MovieId, NewCasting, Precondition, StoreError, Title, Version,
};

use crate::{
    fixture::Fixture,
    samples::{a_casting_of, a_movie_titled, an_actor_named, later, moved, now, part, permit, seen, version},
};

/// Runs the work in that many threads, which begin together, and answers what each of them did.
pub fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, work) = (Barrier::new(threads), &work);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn called(name: &str) -> ActorChanges {
    ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() }
}

pub fn changes_without_a_precondition_all_succeed(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().get().id;
    at_once(16, |thread| {
        for round in 0..20 {
            let changes = ActorChanges {
                gender: Some(Gender::parse(format!("g {thread} {round}")).unwrap()),
                ..called(&format!("n {thread} {round}"))
            };
            actors.update(&permit(), id, &Precondition::None, &changes, later()).unwrap().unwrap();
        }
    });
    let last = actors.find(id).unwrap().unwrap();
    assert_eq!(last.version, version(1 + 16 * 20));
    assert_eq!(last.name.as_str().replacen('n', "g", 1), last.gender.as_str(), "both columns come from one change");
}

pub fn of_two_changes_of_one_version_one_wins(fixture: &Fixture) {
    let actors = fixture.database.actors();
    for _ in 0..20 {
        let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().get().id;
        let answers =
            at_once(2, |thread| actors.update(&permit(), id, &seen(&[1]), &called(&format!("Ann {thread}")), later()));
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{lost:?}");
        assert!(matches!(lost[..], [Err(StoreError::Stale { current })] if current == version(2)), "{lost:?}");
        assert_eq!(actors.find(id).unwrap(), won.into_iter().next().unwrap().unwrap());
    }
}

pub fn no_change_is_lost_when_all_name_the_version_they_saw(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let id = actors.insert(&permit(), &an_actor_named("0"), now()).unwrap().get().id;
    let written: i64 = at_once(50, |_| {
        let mut written = 0;
        for _ in 0..20 {
            let stored = actors.find(id).unwrap().unwrap();
            let count: i64 = stored.name.as_str().parse().unwrap();
            let more = called(&(count + 1).to_string());
            match actors.update(&permit(), id, &seen(&[stored.version.get()]), &more, later()) {
                Ok(changed) => written += i64::from(changed.is_some()),
                Err(StoreError::Stale { current }) => assert!(current > stored.version),
                Err(error) => panic!("{error:?}"),
            }
        }
        written
    })
    .into_iter()
    .sum();
    let last = actors.find(id).unwrap().unwrap();
    assert!(written > 0);
    assert_eq!((last.name.as_str(), last.version), (written.to_string().as_str(), version(1 + written)));
}

pub fn an_actor_is_deleted_once(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().get().id;
    let answers = at_once(8, |_| actors.delete(&permit(), id, &Precondition::None, later()).unwrap());
    assert_eq!(answers.iter().flatten().map(|actor| actor.version).collect::<Vec<_>>(), [version(2)]);

    let answers = at_once(8, |_| actors.restore(&permit(), id, later()).unwrap().unwrap().into_inner());
    assert!(answers.iter().all(|actor| actor.version == version(3) && actor.deleted_at.is_none()), "{answers:?}");
}

pub fn movies_change_side_by_side(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let id = movies.insert(&permit(), &a_movie_titled("Aihaga"), now()).unwrap().get().id;
    at_once(8, |thread| {
        for round in 0..10 {
            let title = Title::parse(format!("Aihaga {thread} {round}")).unwrap();
            let changes = MovieChanges { title: Some(title), ..MovieChanges::default() };
            movies.update(&permit(), id, &Precondition::None, &changes, later()).unwrap().unwrap();
        }
    });
    assert_eq!(movies.find(id).unwrap().unwrap().version, version(81));
}

pub fn readers_see_whole_rows_while_they_are_written(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let id = actors.insert(&permit(), &an_actor_named("female"), now()).unwrap().get().id;
    at_once(6, |thread| {
        for round in 0..40 {
            if thread == 0 {
                let word = if round % 2 == 0 { "male" } else { "female" };
                let changes = ActorChanges { gender: Some(Gender::parse(word).unwrap()), ..called(word) };
                actors.update(&permit(), id, &Precondition::None, &changes, later()).unwrap().unwrap();
            } else {
                let found = actors.find(id).unwrap().unwrap();
                assert_eq!(found.name.as_str(), found.gender.as_str());
                assert!(found.version >= Version::FIRST);
            }
        }
    });
}

/// Numbers that look random and are the same in every run (Marsaglia, "Xorshift RNGs").
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn shuffled(&mut self, mut ids: Vec<CastingId>) -> Vec<CastingId> {
        for last in (1..ids.len()).rev() {
            ids.swap(last, self.below(last + 1));
        }
        ids
    }
}

/// The places of a cast are 1 to n, and nobody stands twice for one part.
fn assert_in_order(cast: &[Casting]) {
    let places: BTreeSet<_> = cast.iter().filter_map(|casting| casting.billing).map(Billing::get).collect();
    let billed = cast.iter().filter(|casting| casting.billing.is_some()).count();
    assert!(places.into_iter().eq(1..=i64::try_from(billed).unwrap()), "{cast:?}");
    let open = || cast.iter().filter(|casting| casting.status.is_open());
    let parts: BTreeSet<_> =
        open().map(|casting| (casting.actor, casting.character.as_ref().map(Character::key))).collect();
    assert_eq!(parts.len(), open().count(), "{cast:?}");
}

/// Each casting of the movie was told of as often as it was written.
fn assert_told(fixture: &Fixture, movie: MovieId, cast: &[Casting]) {
    let mut told: BTreeMap<_, i64> = BTreeMap::new();
    for entry in fixture.history(HistoryOf::Movie(movie)) {
        if entry.entity == Entity::Casting {
            *told.entry(entry.entity_id).or_default() += 1;
        }
    }
    let written = cast.iter().map(|casting| (Some(casting.id.get()), casting.version.get()));
    assert_eq!(told, written.collect());
}

pub fn a_cast_stays_in_order_while_many_change_it(fixture: &Fixture) {
    const WHILE: Duration = Duration::from_secs(2);
    let castings = fixture.database.castings();
    let movie = fixture.add_movie("Aihaga").id;
    let actors: Vec<_> = (0..4).map(|number| fixture.add_actor(&format!("Actor {number}")).id).collect();
    let parts = [None, Some(part("The Baker"))];
    let first = fixture.add_casting(movie, &a_casting_of(actors[0]));
    let start = Instant::now();
    let done: usize = at_once(16, |thread| {
        let mut dice = Dice(u64::try_from(thread).unwrap() + 1);
        let mut done = 0;
        while start.elapsed() < WHILE {
            let cast: Vec<_> =
                castings.cast(movie).unwrap().unwrap().into_iter().map(|CastMember { casting, .. }| casting).collect();
            assert_in_order(&cast);
            let one = &cast[dice.below(cast.len())];
            let status = CastingStatus::ALL[dice.below(7)];
            let condition = if dice.below(2) == 0 { Precondition::None } else { seen(&[one.version.get()]) };
            let answer = match dice.below(8) {
                0 if cast.len() < 40 => {
                    let character = parts[dice.below(2)].clone();
                    let new = NewCasting { character, status, ..a_casting_of(actors[dice.below(4)]) };
                    castings.insert(&permit(), movie, &new, later()).map(|answer| answer.is_some())
                }
                0..=5 => {
                    let answer = castings.update(&permit(), movie, one.id, &condition, &moved(status), later());
                    answer.map(|answer| answer.is_some())
                }
                _ => {
                    let mut order = dice.shuffled(cast.iter().map(|casting| casting.id).collect());
                    order.truncate(1 + dice.below(order.len()));
                    let order = BillingOrder::new(order).unwrap();
                    castings.bill(&permit(), movie, &order, later()).map(|answer| answer.is_some())
                }
            };
            match answer {
                Ok(found) => {
                    assert!(found);
                    done += 1;
                }
                Err(StoreError::Conflict(_) | StoreError::Stale { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        done
    })
    .into_iter()
    .sum();
    let cast = fixture.cast(movie);
    assert!(done > 16 && cast.iter().any(|casting| casting.id == first.id), "{done}");
    assert_in_order(&cast);
    assert_told(fixture, movie, &cast);
}

pub fn castings_come_and_go_side_by_side(fixture: &Fixture) {
    let castings = fixture.database.castings();
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let answers = at_once(8, |_| {
        let mut added = 0;
        for _ in 0..10 {
            match castings.insert(&permit(), movie, &a_casting_of(ann), now()) {
                Ok(answer) => {
                    let id = answer.unwrap().get().id;
                    castings.delete(&permit(), movie, id, &Precondition::None, later()).unwrap().unwrap();
                    added += 1;
                }
                Err(error) => assert!(matches!(error, StoreError::Conflict(_)), "{error:?}"),
            }
        }
        added
    });
    let added: usize = answers.into_iter().sum();
    assert!(added > 0);
    assert_eq!(fixture.cast(movie), []);
    let told = |action| fixture.history(HistoryOf::Actor(ann)).iter().filter(|it| it.record.action == action).count();
    assert_eq!((told(Action::Cast), told(Action::Uncast)), (added, added));
}

pub fn an_actor_is_either_booked_or_deleted(fixture: &Fixture) {
    let (actors, movies, castings) =
        (fixture.database.actors(), fixture.database.movies(), fixture.database.castings());
    let [one, two, three] = ["One", "Two", "Three"].map(|title| fixture.add_movie(title).id);
    for round in 0..40 {
        let ann = fixture.add_actor("Ann").id;
        let considered = fixture.add_casting(one, &a_casting_of(ann)).id;
        let naming = MovieChanges { actors: Some([ann].into()), ..MovieChanges::default() };
        let none = Precondition::None;
        // Each of them comes first sometimes.
        let answers = at_once(4, |thread| match (thread + round) % 4 {
            0 => actors.delete(&permit(), ann, &none, later()).map(|deleted| deleted.map(|_| true)),
            1 => {
                let booked = castings.update(&permit(), one, considered, &none, &moved(CastingStatus::Booked), later());
                booked.map(|booked| booked.map(|_| false))
            }
            2 => {
                let booked = castings.insert(&permit(), two, &NewCasting::booking(ann), later());
                booked.map(|booked| booked.map(|_| false))
            }
            _ => {
                let booked = movies.update(&permit(), three, &none, &naming, later());
                booked.map(|booked| booked.map(|_| false))
            }
        });
        let deleted = actors.find(ann).unwrap().is_none();
        let mut done = 0;
        for answer in answers {
            match answer {
                Ok(answer) => {
                    assert_eq!(answer, Some(deleted));
                    done += 1;
                }
                Err(error) => {
                    assert!(matches!(error, StoreError::Conflict(_) | StoreError::Invalid(_)), "{error:?}");
                }
            }
        }
        assert_eq!(done, if deleted { 1 } else { 3 });
        let booked = [one, two, three].map(|movie| {
            let mut cast = fixture.cast(movie).into_iter();
            cast.any(|casting| casting.actor == ann && casting.status == CastingStatus::Booked)
        });
        assert_eq!(booked, [!deleted; 3]);
    }
}

pub fn nobody_is_cast_once_the_movie_is_deleted(fixture: &Fixture) {
    let (movies, castings) = (fixture.database.movies(), fixture.database.castings());
    let actors: Vec<_> = (0..6).map(|number| fixture.add_actor(&format!("Actor {number}")).id).collect();
    for round in 0..10 {
        let movie = fixture.add_movie("Aihaga").id;
        let answers = at_once(6, |thread| {
            if thread == round % 6 {
                return movies.delete(&permit(), movie, &Precondition::None, later()).unwrap().is_some();
            }
            castings.insert(&permit(), movie, &a_casting_of(actors[thread]), later()).unwrap().is_some()
        });
        assert!(answers[round % 6]);
        let told = fixture.history(HistoryOf::Movie(movie));
        assert_eq!(told[0].record.action, Action::Deleted, "{told:?}");
        // What was answered is there, beside the creation and the deletion.
        assert_eq!(told.len(), 1 + answers.iter().filter(|done| **done).count());
        fixture.restore_movie(movie);
        assert_eq!(fixture.cast(movie).len(), told.len() - 2);
    }
}
