//! What the ports promise when many call at once.

use std::{sync::Barrier, thread};

use ensemble_domain::{ActorChanges, ActorName, Gender, MovieChanges, Precondition, StoreError, Title, Version};

use crate::{
    fixture::Fixture,
    samples::{a_movie_titled, an_actor_named, later, now, permit, seen, version},
};

/// Runs the work in that many threads, which begin together, and answers what each of them did.
fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
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
    let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().id;
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
        let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().id;
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
    let id = actors.insert(&permit(), &an_actor_named("0"), now()).unwrap().id;
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
    let id = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().id;
    let answers = at_once(8, |_| actors.delete(&permit(), id, &Precondition::None, later()).unwrap());
    assert_eq!(answers.iter().flatten().map(|actor| actor.version).collect::<Vec<_>>(), [version(2)]);

    let answers = at_once(8, |_| actors.restore(&permit(), id, later()).unwrap().unwrap());
    assert!(answers.iter().all(|actor| actor.version == version(3) && actor.deleted_at.is_none()), "{answers:?}");
}

pub fn movies_change_side_by_side(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let id = movies.insert(&permit(), &a_movie_titled("Aihaga"), now()).unwrap().id;
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
    let id = actors.insert(&permit(), &an_actor_named("female"), now()).unwrap().id;
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
